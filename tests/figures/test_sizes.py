"""Figures of a paper: their width, their text of 8 points, and what every figure says of itself."""
import re
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from matplotlib.text import Text
from PIL import Image

from tests.trees import write_result
from utils.figures import network_plots, plots
from utils.figures.cover import plot_cover
from utils.figures.drawing import Planned, draw_missing
from utils.figures.sizes import IN_PAPER, sized
from utils.figures.style import legend_below, new_figure
from utils.figures.tree import KINDS, figures_of
from utils.findings.audit import Curve
from utils.findings.cover import N_BOXES, PURITIES, CoverCurve
from utils.findings.intervals import estimate
from utils.options.reports import WIDTHS
from utils.results.left_out import LeftOut
from utils.results.tree import Selection, Tree

NETWORKS = ("AlexNet", "EfficientNetLite0", "package.module_function")
OPTIONS = dict(colormap="viridis", to_maximum=False, elevation=35.0, data_dir=Path("."), level=0.5, measure="degrees",
               no_wrap=False)
LEVELS = np.array([0.2, 0.5, 0.8])
CURVE = Curve(LEVELS, np.array([20.0, 5, 0]), np.zeros(3), np.array([30.0, 8, 0]), 10, dict(naive=3.0, OIR_W=8.0))
COVERED = CoverCurve(*np.linspace((20, 10, 30), (60, 50, 70), N_BOXES).T, 10)
METRICS = "views >=0.5", "mean confidence", "purity OIR_W"
BOARD = {names: dict.fromkeys(METRICS, dict.fromkeys(names, estimate(LEVELS))) for names in (NETWORKS, NETWORKS[:2])}


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tree")
    for network in NETWORKS[:2]:
        write_result(folder / network / "4/0", 4, answers=True, largest=True)
    return Tree(folder, Selection(), LeftOut("test"))


def every_figure(tree, width):
    """A figure of each kind, as it is planned."""
    planned = {}
    for command, kinds in KINDS.items():
        if command != "gif":
            for one in figures_of(command, tree, OPTIONS | dict(width=width)):
                planned.setdefault(one.draw.func if one.name.count("_") > 2 else one.name, one)
            assert len(kinds) <= len(planned)
    curves = dict.fromkeys(NETWORKS, CURVE)
    of_networks = (
        lambda: network_plots.plot_curves(curves, 0.5, "degrees"),
        *(partial(network_plots.plot_leaderboard, metrics, names, curves, 0.5, "Networks", "sphere")
          for names, metrics in BOARD.items()),
        lambda: plot_cover(dict.fromkeys(PURITIES, dict.fromkeys(NETWORKS, COVERED)), "Boxes that cover"))
    return [*planned.values(), *(Planned(f"{k}", draw, width=width) for k, draw in enumerate(of_networks))]


def texts_of(figure):
    return [text for text in figure.findobj(Text) if text.get_text() and text.get_visible()]


@pytest.mark.parametrize("width", ["column", None])
def test_every_figure_has_its_width_its_text_and_its_words(tree, width):
    for one in every_figure(tree, width):
        with sized(width):
            figure = one.draw()
            figure.draw_without_rendering()
        inches, texts = figure.get_size_inches(), texts_of(figure)
        if width:
            assert inches[0] == WIDTHS[width] and inches[1] <= 9.5, one.name
            assert {text.get_fontsize() for text in texts} == {8}, one.name
        box = figure.get_tightbbox()
        assert (box.min >= -0.04).all() and (box.max <= inches + 0.04).all(), f"{one.name}: something is cut off"
        measured = [text.get_text() for text in texts if re.match("azimuth|elevation", text.get_text())]
        assert all("(degrees)" in text for text in measured), one.name
        legends = [legend for part in (figure, *figure.subfigs) for legend in part.legends]
        assert all(legend.get_title().get_text() for legend in legends), one.name


def test_a_width_draws_figures_again_and_is_that_of_the_files(tree, tmp_path, capsys):
    for width, n_drawn in ((None, 1), ("column", 1), ("column", 0), (None, 1)):
        draw_missing(figures_of("maps", tree, OPTIONS | dict(width=width))[:1], tmp_path, tree.left_out)
        assert capsys.readouterr().out.startswith(f"{n_drawn} drawn")
        if width:
            png, pdf = sorted(tmp_path.rglob("*.p*"), key=lambda path: path.suffix, reverse=True)
            with Image.open(png) as picture:
                assert picture.size[0] == WIDTHS[width] * IN_PAPER[width].dpi
            contents = pdf.read_bytes()
            assert f"/MediaBox [ 0 0 {WIDTHS[width] * 72:g} ".encode() in contents
            assert b"/CIDFontType2" in contents and b"/Type3" not in contents  # TrueType, as publishers ask for


def test_a_long_legend_has_as_many_columns_as_there_is_room_for():
    with sized("column"):
        figure = new_figure("title")
        height = figure.get_figheight()
        handles = plots.box_of((0, 0), (1, 1), "naive"), plots.box_of((0, 0), (1, 1), "OIR_W")
        legend_below(figure, handles, ["short", "one"], 2)
        legend_below(figure, handles, ["package.module:function"] * 2, title="networks")
    assert [legend._ncols for legend in figure.legends] == [2, 1]
    assert figure.get_figheight() == pytest.approx(height + (1 + 3) * 1.5 * 8 / 72)
