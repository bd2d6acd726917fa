"""Maps: f on a grid of two parameters (Hamdi & Ghanem 2019, section 4)."""
from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..options.maps import MapOptions
from ..parameters import grid
from ..results.contents import MapResult, as_input_error, map_contents, map_of
from ..results.layout import OR_ELSE, TOP1, TOP1_NAMES, TOP1_SCORE

if TYPE_CHECKING:
    from .find import Job

FIRST_BATCH = 8  # a small one, so that the first numbers are there soon


def run(options: MapOptions) -> tuple[MapResult, Path]:
    """Make the map that the options ask for, or find it made: the map, and its path."""
    from .find import prepare  # brings torch, which takes seconds: not before the options are checked
    job = prepare(options)
    with job.file.locked():
        contents = job.file.finished()
        if contents is None:
            return _evaluate_grid(job, options), job.path
        with as_input_error(job.path, OR_ELSE):
            return map_of(contents), job.path


def _evaluate_grid(job: Job, options: MapOptions) -> MapResult:
    """f at every point of the grid, stored."""
    xx, yy = grid(options.step, options.parameters)
    points = np.stack((xx.ravel(), yy.ravel()), axis=1)
    size = options.batch_size
    with job.journal() as f, f.stage(job.subject, len(points)):
        batches = np.split(points, range(min(FIRST_BATCH, size), len(points), size))
        found = np.concatenate([f.answers(batch) for batch in batches]).reshape(xx.shape)
    answers = _first_answers(found, job.network.class_names)
    result = MapResult(xx, yy, np.ascontiguousarray(found["score"]), job.metadata(), **answers)
    job.file.save_finished(map_contents(result), f.engines)
    return result


def _first_answers(found: np.ndarray, class_names: Sequence[str] | None) -> dict[str, Any]:
    """The first answers as a map has them, and their names."""
    indices = np.unique(found["top1"]).tolist()
    is_short = indices[-1] <= np.iinfo(np.int16).max  # few networks have more outputs
    answers: dict[str, Any] = {TOP1: found["top1"].astype(np.int16 if is_short else np.int32),
                               TOP1_SCORE: np.ascontiguousarray(found["top1_score"])}
    if class_names is not None:
        answers[TOP1_NAMES] = {index: class_names[index] for index in indices if index < len(class_names)}
    return answers
