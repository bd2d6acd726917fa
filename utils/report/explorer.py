"""A page to explore a tree of results with: one HTML file that needs no network and no other file."""
import base64
import io
import json
from pathlib import Path

import numpy as np
from PIL import Image
from plotly.offline import get_plotlyjs
from tqdm import tqdm

from utils.errors import InputError
from utils.results.contents import METHODS, natural
from utils.parameters import AZIMUTH_AND_ELEVATION, PARAMETERS, grid
from utils.report.objects import shape_of, views_at

TEMPLATE = Path(__file__).with_name("explorer.html")
VIEW_STEP = 6  # degrees between two views of a sprite
SPRITES = ((112, 40), (112, 20), (56, 20))  # pixels of a view and WebP quality, the first that is small enough
SPRITE_BYTES = 560_000
COLORS = {"naive": "#ee82ee", "OIR_B": "#ff0000", "OIR_W": "#ffff00", "trap": "#ffa500"}  # as in utils.report.plots
DASHES = {"naive": "dot", "OIR_B": "dash", "OIR_W": "solid", "trap": "dashdot"}


def page(maps, optims, tables, data_dir, leaving_out):
    """The page's text.

    Args:
        maps: MapResults by Key.
        optims: OptimResults by Key.
        tables: Tables to show below, sortable.
        data_dir: folder of the ShapeNet models, for the views.
        leaving_out: context manager that reports an InputError inside and goes on; the page says that views are
            missing.
    """
    objects = {}
    for key in sorted({*maps, *optims}, key=lambda key: key.order):
        known = maps.get(key) or optims[key]
        thing = objects.setdefault((key.class_nb, key.object_nb, known.shape_id), dict(
            class_name=key.class_name, object_nb=key.object_nb, shape_id=known.shape_id, results={},
            of=(key, known)))
        thing["results"][key.network] = dict(map=_map(maps[key]) if key in maps else None,
                                             regions=_regions(optims[key]) if key in optims else None)
    for thing in tqdm(objects.values(), desc="rendering views", unit="object"):
        key, known = thing.pop("of")
        thing["sprite"] = None
        with leaving_out():
            thing["sprite"] = _sprite(shape_of(key, data_dir, known))
    ordered = sorted(objects.items(), key=lambda item: natural(item[0][:2]))
    data = dict(objects=[thing for _, thing in ordered], methods=METHODS, colors=COLORS, dashes=DASHES,
                networks=sorted({key.network for key in (*maps, *optims)}),
                tables=[dict(title=table.title, columns=table.columns, rows=table.rows, digits=[
                    table.digits if any(isinstance(row[k], float) for row in table.rows) else 0
                    for k in range(len(table.columns))]) for table in tables])
    if not data["objects"]:
        raise InputError("no result is left that could be read, so that there is nothing to explore")
    # "<" is written otherwise so that no name in the data can end the script that holds it
    text = json.dumps(data, allow_nan=False, separators=(",", ":")).replace("<", "\\u003c")
    plotly = get_plotlyjs().replace("</script", "<\\/script")
    before, rest = TEMPLATE.read_text(encoding="utf-8").split("@PLOTLY@")
    between, after = rest.split("@DATA@")
    return before + plotly + between + text + after


def _map(result):
    """A map whose numbers are the bytes of float32s in base64, which keeps them exact and short."""
    return dict(azimuth=result.xx[0].tolist(), elevation=result.yy[:, 0].tolist(),
                z=base64.b64encode(result.z.astype("<f4").tobytes()).decode())


def _regions(result):
    """Boxes [azimuth, elevation, azimuth, elevation] or None by method, and the initial points; others as projections.

    A one-dimensional region is a box without height at its elevation.
    """
    elevation = PARAMETERS["elevation"].default if result.elevation is None else result.elevation
    columns = [result.parameters.index(name) if name in result.parameters else None for name in AZIMUTH_AND_ELEVATION]

    def flat(point):
        azimuth, height = (None if column is None else float(point[column]) for column in columns)
        return [azimuth, elevation if height is None else height]

    if columns[0] is None:
        return None
    return dict(points=[flat(point) for point in result.initial_points if np.isfinite(point).all()],
                parameters=list(result.parameters),
                boxes={method: [flat(box.a) + flat(box.b) if box.is_finite() else None for box in boxes]
                       for method, boxes in result.regions.items()})


def _sprite(shape):
    """All views of an object in one picture, a row for each elevation, the lowest first."""
    xx, yy = grid(VIEW_STEP)
    views = views_at(np.stack((xx.ravel(), yy.ravel()), axis=1), shape, SPRITES[0][0])
    for size, quality in SPRITES:
        small = views.reshape(len(views), size, views.shape[1] // size, size, -1).mean((2, 4)).round().astype(np.uint8)
        picture = small.reshape(*xx.shape, size, size).transpose(0, 2, 1, 3).reshape(len(xx) * size, -1)
        file = io.BytesIO()
        Image.fromarray(picture).save(file, "WEBP", quality=quality)
        if file.tell() <= SPRITE_BYTES:
            break
    return dict(size=size, azimuth=xx[0].tolist(), elevation=yy[:, 0].tolist(),
                uri="data:image/webp;base64," + base64.b64encode(file.getvalue()).decode())
