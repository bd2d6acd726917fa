"""A page to explore a tree of results with: one HTML file that needs no network and no other file."""
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from plotly.offline import get_plotlyjs
from tqdm import tqdm

from ..errors import InputError
from ..figures.objects import shape_of
from ..figures.style import style_of
from ..findings.common import networks_of
from ..findings.methods import ON_MAP, ORDER
from ..findings.rows import Tables
from ..findings.tables import Table
from ..results.left_out import LeftOut
from .objects import Block, objects_of
from .sprites import sprite

FOLDER = Path(__file__).parent
TEMPLATE, STYLE = FOLDER / "explorer.html", FOLDER / "explorer.css"
PROGRAMS = [FOLDER / name for name in ("explorer_state.js", "explorer_maps.js", "explorer_tables.js", "explorer.js")]
LARGEST_PAGE = 15_000_000  # bytes
SPARE = 1000  # bytes of a sprite's numbers, for each object


def page(found: Tables, tables: Iterable[Table], data_dir: Path, left_out: LeftOut) -> str:
    """The page's text, of at most LARGEST_PAGE bytes. The more objects there are, the fewer and smaller their views.

    Args:
        tables: to show below, sortable.
        data_dir: folder of the ShapeNet models, for the views.
        left_out: the views that cannot be drawn are named there; the page says that they are missing.

    Raises:
        InputError: if there is no result, or there are too many for one page.
    """
    objects = objects_of(found.maps, found.regions_results)
    if not objects:
        raise InputError("no result is left that could be read, so that there is nothing to explore")
    block = Block()
    entries: list[dict[str, Any]] = [
        dict(class_name=one.key.class_name, object_nb=one.key.object_nb, shape_id=one.shape_id,
             variant=one.variant(objects), sprite=None,
             results={network: one.shown(network, block) for network in one.results}) for one in objects]
    data = dict(objects=entries, names=block.names, methods={name: asdict(style_of(name)) for name in (*ORDER, ON_MAP)},
                networks=networks_of(found.keys), tables=[
                    dict(title=table.title, columns=list(table.frame), rows=table.rows(),
                         digits=[table.digits if kind == "float64" else 0 for kind in table.frame.dtypes])
                    for table in tables])
    parts = dict(STYLE=STYLE.read_text(encoding="utf-8"), PLOTLY=get_plotlyjs().replace("</script", "<\\/script"),
                 BLOCK=block.text(), PROGRAM="".join(path.read_text(encoding="utf-8") for path in PROGRAMS))
    of_what = f"{len(found.keys)} results of {len(objects)} objects"
    n_bytes = LARGEST_PAGE - len(_written(data, parts, of_what).encode())
    shapes = []
    for entry, page_object in zip(entries, objects):
        with left_out.on_error():
            shapes.append((entry, page_object, shape_of(page_object.key, data_dir, *page_object.known)))
    for k, (entry, page_object, shape) in enumerate(tqdm(shapes, desc="rendering views", unit="object")):
        image_size = max(about.image_size for about in page_object.known)
        entry["sprite"] = sprite(shape, image_size, n_bytes // (len(shapes) - k) - SPARE,
                                 any(about.unmirrored for about in page_object.known))
        n_bytes -= len(entry["sprite"]["uri"]) + SPARE
    return _written(data, parts, of_what)


def _written(data: Mapping[str, Any], parts: Mapping[str, str], of_what: str) -> str:
    """The page with its data and other parts filled in.

    Raises:
        InputError: if it has too many bytes.
    """
    # "<" is written otherwise so that no name in the data can end the script that holds it
    text = json.dumps(data, allow_nan=False, separators=(",", ":")).replace("<", "\\u003c")
    filled = {**parts, "DATA": text}
    page = re.sub(f"@({'|'.join(filled)})@", lambda found: filled[found[1]], TEMPLATE.read_text(encoding="utf-8"))
    size = len(page.encode())
    if size > LARGEST_PAGE:
        raise InputError(f"the page of {of_what} would take {size / 1e6:.1f} MB, more than {LARGEST_PAGE / 1e6:g}; "
                         "choose fewer with `network`, `class_nb` or `object_nb`")
    return page
