"""The errors that a user can mend, and how they are put into one line."""
import logging
import re
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

LONGEST_WORD = 1000  # characters of a word that is shown whole; paths that mean something are shorter
LONGEST_REASON = 400  # characters of what an error of somebody else's code says
MOST_DIGITS = 40  # of a number that is shown whole
MOST_LETTERS = 80  # of a value that is shown whole
ARGUMENT = re.compile(r"`([a-z_]+)`")  # its name in a message
OUT_OF_MEMORY = ("out of memory", "can't allocate memory", "running low on memory")  # in words of torch, CUDA and Ray


class InputError(ValueError):
    """Something given or found that the program cannot go on with.

    The message is one line: what was given, what is expected, what to do. Names of arguments are in backticks. The
    scripts print it `with_options` and exit with code 2.
    """

    def __init__(self, message: object) -> None:
        super().__init__(one_line(message))


class DiskError(InputError):
    """A file that cannot be written, as on a full disk. Another time, or on another machine, it may go well.

    There is no use in going on with the next file.
    """


def one_line(message: object) -> str:
    """A message, or an error's, on one line. Of a number or a word that is far too long the beginning is shown."""
    def begin(found: re.Match[str]) -> str:
        word = found[0]
        return f"{word[:MOST_DIGITS]}.. ({len(word):,} {'digits' if word.isdigit() else 'characters'})"

    line = " ".join(str(message).split())
    return re.sub(rf"\d{{{MOST_DIGITS + 1},}}|\S{{{LONGEST_WORD + 1},}}", begin, line)


def with_options(text: str, plural: Mapping[str, str] = {}) -> str:
    """A library's message as a script prints it: each argument's `name` in backticks becomes the option --name.

    Args:
        text: the message.
        plural: {name: what the script calls it}, of options that take several in this script.
    """
    return ARGUMENT.sub(lambda name: f"--{plural.get(name[1], name[1])}", text)


def printable(name: str) -> str:
    """A name that any file and font takes: what is no text in it is spelled out."""
    return name.encode("utf-8", "backslashreplace").decode()


def first_line(error: BaseException) -> str:
    """The first line of what an error of somebody else's code says; its type where it says nothing."""
    said = _theirs(error)
    return next((line.strip() for line in said.splitlines() if line.strip()), type(error).__name__)


def described(error: BaseException) -> str:
    """An error of somebody else's code, on one line: its type and what it says, of which the beginning is enough."""
    line = one_line(f"{type(error).__name__}: {_theirs(error)}" if str(error).strip() else type(error).__name__)
    return line if len(line) <= LONGEST_REASON else f"{line[:LONGEST_REASON]}.."


def _theirs(error: BaseException) -> str:
    """What an error of somebody else's code says. Backticks become quotes: their names are no arguments of ours."""
    return str(error).replace("`", "'")


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an error says that there is not enough memory."""
    return isinstance(error, MemoryError) or any(words in str(error) for words in OUT_OF_MEMORY)


def in_short(value: object) -> str:
    """The beginning of a value's repr, for an error's line; its type where the repr fails."""
    try:
        text = repr(value)
    except Exception as error:  # a user's object may fail in any way
        text = f"of type {type(value).__name__} ({type(error).__name__})"
    return text if len(text) <= MOST_LETTERS else f"{text[:MOST_LETTERS]}.."


def shown(number: float, separator: str = "") -> str:
    """A number as one would write it: a whole one with all its digits, any other with as few as tell it from the next.

    Args:
        number: any.
        separator: between thousands of a whole one.
    """
    if isinstance(number, float) and not (number.is_integer() and abs(number) < 1e16):
        return repr(number)
    return f"{int(number):{separator}}"


@contextmanager
def quiet() -> Iterator[None]:
    """Keep what somebody else's code warns of, or writes to its log, off the user's terminal."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)
