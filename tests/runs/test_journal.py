"""A run is f's answers, in order: stopped anywhere, it goes on to the same result."""
import os
import random
import resource
from types import SimpleNamespace

import numpy as np
import pytest
import torch

import map as map_script
import optim as optim_script
from benchmarks.faults import same_results
from utils import Confidence, load_network, load_stand_in
from utils.errors import InputError
from utils.paper import CLASS_NAMES
from utils.parameters import grid
from utils.results.layout import journal_path
from utils.runs.journal import Journal
from utils.runs.records import HEADER, read_records
from utils.runs.result_file import ResultFile

JOB = ("--network", "tests.tiny:sure", "--class_nb", 5, "--object_nb", 0, "--gpu", -1, "--engine", "torch",
       "--image_size", 64)
WHERE = "tests.tiny_sure/5/0"
MAP = ("map.pt", map_script, ("--step", 20, "--batch_size", 8))
OPTIM = ("optim.pt", optim_script, ("--methods", "OIR_W,OIR_B,largest", "--n_iterations", 6, "--initial_width", 5,
                                    "--initial_points", "130,30", "--lattice", "30,20", "--certify", 40, "--verify", 2))
PROFILE = ("optim.pt", optim_script, ("--methods", "naive", "--parameters", "azimuth", "--initial_points", "130",
                                      "--n_iterations", 4, "--certify", 0, "--verify", 3, "--plot"))


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """finished(run): the folder of the run's result, and the journal that it had at its end."""
    known = {}

    def make(run_script, name, script, words):
        if words not in known:
            folder, journals = tmp_path_factory.mktemp("finished"), []
            save = ResultFile.save_finished

            def save_and_keep(file, *contents):
                journals.append(journal_path(file.path).read_bytes())
                save(file, *contents)

            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(ResultFile, "save_finished", save_and_keep)
                code, _, err = run_script(script, *JOB, *words, "--checkpoint_dir", folder)
            assert code == 0, err
            known[words] = folder, journals[0]
        return known[words]

    return make


def records(journal):
    """Where the records of a journal begin, and where the last one ends."""
    at = journal.index(b"\n") + 1
    places = [at]
    while at < len(journal):
        at += HEADER.size + HEADER.unpack_from(journal, at)[3]
        places.append(at)
    return places


def flipped(content, at):
    return content[:at] + bytes([content[at] ^ 1]) + content[at + 1:]


def unfinished(folder, name, journal):
    path = journal_path(folder / WHERE / name)
    path.parent.mkdir(parents=True)
    path.write_bytes(journal)
    return path


@pytest.mark.parametrize("run", [MAP, OPTIM, PROFILE], ids=["map", "optim", "profile"])
def test_a_run_cut_at_every_tenth_record_goes_on_to_the_same_result(run, finished, run_script, tmp_path):
    name, script, words = run
    expected, journal = finished(run_script, *run)
    places = records(journal)
    assert len(places) > 8
    torn = [(places[k] + places[k + 1]) // 2 for k in (0, len(places) // 2)]
    for number, end in enumerate([0, 5, *places[::10], places[-1], *torn]):
        folder = tmp_path / str(number)
        unfinished(folder, name, journal[:end])
        code, out, err = run_script(script, *JOB, *words, "--checkpoint_dir", folder)
        assert code == 0 and ("going on after" in out) == (end >= places[1]), err
        for picture in folder.rglob("*.png"):
            picture.unlink()
        for picture in expected.rglob("*.png"):
            picture.unlink()
        assert same_results(expected, folder)


def test_what_is_played_back_asks_neither_the_renderer_nor_the_network(finished, run_script, tmp_path, monkeypatch):
    expected, journal = finished(run_script, *OPTIM)
    unfinished(tmp_path, "optim.pt", journal)
    monkeypatch.setattr("utils.runs.find.Job.confidence", lambda *_: pytest.fail("f is not needed"))
    assert run_script(optim_script, *JOB, *OPTIM[2], "--checkpoint_dir", tmp_path)[0] == 0
    assert same_results(expected, tmp_path)


@pytest.mark.parametrize("damage, complaint", [
    (lambda journal, places: flipped(journal, places[2] + 60), "is damaged at byte"),
    (lambda journal, places: journal[:places[1]] + journal[places[2]:], "answers to other questions than are asked"),
    (lambda journal, places: journal.replace(b"journal 1", b"journal 0", 1), "cannot be read as the journal"),
    (lambda journal, places: b"\x80\x02}q\x00.\n" + journal, "cannot be read as the journal"),
    (lambda journal, places: journal.replace(b'"step": 20.0', b'"step": 10.0', 1), "step 10.0, now 20.0")],
    ids=["a flipped bit", "of another version", "of another format", "another file", "of other settings"])
def test_another_journal_is_one_line(damage, complaint, finished, run_script, tmp_path):
    expected, journal = finished(run_script, *MAP)
    path = unfinished(tmp_path, "map.pt", damage(journal, records(journal)))
    left = path.read_bytes()
    command = map_script, *JOB, *MAP[2], "--checkpoint_dir", tmp_path
    code, _, err = run_script(*command)
    assert code == 2 and "Traceback" not in err
    assert all(words in err.splitlines()[-1] for words in (str(path), complaint, "--override"))
    assert path.read_bytes() == left and os.listdir(path.parent) == ["map.journal"]
    assert run_script(*command, "--override")[0] == 0 and same_results(expected, tmp_path)


def test_a_journal_with_any_byte_changed_has_the_same_answers_or_is_one_line(finished, run_script, tmp_path):
    _, journal = finished(run_script, *MAP)
    path = unfinished(tmp_path, "map.pt", journal)
    expected = [record.packed() for record in read_records(path, 2)]
    assert b"".join(expected) == journal[records(journal)[0]:]
    chance = random.Random(0)
    for _ in range(300):
        path.write_bytes(flipped(journal, chance.randrange(len(journal))))
        try:
            found = [record.packed() for record in read_records(path, 2)]
        except InputError as error:
            assert str(path) in str(error)
        else:
            assert found == expected[:len(found)]


def test_a_part_with_other_settings_starts_again_and_what_came_before_it_does_not(finished, run_script, tmp_path):
    expected, journal = finished(run_script, *OPTIM)
    more = (*OPTIM[2], "--risk", 0.05)  # of the largest boxes and what follows them
    assert run_script(optim_script, *JOB, *more, "--checkpoint_dir", tmp_path / "expected")[0] == 0
    unfinished(tmp_path / "cut", "optim.pt", journal)
    code, out, _ = run_script(optim_script, *JOB, *more, "--checkpoint_dir", tmp_path / "cut")
    assert code == 0 and "going on after" in out
    assert same_results(tmp_path / "expected", tmp_path / "cut") and not same_results(expected, tmp_path / "cut")


def test_an_unfinished_run_of_an_earlier_version_starts_again_with_a_line(run_script, tmp_path):
    path = tmp_path / WHERE / "map.partial.pt"
    path.parent.mkdir(parents=True)
    torch.save(dict(z=torch.zeros(3), settings={}), path)
    code, out, err = run_script(map_script, *JOB, *MAP[2], "--checkpoint_dir", tmp_path)
    assert code == 0 and f"{path}: an unfinished run of an earlier version" in out, err
    assert os.listdir(path.parent) == ["map.pt"]


@pytest.fixture
def journal(tmp_path):
    """journal(): one of f on a cup, at the same place each time."""
    f = Confidence.of(load_network("tests.tiny:network"), "cup", load_stand_in(5, 0), engine="torch")
    asked = []
    answers = f.answers
    f.answers = lambda images: asked.append(len(images)) or answers(images)

    def make():
        return Journal(lambda: f, f.parameters, f.label, tmp_path / "map.journal", {}, f.domain)

    return SimpleNamespace(make=make, f=f, asked=asked, path=tmp_path / "map.journal")


def test_the_same_image_is_asked_once_and_remembered(journal):
    points = [(130, 30), (130, 30), (50, 20), (490, 30), (130, 30)]  # the fourth shows what the first shows
    with journal.make() as f:
        first = f.answers(points)
        again = f(points[::-1])
    assert journal.asked == [2] and f.n_asked == 10 and f.n_images == 2
    expected = journal.f(points).numpy()
    np.testing.assert_allclose(first["score"], expected, rtol=1e-6)
    assert (first["score"][[0, 1, 3, 4]] == first["score"][0]).all() and (again == first["score"][::-1]).all()
    with journal.make() as f:  # a run that goes on has the same memory
        assert (f(points) == first["score"]).all() and journal.asked == [2]
        assert f(points[::-1])[1] == first["score"][3] and journal.asked == [2]


def test_answers_are_the_functions_own(journal):
    xx, yy = grid(60)
    points = np.stack((xx.ravel(), yy.ravel()), axis=1)
    with journal.make() as f:
        found = f.answers(points)
        score, gradient = f.value_and_grad(points[:3])
    with torch.no_grad():
        output = journal.f.logits(journal.f.images(points)).softmax(1)
    label = CLASS_NAMES.index("cup")
    np.testing.assert_allclose(found["score"], output[:, label], atol=1e-6)
    assert found["top1"].tolist() == output.argmax(1).tolist() and len(set(found["top1"])) > 1
    np.testing.assert_allclose(found["top1_score"], output.max(1).values, atol=1e-6)
    expected = journal.f.value_and_grad(points[:3])
    assert np.array_equal(score, expected[0]) and np.array_equal(gradient, expected[1])


def test_other_batches_play_the_same_answers(journal):
    points = np.array([(azimuth, 30.0) for azimuth in range(0, 360, 30)])
    with journal.make() as f:
        expected = np.concatenate([f(points[:5]), f(points[5:])])
    with journal.make() as f:
        assert np.array_equal(np.concatenate([f(points[:9]), f(points[9:])]), expected) and f.n_stored == 12
    assert records(journal.path.read_bytes())[-1] == journal.path.stat().st_size


def test_a_full_disk_leaves_what_was_stored(journal):
    with journal.make() as f:
        f([(130, 30)])
        before = journal.path.read_bytes()
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) + 20, hard))  # room for a part of it
        try:
            with pytest.raises(ValueError, match="map.journal: cannot be written .File too large.*before is kept"):
                f([(50, 20)])
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        assert journal.path.read_bytes() == before
        f([(50, 20)])
    assert len(records(journal.path.read_bytes())) == 3
