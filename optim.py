"""Regions of viewpoints in which a classifier stays confident, around a few points (Hamdi & Ghanem 2019, section 4.2).

    python optim.py --network resnet --class_nb 1 --object_nb 0 --override

grows boxes from four initial points with three optimizers (OIR_W, naive, OIR_B), finds the largest box around each in
which the network stays confident, samples all of them, and writes checkpoint/<network>/<class>/<object>/optim.pt.
"""
from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path

from utils.bounds import METHODS
from utils.options.option import Parser
from utils.options.regions import RegionOptions as Options
from utils.parameters import AZIMUTH_AND_ELEVATION
from utils.results.contents import MapResult, RegionsResult
from utils.results.layout import MAP
from utils.results.metadata import labelled
from utils.results.reading import load_result
from utils.runs.regions import run
from utils.runs.script import run_script

IN_A_SWEEP: dict[str, str] = {}  # options that mean another script's in a sweep
EXAMPLES = ("python optim.py --network efficientnet_lite0 --class_nb chair --object_nb 4 --methods largest --plot",
            'python optim.py --network resnet --class_nb 1 --initial_points "130,30" --n_iterations 200')


def parse_args(argv: Sequence[str] | None = None) -> Namespace:
    parser = Parser(__doc__.splitlines()[0], EXAMPLES)
    parser.add_options(Options)
    return parser.parse_args(argv)


def show(result: RegionsResult, path: Path, plot: bool) -> None:
    """Print a row for every method and point, and draw the picture."""
    from utils.findings.regions_table import region_lines
    print(*region_lines(result), sep="\n")
    print(f"regions: {path}")
    if plot:
        draw(result, path)


def draw(result: RegionsResult, path: Path) -> None:
    """Draw regions of azimuth and elevation over the object's map, if there is one; of azimuth alone over a profile."""
    from utils.figures.plots import plot_profile, plot_regions, save_beside  # matplotlib takes a second to import
    from utils.findings.on_map import judged
    about = result.metadata
    of_class = labelled(about.object_class, about.object_class, about.label_name())
    title = f"{about.network_name}: regions of {of_class}, shape {about.shape_id}"
    regions = {name: result.methods[name].regions for name in METHODS if name in result.methods}
    if result.profile is not None:
        save_beside(plot_profile(*result.profile, regions, result.initial_points[:, 0], title), path)
        return
    map_path = path.with_name(MAP)
    below = load_result(map_path) if map_path.exists() else None
    if not isinstance(below, MapResult) or below.metadata.parameters != AZIMUTH_AND_ELEVATION:
        below = None
    save_beside(plot_regions(regions, result.initial_points, below, title, judged=judged(result, below)), path)


def main() -> None:
    options = Options.of(parse_args())
    show(*run(options), options.plot)


if __name__ == "__main__":
    run_script(main, when_stopped="stopped; the same command goes on from here")
