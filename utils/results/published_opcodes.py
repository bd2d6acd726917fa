"""The pickles in the authors' files: looked through opcode by opcode, before they are unpickled.

A pickle is a program for a small machine. The opcodes here are those that the published files use. They make lists,
tuples, dicts, numbers and text, and call what the unpickler knows. All others are refused.
"""
import numpy as np
from numba import njit

from .published_classes import Refused

# Each opcode's argument: its number of bytes, or one of these kinds.
COUNTED_BY_1, COUNTED_BY_4, TWO_LINES, MEMO_INDEX, EMPTY_DICT, STOP, REFUSED = range(-1, -8, -1)
ARGUMENTS = np.full(256, REFUSED, dtype=np.int64)
for opcodes, argument in (
        (b"(])\x85\x86\x87tRNb\x88\x89ea\x81suQ", 0), (b"Kqh\x80", 1), (b"M", 2), (b"Jj", 4), (b"G", 8),
        (b"UC\x8a", COUNTED_BY_1), (b"XTB", COUNTED_BY_4), (b"c", TWO_LINES), (b"r", MEMO_INDEX), (b"}", EMPTY_DICT),
        (b".", STOP)):
    ARGUMENTS[list(opcodes)] = argument
TRUNCATED, WRONG = 1, 2  # what can be wrong with a pickle
MEMO_SIZE = 1 << 20  # the unpickler's memo is as long as its largest index; the largest published file's has 160,000
MOST_DICTS = 10_000
OUR_EMPTY_DICT = b"cpublished\ndict\n)R"  # in place of EMPTY_DICT: a dict that checks its keys


def checked(data: bytes, begin: int) -> tuple[bytes, int]:
    """The pickle at data[begin:], with EMPTY_DICT replaced, and where it ends.

    Raises:
        Refused: if it holds other opcodes than those above, or ends too early.
    """
    dicts = np.empty(MOST_DICTS, dtype=np.int64)
    problem, at, n_dicts = _walk(np.frombuffer(data, np.uint8), begin, ARGUMENTS, dicts)
    if problem == TRUNCATED:
        raise Refused("ends too early: it is truncated")
    if problem:
        raise Refused(f"has opcode {data[at:at + 1]!r} at byte {at:,}, in a way that no published file has")
    cuts = [begin - 1, *dicts[:n_dicts], at]
    return OUR_EMPTY_DICT.join(data[first + 1:last] for first, last in zip(cuts, cuts[1:])), at


@njit(cache=True)
def _walk(data: np.ndarray, at: int, arguments: np.ndarray, dicts: np.ndarray) -> tuple[int, int, int]:
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
