"""The lock of a result: one process at a time is at work on it.

The lock is the kernel's (flock), held on a file beside the result. It goes with its process, however that ends. The
file names its holder for those who wait, and the holder removes it at the end.
"""
import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from utils.errors import InputError
from utils.results.layout import lock_path

try:
    import fcntl
except ImportError:  # Windows, where two processes are not kept off the same result
    fcntl = None  # type: ignore[assignment]


def is_locked(path: Path) -> bool:
    """Whether a process is at work on the result at `path`; touches nothing.

    The probe is a shared lock on a file opened for reading. Over NFS an exclusive one would need the right to write.
    """
    if fcntl is None:
        return False
    try:
        with open(lock_path(path), "rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        return False
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Keep other processes off the result at `path`. Where one is at work on it, say which, and wait for its end.

    Raises:
        InputError: if the file system has no locks.
    """
    if fcntl is None:
        yield
        return
    with _locked_file(path):
        try:
            yield
        finally:
            with suppress(OSError):  # a lock file that stays does no harm
                lock_path(path).unlink()


def _locked_file(path: Path) -> IO[str]:
    """The lock's file, open and locked until it is closed."""
    name = lock_path(path)
    try:
        while True:
            file = open(name, "a+")  # opened without truncation: it may be another's, with that one's name in it
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                file.seek(0)
                print(f"{path}: {file.read() or 'another process'} is making it; waiting for that to end", flush=True)
                fcntl.flock(file, fcntl.LOCK_EX)
            if _is_at(file, name):
                with suppress(OSError):  # a full disk leaves no room for a name, and keeps nobody from locking
                    file.truncate(0)
                    os.write(file.fileno(), f"process {os.getpid()} on {platform.node()}".encode())
                return file
            file.close()
    except OSError as error:
        raise InputError(f"{name}: cannot be locked ({error.strerror}); choose another folder with "
                         "--checkpoint_dir, on a file system with locks") from None


def _is_at(file: IO[str], path: Path) -> bool:
    """Whether an open file is still the one at `path`. The holder before may have removed it."""
    try:
        return os.path.samestat(os.fstat(file.fileno()), os.stat(path))
    except FileNotFoundError:
        return False
