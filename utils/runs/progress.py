"""A bar over what a run does, which other programs can listen to."""
import time
from collections.abc import Callable
from typing import Any

from numba.core import event
from tqdm import tqdm

listeners: list[Callable[[str], None]] = []  # called with "1,204 of 4,080 views", at most once a second
EVERY = 1.0  # seconds
STARTING, COMPILING = "{desc}: starting", "{desc}: compiling, once"
COMPILES = "numba:compile"  # the event that numba triggers for a kernel that is not in its cache on disk


class _Compiling(event.Listener):
    """Has a bar say that a kernel is compiled."""

    def __init__(self, bar: "Bar") -> None:
        self._bar = bar

    def on_start(self, event: event.Event) -> None:
        """A kernel is compiled from now on."""
        self._bar.says_compiling()

    def on_end(self, event: event.Event) -> None:
        """It is compiled; the next one may be."""


class Bar(tqdm):
    """A bar over views that leaves its first update out of its rate. That one may wait for what is compiled once.

    Until then the bar says so where something is compiled. It is hidden where another program listens.
    """
    bar_format: str | None  # None: tqdm's

    def __init__(self, description: str, total: int | None = None) -> None:
        self._is_first, self._done, self._called_at = True, 0, 0.0
        hidden = dict(disable=True) if listeners else {}
        super().__init__(total=total, unit="view", desc=description, bar_format=STARTING, **hidden)
        self._listener = _Compiling(self)
        event.register(COMPILES, self._listener)

    def says_compiling(self) -> None:
        """Say that something is compiled, until the first update."""
        if self._is_first:
            self.bar_format = COMPILING
            self.refresh()

    def close(self) -> None:
        """End the bar."""
        if hasattr(self, "_listener"):
            event.unregister(COMPILES, self._listener)
            del self._listener
        super().close()

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
