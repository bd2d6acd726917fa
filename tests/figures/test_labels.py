"""Titles name the label that a network's confidence is of."""
import pytest

from tests.trees import write_result
from utils.figures.tree import figures_of
from utils.networks.imagenet import imagenet_names
from utils.paper import CLASS_NAMES, IMAGENET_LABELS, LABEL_NAMES
from utils.results.left_out import LeftOut
from utils.results.metadata import Metadata, labelled
from utils.results.tree import Selection, Tree


def test_the_papers_labels_have_imagenets_names():
    names = imagenet_names()
    assert tuple(names[label] for label in IMAGENET_LABELS) == LABEL_NAMES and len(LABEL_NAMES) == len(CLASS_NAMES)


@pytest.mark.parametrize("known, names, name", [
    (dict(class_nb=4), None, "folding chair"), (dict(class_nb=4, label=559), {}, "folding chair"),  # as in the paper
    (dict(class_nb=4, class_name="chair", label=423), {423: "barber chair"}, "barber chair"),
    (dict(class_nb=4, class_name="chair", label=423, settings=dict(label=423)), {}, "423"),  # never answered
    (dict(class_nb=4, class_name="chair", label=3), {1: "table"}, ""),  # a network of ten classes that has a "chair"
    (dict(class_nb=0, class_name="mugs", label=504, settings=dict(label=504)), {504: "coffee mug"}, "coffee mug"),
    (dict(class_nb=12, class_name="mugs", label=504), None, ""),
    (dict(class_name="coffee mug", label=504, settings=dict(label=504)), None, "coffee mug"),  # a mesh and its label
    (dict(), None, "")])
def test_the_name_of_a_results_label(known, names, name):
    assert Metadata(**known).label_name(names) == name


def test_a_label_is_named_where_its_name_is_another():
    assert labelled("N: confidence in chair 0", "chair", "folding chair", "", "folding chair") == (
        "N: confidence in chair 0 (label: folding chair)")
    assert labelled("chair", "chair", "folding chair", "chair") == "chair (labels: folding chair, chair)"
    assert labelled("Coffee_mug 0", "Coffee_mug", "coffee mug") == "Coffee_mug 0"
    assert labelled("chair 0", "chair") == labelled("chair 0", "chair", "") == "chair 0"


def test_every_figure_of_a_chair_names_its_label(tmp_path):
    for network in ("A", "B"):
        write_result(tmp_path / network / "4/0", 4, step=30)
    tree, options = Tree(tmp_path, Selection(), LeftOut("test")), dict(
        colormap="viridis", to_maximum=False, elevation=35.0, level=0.5, measure="degrees", no_wrap=False)
    titles = {one.name: one.draw().get_suptitle() for command in ("maps", "regions", "profiles", "traces", "cover")
              for one in figures_of(command, tree, options) if not one.name.rpartition("/")[2].startswith("B")}
    assert len(titles) == 9 and all("chair 0 (label: folding chair)" in title or "chair (label: folding chair)" in title
                                    for title in titles.values()), titles
