"""The options of report.py's commands."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import InputError, shown
from ..files import no_folder
from ..parameters import PARAMETERS
from ..scores import SCORES
from ..shapes.models import DATA_DIR
from ..space import DEGREES, MEASURES
from .option import Options, file_path, option, share

COLORMAP = "viridis"  # even in lightness, and readable for the colour-blind
PAPER_COLORMAP = "RdBu"
WIDTHS = dict(column=3.25, page=6.75)  # inches: ICML's and AISTATS', as in tueplots' figsizes; CVPR's column too
OF_ALL = ("network", "class_nb", "object_nb", "dataset", "results_dir")  # options that every command has
ELEVATION = PARAMETERS["elevation"]
WHICH, WHAT = "which results", "what is made of them"


def _elevation(given: float, found: Mapping[str, Any]) -> float:
    if not ELEVATION.begin <= given <= ELEVATION.end:
        raise InputError(f"`elevation` {shown(given)}: expected {ELEVATION.begin} to {ELEVATION.end} degrees")
    return given


def _data_dir(given: Path, found: Mapping[str, Any]) -> Path:
    wrong = no_folder(given)
    if wrong:
        raise InputError(f"`data_dir` {given}: {wrong}; give the one that holds <class>/<shape id>/models")
    return given


@dataclass(frozen=True)
class ReportOptions(Options):
    """Options of report.py; a command has OF_ALL, its folders, and some of the others.

    Attributes:
        paper: the paper's colours, in place of COLORMAP.
        scale: "0..1" or "0..max".
        width: of figures, a name of WIDTHS; None: for a screen.
        format: of the exported tables.
    """
    network: str | None = option(None, "only this network, by its folder or as in map.py", WHICH, "-n", metavar="NAME")
    class_nb: str | None = option(None, "only this class, by its number or name", WHICH, "-s", metavar="N")
    object_nb: str | None = option(None, "only this object of each class", WHICH, "-j", metavar="N")
    dataset: Path | None = option(
        None, "that the results are of, for the names of its classes", WHICH, type=file_path, metavar="FILE")
    checkpoint_dir: Path = option(
        Path("checkpoint"), "folder of the results to read", WHICH, type=file_path, metavar="DIR")
    results_dir: Path = option(Path("results"), "folder to write to", WHAT, type=file_path, metavar="DIR")
    level: float = option(
        SCORES["softmax"].level, "confidence from which a view counts as robust", WHAT, check=share("level"),
        metavar="L")
    measure: str = option(
        DEGREES, "of which views are uniform: in degrees, as the paper counts them, or by solid angle on the sphere",
        WHAT, choices=MEASURES)
    no_wrap: bool = option(False, "the largest boxes on the maps end at azimuth 0 (default: they run through it)", WHAT)
    paper: bool = option(False, "the paper's colours, red to blue (default: dark to light)", WHAT)
    scale: str = option(
        "0..1", "of the confidence: up to 1, or up to the largest of each figure", WHAT, choices=("0..1", "0..max"))
    elevation: float = option(
        ELEVATION.default, "of the camera, where the object's regions do not say", WHAT, check=_elevation, type=float,
        metavar="DEGREES")
    data_dir: Path = option(
        DATA_DIR, "folder of <class>/<shape id>/models/model_normalized.obj (default: scale)", WHAT, check=_data_dir,
        type=file_path, metavar="DIR")
    width: str | None = option(
        None, f"figures for a paper, {' or '.join(f'{inches:g}' for inches in WIDTHS.values())} inches wide, with text "
        "of 8 points (default: for a screen)", WHAT, choices=tuple(WIDTHS))
    format: str = option("csv", "of the tables; parquet needs pyarrow", WHAT, choices=("csv", "parquet"))

    @property
    def colormap(self) -> str:
        """The name of a map's colours."""
        return PAPER_COLORMAP if self.paper else COLORMAP

    @property
    def to_maximum(self) -> bool:
        """Whether a map's colours end at its largest confidence, and not at 1."""
        return self.scale == "0..max"

    @property
    def file_format(self) -> str:
        """The format of the exported tables."""
        return self.format
