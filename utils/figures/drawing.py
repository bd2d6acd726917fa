"""Drawing figures: those that are not up to date."""
import hashlib
import json
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tqdm import tqdm

from ..files import status_of, whole_file
from ..findings.tables import ADVICE, write_text
from ..results.left_out import LeftOut
from . import gifs, plots
from .sizes import sized

RECORD = "made_from.json"  # beside the figures: what each was made from
PICTURE, GIF = (".pdf", ".png"), (".gif",)


@dataclass(frozen=True)
class Planned:
    """A figure that is still to be drawn.

    Attributes:
        name: its file below the folder of figures, without a suffix.
        draw: makes it: a matplotlib figure, or the frames of a GIF and their seconds.
        inputs: the files that it is made from.
        options: what else it depends on.
        formats: suffixes of its files.
        width: of WIDTHS; None: for a screen.
    """
    name: str
    draw: Callable[[], Any]
    inputs: Sequence[Path] = ()
    options: tuple[Any, ...] = ()
    formats: tuple[str, ...] = PICTURE
    width: str | None = None

    def paths(self, folder: Path) -> list[Path]:
        """Its files below a folder."""
        return [Path(folder, self.name + suffix) for suffix in self.formats]

    def made_from(self) -> str:
        """Digits that change with the inputs and the options."""
        states = [(str(path.resolve()), path.stat().st_size, path.stat().st_mtime_ns) for path in self.inputs]
        return hashlib.sha256(repr((sorted(states), self.options, self.width)).encode()).hexdigest()[:16]

    def write(self, folder: Path) -> None:
        """Draw it, and write all its files.

        Raises:
            InputError: if it cannot be drawn; DiskError if it cannot be written.
        """
        save = gifs.save if self.formats == GIF else plots.save
        with ExitStack() as files:  # entered first: a folder that cannot be written to is found before the work
            temporary = [files.enter_context(whole_file(path, ADVICE)) for path in self.paths(folder)]
            with sized(self.width):
                save(self.draw(), *temporary)


def draw_missing(figures: list[Planned], folder: Path, left_out: LeftOut) -> None:
    """Draw the figures that are not up to date, and print how many these were.

    Raises:
        DiskError: if one cannot be written.
    """
    record: dict[str, str] = {}
    with suppress(OSError, ValueError):  # none yet, or damaged: all is drawn again
        status_of(folder / RECORD)
        stored = json.loads((folder / RECORD).read_text())
        record = stored if isinstance(stored, dict) else {}
    missing = [figure for figure in figures if record.get(figure.name) != figure.made_from()
               or not all(path.exists() for path in figure.paths(folder))]
    n_drawn = 0
    try:
        for figure in tqdm(missing, unit="figure", desc="drawing"):
            with left_out.on_error():
                made_from = figure.made_from()
                figure.write(folder)
                record[figure.name] = made_from
                n_drawn += 1
    finally:
        if n_drawn:
            write_text(folder / RECORD, json.dumps(record, indent=0, sort_keys=True) + "\n")
    there = [figure for figure in figures if all(path.exists() for path in figure.paths(folder))]
    where = f": {', '.join(map(str, there[0].paths(folder)))}{' ..' if len(there) > 1 else ''}" if there else ""
    print(f"{n_drawn} drawn, {len(figures) - len(missing)} up to date{where}")
