"""Regions of viewpoints in which a classifier stays sure, around a few points (Hamdi & Ghanem 2019, section 4.2).

    python optim.py --network resnet --class_nb 1 --object_nb 0 --override

grows boxes from four initial points with three optimizers (OIR_W, naive, OIR_B), finds the largest box around each in
which the network stays sure, looks into all of them, and writes checkpoint/<network>/<class>/<object>/optim.pt.
"""
from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from utils.bounds import LARGEST, METHODS
from utils.options.jobs import Parser, add_job_options, add_shared_options
from utils.options.regions import GRADIENTS
from utils.options.regions import RegionOptions as Options
from utils.paper import INITIAL_POINTS
from utils.parameters import AZIMUTH_AND_ELEVATION, PARAMETERS
from utils.results.contents import MapResult, RegionsResult, load_result
from utils.results.layout import MAP
from utils.runs.regions import IN_A_SWEEP, find, run  # noqa: F401  a sweep calls them here
from utils.runs.script import run_script


def parse_args(argv: Sequence[str] | None = None) -> Namespace:
    parser = Parser(description=__doc__.splitlines()[0])
    add_job_options(parser)
    add_shared_options(parser)
    add_own_options(parser)
    return parser.parse_args(argv)


def add_own_options(parser: Any) -> None:
    add, methods = parser.add_argument, ",".join(Options.methods)
    add("--methods", default=None, help=f"of {', '.join(METHODS)} (default: {methods}; with --released all but "
                                        f"{LARGEST})")
    add("--parameters", default=",".join(AZIMUTH_AND_ELEVATION), metavar="NAME,..",
        help=f"the numbers of a point, of {', '.join(PARAMETERS)} (default: %(default)s)")
    add("--elevation", type=float, default=Options.elevation, metavar="DEGREES",
        help="where it is not a parameter (default: %(default)s)")
    add("--initial_points", default=INITIAL_POINTS, metavar='"A,E A,E .."',
        help=f'numbers of each point (default: "{INITIAL_POINTS}", and of other parameters their default)')
    add("--n_iterations", type=int, default=Options.n_iterations, metavar="N", help="(default: %(default)s)")
    add("--learning_rate", type=float, default=Options.learning_rate, metavar="ETA", help="(default: %(default)s)")
    add("--alpha", type=float, default=Options.alpha, help="how much larger the outer box is (default: %(default)s)")
    add("--beta", type=float, default=Options.beta, help="weight of the slope in OIR_W (default: %(default)s)")
    add("--reg", type=float, default=Options.reg, help="lambda, in naive and trap (default: %(default)s)")
    add("--initial_width", type=float, default=None, metavar="W",
        help="a region starts as its point -/+ this (default: 1e-5; 0.1 with three parameters or more)")
    add("--released", action="store_true",
        help="as the released program: boxes may leave the domain, and OIR_W follows the cross entropy's gradient")
    add("--gradient", choices=GRADIENTS, default=Options.gradient, help="(default: renderer)")
    add("--difference", type=float, default=Options.difference, metavar="H",
        help="step of finite_difference: degrees; of other parameters hundredths (default: %(default)s)")
    add("--level", type=float, default=None, help="score from which a view counts as sure (default: 0.5; of logit and "
                                                  "margin 0)")
    add("--lattice", default=None, metavar="S[,S..]", help=f"steps of the lattice of {LARGEST}, one for all parameters "
        "or one for each (default: a map's)")
    add("--risk", type=float, default=Options.risk, help=f"share of a region of {LARGEST} that may be below the level "
                                                         "(default: %(default)s)")
    add("--confidence", type=float, default=Options.confidence, help="of what is said about a region (default: "
                                                                     "%(default)s)")
    add("--certify", type=int, default=Options.certify, metavar="N",
        help="look at N random views of every region, and for its worst one; 0: do not (default: %(default)s)")
    add("--verify", type=int, default=Options.verify, metavar="K",
        help="look at f on a K x K grid over every region, as far as it lies in the domain")


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
    from utils.findings.on_map import holding, level_of
    about = result.metadata
    title = f"{about.network_name}: regions of {about.object_class}, shape {about.shape_id}"
    regions = {name: result.methods[name].regions for name in METHODS if name in result.methods}
    if result.profile is not None:
        save_beside(plot_profile(*result.profile, regions, result.initial_points[:, 0], title), path)
        return
    map_path = path.with_name(MAP)
    below = load_result(map_path) if map_path.exists() else None
    if not isinstance(below, MapResult) or below.metadata.parameters != AZIMUTH_AND_ELEVATION:
        below = None
    save_beside(plot_regions(regions, result.initial_points, below, title, holds=holding(result, below),
                             level=level_of(result)), path)


def main() -> None:
    options = Options.of(parse_args())
    show(*run(options), options.plot)


if __name__ == "__main__":
    run_script(main, when_stopped="stopped; the same command goes on from here")
