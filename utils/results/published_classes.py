"""What the authors' files are made of, as classes that hold numbers and can do nothing else.

Whatever a file announces, an array is as large as its bytes in the file. Dict keys are strings: the hash of tuples
within tuples can take forever, or end the process.
"""
from typing import Any

import numpy as np

from ..regions import ndinterval

MOST_DIMENSIONS = 8
NUMBER_TYPES = {code: np.dtype(code) for code in
                ("b1", "u1", "i1", "i2", "i4", "i8", "u2", "u4", "u8", "f2", "f4", "f8")}
STORAGE_TYPES = dict(DoubleStorage="f8", FloatStorage="f4", HalfStorage="f2", LongStorage="i8", IntStorage="i4",
                     ShortStorage="i2", CharStorage="i1", ByteStorage="u1", BoolStorage="b1")


class Refused(ValueError):
    """Why a file is not read."""


class _Dict(dict):
    """A dict whose keys are strings."""

    def __setitem__(self, key: Any, value: Any) -> None:
        if type(key) is not str:
            raise Refused(f"has a dict with a key that is {type(key).__name__}, not text")
        super().__setitem__(key, value)


class _NumberType:
    """numpy's dtype, of plain numbers."""

    def __init__(self, code: str, *_: Any) -> None:
        if code not in NUMBER_TYPES:
            raise Refused(f"has an array of {str(code)[:20]!r}, not of numbers")
        self.dtype = NUMBER_TYPES[code]

    def __setstate__(self, state: Any) -> None:
        self.dtype = self.dtype.newbyteorder("=" if state[1] == "|" else state[1])


class _Array:
    """numpy's array: its parts as they are in the file, put together by np.asarray."""

    __slots__ = ("state",)

    def __init__(self, *_: Any) -> None:
        self.state: Any = None

    def __setstate__(self, state: Any) -> None:
        self.state = state

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        _, shape, number_type, by_columns, data = self.state
        data = _encode(data, "latin1") if type(data) is str else data  # Python 2 wrote text
        if type(number_type) is not _NumberType or type(data) is not bytes or (
                len(data) != _size(shape) * number_type.dtype.itemsize):
            raise Refused("has an array of another size than its bytes")
        numbers = np.frombuffer(data, number_type.dtype).reshape(shape, order="F" if by_columns else "C")
        return numbers.astype(dtype or number_type.dtype)


class _Number(_Array):
    """numpy's scalar."""

    __slots__ = ()

    def __init__(self, number_type: Any, data: Any) -> None:
        self.state = None, (), number_type, False, data


class _Region(ndinterval):
    """scale_robustness.n_interval."""

    def __init__(self) -> None:
        super().__init__([], [])

    def __setstate__(self, state: Any) -> None:
        a, b = (np.asarray(state[key], dtype=np.float64) for key in ("a", "b"))
        if a.ndim != 1 or a.shape != b.shape:
            raise Refused(f"has a region with bounds of shapes {a.shape} and {b.shape}")
        super().__init__(a, b)


class _Interval:
    """interval.interval: the region's sides once more, which nothing here needs."""

    def __init__(self, *_: Any) -> None:
        pass

    def __setstate__(self, state: Any) -> None:
        pass


class Storage:
    """Numbers at the end of the file."""

    def __init__(self, dtype: np.dtype, count: int) -> None:
        self.dtype = dtype
        self.count = count
        self.numbers = np.empty(0, dtype)

    def fill(self, data: bytes, at: int) -> int:
        """Take the storage that begins at data[at:]; returns where it ends.

        Raises:
            Refused: if it is not as long as announced.
        """
        if len(data) < at + 8:
            raise Refused("ends too early: it is truncated")
        count = int.from_bytes(data[at:at + 8], "little", signed=True)
        if count != self.count or count < 0:
            raise Refused(f"has a storage of {count:,} numbers where {self.count:,} are announced")
        end = at + 8 + count * self.dtype.itemsize
        if end > len(data):
            raise Refused("ends too early: it is truncated")
        self.numbers = np.frombuffer(data, self.dtype.newbyteorder("<"), count, at + 8)
        return end


class _Tensor:
    """A tensor: the part of a storage that it shows, which is not larger than the storage."""

    def __init__(self, storage: Any, offset: int, shape: tuple[int, ...], stride: tuple[int, ...], *_: Any) -> None:
        if not isinstance(storage, Storage) or len(shape) != len(stride):
            raise Refused("has a tensor without numbers")
        last = offset + sum((length - 1) * step for length, step in zip(shape, stride))
        size = _size(shape)
        if offset < 0 or any(step < 0 for step in stride) or size > storage.count or (size and last >= storage.count):
            raise Refused("has a tensor larger than its storage")
        self.storage, self.offset, self.shape, self.stride = storage, offset, shape, stride

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        numbers = self.storage.numbers[self.offset:]
        strides = [step * self.storage.dtype.itemsize for step in self.stride]
        return np.lib.stride_tricks.as_strided(numbers, self.shape, strides, writeable=False).astype(
            dtype or self.storage.dtype)


def _size(shape: Any) -> int:
    """Number of elements of an array of a shape that may be anything."""
    if type(shape) is not tuple or len(shape) > MOST_DIMENSIONS or any(type(k) is not int or k < 0 for k in shape):
        raise Refused("has an array without a shape")
    size = 1
    for length in shape:
        size *= length
    return size


def _encode(text: Any, encoding: str) -> bytes:
    if type(text) is not str or encoding != "latin1":
        raise Refused("has bytes in another encoding than the published files")
    return text.encode("latin1")


# All that a file can name, by its name there.
KNOWN: dict[str, Any] = {
    "published.dict": _Dict,
    "collections.OrderedDict": _Dict,
    "_codecs.encode": _encode,
    "numpy.dtype": _NumberType,
    "numpy.ndarray": _Array,
    **{f"numpy.{core}.multiarray.{name}": known for core in ("core", "_core")
       for name, known in (("_reconstruct", _Array), ("scalar", _Number))},
    "scale_robustness.n_interval": _Region,
    "interval.interval": _Interval,
    "torch._utils._rebuild_tensor": _Tensor,
    "torch._utils._rebuild_tensor_v2": _Tensor,
    **{f"torch.{name}": np.dtype(code) for name, code in STORAGE_TYPES.items()},
}
