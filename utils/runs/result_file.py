"""Results on the disk: written so that nothing is lost, gone on with, and never mistaken for others."""
import io
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ..errors import DiskError, InputError, one_line
from ..files import left_over, status_of, temporary_path, whole_file
from ..results import layout
from ..results.layout import ADVICE, ENGINE, OR_ELSE, SETTINGS, journal_path, picture_path
from ..results.metadata import Contents
from ..results.reading import open_safely
from ..results.same import differences, to_add
from .lock import is_locked, locked
from .records import KEPT, readable, stored_settings


class OtherSettings(InputError):
    """A result that was made from something else."""


def read(path: Path) -> Contents:
    """The contents of a result of this program.

    Raises:
        InputError: if it cannot be read as one.
    """
    with readable(path, "a result of this program"):
        status_of(path)
        contents = open_safely(path)
        if not (isinstance(contents[SETTINGS], dict) and all(isinstance(key, str) for key in contents[SETTINGS])):
            raise ValueError("the settings are none")
        json.dumps(contents[SETTINGS])  # numbers, text, and lists and dicts of them: what can be compared
        return dict(contents)


def version_of(path: Path | None) -> tuple[int, int, int] | None:
    """Tells one file at `path` from the next; None if there is none, or none can be there."""
    try:
        found = os.stat(path or "")
    except (OSError, ValueError):
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size


class ResultFile:
    """One result, finished or on its way.

    The finished result is at `path`, the journal of an unfinished run beside it. A result appears complete or not at
    all, and both are only ever used by a run with the same settings.
    """

    def __init__(self, path: Path, settings: Contents, override: bool = False) -> None:
        """
        Args:
            path: of the finished result.
            settings: all that it depends on.
            override: a new result takes the place of a stored one, whatever that was made from. An unfinished run
                with the same settings is gone on with all the same: it would come to the same numbers.
        """
        self.path = Path(path)
        self.settings = settings
        self.override = override
        self._added: Contents = {}  # settings of what was added to the stored result
        self._made_meanwhile = False

    @property
    def settings_of_all(self) -> Contents:
        """The settings as they are stored: with those of what was added to the result before."""
        return {**self._added, **self.settings}

    def state(self) -> tuple[str, str]:
        """How far it is, found out without touching anything: one of the states, and why it failed if it did."""
        note = layout.failure_path(self.path)
        try:
            if is_locked(layout.lock_path(self.path)):
                return layout.RUNNING, ""
            stored = self._stored()
            if stored is not None:
                return (layout.UNFINISHED if to_add(stored[SETTINGS], self.settings) else layout.DONE), ""
            is_begun = self._is_begun()
        except OtherSettings as error:
            return layout.OTHER, str(error)
        except InputError as error:
            return layout.FAILED, str(error)
        with suppress(OSError):
            status_of(note)
            return layout.FAILED, one_line(note.read_text(errors="replace"))
        return (layout.UNFINISHED if is_begun else layout.MISSING), ""

    @contextmanager
    def locked(self, wait: bool = True) -> Iterator[None]:
        """Keep other processes off this result. Its folder is made.

        The second of two waits, says so, and then finds what the first made: that is not overridden.

        Raises:
            Taken: if a process is at work on it, and this is not to wait; says which.
            InputError: if the folder cannot be made or written to, or its file system has no locks.
        """
        make_folder(self.path.parent)
        before = version_of(self.path)
        with locked(layout.lock_path(self.path), f"{self.path}: ", wait):
            self._made_meanwhile = version_of(self.path) != before
            self._remove_left_over()
            yield

    def tidy(self) -> None:
        """Remove what killed processes left beside a finished result; one at work on it sees to that itself."""
        others = journal_path(self.path), layout.earlier_path(self.path)
        if any(self.path.parent.glob(f".{self.path.stem}.*")) or any(path.exists() for path in others):
            with suppress(InputError), self.locked(wait=False):  # a folder that cannot be written to stays as it is
                pass

    def finished(self) -> Contents | None:
        """The stored result with the same settings, or None if there is none or it is to be overridden.

        It may lack what can be added, see `to_add`. What was added to it before stays with it, and with its settings.

        Raises:
            InputError: if one is there that was made from something else, or that cannot be read.
        """
        if self.override and not self._made_meanwhile:
            return None
        stored = self._stored()
        if stored is not None:
            self._added = {key: value for key, value in stored[SETTINGS].items() if key in layout.ADDED_LATER}
        return stored

    def unfinished(self) -> Path:
        """Where the journal of this run is, or is to be.

        Raises:
            InputError: if the journal of another run is there and is not to be overridden.
        """
        path = journal_path(self.path)
        try:
            self._is_begun()
        except InputError:
            if not self.override:
                raise
            path.unlink()
        return path

    def save_finished(self, contents: Contents, engines: Iterable[str] = ()) -> None:
        """Save contents as the result, with its settings, as `take_in` does.

        `engines` computed the network's values, beside those that the contents name already.
        """
        import torch  # takes seconds, and the options are read without it
        names = {*engines, *filter(None, str(contents.get(ENGINE) or "").split("+"))}
        made_by = {ENGINE: "+".join(sorted(names))} if names else {}
        content = io.BytesIO()  # torch reports a full disk in other ways than Python
        torch.save({**contents, **made_by, SETTINGS: self.settings_of_all}, content)
        # where there is no room, Python 3.12.1 falls over a getbuffer()
        self.take_in({self.path.name: content.getvalue()})

    def files(self) -> dict[str, bytes]:
        """Name -> contents of the finished result's files, its picture among them, for `take_in` elsewhere."""
        return {path.name: path.read_bytes() for path in (picture_path(self.path), self.path) if path.exists()}

    def take_in(self, files: dict[str, bytes]) -> None:
        """Write the files of a finished result; the journal goes, and the note of a failure.

        Raises:
            DiskError: if they cannot be written.
        """
        for name, content in files.items():
            with whole_file(self.path.with_name(name), KEPT) as file:
                file.write_bytes(content)
        for outdated in (journal_path(self.path), layout.failure_path(self.path)):
            outdated.unlink(missing_ok=True)

    def record_failure(self, cause: str) -> None:
        """Note beside where the result would be why it could not be made; a result takes the note away."""
        with suppress(DiskError), whole_file(layout.failure_path(self.path), ADVICE) as file:  # often it cannot be
            file.write_text(f"{cause}\n")

    def _remove_left_over(self) -> None:
        """Remove what killed processes left: files half written, and an unfinished run that the result came after."""
        journal, earlier = journal_path(self.path), layout.earlier_path(self.path)
        left = [file for path in (self.path, journal, picture_path(self.path), layout.failure_path(self.path))
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

    def _stored(self) -> Contents | None:
        """The stored result with these settings, which may lack what can be added; None if there is no file."""
        stored = read(self.path) if os.path.exists(self.path) else None
        if stored is not None:
            self._check_same(f"{self.path} is a result", stored[SETTINGS])
        return stored

    def _is_begun(self) -> bool:
        """Whether there is the journal of an unfinished run with these settings."""
        path = journal_path(self.path)
        settings = stored_settings(path)
        if settings is not None:
            self._check_same(f"{path} is an unfinished run", settings)
        return settings is not None

    def _check_same(self, what: str, settings: Contents) -> None:
        differing = differences(settings, self.settings)
        if differing:
            raise OtherSettings(f"{what} made from something else ({'; '.join(differing)}); {OR_ELSE}")


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
