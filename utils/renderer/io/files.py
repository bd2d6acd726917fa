"""Files that a mesh comes from, opened only if they are files."""
import codecs
from pathlib import Path, PureWindowsPath

from ..errors import MeshError

LONGEST = 300  # letters of a path that a message shows


def check_file(path: str | Path, expected: str) -> None:
    """Check that a path names a regular file: a pipe would let the program wait, and a device may have no end.

    Args:
        path: of the file.
        expected: what to do in place of it; the end of the error's message.

    Raises:
        MeshError: if it is none.
    """
    path = Path(path)
    found: str
    try:
        found = ("" if path.is_file() else "a folder" if path.is_dir() else "a pipe or a device" if path.exists()
                 else "no such file")
    except (OSError, ValueError) as error:  # a name that no file can have
        found = f"cannot be read ({getattr(error, 'strerror', None) or error})"
    if found:
        raise MeshError(f"{shown(path)}: {found}; {expected}")


def read_file(path: str | Path, expected: str) -> bytes:
    """All bytes of a regular file; arguments and errors as for `check_file`."""
    check_file(path, expected)
    try:
        return Path(path).read_bytes()
    except (OSError, ValueError) as error:
        raise MeshError(f"{path}: cannot be read ({getattr(error, 'strerror', None) or error}); {expected}") from None


def without_mark(content: bytes) -> bytes:
    """The bytes of a text file without a byte order mark; UTF-16 that has one becomes UTF-8."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16", "replace").encode()
    return content.removeprefix(codecs.BOM_UTF8)


def decoded(text: bytes) -> str:
    """Text as its writer meant it: UTF-8, or else Latin-1, which older programs write."""
    try:
        return text.decode("utf-8")
    except UnicodeDecodeError:
        return text.decode("latin-1")


def shown(path: Path) -> str:
    """A path as a message shows it, cut where it is longer than LONGEST."""
    return str(path) if len(str(path)) <= LONGEST else f"{str(path)[:LONGEST]}.."


def named_file(folder: Path, name: str) -> Path | None:
    """The regular file that a line names, relative to a folder, with either kind of slash; None if there is none.

    A path of another machine, and a name in other letter case, stand for the file of that name in the folder.
    """
    last = PureWindowsPath(name).name  # it knows both kinds of slash
    try:
        for path in (folder / name.replace("\\", "/"), folder / last):
            if last and path.is_file():
                return path
        alike = [path for path in folder.iterdir() if path.name.lower() == last.lower() and path.is_file()]
    except (OSError, ValueError):
        return None
    return alike[0] if len(alike) == 1 else None
