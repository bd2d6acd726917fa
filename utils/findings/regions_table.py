"""Regions as lines of text: what each is, what f does inside it, and whether it holds."""
from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..bounds import LARGEST, METHODS
from ..parameters import domain_of
from ..regions import ndinterval
from ..results.contents import MethodResult, RegionsResult

ALL_OF_IT = 0.999  # of the domain: a region that is larger fills it
STILL = 2  # times its first length: a region with no longer side did not grow
LATE, MORE = 0.95, 1.01  # a region that grew by MORE times in what follows LATE of the iterations was still growing


def region_lines(result: RegionsResult) -> Iterator[str]:
    """A head, and a row for every method and point: region, share of the domain, what was found in it, the verdict."""
    domain = domain_of(result.metadata.parameters)
    levels = [one["level"] for entry in result.methods.values() for one in entry.certificates or () if one]
    level = levels[-1] if levels else result.metadata.level
    yield (f"{'method':7} {'initial point':22} {'region':44} {'share of domain':>15} "
           f"{'mean':>5} {f'>={level:g}':>6} {'top-1':>5} {'worst':>5}")
    for name in (name for name in METHODS if name in result.methods):
        entry = result.methods[name]
        for k, (point, region) in enumerate(zip(result.initial_points, entry.regions)):
            box = " x ".join(f"[{a:.1f}, {b:.1f}]" for a, b in zip(region.a, region.b)) if region.is_finite() else "-"
            yield (f"{name:7} {', '.join(f'{v:g}' for v in point):22} {box:44} {region.share_of(domain):15.2%} "
                   f"{_figures(entry, k)}  {'; '.join(_verdict(name, entry, k, domain))}").rstrip()


def _figures(entry: MethodResult, k: int) -> str:
    """Mean, share at or above the level, share of first answers, lowest score; blank where nothing was looked at."""
    certificate = entry.certificates[k] if entry.certificates else None
    if certificate:
        mean, top1, worst = (certificate[name] for name in ("mean", "top1", "worst"))
        above = 1 - certificate["n_below"] / certificate["n_views"]
    elif entry.verified:
        mean, above, top1, worst = (entry.verified[k][name] for name in ("mean", "above_half", "top1", "minimum"))
    else:
        return " " * 24
    return f"{mean:5.2f} {above:6.2f} {top1:5.2f} {worst:5.2f}"


def _verdict(name: str, entry: MethodResult, k: int, domain: ndinterval) -> Iterator[str]:
    """Whether a region holds, and what else there is to know."""
    if entry.problems and entry.problems[k]:
        yield entry.problems[k]
    certificate = entry.certificates[k] if entry.certificates else None
    if certificate:
        level, worst = certificate["level"], certificate["worst"]
        where = ", ".join(f"{number:.0f}" if abs(number) >= 10 else f"{number:.1f}" for number in
                          certificate["worst_at"])
        promise = entry.promises[k] if entry.promises else None
        if not entry.holds(k):
            yield (f"does not hold: {certificate['n_below'] / certificate['n_views']:.0%} below {level:g}, worst "
                   f"{_just(worst, level)} at ({where})")
        elif promise and promise["n_views"]:
            yield (f"holds: at least {100 * (1 - promise['high']):.4g} % of it above {promise['level']:g}, with "
                   f"{100 * promise['confidence']:g} % confidence; {promise['n_below']} of {promise['n_views']} views "
                   "failed")
            if worst < level:
                yield f"worst {_just(worst, level)} at ({where})"
        else:
            yield "holds"
    region = entry.regions[k]
    if region.is_finite() and region.share_of(domain) >= ALL_OF_IT:
        yield "fills the domain"
    trace = entry.trace(k) if name != LARGEST and entry.traces is not None else np.empty(0)
    if len(trace) and region.is_finite():
        first, late = (box[1] - box[0] for box in (trace[0], trace[int(LATE * len(trace))]))
        if (region.r <= STILL * first).all():
            yield "did not grow"
        elif region.size() > MORE * np.prod(late):
            yield "still growing when stopped"


def _just(value: float, level: float) -> str:
    """A number below the level, with as many digits as tell the two apart."""
    return next((text for digits in range(2, 18) if float(text := f"{value:.{digits}f}") < level), str(value))
