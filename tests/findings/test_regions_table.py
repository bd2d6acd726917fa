"""The lines of text about regions."""
import numpy as np

from utils.findings.regions_table import region_lines
from utils.regions import ndinterval
from utils.results.contents import MethodResult, RegionsResult
from utils.results.metadata import Metadata

CERTIFICATE = dict(level=0.5, n_views=368, n_below=0, low=0.0, high=0.01, mean=0.9, top1=1.0, worst=0.51,
                   worst_at=[121.2, 42.0])
PROMISE = dict(level=0.5, risk=0.01, confidence=0.95, high=0.01, n_views=640, n_below=1)


def row_of(method, region, **known):
    """The row of one region from (50, 20), in a line."""
    entry = MethodResult([region], **known)
    _, *lines, measure = region_lines(RegionsResult(np.array([[50.0, 20.0]]), {method: entry}))
    assert max(map(len, lines)) <= 120 and measure == "shares and random views: uniform in degrees"
    return " ".join(" ".join(lines).split())


def grown(*widths):
    """A trace of squares around (50, 20)."""
    return np.array([[[[50 - w / 2, 20 - w / 2], [50 + w / 2, 20 + w / 2]] for w in widths]])


def test_a_region_that_grew_by_less_than_twice_did_grow():
    traces = grown(10, 12, *[14.6] * 40)
    row = row_of("naive", ndinterval(*traces[0, -1]), traces=traces, certificates=[CERTIFICATE])
    assert row.endswith("0.90 1.00 1.00 0.51 holds")
    assert row_of("naive", ndinterval(*traces[0, 0]), traces=traces[:, :1]).endswith("did not grow")
    assert row_of("naive", ndinterval([42, 12], [58, 28]), traces=grown(10, 15)).endswith("still growing when stopped")


def test_a_region_that_never_left_its_point_is_too_small_to_judge():
    tiny = ndinterval([49.9, 19.9], [50.1, 20.1])
    row = row_of("OIR_B", tiny, traces=grown(0.1, 0.2), certificates=[CERTIFICATE])
    assert row.endswith("too small to judge; more iterations or a larger initial width let it grow")
    assert MethodResult([tiny], certificates=[CERTIFICATE]).holds(0) is None


def test_a_largest_box_holds_for_most_of_its_views_and_names_the_worst_one_found():
    box = ndinterval([30, 10], [60, 40])
    row = row_of("largest", box, certificates=[CERTIFICATE | dict(worst=0.34, n_below=1)], promises=[PROMISE])
    assert row.endswith("0.34 holds for at least 99 % of its views (95 % confidence, 1 of 640 failed); "
                        "the worst one found has 0.34 at (121, 42)")
    row = row_of("naive", box, certificates=[CERTIFICATE | dict(worst=0.34, n_below=92)])
    assert row.endswith("does not hold: 25% below 0.5, worst 0.34 at (121, 42)")


def test_a_share_is_that_of_the_measure_and_of_a_box_through_azimuth_0():
    def share(**asked):
        result = RegionsResult(np.array([[350.0, 70.0]]), {"largest": MethodResult([ndinterval([315, 60], [405, 90])])},
                               Metadata(settings=dict(largest=asked)))
        _, row, measure = region_lines(result)
        return float(row.split("%")[0].split()[-1]), measure

    heights = np.sin(np.radians([60, 90, -10, 90]))
    on_sphere = 25 * (heights[1] - heights[0]) / (heights[3] - heights[2])
    assert share(wrap=True) == (7.5, "shares and random views: uniform in degrees")
    assert share() == (3.75, "shares and random views: uniform in degrees")
    assert share(wrap=True, measure="sphere") == (round(on_sphere, 2), "shares and random views: uniform on the sphere")
