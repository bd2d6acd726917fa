"""Maps: f on a grid of two parameters (Hamdi & Ghanem 2019, section 4)."""
from __future__ import annotations

from argparse import Namespace
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import InputError
from ..options.jobs import JobOptions, checked
from ..parameters import AZIMUTH_AND_ELEVATION, PARAMETERS, check_views, domain_of, grid, parse_parameters
from ..results.arrays import array
from ..results.contents import MapResult, as_input_error, map_contents, map_of
from ..results.layout import MAP, TOP1, TOP1_NAMES, TOP1_SCORE, Z
from .progress import progress
from .result_file import OR_ELSE

if TYPE_CHECKING:
    from .find import Job

LARGEST_STEP = 100
IN_A_SWEEP = dict(parameters=",".join(AZIMUTH_AND_ELEVATION))  # there --parameters is the regions' alone


@dataclass(frozen=True)
class MapOptions(JobOptions):
    """Options of map.py, checked.

    Attributes:
        step: of the grid: one number for both parameters, or a list of two.
    """
    step: float | list[float] = 3.0

    @classmethod
    def of(cls, args: Namespace) -> MapOptions:
        """The options that were given.

        Raises:
            InputError: for one out of range.
        """
        parameters = parse_parameters(args.parameters)
        fields = checked(args, parameters)
        if len(parameters) != 2:
            raise InputError(f"--parameters {args.parameters}: expected two, the axes of the map")
        return cls(**fields, step=_parse_step(args.step, parameters))


def find(options: MapOptions) -> Job:
    """The job that the options ask for."""
    from .find import prepare  # brings torch, which takes seconds: not before the options are checked
    settings: dict[str, object] = dict(step=options.step)
    if options.parameters != AZIMUTH_AND_ELEVATION:
        settings["parameters"] = ",".join(options.parameters)
    return prepare(options, MAP, settings)


def run(options: MapOptions) -> tuple[MapResult, Path]:
    """Make the map that the options ask for, or find it made: the map, and its path."""
    job = find(options)
    with job.file.locked():
        contents = job.file.finished()
        if contents is None:
            return _evaluate_grid(job, options.step), job.path
        with as_input_error(job.path, OR_ELSE):
            return map_of(contents), job.path


def _evaluate_grid(job: Job, step: float | list[float]) -> MapResult:
    """f at every point of the grid, saved on the way."""
    import torch
    xx, yy = grid(step, job.options.parameters)
    points = np.stack((xx.ravel(), yy.ravel()), axis=1)
    found = {Z: np.zeros(len(points), np.float32), TOP1: np.zeros(len(points), np.int32),
             TOP1_SCORE: np.zeros(len(points), np.float32)}
    done = 0
    unfinished = job.file.unfinished()
    if unfinished:
        with as_input_error(job.file.partial_path, OR_ELSE):
            done = _views_of(unfinished, len(points))
            if done:
                found = {name: values for name, values in found.items() if name in unfinished}
                for name, values in found.items():
                    values[:done] = array(unfinished[name], values.dtype)
        if done:
            without = "" if TOP1 in found else ("; the views before were saved without the first answers, so the map "
                                                "will lack them (--override once it is there makes it anew)")
            print(f"going on after {done:,} of {len(points):,} views{without}")
    f = job.confidence()
    with progress(job, len(points), done, "view", lambda: dict(
            {name: torch.from_numpy(values[:done].copy()) for name, values in found.items()}, done=done)) as advance:
        for answers in f.batches(points, done):
            n = len(answers.score)
            for values, new in zip(found.values(), answers):
                values[done:done + n] = new
            done += n
            advance(n)
    result = MapResult(xx, yy, metadata=job.metadata(), **_as_stored(found, xx.shape, job.network.class_names))
    job.file.save_finished(map_contents(result))
    return result


def _views_of(unfinished: Mapping[str, Any], most: int) -> int:
    """How many views an unfinished map has.

    Raises:
        ValueError: if it holds anything but as many numbers of each kind, at most so many.
    """
    shapes = {name: array(unfinished[name], None).shape for name in (Z, TOP1, TOP1_SCORE) if name in unfinished}
    if len(shapes.get(Z, ())) != 1 or len(set(shapes.values())) > 1 or shapes[Z][0] > most:
        shown = ", ".join(f"{name} {list(shape)}" for name, shape in shapes.items())
        raise ValueError(f"it has values of shapes {shown or 'none'}; expected {Z} and as many first answers, of at "
                         f"most {most:,} views")
    return shapes[Z][0]


def _as_stored(found: dict[str, np.ndarray], shape: tuple[int, ...],
               class_names: Sequence[str] | None) -> dict[str, Any]:
    """What a map has at its points, on the grid, with the names of the answers."""
    stored: dict[str, Any] = {name: values.reshape(shape) for name, values in found.items()}
    if TOP1 in found:
        indices = np.unique(found[TOP1]).tolist()
        if indices[-1] <= np.iinfo(np.int16).max:  # few networks have more outputs
            stored[TOP1] = stored[TOP1].astype(np.int16)
        if class_names is not None:
            stored[TOP1_NAMES] = {index: class_names[index] for index in indices if index < len(class_names)}
    return stored


def _parse_step(given: str | None, parameters: tuple[str, ...]) -> float | list[float]:
    """The grid's step: one number where both parameters have the same."""
    if given is None:
        steps = [PARAMETERS[name].step for name in parameters]
    else:
        steps = [_in_range(given, part) for part in given.split(",")]
        if len(steps) > 2:
            raise InputError(f"--step {given}: expected one number, or one for each of the two parameters")
        sides = [domain_of([name]).r[0] / step for name, step in zip(parameters, steps * (3 - len(steps)))]
        check_views(sides, f"--step {given}")
    return float(steps[0]) if len(set(steps)) == 1 else steps


def _in_range(given: str, part: str) -> float:
    try:
        step = float(part)
    except ValueError:
        step = 0
    if not 0 < step <= LARGEST_STEP:
        raise InputError(f"--step {given}: expected degrees above 0 and at most {LARGEST_STEP} (the paper's grid has "
                         "3), or as much of another parameter")
    return step
