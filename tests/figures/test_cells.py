"""Maps fill their domain, profiles close the circle, and what is drawn has its number and its unit."""
import numpy as np
import pytest

from utils.figures import network_plots, plots
from utils.figures.cells import closed
from utils.findings.audit import Curve
from utils.parameters import domain_of, grid
from utils.regions import ndinterval
from utils.results.contents import MapResult
from utils.results.metadata import Metadata

POINTS = np.array([[130, 30], [50, 20], [200, 15]])


def map_of(step, parameters=("azimuth", "elevation"), below=np.inf):
    xx, yy = (numbers[:, grid(step, parameters)[0][0] < below] for numbers in grid(step, parameters))
    return MapResult(xx, yy, 0.3 + xx / 1000 + yy / 200, Metadata(parameters=parameters))


@pytest.mark.parametrize("step, parameters", [
    (3, ("azimuth", "elevation")), (7, ("azimuth", "elevation")), (15, ("azimuth", "elevation")),
    ((0.3, 50), ("distance", "light_azimuth"))])
def test_a_map_fills_its_domain(step, parameters):
    a_map, domain = map_of(step, parameters), domain_of(parameters)
    axes = plots.plot_map(a_map, "title").axes[0]
    cells = axes.collections[0]
    corners = cells.get_coordinates()
    assert corners.min((0, 1)).tolist() == domain.a.tolist() and corners.max((0, 1)).tolist() == domain.b.tolist()
    assert (axes.get_xlim(), axes.get_ylim()) == tuple(zip(domain.a, domain.b))
    shown, circle = cells.get_array(), [name.endswith("azimuth") for name in parameters].index(True)
    shown, z = (values if circle == 0 else values.T for values in (shown, a_map.z))
    np.testing.assert_array_equal(shown, np.hstack((z, z[:, :1])))  # what is at 360 is what is at 0
    np.testing.assert_allclose(corners[0, 1:-2, 0], (a_map.xx[0, 1:] + a_map.xx[0, :-1])[:corners.shape[1] - 3] / 2)


def test_a_part_of_the_circle_is_not_closed():
    cells = plots.plot_map(map_of(30, below=200), "title").axes[0].collections[0]
    assert cells.get_coordinates()[..., 0].max() == 195 and cells.get_array().shape == (4, 7)
    numbers, values = np.array([0, 30, 60]), np.ones(3)
    assert closed("azimuth", numbers, values)[0] is numbers and closed("elevation", numbers, values)[0] is numbers


def test_profiles_close_the_circle():
    azimuth = np.arange(0, 360, 30)
    of_object = 1 - azimuth / 400
    one = plots.plot_profile(azimuth, of_object, {}, POINTS[:0, 0], "title").axes[0].lines[0]
    several = network_plots.plot_profiles(azimuth, dict(A=np.array([of_object, of_object])), "title").axes[0]
    for line in (one, several.lines[0]):
        assert line.get_xdata()[-1] == 360 and line.get_ydata()[[0, -1]].tolist() == [1, 1]
    assert several.collections[0].get_paths()[0].vertices[:, 0].max() == 360


def numbers_on(axes):
    return [(text.get_text(), text.xy) for text in axes.texts]


def test_a_largest_box_has_the_number_of_its_initial_point():
    nowhere, box = ndinterval([np.nan] * 2, [np.nan] * 2), ndinterval([190, 0], [250, 40])
    axes = plots.plot_regions(dict(largest=[nowhere, box, box]), POINTS, None, "title").axes[0]
    of_points = [(str(k), tuple(point)) for k, point in enumerate(POINTS, start=1)]
    assert numbers_on(axes) == [("2, 3", (190, 40)), *of_points]
    axes = plots.plot_regions({}, POINTS, map_of(3), "title").axes[0]  # the boxes of the map, above 0.5
    assert numbers_on(axes) == [*((number, (box.x0, box.y1)) for number, box in zip(
        "13", [patch.get_bbox() for patch in axes.patches], strict=True)), *of_points]
    assert "number" in axes.figure.legends[0].get_title().get_text()
    lacking = plots.plot_regions({}, np.array([[np.nan, np.nan], [50, 20]]), None, "title").axes[0]
    assert numbers_on(lacking) == [("2", (50, 20))]
    rows = plots.plot_profile(np.arange(3), np.ones(3), dict(largest=[ndinterval([1], [2]), ndinterval([2], [3])]),
                              POINTS[:2, 0], "title").axes[0]
    assert [text.get_text() for text in rows.texts] == ["1", "2"]
    assert [label.get_text() for label in rows.get_yticklabels()][-2:] == ["largest 1", "largest 2"]


def test_a_box_at_the_end_of_the_domain_is_seen_in_full():
    figure = plots.plot_regions(dict(largest=[ndinterval([0, -10], [360, 90])]), POINTS[:1], None, "title")
    axes = figure.axes[0]
    figure.draw_without_rendering()
    (left, bottom), (right, top) = axes.transData.inverted().transform(axes.patches[0].get_clip_box())
    assert left < 0 and bottom < -10 and right > 360 and top > 90


def test_the_curve_of_srvr_goes_down_to_0_and_stays_there():
    levels = np.array([0.2, 0.4, 0.6, 0.8])
    curve = Curve(levels, np.array([10, 0.1, 0, 0]), np.zeros(4), np.array([20, 1, 0.1, 0]), 2, dict(naive=3.0))
    figure = network_plots.plot_curves(dict(A=curve), 0.5, "degrees")
    axes = figure.axes[0]
    figure.draw_without_rendering()
    heights = axes.transData.transform(axes.lines[0].get_xydata())[:, 1]
    assert np.isfinite(heights).all() and heights[2] == heights[3] == pytest.approx(axes.bbox.y0)
    assert heights[0] - heights[1] > axes.bbox.height / 4  # two decades
    assert axes.get_yticks()[:2].tolist() == [0, 0.01]
