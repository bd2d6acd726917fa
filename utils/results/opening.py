"""Opening a file of ours or of the authors, of which nothing is run."""
from pathlib import Path
from typing import Any

from ..errors import InputError
from ..files import status_of
from ..regions import SAFE_GLOBALS


def open_safely(path: Path) -> Any:
    """What a file of torch.save holds; raises whatever a broken file makes torch stumble over."""
    import torch  # takes seconds, and the options are read without it
    torch.serialization.add_safe_globals(SAFE_GLOBALS)
    return torch.load(path, weights_only=True, map_location="cpu")


def open_any(path: Path) -> dict[str, Any]:
    """The dict in a file of ours or of the authors.

    Raises:
        InputError: names the file and what is wrong with it, in one line.
    """
    from . import published
    try:
        status_of(path)
        contents = published.read(path) if published.is_published_format(path) else open_safely(path)
    except InputError:
        raise
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror or error})") from None
    except Exception as error:  # whatever a broken file makes the reader stumble over
        raise InputError(f"{path}: cannot be read as a result ({type(error).__name__}): it is damaged, or another "
                         "kind of file; nothing in it was run") from None
    if not isinstance(contents, dict):
        raise InputError(f"{path}: holds no result, but {type(contents).__name__}")
    return contents
