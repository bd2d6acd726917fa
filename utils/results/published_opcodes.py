"""The pickles in the authors' files: looked through opcode by opcode, before they are unpickled.

A pickle is a program for a small machine. The opcodes here are those that the published files use. They make lists,
tuples, dicts, numbers and text, and call what the unpickler knows. All others are refused; some of them would take the
memory that they ask for before anything is read.
"""
import numpy as np
from numba import njit

# Each opcode's argument: its number of bytes, or one of these kinds.
COUNTED_BY_1, COUNTED_BY_4, TWO_LINES, MEMO_INDEX, STOP, REFUSED = range(-1, -7, -1)
ARGUMENTS = np.full(256, REFUSED, dtype=np.int64)
for opcodes, argument in (
        (b"(])}\x85\x86\x87tRNb\x88\x89ea\x81su", 0), (b"Kqh\x80", 1), (b"M", 2), (b"Jj", 4), (b"G", 8),
        (b"\x8a", COUNTED_BY_1), (b"X", COUNTED_BY_4), (b"c", TWO_LINES), (b"r", MEMO_INDEX), (b".", STOP)):
    ARGUMENTS[list(opcodes)] = argument
MEMO_SIZE = 1 << 20  # the unpickler's memo is as long as its largest index; the largest published file's has 160,000


def end_of(data: bytes, begin: int) -> int:
    """Where the pickle at data[begin:] ends.

    Raises:
        ValueError: if it holds other opcodes than those above, or ends too early.
    """
    is_known, at = _walk(np.frombuffer(data, np.uint8), begin, ARGUMENTS)
    if not is_known:
        raise ValueError(f"has opcode {data[at:at + 1]!r} at byte {at:,}, in a way that no published file has")
    if at > len(data):
        raise ValueError("ends too early: it is truncated")
    return at


@njit(cache=True)
def _walk(data: np.ndarray, at: int, arguments: np.ndarray) -> tuple[bool, int]:
    """Go over the pickle that begins at data[at:].

    Args:
        data: [bytes] uint8.
        at: where it begins.
        arguments: ARGUMENTS.

    Returns:
        Whether all opcodes are known; where it ends, more than len(data) if it is truncated, or the first other opcode.
    """
    end = len(data)
    while at < end:
        opcode_at, argument = at, arguments[data[at]]
        at += 1
        if argument >= 0:
            at += argument
        elif argument == STOP:
            return True, at
        elif argument == TWO_LINES:
            for _ in range(2):
                while at < end and data[at] != 10:
                    at += 1
                at += 1
        elif argument == REFUSED:
            return False, opcode_at
        else:
            width = 1 if argument == COUNTED_BY_1 else 4
            if at + width > end:
                break
            number = 0
            for k in range(width):
                number += np.int64(data[at + k]) << (8 * k)
            at += width
            if argument != MEMO_INDEX:
                at += number
            elif number >= MEMO_SIZE:
                return False, opcode_at
    return True, end + 1
