"""How the CPU kernels are compiled by numba and cached on disk."""
import hashlib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from numba import njit

_FOLDER = Path(__file__).parent
_SOURCES = (_FOLDER.parent / "rules.py", *sorted(_FOLDER.glob("*.py")))
_DIGEST = hashlib.sha256(b"".join(path.read_bytes() for path in _SOURCES)).hexdigest()[:8]


def kernel(function: Callable, fastmath: bool | set[str] = False) -> Any:
    """Compile a kernel: it runs without the GIL, and is cached on disk.

    Numba keeps a cached kernel until the kernel's own file changes. The kernel also holds compiled code of the other
    files, so the name that numba caches it under tells all of them.

    Args:
        function: the kernel, in Python.
        fastmath: what the compiler may do to float operations, as in numba.njit.
    """
    function.__qualname__ = f"{function.__qualname__}_{_DIGEST}"
    return njit(function, nogil=True, cache=True, error_model="numpy", boundscheck=False, fastmath=fastmath)


# Sums in the order that suits vectors
reordered_kernel = partial(kernel, fastmath={"reassoc", "nsz", "arcp", "contract"})

inlined = njit(inline="always")  # a part of the kernels that call it
