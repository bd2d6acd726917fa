"""Files appear whole or not at all."""
import os

import pytest

from utils import files
from utils.errors import DiskError, InputError
from utils.files import left_over, temporary_path, whole_file


def test_a_file_is_replaced_once_it_is_on_the_disk(tmp_path, monkeypatch):
    path = tmp_path / "new/table.csv"
    steps = []
    for name in ("fsync", "replace"):
        real = getattr(os, name)
        monkeypatch.setattr(files.os, name, lambda *args, name=name, real=real: (steps.append(name), real(*args)))
    for text in ("one", "two"):
        with whole_file(path, "advice") as temporary:
            assert temporary.suffix == path.suffix and not temporary.exists()
            temporary.write_text(text)
        assert path.read_text() == text
    assert steps == ["fsync", "replace"] * 2 and os.listdir(path.parent) == ["table.csv"]


@pytest.mark.parametrize("error", [ValueError("mine"), InputError("mine"), KeyboardInterrupt()])
def test_what_fails_inside_leaves_the_old_file(error, tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("old")
    with pytest.raises(type(error)), whole_file(path, "advice") as temporary:
        temporary.write_text("half")
        raise error
    assert path.read_text() == "old" and os.listdir(tmp_path) == ["table.csv"]


def test_what_cannot_be_written_is_one_error(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(DiskError, match=r"file/table.csv: cannot be written \(.*\); make room$"):
        with whole_file(tmp_path / "file/table.csv", "make room"):
            pytest.fail("the folder cannot be made")


def test_half_written_files_are_found(tmp_path):
    path = tmp_path / "map.pt"
    temporary_path(path).touch()
    (tmp_path / ".map.pt.999999999").touch()
    (tmp_path / ".map.lock").touch()
    assert sorted(left_over(path)) == sorted([temporary_path(path), tmp_path / ".map.pt.999999999"])
