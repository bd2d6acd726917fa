"""Moving pictures, and the views in them."""
import numpy as np
import pytest
from matplotlib import colormaps
from PIL import Image

from utils.errors import InputError
from utils.figures import gifs
from utils.parameters import grid
from utils.regions import ndinterval
from utils.results.contents import MapResult
from utils.space import Space

VIEWS = np.random.default_rng(0).integers(0, 255, (7, 112, 112), dtype=np.uint8)


def test_a_gif_has_its_frames_and_stays_small_enough(tmp_path, monkeypatch):
    frames = [gifs.labelled(view, f"{45 * k}°", k / 6, "AlexNet: cup") for k, view in enumerate(VIEWS)]
    path = tmp_path / "turning.gif"
    gifs.save((frames, 7), path)
    whole = path.stat().st_size
    with Image.open(path) as gif:
        assert gif.n_frames == 7 and gif.size == (112, 112 + 2 * gifs.bar_below(112)) and gif.info["duration"] == 1000
    monkeypatch.setattr(gifs, "LARGEST_GIF", whole // 2)
    gifs.save((frames, 7), path)
    assert path.stat().st_size <= whole // 2
    with Image.open(path) as gif:
        assert 2 <= gif.n_frames < 7
    monkeypatch.setattr(gifs, "LARGEST_GIF", 1000)
    with pytest.raises(InputError, match="one frame of"):
        gifs.save((frames, 7), path)


def test_the_bar_is_as_long_as_the_confidence():
    for confidence in (0, 0.25, 1, 1.2):
        bar = np.asarray(gifs.labelled(VIEWS[0], "0°", confidence))[-1]
        length = (bar != 70).any(axis=1).sum()
        assert abs(length - 112 * min(confidence, 1)) <= 1


def test_a_contact_sheet_holds_the_views():
    sheet = np.asarray(gifs.contact_sheet(VIEWS, list("abcdefg"), np.zeros(7), "title"))
    across, _ = gifs.SHEET
    for k, view in enumerate(VIEWS):
        top, left = 2 * gifs.LETTERS + k // across * (112 + gifs.bar_below(112)), k % across * 112
        np.testing.assert_array_equal(sheet[top:top + 112, left:left + 112, 0], view)


def test_cells_inside_a_region():
    xx, yy = grid(10)
    a_map = MapResult(xx, yy, np.zeros(xx.shape))

    def inside(a, b, wrap=False):
        cells = gifs.cells_inside(a_map, ndinterval(a, b), Space.of(("azimuth", "elevation"), wrap=wrap))
        return [(xx.ravel()[k], yy.ravel()[k]) for k in cells]

    assert inside([95, 15], [121, 25]) == [(100, 20), (110, 20), (120, 20)]
    assert inside([101, 15], [109, 25]) == []
    assert inside([345, 15], [375, 25], wrap=True) == [(350, 20), (0, 20), (10, 20)]
    all_over = inside([-50, -50], [400, 100])
    assert len(all_over) == 15 and all_over[0] == (0, 80) and all_over[-1] == (350, -10)


def test_a_gif_keeps_the_colours_of_thin_lines(tmp_path):
    frame = colormaps["viridis"](np.random.default_rng(0).random((200, 200)), bytes=True)[..., :3]
    frame[100, :60] = 238, 130, 238  # the naive method's line
    gifs.save(([Image.fromarray(frame)], 1), tmp_path / "lines.gif")
    with Image.open(tmp_path / "lines.gif") as gif:
        assert np.abs(np.asarray(gif.convert("RGB"))[100, :60].astype(int) - (238, 130, 238)).max() <= 8
