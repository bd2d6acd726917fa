"""Every method has its line."""
from utils.bounds import METHODS
from utils.report.methods import STYLES, in_order


def test_every_method_is_drawn_in_its_own_way():
    assert STYLES.keys() == METHODS.keys()
    for name in ("color", "line", "dash"):
        assert len({getattr(style, name) for style in STYLES.values()}) == len(STYLES)


def test_the_papers_order():
    assert in_order(["trap", "OIR_W", "naive", "settings", "OIR_B"]) == ["naive", "OIR_B", "OIR_W", "trap"]
