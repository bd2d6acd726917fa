"""The files that the paper's authors published, read without running anything that is in them.

They are what torch.save wrote before version 1.6. Five pickles stand in a row: a number that marks such files, the
format's version, the machine, the object itself, and a list of storages of tensors, of which these files have none. A
pickle is a program that can call anything. Here it is looked through first, opcode by opcode (`published_opcodes`).
Then it runs on Python's own unpickler with nothing to call but what holds numbers and can do nothing else.
"""
import gc
import io
import pickle
import struct
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import InputError, one_line
from ..regions import ndinterval

START = b"\x80\x02\x8a\x0a" + 0x1950A86A20F9469CFC6C.to_bytes(10, "little")  # the first pickle, as torch writes it
CODES = {"i8": "q", "f4": "f", "f8": "d"}  # of `struct`, which reads one number faster than numpy does
LARGEST = 16 << 20  # bytes; the largest published file has 2 MB


def is_published_format(path: Path) -> bool:
    """Whether a file starts as torch's old format does."""
    with open(path, "rb") as file:
        return file.read(len(START)) == START


def read(path: Path) -> Any:
    """The object in a file in torch's old format, made of dicts, lists, numbers, strings and `ndinterval`s.

    Arrays come as objects that `np.asarray` turns into arrays, each as large as its bytes in the file; it raises for
    one that is not what it should be.

    Raises:
        InputError: names the file and what is wrong with it, in one line.
    """
    was_on = gc.isenabled()
    gc.disable()  # it would look through a hundred thousand new objects over and over
    try:
        size = path.stat().st_size
        if size > LARGEST:
            raise ValueError(f"has {size:,} bytes, more than the {LARGEST:,} that a published file may have")
        return _contents(path.read_bytes())
    except Exception as error:  # whatever a broken pickle makes the unpickler stumble over
        raise InputError(f"{path}: cannot be read as a published result ({one_line(error)[:200]}): it is damaged, or "
                         "another kind of file; nothing in it was run") from None
    finally:
        if was_on:
            gc.enable()


def _contents(data: bytes) -> Any:
    """The fourth of the five pickles; the others are read to see that they are there."""
    from .published_opcodes import end_of  # brings numba, which our own files do without
    parts, begin = [], 0
    for _ in range(5):
        end = end_of(data, begin)
        parts.append(_Unpickler(io.BytesIO(data[begin:end])).load())
        begin = end
    return parts[3]


class _Unpickler(pickle.Unpickler):
    """Python's own, with nothing to call but KNOWN."""

    def find_class(self, module: str, name: str) -> Any:
        try:
            return KNOWN[f"{module}.{name}"]
        except KeyError:
            raise ValueError(f"asks for {module}.{name}, which is not run") from None


class _NumberType:
    """numpy's dtype, of the numbers in these files."""

    def __init__(self, code: str, *_: Any) -> None:
        if code not in CODES:
            raise ValueError(f"has an array of {str(code)[:20]!r}, not of numbers")
        self._set(np.dtype(code))

    def __setstate__(self, state: Any) -> None:
        self._set(self.dtype.newbyteorder(state[1]))

    def _set(self, dtype: Any) -> None:
        order, code = dtype.str[0], dtype.str[1:]
        self.dtype, self.scalar, self.unpack = dtype, dtype.type, struct.Struct(order + CODES[code]).unpack


class _Array:
    """numpy's array: its parts as they are in the file, put together by np.asarray."""

    __slots__ = ("state",)

    def __init__(self, *_: Any) -> None:
        self.state: Any = None

    def __setstate__(self, state: Any) -> None:
        self.state = state

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        _, shape, number_type, by_columns, data = self.state
        numbers = np.frombuffer(data, number_type.dtype).reshape(shape, order="F" if by_columns else "C")
        return numbers.astype(dtype or number_type.dtype)


class _Region(ndinterval):
    """scale_robustness.n_interval."""

    def __setstate__(self, state: Any) -> None:
        self.__init__(state["a"], state["b"])  # type: ignore[misc]


class _Interval:
    """interval.interval: the region's sides once more, which nothing here needs."""

    def __init__(self, *_: Any) -> None:
        pass

    def __setstate__(self, state: Any) -> None:
        pass


def _number(number_type: _NumberType, data: bytes) -> Any:
    """numpy's scalar."""
    return number_type.scalar(*number_type.unpack(data))


def _encode(text: str, _: str) -> bytes:
    """Bytes, which are text in Latin-1 in a pickle."""
    return text.encode("latin1")


# All that a file can name, by its name there.
KNOWN: dict[str, Any] = {
    "_codecs.encode": _encode, "numpy.dtype": _NumberType, "numpy.ndarray": _Array,
    **{f"numpy.{core}.multiarray.{name}": known for core in ("core", "_core")
       for name, known in (("_reconstruct", _Array), ("scalar", _number))},
    "scale_robustness.n_interval": _Region, "interval.interval": _Interval}
