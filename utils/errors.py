"""The errors that a user can mend, and how they become one line."""
import logging
import re
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

LONGEST_WORD = 1000  # characters of a word that is shown in full; paths that mean something are shorter
LONGEST_REASON = 400  # characters of what an error of somebody else's code says
BEGINNING = 40  # characters of a longer word that are shown
MOST_LETTERS = 80  # of a value that is shown in full
ARGUMENT = re.compile(r"`([a-z_]+)`")  # its name in a message
OUT_OF_MEMORY = ("out of memory", "can't allocate memory", "running low on memory")  # in words of torch, CUDA and Ray


class InputError(ValueError):
    """Input that the program cannot go on with: an argument, or a file.

    The message is one line: what was given, what is expected, what to do. Names of arguments are in backticks. The
    scripts print it `with_options` and exit with code 2.
    """

    def __init__(self, message: object) -> None:
        super().__init__(one_line(message))


class DiskError(InputError):
    """A file that cannot be written, as on a full disk. Another time, or on another machine, it may go well.

    The next file could not be written either.
    """


def one_line(message: object) -> str:
    """A message, or an error's, on one line. Of a word that is far too long the beginning is shown."""
    words = str(message).split()
    return " ".join(word if len(word) <= LONGEST_WORD else f"{word[:BEGINNING]}.. ({len(word):,} characters)"
                    for word in words)


def with_options(text: str, plural: Mapping[str, str] = {}) -> str:
    """A library's message as a script prints it: each argument's `name` in backticks becomes the option --name.

    Args:
        text: the message.
        plural: {name: what the script calls it}, of options that take several in this script.
    """
    return ARGUMENT.sub(lambda name: f"--{plural.get(name[1], name[1])}", text)


def printable(name: str) -> str:
    """A name that any file and font takes: bytes that are no text are spelled out."""
    return name.encode("utf-8", "backslashreplace").decode()


def first_line(error: BaseException) -> str:
    """The first line of what an error of somebody else's code says; its type where it says nothing."""
    lines = [line.strip() for line in _said_by(error).splitlines() if line.strip()]
    return _beginning(lines[0] if lines else type(error).__name__)


def described(error: BaseException) -> str:
    """An error of somebody else's code, on one line: its type and what it says, of which the beginning is enough."""
    return _beginning(one_line(": ".join(filter(None, (type(error).__name__, _said_by(error).strip())))))


def _said_by(error: BaseException) -> str:
    """What an error of somebody else's code says. Backticks become quotes: its names are no arguments of ours."""
    return str(error).replace("`", "'")


def _beginning(line: str) -> str:
    return line if len(line) <= LONGEST_REASON else f"{line[:LONGEST_REASON]}.."


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an error says that there is not enough memory."""
    return isinstance(error, MemoryError) or any(words in str(error) for words in OUT_OF_MEMORY)


def in_short(value: object) -> str:
    """The beginning of a value's repr, for an error's line."""
    text = repr(value)
    return text if len(text) <= MOST_LETTERS else f"{text[:MOST_LETTERS]}.."


def shown(number: float, separator: str = "") -> str:
    """A number as one would write it: an integer with all its digits, any other with as few as tell it from the next.

    Args:
        number: any.
        separator: between thousands of an integer.
    """
    if isinstance(number, float) and not (number.is_integer() and abs(number) < 1e16):
        return repr(number)
    return f"{int(number):{separator}}"


def counted(number: int, thing: str) -> str:
    """A number of things in words: "1 object", "1,204 faces"."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


@contextmanager
def quiet() -> Iterator[None]:
    """Keep warnings and log lines of somebody else's code off the user's terminal."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)
