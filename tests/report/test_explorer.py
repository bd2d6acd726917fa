"""The page to explore, alone and in a real browser."""
import base64
import io
import json
import re
import shutil

import numpy as np
import pytest
import torch
from PIL import Image

import report as script
from tests.trees import METHODS, write_result
from utils.bounds import LARGEST
from utils.report import explorer
from utils.report.methods import ON_MAP
from utils.report.objects import views_at
from utils.report.on_map import largest_box, purity
from utils.results.contents import read_map, read_optim
from utils.results.layout import MAP, OPTIM
from utils.shapes.shape import load_stand_in

BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def data_of(page):
    return json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.S)[1])


@pytest.fixture(scope="session")
def page_file(whole_tree, tmp_path_factory):
    """The page of `whole_tree`, where one object has regions of azimuth only, one has largest boxes among its regions,
    one has large regions, and one is of an unknown shape."""
    folder = tmp_path_factory.mktemp("explorer")
    tree = shutil.copytree(whole_tree, folder / "tree")
    write_result(tree / "Demo/1/0", class_nb=1, parameters=("azimuth",))
    write_result(tree / "ResNet50/5/0", largest=True)
    write_result(tree / "Demo/5/0", seed=3, iterations=40)
    path = tree / "ResNet50/5/1" / MAP
    torch.save({**torch.load(path), "shape_id": "</script><script>document.title = 1"}, path)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(explorer, "VIEW_STEP", 18)
        patch.setattr("sys.argv", ["report.py", "explorer", "--checkpoint_dir", str(tree), "--data_dir", str(folder),
                                   "--results_dir", str(folder)])
        with pytest.raises(SystemExit) as end:  # the views of the unknown shape are left out
            script.main()
    assert end.value.code == script.LEFT_OUT
    return folder / "explorer.html"


def test_the_page_holds_the_results(page_file, whole_tree):
    data = data_of(page_file.read_text())
    assert data["networks"] == ["Demo", "ResNet50"]
    names = [(thing["class_name"], thing["object_nb"], list(thing["results"])) for thing in data["objects"]]
    assert names == [("bathtub", "0", ["Demo", "ResNet50"]), ("cup", "0", ["Demo", "ResNet50"]), ("cup", "1", ["Demo"]),
                     ("cup", "1", ["ResNet50"])]
    stored = torch.load(whole_tree / "ResNet50/5/0" / MAP)["z"].numpy()
    view = data["objects"][1]["results"]["ResNet50"]["map"]
    z = np.frombuffer(base64.b64decode(view["z"]), "<f4").reshape(len(view["elevation"]), len(view["azimuth"]))
    np.testing.assert_array_equal(z, stored)
    regions = torch.load(whole_tree / "ResNet50/5/0" / OPTIM)["OIR_W"]["regions"]
    assert data["objects"][1]["results"]["ResNet50"]["regions"]["boxes"]["OIR_W"] == [
        [*box.a, *box.b] for box in regions]
    flat = data["objects"][0]["results"]["Demo"]["regions"]
    assert flat["points"] == [[130, 35], [50, 35]] and flat["boxes"]["naive"][0][1::2] == [35, 35]
    assert [table["columns"][0] for table in data["tables"]] == ["network"] * 5  # three of srvr, two of audit


def test_the_page_loads_nothing_and_no_name_ends_its_script(page_file):
    page = page_file.read_text()
    assert page.count("</script>") == page.count("<script") == 3
    assert "default-src 'none'" in page and not re.search(r"<(?:script|link|img)[^>]*(?:src|href)=.https?:", page)


def test_a_sprite_holds_the_views(page_file):
    sprite = data_of(page_file.read_text())["objects"][1]["sprite"]
    picture = np.asarray(Image.open(io.BytesIO(base64.b64decode(sprite["uri"].split(",")[1]))).convert("L"))
    size, row, column = sprite["size"], 2, 6
    point = sprite["azimuth"][column], sprite["elevation"][row]
    assert point == (108, 26)
    view, = views_at([point], load_stand_in(5, 0), size=size)
    shown = picture[row * size:(row + 1) * size, column * size:(column + 1) * size]
    assert np.abs(shown.astype(int) - view).mean() < 4 < view.std()


def test_ten_objects_and_four_networks_fit_into_15_mb():
    of_a_map = (34 * 120 * 4) * 4 / 3 + 2000
    of_a_sprite = explorer.SPRITE_BYTES * 4 / 3 + 2000
    rest = len(explorer.get_plotlyjs().encode()) + explorer.TEMPLATE.stat().st_size
    assert rest + 10 * of_a_sprite + 40 * (of_a_map + 2000) < 15e6


@pytest.fixture(scope="module")
def browser():
    playwright = pytest.importorskip("playwright.sync_api", reason="needs playwright (requirements-dev.txt)")
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        pytest.skip(f"needs one of the browsers {', '.join(BROWSERS)}")
    with playwright.sync_playwright() as running:
        browser = running.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def loaded(browser, page_file):
    """The page in a browser, and lists of what was complained about and asked for."""
    complaints, requests = [], []
    page = browser.new_page()
    page.on("console", lambda message: message.type != "log" and complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: requests.append(request.url))
    page.goto(page_file.as_uri())
    page.wait_for_selector("#map-1 .plot .heatmaplayer image")
    return page, complaints, requests


@pytest.fixture
def opened(loaded, page_file):
    """The page as it opens; at the end, that it complained about nothing and asked for nothing."""
    page, complaints, requests = loaded
    page.set_viewport_size(dict(width=1300, height=900))
    for method in (*METHODS, LARGEST, ON_MAP):
        page.uncheck(f"input[value='{method}']")
    for name, choice in (("network-0", "Demo"), ("network-1", "ResNet50"), ("class", "bathtub")):
        page.select_option(f"#{name}", choice)
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


def place(page, k, azimuth, elevation):
    """Where a viewpoint is on the screen."""
    return page.evaluate("""([k, x, y]) => {
        const plot = document.querySelector(`#map-${k} .plot`), {xaxis, yaxis, _size} = plot._fullLayout;
        const box = plot.getBoundingClientRect();
        return [box.left + _size.l + xaxis.l2p(x), box.top + _size.t + yaxis.l2p(y)];
    }""", [k, azimuth, elevation])


def cursor(page, k):
    return page.evaluate("""k => {
        const {x, y} = document.querySelector(`#map-${k} .plot`).data.at(-1);
        return [x[0], y[0]];
    }""", k)


def n_boxes(page, k):
    """How many boxes of each method are drawn."""
    return page.evaluate("""k => {
        const counts = {};
        for (const {mode, name, x} of document.querySelector(`#map-${k} .plot`).data)
            if (mode === "lines" && name) counts[name] = (counts[name] || 0) + x.length / 6;
        return counts;
    }""", k)


def marked(page, k):
    """The corners that are marked: [azimuth, elevation] of each region that does not hold."""
    return page.evaluate("""k => {
        const {x, y} = document.querySelector(`#map-${k} .plot`).data.find(trace => trace.name === "does not hold");
        return x.map((azimuth, i) => [azimuth, y[i]]);
    }""", k)


def confidences(page):
    return [page.text_content(f"#confidence-{k}") for k in (0, 1)]


def stored(whole_tree, folder, azimuth, elevation):
    result = torch.load(whole_tree / folder / MAP)
    cell = (result["xx"] == azimuth) & (result["yy"] == elevation)
    return f"{result['z'][cell].item():.3f}"


def test_another_object_and_the_confidence_under_the_pointer(opened, whole_tree):
    opened.select_option("#class", "cup")
    for k, azimuth, elevation in ((0, 45, 35), (1, 300, -10), (0, 345, 80)):
        opened.mouse.move(*place(opened, k, azimuth, elevation))
        until(opened, "document.getElementById('where').textContent === "
              f"'azimuth {azimuth}°, elevation {elevation}°'")
        assert confidences(opened) == [stored(whole_tree, f"{network}/5/0", azimuth, elevation)
                                       for network in ("Demo", "ResNet50")]
        until(opened, "[0, 1].every(k => document.querySelector(`#map-${k} .plot`).data.at(-1).x[0] === "
              f"{azimuth})")
        assert cursor(opened, 0) == cursor(opened, 1) == [azimuth, elevation]
    opened.select_option("#object", index=1)
    assert "no map of this object" in opened.text_content("#map-1 .note") and confidences(opened)[1] == "–"


def test_the_view_is_the_nearest_one(opened, page_file):
    sprite = data_of(page_file.read_text())["objects"][1]["sprite"]
    picture = Image.open(io.BytesIO(base64.b64decode(sprite["uri"].split(",")[1]))).convert("L")
    opened.select_option("#class", "cup")
    opened.mouse.move(*place(opened, 0, 345, 50))
    until(opened, "document.getElementById('view-note').textContent.includes('342°, 44°')")
    shown = Image.open(io.BytesIO(base64.b64decode(
        opened.evaluate("document.getElementById('canvas').toDataURL()").split(",")[1]))).convert("L")
    size = sprite["size"]
    left, top = sprite["azimuth"].index(342) * size, sprite["elevation"].index(44) * size
    expected = picture.crop((left, top, left + size, top + size)).resize(shown.size, Image.Resampling.BILINEAR)
    assert np.abs(np.asarray(shown, dtype=int) - np.asarray(expected)).mean() < 4 < np.asarray(expected).std()
    opened.select_option("#object", index=2)
    assert "mesh was not at hand" in opened.text_content("#view-note")
    assert not opened.evaluate("document.getElementById('canvas').getContext('2d').getImageData(0, 0, 224, 224).data"
                               ".some(value => value)")


def test_regions_are_switched_on_and_off(opened, whole_tree):
    assert n_boxes(opened, 0) == {}
    opened.check("input[value=OIR_W]")
    assert n_boxes(opened, 0) == n_boxes(opened, 1) == dict(OIR_W=2)
    opened.check("input[value=naive]")
    assert n_boxes(opened, 1) == dict(naive=2, OIR_W=2)
    assert "Regions of azimuth," in opened.text_content("#map-0 .note")  # as bars at their elevation
    opened.uncheck("input[value=OIR_W]")
    assert n_boxes(opened, 0) == n_boxes(opened, 1) == dict(naive=2)
    drawn = opened.evaluate("document.querySelector('#map-1 .plot').data.filter(trace => trace.name === 'naive')"
                            ".flatMap(trace => trace.x)")
    boxes = torch.load(whole_tree / "ResNet50/1/0" / OPTIM)["naive"]["regions"]
    assert drawn == [x for box in boxes for x in (box.a[0], box.b[0], box.b[0], box.a[0], box.a[0], None)]


def test_largest_boxes_of_a_file_else_of_the_map(page_file, whole_tree):
    data = data_of(page_file.read_text())
    of_file = data["objects"][1]["results"]["ResNet50"]["regions"]
    assert of_file["boxes"][LARGEST] == [[124.5, 24.5, 150.5, 50.5], None] and ON_MAP not in of_file["boxes"]
    assert of_file["holds"][LARGEST] == [True, None]
    view, points = read_map(whole_tree / "Demo/5/0" / MAP), read_optim(whole_tree / "Demo/5/0" / OPTIM).initial_points
    boxes = [box for box in (largest_box(view, point, 0.5) for point in points) if box]
    of_map = data["objects"][1]["results"]["Demo"]["regions"]
    assert boxes and of_map["boxes"][ON_MAP] == [[*box.a, *box.b] for box in boxes] and LARGEST not in of_map["boxes"]
    flat = data["objects"][0]["results"]["Demo"]["regions"]
    assert ON_MAP not in flat["boxes"] and flat["holds"]["naive"] == [None, None]  # a map says nothing of a line
    assert data["methods"][ON_MAP] == data["methods"][LARGEST]


def test_regions_that_do_not_hold_are_marked(opened, page_file):
    opened.select_option("#class", "cup")
    opened.check("input[value=OIR_W]")
    n_marked = []
    for k, network in enumerate(("Demo", "ResNet50")):
        folder = page_file.parent / "tree" / network / "5/0"
        view, regions = read_map(folder / MAP), read_optim(folder / OPTIM).methods["OIR_W"].regions
        failing = [box for box in regions if purity(view, box, 0.5) not in (None, 1)]
        assert marked(opened, k) == [[*np.clip(box.b, [0, -10], [360, 90])] for box in failing]
        n_marked.append(len(failing))
    assert n_marked[0] > 0 and n_boxes(opened, 0) == n_boxes(opened, 1) == dict(OIR_W=2)
    opened.check(f"input[value='{LARGEST}']")
    opened.check(f"input[value='{ON_MAP}']")
    assert n_boxes(opened, 1) == {"OIR_W": 2, LARGEST: 1}  # the start that is not sure has none
    assert n_boxes(opened, 0).keys() == {"OIR_W", ON_MAP}
    assert [len(marked(opened, k)) for k in (0, 1)] == n_marked  # a certificate holds, and so does the map's own box


def test_one_network_alone_and_two_the_other_way_round(opened, whole_tree):
    opened.select_option("#network-1", "(none)")
    assert not opened.is_visible("#map-1")
    opened.select_option("#network-0", "ResNet50")
    opened.select_option("#network-1", "Demo")
    assert opened.is_visible("#map-1") and opened.text_content("#map-0 h2") == "ResNet50"
    opened.mouse.move(*place(opened, 0, 90, 20))
    until(opened, "document.getElementById('where').textContent.startsWith('azimuth 90°')")
    assert confidences(opened) == [stored(whole_tree, "ResNet50/1/0", 90, 20), confidences(opened)[1]]


def test_with_the_keyboard_alone(opened, whole_tree):
    opened.focus("#class")
    opened.keyboard.type("cup")
    until(opened, "document.getElementById('object').options.length === 3")
    opened.wait_for_timeout(500)  # ms, for the maps to be drawn anew: on a busy machine keys would be pressed before
    for _ in range(10):
        opened.keyboard.press("Tab")
        if opened.evaluate("document.activeElement.id") == "map-0":
            break
    for keys, azimuth, elevation in ((("Home", "PageDown"), 0, -10), (("ArrowRight", "ArrowUp"), 15, 5),
                                     (("Shift+ArrowRight",), 90, 5), (("End", "ArrowRight", "ArrowLeft"), 345, 5)):
        for key in keys:
            opened.keyboard.press(key)
        assert opened.text_content("#where") == f"azimuth {azimuth}°, elevation {elevation}°"
        assert confidences(opened)[0] == stored(whole_tree, "Demo/5/0", azimuth, elevation)
    assert "azimuth 345°" in opened.text_content("#announce")


def test_the_table_is_sorted_by_its_heads(opened):
    def column():
        return opened.locator("#tables section:first-child tbody tr td:nth-child(1)").all_text_contents()

    def numbers():
        cells = opened.locator("#tables section:first-child tbody tr td:nth-child(3)").all_text_contents()
        return [float(cell) for cell in cells if cell != "–"]

    first = column()
    assert first == ["Demo", "Demo (azimuth)", "ResNet50", "ResNet50 (other objects)"]
    opened.click("#tables section:first-child th:nth-child(3) button")
    assert numbers() == sorted(numbers(), reverse=True) and len(set(numbers())) == 3
    opened.click("#tables section:first-child th:nth-child(3) button")
    assert numbers() == sorted(numbers())
    assert opened.get_attribute("#tables section:first-child th:nth-child(3)", "aria-sort") == "ascending"
    opened.click("#tables section:first-child th:nth-child(1) button")
    assert column() == first


def test_at_phone_width(opened):
    opened.set_viewport_size(dict(width=360, height=740))
    until(opened, "document.querySelector('#map-0 .plot .main-svg').getBoundingClientRect().width < 360")
    assert opened.evaluate("document.documentElement.scrollWidth") <= 360
    for name in ("#class", "#network-1", "#canvas", "#map-0 .plot", "#map-1 .plot"):
        box = opened.locator(name).bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= 360
    opened.locator("#map-1").scroll_into_view_if_needed()
    opened.mouse.click(*place(opened, 1, 180, 50))
    until(opened, "document.getElementById('where').textContent === 'azimuth 180°, elevation 50°'")
    assert opened.locator("#canvas").bounding_box()["y"] >= 0  # the view stays in sight
