"""Views of the object that a result is of."""
import dataclasses

import numpy as np
import pytest
import torch

from tests.trees import write_result
from utils.errors import InputError
from utils.explorer.objects import objects_of
from utils.figures import gifs
from utils.figures.objects import shape_of, views_at
from utils.figures.tree import figures_of
from utils.regions import ndinterval
from utils.results.contents import MapResult, MethodResult, RegionsResult
from utils.results.layout import MAP, OPTIM
from utils.results.left_out import LeftOut
from utils.results.metadata import Metadata
from utils.results.reading import read_optim
from utils.results.tree import Key, Selection, Tree
from utils.semantic.views import Views
from utils.shapes.shape import load_stand_in

KEY = Key("AlexNet", "5", "0")
POINTS = np.array([[30, 20], [200, 60]])
CUP = load_stand_in(5, 0)
BOX = ndinterval([0, 0], [1, 1])


def known(image_size=224, **settings):
    return Metadata("AlexNet", 5, 0, shape_id=CUP.shape_id, settings=dict(
        mesh_hash=CUP.mesh_hash, image_size=image_size, **settings))


@pytest.mark.parametrize("image_size, size", [(64, 64), (64, 224), (96, 32), (300, 224), (224, 112)])
def test_views_are_drawn_at_the_results_own_image_size(image_size, size):
    images = Views(CUP, image_size=image_size)(POINTS).mean(1)
    expected = torch.nn.functional.interpolate(images[:, None], size=size, mode="area")[:, 0]
    views = views_at(POINTS, CUP, image_size, size)
    assert views.shape == (2, size, size)
    np.testing.assert_allclose(views / 255, expected, atol=0.003)
    if image_size != 224:
        assert (views != views_at(POINTS, CUP, 224, size)).any()


def test_a_gif_is_drawn_at_the_results_own_image_size(tmp_path, monkeypatch):
    write_result(tmp_path / "AlexNet/5/0", step=60)
    for name in (MAP, OPTIM):
        contents = torch.load(tmp_path / "AlexNet/5/0" / name)
        contents["settings"]["image_size"] = 64
        torch.save(contents, tmp_path / "AlexNet/5/0" / name)
    asked = []
    monkeypatch.setattr(gifs, "views_at", lambda points, shape, image_size, *size, **_: asked.append(image_size) or
                        views_at(points, shape, image_size, *size))
    tree = Tree(tmp_path, Selection(), LeftOut("report.py"))
    turning, inside, _ = figures_of("gif", tree, dict(elevation=35, data_dir=tmp_path))
    assert turning.draw()[0][0].size[0] == 448
    monkeypatch.setattr(gifs, "cells_inside", lambda view, box, space: np.arange(3))
    inside.draw()
    assert set(asked) == {64} and len(asked) > 1


def test_regions_say_as_much_of_their_mesh_as_maps(tmp_path):
    write_result(tmp_path / "AlexNet/5/0")
    path = tmp_path / "AlexNet/5/0" / OPTIM
    contents = torch.load(path)
    contents["settings"].update(mesh_hash="abc", fixed=dict(distance=3))
    contents["mesh"] = dict(path="/mug.stl", up="z", front=None, textures=False)
    torch.save(contents, path)
    metadata = read_optim(path).metadata
    assert (metadata.mesh_hash, metadata.fixed) == ("abc", dict(distance=3)) and metadata.mesh == contents["mesh"]


def a_map(metadata):
    return MapResult(np.zeros((1, 1)), np.zeros((1, 1)), np.zeros((1, 1)), metadata)


def some_regions(metadata):
    return RegionsResult(np.zeros((1, 2)), dict(naive=MethodResult([BOX])), metadata)


@pytest.mark.parametrize("other, expected", [
    (known(), [["AlexNet", "ResNet50"]]), (Metadata(shape_id=CUP.shape_id), [["AlexNet", "ResNet50"]]),
    (dataclasses.replace(known(), shape_id="abc"), [["AlexNet"], ["ResNet50"]]),
    (dataclasses.replace(known(), settings=dict(mesh_hash="abc")), [["AlexNet"], ["ResNet50"]]),
    (known(fixed=dict(distance=3)), [["AlexNet"], ["ResNet50"]]), (known(image_size=299), [["AlexNet", "ResNet50"]])])
@pytest.mark.parametrize("kind", ["map", "regions"])
def test_networks_share_the_explorers_views_where_they_saw_the_same(kind, other, expected):
    second = Key("ResNet50", "5", "0")
    found = objects_of({KEY: a_map(known()), **({second: a_map(other)} if kind == "map" else {})},
                       {KEY: some_regions(known()), **({second: some_regions(other)} if kind == "regions" else {})})
    assert [list(thing.results) for thing in found] == expected
    assert len({thing.variant(found) for thing in found}) == len(found)
    assert max(about.image_size for thing in found for about in thing.known) == max(224, other.image_size)


def test_only_the_mesh_that_results_are_of(tmp_path):
    def of(shape_id=None, mesh_hash=None, **settings):
        return Metadata(shape_id=shape_id, settings=dict(mesh_hash=mesh_hash, **settings))

    same = of(CUP.shape_id, CUP.mesh_hash)
    assert shape_of(KEY, tmp_path, same).shape_id == shape_of(KEY, tmp_path, of()).shape_id == CUP.shape_id
    numbers = [Key("AlexNet", *names) for names in (("mug", "0"), ("10", "0"), ("5", "10"), ("5", "x"))]
    for key, other, complaint in (
            (KEY, of("abc"), "AlexNet cup 0 was made from abc, at hand is stand-in-cup-0; .*`data_dir`"),
            (KEY, of(CUP.shape_id, "abc"), "from another mesh of stand-in-cup-0"),
            (KEY, of(fixed=dict(distance=3.0)), "made with distance=3, which"),
            *((key, of(), "no mesh is known") for key in numbers)):
        for known in ([other], [of(), other]):  # of a map and regions, either may be of another mesh
            with pytest.raises(InputError, match=complaint):
                shape_of(key, tmp_path, *known)


def test_results_of_two_meshes_in_one_folder_keep_both():
    other = dataclasses.replace(known(), settings=dict(mesh_hash="abc"))
    entry, = objects_of({KEY: a_map(known())}, {KEY: some_regions(other)})
    assert [about.mesh_hash for about in entry.known] == [CUP.mesh_hash, "abc"]  # so that no views are drawn
