"""Files of the report: each appears whole or not at all."""
import os
from contextlib import contextmanager
from pathlib import Path

from utils.errors import InputError


class CannotWrite(InputError):
    """There is no use in going on with the next file."""


@contextmanager
def whole_file(path):
    """Yield a path to write to, of the same suffix; once all is written it takes the place of `path`.

    Raises:
        CannotWrite: if it cannot be written.
    """
    path = Path(path)
    temporary = path.with_name(f".{os.getpid()}.{path.name}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield temporary
        os.replace(temporary, path)
    except OSError as error:
        raise CannotWrite(f"{path}: cannot be written ({error.strerror or error}); make room there, or choose another "
                         "folder with --results_dir") from None
    finally:
        if path.parent.is_dir():
            temporary.unlink(missing_ok=True)
