"""Regions as lines of text: what each is, what f does inside it, and whether it holds."""
from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import Any

import numpy as np

from ..bounds import LARGEST, METHODS
from ..parameters import too_small
from ..results.contents import MethodResult, RegionsResult
from ..space import UNIFORM, Space

ALL_OF_IT = 0.999  # of the domain: a region that is larger fills it
LATE, MORE = 0.95, 1.01  # a region that grew by MORE times in what follows LATE of the iterations was still growing
WIDTH = 120  # columns
NARROWEST = 30  # columns of a verdict beside its row; with less it stands below


def region_lines(result: RegionsResult) -> list[str]:
    """A head, and a row for every method and point: region, share of the domain, what was found in it, the verdict.

    The last line says how shares are measured.
    """
    levels = [one["level"] for entry in result.methods.values() for one in entry.certificates or () if one]
    level = levels[-1] if levels else result.metadata.level
    rows: list[tuple[str, ...]] = [("method", "initial point", "region", "share", "mean", f">={level:g}",
                                    "top-1", "worst", "")]
    for name in (name for name in METHODS if name in result.methods):
        entry, space = result.methods[name], result.space_of(name, result.measure)
        for k, (point, region) in enumerate(zip(result.initial_points, entry.regions)):
            box = " x ".join(f"[{a:.1f}, {b:.1f}]" for a, b in zip(region.a, region.b)) if region.is_finite() else "-"
            rows.append((name, ", ".join(f"{v:g}" for v in point), box, f"{space.share(region):.2%}",
                         *_figures(entry, k), "; ".join(_verdict(name, entry, k, space))))
    widths = [max(map(len, column)) for column in zip(*rows)][:-1]
    uniform = f"shares and random views: uniform {UNIFORM[result.measure]}"
    return [*(line for row in rows for line in _lines(row, widths)), uniform]


def _lines(row: tuple[str, ...], widths: list[int]) -> Iterator[str]:
    """A row, and its verdict beside it, in as many lines as that takes."""
    cells = [cell.ljust(width) if k < 3 else cell.rjust(width) for k, (cell, width) in enumerate(zip(row, widths))]
    begin = " ".join(cells)
    room = WIDTH - len(begin) - 2
    if room < NARROWEST:
        yield begin.rstrip()
        begin, room = " " * widths[0], WIDTH - widths[0] - 2
    for line in textwrap.wrap(row[-1], room) or [""] * (begin.strip() != ""):
        yield f"{begin}  {line}".rstrip()
        begin = " " * len(begin)


def _figures(entry: MethodResult, k: int) -> list[str]:
    """Mean, share at or above the level, share of first answers, lowest score; blank where nothing was looked at."""
    certificate = entry.certificates[k] if entry.certificates else None
    if certificate:
        mean, top1, worst = (certificate[name] for name in ("mean", "top1", "worst"))
        above = 1 - certificate["n_below"] / certificate["n_views"]
    elif entry.verified:
        mean, above, top1, worst = (entry.verified[k][name] for name in ("mean", "above_half", "top1", "minimum"))
    else:
        return [""] * 4
    return [f"{number:.2f}" for number in (mean, above, top1, worst)]


def _verdict(name: str, entry: MethodResult, k: int, space: Space) -> Iterator[str]:
    """Whether a region holds, and what else there is to know."""
    region = entry.regions[k]
    if entry.problems and entry.problems[k]:
        yield entry.problems[k]
    if not region.is_finite():
        return
    if too_small(region, entry.parameters):
        yield "too small to judge"
        if name != LARGEST:
            yield "more iterations or a larger initial width let it grow"
        return
    certificate = entry.certificates[k] if entry.certificates else None
    if certificate:
        yield from _holds(certificate, entry.promises[k] if entry.promises else None, bool(entry.holds(k)))
    if space.share(region) >= ALL_OF_IT:
        yield "fills the domain"
    trace = entry.trace(k) if name != LARGEST and entry.traces is not None else np.empty(0)
    if len(trace):
        first, late = (box[1] - box[0] for box in (trace[0], trace[int(LATE * len(trace))]))
        if (region.r <= MORE * first).all():
            yield "did not grow"
        elif region.size() > MORE * np.prod(late):
            yield "still growing when stopped"


def _holds(certificate: dict[str, Any], promise: dict[str, Any] | None, holds: bool) -> Iterator[str]:
    """What the views of a region say of it."""
    level, worst = certificate["level"], certificate["worst"]
    where = ", ".join(f"{number:.0f}" if abs(number) >= 10 else f"{number:.1f}" for number in certificate["worst_at"])
    if not holds:
        yield (f"does not hold: {certificate['n_below'] / certificate['n_views']:.0%} below {level:g}, worst "
               f"{_just(worst, level)} at ({where})")
    elif promise and promise["n_views"]:
        yield (f"holds for at least {100 * (1 - promise['high']):.4g} % of its views "
               f"({100 * promise['confidence']:g} % confidence, {promise['n_below']} of {promise['n_views']} failed)")
        if worst < level:
            yield f"the worst one found has {_just(worst, level)} at ({where})"
    else:
        yield "holds"


def _just(value: float, level: float) -> str:
    """A number below the level, with as many digits as tell the two apart."""
    return next((text for digits in range(2, 18) if float(text := f"{value:.{digits}f}") < level), str(value))
