"""The semantic space: the numbers of a point, their domain, and the map's grid (Hamdi & Ghanem 2019, section 4).

Nothing here needs torch: the scripts check what they are given before they load it.
"""
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .errors import InputError, shown
from .regions import ndinterval


@dataclass(frozen=True)
class Parameter:
    """One number of a semantic point.

    Attributes:
        name: of the parameter.
        unit: that it is measured in.
        begin, end: its domain; for azimuth and elevation the paper's.
        default: its value where it is not among a point's numbers.
        step: of a map's grid.
        small: what one degree is to an angle: the unit of finite_difference's step.
        period: x and x + period are the same view; None if there is none.
    """
    name: str
    unit: str
    begin: float
    end: float
    default: float
    step: float
    small: float
    period: float | None = None


PARAMETERS = {parameter.name: parameter for parameter in (
    Parameter("azimuth", "degrees", 0, 360, default=0, step=3, small=1, period=360),
    Parameter("elevation", "degrees", -10, 90, default=35, step=3, small=1),
    Parameter("distance", "half lengths of the object's longest side", 2, 4, default=2.732, step=0.05, small=0.01),
    Parameter("light_azimuth", "degrees", 0, 360, default=0, step=6, small=1, period=360),
    Parameter("light_elevation", "degrees", -90, 90, default=90, step=6, small=1),
    Parameter("directional_intensity", "of white", 0, 1, default=0.5, step=0.025, small=0.01),
    Parameter("ambient_intensity", "of white", 0, 1, default=0.5, step=0.025, small=0.01),
    Parameter("red", "of white", 0, 1, default=1, step=0.025, small=0.01),
    Parameter("green", "of white", 0, 1, default=1, step=0.025, small=0.01),
    Parameter("blue", "of white", 0, 1, default=1, step=0.025, small=0.01),
    Parameter("field_of_view", "degrees", 30, 90, default=60, step=1.5, small=1),
)}
AZIMUTH_AND_ELEVATION = ("azimuth", "elevation")
CAMERA = ("azimuth", "elevation", "distance")  # what a renderer of the original's interface takes for each view
COLOR = ("red", "green", "blue")
IMAGE_SIZE = 224  # pixels a side, for every network that does not say otherwise
LARGEST_IMAGE = 4096
MOST_VIEWS = 10_000_000  # of a map, or of a grid in a region


def parse_parameters(text: str) -> tuple[str, ...]:
    """The names of a list such as "azimuth,elevation".

    Raises:
        InputError: if one is not known, or there twice.
    """
    names = tuple(text.split(","))
    for name in names:
        if name not in PARAMETERS:
            raise InputError(f"`parameters` {text}: {name!r} is not known; expected some of {','.join(PARAMETERS)}")
    if len(set(names)) < len(names):
        raise InputError(f"`parameters` {text}: expected every name once")
    return names


def parse_fixed(text: str, parameters: Sequence[str]) -> dict[str, float]:
    """Values of parameters that stay the same, from text such as "distance=3,red=0.5": a dict.

    Args:
        parameters: names of those that do not stay the same.

    Raises:
        InputError: for another text, a value outside its domain, or a name in `parameters`.
    """
    fixed = {}
    for part in text.split(",") if text else ():
        name, equals, number = part.partition("=")
        if name not in PARAMETERS or not equals:
            raise InputError(f"`fixed` {part!r}: expected NAME=VALUE with a name of {', '.join(PARAMETERS)}")
        if name in parameters or name in fixed:
            raise InputError(f"`fixed` {part!r}: {name} is "
                             f"{'given twice' if name in fixed else 'among `parameters`'}; leave it out here")
        fixed[name] = in_domain("`fixed`", name, number)
    return fixed


def in_domain(source: str, name: str, number: str | float) -> float:
    """A number in a parameter's domain, from text or a number.

    Args:
        source: that the number comes from; the beginning of the error's line.
        name: of the parameter.
        number: in the parameter's unit.

    Raises:
        InputError: if it is no number, or outside of the domain.
    """
    parameter = PARAMETERS[name]
    expected = f"{parameter.begin:g} to {parameter.end:g} {parameter.unit}"
    try:
        value = float(number)
    except ValueError:
        raise InputError(f"{source}: {number!r} is no number; expected one of {name}, {expected}") from None
    if not parameter.begin <= value <= parameter.end:
        given = shown(number) if isinstance(number, float) else number
        raise InputError(f"{source}: {name} {given} is outside its domain, {expected}")
    return value


def domain_of(parameters: Sequence[str]) -> ndinterval:
    """The box of all allowed points of the named parameters.

    Args:
        parameters: n names of PARAMETERS, such as "azimuth".

    Returns:
        An ndinterval of n dimensions, each in its parameter's unit (of angles degrees).
    """
    return ndinterval([PARAMETERS[name].begin for name in parameters], [PARAMETERS[name].end for name in parameters])


def too_small(box: ndinterval, parameters: Sequence[str]) -> bool:
    """Whether a box is too small to judge: narrower than a map's step in every one of its parameters."""
    return bool((box.r < [PARAMETERS[name].step for name in parameters]).all())


def periods_of(parameters: Sequence[str]) -> np.ndarray:
    """[n] the periods of the named parameters, each in its parameter's unit; inf where there is none."""
    return np.array([PARAMETERS[name].period or np.inf for name in parameters])


def grid(step: float | Sequence[float] | None = None,
         parameters: Sequence[str] = AZIMUTH_AND_ELEVATION) -> tuple[np.ndarray, np.ndarray]:
    """A map's grid; by default that of section 4: azimuth 0, 3, .. < 360; elevation -10, -7, .. < 90.

    Args:
        step: between two points: a number, or one for each parameter, in their units (default: the table's; of azimuth
            and elevation 3 degrees).
        parameters: two names of PARAMETERS.

    Returns:
        xx, yy: values of the first and the second parameter in their units, two arrays [numbers of the second, of the
        first].

    Raises:
        InputError: for more than MOST_VIEWS points.
    """
    table = [PARAMETERS[name] for name in parameters]
    steps = [p.step for p in table] if step is None else np.broadcast_to(step, 2).tolist()
    check_views([(p.end - p.begin) / s for p, s in zip(table, steps)], f"a step of {', '.join(map(shown, steps))}")
    # integers stay integers
    steps = [int(s) if s == int(s) else s for s in steps]
    return np.meshgrid(*(p.begin + s * np.arange(int(np.ceil((p.end - p.begin) / s))) for p, s in zip(table, steps)))


def check_views(sides: Sequence[float], given: str, most: int = MOST_VIEWS) -> None:
    """Refuse a grid of too many points.

    Args:
        sides: of the grid, in steps.
        given: what asked for it; the beginning of the error's line.
        most: points.

    Raises:
        InputError: says how many they would be.
    """
    numbers = [float(np.ceil(side)) for side in sides]
    total = math.prod(numbers)
    if total > most:
        raise InputError(f"{given}: would be {' x '.join(f'{number:,.15g}' for number in numbers)} = {total:,.15g} "
                         f"views; expected at most {most:,}")
