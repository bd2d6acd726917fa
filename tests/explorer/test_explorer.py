"""Maps, regions and controls of the explorer's page, in a real browser."""
import numpy as np
import pytest
import torch
from PIL import Image

from tests.explorer.browser import (
    chosen,
    confidences,
    drawn,
    failing,
    follow,
    grey,
    link_of,
    marked,
    n_boxes,
    place,
    point_at,
    stored,
    until,
    until_at,
    until_drawn,
    with_answers,
)
from tests.trees import METHODS
from utils.bounds import LARGEST
from utils.findings.methods import ON_MAP
from utils.findings.on_map import largest_box
from utils.results.layout import MAP, OPTIM
from utils.results.reading import read_map, read_optim
from utils.shapes.shape import load_stand_in


def test_it_opens_on_all_objects_and_the_first_has_regions_that_hold(loaded, page_file):
    opening = loaded[-1]
    assert opening["tab"] == "objects" and opening["thumbnails"] == 4
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
    assert not opened.is_visible("#about dl")  # folded
    assert "stand-in-cup-0" in about and f"mesh_hash {load_stand_in(5, 0).mesh_hash[:8]}" in about
    assert opened.text_content("dt:has(.output)") == "Confidence in cup"
    opened.click("#words summary")
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


def test_the_view_is_the_nearest_one(opened, data, pictures):
    sprite = data["objects"][1]["sprite"]
    follow(opened, "object=cup/0&networks=AlexNet")
    opened.mouse.move(*place(opened, 0, 345, 50))
    until(opened, "document.getElementById('view-note').textContent.includes('342°, 44°')")
    shown, size = grey(opened.evaluate("document.getElementById('canvas').toDataURL()")), sprite["size"]
    left, top = sprite["azimuth"].index(342) * size, sprite["elevation"].index(44) * size
    expected = grey(pictures["sprites"][1]).crop((left, top, left + size, top + size)).resize(
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
    assert link == dict(tab="confidence", object="cup/0", networks="ResNet50", methods="OIR_B,largest%20on%20map",
                        others="1", at="90,20", pin="1")
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
    follow(opened, "tab=tables")

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


def test_a_wide_table_at_phone_width(opened):
    follow(opened, "tab=tables")
    hint, scroll = (opened.locator(f"#tables details:first-child {name}") for name in (".note", ".scroll"))
    assert not hint.is_visible() and scroll.get_attribute("tabindex") is None
    opened.set_viewport_size(dict(width=360, height=740))
    until(opened, "document.querySelector('#tables .note').textContent.includes('more columns to the right')")
    assert hint.is_visible() and scroll.get_attribute("tabindex") == "0"
    scroll.evaluate("table => table.scrollLeft = 10000")
    until(opened, "document.querySelector('#tables .note').textContent.includes('begins to the left')")


def test_maps_at_phone_width(opened):
    opened.set_viewport_size(dict(width=360, height=740))
    until(opened, "document.querySelector('#map-0 .plot .main-svg').getBoundingClientRect().width < 360")
    for name in ("#class", "#network-1", "#theme", "#canvas", "#map-0 .plot", "#map-1 .plot"):
        box = opened.locator(name).bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= 360
    opened.locator("#map-1").scroll_into_view_if_needed()
    opened.mouse.click(*place(opened, 1, 180, 50))
    until_at(opened, 180, 50)
    assert opened.locator("#canvas").bounding_box()["y"] >= 0  # the view stays in sight


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
                             (("header h1", "color"), ground), (("#class", "color"), ("#class", "backgroundColor")),
                             (("#map-0 .xtick text", "fill"), ("#map-0", "backgroundColor"))):
            dark, light = sorted(opened.evaluate(LUMINANCES, [words, under]))
            assert (light + 0.05) / (dark + 0.05) > 4.5, (scheme, words)  # WCAG's contrast
        assert opened.evaluate("document.documentElement.scrollWidth") <= width
    assert grounds[0] > 0.8 and grounds[1] < 0.05
    opened.click("#theme")  # whatever the system says
    until_drawn(opened)
    assert opened.evaluate(LUMINANCES, [("body", "backgroundColor")])[0] > 0.8 and link_of(opened)["theme"] == "light"
