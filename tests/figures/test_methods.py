"""Every method has its line."""
from utils.bounds import METHODS, OPTIMIZERS
from utils.figures.style import STYLES
from utils.findings.methods import ON_MAP, ORDER, in_order


def test_every_method_is_drawn_in_its_own_way():
    assert list(STYLES) == [*ORDER, ON_MAP] and {*METHODS, ON_MAP} == {*STYLES}
    assert len({style.color for style in STYLES.values()}) == len(METHODS)
    grown = [style for name, style in STYLES.items() if name in OPTIMIZERS]
    assert len({style.line for style in grown}) == len({style.dash for style in grown}) == len(grown)


def test_the_papers_order():
    assert in_order(["trap", "OIR_W", "naive", "settings", "OIR_B"]) == ["naive", "OIR_B", "OIR_W", "trap"]
