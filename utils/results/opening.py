"""Opening a file of ours or of the authors, of which nothing is run."""
import zipfile
from pathlib import Path
from typing import Any

from ..errors import InputError
from ..files import status_of
from ..regions import SAFE_GLOBALS
from .arrays import check_storage


def register_regions() -> None:
    """Let torch's safe mode make `ndinterval`s."""
    import torch  # takes seconds, and the options are read without it
    torch.serialization.add_safe_globals(SAFE_GLOBALS)


def open_safely(path: Path) -> Any:
    """What a file of torch.save holds; raises whatever a broken file makes torch stumble over.

    No tensor in it is larger than its part of the file: whoever goes through one is done in time.
    """
    import torch
    register_regions()
    contents = torch.load(path, weights_only=True, map_location="cpu")
    left, seen = [contents], set()
    while left:
        one = left.pop()
        if id(one) in seen:  # a list may hold itself
            continue
        seen.add(id(one))
        if isinstance(one, torch.Tensor):
            check_storage(one)
        elif isinstance(one, dict):
            left += one.values()
        elif isinstance(one, list | tuple | set):
            left += one
    return contents


def open_any(path: Path) -> dict[str, Any]:
    """The dict in a file of ours or of the authors. It takes no more memory than a small multiple of the file's size.

    Raises:
        InputError: names the file and what is wrong with it, in one line.
    """
    from . import published
    try:
        size = status_of(path).st_size
        if published.is_published_format(path):
            return published.read(path)
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                unpacked = sum(member.file_size for member in archive.infolist())
            if unpacked > size:  # torch packs nothing
                raise InputError(f"{path}: would unpack from {size:,} to {unpacked:,} bytes, which no "
                                 "result does; it was not opened")
        contents = open_safely(path)
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
