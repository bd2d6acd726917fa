"""The explorer's page of a small tree, and a browser with it."""
import base64
import json
import re
import shutil
import zlib

import numpy as np
import pytest
import torch

import report as script
from benchmarks.browser import BROWSERS, program
from tests.explorer.browser import chosen, follow, marked, n_boxes, open_page, until_drawn, with_answers
from tests.trees import write_result
from utils.explorer import sprites
from utils.results import tree as tree_module
from utils.results.layout import MAP


@pytest.fixture(scope="session")
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


def unpacked(page_file, name):
    """One of the packed parts of a page."""
    return zlib.decompress(base64.b64decode(re.search(f'{name}: "(.*?)"', page_file.read_text())[1]))


@pytest.fixture(scope="session")
def data(page_file):
    """The results that the page holds."""
    return json.loads(unpacked(page_file, "data"))


@pytest.fixture(scope="session")
def pictures(page_file):
    """Its thumbnails and sprites."""
    return json.loads(re.search('id="pictures">(.*?)</script>', page_file.read_text())[1])


@pytest.fixture(scope="session")
def block(page_file):
    """The numbers of its maps."""
    return np.frombuffer(unpacked(page_file, "block"), np.uint8).reshape(2, -1).T.copy().view("<i2").ravel()


@pytest.fixture(scope="module")
def browser():
    """A browser, of which every page may complain about nothing and ask for nothing but itself."""
    playwright = pytest.importorskip("playwright.sync_api", reason="needs playwright (requirements-dev.txt)")
    found = program()
    if found is None:
        pytest.skip(f"needs one of the browsers {', '.join(BROWSERS)}")
    with playwright.sync_playwright() as running:
        started = running.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture(scope="module")
def loaded(browser, page_file):
    """The page in the browser, what it was complained about and asked for, and what it opened with: its tab and
    thumbnails, and what its maps show then."""
    page, noticed = open_page(browser, page_file.as_uri())
    opening = dict(tab=page.evaluate("state.tab"), thumbnails=page.locator("#gallery .object").count())
    page.click("#tab-confidence")
    until_drawn(page)
    return page, noticed, opening | dict(
        chosen=chosen(page), boxes=[n_boxes(page, k) for k in (0, 1)], marked=[marked(page, k) for k in (0, 1)],
        maps=page.locator(".map:visible .plot .heatmaplayer image").count())


@pytest.fixture
def opened(loaded, page_file):
    """The page with both networks on the bathtub and no regions; at the end, that it complained about nothing and asked
    for nothing."""
    page, noticed, _ = loaded
    page.set_viewport_size(dict(width=1366, height=900))
    page.emulate_media(color_scheme="light")
    page.mouse.move(0, 0)
    follow(page, "object=bathtub/0&networks=AlexNet,ResNet50&methods=&others=1")
    yield page
    assert noticed == [page_file.as_uri()]
