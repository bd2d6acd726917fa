"""Files of the user's and of ours: which may be opened, which names they may have, and one atomic write."""
import errno
import hashlib
import os
import re
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from .errors import DiskError

# Paths that lead to no regular file. A pipe would keep its reader waiting, and a device may have no end.
KINDS = {stat.S_IFDIR: "a folder", stat.S_IFIFO: "a pipe", stat.S_IFCHR: "a device", stat.S_IFBLK: "a device",
         stat.S_IFSOCK: "a socket"}
LONGEST_NAME = 120  # bytes of a name made from text; file systems take 255, and endings are added


def status_of(path: str | os.PathLike[str]) -> os.stat_result:
    """The system's record of a file that is to be read. It is not opened.

    Raises:
        OSError: if it is not there, or is no file but a folder, a pipe, a device or a socket; `strerror` says so.
    """
    try:
        status = os.stat(path)
    except ValueError as error:  # a name that no file can have
        raise OSError(errno.EINVAL, str(error)) from None
    kind = KINDS.get(stat.S_IFMT(status.st_mode))
    if kind is not None:
        raise OSError(errno.EINVAL, f"it is {kind}, and no file")
    return status


def is_file(path: Path) -> bool:
    """Whether there is a file to be read; False for a path that cannot be one."""
    try:
        status_of(path)
    except OSError:
        return False
    return True


def no_folder(path: str | os.PathLike[str]) -> str:
    """Why a path leads to no folder, in a few words; "" if it leads to one."""
    try:
        kind = stat.S_IFMT(os.stat(path).st_mode)
    except (OSError, ValueError):
        return "no such folder"
    return "" if kind == stat.S_IFDIR else f"it is {KINDS.get(kind, 'a file')}, and no folder"


def folder_name(text: str) -> str:
    """The name of one folder or file, from any text: it leaves no folder, and is not too long."""
    name = one_folder(re.sub(r"[^\w.-]+", "_", text))
    if len(name.encode()) <= LONGEST_NAME:
        return name
    return f"{name.encode()[:LONGEST_NAME - 9].decode(errors='ignore')}_{hashlib.sha256(text.encode()).hexdigest()[:8]}"


def one_folder(name: str) -> str:
    """A name, with underscores in place of one that stands for this folder or the one above."""
    return name if name.strip(".") else "_" * max(1, len(name))


def temporary_path(path: Path) -> Path:
    """A path to write a file to before it takes the place of `path`: beside it, hidden, of the same suffix.

    No other is the same, whichever machine it was made on.
    """
    return path.with_name(f".{path.name}.{secrets.token_hex(6)}{path.suffix}")


def left_over(path: Path) -> list[Path]:
    """Files half written by processes that were killed while they wrote `path`."""
    return list(path.parent.glob(f".{path.name}.*"))


@contextmanager
def whole_file(path: Path, advice: str) -> Iterator[Path]:
    """Yield a path to write to. Once all is written and on the disk, that file takes the place of `path`.

    The folder is made if it is missing. Whatever fails, the file that was there before stays, and nothing else is left.

    Args:
        path: of the file.
        advice: what the user can do where it cannot be written; the end of the error's line.

    Raises:
        DiskError: if it cannot be written.
    """
    path = Path(path)
    temporary = temporary_path(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield temporary
        with open(temporary, "rb+") as file:
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except OSError as error:
        raise DiskError(f"{path}: cannot be written ({error.strerror or error}); {advice}") from None
    finally:
        with suppress(OSError):
            temporary.unlink()
