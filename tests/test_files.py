"""Files appear whole or not at all."""
import os
import socket

import pytest

from utils import files
from utils.errors import DiskError, InputError
from utils.files import folder_name, is_file, left_over, no_folder, status_of, temporary_path, whole_file


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
    temporary = temporary_path(path)
    assert temporary != temporary_path(path)  # no two machines or threads write to the same one
    temporary.touch()
    (tmp_path / ".map.pt.999999999").touch()
    (tmp_path / ".map.lock").touch()
    assert sorted(left_over(path)) == sorted([temporary, tmp_path / ".map.pt.999999999"])


@pytest.mark.parametrize("kind", ["a folder", "a pipe", "a device", "a socket"])
def test_what_is_no_file_is_not_opened(kind, tmp_path):
    path = tmp_path / "x"
    if kind == "a device":
        path = "/dev/null"
    elif kind == "a socket":
        made = socket.socket(socket.AF_UNIX)
        made.bind(str(path))
    else:
        path.mkdir() if kind == "a folder" else os.mkfifo(path)
    with pytest.raises(OSError) as error:
        status_of(path)
    assert error.value.strerror == f"it is {kind}, and no file" and not is_file(path)


def test_what_is_no_folder(tmp_path):
    (tmp_path / "file").touch()
    os.mkfifo(tmp_path / "pipe")
    assert no_folder(tmp_path) == "" and no_folder(tmp_path / "file") == "it is a file, and no folder"
    assert no_folder(tmp_path / "pipe") == "it is a pipe, and no folder"
    assert {no_folder(tmp_path / name) for name in ("x", "a\0", "file/x", "a" * 300)} == {"no such folder"}


def test_paths_that_no_file_can_have(tmp_path):
    for path, reason in ((tmp_path / "a\0b", "embedded null "), (tmp_path / ("a" * 300), "File name too long"),
                         (tmp_path / "a/b", "No such file")):
        with pytest.raises(OSError) as error:
            status_of(path)
        assert reason in error.value.strerror and not is_file(path)
    (tmp_path / "file").touch()
    assert status_of(tmp_path / "file").st_size == 0 and is_file(tmp_path / "file")


@pytest.mark.parametrize("text", ["..", ".", "", "...", "a/../b", "/etc", "é" * 300, "x" * 300, "a\0b", "\udcff",
                                  "con.", "a\nb", "coffee mug", "tests.tiny:network"])
def test_any_text_names_one_folder(text, tmp_path):
    name = folder_name(text)
    assert (tmp_path / name).resolve().parent == tmp_path.resolve() and len(name.encode()) <= 120
    (tmp_path / name).mkdir()
    assert folder_name(name) == name


def test_long_texts_keep_different_names():
    assert folder_name("x" * 300) != folder_name("x" * 301) and folder_name("coffee mug") == "coffee_mug"
