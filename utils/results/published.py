"""The files that the paper's authors published, read without running anything that is in them.

They are what torch.save wrote before version 1.6. Five pickles stand in a row: a number that marks such files, the
format's version, the machine, the object itself, and the keys of its storages. The storages' bytes follow. A pickle is
a program that can call anything. Here it is looked through first, opcode by opcode (`published_opcodes`). Then it runs
on Python's own unpickler with nothing to call but classes that hold numbers (`published_classes`).
"""
import gc
import io
import pickle
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import InputError
from .published_classes import KNOWN, Refused, Storage

MAGIC_NUMBER = 0x1950A86A20F9469CFC6C
FORMAT_VERSION = 1001
START = b"\x80\x02\x8a\x0a" + MAGIC_NUMBER.to_bytes(10, "little")  # the first pickle, as torch writes it
LARGEST = 16 << 20  # bytes; the largest published file has 2 MB


def is_published_format(path: Path) -> bool:
    """Whether a file starts as torch's old format does."""
    with open(path, "rb") as file:
        return file.read(len(START)) == START


def read(path: Path) -> dict[str, Any]:
    """The contents of a file in torch's old format: dicts, lists, numbers, strings, `ndinterval`s.

    Arrays, numpy's numbers and tensors come as objects that `np.asarray` turns into arrays; it raises Refused for one
    that is not what it should be.

    Raises:
        InputError: names the file and what is wrong with it, in one line.
    """
    try:
        size = path.stat().st_size
        if size > LARGEST:
            raise Refused(f"has {size:,} bytes, more than the {LARGEST:,} that a published file may have")
        with _no_garbage_collection():
            return _contents(path.read_bytes())
    except Refused as error:
        reason = str(error)
    except OSError as error:
        reason = f"cannot be read ({error.strerror})"
    except Exception as error:  # whatever a broken pickle makes the unpickler stumble over
        reason = f"is damaged ({type(error).__name__}: {' '.join(str(error).split())[:120]})"
    raise InputError(f"{path}: {reason}; nothing in it was run")


def _contents(data: bytes) -> dict[str, Any]:
    storages: dict[str, Storage] = {}
    magic, at = _unpickle(data, 0)
    version, at = _unpickle(data, at)
    _, at = _unpickle(data, at)  # the machine that wrote it
    if magic != MAGIC_NUMBER or version != FORMAT_VERSION:
        raise Refused("is not of the format that it starts as")
    contents, at = _unpickle(data, at, storages)
    keys, at = _unpickle(data, at)
    if type(keys) is not list or sorted(map(str, keys)) != sorted(storages):
        raise Refused("lists other storages than it uses")
    for key in keys:
        at = storages[str(key)].fill(data, at)
    if not isinstance(contents, dict):
        raise Refused("does not hold a dict")
    return dict(contents)


@contextmanager
def _no_garbage_collection() -> Iterator[None]:
    """Unpickling makes a hundred thousand objects. The collector would look through all of them over and over."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _unpickle(data: bytes, begin: int, storages: dict[str, Storage] | None = None) -> tuple[Any, int]:
    """The object pickled at data[begin:], and where the pickle ends."""
    from .published_opcodes import checked  # brings numba, which our own files do without
    program, end = checked(data, begin)
    return _Unpickler(program, storages).load(), end


class _Unpickler(pickle.Unpickler):
    """Python's own, with nothing to call but KNOWN."""

    def __init__(self, program: bytes, storages: dict[str, Storage] | None = None) -> None:
        super().__init__(io.BytesIO(program), encoding="latin1")
        self.storages = storages

    def find_class(self, module: str, name: str) -> Any:
        try:
            return KNOWN[f"{module}.{name}"]
        except KeyError:
            raise Refused(f"asks for {module}.{name}, which is not run") from None

    def persistent_load(self, key: Any) -> Storage:
        kind, dtype, name, _, count, *view = key
        if kind != "storage" or self.storages is None or not isinstance(dtype, np.dtype) or any(view):
            raise Refused("refers to something that is not in it")
        storage = Storage(dtype, int(count))
        return self.storages.setdefault(str(name), storage)
