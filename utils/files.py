"""Writing a file so that it appears whole or not at all."""
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from utils.errors import DiskError


def temporary_path(path: Path) -> Path:
    """Where this process writes a file before it takes the place of `path`: beside it, hidden, of the same suffix."""
    return path.with_name(f".{path.name}.{os.getpid()}{path.suffix}")


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
