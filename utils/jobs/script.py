"""How a script's process starts and ends."""
import ctypes
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from utils.errors import InputError

INTERRUPTED = 130  # exit code after Ctrl-C or a request to terminate, as shells have it
SPIN_COUNT = "3000"  # how often an idle thread of OpenMP looks for work before it sleeps
M_MMAP_THRESHOLD, M_TRIM_THRESHOLD = -3, -1  # of glibc's malloc.h


def run_script(main: Callable[[], None], when_stopped: str = "stopped") -> None:
    """Call main() and end the process as a user expects: one line for an error, `when_stopped` after Ctrl-C."""
    tune_process()
    script = Path(sys.argv[0]).name
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a cluster's request to stop is a Ctrl-C
    try:
        main()
    except InputError as error:
        sys.exit(_fail(f"{script}: error: {error}", 2))
    except KeyboardInterrupt:
        sys.exit(_fail(f"{script}: {when_stopped}", INTERRUPTED))


def tune_process() -> None:
    """Set what suits this process, before it imports torch: idle threads sleep soon, and freed memory is kept.

    OpenMP's threads run torch's operations. By default they look for work for milliseconds before they sleep, on cores
    that the renderer or another process needs. A user who has set GOMP_SPINCOUNT or OMP_WAIT_POLICY decides.

    By default glibc hands every large activation of a network back to the system and fetches it anew, page by page.
    That takes up to a quarter of a batch's time. With other C libraries nothing happens.
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
    print(" ".join(message.split()), file=sys.stderr)
    return code
