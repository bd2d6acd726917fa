"""The page to explore, alone and in a real browser."""
import base64
import io
import json
import re
import shutil
import zlib
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image

import report as script
from tests.trees import METHODS, write_result
from utils.bounds import LARGEST
from utils.explorer import objects as page_objects
from utils.explorer import page as explorer
from utils.explorer import sprites
from utils.figures.objects import views_at
from utils.figures.style import STYLES
from utils.findings.methods import ON_MAP
from utils.findings.on_map import drawn_in, largest_box, purity
from utils.results import tree as tree_module
from utils.results.layout import MAP, OPTIM
from utils.results.metadata import Metadata
from utils.results.reading import read_map, read_optim
from utils.shapes.shape import load_stand_in

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
LABELS = dict(bathtub=435, cup=968)  # ImageNet's
MUG = 504


def grey(uri):
    """The pixels of a picture in an address."""
    return Image.open(io.BytesIO(base64.b64decode(uri.split(",")[1]))).convert("L")


def with_answers(path):
    """A map of AlexNet as programs write it that store first answers: the class where it is sure, else a coffee mug."""
    a_map = read_map(path)
    if "AlexNet" not in path.parts:
        return a_map
    label = LABELS["bathtub" if a_map.metadata.class_nb == 1 else "cup"]
    return replace(a_map, metadata=replace(a_map.metadata, label=label), top1_score=np.maximum(a_map.z, 0.5),
                   top1=np.where(a_map.z > 0.5, label, MUG).astype(np.int16))


@pytest.fixture(scope="module")
def page_file(whole_tree, tmp_path_factory):
    """The page of `whole_tree`, where one object has regions of azimuth only, one has largest boxes among its regions,
    one has large regions, and one is of an unknown shape."""
    folder = tmp_path_factory.mktemp("explorer")
    tree = shutil.copytree(whole_tree, folder / "tree")
    write_result(tree / "AlexNet/1/0", class_nb=1, parameters=("azimuth",))
    write_result(tree / "ResNet50/5/0", largest=True)
    write_result(tree / "AlexNet/5/0", seed=3, iterations=40)
    path = tree / "ResNet50/5/1" / MAP
    torch.save({**torch.load(path), "shape_id": "</script><script>document.title = 1"}, path)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sprites, "LOOKS", ((18, 112, 40),))
        patch.setattr(tree_module, "read_map", with_answers)
        patch.setattr("sys.argv", ["report.py", "explorer", "--checkpoint_dir", str(tree), "--data_dir", str(folder),
                                   "--results_dir", str(folder)])
        with pytest.raises(SystemExit) as end:  # the views of the unknown shape are left out
            script.main()
    assert end.value.code == script.LEFT_OUT
    return folder / "explorer.html"


@pytest.fixture
def data(page_file):
    """The results that the page holds."""
    page = page_file.read_text()
    return json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.S)[1])


@pytest.fixture
def block(page_file):
    """The numbers of its maps."""
    numbers = re.search(r'const BLOCK = "(.*?)";', page_file.read_text())[1]
    return np.frombuffer(zlib.decompress(base64.b64decode(numbers)), "<i2")


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
    numbers = np.frombuffer(zlib.decompress(base64.b64decode(block.text())), "<i2")[shown["asked"]:][:a_map.z.size]
    np.testing.assert_array_equal(numbers.reshape(a_map.z.shape) == 1, a_map.asked)
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
    assert page.count("</script>") == page.count("<script") == 3
    assert "default-src 'none'" in page and not re.search(r"<(?:script|link|img)[^>]*(?:src|href)=.https?:", page)
    assert not re.search("@[A-Z]+@", page)
    assert re.findall(r'data-method="([^"]*)"><dt>[^<]*</dt><dd>[A-Z][^<]+\.</dd>', page) == [*STYLES]


def test_a_sprite_holds_the_views(data):
    sprite = data["objects"][1]["sprite"]
    size, row, column = sprite["size"], 2, 6
    point = sprite["azimuth"][column], sprite["elevation"][row]
    assert point == (108, 26)
    view, = views_at([point], load_stand_in(5, 0), size=size)
    shown = grey(sprite["uri"]).crop((column * size, row * size, (column + 1) * size, (row + 1) * size))
    assert np.abs(np.asarray(shown, dtype=int) - view).mean() < 4 < view.std()


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
    monkeypatch.setattr(explorer, "LARGEST_PAGE", 4_000_000)
    code, _, err = run_script(script, "explorer", "--checkpoint_dir", whole_tree, "--results_dir", tmp_path)
    assert code == 2 and re.fullmatch(r"report.py: error: the page of 6 results of 3 objects would take [4-5]\.\d MB, "
                                      r"more than 4; choose fewer with --network, --class_nb or --object_nb\n", err)
    assert list(tmp_path.iterdir()) == []


@pytest.fixture(scope="module")
def loaded(page_file):
    """The page in a browser, lists of what was complained about and asked for, and what it opened with."""
    playwright = pytest.importorskip("playwright.sync_api", reason="needs playwright (requirements-dev.txt)")
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        pytest.skip(f"needs one of the browsers {', '.join(BROWSERS)}")
    complaints, requests = [], []
    with playwright.sync_playwright() as running:
        browser = running.chromium.launch(executable_path=program, args=["--no-sandbox"])
        page = browser.new_page(viewport=dict(width=1366, height=900))
        page.on("console", lambda message: message.type != "log" and complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: requests.append(request.url))
        page.goto(page_file.as_uri())
        until_drawn(page)
        yield page, complaints, requests, dict(
            chosen=chosen(page), boxes=[n_boxes(page, k) for k in (0, 1)], marked=[marked(page, k) for k in (0, 1)],
            maps=page.locator(".map:visible .plot .heatmaplayer image").count())
        browser.close()


@pytest.fixture
def opened(loaded, page_file):
    """The page with both networks on the bathtub and no regions; at the end, that it complained about nothing and asked
    for nothing."""
    page, complaints, requests, _ = loaded
    page.set_viewport_size(dict(width=1366, height=900))
    page.emulate_media(color_scheme="light")
    page.mouse.move(0, 0)
    follow(page, "object=bathtub/0&networks=AlexNet,ResNet50&methods=&others=1")
    yield page
    assert complaints == []
    assert [url for url in requests if not url.startswith("data:")] == [page_file.as_uri()]


def until(page, expression):
    """Wait for an expression to be true. (playwright's own way to wait needs what the page forbids.)"""
    for _ in range(500):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(20)
    pytest.fail(f"never came true: {expression}")


def until_drawn(page):
    until(page, "document.body.dataset.state === 'drawn'")


def follow(page, link):
    """Go to another link of the page."""
    page.evaluate("""link => {
        document.body.dataset.state = "asked";
        location.hash = `${link}&again=${Math.random()}`;  // the same link twice would be no change
    }""", link)
    until_drawn(page)


def link_of(page):
    """The page's link, as a dict, once it says what is shown."""
    until(page, "timer === null")
    return dict(part.split("=") for part in page.evaluate("location.hash")[1:].split("&"))


def place(page, k, azimuth, elevation):
    """Where a viewpoint is on the screen."""
    return page.evaluate("""([k, x, y]) => {
        const plot = document.querySelector(`#map-${k} .plot`), {xaxis, yaxis, _size} = plot._fullLayout;
        const box = plot.getBoundingClientRect();
        return [box.left + _size.l + xaxis.l2p(x), box.top + _size.t + yaxis.l2p(y)];
    }""", [k, azimuth, elevation])


def until_at(page, azimuth, elevation):
    """Wait until the page names a viewpoint."""
    until(page, f"document.getElementById('where').textContent === 'azimuth {azimuth:g}°, elevation {elevation:g}°'")


def point_at(page, k, azimuth, elevation):
    """Move the pointer to a viewpoint on a map."""
    page.mouse.move(*place(page, k, azimuth, elevation))
    until_at(page, azimuth, elevation)


def drawn(page, k):
    """(mode, name, x, y) of each line, and of all points of a kind, that is drawn on a map."""
    return page.evaluate("k => document.querySelector(`#map-${k} .plot`).data.map(t => [t.mode, t.name, t.x, t.y])", k)


def n_boxes(page, k):
    """How many boxes of each method are drawn, of six points each."""
    counts = Counter()
    for mode, name, x, _ in drawn(page, k):
        counts.update({name: len(x) // 6} if mode == "lines" and name else {})
    return counts


def marked(page, k, name="does not hold"):
    """The corners that are marked: [azimuth, elevation] of each region that does not hold, or is otherwise marked."""
    return next([*map(list, zip(x, y))] for _, of_what, x, y in drawn(page, k) if of_what == name)


def chosen(page):
    """The class, the object and the networks in the controls."""
    return [page.input_value(f"#{name}") for name in ("class", "object", "network-0", "network-1")]


def confidences(page):
    return [page.text_content(f"#confidence-{k}") for k in (0, 1)]


def stored(page_file, folder, azimuth, elevation):
    result = torch.load(page_file.parent / "tree" / folder / MAP)
    return f"{result['z'][(result['xx'] == azimuth) & (result['yy'] == elevation)].item():.3f}"


def failing(page_file, network, methods=METHODS):
    """The regions of the cup that do not hold on its map, and those without a grid point."""
    folder = page_file.parent / "tree" / network / "5/0"
    a_map, result = read_map(folder / MAP), read_optim(folder / OPTIM)
    shares = [(box, purity(a_map, box, 0.5, drawn_in(method))) for method in methods
              for box in result.methods[method].regions]
    return [box for box, share in shares if share not in (None, 1)], [box for box, share in shares if share is None]


def test_it_opens_on_an_object_with_results_and_regions_that_hold(loaded, page_file):
    opening = loaded[-1]
    # of the bathtub and the cup, which both networks have, the cup has the largest region that holds
    assert opening["chosen"] == ["cup", "1", "AlexNet", "ResNet50"] and opening["maps"] == 2
    for k, network in enumerate(("AlexNet", "ResNet50")):
        fails, small = failing(page_file, network)
        assert opening["marked"][k] == []
        assert sum(opening["boxes"][k].get(method, 0) for method in METHODS) == 6 - len(fails) - len(small)
    assert opening["boxes"][0][ON_MAP] > 0 and opening["boxes"][1][LARGEST] == 1


def test_another_object_its_settings_and_what_is_under_the_pointer(opened, page_file):
    opened.select_option("#class", "cup")
    until_drawn(opened)
    about = opened.text_content("#about")
    assert "stand-in-cup-0" in about and f"mesh_hash {load_stand_in(5, 0).mesh_hash[:8]}" in about
    assert opened.text_content("dt:has(.output)") == "Confidence in cup"
    assert not opened.is_visible("[data-method=trap]") and opened.is_visible("[data-method=OIR_B]")
    for k, azimuth, elevation in ((0, 45, 35), (1, 300, -10), (0, 345, 80)):
        point_at(opened, k, azimuth, elevation)
        assert confidences(opened) == [stored(page_file, f"{network}/5/0", azimuth, elevation)
                                       for network in ("AlexNet", "ResNet50")]
        until(opened, "[0, 1].every(k => { const {x, y} = document.querySelector(`#map-${k} .plot`).data.at(-1); "
              f"return x[0] === {azimuth} && y[0] === {elevation}; }})")
    a_map = with_answers(page_file.parent / "tree/AlexNet/5/0" / MAP)
    for is_sure, text in ((True, "first answer: cup, {:.3f} (right)"), (False, "first answer: coffee mug, {:.3f}")):
        cell = tuple(np.argwhere((a_map.z > 0.5) == is_sure)[7])
        point_at(opened, 0, a_map.xx[cell], a_map.yy[cell])
        assert opened.text_content("#answer-0") == text.format(a_map.top1_score[cell])
        assert opened.text_content("#answer-1") == ""  # results without answers say nothing


def test_the_view_is_the_nearest_one(opened, data):
    sprite = data["objects"][1]["sprite"]
    follow(opened, "object=cup/0&networks=AlexNet")
    opened.mouse.move(*place(opened, 0, 345, 50))
    until(opened, "document.getElementById('view-note').textContent.includes('342°, 44°')")
    shown, size = grey(opened.evaluate("document.getElementById('canvas').toDataURL()")), sprite["size"]
    left, top = sprite["azimuth"].index(342) * size, sprite["elevation"].index(44) * size
    expected = grey(sprite["uri"]).crop((left, top, left + size, top + size)).resize(
        shown.size, Image.Resampling.BILINEAR)
    assert np.abs(np.asarray(shown, dtype=int) - np.asarray(expected)).mean() < 4 < np.asarray(expected).std()
    opened.select_option("#object", index=2)
    until_drawn(opened)
    assert "mesh was not at hand" in opened.text_content("#view-note") and not opened.is_visible("#canvas")


def test_regions_are_switched_on_and_off(opened, page_file):
    assert n_boxes(opened, 0) == {}
    opened.check("input[value=OIR_W]")
    assert n_boxes(opened, 0) == n_boxes(opened, 1) == dict(OIR_W=2)
    opened.check("input[value=naive]")
    assert n_boxes(opened, 1) == dict(naive=2, OIR_W=2)
    assert "Regions of azimuth," in opened.text_content("#map-0 .note")  # as bars at their elevation
    opened.uncheck("input[value=OIR_W]")
    assert n_boxes(opened, 0) == n_boxes(opened, 1) == dict(naive=2)
    shown = sorted((x for _, name, xs, _ in drawn(opened, 1) if name == "naive" for x in xs), key=str)
    boxes = torch.load(page_file.parent / "tree/ResNet50/1/0" / OPTIM)["naive"]["regions"]
    assert shown == sorted((x for box in boxes for x in [box.a[0]] * 3 + [box.b[0]] * 2 + [None]), key=str)


def test_largest_boxes_of_a_file_else_of_the_map(page_file, data):
    bathtub, cup = (data["objects"][k]["results"] for k in (0, 1))
    of_file, of_map, flat = (result["regions"] for result in (cup["ResNet50"], cup["AlexNet"], bathtub["AlexNet"]))
    assert of_file["boxes"][LARGEST] == [[124.5, 24.5, 150.5, 50.5], None] and ON_MAP not in of_file["boxes"]
    assert of_file["holds"][LARGEST] == [True, None]
    folder = page_file.parent / "tree/AlexNet/5/0"
    a_map, points = read_map(folder / MAP), read_optim(folder / OPTIM).initial_points
    boxes = [largest_box(a_map, point, 0.5) for point in points]
    assert any(boxes) and of_map["boxes"][ON_MAP] == [box and [*box.a, *box.b] for box in boxes]
    assert LARGEST not in of_map["boxes"]
    assert ON_MAP not in flat["boxes"] and flat["holds"]["naive"] == [None, None]  # a map says nothing of a line
    assert data["methods"][ON_MAP] == data["methods"][LARGEST]


def test_regions_that_do_not_hold_are_marked(opened, page_file):
    follow(opened, "object=cup/0&networks=AlexNet,ResNet50&methods=OIR_W&others=1")
    n_marked = []
    for k, network in enumerate(("AlexNet", "ResNet50")):
        fails, small = failing(page_file, network, ["OIR_W"])
        assert marked(opened, k) == [[*np.clip(box.b, [0, -10], [360, 90])] for box in fails]
        assert marked(opened, k, "too small") == [[*box.b] for box in small]
        n_marked.append(len(fails))
    assert n_marked[0] > 0 and n_boxes(opened, 0) == n_boxes(opened, 1) == dict(OIR_W=2)
    opened.check(f"input[value='{LARGEST}']")
    opened.check(f"input[value='{ON_MAP}']")
    assert n_boxes(opened, 1) == {"OIR_W": 2, LARGEST: 1}  # the start that is not confident has none
    assert n_boxes(opened, 0).keys() == {"OIR_W", ON_MAP}
    assert [len(marked(opened, k)) for k in (0, 1)] == n_marked  # a certificate holds, and so does the map's own box
    opened.uncheck("#others")
    assert marked(opened, 0) == [] and f"Regions not shown: {n_marked[0]} that do not hold" in opened.text_content(
        "#map-0 .note")


def test_a_region_through_azimuth_0_is_drawn_on_both_sides(opened, data):
    of_file, of_map = (data["objects"][1]["results"][name]["regions"] for name in ("ResNet50", "AlexNet"))
    assert of_file["wrapped"] == [LARGEST] and of_map["wrapped"] == [ON_MAP]
    shown = opened.evaluate("""() => {
        const chosen = state.methods, box = [285, 0, 395, 40];
        [state.methods, state.others] = [new Set(["largest", "naive"]), true];
        const traces = regionTraces({ boxes: { largest: [box, box], naive: [box] }, wrapped: ["largest"],
                                      holds: { largest: [true, false], naive: [true] } }, null);
        [state.methods, state.others] = [chosen, false];
        return traces.filter(one => one.name).map(one => [one.name, one.x]); }""")
    both, once = [285, 395, 395, 285, 285, None, -75, 35, 35, -75, -75, None], [285, 395, 395, 285, 285, None]
    assert [one for one in shown if one[1]] == [[LARGEST, both], [LARGEST, both], ["naive", once],
                                                ["does not hold", [35]]]


def test_swatches_are_as_the_lines_are_drawn(opened):
    follow(opened, "object=cup/0&networks=AlexNet,ResNet50&others=1")  # all methods
    swatches, lines = opened.evaluate("""() => {
        const look = line => ["stroke", "strokeWidth", "strokeDasharray", "strokeOpacity"].map(
            name => getComputedStyle(line)[name]).join(" ");
        const swatches = {}, found = {};
        for (const label of document.querySelectorAll("#methods label:has(svg)"))
            swatches[label.textContent] = [...label.querySelectorAll("svg line")].map(look);
        for (const plot of document.querySelectorAll(".map .plot")) {
            const lines = [...plot.querySelectorAll(".scatterlayer .js-line:first-child")].map(look);
            plot.data.filter(trace => trace.mode === "lines").forEach(({name, line}, i) => {
                if (name && line.width > 2) found[name] = [lines[i - 1], lines[i]];
            });
        }
        return [swatches, found];
    }""")
    assert swatches.keys() == {*METHODS, LARGEST, ON_MAP} and len(lines) >= 4
    assert {name: swatches[name] for name in lines} == lines


def test_a_network_without_results_leaves_no_empty_half(opened, page_file):
    follow(opened, "object=cup/1/stand-in-cup-1&networks=ResNet50,AlexNet")
    assert opened.text_content("#map-0 h2") == "AlexNet: confidence in cup" and not opened.is_visible("#map-1")
    assert opened.text_content("#status") == "There are no results of ResNet50 for this object."
    assert chosen(opened)[2:] == ["AlexNet", ""]
    assert opened.evaluate("document.querySelector('#network-0 option[value=ResNet50]').disabled")
    width = opened.locator("#map-0 .plot .main-svg").first.bounding_box()["width"]
    assert width > 900  # it has the place of both
    opened.select_option("#object", index=0)
    until_drawn(opened)
    assert [opened.text_content(f"#map-{k} h2") for k in (0, 1)] == [
        "ResNet50: confidence in cup", "AlexNet: confidence in cup"]  # as they were chosen
    assert not opened.is_visible("#status")
    point_at(opened, 0, 90, 20)
    assert confidences(opened)[0] == stored(page_file, "ResNet50/5/0", 90, 20)


def test_a_link_restores_what_was_chosen(opened):
    opened.select_option("#class", "cup")
    opened.select_option("#network-1", "")
    opened.select_option("#network-0", "ResNet50")
    opened.check("input[value=OIR_B]")
    opened.check(f"input[value='{ON_MAP}']")
    opened.mouse.click(*place(opened, 0, 90, 20))
    link = link_of(opened)
    assert link == dict(object="cup/0", networks="ResNet50", methods="OIR_B,largest%20on%20map", others="1",
                        at="90,20")
    follow(opened, "object=bathtub/0&networks=AlexNet,ResNet50&methods=naive&others=0")
    assert opened.input_value("#class") == "bathtub" and opened.is_checked("input[value=naive]")
    follow(opened, "&".join(map("=".join, link.items())))
    assert link_of(opened) == link
    assert chosen(opened) == ["cup", "1", "ResNet50", ""]
    assert opened.locator("#methods label:has(:checked)").all_text_contents() == [
        "OIR_B", ON_MAP, "also those not known to hold"]
    assert opened.text_content("#where") == "azimuth 90°, elevation 20°"
    follow(opened, "object=sofa/7&networks=AlexNet,VGG&at=no,%E0")
    assert opened.text_content("#status") == (
        "The address asks for object sofa 7, network VGG, which this page does not have.")
    assert opened.input_value("#class") == "cup" and opened.is_visible("#map-0")


def test_with_the_keyboard_alone(opened, page_file):
    opened.focus("#class")
    opened.keyboard.type("cup")
    until(opened, "document.getElementById('object').options.length === 3")
    until_drawn(opened)
    for _ in range(15):
        opened.keyboard.press("Tab")
        if opened.evaluate("document.activeElement.id") == "map-0":
            break
    for keys, azimuth, elevation in ((("Home", "PageDown"), 0, -10), (("ArrowRight", "ArrowUp"), 15, 5),
                                     (("Shift+ArrowRight",), 90, 5), (("End", "ArrowRight", "ArrowLeft"), 345, 5)):
        for key in keys:
            opened.keyboard.press(key)
        assert opened.text_content("#where") == f"azimuth {azimuth}°, elevation {elevation}°"
        assert confidences(opened)[0] == stored(page_file, "AlexNet/5/0", azimuth, elevation)
    assert "azimuth 345°" in opened.text_content("#announce") and "first answer" in opened.text_content("#announce")


def test_a_pointer_that_rests_does_not_take_the_cursor_back(opened):
    rest = place(opened, 0, 180, 50)
    point_at(opened, 0, 180, 50)
    opened.focus("#map-0")
    opened.keyboard.press("Home")
    opened.evaluate("""() => {
        pointed = 0;
        document.querySelector("#map-0 .plot").on("plotly_hover", () => { pointed += 1; });
    }""")
    opened.evaluate("scrollBy(0, 60)")  # another viewpoint is now under the pointer
    opened.mouse.move(*rest)
    until(opened, "pointed > 0")
    assert opened.text_content("#where") == "azimuth 0°, elevation 50°"
    point_at(opened, 0, 225, 50)


def test_the_table_is_sorted_by_its_heads(opened, data):
    def column(n):
        return opened.locator(f"#tables details:first-child tbody tr td:nth-child({n})").all_text_contents()

    def numbers():
        return [float(cell) for cell in column(3) if cell != "–"]

    head = "#tables details:first-child th:nth-child({})"
    first = column(1)
    assert first == [row[0] for row in data["tables"][0]["rows"]] == sorted(first)
    opened.click(f"{head.format(3)} button")
    assert numbers() == sorted(numbers(), reverse=True) and len(set(numbers())) > 2
    opened.click(f"{head.format(3)} button")
    assert numbers() == sorted(numbers()) and opened.get_attribute(head.format(3), "aria-sort") == "ascending"
    opened.click(f"{head.format(1)} button")
    assert column(1) == first


def test_at_phone_width(opened):
    hint, scroll = (opened.locator(f"#tables details:first-child {name}") for name in (".note", ".scroll"))
    assert not hint.is_visible() and scroll.get_attribute("tabindex") is None
    opened.set_viewport_size(dict(width=360, height=740))
    until(opened, "document.querySelector('#map-0 .plot .main-svg').getBoundingClientRect().width < 360")
    for name in ("#class", "#network-1", "#theme", "#canvas", "#map-0 .plot", "#map-1 .plot"):
        box = opened.locator(name).bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= 360
    opened.locator("#map-1").scroll_into_view_if_needed()
    opened.mouse.click(*place(opened, 1, 180, 50))
    until_at(opened, 180, 50)
    assert opened.locator("#canvas").bounding_box()["y"] >= 0  # the view stays in sight
    until(opened, "document.querySelector('#tables .note').textContent.includes('more columns to the right')")
    assert hint.is_visible() and scroll.get_attribute("tabindex") == "0"
    scroll.evaluate("table => table.scrollLeft = 10000")
    until(opened, "document.querySelector('#tables .note').textContent.includes('begins to the left')")


LUMINANCES = """names => names.map(([name, property]) => {
    const [r, g, b] = getComputedStyle(document.querySelector(name))[property].match(/[\\d.]+/g).map(part => {
        const share = part / 255;
        return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
})"""


@pytest.mark.parametrize("width", [1366, 390])
def test_light_and_dark(opened, width):
    opened.set_viewport_size(dict(width=width, height=800))
    grounds = []
    for scheme in ("light", "dark"):
        opened.emulate_media(color_scheme=scheme)
        until(opened, f"document.getElementById('theme').textContent.startsWith('{'LD'[scheme == 'light']}')")
        until_drawn(opened)
        ground, ink = ("body", "backgroundColor"), ("body", "color")
        grounds += opened.evaluate(LUMINANCES, [ground])
        for words, under in ((ink, ground), (("#view-note", "color"), ("#view", "backgroundColor")),
                             (("header a", "color"), ground), (("#class", "color"), ("#class", "backgroundColor")),
                             (("#map-0 .xtick text", "fill"), ("#map-0", "backgroundColor"))):
            dark, light = sorted(opened.evaluate(LUMINANCES, [words, under]))
            assert (light + 0.05) / (dark + 0.05) > 4.5, (scheme, words)  # WCAG's contrast
        assert opened.evaluate("document.documentElement.scrollWidth") <= width
    assert grounds[0] > 0.8 and grounds[1] < 0.05
    opened.click("#theme")  # whatever the system says
    until_drawn(opened)
    assert opened.evaluate(LUMINANCES, [("body", "backgroundColor")])[0] > 0.8 and link_of(opened)["theme"] == "light"
