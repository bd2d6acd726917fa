"""What the tests of the explorer do with its page in a browser."""
import base64
import io
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image

from tests.trees import METHODS
from utils.findings.on_map import drawn_in, purity
from utils.results.layout import MAP, OPTIM
from utils.results.reading import read_map, read_optim

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


def open_page(browser, address, **options):
    """A page in a window of its own, once it is drawn; and a list of what it complains about and asks for."""
    noticed = []
    page = browser.new_context(viewport=dict(width=1366, height=900), **options).new_page()
    page.on("console", lambda message: message.type != "log" and noticed.append(message.text))
    page.on("pageerror", lambda error: noticed.append(str(error)))
    page.on("request", lambda request: request.url.startswith(("data:", "blob:")) or noticed.append(request.url))
    page.goto(address)
    until_drawn(page)
    return page, noticed


def picture_of(page, selector):
    """What the window shows of the first element that matches."""
    shown = page.screenshot() if selector == "body" else page.locator(selector).first.screenshot()
    return Image.open(io.BytesIO(shown)).convert("RGB")


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
