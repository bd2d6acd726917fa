"""Rows and means are of one kind; what differs is said."""
import numpy as np
import pytest

from utils.findings import audit, srvr
from utils.findings.rows import Tables
from utils.paper import SHAPE_IDS
from utils.regions import ndinterval
from utils.results.contents import MapResult, MethodResult, RegionsResult
from utils.results.left_out import LeftOut
from utils.results.metadata import Metadata
from utils.results.same import Kinds, made_otherwise, objects_of, step_of
from utils.results.tree import Key

MESH = dict(path="mug.stl", up="y", front=None, textures=False)


def map_of(value=0.7, step=(90, 50), shape_id="stand-in-cup-0", mesh=None, label=None, engine=None, **settings):
    xx, yy = np.meshgrid(np.arange(0, 360, step[0]), np.arange(-10, 90, step[1]))
    return MapResult(xx, yy, np.full(xx.shape, value), Metadata(shape_id=shape_id, mesh=mesh, label=label,
                                                                engine=engine, settings=settings))


def regions_of(parameters=("azimuth", "elevation"), **settings):
    n = len(parameters)
    boxes = MethodResult([ndinterval([0] * n, [90] * n)])
    return RegionsResult(np.zeros((1, n)), {"naive": boxes}, Metadata(shape_id="stand-in-cup-0", parameters=parameters,
                                                                      settings=settings))


def keyed(*results, network="N"):
    return {Key(network, "5", str(k)): result for k, result in enumerate(results)}


def test_what_an_object_is():
    known = [Metadata(mesh=MESH, shape_id="mug"), Metadata(shape_id="stand-in-cup-0"),
             Metadata(shape_id=SHAPE_IDS[5][0]), Metadata(shape_id="abc"), Metadata()]
    assert [objects_of(one) for one in known] == ["own meshes", "stand-ins", "ShapeNet models", "other objects", None]


def test_a_grid_step():
    assert step_of(map_of(step=(3, 3))) == "3" and step_of(map_of(step=(1.5, 5))) == "1.5 x 5"
    assert step_of(map_of(step=(400, 3))) is None


@pytest.mark.parametrize("other, words", [
    (map_of(step=(45, 50), normalize=False), "grid step 45 x 50"), (map_of(normalize=True), "ImageNet's normalisation"),
    (map_of(normalize="((0.5,), (0.5,))"), "the network's own normalisation"),
    (map_of(shape_id=SHAPE_IDS[5][1], normalize=False), "ShapeNet models"),
    (map_of(mesh=MESH, shape_id="mug", normalize=False), "own meshes"),
    (map_of(normalize=False, engine="onnx"), "engine onnx"), (map_of(normalize=False, weights="ab"), "weights ab"),
    (map_of(normalize=False, label=7), "label 7"), (map_of(), "settings not stated"),
    (map_of(normalize=False, image_size=64), "image size 64"),
    (map_of(normalize=False, fixed=dict(red=0.5)), "red=0.5")])
def test_a_map_of_another_kind_has_a_row_of_its_own(other, words):
    usual = map_of(normalize=False, label=3)
    maps = keyed(usual, usual, other)
    if words == "weights ab":
        maps = keyed(*(map_of(normalize=False, label=3, weights="cd") for _ in range(2)), other)
    table = srvr.tables(Tables(maps, {}))["srvr"]
    maps_at = list(table.frame).index("maps")
    assert {row[0]: row[maps_at] for row in table.rows()} == {"N": 2, f"N ({words})": 1}
    note, = table.notes
    assert note.startswith("Rows are of: stand-ins, grid step 90 x 50, no normalisation. Words in brackets say")
    assert note in table.text() and note in table.markdown() and note not in table.csv()


def test_one_kind_needs_no_marks_and_networks_may_have_their_own_weights():
    maps = {**keyed(map_of(normalize=False, weights="ab"), network="N"),
            **keyed(map_of(normalize=False, weights="cd", image_size=299), network="M")}
    table = srvr.tables(Tables(maps, {}))["srvr"]
    assert [row[0] for row in table.rows()] == ["M", "N"]
    assert table.notes == ("Rows are of: stand-ins, grid step 90 x 50, no normalisation.",)


def test_regions_of_other_iterations_and_of_one_parameter():
    regions = keyed(regions_of(n_iterations=800, elevation=0), regions_of(n_iterations=800, elevation=0),
                    regions_of(n_iterations=20, elevation=0), regions_of(("azimuth",), n_iterations=100, elevation=35))
    found = srvr.tables(Tables({}, regions))
    assert [row[:2] for row in found["srvr"].rows()] == [["N", 2], ["N (20 iterations)", 1], ["N (azimuth)", 1]]
    assert [row[:3] for row in found["srvr_regions"].rows()] == [
        ["N", "naive", 2], ["N (20 iterations)", "naive", 1], ["N (azimuth)", "naive", 1]]
    assert found["srvr"].notes[0].startswith("Rows are of: stand-ins, 800 iterations")


def test_the_audit_tells_kinds_apart():
    maps = keyed(map_of(normalize=False), map_of(normalize=False), map_of(step=(45, 50), normalize=False))
    table = audit.tables(Tables(maps, dict.fromkeys(maps, regions_of(normalize=False))))["audit"]
    assert [row[:3] for row in table.rows() if row[1] == "naive"] == [
        ["N", "naive", 2], ["N (grid step 45 x 50)", "naive", 1]]


def test_means_are_over_the_usual_kind(capsys):
    maps, left_out = keyed(map_of(), map_of(step=(45, 50)), map_of()), LeftOut("report.py")
    for _ in range(2):  # of several means that lack the same map, one says so
        assert [key.object_nb for key in Kinds(maps).kept(maps, left_out)] == ["0", "2"]
    line = ("N cup 1: is of another kind (grid step 45 x 50) than most (stand-ins, grid step 90 x 50, settings not "
            "stated)")
    assert left_out.lines == [line] and capsys.readouterr().err == f"report.py: left out: {line}\n"


def test_two_results_of_one_object_that_were_made_otherwise():
    assert made_otherwise(map_of(normalize=False), map_of(step=(45, 50), normalize=True)) == [
        "grid step 90 x 50 and 45 x 50", "normalisation no and ImageNet's"]
    assert made_otherwise(map_of(), map_of(normalize=True)) == []  # as far as both say
