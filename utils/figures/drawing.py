"""Drawing figures: those that are not up to date."""
import hashlib
import json
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tqdm import tqdm

from ..files import status_of, whole_file
from ..findings.tables import ADVICE, write_text
from ..results.left_out import LeftOut
from . import animation, plots

RECORD = "made_from.json"  # beside the figures: what each was made from
PICTURE, GIF = (".pdf", ".png"), (".gif",)


@dataclass(frozen=True)
class Planned:
    """A figure that is still to be drawn.

    Attributes:
        name: its file below the folder of figures, without a suffix.
        inputs: the files that it is made from.
        draw: makes it: a matplotlib figure, or the Animation of a GIF.
        options: what else it depends on.
        formats: suffixes of its files.
    """
    name: str
    inputs: tuple[Path, ...]
    draw: Callable[[], Any]
    options: tuple[Any, ...] = ()
    formats: tuple[str, ...] = PICTURE

    def paths(self, folder: Path) -> list[Path]:
        """Its files below a folder."""
        return [Path(folder, self.name + suffix) for suffix in self.formats]

    def made_from(self) -> str:
        """Digits that change with the inputs and the options."""
        states = [(str(path.resolve()), path.stat().st_size, path.stat().st_mtime_ns) for path in self.inputs]
        return hashlib.sha256(repr((sorted(states), self.options)).encode()).hexdigest()[:16]

    def write(self, folder: Path) -> None:
        """Draw it, and write all its files.

        Raises:
            InputError: if it cannot be drawn; DiskError if it cannot be written.
        """
        save = animation.save if self.formats == GIF else plots.save
        with ExitStack() as files:  # entered first: a folder that cannot be written to is found before the work
            temporary = [files.enter_context(whole_file(path, ADVICE)) for path in self.paths(folder)]
            save(self.draw(), *temporary)


class Record:
    """What the figures in a folder were made from, so that those up to date are left as they are."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = Path(folder, RECORD)
        self.made_from: dict[str, str] = {}
        try:
            status_of(self.path)
            stored = json.loads(self.path.read_text())
        except (OSError, ValueError):  # none yet, or damaged: all is drawn again
            return
        if isinstance(stored, dict):
            self.made_from = stored

    def has(self, figure: Planned) -> bool:
        """Whether the figure is there, made from the same."""
        return (self.made_from.get(figure.name) == figure.made_from()
                and all(path.exists() for path in figure.paths(self.folder)))

    def write(self) -> None:
        """Write it beside the figures."""
        write_text(self.path, json.dumps(self.made_from, indent=0, sort_keys=True) + "\n")


def draw_missing(figures: list[Planned], folder: Path, left_out: LeftOut) -> None:
    """Draw the figures that are not up to date, and print how many these were.

    Raises:
        DiskError: if one cannot be written.
    """
    record = Record(folder)
    missing = [figure for figure in figures if not record.has(figure)]
    n_drawn = 0
    try:
        for figure in tqdm(missing, unit="figure", desc="drawing"):
            with left_out.on_error():
                made_from = figure.made_from()
                figure.write(folder)
                record.made_from[figure.name] = made_from
                n_drawn += 1
    finally:
        if n_drawn:
            record.write()
    where = f": {', '.join(map(str, figures[0].paths(folder)))}{' ..' if len(figures) > 1 else ''}" if figures else ""
    print(f"{n_drawn} drawn, {len(figures) - len(missing)} up to date{where}")
