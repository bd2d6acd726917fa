"""Maps: f on a grid of two parameters (Hamdi & Ghanem 2019, section 4)."""
from __future__ import annotations

from argparse import Namespace
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from utils.errors import InputError
from utils.jobs.options import JobOptions, checked
from utils.jobs.progress import progress
from utils.parameters import AZIMUTH_AND_ELEVATION, PARAMETERS, check_views, domain_of, grid, parse_parameters
from utils.results.arrays import array
from utils.results.contents import MapResult, as_input_error, map_contents, map_of
from utils.results.layout import MAP
from utils.results.store import OR_ELSE

if TYPE_CHECKING:
    from utils.jobs.prepare import Job

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
    from utils.jobs.prepare import prepare  # brings torch, which takes seconds: not before the options are checked
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
    z = np.zeros(len(points), dtype=np.float32)
    done = 0
    unfinished = job.file.unfinished()
    if unfinished:
        with as_input_error(job.file.partial_path, OR_ELSE):
            kept = array(unfinished["z"], np.float32)
            done = len(kept)
            z[:done] = kept
        if done:
            print(f"going on after {done:,} of {len(points):,} views")
    f = job.confidence()
    with progress(job, len(points), done, "view",
                  lambda: dict(z=torch.from_numpy(z[:done].copy()), done=done)) as advance:
        for scores in f.batches(points, done):
            z[done:done + len(scores)] = scores
            done += len(scores)
            advance(len(scores))
    result = MapResult(xx, yy, z.reshape(xx.shape), job.metadata())
    job.file.save_finished(map_contents(result))
    return result


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
