"""The methods in the paper's order, as tables and figures show them."""
from collections.abc import Iterable

from ..bounds import LARGEST, METHODS

FIRST = ("naive", "OIR_B", "OIR_W", "trap")
ORDER = (*FIRST, *(name for name in METHODS if name not in (*FIRST, LARGEST)), LARGEST)
ON_MAP = f"{LARGEST} on map"  # the largest box that a map allows: no method of optim.pt


def in_order(names: Iterable[str]) -> list[str]:
    """Those of the names that are methods, each once, in the paper's order."""
    wanted = set(names)
    return [name for name in ORDER if name in wanted]
