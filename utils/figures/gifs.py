"""Moving pictures of one object, as GIFs: it turns, its views inside each region, and its regions grow."""
import io
from collections.abc import Sequence
from pathlib import Path

import matplotlib
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from PIL import Image, ImageDraw, ImageFont

from ..errors import InputError
from ..findings.on_map import drawn_in
from ..options.reports import COLORMAP
from ..regions import ndinterval
from ..results.contents import MapResult
from ..space import Space
from . import plots
from .group import Group, boxes_of, row_at
from .objects import shape_of, views_at
from .style import EMPTY, GROUND, TEXT, titled
from .traces import bounds_of

MOST_FRAMES = 120  # of an object turning: one for each azimuth of the paper's grid
GROWTH_FRAMES = 50
TURNING_SIZE = 448  # pixels a side of a view; the height of a map
INSIDE_SIZE = 224  # of a view in a contact sheet
LARGEST_GIF = 5_000_000  # bytes
LETTERS = 20  # pixels, of a contact sheet's title
SHEET = (5, 3)  # views across and down

Animation = tuple[list[Image.Image], float]  # frames of one size, and the seconds that all of them take


def turning(group: Group, elevation: float, data_dir: Path) -> Animation:
    """The object seen from one azimuth after the other."""
    a_map = group.map()
    row, elevation = row_at(a_map, elevation)
    columns = np.arange(0, a_map.z.shape[1], -(-a_map.z.shape[1] // MOST_FRAMES))
    azimuths = a_map.xx[row, columns]
    points = np.stack((azimuths, np.full(len(columns), elevation)), axis=1)
    views = views_at(points, shape_of(group.key, data_dir, a_map.metadata), a_map.metadata.image_size, TURNING_SIZE,
                     a_map.metadata.unmirrored)
    title = f"{group.titled(a_map)}, elevation {elevation:g}°"
    return [labelled(view, f"{azimuth:g}°", confidence, title)
            for view, azimuth, confidence in zip(views, azimuths, a_map.z[row, columns])], 8


def inside(group: Group, data_dir: Path) -> Animation:
    """A frame for each region: views at cells of the map inside it, whose confidence the map has."""
    a_map, result = group.map(), group.regions_on_map("gif")
    shape = shape_of(group.key, data_dir, a_map.metadata, result.metadata)
    frames = []
    for method, boxes in boxes_of(result).items():
        for point, box in zip(result.initial_points, boxes):
            cells = cells_inside(a_map, box, drawn_in(method)) if box.is_finite() else ()
            if len(cells):
                azimuths, elevations, confidences = (values.ravel()[cells] for values in (a_map.xx, a_map.yy, a_map.z))
                points = np.stack((azimuths, elevations), axis=1)
                frames.append(contact_sheet(
                    views_at(points, shape, a_map.metadata.image_size, INSIDE_SIZE, a_map.metadata.unmirrored),
                    [f"{a:g}°, {e:g}°" for a, e in points], confidences,
                    f"{group.titled(a_map)}, inside {method} from {', '.join(f'{number:g}°' for number in point)}"))
    if not frames:
        raise InputError(f"{group.regions[group.key]}: no region holds a viewpoint of {group.maps[group.key]}, so that "
                         "there is nothing to show")
    return frames, 2 * len(frames)


def growing(group: Group) -> Animation:
    """The regions of all methods growing over the map."""
    result = group.regions_on_map("gif", with_traces=True)
    traces = [(method, trace) for method, of_points in bounds_of(result).items() for trace in of_points
              if len(trace)]
    if not traces:
        raise InputError(f"{group.regions[group.key]}: has no traces of how its regions grew")
    a_map = group.map()
    title = group.titled(a_map)
    figure, axes = plots.map_axes(title)
    plots.draw_map(figure, axes, a_map)
    patches = [axes.add_patch(plots.box_of((0, 0), (0, 0), method)) for method, _ in traces]
    plots.finish_regions(figure, axes, result.initial_points, list(dict.fromkeys(method for method, _ in traces)))
    figure.set_dpi(TURNING_SIZE / figure.get_figheight())
    canvas, frames = FigureCanvasAgg(figure), []
    longest = max(len(trace) for _, trace in traces)
    for k in np.unique(np.linspace(0, longest - 1, GROWTH_FRAMES).round().astype(int)):
        for patch, (_, trace) in zip(patches, traces):
            a, b = trace[min(k, len(trace) - 1)]
            patch.set(visible=bool(np.isfinite((a, b)).all()), bounds=(*a, *(b - a)))
        titled(figure, f"{title}, iteration {k}")
        canvas.draw()
        figure.set_layout_engine("none")  # it has been laid out, which takes longest
        frames.append(Image.fromarray(np.asarray(canvas.buffer_rgba())[..., :3].copy()))
    return frames, 8


def cells_inside(a_map: MapResult, box: ndinterval, space: Space) -> np.ndarray:
    """Places of cells of a map inside a box, as many as a contact sheet holds, evenly over it, row by row.

    Those of a box that runs through azimuth 0 begin where the box does.
    """
    rows, columns = (np.flatnonzero(space.spans(box, numbers, dimension))
                     for dimension, numbers in ((1, a_map.yy[:, 0]), (0, a_map.xx[0])))
    columns = columns[np.argsort(a_map.xx[0, columns] < box.a[0], kind="stable")]
    if not (len(rows) and len(columns)):
        return np.empty(0, dtype=int)
    across, down = SHEET
    rows = rows[np.unique(np.linspace(len(rows) - 1, 0, down).round().astype(int))][::-1]  # high ones first
    columns = columns[np.unique(np.linspace(0, len(columns) - 1, across).round().astype(int))]
    return (rows[:, None] * a_map.z.shape[1] + columns).ravel()


def contact_sheet(views: np.ndarray, labels: Sequence[str], confidences: np.ndarray, title: str) -> Image.Image:
    """One frame with [N, S, S] uint8 views, at most as many as a SHEET holds, their labels and confidences."""
    across, down = SHEET
    cells = [labelled(*cell) for cell in zip(views, labels, confidences)]
    (width, height), top = cells[0].size, 2 * LETTERS
    sheet = Image.new("RGB", (across * width, down * height + top), GROUND)
    ImageDraw.Draw(sheet).text((8, top / 2), title, TEXT, ImageFont.load_default(LETTERS), anchor="lm")
    for k, cell in enumerate(cells):
        sheet.paste(cell, (k % across * width, k // across * height + top))
    return sheet


def save(animation: Animation, path: Path) -> None:
    """Write an endless GIF. Every second frame is dropped until it has no more bytes than LARGEST_GIF.

    Raises:
        InputError: if a single frame is too large.
    """
    made, seconds = animation
    frames = [frame.convert("RGB").quantize(256, dither=Image.Dither.NONE) for frame in made]
    while True:
        file = io.BytesIO()
        frames[0].save(file, "GIF", save_all=True, append_images=frames[1:], loop=0,
                       duration=max(20, round(1000 * seconds / len(frames))))
        if file.tell() <= LARGEST_GIF:
            break
        if len(frames) == 1:
            raise InputError(f"{path}: one frame of {frames[0].size} pixels has more than {LARGEST_GIF:,} bytes")
        frames = frames[::2]
    path.write_bytes(file.getvalue())


def bar_below(size: int) -> int:
    """Pixels below a view of a size in pixels, for what is written there."""
    return max(34, size // 8)


def labelled(view: np.ndarray, label: str, confidence: float, title: str = "") -> Image.Image:
    """A view, [S, S] uint8, with a label and its confidence as a number and a bar below, and a title above."""
    size = len(view)
    bar, letters = bar_below(size), max(11, size // 16)
    top = bar if title else 0
    frame = Image.new("RGB", (size, top + size + bar), GROUND)
    frame.paste(Image.fromarray(view), (0, top))
    draw = ImageDraw.Draw(frame)
    if title:
        fitting = (font for font in map(ImageFont.load_default, range(letters, 8, -1))
                   if font.getlength(title) <= size - 8)
        draw.text((size / 2, top / 2), title, TEXT, next(fitting, ImageFont.load_default(8)), anchor="mm")
    end = top + size + bar
    middle = end - 4 - bar / 2
    share = float(np.clip(confidence, 0, 1))
    color = tuple(round(255 * part) for part in matplotlib.colormaps[COLORMAP](share)[:3])
    draw.rectangle((0, end - 8, size, end), EMPTY)
    draw.rectangle((0, end - 8, round(size * share), end), color)
    draw.text((4, middle), label, TEXT, ImageFont.load_default(letters), anchor="lm")
    draw.text((size - 4, middle), f"{confidence:.2f}", TEXT, ImageFont.load_default(letters), anchor="rm")
    return frame
