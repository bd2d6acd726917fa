"""Results on the disk: written so that nothing is lost, gone on with, and never mistaken for others."""
import io
import json
import os
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ..errors import DiskError, InputError, one_line
from ..files import left_over, status_of, temporary_path, whole_file
from ..results.layout import (
    ADDED_LATER,
    DONE,
    ENGINE,
    FAILED,
    MISSING,
    OTHER,
    RUNNING,
    SETTINGS,
    UNFINISHED,
    failure_path,
    lock_path,
    partial_path,
    picture_path,
)
from ..results.metadata import Contents
from ..results.opening import open_safely
from .lock import is_locked, locked

SAVE_EVERY = 5.0  # seconds between two savings of an unfinished run
ADVICE = "make room, then run the same command again"
OR_ELSE = "pass --override to replace it, or choose another --checkpoint_dir"


class OtherSettings(InputError):
    """A result that was made from something else."""


def read(path: Path) -> Contents:
    """The contents of a result of this program.

    Raises:
        InputError: if it cannot be read as one.
    """
    try:
        status_of(path)
        with zipfile.ZipFile(path) as file:  # torch does not look at the checksums
            if file.testzip() is not None:
                raise ValueError("a checksum is wrong")
        contents = open_safely(path)
        if not (isinstance(contents[SETTINGS], dict) and all(isinstance(key, str) for key in contents[SETTINGS])):
            raise ValueError("the settings are none")
        json.dumps(contents[SETTINGS])  # numbers, text, and lists and dicts of them: what can be compared
        return contents
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror or error}); {OR_ELSE}") from None
    except Exception as error:  # whatever a broken file makes the reader stumble over
        raise InputError(f"{path}: cannot be read as a result of this program ({type(error).__name__}); "
                         f"{OR_ELSE}") from None


def read_same(path: Path, settings: Contents, what: str = "is a result") -> Contents | None:
    """The contents of a file made with these settings, or None if there is no file. What can be added may be missing.

    Raises:
        OtherSettings: if it was made from something else; `what` it is goes into the message.
        InputError: if it cannot be read.
    """
    if not os.path.exists(path):
        return None
    stored = read(path)
    differing = [f"{key} {stored[SETTINGS].get(key, 'not recorded')}, now {settings.get(key, 'not a setting')}"
                 for key in sorted({*stored[SETTINGS], *settings} - {*ADDED_LATER})
                 if stored[SETTINGS].get(key) != settings.get(key)]
    if differing:
        raise OtherSettings(f"{path} {what} made from something else ({'; '.join(differing)}); {OR_ELSE}")
    return stored


def state_of(path: Path, settings: Contents) -> tuple[str, str]:
    """How far a result is, found out without touching anything: one of the states, and why it failed if it did."""
    try:
        if is_locked(lock_path(path)):
            return RUNNING, ""
        found = read_same(path, settings)
        if found is not None:
            return (UNFINISHED if lacking(found, settings) else DONE), ""
        unfinished = read_same(partial_path(path), settings, "is an unfinished run") is not None
    except OtherSettings as error:
        return OTHER, str(error)
    except InputError as error:
        return FAILED, str(error)
    try:
        status_of(failure_path(path))
        return FAILED, one_line(failure_path(path).read_text(errors="replace"))
    except OSError:
        return (UNFINISHED if unfinished else MISSING), ""


def lacking(contents: Contents, settings: Contents) -> list[str]:
    """What these settings ask for that has to be added to the contents of a result: names of ADDED_LATER."""
    return [key for key in ADDED_LATER if key in settings and contents[SETTINGS].get(key) != settings[key]]


def record_failure(path: Path, cause: str) -> None:
    """Note beside where a result would be why it could not be made; a result takes the note away."""
    with suppress(DiskError), whole_file(failure_path(path), ADVICE) as file:  # often nothing can be written there
        file.write_text(f"{cause}\n")


def files_of(path: Path) -> dict[str, bytes]:
    """Name -> contents of a finished result's files, its picture among them, for `take_in`."""
    return {file.name: file.read_bytes() for file in (picture_path(path), path) if file.exists()}


def take_in(path: Path, files: dict[str, bytes]) -> None:
    """Write the files of a result that was made elsewhere.

    Raises:
        DiskError: if they cannot be written.
    """
    for name, content in files.items():
        with whole_file(path.with_name(name), ADVICE) as file:
            file.write_bytes(content)
    _remove_outdated(path)


def tidy(path: Path) -> None:
    """Remove what killed processes left beside a finished result; one that is at work on it sees to that itself."""
    if any(path.parent.glob(f".{path.stem}.*")) or partial_path(path).exists():
        # a folder that cannot be written to stays as it is
        with suppress(InputError), ResultFile(path, {}).locked(wait=False):
            pass


def version_of(path: Path) -> tuple[int, int, int] | None:
    """Tells one file at `path` from the next; None if there is none, or none can be there."""
    try:
        found = os.stat(path)
    except (OSError, ValueError):
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size


class ResultFile:
    """One result, finished or on its way.

    The finished result is at `path`; an unfinished one beside it, under `partial_path`. Either appears whole
    or not at all, and is only ever used by a run with the same settings.

    Attributes:
        engine: () -> what computes the network's values in this run, if it computes any. The file says it, together
            with what computed them in the runs before that this one goes on from.
    """

    def __init__(self, path: Path, settings: Contents, override: bool = False) -> None:
        """Make the folder and see that it can be written to.

        Args:
            path: of the finished result.
            settings: dict of numbers and strings, all that the result depends on.
            override: a new result takes the place of a stored one, whatever that was made from. An unfinished run
                with the same settings is gone on with all the same: it would come to the same numbers.

        Raises:
            InputError: if the folder cannot be made or written to.
        """
        self.path = Path(path)
        self.partial_path = partial_path(self.path)
        self.settings = settings
        self.override = override
        self.engine: Callable[[], str] | None = None
        self._engines_before: set[str] = set()
        self._made_meanwhile = False
        self._saved_at = time.monotonic()
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            probe = temporary_path(self.path)
            probe.touch()
            probe.unlink(missing_ok=True)
        except OSError as error:
            raise InputError(f"{self.path.parent}: cannot be written to ({error.strerror}); "
                             "choose another folder with --checkpoint_dir") from None

    @contextmanager
    def locked(self, wait: bool = True) -> Iterator[None]:
        """Keep other processes off this result. The second of two waits, says so, and then finds what the first made.

        A result that is made while this one waits is not overridden.

        Args:
            wait: for a process that is at work on it.

        Raises:
            Taken: if one is, and this is not to wait; says which.
            InputError: if the file system has no locks.
        """
        before = version_of(self.path)
        with locked(lock_path(self.path), f"{self.path}: ", wait):
            self._made_meanwhile = version_of(self.path) != before
            self._tidy()
            yield

    def finished(self) -> Contents | None:
        """The stored result with the same settings, or None if there is none or it is to be overridden.

        It may lack what can be added, see `lacking`. What was added to it before stays with it, and with its settings.

        Raises:
            InputError: if one is there that was made from something else, or that cannot be read.
        """
        if self.override and not self._made_meanwhile:
            return None
        found = self._read(self.path, "is a result")
        if found is not None:
            added = {key: value for key, value in found[SETTINGS].items() if key in ADDED_LATER}
            self.settings = {**added, **self.settings}
        return found

    def unfinished(self) -> Contents | None:
        """What an earlier run with the same settings saved on its way, or None; raises like `finished`."""
        return self._read(self.partial_path, "is an unfinished run")

    def save_unfinished(self, contents: Contents | Callable[[], Contents], now: bool = False) -> None:
        """Save a dict as the state of an unfinished run, if the last time is long enough ago (or now).

        Args:
            contents: the dict, or what makes it; it is made only if it is saved.
            now: however short the time.

        Raises:
            DiskError: if it cannot be written.
        """
        if now or time.monotonic() - self._saved_at >= SAVE_EVERY:
            self._write(self.partial_path, contents() if callable(contents) else contents)
            self._saved_at = time.monotonic()

    def save_finished(self, contents: Contents) -> None:
        """Save a dict as the result; the unfinished run's file goes, and the note of a failure.

        Raises:
            DiskError: if it cannot be written.
        """
        self._write(self.path, contents)
        _remove_outdated(self.path)

    def _read(self, path: Path, what: str) -> Contents | None:
        try:
            found = read_same(path, self.settings, what)
        except InputError:
            if self.override:
                return None
            raise
        if found is not None and ENGINE in found:
            self._engines_before.update(str(found[ENGINE]).split("+"))
        return found

    def _write(self, path: Path, contents: Contents) -> None:
        import torch  # takes seconds, and the options are read without it
        content = io.BytesIO()  # torch reports a full disk in other ways than Python
        engines = self._engines_before | ({self.engine()} if self.engine else set())
        made_by = {ENGINE: "+".join(sorted(engines))} if engines else {}
        torch.save({**contents, **made_by, SETTINGS: self.settings}, content)
        with whole_file(path, f"what was saved before is kept: {ADVICE}") as file:
            file.write_bytes(content.getvalue())  # where there is no room, Python 3.12.1 falls over a getbuffer()

    def _tidy(self) -> None:
        """Remove what killed processes left: files half written, and an unfinished run that the result came after."""
        written = (self.path, self.partial_path, picture_path(self.path), failure_path(self.path))
        left = [file for path in written for file in left_over(path)]
        with suppress(OSError):
            if self.path.stat().st_mtime_ns >= self.partial_path.stat().st_mtime_ns:
                left.append(self.partial_path)
        for file in left:
            with suppress(OSError):
                file.unlink()


def _remove_outdated(path: Path) -> None:
    """Remove what a finished result takes the place of."""
    for outdated in (partial_path(path), failure_path(path)):
        outdated.unlink(missing_ok=True)
