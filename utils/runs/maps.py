"""Maps: f on a grid of two parameters (Hamdi & Ghanem 2019, section 4)."""
from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..options.maps import MapOptions
from ..parameters import grid
from ..results.contents import MapResult, map_contents
from ..results.layout import OR_ELSE
from ..results.reading import as_input_error, map_of
from .records import ANSWER

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
            return _evaluate_grid(job, options), job.file.path
        with as_input_error(job.file.path, OR_ELSE):
            return map_of(contents), job.file.path


def _evaluate_grid(job: Job, options: MapOptions) -> MapResult:
    """f at every point of the grid, with the network's first answers, stored."""
    xx, yy = grid(options.step, options.parameters)
    points = np.stack((xx.ravel(), yy.ravel()), axis=1)
    size, names = options.batch_size, job.network.class_names
    with job.journal() as f, f.stage(job.subject, len(points)):
        batches = np.split(points, range(min(FIRST_BATCH, size), len(points), size))
        found = np.concatenate([f.answers(batch) for batch in batches]).reshape(xx.shape)
    z, top1, top1_score = (np.ascontiguousarray(found[name]) for name in ANSWER)
    indices = np.unique(top1).tolist()
    is_short = indices[-1] <= np.iinfo(np.int16).max  # few networks have more outputs
    result = MapResult(xx, yy, z, job.metadata(), top1.astype(np.int16 if is_short else np.int32), top1_score,
                       None if names is None else {index: names[index] for index in indices if index < len(names)})
    job.file.save_finished(map_contents(result), f.engines)
    return result
