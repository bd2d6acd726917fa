"""A map's views as the cells that are drawn: they fill the domain, and a circle is closed."""
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh

from ..findings.on_map import goes_round
from ..parameters import PARAMETERS
from ..results.contents import MapResult


def draw_cells(axes: Axes, a_map: MapResult, values: np.ndarray, **look: Any) -> QuadMesh:
    """Colour a map's cells by values [rows, columns], and let the axes end where the parameters' domain does.

    A cell ends halfway to the next one. The outer ones end with the domain, and azimuth 360 shows what 0 does.
    """
    sides = []
    for axis, name, numbers in ((1, a_map.metadata.parameters[0], a_map.xx[0]),
                                (0, a_map.metadata.parameters[1], a_map.yy[:, 0])):
        numbers, values = closed(name, numbers, values, axis)
        sides.append(_edges(name, numbers))
    axes.set(xlim=sides[0][[0, -1]], ylim=sides[1][[0, -1]])
    return axes.pcolormesh(*sides, values, rasterized=True, **look)  # thousands of cells make a slow PDF


def closed(name: str, numbers: np.ndarray, values: np.ndarray, axis: int = -1) -> tuple[np.ndarray, np.ndarray]:
    """Numbers [N] of a parameter and values [.., N, ..] over them, with the first ones once more at the end of a turn.

    They stay as they are where the parameter is no circle, or the numbers do not go all the way round.
    """
    period = PARAMETERS[name].period
    if period is None or not goes_round(numbers):
        return numbers, values
    return np.append(numbers, numbers[0] + period), np.concatenate((values, values.take([0], axis)), axis)


def _edges(name: str, numbers: np.ndarray) -> np.ndarray:
    """[N + 1] where the cells of [N] numbers of a parameter end: with its domain, if that is less than a cell away."""
    begin, end = PARAMETERS[name].begin, PARAMETERS[name].end
    half = np.diff(numbers) / 2
    first, last = (half[0], half[-1]) if len(half) else (np.inf, np.inf)
    return np.array([begin if numbers[0] - begin < 2 * first else numbers[0] - first, *(numbers[:-1] + half),
                     end if end - numbers[-1] <= 2 * last else numbers[-1] + last])
