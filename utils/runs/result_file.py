"""Results on the disk: written so that nothing is lost, gone on with, and never mistaken for others."""
import io
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ..errors import DiskError, InputError, one_line
from ..files import left_over, status_of, temporary_path, whole_file
from ..results.layout import (
    ADDED_LATER,
    ADVICE,
    DONE,
    ENGINE,
    FAILED,
    MISSING,
    OR_ELSE,
    OTHER,
    RUNNING,
    SETTINGS,
    UNFINISHED,
    earlier_path,
    failure_path,
    journal_path,
    lock_path,
    picture_path,
)
from ..results.metadata import Contents
from ..results.reading import open_safely
from .lock import is_locked, locked
from .records import stored_settings


class OtherSettings(InputError):
    """A result that was made from something else."""


def read(path: Path) -> Contents:
    """The contents of a result of this program.

    Raises:
        InputError: if it cannot be read as one.
    """
    try:
        status_of(path)
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


def read_same(path: Path, settings: Contents) -> Contents | None:
    """The contents of a result with these settings, or None if there is no file. What can be added may be missing.

    Raises:
        OtherSettings: if it was made from something else.
        InputError: if it cannot be read.
    """
    if not os.path.exists(path):
        return None
    contents = read(path)
    _check_same(path, "is a result", contents[SETTINGS], settings)
    return contents


def state_of(path: Path, settings: Contents) -> tuple[str, str]:
    """How far a result is, found out without touching anything: one of the states, and why it failed if it did."""
    try:
        if is_locked(lock_path(path)):
            return RUNNING, ""
        found = read_same(path, settings)
        if found is not None:
            return (UNFINISHED if lacking(found, settings) else DONE), ""
        unfinished = stored_settings(journal_path(path))
        if unfinished is not None:
            _check_same(journal_path(path), "is an unfinished run", unfinished, settings)
    except OtherSettings as error:
        return OTHER, str(error)
    except InputError as error:
        return FAILED, str(error)
    try:
        status_of(failure_path(path))
        return FAILED, one_line(failure_path(path).read_text(errors="replace"))
    except OSError:
        return (MISSING if unfinished is None else UNFINISHED), ""


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
    if any(path.parent.glob(f".{path.stem}.*")) or journal_path(path).exists() or earlier_path(path).exists():
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

    The finished result is at `path`, the journal of an unfinished run beside it. A result appears complete or not at
    all, and both are only ever used by a run with the same settings.
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
        self.settings = settings
        self.override = override
        self._made_meanwhile = False
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            probe = temporary_path(self.path)
            probe.touch()
            probe.unlink(missing_ok=True)
        except OSError as error:
            raise InputError(f"{self.path.parent}: cannot be written to ({error.strerror}); "
                             "choose another folder with `checkpoint_dir`") from None

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
        found = read_same(self.path, self.settings)
        if found is not None:
            added = {key: value for key, value in found[SETTINGS].items() if key in ADDED_LATER}
            self.settings = {**added, **self.settings}
        return found

    def unfinished(self) -> Path:
        """Where the journal of a run with these settings is, or is to be.

        Raises:
            InputError: if the journal of another run is there and is not to be overridden.
        """
        path = journal_path(self.path)
        try:
            settings = stored_settings(path)
            if settings is not None:
                _check_same(path, "is an unfinished run", settings, self.settings)
        except InputError:
            if not self.override:
                raise
            path.unlink()
        return path

    def save_finished(self, contents: Contents, engines: set[str] = frozenset()) -> None:  # type: ignore[assignment]
        """Save a dict as the result; the journal goes, and the note of a failure.

        Args:
            contents: of the file, but for the settings.
            engines: what computed the network's values, beside what the contents say already.

        Raises:
            DiskError: if it cannot be written.
        """
        import torch  # takes seconds, and the options are read without it
        names = engines | set(filter(None, str(contents.get(ENGINE) or "").split("+")))
        made_by = {ENGINE: "+".join(sorted(names))} if names else {}
        content = io.BytesIO()  # torch reports a full disk in other ways than Python
        torch.save({**contents, **made_by, SETTINGS: self.settings}, content)
        with whole_file(self.path, f"what was saved before is kept: {ADVICE}") as file:
            file.write_bytes(content.getvalue())  # where there is no room, Python 3.12.1 falls over a getbuffer()
        _remove_outdated(self.path)

    def _tidy(self) -> None:
        """Remove what killed processes left: files half written, and an unfinished run that the result came after."""
        journal, earlier = journal_path(self.path), earlier_path(self.path)
        left = [file for path in (self.path, picture_path(self.path), failure_path(self.path)) for file in
                left_over(path)]
        with suppress(OSError):
            if self.path.stat().st_mtime_ns >= journal.stat().st_mtime_ns:
                left.append(journal)
        if earlier.exists():
            left.append(earlier)
            if not self.path.exists():
                print(f"{earlier}: an unfinished run of an earlier version of this program, which starts again")
        for file in left:
            with suppress(OSError):
                file.unlink()


def _check_same(path: Path, what: str, stored: Contents, wanted: Contents) -> None:
    """Raise OtherSettings if a result or an unfinished run was made from something else."""
    # the mesh's hash says whether it has textures, which earlier results do not record
    names = sorted({*stored, *wanted} - {*ADDED_LATER, "textures"})
    differing = [f"{key} {stored.get(key, 'not recorded')}, now {wanted.get(key, 'not a setting')}"
                 for key in names if stored.get(key) != wanted.get(key)]
    if differing:
        raise OtherSettings(f"{path} {what} made from something else ({'; '.join(differing)}); {OR_ELSE}")


def _remove_outdated(path: Path) -> None:
    """Remove what a finished result takes the place of."""
    for outdated in (journal_path(path), failure_path(path)):
        outdated.unlink(missing_ok=True)
