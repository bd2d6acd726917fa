"""A classifier's confidence in an object's class over every viewpoint (Hamdi & Ghanem 2019, section 4).

    python map.py --network resnet --class_nb 1 --object_nb 0

renders the object on a grid of azimuths and elevations (or of two other parameters), asks the network, and writes
checkpoint/<network>/<class>/<object>/map.pt.
"""
from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from utils.options.jobs import Parser, add_job_options, add_shared_options
from utils.parameters import PARAMETERS
from utils.results.contents import MapResult
from utils.runs.maps import IN_A_SWEEP, find, run  # noqa: F401  a sweep calls them here
from utils.runs.maps import MapOptions as Options
from utils.runs.script import run_script


def parse_args(argv: Sequence[str] | None = None) -> Namespace:
    parser = Parser(description=__doc__.splitlines()[0])
    add_job_options(parser)
    add_shared_options(parser)
    add_own_options(parser)
    parser.add_argument("--parameters", default=IN_A_SWEEP["parameters"], metavar="NAME,NAME",
                        help=f"the map's two axes, of {', '.join(PARAMETERS)} (default: %(default)s)")
    return parser.parse_args(argv)


def add_own_options(parser: Any) -> None:
    parser.add_argument("--step", default=None, metavar="S[,S]",
                        help="of the grid, one for both parameters or one for each (default: 3 degrees; of distance "
                        f"{PARAMETERS['distance'].step:g}, and so on)")


def show(result: MapResult, path: Path, plot: bool) -> None:
    """Print a line about a map, and draw its picture."""
    z, about = result.z, result.metadata
    print(f"mean {about.score_name} {z.mean(dtype=float):.3f}, maximum {z.max():.3f}, above {about.level:g} in "
          f"{(z > about.level).mean():.1%} of {z.size:,} views: {path}")
    if plot:
        from utils.figures.plots import plot_map, save_beside  # matplotlib takes a second to import
        save_beside(plot_map(result, f"{about.network_name}: {about.score_name} in {about.object_class}, shape "
                                     f"{about.shape_id}"), path)


def main() -> None:
    options = Options.of(parse_args())
    show(*run(options), options.plot)


if __name__ == "__main__":
    run_script(main, when_stopped="stopped; the same command goes on from here")
