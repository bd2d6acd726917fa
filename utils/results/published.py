"""The files that the paper's authors published, read without running anything that is in them.

They are what torch.save wrote before version 1.6: five pickles in a row (a number that marks such files, the format's
version, the machine, the object itself, the keys of its storages) and then the storages' bytes. A pickle is a program
for a small machine that can call anything. Here it is looked through first, opcode by opcode, and then runs on Python's
own unpickler with nothing to call but the classes below, which hold numbers. What it can take is bounded as well: an
array is as large as its bytes in the file, and dict keys are strings, because the hash of tuples within tuples can take
forever or end the process.
"""
import gc
import io
import pickle
from contextlib import contextmanager

import numpy as np
from numba import njit

from utils.errors import InputError
from utils.regions import ndinterval

MAGIC_NUMBER = 0x1950A86A20F9469CFC6C
FORMAT_VERSION = 1001
START = b"\x80\x02\x8a\x0a" + MAGIC_NUMBER.to_bytes(10, "little")  # the first pickle, as torch writes it
LARGEST = 16 << 20  # bytes; the largest published file has 2 MB
MOST_DIMENSIONS = 8

# What such a pickle is made of: each opcode's argument, in bytes or as one of the kinds below. All other opcodes are
# refused.
COUNTED_BY_1, COUNTED_BY_4, TWO_LINES, MEMO_INDEX, EMPTY_DICT, STOP, REFUSED = range(-1, -8, -1)
ARGUMENTS = np.full(256, REFUSED, dtype=np.int64)
for opcodes, argument in (
        (b"(])\x85\x86\x87tRNb\x88\x89ea\x81suQ", 0), (b"Kqh\x80", 1), (b"M", 2), (b"Jj", 4), (b"G", 8),
        (b"UC\x8a", COUNTED_BY_1), (b"XTB", COUNTED_BY_4), (b"c", TWO_LINES), (b"r", MEMO_INDEX), (b"}", EMPTY_DICT),
        (b".", STOP)):
    ARGUMENTS[list(opcodes)] = argument
MEMO_SIZE = 1 << 20  # the unpickler's memo is as long as its largest index; the largest published file's has 160,000
MOST_DICTS = 10_000
OUR_EMPTY_DICT = b"cpublished\ndict\n)R"  # in place of }, so that the dict is one that looks at its keys

NUMBER_TYPES = {code: np.dtype(code) for code in
                ("b1", "u1", "i1", "i2", "i4", "i8", "u2", "u4", "u8", "f2", "f4", "f8")}
STORAGE_TYPES = dict(DoubleStorage="f8", FloatStorage="f4", HalfStorage="f2", LongStorage="i8", IntStorage="i4",
                     ShortStorage="i2", CharStorage="i1", ByteStorage="u1", BoolStorage="b1")


class Refused(ValueError):
    """Why a file is not read."""


def is_published_format(path):
    """Whether a file starts as torch's old format does."""
    with open(path, "rb") as file:
        return file.read(len(START)) == START


def read(path):
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


def _contents(data):
    storages = {}
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
def _no_garbage_collection():
    """The collector would look through the same hundred thousand objects over and over."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _unpickle(data, begin, storages=None):
    """The object pickled at data[begin:], and where the pickle ends."""
    program, end = _looked_through(data, begin)
    return _Unpickler(program, storages).load(), end


def _looked_through(data, begin):
    """The pickle at data[begin:] if it holds nothing but the opcodes above, with EMPTY_DICT replaced; and its end."""
    dicts = np.empty(MOST_DICTS, dtype=np.int64)
    problem, at, n_dicts = _walk(np.frombuffer(data, np.uint8), begin, ARGUMENTS, dicts)
    if problem == TRUNCATED:
        raise Refused("ends too early: it is truncated")
    if problem:
        raise Refused(f"has opcode {data[at:at + 1]!r} at byte {at:,}, in a way that no published file has")
    cuts = [begin - 1, *dicts[:n_dicts], at]
    return OUR_EMPTY_DICT.join(data[first + 1:last] for first, last in zip(cuts, cuts[1:])), at


TRUNCATED, WRONG = 1, 2


@njit(cache=True)
def _walk(data, at, arguments, dicts):
    """Go over the pickle that begins at data[at:].

    Args:
        data: [bytes] uint8.
        at: where it begins.
        arguments: ARGUMENTS.
        dicts: where the places of EMPTY_DICT are written to.

    Returns:
        0, TRUNCATED or WRONG; where it ends, or what is wrong; how many dicts there are.
    """
    n_dicts = 0
    end = len(data)
    while at < end:
        opcode_at = at
        argument = arguments[data[at]]
        at += 1
        if argument >= 0:
            at += argument
        elif argument == STOP:
            return 0, at, n_dicts
        elif argument == EMPTY_DICT:
            if n_dicts == len(dicts):
                return WRONG, opcode_at, 0
            dicts[n_dicts] = opcode_at
            n_dicts += 1
        elif argument == TWO_LINES:
            for _ in range(2):
                while at < end and data[at] != 10:
                    at += 1
                at += 1
        elif argument == REFUSED:
            return WRONG, opcode_at, 0
        else:
            width = 1 if argument == COUNTED_BY_1 else 4
            if at + width > end:
                return TRUNCATED, opcode_at, 0
            number = 0
            for k in range(width):
                number += np.int64(data[at + k]) << (8 * k)
            at += width
            if argument != MEMO_INDEX:
                at += number
            elif number >= MEMO_SIZE:
                return WRONG, opcode_at, 0
    return TRUNCATED, at, 0


class _Unpickler(pickle.Unpickler):
    def __init__(self, program, storages=None):
        super().__init__(io.BytesIO(program), encoding="latin1")
        self.storages = storages

    def find_class(self, module, name):
        try:
            return KNOWN[f"{module}.{name}"]
        except KeyError:
            raise Refused(f"asks for {module}.{name}, which is not run") from None

    def persistent_load(self, key):
        kind, dtype, name, _, count, *view = key
        if kind != "storage" or self.storages is None or not isinstance(dtype, np.dtype) or any(view):
            raise Refused("refers to something that is not in it")
        storage = _Storage(dtype, int(count))
        return self.storages.setdefault(str(name), storage)


class _Dict(dict):
    """A dict whose keys are strings."""

    def __setitem__(self, key, value):
        if type(key) is not str:
            raise Refused(f"has a dict with a key that is {type(key).__name__}, not text")
        super().__setitem__(key, value)


class _NumberType:
    """numpy's dtype, of plain numbers."""

    def __init__(self, code, *_):
        if code not in NUMBER_TYPES:
            raise Refused(f"has an array of {str(code)[:20]!r}, not of numbers")
        self.dtype = NUMBER_TYPES[code]

    def __setstate__(self, state):
        self.dtype = self.dtype.newbyteorder("=" if state[1] == "|" else state[1])


class _Array:
    """numpy's array: its parts as they are in the file, put together by np.asarray."""

    __slots__ = "state"

    def __init__(self, *_):
        self.state = None

    def __setstate__(self, state):
        self.state = state

    def __array__(self, dtype=None, copy=None):
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

    def __init__(self, number_type, data):
        self.state = None, (), number_type, False, data


class _Region(ndinterval):
    """scale_robustness.n_interval."""

    def __init__(self):
        super().__init__([], [])

    def __setstate__(self, state):
        a, b = (np.asarray(state[key], dtype=np.float64) for key in ("a", "b"))
        if a.ndim != 1 or a.shape != b.shape:
            raise Refused(f"has a region with bounds of shapes {a.shape} and {b.shape}")
        super().__init__(a, b)


class _Interval:
    """interval.interval: the region's sides once more, which nothing here needs."""

    def __init__(self, *_):
        pass

    def __setstate__(self, state):
        pass


class _Storage:
    """Numbers at the end of the file."""

    def __init__(self, dtype, count):
        self.dtype = dtype
        self.count = count
        self.numbers = None

    def fill(self, data, at):
        """Take the storage that begins at data[at:]; returns where it ends."""
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

    def __init__(self, storage, offset, shape, stride, *_):
        if not isinstance(storage, _Storage) or len(shape) != len(stride):
            raise Refused("has a tensor without numbers")
        last = offset + sum((length - 1) * step for length, step in zip(shape, stride))
        size = _size(shape)
        if offset < 0 or any(step < 0 for step in stride) or size > storage.count or (size and last >= storage.count):
            raise Refused("has a tensor larger than its storage")
        self.storage, self.offset, self.shape, self.stride = storage, offset, shape, stride

    def __array__(self, dtype=None, copy=None):
        numbers = self.storage.numbers[self.offset:]
        strides = [step * self.storage.dtype.itemsize for step in self.stride]
        return np.lib.stride_tricks.as_strided(numbers, self.shape, strides, writeable=False).astype(
            dtype or self.storage.dtype)


def _size(shape):
    """Number of elements of an array of a shape that may be anything."""
    if type(shape) is not tuple or len(shape) > MOST_DIMENSIONS or any(type(k) is not int or k < 0 for k in shape):
        raise Refused("has an array without a shape")
    size = 1
    for length in shape:
        size *= length
    return size


def _encode(text, encoding):
    if type(text) is not str or encoding != "latin1":
        raise Refused("has bytes in another encoding than the published files")
    return text.encode("latin1")


# All that a file can name, by its name there.
KNOWN = {
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
