"""The objects that there are."""
import subprocess
import sys
from pathlib import Path

import pytest

from utils.errors import InputError
from utils.shapes.catalogue import PAPER, catalogue_of


def test_the_papers_objects():
    assert catalogue_of(None) is PAPER and PAPER.n_objects(9) == 10
    PAPER.check(9, 9)
    assert [PAPER.class_number(given) for given in (9, "9", "toilet", "Toilet ")] == [9] * 4
    with pytest.raises(InputError, match="`class_nb` 10: expected one of 0 aeroplane, .* 9 toilet"):
        PAPER.class_number(10)
    with pytest.raises(InputError, match="`class_nb` cups: expected one of"):
        PAPER.class_number("cups")
    with pytest.raises(InputError, match="`object_nb` -1: class 0, aeroplane, has 10 objects; expected 0 to 9"):
        PAPER.check(0, -1)


def test_a_file_that_changes_is_read_again(tmp_path):
    (tmp_path / "mesh.stl").write_text("")
    path = tmp_path / "things.txt"  # any suffix but yaml's is CSV
    path.write_text("class,label,mesh\nmug,cup,mesh.stl\n")
    assert catalogue_of(path).class_names == ("mug",)
    path.write_text("class,label,mesh\nmug,cup,mesh.stl\nbox,6,mesh.stl\n")
    assert catalogue_of(path).class_names == ("mug", "box")


def test_neither_the_catalogue_nor_the_frame_needs_torch():
    code = "import sys, utils.shapes.catalogue, utils.shapes.frame; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parents[2]).returncode == 0
