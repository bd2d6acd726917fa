"""Files that a mesh comes from, opened only if they are files."""
from pathlib import Path

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


def shown(path: Path) -> str:
    """A path as a message shows it, cut where it is longer than LONGEST."""
    return str(path) if len(str(path)) <= LONGEST else f"{str(path)[:LONGEST]}.."


def named_file(folder: Path, name: str) -> Path | None:
    """The regular file that a line names, relative to a folder, with either kind of slash; None if there is none."""
    path = folder / name.replace("\\", "/")
    try:
        return path if name and path.is_file() else None
    except (OSError, ValueError):
        return None
