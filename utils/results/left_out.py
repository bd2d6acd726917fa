"""What a reader of many results leaves out: each is named, and the rest goes on."""
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from tqdm import tqdm

from ..errors import DiskError, InputError, with_options


class LeftOut:
    """What was left out so far: `lines` say why, one for each cause. Printed lines begin with the script's name."""

    def __init__(self, script: str) -> None:
        self.script = script
        self.lines: list[str] = []

    @contextmanager
    def on_error(self, what: str = "") -> Iterator[None]:
        """Go on after an InputError inside: it is printed, once, behind what is left out if it does not say that.

        Raises:
            DiskError: from inside; whatever is next could not be written either.
        """
        try:
            yield
        except DiskError:
            raise
        except InputError as error:
            self.add(f"{what}{error}")

    def add(self, line: str) -> None:
        """Print what is left out and why, once."""
        line = with_options(line)
        if line not in self.lines:
            for bar in getattr(tqdm, "_instances", ()):
                bar.delay = 0  # the next call shows it, and it does not clear itself while it thinks that it waits
            tqdm.write(f"{self.script}: left out: {line}", file=sys.stderr)
            self.lines.append(line)
