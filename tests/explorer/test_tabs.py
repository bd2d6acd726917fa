"""Tabs of the explorer's page, in a real browser: the gallery, pinned views, regions in words, answers, networks."""
import base64
import re

import numpy as np
import pytest
from PIL import ImageChops

from tests.explorer.browser import (
    MUG,
    follow,
    link_of,
    open_page,
    picture_of,
    place,
    point_at,
    until,
    until_at,
    until_drawn,
    with_answers,
)
from tests.trees import map_of
from utils.explorer import page as explorer
from utils.explorer import sprites
from utils.figures.style import REST, RIGHT, WRONG
from utils.findings.answers import Answers
from utils.findings.audit import LEVEL
from utils.findings.cover import covers
from utils.findings.leaderboard import leaderboard
from utils.findings.on_map import DOMAIN
from utils.findings.rows import Tables, load_tree
from utils.findings.tables import counted
from utils.results import tree as tree_module
from utils.results.layout import MAP, OPTIM
from utils.results.left_out import LeftOut
from utils.results.reading import read_map, read_optim
from utils.results.tree import Key

TABS = ("objects", "confidence", "answers", "leaderboard", "cover", "tables")
A_SHADE, AT_EDGES = 16, 20  # of 255; pixels: edges are smoothed a little differently in another window
BOTH = "object=cup/0&networks=AlexNet,ResNet50&others=1"


def rows_of(page, k):
    """What the page says below a map: words of each region's row, and whether it is marked."""
    return [(row.inner_text().replace("\n", " "), "here" in row.get_attribute("class"))
            for row in page.locator(f"#map-{k} .region").all()]


def test_the_gallery_shows_every_object_and_how_much_of_it_is_robust(opened, page_file):
    follow(opened, "tab=objects")
    buttons = opened.locator("#gallery .object")
    assert [button.inner_text() for button in buttons.all()] == ["0", "0", "1", "no mesh\n1"]
    assert opened.locator("#gallery .class h2").all_text_contents() == ["bathtub", "cup"]
    assert opened.locator("#bars-legend li").all_text_contents() == ["AlexNet", "ResNet50"]
    for k, network in enumerate(("AlexNet", "ResNet50")):
        robust = (read_map(page_file.parent / "tree" / network / "5/0" / MAP).z >= 0.5).mean()
        assert f"{network} {100 * robust:.1f}".removesuffix(".0") in buttons.nth(1).get_attribute("aria-label")
        bar = buttons.nth(1).locator(".bars i").nth(k)
        assert float(bar.evaluate("bar => bar.style.getPropertyValue('--share')")) == pytest.approx(robust)
    shown = np.asarray(picture_of(opened, "#gallery .object:nth-of-type(2) .thumb").convert("L"), dtype=int)
    assert shown.std() > 10  # not an empty frame


def test_a_click_on_a_thumbnail_opens_its_maps_and_back_returns(opened):
    follow(opened, "tab=objects&object=bathtub/0")
    opened.locator("#gallery .object").nth(1).click()
    until_drawn(opened)
    assert link_of(opened)["tab"] == "confidence" and link_of(opened)["object"] == "cup/0"
    assert opened.get_attribute("#siblings .object:first-child", "aria-current") == "true"
    opened.go_back()
    until(opened, "state.tab === 'objects'")
    until_drawn(opened)
    assert opened.get_attribute("#gallery .object >> nth=0", "aria-current") == "true" and opened.is_visible("#gallery")
    assert not opened.is_visible("#panel-maps")


def test_a_click_pins_a_view_and_escape_frees_it(opened):
    follow(opened, BOTH)
    point_at(opened, 0, 180, 50)
    assert "pin" not in link_of(opened)
    opened.mouse.click(*place(opened, 0, 90, 20))
    until_at(opened, 90, 20)
    opened.mouse.move(*place(opened, 1, 225, 50))
    opened.mouse.move(*place(opened, 1, 240, 50))
    opened.wait_for_timeout(100)
    until_at(opened, 90, 20)  # the pointer moves it no more
    assert link_of(opened)["pin"] == "1" and link_of(opened)["at"] == "90,20"
    opened.mouse.click(*place(opened, 1, 120, 35))  # another click pins another
    until_at(opened, 120, 35)
    opened.keyboard.press("Escape")
    assert "pin" not in link_of(opened)
    point_at(opened, 0, 180, 50)
    opened.focus("#map-1")
    for key in ("Home", "Enter"):
        opened.keyboard.press(key)
    assert opened.text_content("#announce").endswith("; pinned")
    opened.mouse.move(*place(opened, 0, 90, 35))
    opened.wait_for_timeout(100)
    until_at(opened, 0, 50)
    opened.click("#pin")  # as those free it who have no Escape
    point_at(opened, 0, 120, 50)


@pytest.mark.parametrize("tab, theme", [*zip(TABS, ("light", "dark") * 3)])
def test_a_link_in_a_new_window_shows_the_same(opened, browser, page_file, tab, theme):
    """But for the label at the pointer, which is no part of the link: plotly removes it late where much is drawn."""
    follow(opened, f"{BOTH}&tab={tab}&theme={theme}")
    if tab in ("confidence", "answers"):
        opened.mouse.click(*place(opened, 1 if tab == "confidence" else 0, 105, 20))
        until_at(opened, 105, 20)
        opened.mouse.move(0, 0)
    link_of(opened)
    opened.evaluate("() => { document.activeElement.blur(); scrollTo(0, 0); }")
    address = opened.evaluate("location.href").replace("&again", "&gone")
    page, noticed = open_page(browser, address)
    try:
        for one in (opened, page):
            one.evaluate("document.querySelectorAll('.hoverlayer').forEach(layer => layer.replaceChildren())")
        before, after = (picture_of(one, "body") for one in (opened, page))
        assert before.size == after.size
        assert (np.asarray(ImageChops.difference(before, after)).max(2) > A_SHADE).sum() <= AT_EDGES
        assert link_of(page) == link_of(opened) and noticed == [address.split("#")[0]]
    finally:
        page.context.close()


def test_regions_under_the_pointer_are_marked_with_what_is_known(opened, page_file):
    follow(opened, f"{BOTH}&methods=OIR_W,largest")
    result = read_optim(page_file.parent / "tree/ResNet50/5/0" / OPTIM)
    box = result.methods["OIR_W"].regions[0]
    rows = dict(rows_of(opened, 1))
    text = next(text for text in rows if text.startswith("OIR_W"))
    share = 100 * np.prod(box.within(DOMAIN).r) / 36000
    assert f"SRVR share {share:.2f}".rstrip("0") in text
    largest = next(text for text in rows if text.startswith("largest") and "124.5" in text)
    assert "124.5° to 150.5° × 24.5° to 50.5° · SRVR share 1.88 %" in largest
    assert "holds, certificate: at least 99 % is robust, with 95 % confidence: 0 of 299 views below 0.5" in largest
    assert "lowest view 0.60 at 0°, 0°" in largest
    opened.mouse.move(*place(opened, 1, 135, 35))
    until_at(opened, 135, 35)
    has_both = (box.a <= (135, 35)).all() and (box.b >= (135, 35)).all()
    assert [text for text, is_marked in rows_of(opened, 1) if is_marked] == ([text] if has_both else []) + [largest]
    point_at(opened, 1, 225, 65)
    assert not any(is_marked for _, is_marked in rows_of(opened, 1))
    opened.click("#map-1 .region:has-text('lowest view 0.60') .goto")
    until_at(opened, 0, 5)  # the cell that is nearest to the worst view
    assert link_of(opened)["pin"] == "1"


def test_it_says_why_there_is_no_region(opened, page_file):
    follow(opened, f"{BOTH}&methods=largest,largest%20on%20map")
    texts = [text for text, _ in rows_of(opened, 1)]
    assert "largest no region: f 0.27 at the start, below 0.5" in texts
    folder = page_file.parent / "tree/AlexNet/5/0"
    a_map, points = read_map(folder / MAP), read_optim(folder / OPTIM).initial_points
    for (azimuth, elevation), text in zip(points, [text for text, _ in rows_of(opened, 0)]):
        row, column = np.abs(a_map.yy[:, 0] - elevation).argmin(), np.abs(a_map.xx[0] - azimuth).argmin()
        score = a_map.z[row, column]
        assert ("no region" in text) == (score < 0.5)
        if score < 0.5:
            assert text == f"largest on map no region: f {score:.2f} at the start, below 0.5"


def test_answers_have_a_map_with_their_names_and_shares(opened, page_file):
    follow(opened, f"{BOTH}&tab=answers")
    assert opened.text_content("#map-0 h2") == "AlexNet: first answers" and not opened.is_visible("#map-1")
    assert "No first answers of ResNet50" in opened.text_content("#map-0 .note")
    a_map = with_answers(page_file.parent / "tree/AlexNet/5/0" / MAP)
    answers = Answers.of(a_map)
    shares = [round(100 * answers.share(index), 1) for index in (968, MUG)]
    assert opened.locator("#map-0 .answers li").all_text_contents() == [
        f"{name} {share:g} %" for name, share in zip(("cup (right)", "coffee mug"), shares)]
    codes, scale = opened.evaluate("""() => {
        const { z, colorscale } = document.querySelector("#map-0 .plot").data[0];
        return [z, colorscale]; }""")
    np.testing.assert_array_equal(codes, np.where(a_map.top1 == 968, 0, 1))
    assert [color for _, color in scale[::2]] == [RIGHT, WRONG[0], REST]
    assert not opened.is_visible("#methods")
    cell = tuple(np.argwhere(a_map.top1 == MUG)[3])
    point_at(opened, 0, a_map.xx[cell], a_map.yy[cell])
    assert "coffee mug" in opened.text_content("#answer-0")


def loaded_tree(page_file, monkeypatch):
    """The results that the page was made from."""
    monkeypatch.setattr(tree_module, "read_map", with_answers)
    return load_tree(page_file.parent / "tree")


def test_the_leaderboard_has_the_networks_with_intervals(opened, page_file, monkeypatch):
    follow(opened, "tab=leaderboard")
    board = leaderboard(loaded_tree(page_file, monkeypatch), LEVEL, LeftOut("test"))
    cards = opened.locator("#panel-leaderboard .board")
    assert cards.locator("h3").all_text_contents() == list(board.estimates)
    for card, (metric, of_networks) in zip(cards.all(), board.estimates.items()):
        ranked = sorted(of_networks.items(), key=lambda one: -one[1].value)
        for text, (network, estimate) in zip(card.locator(".reading").all_text_contents(), ranked):
            numbers = [float(number) for number in re.findall(r"[\d.]+", text.removeprefix(network))]
            assert text.startswith(network) and len(numbers) == (1 if estimate.low is None else 3), metric
            np.testing.assert_allclose(numbers, [bound for bound in estimate if bound is not None], atol=0.0051)
    assert "to the next: cannot tell (p " in cards.nth(1).inner_text()  # two objects


def test_the_cover_curves_are_those_of_the_report(opened, page_file):
    follow(opened, "tab=cover")
    found = covers(Tables(load_tree(page_file.parent / "tree").maps, {}), LEVEL, LeftOut("test")).curves()
    drawn = opened.evaluate("""[...document.querySelectorAll("#panel-cover .plot")].map(plot => Object.fromEntries(
        plot.data.filter(trace => trace.name).map(trace => [trace.name, trace.y])))""")
    assert len(drawn) == len(found) == 2
    for lines, of_networks in zip(drawn, found.values()):
        assert lines.keys() == of_networks.keys()
        for network, curve in of_networks.items():
            np.testing.assert_allclose(lines[network], curve.covered)
    assert opened.locator("#panel-cover .legend li").all_text_contents() == [
        f"{network} ({counted(curve.n_objects, 'object')})" for network, curve in next(iter(found.values())).items()]
    assert opened.locator("#panel-cover table tbody tr").count() == 2 * len(drawn[0])  # two purities


def test_tabs_go_on_with_the_arrow_keys(opened):
    follow(opened, "tab=objects")
    opened.focus("#tab-objects")
    for tab in (*TABS[1:], TABS[0]):
        opened.keyboard.press("ArrowRight")
        until_drawn(opened)
        assert opened.evaluate("document.activeElement.id") == f"tab-{tab}" and link_of(opened)["tab"] == tab
        assert opened.locator(".panel:visible").count() == 1


@pytest.mark.parametrize("width, height", [(1366, 768), (390, 844)])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_tab_fills_its_width_and_no_more(opened, width, height, scheme):
    opened.set_viewport_size(dict(width=width, height=height))
    opened.emulate_media(color_scheme=scheme)
    for tab in TABS:
        follow(opened, f"{BOTH}&tab={tab}")
        assert opened.evaluate("document.documentElement.scrollWidth") <= width, tab
        if tab != "objects":  # few objects fill no row
            right = opened.evaluate("""Math.max(...[...document.querySelectorAll(
                ".panel:not([hidden]) :is(.card, table)")].map(one => one.getBoundingClientRect().right))""")
            assert right > width - 40, tab
    follow(opened, BOTH)
    bottoms = opened.evaluate("""[...document.querySelectorAll(".cards > .card:not([hidden])")].map(card => {
        const bottom = one => one.getBoundingClientRect().bottom;
        return [bottom(card), bottom(card) - Math.max(...[...card.children].map(bottom))];
    })""")
    if width == 1366:  # the maps end together, and in sight; below the view little is left
        assert len({round(bottom) for bottom, _ in bottoms}) == 1 and bottoms[0][0] < height
        assert [left < 20 for _, left in bottoms[1:]] == [True, True]


def test_three_hundred_objects_have_one_page(browser, monkeypatch, tmp_path):
    random = np.random.default_rng(0)
    maps = {Key("AlexNet", str(k // 10), str(k % 10)): map_of(
        random.integers(9, size=(34, 120)) / 9, (3, 3), class_nb=k // 10, class_name=f"class {k // 10}",
        object_nb=k % 10, shape_id=f"shape {k}", label=1) for k in range(300)}
    thumbnail = np.full((sprites.THUMBNAIL, sprites.THUMBNAIL), 200, np.uint8)
    begin, picture = sprites.gallery([thumbnail])["uri"].split(",")
    picture = base64.b64decode(picture)
    monkeypatch.setattr(explorer, "shape_of", lambda *known: None)
    monkeypatch.setattr(explorer, "thumbnail", lambda *seen: thumbnail)
    # every sprite takes all the room that it is given
    monkeypatch.setattr(explorer, "sprite", lambda shape, image_size, n_bytes, unmirrored: dict(
        size=sprites.THUMBNAIL, azimuth=[0], elevation=[0],
        uri=f"{begin},{base64.b64encode(picture + bytes(3 * (n_bytes - 100) // 4 - len(picture))).decode()}"))
    for board in ("cover", "leaderboard"):
        monkeypatch.setattr(explorer, f"{board}_view", lambda found: dict(
            title="", curves=[], metrics=[], table=None, notes=[]))
    file = tmp_path / "explorer.html"
    file.write_text(explorer.page(Tables(maps, {}), [], tmp_path, LeftOut("test")))
    assert explorer.LARGEST_PAGE - 1_000_000 < file.stat().st_size < explorer.LARGEST_PAGE
    page, noticed = open_page(browser, file.as_uri())
    places = page.locator("#gallery > *").evaluate_all("all => all.map(one => one.getBoundingClientRect())")
    assert len(places) == 330 and max(  # classes and objects: no row is left half empty
        place["right"] for place in places if place["top"] == places[-1]["top"]) > 1366 - 40
    thumbnails = page.locator("#gallery .object")
    assert thumbnails.count() == 300 and not page.is_visible("#tab-answers")  # no map has them
    thumbnails.last.click()
    until_drawn(page)
    assert link_of(page)["object"] == "29/9" and "There are no regions" in page.text_content("#map-0 .note")
    until(page, "sprite.naturalWidth > 0")
    assert noticed == [file.as_uri()]
    page.context.close()
