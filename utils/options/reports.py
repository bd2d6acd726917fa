"""Options of report.py's commands."""
from argparse import ArgumentParser, Namespace
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ..errors import InputError, shown
from ..files import no_folder
from ..parameters import PARAMETERS
from ..scores import SCORES
from ..shapes.models import DATA_DIR
from .jobs import file_path

COLORMAP = "viridis"  # even in lightness, and readable for the colour-blind
PAPER_COLORMAP = "RdBu"
CONFIDENCE = SCORES["softmax"]
ELEVATION = PARAMETERS["elevation"]
OF_ALL = ("network", "class_nb", "object_nb", "dataset", "results_dir")
OPTIONS: dict[str, tuple[tuple[str, ...], dict[str, Any]]] = dict(
    network=(("-n", "--network"), dict(metavar="NAME", help="only this network, by its folder or as in map.py")),
    class_nb=(("-s", "--class_nb"), dict(metavar="N", help="only this class, by its number or name")),
    object_nb=(("-j", "--object_nb"), dict(metavar="N", help="only this object of each class")),
    dataset=(("--dataset",), dict(type=file_path, metavar="FILE", help="that the results are of, for the names of its "
                                                                  "classes")),
    results_dir=(("--results_dir",), dict(type=file_path, default=Path("results"), metavar="DIR",
                                          help="folder to write to (default: results)")),
    checkpoint_dir=(("--checkpoint_dir",), dict(type=file_path, default=Path("checkpoint"), metavar="DIR",
                                                help="folder of the results to read (default: checkpoint)")),
    level=(("--level",), dict(type=float, default=CONFIDENCE.level, metavar="L",
                              help="confidence from which a view counts as robust (default: %(default)s)")),
    colormap=(("--paper",), dict(dest="colormap", action="store_const", const=PAPER_COLORMAP, default=COLORMAP,
                                 help="the paper's colours, red to blue (default: dark to light)")),
    to_maximum=(("--scale",), dict(dest="to_maximum", choices=("0..1", "0..max"), default="0..1", help="of the "
                                   "confidence: up to 1, or up to the largest of each figure (default: 0..1)")),
    elevation=(("--elevation",), dict(type=float, default=ELEVATION.default, metavar="DEGREES", help="of the camera, "
                                      "where the object's regions do not say (default: %(default)s)")),
    data_dir=(("--data_dir",), dict(type=file_path, default=DATA_DIR, metavar="DIR",
                                    help="folder of <class>/<shape id>/models/model_normalized.obj (default: scale)")),
    file_format=(("--format",), dict(dest="file_format", choices=("csv", "parquet"), default="csv",
                                     help="of the tables; parquet needs pyarrow (default: csv)")),
    first=(("first",), dict(type=file_path, metavar="A", help="folder of results")),
    second=(("second",), dict(type=file_path, metavar="B", help="another")),
)


def add_options(parser: ArgumentParser, names: Iterable[str]) -> None:
    """Add those of OF_ALL, and the named ones of OPTIONS."""
    for name in (*OF_ALL, *names):
        flags, rest = OPTIONS[name]
        parser.add_argument(*flags, **rest)


def check(args: Namespace) -> None:
    """Turn away options out of range.

    Raises:
        InputError: names the option, what was given and what is expected.
    """
    if "elevation" in args and not ELEVATION.begin <= args.elevation <= ELEVATION.end:
        raise InputError(f"--elevation {shown(args.elevation)}: expected {ELEVATION.begin} to {ELEVATION.end} degrees")
    if "level" in args and not 0 < args.level < 1:
        raise InputError(f"--level {shown(args.level)}: expected a number between 0 and 1")
    if "to_maximum" in args:
        args.to_maximum = args.to_maximum == "0..max"
    wrong = no_folder(args.data_dir) if "data_dir" in args else ""
    if wrong:
        raise InputError(f"--data_dir {args.data_dir}: {wrong}; give the one that holds <class>/<shape id>/models")
