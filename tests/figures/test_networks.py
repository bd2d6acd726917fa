"""A network looks the same wherever it is drawn."""
import numpy as np

from utils.figures import network_plots
from utils.figures.style import NETWORKS, network_style, network_styles
from utils.findings.audit import Curve
from utils.findings.intervals import estimate
from utils.network_names import FOLDERS, GONE

NAMES = ["VGG", "my_network", "AlexNet"]
CURVE = Curve(np.array([0.3, 0.6]), np.array([20.0, 5.0]), np.array([10.0, 2.0]), np.array([30.0, 8.0]), 2,
              dict(naive=3.0))
ESTIMATE = estimate(np.array([0.2, 0.4]))


def leaderboard(names):
    return network_plots.plot_leaderboard(dict(mean=dict.fromkeys(names, ESTIMATE)), names,
                                          dict.fromkeys(names, CURVE), 0.5, "title", "degrees")


def test_a_network_has_one_style_whatever_its_rank_and_whoever_is_beside_it():
    for names in (NAMES, NAMES[::-1], NAMES[1:]):
        wanted = [network_style(name) for name in names]
        board, audit = leaderboard(names), network_plots.plot_curves(dict.fromkeys(names, CURVE), 0.5, "degrees")
        profiles = network_plots.plot_profiles(np.arange(3), {name: np.ones((1, 3)) for name in names}, "title")
        marks = [line for line in board.axes[0].lines if line.get_marker() != "None"]
        for lines in (marks, profiles.axes[0].lines, board.axes[-1].lines[:len(names)], audit.axes[1].lines):
            assert [line.get_color() for line in lines] == [style.color for style in wanted]
        assert [line.get_marker() for line in marks] == [style.mark for style in wanted]
        assert [line.get_linestyle() for line in profiles.axes[0].lines] == [style.line for style in wanted]


def test_networks_in_one_figure_differ():
    assert {*FOLDERS.values(), *GONE.values()} <= NETWORKS.keys()
    assert len({*NETWORKS.values()}) == len(NETWORKS)
    others = [f"package.module_{k}" for k in range(6)]
    found = network_styles([*NETWORKS, *others])
    assert {name: found[name] for name in NETWORKS} == NETWORKS
    assert len({found[name].color for name in others} - {style.color for style in NETWORKS.values()}) == len(others)
    many = [f"network_{k}" for k in range(60)]
    assert len({*network_styles(many).values()}) == len(many)
    assert network_styles(many) == network_styles(many[::-1])


def test_rows_of_one_network_share_its_colour_alone():
    for name in ("ResNet50", "my_network"):
        plain, first, second = network_styles([name, f"{name} (grid step 15)", f"{name} (own meshes)"]).values()
        assert plain == network_style(name) and plain.color == first.color == second.color
        assert len({plain, first, second}) == 3
