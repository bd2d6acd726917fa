"""docs/results.md: the tables of the seven networks, computed again from the maps' arrays by other code than ours; and
its reports, as pasted."""
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import report
from docs.optimizers_compared import compared
from docs.shapenet_maps import LEVELS, STEPS
from tests.test_docs import blocks, calls

ROOT = Path(__file__).parents[1]
PUBLISHED = ROOT.parent / "semantic-robustness" / "checkpoint"  # the authors', where the chapter clones it
POINTS = ((130, 30), (50, 20), (200, 15), (310, 50))  # azimuth, elevation
DOMAIN = {"degrees": 360 * 100, "sphere": 360 * (1 + np.sin(np.radians(10)))}
TENTH = 0.0051  # of a percent, to which the page rounds


@pytest.fixture(scope="module")
def arrays():
    """The stored maps: confidence [N, M, R, C] and whether the answer is right, as a dict."""
    with np.load(ROOT / "docs/results/shapenet_maps.npz") as file:
        found = dict(file)
    shape = found["confidence"].shape
    right = np.unpackbits(found["right"], axis=-1, count=shape[2] * shape[3]).reshape(shape).astype(bool)
    return {**found, "confidence": found["confidence"] / STEPS, "right": right}


@pytest.fixture(scope="module")
def published(arrays):
    """The authors' maps of the same objects: {network: [M, R, C]}."""
    if not PUBLISHED.is_dir():
        pytest.skip(f"needs the authors' files at {PUBLISHED}")
    from utils import load_result
    return {folder.name: np.array([load_result(folder / str(class_nb) / str(object_nb) / "map.pt").z for
                                   class_nb, object_nb in zip(arrays["class_nb"], arrays["object_nb"])])
            for folder in sorted(PUBLISHED.iterdir()) if folder.is_dir()}


def table(heading):
    """The rows of the page's table whose first line begins so: {first cell: the first number of every other cell}."""
    lines = (ROOT / "docs/results.md").read_text(encoding="utf-8").split(f"| {heading}")[1].split("\n\n")[0]
    columns, _, *rows = [[cell.strip() for cell in line.strip("| ").split("|")] for line in lines.splitlines()]
    return {row[0]: [float(number[0]) if (number := re.search(r"\d+\.\d+", cell)) else None for cell in row[1:]]
            for row in rows}


def most(above, elevations, azimuths, point, measure):
    """The size of the largest box of a map, [R, C] bools, around the grid point that is nearest to a point."""
    start_row = np.abs(elevations - point[1]).argmin()
    gaps = np.abs(azimuths - point[0])
    start = np.minimum(gaps, 360 - gaps).argmin()
    height = {"degrees": lambda e: e, "sphere": lambda e: np.sin(np.radians(e))}[measure]
    step, best = azimuths[1] - azimuths[0], 0.0
    for low in range(start_row + 1):
        for high in range(start_row, len(elevations)):
            column = np.roll(above[low:high + 1].all(axis=0), -start)  # the start's column comes first
            if column.all():
                width = 360.0
            elif column[0]:
                width = step * (column.argmin() - 1 + column[::-1].argmin())  # how far it goes, to both sides
            else:
                continue
            best = max(best, width * (height(elevations[high]) - height(elevations[low])))
    return best


def exact_srvr(confidence, arrays, level, measure):
    """Percent of the domain in the largest boxes, the mean over M objects and the paper's points."""
    return 100 / DOMAIN[measure] * np.mean([most(one >= level, arrays["elevation"], arrays["azimuth"], point, measure)
                                            for one in confidence for point in POINTS])


def mean(values, arrays, measure):
    """Percent: the mean over M maps of R x C values."""
    weights = np.ones(len(arrays["elevation"])) if measure == "degrees" else np.cos(np.radians(arrays["elevation"]))
    return 100 * np.average(values.mean(axis=(0, 2)), weights=weights)


def metrics(confidence, right, arrays, measure):
    """The columns of the table of a measure."""
    return [None if right is None else mean(right, arrays, measure), mean(confidence, arrays, measure),
            mean(confidence >= 0.5, arrays, measure), exact_srvr(confidence, arrays, 0.5, measure)]


def same(found, expected):
    assert [value is None for value in found] == [value is None for value in expected]
    assert [value for value in found if value is not None] == pytest.approx(
        [value for value in expected if value is not None], abs=TENTH)


HEADINGS = {"degrees": "network, by degrees |", "sphere": "network, by solid angle |"}


@pytest.mark.parametrize("measure", HEADINGS)
def test_the_table_of_networks_follows_from_the_stored_maps(arrays, measure):
    rows = table(HEADINGS[measure])
    assert len(rows) == 7
    for k, network in enumerate(arrays["network"]):
        same(rows[network], metrics(arrays["confidence"][k], arrays["right"][k], arrays, measure))


@pytest.mark.parametrize("measure", HEADINGS)
def test_and_those_of_the_authors_from_theirs(arrays, published, measure):
    rows = table(HEADINGS[measure])
    for network, confidence in published.items():
        same(rows[network], metrics(confidence, None, arrays, measure))


def test_the_largest_boxes_at_five_levels_follow_from_the_maps(arrays, request):
    rows = table("network, exact SRVR at |")
    maps = dict(zip(arrays["network"], arrays["confidence"]))
    for network, confidence in (maps | (request.getfixturevalue("published") if PUBLISHED.is_dir() else {})).items():
        same(rows[network], [exact_srvr(confidence, arrays, level, "degrees") for level in LEVELS])


def test_the_reports_run_as_pasted_on_a_small_tree(whole_tree, tmp_path, monkeypatch, run_script):
    """One of each kind: a command and its options."""
    pasted = [call[2:] for block in blocks(ROOT / "docs/results.md", "") for call in calls(block, tmp_path)
              if call[:2] == ["python", "report.py"]]
    kinds = {(words[0], *(word for word in words if word.startswith("--"))): words for words in pasted}
    here = tmp_path / "here"
    for folder in (here, tmp_path / "semantic-robustness"):
        folder.mkdir()
        (folder / "checkpoint").symlink_to(whole_tree)
    monkeypatch.chdir(here)
    assert {name for name, *_ in kinds} == {"srvr", "audit", "leaderboard", "cover", "answers"}
    for words in kinds.values():
        code, out, err = run_script(report, *words)
        assert code == 0 and "written: results/" in out, (words, err)


def test_optimizers_are_compared_in_pairs_over_the_same_objects():
    shares = {"OIR_W": (0.3, 0.2, 0.4), "naive": (0.1, 0.2, 0.1)}
    rows = [dict(class_nb=5, object_nb=number, method=method, point=point, share=share + shift,
                 purity=np.nan if number == 2 else 0.5)
            for method, each in shares.items() for number, share in enumerate(each)
            for point, shift in enumerate((-0.05, 0.05))]
    of_share, of_purity = compared(pd.DataFrame(rows)).to_dict("records")
    assert of_share["difference"] == "OIR_W - naive" and of_share["objects"] == 3 and of_purity["objects"] == 2
    assert of_share["mean"] == pytest.approx(100 * (0.2 + 0 + 0.3) / 3) and of_share["p"] == 0.5
    assert (of_share["larger on"], of_share["smaller on"]) == (2, 0) and of_purity["mean"] == 0
