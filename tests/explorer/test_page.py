"""The explorer's page, as it is written."""
import base64
import re
import zlib
from dataclasses import replace

import numpy as np
import torch

import report as script
from tests.explorer.browser import MUG, grey, with_answers
from tests.trees import map_of, write_result
from utils.explorer import objects as page_objects
from utils.explorer import page as explorer
from utils.explorer import sprites
from utils.explorer.boards import cover_view, leaderboard_view
from utils.figures.objects import views_at
from utils.figures.style import STYLES, network_style
from utils.findings.rows import Tables
from utils.results import tree as tree_module
from utils.results.layout import MAP, OPTIM
from utils.results.metadata import Metadata
from utils.results.reading import read_map
from utils.shapes.shape import load_stand_in


def test_the_page_holds_the_results_and_first_answers_where_the_map_does(page_file, data, block):
    objects, tree = data["objects"], page_file.parent / "tree"
    assert data["networks"] == ["AlexNet", "ResNet50"]
    assert [(one["class_name"], one["object_nb"], list(one["results"])) for one in objects] == [
        ("bathtub", "0", ["AlexNet", "ResNet50"]), ("cup", "0", ["AlexNet", "ResNet50"]), ("cup", "1", ["AlexNet"]),
        ("cup", "1", ["ResNet50"])]
    for k, network, folder in ((1, "ResNet50", "5/0"), (2, "AlexNet", "5/1")):
        shown, z = objects[k]["results"][network]["map"], torch.load(tree / network / folder / MAP)["z"].numpy()
        found = block[shown["z"]:shown["z"] + z.size].reshape(len(shown["elevation"]), len(shown["azimuth"]))
        np.testing.assert_allclose(found / 1000, z, atol=0.0005001)  # thousandths, as shown
    regions = torch.load(tree / "ResNet50/5/0" / OPTIM)["OIR_W"]["regions"]
    assert objects[1]["results"]["ResNet50"]["regions"]["boxes"]["OIR_W"] == [[*box.a, *box.b] for box in regions]
    flat = objects[0]["results"]["AlexNet"]["regions"]
    assert flat["points"] == [[130, 35], [50, 35]] and flat["boxes"]["naive"][0][1::2] == [35, 35]
    assert [table["columns"][0] for table in data["tables"]] == ["network"] * 5  # three of srvr, two of audit
    settings = objects[1]["results"]["AlexNet"]["settings"]
    assert settings["map"] == settings["regions"] == dict(mesh_hash=load_stand_in(5, 0).mesh_hash[:8])
    assert objects[1]["shape_id"] == "stand-in-cup-0"
    alexnet, resnet = objects[1]["results"].values()
    a_map = with_answers(tree / "AlexNet/5/0" / MAP)
    answers, scores = (block[alexnet["map"][name]:][:a_map.z.size].reshape(a_map.z.shape)
                       for name in ("top1", "top1_score"))
    np.testing.assert_array_equal(answers, a_map.top1)
    np.testing.assert_allclose(scores / 1000, a_map.top1_score, atol=0.0005001)
    assert data["names"] == dict(AlexNet={str(MUG): "coffee mug", "435": "bathtub", "968": "cup"}, ResNet50={})
    assert (alexnet["output"], alexnet["output_name"]) == (968, "cup")
    assert "top1" not in resnet["map"] and resnet["output"] is None  # its files state no output


def test_answers_have_the_names_that_the_map_states(whole_tree):
    a_map = read_map(whole_tree / "AlexNet/5/0" / MAP)
    a_map = replace(a_map, top1=np.full(a_map.z.shape, 3, np.int16), top1_names={3: "beaker"},
                    metadata=replace(a_map.metadata, label=3))
    block, (cup,) = page_objects.Block(), page_objects.objects_of({tree_module.Key("AlexNet", "5", "0"): a_map}, {})
    shown = cup.shown("AlexNet", block)
    assert block.names == dict(AlexNet={3: "beaker"}) and (shown["output"], shown["output_name"]) == (3, "beaker")
    assert shown["map"]["top1_score"] is None


def test_a_map_from_a_part_of_its_views_says_which_were_asked(tmp_path):
    write_result(tmp_path / "AlexNet/5/0", part=True)
    a_map = read_map(tmp_path / "AlexNet/5/0" / MAP)
    block, (cup,) = page_objects.Block(), page_objects.objects_of({tree_module.Key("AlexNet", "5", "0"): a_map}, {})
    shown = cup.shown("AlexNet", block)["map"]
    low, high = np.frombuffer(zlib.decompress(base64.b64decode(block.text())), np.uint8).reshape(2, -1)
    np.testing.assert_array_equal(low[shown["asked"]:][:a_map.z.size].reshape(a_map.z.shape), a_map.asked)
    assert not high[shown["asked"]:][:a_map.z.size].any()
    assert shown["origin"] == a_map.origin and "top1" not in shown


def test_settings_in_words():
    settings = dict(shape_id="stand-in-cup-0", mesh_hash="0123456789abcdef", step=3.0, normalize=False,
                    points=[[130.0, 30.0]], certify=dict(level=0.5, views=60), methods="",
                    mean="(0.4980392156862745, 0.5)", mesh="mug.v1.20.obj")
    assert page_objects.settings_in_words(Metadata(settings=settings)) == dict(
        mesh_hash="01234567", step="3", normalize="no", points="130,30", certify="(level 0.5, views 60)",
        methods="none", mean="(0.498039, 0.5)", mesh="mug.v1.20.obj")


def test_the_page_loads_nothing_and_no_name_ends_its_script_and_methods_are_explained(page_file):
    page = page_file.read_text()
    assert page.count("</script>") == page.count("<script") == 2
    assert "default-src 'none'" in page and not re.search(r"<(?:script|link|img)[^>]*(?:src|href)=.https?:", page)
    assert not re.search("@[A-Z]+@", page)
    assert re.findall(r'data-method="([^"]*)"><dt>[^<]*</dt><dd>[A-Z][^<]+\.</dd>', page) == [*STYLES]


def test_networks_have_their_colours_of_all_figures(data):
    assert data["looks"].keys() >= {"AlexNet", "ResNet50"}
    for network in ("AlexNet", "ResNet50"):
        style = network_style(network)
        assert data["looks"][network] == dict(color=style.color, dash=style.dash)


def test_networks_that_cannot_be_compared_are_said_to_be_so():
    found = Tables({tree_module.Key("AlexNet", "5", "0"): map_of(np.full((6, 4), 0.1)),
                    tree_module.Key("VGG", "5", "1"): map_of(np.full((6, 4), 0.1))}, {})
    board, cover = leaderboard_view(found), cover_view(found)
    assert board["metrics"] == [] and board["notes"][0].startswith("No leaderboard: there is no object that all of")
    assert cover["curves"] == [] and cover["notes"][0].startswith("No cover: no map has at least 2 % of its views")


def test_a_sprite_holds_the_views(data, pictures):
    sprite = data["objects"][1]["sprite"]
    size, row, column = sprite["size"], 2, 6
    point = sprite["azimuth"][column], sprite["elevation"][row]
    assert point == (108, 26)
    view, = views_at([point], load_stand_in(5, 0), size=size)
    shown = grey(pictures["sprites"][1]).crop((column * size, row * size, (column + 1) * size, (row + 1) * size))
    assert np.abs(np.asarray(shown, dtype=int) - view).mean() < 4 < view.std()


def test_a_thumbnail_is_the_view_that_the_page_opens_with(data, pictures):
    sheet, size = grey(pictures["thumbnails"]["uri"]), pictures["thumbnails"]["size"]
    assert [one["thumbnail"] for one in data["objects"]] == [0, 1, 2, None]  # the last is of an unknown shape
    view, = views_at([(130, 30)], load_stand_in(5, 0), size=size)
    shown = np.asarray(sheet.crop((size, 0, 2 * size, size)), dtype=int)
    assert np.abs(shown - view).mean() < 4 < view.std()


def test_sprites_grow_poorer_until_they_fit(monkeypatch):
    calls = []

    def made_up(points, shape, image_size, size, unmirrored):
        calls.append(len(points))
        ramp = np.arange(size * size).reshape(size, size)
        return np.stack([ramp * (3 + k) % 251 for k in range(len(points))]).astype(np.uint8)

    monkeypatch.setattr(sprites, "views_at", made_up)
    monkeypatch.setattr(sprites, "LOOKS", ((30, 112, 40), (45, 112, 20), (45, 56, 20), (90, 56, 20)))
    every = [sprites.sprite(None, 224, room) for room in (10 ** 6, 130_000, 30_000, 1)]
    assert [(len(one["azimuth"]), one["size"]) for one in every] == [(12, 112), (8, 112), (8, 56), (4, 56)]
    assert [len(one["uri"]) <= room for one, room in zip(every, (10 ** 6, 130_000, 30_000))] == [True] * 3
    assert len(calls) == 8  # a sample and the sprite, each time: what does not fit is not drawn


def test_a_page_that_would_be_too_large_is_not_written(whole_tree, tmp_path, monkeypatch, run_script):
    monkeypatch.setattr(explorer, "LARGEST_PAGE", 1_500_000)
    code, _, err = run_script(script, "explorer", "--checkpoint_dir", whole_tree, "--results_dir", tmp_path)
    assert code == 2 and re.fullmatch(r"report.py: error: the page of 6 results of 3 objects would take [2-3]\.\d MB, "
                                      r"more than 1\.5; choose fewer with --network, --class_nb or --object_nb\n", err)
    assert list(tmp_path.iterdir()) == []
