"""How a script's process starts and ends."""
import ctypes
import os
import signal
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout, suppress
from functools import partial
from pathlib import Path
from typing import Any

from ..errors import DiskError, InputError, is_out_of_memory, one_line, with_options

INTERRUPTED = 130  # exit code after Ctrl-C or a request to terminate, as shells have it
SPIN_COUNT = "3000"  # how often an idle thread of OpenMP looks for work before it sleeps
M_MMAP_THRESHOLD, M_TRIM_THRESHOLD = -3, -1  # of glibc's malloc.h


class _Output:
    """A stream whose writing fails in one line, and which prints any name."""

    def __init__(self, stream: Any, name: str) -> None:
        self._stream, self._name = stream, name
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")  # of names that are no text in the terminal's encoding

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._stream, name)
        return partial(self._done, found) if name in ("write", "flush") else found

    def _done(self, do: Callable[..., Any], *args: str) -> Any:
        """do(*args). Raises DiskError where nobody reads the stream any more, or a disk is full."""
        try:
            return do(*args)
        except OSError as error:
            os.dup2(os.open(os.devnull, os.O_WRONLY), self._stream.fileno())  # else Python complains again at its end
            raise DiskError(f"standard {self._name} cannot be written to ({error.strerror}); what was finished before "
                            "is on the disk: send it elsewhere, or leave the pipe's other end open") from None


def run_script(main: Callable[[], None], when_stopped: str = "stopped", plural: Mapping[str, str] = {}) -> None:
    """Call main() and end the process as a user expects: one line for an error, `when_stopped` after Ctrl-C.

    An error's line goes through `with_options`, with `plural`.
    """
    tune_process()
    if not sys.warnoptions:
        warnings.simplefilter("ignore")  # they are for who writes programs: python -W default map.py shows them
    script = Path(sys.argv[0]).name
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a cluster's request to stop is a Ctrl-C
    with _checked_output():
        try:
            try:
                main()
            finally:
                sys.stdout.flush()
        except InputError as error:
            sys.exit(_fail(f"{script}: error: {with_options(str(error), plural)}", 2))
        except KeyboardInterrupt:
            sys.exit(_fail(f"{script}: {when_stopped}", INTERRUPTED))
        except Exception as error:
            if not is_out_of_memory(error):
                raise
            sys.exit(_fail(f"{script}: error: there is not enough memory ({error}); take a smaller --batch_size or "
                           "--image_size", 2))


@contextmanager
def _checked_output() -> Iterator[None]:
    """Standard output and error as `_Output`s. Where the process was started without one, what it says is dropped."""
    with ExitStack() as stack:
        for stream, redirect, name in ((sys.stdout, redirect_stdout, "output"), (sys.stderr, redirect_stderr, "error")):
            stream = stream or stack.enter_context(open(os.devnull, "w"))  # which takes the place of its number too
            stack.enter_context(redirect(_Output(stream, name)))
        yield


def tune_process() -> None:
    """Set what suits this process, before it imports torch.

    By default idle threads of OpenMP look for work for milliseconds, on cores that another process needs. Here they
    sleep soon, unless the user has set GOMP_SPINCOUNT or OMP_WAIT_POLICY. By default glibc hands every large activation
    of a network back to the system, which takes up to a quarter of a batch's time. Here freed memory is kept.
    """
    if "OMP_WAIT_POLICY" not in os.environ:
        os.environ.setdefault("GOMP_SPINCOUNT", SPIN_COUNT)
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        return
    mallopt(M_MMAP_THRESHOLD, 1 << 30)
    mallopt(M_TRIM_THRESHOLD, 2 ** 31 - 1)


def _fail(message: str, code: int) -> int:
    with suppress(DiskError):  # of standard error
        print(one_line(message), file=sys.stderr)
    return code
