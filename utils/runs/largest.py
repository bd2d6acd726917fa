"""The largest boxes that hold, searched for all initial points in lock-step (docs/method.md, section 10)."""
from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np
from tqdm import tqdm

from ..bounds.box_kernels import FAILS, HOLDS, UNKNOWN
from ..bounds.certificate import Certainty
from ..bounds.largest import Search, advance
from ..bounds.lattice import Lattice
from ..parameters import domain_of
from ..regions import ndinterval
from ..results.arrays import array
from ..results.checks import LARGEST_INTEGER
from ..results.contents import MethodResult

if TYPE_CHECKING:
    from ..semantic.confidence import Confidence

# In a search's state: what never changes, counts with the least that they can be, and lists that grow
FIXED = ("lines", "sizes", "center", "level", "risk", "confidence", "seed")
COUNTS = dict(n_asked=0, n_boxes=0, n_views=0, attempt=1)
LISTS = ("passed", "obstacles", "open_boxes")


def searches_for(points: Sequence[Sequence[float]], settings: dict[str, Any], domain: ndinterval,
                 state: Any = None) -> list[Search]:
    """A search for every point.

    Args:
        points: [P, n].
        settings: level, lattice (a step for each parameter), risk and confidence.
        domain: of the parameters.
        state: of a run that goes on, as what `save` was given makes it; None: new searches.

    Raises:
        ValueError: for a state that no such run saves.
    """
    new = [Search(Lattice.around(point, settings["lattice"], domain), settings["level"],
                  Certainty(settings["risk"], settings["confidence"], seed)) for seed, point in enumerate(points)]
    if state is None:
        return new
    if not isinstance(state, list) or len(state) != len(new):
        raise ValueError(f"expected the state of {len(new)} searches")
    return [Search.from_state(_checked(one, search.state())) for one, search in zip(state, new)]


def largest_boxes(f: Confidence, searches: Sequence[Search], save: Callable[[Callable[[], Any]], None],
                  description: str) -> MethodResult:
    """The largest box around every point in which f reaches a level on a lattice, with its promise.

    Args:
        f: the function.
        searches: one for every point.
        save: called after every round with what makes the state.
        description: of the bar, which shows the share of the domain of the largest box that is still possible.
    """
    domain = domain_of(f.parameters)
    with tqdm(initial=sum(search.queries for search in searches), unit="view", desc=description) as bar:
        while not all(search.done for search in searches):
            advance(searches, f, f.classifier.batch_size)
            bar.update(sum(search.queries for search in searches) - bar.n)
            possible = max(search.bound for search in searches) / domain.size()
            bar.set_postfix_str(f"at most {possible:.1%} of the domain")
            save(lambda: [{key: _as_tensor(value) for key, value in search.state().items()} for search in searches])
    nowhere = ndinterval(*np.full((2, domain.n), np.nan))
    regions = [search.region() for search in searches]
    return MethodResult(
        [nowhere if region.box is None else region.box for region in regions],
        np.empty((len(searches), 0, 2, domain.n)), np.empty((len(searches), 0)),
        ["" if region.box else f"not sure at the start ({region.value_at_point:.2f})" for region in regions],
        promises=[{**asdict(region.certificate), "queries": region.queries} if region.certificate else None
                  for region in regions])


def _checked(state: Any, new: dict[str, Any]) -> dict[str, Any]:
    """The state of one search, as it was before it was saved. Compiled code relies on what it holds.

    Args:
        state: as a file holds it.
        new: the state of the same search before it has asked anything.

    Raises:
        ValueError: if it can be none of that search.
    """
    if not isinstance(state, dict) or state.keys() != new.keys():
        raise ValueError("the search's state is none")
    found = {key: array(value, np.asarray(new[key]).dtype) if isinstance(new[key], np.ndarray) else value
             for key, value in state.items()}
    differing = [key for key in FIXED if not np.array_equal(found[key], new[key])]
    differing += [key for key, least in COUNTS.items()
                  if type(found[key]) is not int or not least <= found[key] <= LARGEST_INTEGER]
    differing += [key for key in LISTS
                  if (found[key].ndim, found[key].shape[1:]) != (new[key].ndim, new[key].shape[1:])]
    if found["status"].shape != new["status"].shape or not np.isin(found["status"], (UNKNOWN, HOLDS, FAILS)).all():
        differing.append("status")
    if not isinstance(found["value_at_point"], float):
        differing.append("value_at_point")
    if differing or not _hold_the_center(found["open_boxes"], new["sizes"], new["center"]):
        raise ValueError(f"the search's {differing[0] if differing else 'open_boxes'}: not of this search")
    return found


def _hold_the_center(boxes: np.ndarray, sizes: np.ndarray, center: np.ndarray) -> bool:
    """Whether boxes [m], given by their keys (see `box_kernels`), are of a lattice and hold its center."""
    size = int(np.prod(sizes))
    if not ((boxes >= 0) & (boxes < size ** 2)).all():
        return False
    low, high = (np.stack(np.unravel_index(index, tuple(sizes)), axis=1) for index in (boxes // size, boxes % size))
    return bool((low <= center).all() and (center <= high).all())


def _as_tensor(value: Any) -> Any:
    import torch
    return torch.from_numpy(value.copy()) if isinstance(value, np.ndarray) else value
