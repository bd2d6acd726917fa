"""The largest boxes that hold, searched for all initial points in lock-step (SPEC, section 10)."""
from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np
from tqdm import tqdm

from utils.bounds.certificate import Certainty
from utils.bounds.largest import Search, advance
from utils.bounds.lattice import Lattice
from utils.parameters import domain_of
from utils.regions import ndinterval
from utils.results.contents import MethodResult

if TYPE_CHECKING:
    from utils.semantic.confidence import Confidence


def largest_boxes(f: Confidence, points: Sequence[Sequence[float]], settings: dict[str, Any],
                  state: list[dict[str, Any]] | None, save: Callable[[Callable[[], Any]], None],
                  description: str) -> MethodResult:
    """The largest box around every point in which f reaches a level on a lattice, with its promise.

    Args:
        f: the function.
        points: [P, n].
        settings: level, lattice (a step for each parameter), risk and confidence.
        state: of a run that goes on, as what `save` was given makes it; None: a new one.
        save: called after every round with what makes the state.
        description: of the bar, which shows the share of the domain of the largest box that is still possible.
    """
    domain = domain_of(f.parameters)
    if state is None:
        searches = [Search(Lattice.around(point, settings["lattice"], domain), settings["level"],
                           Certainty(settings["risk"], settings["confidence"], seed)) for seed, point in
                    enumerate(points)]
    else:
        searches = [Search.from_state({key: _as_array(value) for key, value in one.items()}) for one in state]
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
        np.empty((len(points), 0, 2, domain.n)), np.empty((len(points), 0)),
        ["" if region.box else f"not sure at the start ({region.value_at_point:.2f})" for region in regions],
        promises=[{**asdict(region.certificate), "queries": region.queries} if region.certificate else None
                  for region in regions])


def _as_tensor(value: Any) -> Any:
    import torch
    return torch.from_numpy(value.copy()) if isinstance(value, np.ndarray) else value


def _as_array(value: Any) -> Any:
    return value.numpy() if hasattr(value, "numpy") else value
