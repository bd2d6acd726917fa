"""The authors' files are read, and nothing in a file is ever run."""
import os
import pickle
import random

import numpy as np
import pytest
import torch

from tests import hostile
from utils.errors import InputError
from utils.regions import ndinterval
from utils.results import published


@pytest.fixture
def file(tmp_path):
    return tmp_path / "optim.pt"


def refusal(file, content=None):
    """The line that a file is refused with."""
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(InputError) as refused:
        published.read(file)
    message = str(refused.value)
    assert message.startswith(f"{file}: ") and "\n" not in message
    return message


def test_what_the_old_format_holds_comes_back(file):
    hostile.save_as_published(hostile.published_optim(), file)
    assert published.is_published_format(file)
    contents = published.read(file)
    region = contents["naive"]["regions"][0]
    assert isinstance(region, ndinterval) and region == ndinterval([120, 20], [140, 40]) and region.size() == 400
    assert np.isnan(contents["naive"]["regions"][1].a).all() and np.isinf(contents["naive"]["regions"][1].b).all()
    a, b = contents["naive"]["optim_trace"][0][2]
    assert np.asarray(a).tolist() == [120, 20] and np.asarray(b).tolist() == [140, 40]
    assert [float(np.asarray(loss)) for loss in contents["naive"]["loss_trace"][0]] == [0, 1, 2]
    assert np.asarray(contents["initial_point"][1]).tolist() == [50, 20]
    assert contents["OIR_W"]["optim_trace"] == [[], []]
    assert (contents["class_nb"], contents["shape_id"]) == (5, "abc")


@pytest.mark.parametrize("number_type", ["float32", "float64", "int64", ">f8"])
def test_arrays_of_every_type(file, number_type):
    numbers = np.arange(24).reshape(2, 3, 4).astype(number_type)
    torch.save(dict(array=numbers, by_columns=np.asfortranarray(numbers), number=numbers[1, 2, 3]), file,
               _use_new_zipfile_serialization=False)
    contents = published.read(file)
    for key, expected in dict(array=numbers, by_columns=numbers, number=numbers[1, 2, 3]).items():
        np.testing.assert_array_equal(np.asarray(contents[key]), expected)
        assert np.asarray(contents[key]).dtype == expected.dtype


def test_every_published_file_is_read(shared):
    """Against Python's own unpickler, which is trusted with these files only."""
    paths = sorted((shared / "published/checkpoint").rglob("*.pt"))
    assert len(paths) >= 13
    for path in paths:
        contents = published.read(path)
        if path.name == "map.pt":
            raw = torch.load(path, weights_only=False)
            for key in ("xx", "yy", "z"):
                np.testing.assert_array_equal(np.asarray(contents[key]), raw[key])
        else:
            assert {"naive", "OIR_B", "OIR_W"} < contents.keys()


def test_a_call_is_not_made(file, tmp_path):
    marker = tmp_path / "marker"
    assert "system, which is not run" in refusal(file, hostile.command(marker))
    assert not marker.exists()
    pickle.loads(hostile.command(marker)[len(hostile.HEAD):])  # the file is as dangerous as it should be
    assert marker.exists()


@pytest.mark.parametrize("module, name", [
    (b"builtins", b"eval"), (b"os", b"system"), (b"numpy", b"load"), (b"torch", b"load"), (b"published", b"read"),
    (b"utils.published", b"read"), (b"numpy.core.multiarray", b"fromfile"), (b"torch._utils", b"os.system")])
def test_names_that_are_not_known_are_refused(file, module, name):
    assert "which is not run" in refusal(file, hostile.program(b"c" + module + b"\n" + name + b"\n)R"))


def test_a_file_cut_off_anywhere_is_refused(file):
    hostile.save_as_published(hostile.published_optim(), file)
    whole = file.read_bytes()
    for length in range(len(published.START), len(whole) - 1, 7):
        assert "truncated" in refusal(file, whole[:length]), length


def test_bytes_changed_at_random_never_do_more_than_fail(file):
    """A file with some bytes changed is read, perhaps to other numbers, or refused in one line."""
    hostile.save_as_published(hostile.published_optim(), file)
    whole = file.read_bytes()
    chance = random.Random(0)
    n_refused = 0
    for _ in range(1500):
        changed = bytearray(whole)
        for _ in range(chance.choice((1, 1, 2, 8))):
            changed[chance.randrange(len(published.START), len(whole))] = chance.choice((chance.randrange(256), 0, 255))
        file.write_bytes(changed)
        try:
            published.read(file)
        except InputError as error:
            n_refused += 1
            assert "\n" not in str(error)
    assert n_refused > 500


@pytest.mark.parametrize("opcodes, reason", [
    (b"Nr\xff\xff\xff\x7f", "in a way that no published file has"),  # a memo of 16 GB
    (b"}N(K\x01K\x02d", "opcode b'd'"),
    (b"\x8c\x01a", "opcode b'\\x8c'"),
    (b"\x96\xff\xff\xff\xff\xff\xff\xff\x00", "opcode b'\\x96'"),  # asks for the memory before it reads
    (b"X\xff\xff\xff\xffabc", "truncated"),
    (b"NQ", "opcode b'Q'"),  # a tensor
    (b"]K\x01R", "is damaged")])
def test_other_programs_are_refused(file, opcodes, reason):
    assert reason in refusal(file, hostile.program(opcodes))


@pytest.mark.parametrize("shape, data", [
    (b"\x8a\x06" + (1 << 40).to_bytes(6, "little") + b"\x85", b"X\x02\x00\x00\x00ab"),  # 8 TB announced, 2 bytes there
    (b"N\x85", b"X\x08\x00\x00\x00abcdefgh"),
    (b"K\x01\x85", b"K\x08")])
def test_arrays_are_as_large_as_their_bytes(file, shape, data):
    data = b"c_codecs\nencode\n" + data + b"X\x06\x00\x00\x00latin1\x86R" if data.startswith(b"X") else data
    file.write_bytes(hostile.program(b"}X\x01\x00\x00\x00z" + hostile.array_of(shape, data) + b"s"))
    with pytest.raises((TypeError, ValueError)):
        np.asarray(published.read(file)["z"])


def test_arrays_hold_plain_numbers(file):
    array = hostile.array_of(b"K\x01\x85", b"]", b"O8")
    assert "not of numbers" in refusal(file, hostile.program(b"}X\x01\x00\x00\x00z" + array + b"s"))


def test_what_is_too_large_is_not_opened(file):
    file.touch()
    os.truncate(file, published.LARGEST + 1)  # takes no room on the disk
    assert "more than the" in refusal(file)
