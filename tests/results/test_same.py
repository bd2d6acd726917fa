"""Rows and means are of one kind; what differs is said."""
import shutil
from dataclasses import replace

import numpy as np
import pytest

from tests.trees import write_result
from utils.findings import audit, srvr
from utils.findings.leaderboard import leaderboard
from utils.findings.on_map import holding, with_largest
from utils.findings.rows import Tables, load_tree
from utils.paper import SHAPE_IDS
from utils.regions import ndinterval
from utils.results.contents import MapResult, MethodResult, RegionsResult
from utils.results.layout import MAP
from utils.results.left_out import LeftOut
from utils.results.metadata import Metadata
from utils.results.same import Kinds, differences, made_otherwise, objects_of, same_function, step_of, to_add
from utils.results.tree import Key

MEASURED = "Views are uniform in degrees. The largest boxes on maps run through azimuth 0."
MESH = dict(path="mug.stl", up="y", front=None, textures=False)


def map_of(value=0.7, step=(90, 50), shape_id="stand-in-cup-0", mesh=None, label=None, engine=None, **settings):
    xx, yy = np.meshgrid(np.arange(0, 360, step[0]), np.arange(-10, 90, step[1]))
    return MapResult(xx, yy, np.full(xx.shape, value), Metadata(shape_id=shape_id, mesh=mesh, label=label,
                                                                engine=engine, settings=settings))


def regions_of(parameters=("azimuth", "elevation"), methods=("naive",), point=0, score="softmax", **settings):
    n = len(parameters)
    boxes = MethodResult([ndinterval([0] * n, [90] * n)])
    return RegionsResult(np.full((1, n), point), dict.fromkeys(methods, boxes),
                         Metadata(shape_id="stand-in-cup-0", parameters=parameters, score=score, settings=settings))


def rows_of(table, *columns):
    return table.frame[["network", *columns]].values.tolist()


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
    table = srvr.tables(Tables(maps, {}))["srvr"]
    maps_at = list(table.frame).index("maps")
    assert {row[0]: row[maps_at] for row in table.rows()} == {"N": 2, f"N ({words})": 1}
    note, measured = table.notes
    assert measured == MEASURED
    assert note.startswith("Rows are of: stand-ins, grid step 90 x 50, no normalisation. Words in brackets say")
    assert note in table.text() and note in table.markdown() and note not in table.csv()


def test_one_kind_needs_no_marks_and_networks_may_have_their_own_weights():
    maps = {**keyed(map_of(normalize=False, weights="ab"), network="N"),
            **keyed(map_of(normalize=False, weights="cd", image_size=299), network="M")}
    table = srvr.tables(Tables(maps, {}))["srvr"]
    assert [row[0] for row in table.rows()] == ["M", "N"]
    assert table.notes == ("Rows are of: stand-ins, grid step 90 x 50, no normalisation.", MEASURED)


def test_regions_of_another_kind_have_rows_of_their_own_in_every_table():
    usual = dict(n_iterations=800, elevation=0)
    fixed = dict(fixed=dict(red=0.5, distance=3))
    regions = keyed(regions_of(**usual), regions_of(**usual), regions_of(n_iterations=20, elevation=0),
                    regions_of(("azimuth",), n_iterations=100, elevation=35), regions_of(score="margin", **usual),
                    regions_of(("azimuth",), score="logit", n_iterations=100, elevation=35, **fixed))
    maps = keyed(map_of(1, x=1), map_of(0, x=1, **fixed), map_of(1, x=1))
    found = srvr.tables(Tables(maps, regions))
    rows = [["N", 2, 2], ["N (20 iterations)", 1, 0], ["N (azimuth)", 1, 0],
            ["N (azimuth, logit, distance=3, red=0.5)", 1, 0], ["N (distance=3, red=0.5)", 0, 1], ["N (margin)", 1, 0]]
    assert rows_of(found["srvr"], "objects", "maps") == rows
    assert rows_of(found["srvr_per_class"], "objects", "maps") == rows
    assert rows_of(found["srvr_regions"], "objects") == [row[:2] for row in rows if row[1]]
    assert found["srvr"].frame["largest on map"].notna().tolist() == [True, True, False, False, False, False]
    assert found["srvr"].notes[0].startswith("Rows are of: stand-ins, grid step 90 x 50, 800 iterations")


def test_means_are_over_the_usual_kind(capsys):
    maps, left_out = keyed(map_of(), map_of(step=(45, 50)), map_of()), LeftOut("report.py")
    for _ in range(2):  # of several means that lack the same map, one says so
        assert [key.object_nb for key in Kinds(maps).usual_of(maps, left_out)] == ["0", "2"]
    line = ("N cup 1: is of another kind (grid step 45 x 50) than most (stand-ins, grid step 90 x 50, settings not "
            "stated)")
    assert left_out.lines == [line] and capsys.readouterr().err == f"report.py: left out: {line}\n"


def test_two_results_of_one_object_that_were_made_otherwise():
    assert made_otherwise(map_of(normalize=False), map_of(step=(45, 50), normalize=True)) == [
        "grid step 90 x 50 and 45 x 50", "normalisation no and ImageNet's"]
    assert made_otherwise(map_of(), map_of(normalize=True)) == []  # as far as both say


@pytest.mark.parametrize("changed, words", [
    (dict(level=0.7), "level 0.7"), (dict(lattice=[3, 3]), "lattice 3,3"), (dict(risk=0.2), "risk 0.2"),
    (dict(confidence=0.9), "confidence 0.9")])
def test_largest_boxes_of_another_question_have_a_row_of_their_own(changed, words):
    asked = dict(level=0.5, lattice=[6, 6], risk=0.01, confidence=0.95)
    settings = [asked, asked, {**asked, **changed}]
    regions = keyed(*(regions_of(methods=("OIR_W", "largest"), largest=one) for one in settings))
    maps = dict.fromkeys(regions, map_of(x=1))
    found, row = Tables(maps, regions), f"N (largest {words})"
    assert rows_of(srvr.tables(found)["srvr_regions"], "method", "objects") == [
        ["N", "OIR_W", 3], ["N", "largest", 2], [row, "largest", 1]]
    assert rows_of(srvr.tables(found)["srvr"], "objects") == [["N", 3], [row, 1]]
    assert rows_of(audit.tables(found)["audit"], "method", "regions") == [
        ["N", "OIR_W", 3], ["N", "largest", 2], ["N", "largest on map", 3], [row, "largest", 1]]
    left_out = LeftOut("report.py")
    board = leaderboard(found, 0.5, left_out)
    assert board.values["SRVR largest"]["N"].count() == 2 and board.values["SRVR OIR_W"]["N"].count() == 3
    assert left_out.lines == [f"N cup 2: is of another kind (largest {words}) than most (stand-ins, grid step 90 x 50)"]


def test_textured_results_and_white_ones_are_apart():
    maps = keyed(map_of(x=1), map_of(x=1), map_of(x=1, textures=True))
    own = keyed(map_of(x=1, mesh=MESH), map_of(x=1, mesh=dict(MESH, textures=True)), map_of(x=1, mesh=MESH))
    for of_maps in (maps, own):  # a setting; and what older files say of an own mesh
        table = srvr.tables(Tables(of_maps, {}))["srvr"]
        assert rows_of(table, "maps") == [["N", 2], ["N (textures yes)", 1]]


def test_an_exact_srvr_is_from_one_set_of_initial_points():
    regions = keyed(regions_of(), regions_of(), regions_of(point=9))  # files that state no settings
    found = Tables(dict.fromkeys(regions, map_of()), regions)
    assert rows_of(srvr.tables(found)["srvr"], "largest on map", "objects") == [
        ["N", 50, 2], ["N (from 9,9)", 50, 1]]
    z = np.where(np.arange(4) == 0, 0.1, 0.9) * np.ones((2, 1))
    holed = replace(map_of(), z=z)  # where the paper's points are, and not at 0, 0
    ours, theirs = keyed(regions_of()), Key("M", "5", "0")
    board = leaderboard(Tables({**dict.fromkeys(ours, holed), theirs: holed}, ours), 0.5, LeftOut("report.py"))
    assert board.values["exact SRVR"].values.tolist() == [[0, 0]]


def test_a_setting_that_is_new_parts_results_by_itself():
    maps = keyed(map_of(x=1), map_of(x=1, tag="b"), map_of(x=1))
    regions = keyed(regions_of(x=1), regions_of(x=1, tag=3))
    assert rows_of(srvr.tables(Tables(maps, regions))["srvr"], "objects", "maps") == [
        ["N", 1, 2], ["N (tag 3)", 1, 0], ["N (tag b)", 0, 1]]
    tagged = keyed(map_of(x=1, tag="b"), map_of(x=1, tag="b"), map_of(x=1))
    assert rows_of(srvr.tables(Tables(tagged, {}))["srvr"], "maps") == [["N", 2], ["N (tag by default)", 1]]
    assert made_otherwise(map_of(x=1, tag="b"), map_of(x=1)) == ["tag b and none"]
    assert same_function(map_of(tag="a").metadata, regions_of(tag="b").metadata) == ["tag"]
    assert same_function(map_of(x=1).metadata, regions_of(x=1, tag="b", released=True).metadata) == []
    assert same_function(map_of(step=(3, 3), precision="fp32").metadata, regions_of(precision="bf16").metadata) == [
        "precision"]


def test_settings_of_one_question():
    stored = dict(step=3, largest=dict(level=0.5))
    assert differences(stored, dict(step=3, textures=True, certify=1)) == []  # the mesh's hash tells textures
    assert differences(stored, dict(step=6, tag="b")) == ["step 3, now 6", "tag not recorded, now b"]
    assert differences(stored, {}) == ["step 3, now not a setting"]
    assert differences(dict(mesh_hash="ab" * 32), dict(mesh_hash="cd" * 32)) == ["mesh_hash abababab.., now cdcdcdcd.."]
    otherwise = dict(parameters="azimuth,distance", score="logit", fixed=dict(red=0.5), image_size=64)
    assert differences({}, otherwise) == ["fixed none, now {'red': 0.5}", "image_size 224, now 64",
                                          "parameters azimuth,elevation, now azimuth,distance",
                                          "score softmax, now logit"]
    assert to_add(stored, dict(largest=dict(level=0.5), certify=1)) == ["certify"]
    assert to_add(stored, dict(largest=dict(level=0.6))) == ["largest"]


def test_every_setting_is_a_column_of_the_results():
    maps = keyed(map_of(x=1), map_of(x=1, fixed=dict(distance=3)))
    regions = keyed(regions_of(released=True, initial_points=[[130.0, 30.0], [50.0, 20.0]], tag=True, n_iterations=7,
                               largest=dict(level=0.7, lattice=[6, 3])))
    found = Tables(maps, regions).results
    row = found.iloc[-1]
    assert (row.released, row.initial_points, row.tag, row.largest_level, row.largest_lattice, row.n_iterations) == (
        True, "130,30 50,20", True, 0.7, "6,3", 7)
    assert found.fixed_distance.isna().tolist() == [True, False, True] and found.fixed_distance[1] == 3
    assert found.row.tolist() == ["N", "N (distance=3)", "N"]


def test_a_tree_as_frames(whole_tree, capsys, tmp_path):
    shutil.copytree(whole_tree, tmp_path / "t")
    (tmp_path / "t/AlexNet/1/0" / MAP).write_bytes(b"")
    found = load_tree(str(tmp_path / "t"))
    assert "left out: " in capsys.readouterr().err
    by = found.regions.groupby(["row", "method"], observed=True)["share"].mean()
    table = srvr.tables(found)["srvr"].frame.set_index("network")
    assert by["AlexNet", "OIR_B"] == table["OIR_B"]["AlexNet"] / 100
    assert len(found.views) == sum(a_map.z.size for a_map in found.maps.values()) and len(found.results) == 11
    assert found.views["score"].mean() == pytest.approx(np.mean([a_map.z.mean() for a_map in found.maps.values()]))
    assert found.views.memory_usage().sum() < 50 * len(found.views)


def test_maps_from_a_part_of_the_views_are_another_kind(tmp_path, capsys):
    """A row of their own, no part of a mean, and no judge of regions."""
    for j in range(3):
        write_result(tmp_path / "ResNet50" / "5" / str(j), 5, j, part=j == 2)
    found = load_tree(tmp_path)
    rows = found.results.query("file == 'map.pt'")["row"].tolist()
    assert rows == ["ResNet50", "ResNet50", "ResNet50 (from 140 views)"]
    assert found.views.groupby("object_nb", observed=True)["asked"].sum().tolist() == [168, 168, 140]
    left_out = LeftOut("test")
    assert len(found.kinds.usual_of(found.maps, left_out)) == 2
    assert left_out.lines == ["ResNet50 cup 2: is of another kind (from 140 views) than most (stand-ins, grid step 15)"]
    part = found.maps[Key("ResNet50", "5", "2")]
    assert part.origin == "from 140 of 168 views; 2.0 % on the wrong side of 0.5 (1.0 to 5.0)" in repr(part)
    assert [key.object_nb for key in found.pairs] == ["0", "1"]
    assert "regions are held against maps of all views" in found.unpaired[Key("ResNet50", "5", "2")]
    regions = found.regions_results[Key("ResNet50", "5", "2")]
    assert set(holding(regions, part)["naive"]) == {None} and "largest on map" not in with_largest({}, [], part, 0.5)
    assert made_otherwise(part, found.maps[Key("ResNet50", "5", "1")])[-1] == "views 140 and all"


def test_a_published_map_is_of_all_views():
    published = MapResult(*(map_of().xx,) * 2, map_of().z)
    part = replace(map_of(normalize=False), asked=np.ones(published.z.shape, bool), level=0.5, error=dict(
        share=0, low=0, high=0))
    kinds = Kinds(keyed(part, part, published))
    assert "from all views" in kinds.row(Key("N", "5", "2"), published)


def test_largest_boxes_that_run_around_the_azimuth_have_rows_of_their_own():
    asked = [dict(level=0.5), dict(level=0.5, wrap=True), dict(level=0.5, wrap=True, measure="sphere")]
    around = dict(methods=("largest",), largest=asked[1])
    found = Tables({}, keyed(regions_of(methods=("largest",), largest=asked[0]), regions_of(**around),
                             regions_of(**around), regions_of(methods=("largest",), largest=asked[2])))
    assert rows_of(srvr.tables(found)["srvr"], "objects") == [
        ["N", 2], ["N (largest measure sphere)", 1], ["N (largest wrap no)", 1]]
    assert to_add(dict(largest=asked[0]), dict(largest=asked[1])) == ["largest"]


def test_a_line_below_a_table_speaks_of_iterations_where_a_method_takes_some():
    searched, grown = (regions_of(methods=methods, n_iterations=800) for methods in (("largest",), ("naive",)))
    assert not any("iterations" in note for note in Kinds(keyed(searched)).notes())
    assert "800 iterations" in Kinds(keyed(searched, grown)).notes()[0]


def test_a_line_below_a_table_says_that_most_files_do_not_state_a_setting():
    ours, authors = map_of(normalize="((0.5,), (0.5,))", engine="openvino"), map_of()
    note, = Kinds(keyed(authors, authors, ours)).notes()
    assert note == ("Rows are of: stand-ins, grid step 90 x 50, settings not stated, or the network's own "
                    "normalisation, engine openvino.")
    assert Kinds(keyed(authors)).notes() == ("Rows are of: stand-ins, grid step 90 x 50, settings not stated.",)
