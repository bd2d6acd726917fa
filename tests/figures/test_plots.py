"""What the figures show: their scale, ticks, titles, and where they start."""
import numpy as np
import pytest
from matplotlib.text import Text

from tests.trees import write_result
from utils.figures import network_plots, plots, traces
from utils.figures.tree import figures_of
from utils.findings.intervals import estimate
from utils.findings.on_map import Judged
from utils.parameters import domain_of
from utils.regions import ndinterval
from utils.results.contents import MapResult, MethodResult, RegionsResult
from utils.results.left_out import LeftOut
from utils.results.metadata import Metadata
from utils.results.tree import Selection, Tree

DOMAIN = domain_of(("azimuth", "elevation"))


def map_of(step=3, top=0.4, **known):
    xx, yy = np.meshgrid(np.arange(0, 360, step), np.arange(-10, 90, step))
    return MapResult(xx, yy, top * xx / xx.max(), Metadata(**known))


def test_the_colours_end_at_one_or_at_the_largest():
    def limits(to_maximum, **known):
        return plots.plot_map(map_of(**known), "title", to_maximum=to_maximum).axes[0].collections[0].get_clim()

    assert limits(False) == (0, 1) and limits(True) == (0, 0.4)
    assert limits(False, score="logit") == (0, 0.4)  # no confidence: its own range
    regions = dict(naive=[ndinterval([0, -10], [90, 10])])
    figure = plots.plot_regions(regions, np.array([[10, 0]]), map_of(), "title", to_maximum=True)
    assert figure.axes[0].collections[0].get_clim() == (0, 0.4)


def test_the_axes_have_the_whole_domains_ticks_and_the_title_is_the_figures():
    for step in (3, 6, 15):
        figure = plots.plot_map(map_of(step), "ResNet50: confidence in cup 0")
        axes = figure.axes[0]
        assert axes.get_xticks().tolist() == list(range(0, 361, 45)) and axes.get_xlim()[1] >= 360
        assert axes.get_yticks().tolist() == list(range(-10, 91, 20)) and axes.get_ylim()[1] >= 90
        assert figure.get_suptitle() == "ResNet50: confidence in cup 0" and axes.get_title() == ""


def test_names_are_no_formulas(tmp_path):
    name = r"$\no$ formula for \$ 5"
    board = {name: estimate(np.array([0.2, 0.4])), "other": estimate(np.array([0.1, 0.3]))}
    for figure in (plots.plot_map(map_of(30), name),
                   network_plots.plot_profiles(np.arange(3), {name: np.ones((1, 3))}, name),
                   network_plots.plot_leaderboard(dict(mean=board), [name, "other"], {}, 0.5, name, "sphere")):
        plots.save(figure, tmp_path / "x.png")
        assert figure.findobj(lambda part: isinstance(part, Text) and part.get_text() == name.replace("$", r"\$"))


def test_a_region_through_azimuth_0_is_drawn_on_both_sides():
    box, points = ndinterval([285, 0], [395, 40]), np.array([[350, 20]])
    judged = Judged(0.5, dict(naive=[True], largest=[False]), [np.array([10, 20])])
    figure = plots.plot_regions(dict(naive=[box], largest=[box]), points, None, "title", judged=judged)
    axes = figure.axes[0]
    assert [line.get_xydata().tolist() for line in axes.lines if line.get_marker() == "v"] == [[[10, 20]]]
    assert [patch.get_bbox().bounds for patch in axes.patches] == [(285, 0, 110, 40), (285, 0, 110, 40),
                                                                   (-75, 0, 110, 40)]
    assert [line.get_xydata().tolist() for line in axes.lines if line.get_marker() == "o"] == [[[35, 40]]]
    assert axes.get_xlim() == (0, 360)
    flat = ndinterval([285], [395])
    bars = plots.plot_profile(np.arange(3), np.zeros(3), dict(naive=[flat], largest=[flat]), points[:, 0], "title")
    found = [[path.get_extents().bounds[::2] for path in part.get_paths()] for part in bars.axes[0].collections]
    assert found == [[(285, 110)], [(285, 110), (-75, 110)]]


def test_traces_start_where_something_moves():
    def growing(from_iteration, n=400, by=1.0):
        half = by * np.maximum(np.arange(n) - from_iteration, 0)[:, None]
        return np.stack((np.array([130.0, 30.0]) - half, np.array([130.0, 30.0]) + half), axis=1)

    assert traces.first_move(dict(naive=[growing(100)]), DOMAIN) == 101 - 20  # elevation moves by 1 of 100
    assert traces.first_move(dict(naive=[growing(100), growing(50)], OIR_W=[growing(300)]), DOMAIN) == 31
    assert traces.first_move(dict(naive=[growing(5)]), DOMAIN) == 0
    assert traces.first_move(dict(naive=[growing(500)], OIR_W=[np.empty((0, 2, 2))]), DOMAIN) == 0  # nothing ever moves
    grown = MethodResult([ndinterval(*growing(100)[-1])], [growing(100)], [np.zeros(400)])
    figure = traces.plot_traces(RegionsResult(np.array([[130, 30]]), dict(naive=grown)), "Demo: bounds of cup 0")
    assert {axes.get_xlim()[0] for axes in figure.axes} == {81}
    assert figure.get_suptitle().endswith("cup 0, from iteration 81, before which nothing moves")
    assert figure.axes[0].get_yticks().tolist() == [0, 90, 180, 270, 360]
    assert figure.axes[1].get_yticks().tolist() == [-10, 10, 30, 50, 70, 90]


def test_profiles_of_several_networks():
    azimuth = np.arange(0, 360, 3)
    of_objects = np.repeat([[0.1], [0.2], [0.3]], 120, axis=1)
    found = dict(A=of_objects, B=of_objects[:1])
    axes = network_plots.plot_profiles(azimuth, found, "title").axes[0]
    assert axes.get_ylim() == (0, 1) and [line.get_ydata()[7] for line in axes.lines] == pytest.approx([0.2, 0.1])
    band, = axes.collections  # a single object has none
    assert np.unique(band.get_paths()[0].vertices[:, 1]) == pytest.approx([0.15, 0.25])  # quartiles
    assert axes.lines[0].get_linestyle() != axes.lines[1].get_linestyle()
    assert network_plots.plot_profiles(azimuth, found, "title", True).axes[0].get_ylim()[1] < 0.4


def test_titles_say_that_maps_are_from_a_part_of_their_views(tmp_path):
    for j in (0, 1):
        write_result(tmp_path / f"VGG/5/{j}", 5, j, part=True)
    tree = Tree(tmp_path, Selection(), LeftOut("test"))
    titles = [planned.draw().get_suptitle() for command in ("maps", "profiles") for planned in figures_of(
        command, tree, dict(colormap="viridis", to_maximum=False, elevation=35.0))]
    whole = "from 140 of 168 views; 2.0 % on the wrong side of 0.5 (1.0 to 5.0)"
    assert len(titles) == 7 and all(title.endswith(f"\n{whole}") or "from 140 views each" in title for title in titles)
