"""Results on the disk: written so that nothing is lost, gone on with, and never mistaken for others."""
import io
import json
import os
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ..errors import DiskError, InputError, one_line
from ..files import left_over, status_of, temporary_path, whole_file
from ..results import layout
from ..results.layout import ADVICE, ENGINE, OR_ELSE, SETTINGS, journal_path, picture_path
from ..results.metadata import Contents
from ..results.opening import open_safely
from ..results.same import differences, to_add
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


def state_of(path: Path, settings: Contents) -> tuple[str, str]:
    """How far a result is, found out without touching anything: one of the states, and why it failed if it did."""
    try:
        if is_locked(layout.lock_path(path)):
            return layout.RUNNING, ""
        found = _read_same(path, settings)
        if found is not None:
            return (layout.UNFINISHED if to_add(found[SETTINGS], settings) else layout.DONE), ""
        is_begun = _is_begun(path, settings)
    except OtherSettings as error:
        return layout.OTHER, str(error)
    except InputError as error:
        return layout.FAILED, str(error)
    note = layout.failure_path(path)
    with suppress(OSError):
        status_of(note)
        return layout.FAILED, one_line(note.read_text(errors="replace"))
    return (layout.UNFINISHED if is_begun else layout.MISSING), ""


def record_failure(path: Path, cause: str) -> None:
    """Note beside where a result would be why it could not be made; a result takes the note away."""
    with suppress(DiskError):  # often nothing can be written there
        _write(layout.failure_path(path), f"{cause}\n".encode())


def files_of(path: Path) -> dict[str, bytes]:
    """Name -> contents of a finished result's files, its picture among them, for `take_in`."""
    return {file.name: file.read_bytes() for file in (picture_path(path), path) if file.exists()}


def take_in(path: Path, files: dict[str, bytes]) -> None:
    """Write the files of a result that was made elsewhere.

    Raises:
        DiskError: if they cannot be written.
    """
    for name, content in files.items():
        _write(path.with_name(name), content)
    _remove_outdated(path)


def tidy(path: Path) -> None:
    """Remove what killed processes left beside a finished result; one that is at work on it sees to that itself."""
    if any(path.parent.glob(f".{path.stem}.*")) or journal_path(path).exists() or layout.earlier_path(path).exists():
        # a folder that cannot be written to stays as it is
        with suppress(InputError), ResultFile(path, {}).locked(wait=False):
            pass


def version_of(path: Path | None) -> tuple[int, int, int] | None:
    """Tells one file at `path` from the next; None if there is none, or none can be there."""
    try:
        found = os.stat(path or "")
    except (OSError, ValueError):
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size


def make_folder(folder: Path) -> None:
    """Make a folder for results, if it is missing.

    Raises:
        InputError: if it cannot be made or written to.
    """
    probe = temporary_path(folder / "probe")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe.touch()
        probe.unlink(missing_ok=True)
    except OSError as error:
        raise InputError(f"{folder}: cannot be written to ({error.strerror}); choose another folder with "
                         "`checkpoint_dir`") from None


class ResultFile:
    """One result, finished or on its way.

    The finished result is at `path`, the journal of an unfinished run beside it. A result appears complete or not at
    all, and both are only ever used by a run with the same settings.
    """

    def __init__(self, path: Path, settings: Contents, override: bool = False) -> None:
        """Make the folder.

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
        make_folder(self.path.parent)

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
        with locked(layout.lock_path(self.path), f"{self.path}: ", wait):
            self._made_meanwhile = version_of(self.path) != before
            self._tidy()
            yield

    def finished(self) -> Contents | None:
        """The stored result with the same settings, or None if there is none or it is to be overridden.

        It may lack what can be added, see `to_add`. What was added to it before stays with it, and with its settings.

        Raises:
            InputError: if one is there that was made from something else, or that cannot be read.
        """
        if self.override and not self._made_meanwhile:
            return None
        found = _read_same(self.path, self.settings)
        if found is not None:
            added = {key: value for key, value in found[SETTINGS].items() if key in layout.ADDED_LATER}
            self.settings = {**added, **self.settings}
        return found

    def unfinished(self) -> Path:
        """Where the journal of a run with these settings is, or is to be.

        Raises:
            InputError: if the journal of another run is there and is not to be overridden.
        """
        path = journal_path(self.path)
        try:
            _is_begun(self.path, self.settings)
        except InputError:
            if not self.override:
                raise
            path.unlink()
        return path

    def save_finished(self, contents: Contents, engines: Iterable[str] = ()) -> None:
        """Save a dict as the result; the journal goes, and the note of a failure.

        Args:
            contents: of the file, but for the settings.
            engines: what computed the network's values, beside what the contents say already.

        Raises:
            DiskError: if it cannot be written.
        """
        import torch  # takes seconds, and the options are read without it
        names = {*engines, *filter(None, str(contents.get(ENGINE) or "").split("+"))}
        made_by = {ENGINE: "+".join(sorted(names))} if names else {}
        content = io.BytesIO()  # torch reports a full disk in other ways than Python
        torch.save({**contents, **made_by, SETTINGS: self.settings}, content)
        # where there is no room, Python 3.12.1 falls over a getbuffer()
        _write(self.path, content.getvalue(), f"what was saved before is kept: {ADVICE}")
        _remove_outdated(self.path)

    def _tidy(self) -> None:
        """Remove what killed processes left: files half written, and an unfinished run that the result came after."""
        journal, earlier = journal_path(self.path), layout.earlier_path(self.path)
        left = [file for path in (self.path, picture_path(self.path), layout.failure_path(self.path))
                for file in left_over(path)]
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


def _read_same(path: Path, settings: Contents) -> Contents | None:
    """The contents of a result with these settings, which may lack what can be added; None if there is no file.

    Raises:
        OtherSettings: if it was made from something else.
        InputError: if it cannot be read.
    """
    if not os.path.exists(path):
        return None
    contents = read(path)
    _check_same(f"{path} is a result", contents[SETTINGS], settings)
    return contents


def _is_begun(path: Path, settings: Contents) -> bool:
    """Whether a result has the journal of a run with these settings; raises as `_read_same` does."""
    stored = stored_settings(journal_path(path))
    if stored is not None:
        _check_same(f"{journal_path(path)} is an unfinished run", stored, settings)
    return stored is not None


def _check_same(what: str, stored: Contents, wanted: Contents) -> None:
    differing = differences(stored, wanted)
    if differing:
        raise OtherSettings(f"{what} made from something else ({'; '.join(differing)}); {OR_ELSE}")


def _write(path: Path, content: bytes, advice: str = ADVICE) -> None:
    with whole_file(path, advice) as file:
        file.write_bytes(content)


def _remove_outdated(path: Path) -> None:
    """Remove what a finished result takes the place of."""
    for outdated in (journal_path(path), layout.failure_path(path)):
        outdated.unlink(missing_ok=True)
