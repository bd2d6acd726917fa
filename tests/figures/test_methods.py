"""Every method has its line."""
import numpy as np
from matplotlib.colors import to_hex

from utils.bounds import METHODS, OPTIMIZERS
from utils.figures import plots
from utils.figures.style import STYLES, style_of
from utils.findings.methods import FIRST, ON_MAP, ORDER, in_order
from utils.regions import ndinterval


def test_every_method_is_drawn_in_its_own_way():
    styles = {name: style_of(name) for name in (*METHODS, ON_MAP)}
    assert {*ORDER} == {*METHODS} and STYLES.keys() <= styles.keys()
    assert len({style.color for style in STYLES.values()}) == len(FIRST) + 1  # both largest boxes are white
    grown = [STYLES[name] for name in FIRST]
    assert {*FIRST} <= {*OPTIMIZERS}
    assert len({style.line for style in grown}) == len({style.dash for style in grown}) == len(grown)


def test_a_method_without_a_line_of_its_own_is_drawn():
    box = ndinterval([100, 10], [150, 40])
    figure = plots.plot_regions(dict(new=[box]), np.array([[130, 30]]), None, "title")
    patch, = figure.axes[0].patches
    assert to_hex(patch.get_edgecolor()) == style_of("new").color not in {style.color for style in STYLES.values()}
    assert figure.legends[0].get_texts()[0].get_text() == "new"
    plots.plot_profile(np.arange(3), np.ones(3), dict(new=[ndinterval([1], [2])]), np.array([1.5]), "title")


def test_the_papers_order():
    assert in_order(["trap", "OIR_W", "naive", "settings", "OIR_B"]) == ["naive", "OIR_B", "OIR_W", "trap"]
