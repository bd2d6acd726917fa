"""Results appear whole or not at all, and are never mistaken for others."""
import errno
import os

import pytest
import torch

from utils import checkpoints
from utils.checkpoints import ResultFile, result_path
from utils.errors import InputError

SETTINGS = dict(step=3, mesh_hash="abc")


def test_where_a_result_lies():
    assert str(result_path("checkpoint", "ResNet50", 1, 0, checkpoints.MAP)) == "checkpoint/ResNet50/1/0/map.pt"


def test_a_finished_result_comes_back_and_opens_in_safe_mode(tmp_path):
    file = ResultFile(tmp_path / "a/b/map.pt", SETTINGS)
    assert file.finished() is None and file.unfinished() is None
    file.save_unfinished(dict(done=1), now=True)
    assert file.unfinished()["done"] == 1
    file.save_finished(dict(z=torch.ones(2)))
    assert os.listdir(tmp_path / "a/b") == ["map.pt"]
    contents = ResultFile(tmp_path / "a/b/map.pt", SETTINGS).finished()
    assert contents["z"].tolist() == [1, 1] and contents["settings"] == SETTINGS
    assert torch.load(tmp_path / "a/b/map.pt")["settings"] == SETTINGS


def test_progress_is_saved_no_more_often_than_needed(tmp_path, monkeypatch):
    file = ResultFile(tmp_path / "map.pt", SETTINGS)
    file.save_unfinished(dict(done=1))
    assert not file.partial_path.exists()
    monkeypatch.setattr(checkpoints, "SAVE_EVERY", 0)
    file.save_unfinished(dict(done=2))
    assert file.unfinished()["done"] == 2


def test_what_was_made_from_something_else_is_not_used(tmp_path):
    ResultFile(tmp_path / "map.pt", SETTINGS).save_finished({})
    ResultFile(tmp_path / "map.pt", SETTINGS).save_unfinished({}, now=True)
    other = ResultFile(tmp_path / "map.pt", dict(step=5, mesh_hash="abc", new=1))
    for read in (other.finished, other.unfinished):
        with pytest.raises(InputError, match="new not recorded, now 1; step 3, now 5.*--override"):
            read()
    overriding = ResultFile(tmp_path / "map.pt", dict(step=5), override=True)
    assert overriding.finished() is None and overriding.unfinished() is None


def test_an_overriding_run_that_was_stopped_goes_on(tmp_path):
    ResultFile(tmp_path / "map.pt", SETTINGS).save_finished({})
    file = ResultFile(tmp_path / "map.pt", SETTINGS, override=True)
    file.save_unfinished(dict(done=1), now=True)
    again = ResultFile(tmp_path / "map.pt", SETTINGS, override=True)
    assert again.finished() is None and again.unfinished()["done"] == 1


@pytest.mark.parametrize("content", [b"", b"garbage", b"\x80\x02}q\x00."])
def test_a_broken_file_is_named(tmp_path, content):
    (tmp_path / "map.pt").write_bytes(content)
    with pytest.raises(InputError, match="map.pt: cannot be read as a result.*--override"):
        ResultFile(tmp_path / "map.pt", SETTINGS).finished()


def test_a_folder_that_cannot_be_made(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot be written to.*--checkpoint_dir"):
        ResultFile(tmp_path / "file/1/0/map.pt", SETTINGS)


def test_a_full_disk_leaves_what_was_saved(tmp_path, monkeypatch):
    file = ResultFile(tmp_path / "map.pt", SETTINGS)
    file.save_unfinished(dict(done=1), now=True)

    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(checkpoints.os, "fsync", full)
    for save in (lambda: file.save_unfinished(dict(done=2), now=True), lambda: file.save_finished({})):
        with pytest.raises(InputError, match="No space left on device.*kept"):
            save()
    assert os.listdir(tmp_path) == ["map.partial.pt"]
    assert file.unfinished()["done"] == 1
