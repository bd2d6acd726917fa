"""The options of map.py."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..bounds.level_set import check_model
from ..errors import InputError
from ..parameters import AZIMUTH_AND_ELEVATION, PARAMETERS, check_views, domain_of, grid, parse_parameters
from ..results.layout import MAP
from .jobs import VIEWS, JobOptions
from .option import ALWAYS, IF_CHANGED, option

LARGEST_STEP = 100


def _axes(given: str, found: Mapping[str, Any]) -> tuple[str, ...]:
    parameters = parse_parameters(given)
    if len(parameters) != 2:
        raise InputError(f"`parameters` {given}: expected two, the axes of the map")
    return parameters


def _step(given: str | None, found: Mapping[str, Any]) -> float | list[float]:
    """The grid's step: one number where both parameters have the same."""
    parameters = found["parameters"]
    if given is None:
        steps = [PARAMETERS[name].step for name in parameters]
    else:
        steps = [_in_range(given, part) for part in given.split(",")]
        if len(steps) > 2:
            raise InputError(f"`step` {given}: expected one number, or one for each of the two parameters")
        sides = [domain_of([name]).r[0] / step for name, step in zip(parameters, steps * (3 - len(steps)))]
        check_views(sides, f"`step` {given}")
    return float(steps[0]) if len(set(steps)) == 1 else steps


def _views(given: int | None, found: Mapping[str, Any]) -> int | None:
    if given is not None:
        check_model(given, grid(found["step"], found["parameters"])[0].size)
    return given


def _in_range(given: str, part: str) -> float:
    try:
        step = float(part)
    except ValueError:
        step = 0
    if not 0 < step <= LARGEST_STEP:
        raise InputError(f"`step` {given}: expected degrees above 0 and at most {LARGEST_STEP} (the paper's grid has "
                         "3), or as much of another parameter")
    return step


@dataclass(frozen=True)
class MapOptions(JobOptions):
    """Options of map.py.

    Attributes:
        parameters: the two axes.
        step: of the grid: one number for both parameters, or a list of two.
        views: of the grid that are asked; None: all.
    """
    file_name = MAP
    parameters: tuple[str, ...] = option(
        ",".join(AZIMUTH_AND_ELEVATION), f"the map's two axes, of {', '.join(PARAMETERS)}", VIEWS, check=_axes,
        metavar="NAME,NAME")
    step: float | list[float] = option(
        None, "of a map's grid, one for both parameters or one for each (default: 3 degrees; of distance "
        f"{PARAMETERS['distance'].step:g}, and so on)", "maps", check=_step, recorded=ALWAYS, metavar="S[,S]")
    views: int | None = option(
        None, "ask N views of the grid, where it matters, and take the others from a model; a quarter of them, but 100 "
        "or more, say how often it is wrong (default: ask all)", "maps", check=_views, recorded=IF_CHANGED, type=int,
        metavar="N")

    def settings(self) -> dict[str, Any]:
        others = {} if self.parameters == AZIMUTH_AND_ELEVATION else dict(parameters=",".join(self.parameters))
        return {**self.recorded(), **others}
