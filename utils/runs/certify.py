"""What the network does inside every region, whoever grew it: fresh views, an exact interval, and the worst view."""
from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from tqdm import tqdm

from ..bounds.certificate import certificate_of, views_of, worst_view
from ..parameters import domain_of
from ..regions import ndinterval
from ..results.contents import RegionsResult

if TYPE_CHECKING:
    from ..semantic.confidence import Confidence

Records = dict[str, list[dict[str, Any] | None]]  # by method, one for each region


def certified(result: RegionsResult, f: Confidence, settings: dict[str, Any], methods: Iterable[str],
              records: Records, save: Callable[[Callable[[], Any]], None]) -> RegionsResult:
    """The result with a certificate for every region of some methods.

    Args:
        result: with regions of f's parameters.
        f: the function.
        settings: level, views (of each region) and confidence.
        methods: whose regions are looked at.
        records: what a run that goes on has found.
        save: called after every region with what makes the records.
    """
    domain = domain_of(f.parameters)
    todo = [(name, k) for name in methods for k in range(len(result.methods[name].regions))]
    missing = [(name, k) for name, k in todo if k >= len(records.get(name, ()))]
    for name, k in tqdm(missing, total=len(todo), initial=len(todo) - len(missing), unit="region", desc="certifying"):
        seed = list(result.methods).index(name), k
        records.setdefault(name, []).append(_certificate(f, result.methods[name].regions[k], domain, settings, seed))
        save(lambda: records)
    return replace(result, methods={
        name: replace(entry, certificates=records[name]) if name in records else entry
        for name, entry in result.methods.items()})


def _certificate(f: Confidence, region: ndinterval, domain: ndinterval, settings: dict[str, Any],
                 seed: tuple[int, int]) -> dict[str, Any] | None:
    """What there is to say of a region's part inside the domain; None if it has none, or is not finite.

    Returns:
        level, confidence, n_views, n_below (of them below the level), low and high (bounds of the share below), mean,
        top1 (the share of views in which the class is the first answer), worst and worst_at (the lowest score that was
        found, and where).
    """
    if not region.is_finite() or ((region.b < domain.a) | (region.a > domain.b)).any():
        return None
    box = region.within(domain)
    views = views_of(box, settings["views"], np.random.default_rng(seed))
    values, first = (part.numpy() for part in f.value_and_top1(views))
    found = certificate_of(values, settings["level"], settings["confidence"])
    at, worst = worst_view(f, box, batch_size=f.classifier.batch_size)
    lowest = int(np.argmin(values))
    if values[lowest] < worst:
        at, worst = views[lowest], float(values[lowest])
    return dict(level=found.level, confidence=found.confidence, n_views=found.n_views, n_below=found.n_below,
                low=found.low, high=found.high, mean=found.mean, top1=float(first.mean()), worst=float(worst),
                worst_at=[float(number) for number in at])
