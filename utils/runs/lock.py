"""Locks: one process at a time is at work on a result.

A lock is the kernel's (flock), held on a file. It ends with its process, however that ends, and holds between machines
and containers that share a folder. The file names its holder for those who wait, and the holder removes it at the end.
"""
import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from ..errors import InputError
from ..files import status_of

try:
    import fcntl
except ImportError:  # Windows, where two processes are not kept off the same result
    fcntl = None  # type: ignore[assignment]


class Taken(InputError):
    """Another process holds a lock."""


def is_locked(name: Path) -> bool:
    """Whether a process holds the lock of this file; touches nothing. InputError if it cannot be told."""
    if fcntl is None:
        return False
    try:
        status_of(name)
        with open(name, "rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)  # over NFS LOCK_EX would need the right to write
        return False
    except (FileNotFoundError, NotADirectoryError):
        return False
    except BlockingIOError:
        return True
    except OSError as error:
        raise _unfit(name, error) from None


@contextmanager
def locked(name: Path, what: str = "", wait: bool = True) -> Iterator[None]:
    """Hold the lock of a file, which is made for it and removed in the end.

    Args:
        name: of the file.
        what: it is of; the beginning of what is said where another process holds it.
        wait: for that process's end.

    Raises:
        Taken: if another process holds it, and this is not to wait.
        InputError: if the file system has no locks.
    """
    if fcntl is None:
        yield
        return
    try:
        file = _locked_file(name, what, wait)
    except OSError as error:
        raise _unfit(name, error) from None
    with file:
        try:
            yield
        finally:
            with suppress(OSError):  # a lock file that stays does no harm
                name.unlink()


def _locked_file(name: Path, what: str, wait: bool) -> IO[str]:
    """The lock's file, open and locked until it is closed."""
    with suppress(FileNotFoundError):
        status_of(name)  # that is not there, or a file
    file = open(name, "a+", errors="replace")  # without truncation: another process's name may be in it
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.seek(0)
        holder = f"{what}{file.read(1000) or 'another process'} is making it"
        if not wait:
            file.close()
            raise Taken(holder) from None
        print(f"{holder}; waiting for that to end", flush=True)
        fcntl.flock(file, fcntl.LOCK_EX)
    with suppress(FileNotFoundError):
        if os.path.samestat(os.fstat(file.fileno()), os.stat(name)):
            with suppress(OSError):  # a full disk leaves no room for a name, and keeps nobody from locking
                file.truncate(0)
                os.write(file.fileno(), f"process {os.getpid()} on {platform.node()}".encode())
            return file
    file.close()  # the holder before has removed it
    return _locked_file(name, what, wait)


def _unfit(name: Path, error: OSError) -> InputError:
    return InputError(f"{name}: cannot be locked ({error.strerror or error}); choose another folder with "
                      "`checkpoint_dir`, on a file system with locks")
