"""Files of results: their names, their keys, and how they are written so that nothing is lost.

A result is a dict of tensors, numbers and strings under checkpoint/<network>/<class>/<object>/. Beside its figures
it holds `settings`: everything that its numbers depend on. `torch.load(path)` opens it, in its safe mode.
"""
import io
import os
import platform
import time
import zipfile
from contextlib import contextmanager, suppress
from pathlib import Path

from scale.true_dict import CLASS_NAMES
from utils.errors import DiskError, InputError
from utils.parameters import AZIMUTH_AND_ELEVATION

try:
    import fcntl
except ImportError:  # Windows, where two processes are not kept off the same result
    fcntl = None

MAP = "map.pt"
OPTIM = "optim.pt"
DONE, RUNNING, UNFINISHED, FAILED, MISSING = "done", "running", "unfinished", "failed", "missing"  # states of a job
CONFIDENCE = "confidence"
SCORES = {"softmax": (CONFIDENCE, 0.5), "logit": ("logit", 0), "margin": ("margin", 0)}  # in words; sure above
SAVE_EVERY = 5.0  # seconds between two savings of an unfinished run


def result_path(checkpoint_dir, network_folder, class_nb, object_nb, name):
    """Where a result lies: CHECKPOINT_DIR/<network>/<class>/<object>/<name>."""
    return Path(checkpoint_dir, network_folder, str(class_nb), str(object_nb), name)


def stored(checkpoint_dir, names=(MAP, OPTIM)):
    """Paths of the finished results below a folder, whatever they were made from."""
    return [path for name in names for path in Path(checkpoint_dir).glob(f"*/*/*/{name}") if path.is_file()]


def class_of(result):
    """The name of the object's class; early results have its number alone."""
    return result.get("class_name") or CLASS_NAMES[result["class_nb"]]


def parameters_of(result):
    """Names of the numbers of a point."""
    return tuple(result.get("parameters", AZIMUTH_AND_ELEVATION))


def score_of(result):
    """What stands for the confidence, in words."""
    return SCORES[result.get("score", "softmax")][0]


def sure_above(result):
    """The score above which a network counts as sure."""
    return SCORES[result.get("score", "softmax")][1]


def read(path):
    """The contents of a result, opened in torch's safe mode.

    Raises:
        InputError: if it cannot be read as one.
    """
    import torch  # takes seconds, and the options are read without it
    try:
        with zipfile.ZipFile(path) as file:  # torch does not look at the checksums
            if file.testzip() is not None:
                raise ValueError("a checksum is wrong")
        contents = torch.load(path, weights_only=True, map_location="cpu")
        contents["settings"]
        return contents
    except Exception as error:  # whatever a broken file makes the reader stumble over
        raise InputError(f"{path}: cannot be read as a result of this program ({type(error).__name__}); pass "
                         "--override to replace it, or choose another --checkpoint_dir") from None


def read_same(path, settings, what="is a result"):
    """The contents of a file made with these settings, or None if there is no file.

    Raises:
        InputError: if it was made from something else (`what` it is goes into the message), or cannot be read.
    """
    if not path.exists():
        return None
    stored = read(path)
    differing = [f"{key} {stored['settings'].get(key, 'not recorded')}, now {settings.get(key, 'not a setting')}"
                 for key in sorted({*stored["settings"], *settings})
                 if stored["settings"].get(key) != settings.get(key)]
    if differing:
        raise InputError(f"{path} {what} made from something else ({'; '.join(differing)}); pass "
                         "--override to replace it, or choose another --checkpoint_dir")
    return stored


def state_of(path, settings):
    """How far a result is, found out without touching anything: one of the states, and why it failed if it did."""
    try:
        if is_locked(path):
            return RUNNING, ""
        if read_same(path, settings) is not None:
            return DONE, ""
        unfinished = read_same(partial_path(path), settings, "is an unfinished run") is not None
    except InputError as error:
        return FAILED, str(error)
    try:
        return FAILED, _failure_path(path).read_text().strip()
    except OSError:
        return (UNFINISHED if unfinished else MISSING), ""


def record_failure(path, cause):
    """Note beside where a result would be why it could not be made; a result takes the note away."""
    with suppress(OSError):  # often the cause is that nothing can be written there
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(_failure_path(path), f"{cause}\n".encode())


def files_of(path):
    """Name -> contents of a finished result's files, its picture among them, for `take_in`."""
    return {file.name: file.read_bytes() for file in (path.with_suffix(".png"), path) if file.exists()}


def take_in(path, files):
    """Write the files of a result that was made elsewhere.

    Raises:
        OSError: if they cannot be written.
    """
    for name, content in files.items():
        write_whole(path.with_name(name), content)
    _remove_outdated(path)


def partial_path(path):
    """Where the state of an unfinished run lies."""
    return path.with_name(f"{path.stem}.partial{path.suffix}")


def is_locked(path):
    """Whether a process is at work on a result."""
    if fcntl is None:
        return False
    try:
        with open(_lock_path(path), "rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        return False
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True


def tidy(path):
    """Remove what killed processes left beside a finished result; where one is at work, this waits for it."""
    if any(path.parent.glob(f".{path.stem}.*")) or partial_path(path).exists():
        with suppress(InputError), ResultFile(path, {}).locked():  # a folder that cannot be written to stays as it is
            pass


def write_whole(path, content):
    """Write a whole new file, make sure that it is on the disk, and only then let it take the old one's place."""
    temporary = _temporary(path)
    try:
        with open(temporary, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    finally:
        with suppress(OSError):
            temporary.unlink()


class ResultFile:
    """One result, finished or on its way.

    The finished result is at `path`; an unfinished one beside it, under `partial_path`. Either appears whole
    or not at all, and is only ever used by a run with the same settings.
    """

    def __init__(self, path, settings, override=False):
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
        self._made_meanwhile = False
        self._saved_at = time.monotonic()
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            probe = _temporary(self.path)
            probe.touch()
            probe.unlink(missing_ok=True)
        except OSError as error:
            raise InputError(f"{self.path.parent}: cannot be written to ({error.strerror}); "
                             "choose another folder with --checkpoint_dir") from None

    @contextmanager
    def locked(self):
        """Keep other processes off this result. The second of two waits, says so, and then finds what the first made.

        The lock goes with its process, however that ends; a result that is made while this one waits is not
        overridden.

        Raises:
            InputError: if the file system has no locks.
        """
        if fcntl is None:
            yield
            return
        before = version_of(self.path)
        with self._take_lock():
            try:
                self._made_meanwhile = version_of(self.path) != before
                self._tidy()
                yield
            finally:
                with suppress(OSError):  # a lock file that stays does no harm
                    _lock_path(self.path).unlink()

    def finished(self):
        """The stored result with the same settings, or None if there is none or it is to be overridden.

        Raises:
            InputError: if one is there that was made from something else, or that cannot be read.
        """
        if self.override and not self._made_meanwhile:
            return None
        return self._read(self.path, "is a result")

    def unfinished(self):
        """What an earlier run with the same settings saved on its way, or None; raises like `finished`."""
        return self._read(self.partial_path, "is an unfinished run")

    def save_unfinished(self, contents, now=False):
        """Save a dict as the state of an unfinished run, if the last time is long enough ago (or now)."""
        if now or time.monotonic() - self._saved_at >= SAVE_EVERY:
            self._write(self.partial_path, contents)
            self._saved_at = time.monotonic()

    def save_finished(self, contents):
        """Save a dict as the result; the unfinished run's file goes, and the note of a failure."""
        self._write(self.path, contents)
        _remove_outdated(self.path)

    def _read(self, path, what):
        try:
            return read_same(path, self.settings, what)
        except InputError:
            if self.override:
                return None
            raise

    def _write(self, path, contents):
        import torch
        content = io.BytesIO()
        torch.save({**contents, "settings": self.settings}, content)
        try:
            write_whole(path, content.getbuffer())
        except OSError as error:
            raise DiskError(f"{path}: cannot be written ({error.strerror}); what was saved before is kept: make room, "
                            "then run the same command again") from None

    def _tidy(self):
        """Remove what killed processes left: files half written, and an unfinished run that the result came after."""
        left = [file for path in (self.path, self.partial_path) for file in path.parent.glob(f".{path.name}.*")]
        with suppress(OSError):
            if self.path.stat().st_mtime_ns >= self.partial_path.stat().st_mtime_ns:
                left.append(self.partial_path)
        for file in left:
            with suppress(OSError):
                file.unlink()

    def _take_lock(self):
        """The lock's file, open and locked, until it is closed; waits for the process that has it."""
        path = _lock_path(self.path)
        try:
            while True:
                lock = open(path, "a+")
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    lock.seek(0)
                    print(f"{self.path}: {lock.read() or 'another process'} is making it; waiting for that to end",
                          flush=True)
                    fcntl.flock(lock, fcntl.LOCK_EX)
                if _is_at(lock, path):
                    with suppress(OSError):  # who it is; a full disk keeps nobody from locking
                        lock.truncate(0)
                        os.write(lock.fileno(), f"process {os.getpid()} on {platform.node()}".encode())
                    return lock
                lock.close()
        except OSError as error:
            raise InputError(f"{path}: cannot be locked ({error.strerror}); choose another folder with "
                             "--checkpoint_dir, on a file system with locks") from None


def _remove_outdated(path):
    """Remove what a finished result takes the place of."""
    for outdated in (partial_path(path), _failure_path(path)):
        outdated.unlink(missing_ok=True)


def _lock_path(path):
    return path.with_name(f".{path.stem}.lock")


def _failure_path(path):
    return path.with_name(f"{path.stem}.failed.txt")


def _temporary(path):
    return path.with_name(f".{path.name}.{os.getpid()}")


def _is_at(file, path):
    """Whether an open file is still the one at `path`: the last holder of a lock removes its file."""
    try:
        return os.path.samestat(os.fstat(file.fileno()), os.stat(path))
    except FileNotFoundError:
        return False


def version_of(path):
    """Tells one file at `path` from the next; None if there is none."""
    try:
        found = os.stat(path)
    except FileNotFoundError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size
