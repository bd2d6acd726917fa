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
from ..figures.style import REST, RIGHT, WRONG, network_styles, style_of
from ..findings.common import networks_of
from ..findings.methods import ON_MAP, ORDER
from ..findings.rows import Tables
from ..findings.tables import Table
from ..results.left_out import LeftOut
from .boards import cover_view, leaderboard_view, table_view
from .objects import Block, PageObject, objects_of, packed
from .sprites import gallery, sprite, thumbnail

FOLDER = Path(__file__).parent
TEMPLATE, STYLE = FOLDER / "explorer.html", FOLDER / "explorer.css"
PROGRAMS = [FOLDER / f"explorer{name}.js" for name in (
    "_state", "_link", "_regions", "_maps", "_gallery", "_tables", "_boards", "")]
LARGEST_PAGE = 15_000_000  # bytes
SPARE = 1000  # bytes of a sprite's numbers, for each object


def page(found: Tables, tables: Iterable[Table], data_dir: Path, left_out: LeftOut) -> str:
    """The page's text, of at most LARGEST_PAGE bytes. The more objects there are, the fewer and smaller their views.

    Args:
        tables: to show, sortable.
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
             variant=one.variant(objects), sprite=None, thumbnail=None,
             results={network: one.shown(network, block) for network in one.results}) for one in objects]
    networks, cover = networks_of(found.keys), cover_view(found)
    rows = [line["network"] for curve in cover["curves"] for line in curve["lines"]]
    looks = {name: dict(color=style.color, dash=style.dash)
             for name, style in network_styles(dict.fromkeys((*networks, *rows))).items()}
    data = dict(objects=entries, names=block.names, methods={name: asdict(style_of(name)) for name in (*ORDER, ON_MAP)},
                networks=networks, looks=looks,
                answer_colors=dict(right=RIGHT, wrong=WRONG, rest=REST), leaderboard=leaderboard_view(found),
                cover=cover, tables=[table_view(table) for table in tables])
    parts = dict(STYLE=STYLE.read_text(encoding="utf-8"), PLOTLY=packed(get_plotlyjs().encode()), BLOCK=block.text(),
                 PROGRAM="".join(path.read_text(encoding="utf-8") for path in PROGRAMS))
    of_what = f"{len(found.keys)} results of {len(objects)} objects"
    pictures = _pictures(entries, objects, data_dir, left_out,
                         LARGEST_PAGE - len(_written(data, {}, parts, of_what).encode()))
    return _written(data, pictures, parts, of_what)


def _pictures(entries: list[dict[str, Any]], objects: list[PageObject], data_dir: Path, left_out: LeftOut,
              n_bytes: int) -> dict[str, Any]:
    """The thumbnails and the sprites of the objects, in at most so many bytes. The entries say which are theirs."""
    seen = []
    for entry, page_object in zip(entries, objects):
        with left_out.on_error():
            known = page_object.known
            shape = shape_of(page_object.key, data_dir, *known)
            seen.append((entry, shape, max(about.image_size for about in known), any(one.unmirrored for one in known)))
    thumbnails = gallery([thumbnail(shape, image_size, unmirrored) for _, shape, image_size, unmirrored in seen])
    n_bytes -= len(thumbnails["uri"] or "")
    sprites: list[str] = []
    for k, (entry, shape, image_size, unmirrored) in enumerate(tqdm(seen, desc="rendering views", unit="object")):
        found = sprite(shape, image_size, n_bytes // (len(seen) - k) - SPARE, unmirrored)
        sprites.append(found.pop("uri"))
        entry |= dict(sprite=found, thumbnail=k)
        n_bytes -= len(sprites[-1]) + SPARE
    return dict(thumbnails=thumbnails, sprites=sprites)


def _written(data: Mapping[str, Any], pictures: Mapping[str, Any], parts: Mapping[str, str], of_what: str) -> str:
    """The page with its data, pictures and other parts filled in.

    Raises:
        InputError: if it has too many bytes.
    """
    texts = [json.dumps(one, allow_nan=False, separators=(",", ":")) for one in (data, pictures)]
    filled = {**parts, "DATA": packed(texts[0].encode()), "PICTURES": texts[1]}
    page = re.sub(f"@({'|'.join(filled)})@", lambda found: filled[found[1]], TEMPLATE.read_text(encoding="utf-8"))
    size = len(page.encode())
    if size > LARGEST_PAGE:
        raise InputError(f"the page of {of_what} would take {size / 1e6:.1f} MB, more than {LARGEST_PAGE / 1e6:g}; "
                         "choose fewer with `network`, `class_nb` or `object_nb`")
    return page
