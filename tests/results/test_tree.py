"""Results below a folder are found in order, and chosen by name."""
import pytest

from utils.errors import InputError
from utils.results import layout
from utils.results.left_out import LeftOut
from utils.results.tree import Key, Selection, Tree, find


def made(path):
    path.parent.mkdir(parents=True)
    path.touch()


def test_results_are_found_in_order(tmp_path):
    for folder in ("B/2/0", "B/10/0", "B/2/10", "A/mug/mine", "A/9/0", "B/2/9"):
        made(tmp_path / folder / "map.pt")
    (tmp_path / "B/2/0/map.partial.pt").touch()
    (tmp_path / "B/2/11/map.pt").mkdir(parents=True)
    keys = list(find(tmp_path, layout.MAP))
    assert [(k.network, k.class_nb, k.object_nb) for k in keys] == [
        ("A", "9", "0"), ("A", "mug", "mine"), ("B", "2", "0"), ("B", "2", "9"), ("B", "2", "10"), ("B", "10", "0")]
    assert [k.class_name for k in keys[:3]] == ["toilet", "mug", "bench"] and keys[-1].class_name == "10"
    assert find(tmp_path, layout.OPTIM) == {}
    with pytest.raises(InputError, match="no such folder"):
        find(tmp_path / "nowhere", layout.MAP)


@pytest.mark.parametrize("selection, expected", [
    (Selection(), 4), (Selection(network="ALEXNET"), 1),
    (Selection(network="resnet", networks=dict(resnet="ResNet50")), 3),
    (Selection(network="resnet"), 0), (Selection(class_nb="Cup"), 3), (Selection(class_nb="5", object_nb="1"), 1),
    (Selection(network="AlexNet", class_nb="1"), 0)])
def test_what_is_asked_for(selection, expected):
    keys = [Key("ResNet50", "5", "0"), Key("ResNet50", "5", "1"), Key("ResNet50", "1", "0"), Key("AlexNet", "5", "0")]
    assert sum(map(selection.holds, keys)) == expected


def test_a_tree_holds_what_is_asked_for_and_names_what_it_leaves_out(tmp_path, capsys):
    made(tmp_path / "AlexNet/5/0/map.pt")
    left_out = LeftOut("report.py")
    tree = Tree(tmp_path, Selection(network="alexnet"), left_out)
    assert tree.keys == [Key("AlexNet", "5", "0")] and tree.of(layout.OPTIM) == {}
    assert tree.maps() == tree.maps() == {} and len(left_out.lines) == 1
    assert capsys.readouterr().err.count("report.py: left out: ") == 1
    with pytest.raises(InputError, match="no map.pt or optim.pt for `network` vgg `object_nb` 3; there are results of "
                                         "AlexNet; expected"):
        Tree(tmp_path, Selection(network="vgg", object_nb="3"), left_out)
