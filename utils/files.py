"""Files of the report: each appears whole or not at all."""
import os
from contextlib import contextmanager
from pathlib import Path

from utils.errors import InputError


@contextmanager
def whole_file(path):
    """Yield a path to write to, of the same suffix; once all is written it takes the place of `path`.

    Raises:
        InputError: if it cannot be written.
    """
    path = Path(path)
    temporary = path.with_name(f".{os.getpid()}.{path.name}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield temporary
        os.replace(temporary, path)
    except OSError as error:
        raise InputError(f"{path}: cannot be written ({error.strerror or error}); make room there, or choose another "
                         "folder with --results_dir") from None
    finally:
        if path.parent.is_dir():
            temporary.unlink(missing_ok=True)
