"""What the explorer's page holds of regions: boxes, whether they hold, what is known of each, and why there is none."""
import re
from typing import Any

import numpy as np

from ..figures.group import boxes_of
from ..findings.methods import ON_MAP
from ..findings.on_map import drawn_in, holding, judge_of, judged_purity, level_of, start_on, with_largest
from ..parameters import AZIMUTH_AND_ELEVATION, PARAMETERS
from ..regions import ndinterval
from ..results.contents import MapResult, RegionsResult
from ..space import Space

NOT_CONFIDENT = re.compile(r"not confident at the start \((\S+)\)")  # a problem of a largest box, with f there


def regions_of(result: RegionsResult, a_map: MapResult | None) -> dict[str, Any] | None:
    """Initial points, and by method boxes [azimuth, elevation, azimuth, elevation], verdicts and what else is known.

    Every list has an entry for each initial point; None stands for a point that the file does not state, and for a box
    that is not finite. Without largest boxes among the regions, those of the map are added. Regions of other parameters
    are projections: a one-dimensional region is a box without height at its elevation. None comes back for regions
    without azimuth.
    """
    parameters, elevation = result.metadata.parameters, result.metadata.elevation
    if "azimuth" not in parameters:
        return None

    def flat(point: np.ndarray) -> list[float]:
        known = dict(elevation=PARAMETERS["elevation"].default if elevation is None else elevation)
        known |= dict(zip(parameters, map(float, point)))
        return [known[name] for name in AZIMUTH_AND_ELEVATION]

    level, points = level_of(result), result.initial_points
    boxes = with_largest(boxes_of(result), points, a_map if parameters == AZIMUTH_AND_ELEVATION else None, level)
    judge = judge_of(result, a_map)

    def details(name: str, k: int, box: ndinterval) -> dict[str, Any]:
        if not box.is_finite():
            return dict(why=_why_none(result, a_map, name, k, level))
        space = drawn_in(name) if name == ON_MAP else result.space_of(name)
        stated = result.methods[name].certificates if name in result.methods else None
        certificate = stated[k] if stated else None
        lowest = _lowest(certificate, judge, box, space)
        return dict(share=space.share(box), purity=judged_purity(judge, box, level, space),
                    lowest=[lowest[0], *flat(lowest[1])] if lowest else None,
                    certificate=_in_words(certificate) if certificate else None)

    wrapped = [name for name in boxes if drawn_in(name, parameters).circles[parameters.index("azimuth")]]
    return dict(points=[flat(point) if np.isfinite(point).all() else None for point in points],
                parameters=list(parameters), level=level, holds=holding(result, a_map), wrapped=wrapped,
                details={name: [details(name, k, box) for k, box in enumerate(of_method)]
                         for name, of_method in boxes.items()},
                boxes={name: [flat(box.a) + flat(box.b) if box.is_finite() else None for box in of_method]
                       for name, of_method in boxes.items()})


def _why_none(result: RegionsResult, a_map: MapResult | None, name: str, k: int, level: float) -> str:
    """Why a method has no region from the k-th initial point."""
    if name == ON_MAP and a_map is not None:
        point = result.initial_points[k]
        if not np.isfinite(point).all():
            return "the file does not say where it started"
        return f"f {a_map.z[start_on(a_map, point)]:.2f} at the start, below {level:g}"
    problems = result.methods[name].problems
    problem = problems[k] if problems else ""
    below = NOT_CONFIDENT.fullmatch(problem)
    return f"f {below[1]} at the start, below {level:g}" if below else problem or "its bounds are not finite"


def _lowest(certificate: dict[str, Any] | None, judge: MapResult | None, box: ndinterval,
            space: Space) -> tuple[float, np.ndarray] | None:
    """The lowest score that is known in a region, and where it is: the certificate's, else the map's."""
    if certificate:
        worst, point = float(certificate["worst"]), space.fold(np.array(certificate["worst_at"], dtype=float))
        return (worst, point) if np.isfinite(worst) else None
    if judge is None:
        return None
    inside = np.ix_(space.spans(box, judge.yy[:, 0], 1), space.spans(box, judge.xx[0], 0))
    scores = judge.z[inside]
    if not np.isfinite(scores).any():
        return None
    cell = np.nanargmin(scores)
    return float(scores.flat[cell]), np.array([axis[inside].flat[cell] for axis in (judge.xx, judge.yy)], dtype=float)


def _in_words(certificate: dict[str, Any]) -> str:
    """What a certificate says."""
    return (f"at least {100 * (1 - certificate['high']):.4g} % is robust, with {100 * certificate['confidence']:g} % "
            f"confidence: {certificate['n_below']} of {certificate['n_views']} views below {certificate['level']:g}")
