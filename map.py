"""A classifier's confidence in an object's class over every viewpoint (Hamdi & Ghanem 2019, section 4).

    python map.py --network resnet --class_nb 1 --object_nb 0

renders the object on a grid of azimuths and elevations (or of two other parameters), asks the network, and writes
checkpoint/<network>/<class>/<object>/map.pt.
"""
from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path

from utils.options.maps import MapOptions as Options
from utils.options.option import Parser
from utils.results.contents import MapResult
from utils.results.metadata import labelled
from utils.runs.maps import run
from utils.runs.script import run_script

IN_A_SWEEP = dict(parameters=Options.default("parameters"))  # where the option is optim.py's alone
EXAMPLES = ("python map.py --network efficientnet_lite0 --class_nb cup --object_nb 4 --plot",
            "python map.py --network package.module:function --mesh mug.obj --label mug --step 6")


def parse_args(argv: Sequence[str] | None = None) -> Namespace:
    parser = Parser(__doc__.splitlines()[0], EXAMPLES)
    parser.add_options(Options)
    return parser.parse_args(argv)


def show(result: MapResult, path: Path, plot: bool) -> None:
    """Print a line about a map, and draw its picture."""
    z, about = result.z, result.metadata
    print(f"mean {about.score_name} {z.mean(dtype=float):.3f}, maximum {z.max():.3f}, above {about.level:g} in "
          f"{(z > about.level).mean():.1%} of {z.size:,} views: {path}")
    if result.origin:
        print(result.origin)
    if plot:
        from utils.figures.plots import plot_map, save_beside  # matplotlib takes a second to import
        of_class = labelled(about.object_class, about.object_class, about.label_name(result.top1_names))
        save_beside(plot_map(result, f"{about.network_name}: {about.score_name} in {of_class}, shape {about.shape_id}"),
                    path)


def main() -> None:
    options = Options.of(parse_args())
    show(*run(options), options.plot)


if __name__ == "__main__":
    run_script(main, when_stopped="stopped; the same command goes on from here")
