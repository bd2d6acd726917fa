"""Maps: f on a grid of two parameters (Hamdi & Ghanem 2019, section 4)."""
from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..bounds.level_set import level_set
from ..errors import InputError
from ..options.maps import MapOptions
from ..parameters import AZIMUTH_AND_ELEVATION, IMAGE_SIZE, PARAMETERS, grid, periods_of
from ..results.contents import MapResult, map_contents
from ..results.layout import IMAGES, OR_ELSE
from ..results.metadata import Metadata
from ..results.reading import as_input_error, map_of
from ..scores import CONFIDENCE
from .records import ANSWER

if TYPE_CHECKING:
    from ..bounds.views import Function
    from ..semantic.confidence import Confidence
    from .find import Job

FIRST_BATCH = 8  # a small one, so that the first numbers are there soon


def run(options: MapOptions) -> tuple[MapResult, Path]:
    """Make the map that the options ask for, or find it made: the map, and its path."""
    from .find import prepare  # brings torch, which takes seconds: not before the options are checked
    job = prepare(options)
    with job.file.locked():
        contents = job.file.finished()
        if contents is None:
            evaluate = _evaluate_grid if options.views is None else _evaluate_part
            return evaluate(job, options), job.file.path
        with as_input_error(job.file.path, OR_ELSE):
            return map_of(contents), job.file.path


def confidence_map(f: Confidence, step: float | Sequence[float] | None = None, views: int | None = None) -> MapResult:
    """The map of f over its two parameters, as `map.py` makes it, and with the same settings.

    Args:
        f: of `Confidence.of`, f(points [N, 2]) -> [N].
        step: of the grid, one for both parameters or one for each, in their units (default: of azimuth and elevation 3
            degrees).
        views: of the grid that are asked, where it matters; the others are a model's mean. A quarter of them, but 100
            or more, say how often that is wrong (default: all are asked).

    Returns:
        A MapResult: xx, yy and z [values of the second, of the first], which plots itself, and is saved or made a
        DataFrame. Of a part of the views it has `asked` and `error`.

    Raises:
        InputError: for another number of parameters, too fine a step, or a number of views that cannot be.
    """
    if len(f.parameters) != 2:
        raise InputError(f"a map is over two parameters, and f has {len(f.parameters)}: {', '.join(f.parameters)}")
    xx, yy = grid(step, f.parameters)
    if views is not None:
        return _from_part(f, xx, yy, views, _about(f, step, views))
    points = np.stack((xx.ravel(), yy.ravel()), axis=1)
    found = [f.answers(f.images(chunk)) for chunk in f.chunks(points)]
    z, top1, top1_score = (np.concatenate([getattr(part, name).numpy() for part in found]).reshape(xx.shape)
                           for name in ANSWER)
    return _map_result(xx, yy, (z, top1, top1_score), _about(f, step),
                       f.network.class_names if f.network else None)


def _evaluate_grid(job: Job, options: MapOptions) -> MapResult:
    """f at every point of the grid, with the network's first answers, stored."""
    xx, yy = grid(options.step, options.parameters)
    points = np.stack((xx.ravel(), yy.ravel()), axis=1)
    size, names = options.batch_size, job.network.class_names
    with job.journal() as f, f.stage(job.subject, len(points)):
        batches = np.split(points, range(min(FIRST_BATCH, size), len(points), size))
        found = np.concatenate([f.answers(batch) for batch in batches]).reshape(xx.shape)
    result = _map_result(xx, yy, [np.ascontiguousarray(found[name]) for name in ANSWER], job.metadata(), names)
    job.file.save_finished(map_contents(result), f.engines)
    return result


def _evaluate_part(job: Job, options: MapOptions) -> MapResult:
    """The map from a part of the grid's views, stored."""
    assert options.views is not None
    with job.journal() as f, f.stage(job.subject, options.views):
        result = _from_part(f, *grid(options.step, options.parameters), options.views, job.metadata())
    job.file.save_finished(map_contents(result), f.engines)
    return result


def _map_result(xx: np.ndarray, yy: np.ndarray, answers: Sequence[np.ndarray], about: Metadata,
                names: Sequence[str] | None) -> MapResult:
    """A map of the columns of ANSWER, and the names of the first answers in it."""
    z, top1, top1_score = answers
    indices = np.unique(top1).tolist()
    is_short = indices[-1] <= np.iinfo(np.int16).max  # few networks have more outputs
    return MapResult(xx, yy, z, about, top1.astype(np.int16 if is_short else np.int32), top1_score,
                     None if names is None else {index: names[index] for index in indices if index < len(names)})


def _from_part(f: Function, xx: np.ndarray, yy: np.ndarray, n_views: int, about: Metadata) -> MapResult:
    """f at some points of the grid, elsewhere a model's mean, and how often that is wrong."""
    found = level_set(f, np.stack((xx.ravel(), yy.ravel()), axis=1), n_views, about.level,
                      periods=periods_of(about.parameters), is_share=about.score_name == CONFIDENCE)
    return MapResult(xx, yy, found.values.reshape(xx.shape), about, asked=found.asked.reshape(xx.shape),
                     error=found.error.as_dict(), level=about.level)


def _about(f: Confidence, step: float | Sequence[float] | None, n_views: int | None = None) -> Metadata:
    """What a map of f says about itself, with the settings that map.py would record."""
    from ..networks.weights import state_identity  # brings torch, and so does the renderer
    from ..renderer import TextureMap
    network, shape, views = f.network, f.views.shape.to("cpu"), f.views
    module, normalization = f.classifier.module, f.classifier.normalization
    steps = [float(one) for one in np.broadcast_to([PARAMETERS[name].step for name in f.parameters]
                                                   if step is None else step, 2)]
    changed = dict(parameters=",".join(f.parameters), fixed=views.fixed, score=f.score.name,
                   image_size=views.image_size, unmirrored=views.unmirrored, views=n_views,
                   textures=IMAGES if isinstance(shape.textures, TextureMap) else shape.textures is not None)
    usual = dict(parameters=",".join(AZIMUTH_AND_ELEVATION), fixed={}, score="softmax", image_size=IMAGE_SIZE,
                 unmirrored=False, views=None, textures=False)
    settings = dict(
        {name: value for name, value in changed.items() if value != usual[name]},
        precision=f.classifier.precision, step=steps[0] if len(set(steps)) == 1 else steps, shape_id=shape.shape_id,
        mesh_hash=shape.mesh_hash, normalize=str(normalization) if normalization else False, label=f.label,
        weights=network.weights_identity() if network else state_identity(module.state_dict()))
    return Metadata(network.folder if network else type(module).__name__, class_name=f.class_name or str(f.label),
                    label=f.label, shape_id=shape.shape_id, parameters=f.parameters, score=f.score.name,
                    engine=f.classifier.engine_name, settings=settings)
