"""A bar over what a run does, which other programs can listen to."""
import time
from collections.abc import Callable
from typing import Any

from tqdm import tqdm

listeners: list[Callable[[str], None]] = []  # called with "1,204 of 4,080 views", at most once a second
EVERY = 1.0  # seconds
COMPILING = "{desc}: compiling, once"


class Bar(tqdm):
    """A bar over views that leaves its first update out of its rate. That one may wait for what is compiled once.

    It is hidden where another program listens.
    """

    def __init__(self, description: str, total: int | None = None) -> None:
        self._is_first, self._done, self._called_at = True, 0, 0.0
        hidden = dict(disable=True) if listeners else {}
        super().__init__(total=total, unit="view", desc=description, bar_format=COMPILING, **hidden)

    def update(self, n: Any = 1) -> None:
        """Count n views that took their time."""
        if self._is_first:
            self._is_first, self.bar_format = False, None
            self.unpause()
            self.skip(n)
            self.refresh()
            return
        super().update(n)
        self._call_listeners(n)

    def skip(self, n: int) -> None:
        """Count n views that took no time."""
        if not self.disable:
            self.n += n
            self.initial = self.last_print_n = self.n
        self._call_listeners(n)

    def _call_listeners(self, n: int) -> None:
        self._done += n
        if listeners and time.monotonic() - self._called_at >= EVERY:
            self._called_at = time.monotonic()
            of_total = "" if self.total is None else f" of {self.total:,}"
            for listener in listeners:
                listener(f"{self._done:,}{of_total} views")
