"""Files of results: their names, their keys, and how they are written so that nothing is lost.

A result is a dict of tensors, numbers and strings under checkpoint/<network>/<class>/<object>/. Beside its figures
it holds `settings`: everything that its numbers depend on. `torch.load(path)` opens it, in its safe mode.
"""
import os
import time
from pathlib import Path

from utils.errors import InputError

MAP = "map.pt"
OPTIM = "optim.pt"
SAVE_EVERY = 5.0  # seconds between two savings of an unfinished run


def result_path(checkpoint_dir, network_folder, class_nb, object_nb, name):
    """Where a result lies: CHECKPOINT_DIR/<network>/<class>/<object>/<name>."""
    return Path(checkpoint_dir, network_folder, str(class_nb), str(object_nb), name)


def read(path):
    """The contents of a result, opened in torch's safe mode.

    Raises:
        InputError: if it cannot be read as one.
    """
    import torch  # takes seconds, and the options are read without it
    try:
        contents = torch.load(path, weights_only=True, map_location="cpu")
        contents["settings"]
        return contents
    except Exception as error:  # whatever a broken file makes the reader stumble over
        raise InputError(f"{path}: cannot be read as a result of this program ({type(error).__name__}); pass "
                         "--override to replace it, or choose another --checkpoint_dir") from None


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
        self.partial_path = self.path.with_name(f"{self.path.stem}.partial{self.path.suffix}")
        self.settings = settings
        self.override = override
        self._saved_at = time.monotonic()
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            probe = self._temporary(self.path)
            probe.touch()
            probe.unlink()
        except OSError as error:
            raise InputError(f"{self.path.parent}: cannot be written to ({error.strerror}); "
                             "choose another folder with --checkpoint_dir") from None

    def finished(self):
        """The stored result with the same settings, or None if there is none or it is to be overridden.

        Raises:
            InputError: if one is there that was made from something else, or that cannot be read.
        """
        return None if self.override else self._read(self.path, "is a result")

    def unfinished(self):
        """What an earlier run with the same settings saved on its way, or None; raises like `finished`."""
        try:
            return self._read(self.partial_path, "is an unfinished run")
        except InputError:
            if self.override:
                return None
            raise

    def save_unfinished(self, contents, now=False):
        """Save a dict as the state of an unfinished run, if the last time is long enough ago (or now)."""
        if now or time.monotonic() - self._saved_at >= SAVE_EVERY:
            self._write(self.partial_path, contents)
            self._saved_at = time.monotonic()

    def save_finished(self, contents):
        """Save a dict as the result; the unfinished run's file goes."""
        self._write(self.path, contents)
        self.partial_path.unlink(missing_ok=True)

    def _read(self, path, what):
        if not path.exists():
            return None
        contents = read(path)
        stored = contents["settings"]
        differing = [f"{key} {stored.get(key, 'not recorded')}, now {self.settings.get(key, 'not a setting')}"
                     for key in sorted({*stored, *self.settings}) if stored.get(key) != self.settings.get(key)]
        if differing:
            raise InputError(f"{path} {what} made from something else ({'; '.join(differing)}); pass "
                             "--override to replace it, or choose another --checkpoint_dir")
        return contents

    def _write(self, path, contents):
        """Write a whole new file, make sure that it is on the disk, and only then let it take the old one's place."""
        import torch
        temporary = self._temporary(path)
        try:
            with open(temporary, "wb") as file:
                torch.save({**contents, "settings": self.settings}, file)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, path)
        except (OSError, RuntimeError) as error:  # torch.save reports a full disk as either
            reason = getattr(error, "strerror", None) or str(error).strip().splitlines()[0]
            raise InputError(f"{path}: cannot be written ({reason}); what was saved before is kept: make room, then "
                             "run the same command again") from None
        finally:
            temporary.unlink(missing_ok=True)

    @staticmethod
    def _temporary(path):
        return path.with_name(f".{path.name}.{os.getpid()}")
