"""A page to explore a tree of results with: one HTML file that needs no network and no other file."""
import json
import re
from collections import Counter
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
from ..shapes.shape import Shape
from .objects import Block, PageObject, objects_of
from .sprites import sprite

FOLDER = Path(__file__).parent
TEMPLATE, STYLE = FOLDER / "explorer.html", FOLDER / "explorer.css"
PROGRAMS = [FOLDER / name for name in ("explorer_state.js", "explorer_maps.js", "explorer_tables.js", "explorer.js")]
LARGEST_PAGE = 15_000_000  # bytes
SPARE = 1000  # bytes of a sprite's numbers, for each object


def page(found: Tables, tables: Iterable[Table], data_dir: Path, left_out: LeftOut) -> str:
    """The page's text, of at most LARGEST_PAGE bytes. The more objects there are, the fewer and smaller their views.

    Args:
        found: the results.
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
    entries = _entries(objects, block)
    data = dict(objects=entries, names=block.names, methods={name: asdict(style_of(name)) for name in (*ORDER, ON_MAP)},
                networks=networks_of(found.keys), tables=[_shown(table) for table in tables])
    parts = dict(STYLE=STYLE.read_text(encoding="utf-8"), PLOTLY=get_plotlyjs().replace("</script", "<\\/script"),
                 BLOCK=block.text(), PROGRAM="".join(path.read_text(encoding="utf-8") for path in PROGRAMS))
    n_results = len(found.keys)
    n_bytes = LARGEST_PAGE - _size(_written(data, parts), n_results, objects)
    shapes: list[tuple[dict[str, Any], PageObject, Shape]] = []
    for entry, page_object in zip(entries, objects):
        with left_out.on_error():
            shapes.append((entry, page_object, shape_of(page_object.key, data_dir, *page_object.known)))
    for k, (entry, page_object, shape) in enumerate(tqdm(shapes, desc="rendering views", unit="object")):
        entry["sprite"] = sprite(shape, page_object.image_size, n_bytes // (len(shapes) - k) - SPARE)
        n_bytes -= len(entry["sprite"]["uri"]) + SPARE
    text = _written(data, parts)
    _size(text, n_results, objects)
    return text


def _entries(objects: list[PageObject], block: Block) -> list[dict[str, Any]]:
    """What the page holds of each object, still without its views."""
    n_alike = Counter(one.identity for one in objects)
    return [dict(class_name=one.key.class_name, object_nb=one.key.object_nb, shape_id=one.shape_id,
                 variant=one.variant(n_alike[one.identity] == 1), sprite=None,
                 results={network: one.result(network, block) for network in one.networks}) for one in objects]


def _shown(table: Table) -> dict[str, Any]:
    """A table, with the digits of each of its columns."""
    return dict(title=table.title, columns=list(table.frame), rows=table.rows(),
                digits=[table.digits if kind == "float64" else 0 for kind in table.frame.dtypes])


def _written(data: Mapping[str, Any], parts: Mapping[str, str]) -> str:
    """The page with its data and other parts filled in."""
    # "<" is written otherwise so that no name in the data can end the script that holds it
    text = json.dumps(data, allow_nan=False, separators=(",", ":")).replace("<", "\\u003c")
    filled = {**parts, "DATA": text}
    return re.sub(f"@({'|'.join(filled)})@", lambda found: filled[found[1]], TEMPLATE.read_text(encoding="utf-8"))


def _size(text: str, n_results: int, objects: list[PageObject]) -> int:
    """Bytes of a page.

    Raises:
        InputError: if they are too many.
    """
    size = len(text.encode())
    if size > LARGEST_PAGE:
        raise InputError(f"the page of {n_results} results of {len(objects)} objects would take {size / 1e6:.1f} MB, "
                         f"more than {LARGEST_PAGE / 1e6:g}; choose fewer with `network`, `class_nb` or `object_nb`")
    return size
