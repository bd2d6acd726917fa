"""A page to explore a tree of results with: one HTML file that needs no network and no other file."""
import base64
import io
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from plotly.offline import get_plotlyjs
from tqdm import tqdm

from utils.bounds import LARGEST
from utils.errors import InputError
from utils.parameters import AZIMUTH_AND_ELEVATION, PARAMETERS, grid
from utils.report.methods import ON_MAP, STYLES, in_order
from utils.report.objects import shape_of, views_at
from utils.report.on_map import holding, level_of, with_largest
from utils.report.tables import Table
from utils.results.contents import MapResult, RegionsResult
from utils.results.left_out import LeftOut
from utils.results.metadata import Metadata
from utils.results.tree import Key, natural
from utils.shapes.shape import Shape

TEMPLATE = Path(__file__).with_name("explorer.html")
VIEW_STEP = 6  # degrees between two views of a sprite
SPRITES = ((112, 40), (112, 20), (56, 20))  # pixels of a view and WebP quality, the first that is small enough
SPRITE_BYTES = 560_000
HASH_DIGITS = 6  # of a mesh, where two of the same shape are to be told apart


@dataclass
class PageObject:
    """One entry of the page: results of several networks, all seen in the same views.

    Attributes:
        key: of the first result.
        known: what each of its maps and regions says about itself.
        results: by network, what the page shows.
    """
    key: Key
    known: list[Metadata]
    results: dict[str, dict[str, Any]] = field(default_factory=dict)

    def is_of(self, key: Key, known: Iterable[Metadata]) -> bool:
        """Whether other results are of the same object, as far as they say, and of the same kind of view."""
        return ((self.key.class_nb, self.key.object_nb) == (key.class_nb, key.object_nb)
                and all(_same_views(mine, other) for mine in self.known for other in known))

    @property
    def shape_id(self) -> str | None:
        """Of the object, or None if no file says."""
        return self.known[0].shape_id

    def variant(self, is_alone: bool) -> str:
        """What tells it from others of the same class and number.

        Args:
            is_alone: no other has its shape.
        """
        words = [self.shape_id or "unknown shape"]
        if not is_alone:
            mesh_hash = next((known.mesh_hash for known in self.known if known.mesh_hash), None)
            words += [f"mesh {mesh_hash[:HASH_DIGITS]}"] if mesh_hash else []
            words += [f"{name}={value:g}" for name, value in self.known[0].fixed.items()]
            words.append(f"{self.known[0].image_size} pixels")
        return ", ".join(words)


def page(maps: Mapping[Key, MapResult], regions: Mapping[Key, RegionsResult], tables: Iterable[Table], data_dir: Path,
         left_out: LeftOut) -> str:
    """The page's text.

    Args:
        maps: the maps.
        regions: the regions.
        tables: to show below, sortable.
        data_dir: folder of the ShapeNet models, for the views.
        left_out: the views that cannot be drawn are named there; the page says that they are missing.

    Raises:
        InputError: if there is no result.
    """
    objects = sorted(objects_of(maps, regions), key=lambda thing: natural((thing.key.class_nb, thing.key.object_nb)))
    if not objects:
        raise InputError("no result is left that could be read, so that there is nothing to explore")
    n_of_shape = Counter((thing.key.class_nb, thing.key.object_nb, thing.shape_id) for thing in objects)
    found = []
    for thing in tqdm(objects, desc="rendering views", unit="object"):
        sprite = None
        with left_out.on_error():
            sprite = _sprite(shape_of(thing.key, data_dir, *thing.known), thing.known[0].image_size)
        is_alone = n_of_shape[thing.key.class_nb, thing.key.object_nb, thing.shape_id] == 1
        found.append(dict(class_name=thing.key.class_name, object_nb=thing.key.object_nb,
                          variant=thing.variant(is_alone), results=thing.results, sprite=sprite))
    styles = {**STYLES, ON_MAP: STYLES[LARGEST]}
    data = dict(objects=found, methods={name: asdict(style) for name, style in styles.items()},
                networks=sorted({key.network for key in (*maps, *regions)}),
                tables=[dict(title=table.title, columns=table.columns, rows=table.rows, digits=[
                    table.digits if any(isinstance(row[k], float) for row in table.rows) else 0
                    for k in range(len(table.columns))]) for table in tables])
    # "<" is written otherwise so that no name in the data can end the script that holds it
    text = json.dumps(data, allow_nan=False, separators=(",", ":")).replace("<", "\\u003c")
    plotly = get_plotlyjs().replace("</script", "<\\/script")
    before, rest = TEMPLATE.read_text(encoding="utf-8").split("@PLOTLY@")
    between, after = rest.split("@DATA@")
    return before + plotly + between + text + after


def objects_of(maps: Mapping[Key, MapResult], regions: Mapping[Key, RegionsResult]) -> list[PageObject]:
    """The page's entries. Networks share one where all their results are seen in the same views."""
    objects: list[PageObject] = []
    for key in sorted({*maps, *regions}, key=lambda key: key.order):
        known = _known(maps.get(key), regions.get(key))
        thing = next((thing for thing in objects if thing.is_of(key, known)), None)
        if thing is None:
            thing = PageObject(key, [])
            objects.append(thing)
        thing.known += known
        thing.results[key.network] = dict(map=_map(maps[key]) if key in maps else None,
                                          regions=_regions(regions[key], maps.get(key)) if key in regions else None)
    return objects


def _known(*results: MapResult | RegionsResult | None) -> list[Metadata]:
    """What results of one folder say about themselves; a shape that one of them states is that of the others too."""
    known = [result.metadata for result in results if result is not None]
    shape_id = next((metadata.shape_id for metadata in known if metadata.shape_id), None)
    return [replace(metadata, shape_id=metadata.shape_id or shape_id) for metadata in known]


def _same_views(one: Metadata, other: Metadata) -> bool:
    """Whether two results are of the same shape, drawn in the same way. A mesh that no file states may be any."""
    meshes = {metadata.mesh_hash for metadata in (one, other)} - {None}
    return ((one.shape_id, one.fixed, one.image_size) == (other.shape_id, other.fixed, other.image_size)
            and len(meshes) < 2)


def _map(result: MapResult) -> dict[str, Any]:
    """A map whose numbers are the bytes of float32s in base64, which keeps them exact and short."""
    return dict(azimuth=result.xx[0].tolist(), elevation=result.yy[:, 0].tolist(),
                z=base64.b64encode(result.z.astype("<f4").tobytes()).decode())


def _regions(result: RegionsResult, view: MapResult | None) -> dict[str, Any] | None:
    """Boxes [azimuth, elevation, azimuth, elevation] or None by method, whether they hold, and the initial points.

    Without largest boxes among the regions, those of the map are added. Regions of other parameters are projections: a
    one-dimensional region is a box without height at its elevation.
    """
    parameters, stated = result.metadata.parameters, result.metadata.elevation
    elevation = PARAMETERS["elevation"].default if stated is None else stated
    columns = [parameters.index(name) if name in parameters else None for name in AZIMUTH_AND_ELEVATION]

    def flat(point: np.ndarray) -> list[float | None]:
        azimuth, height = (None if column is None else float(point[column]) for column in columns)
        return [azimuth, elevation if height is None else height]

    if columns[0] is None:
        return None
    boxes = with_largest({name: result.methods[name].regions for name in in_order(result.methods)},
                         result.initial_points, view if parameters == AZIMUTH_AND_ELEVATION else None, level_of(result))
    return dict(points=[flat(point) for point in result.initial_points if np.isfinite(point).all()],
                parameters=list(parameters), holds=holding(result, view),
                boxes={name: [flat(box.a) + flat(box.b) if box.is_finite() else None for box in of_method]
                       for name, of_method in boxes.items()})


def _sprite(shape: Shape, image_size: int) -> dict[str, Any]:
    """All views of an object in one picture, a row for each elevation, the lowest first."""
    xx, yy = grid(VIEW_STEP)
    views = views_at(np.stack((xx.ravel(), yy.ravel()), axis=1), shape, image_size, SPRITES[0][0])
    for size, quality in SPRITES:
        small = views.reshape(len(views), size, views.shape[1] // size, size, -1).mean((2, 4)).round().astype(np.uint8)
        picture = small.reshape(*xx.shape, size, size).transpose(0, 2, 1, 3).reshape(len(xx) * size, -1)
        file = io.BytesIO()
        Image.fromarray(picture).save(file, "WEBP", quality=quality)
        if file.tell() <= SPRITE_BYTES:
            break
    return dict(size=size, azimuth=xx[0].tolist(), elevation=yy[:, 0].tolist(),
                uri="data:image/webp;base64," + base64.b64encode(file.getvalue()).decode())
