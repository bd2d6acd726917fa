"""How the CPU kernels are compiled by numba and cached on disk."""
import hashlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from numba import njit

_FOLDER = Path(__file__).parent
_SOURCES = (_FOLDER.parent / "rules.py", *sorted(_FOLDER.glob("*.py")))
_DIGEST = hashlib.sha256(b"".join(path.read_bytes() for path in _SOURCES)).hexdigest()[:8]


def kernel(function: Callable) -> Any:
    """Compile a kernel: it runs without the GIL, and is cached on disk.

    Numba keeps a cached kernel until the kernel's own file changes. The kernel also holds compiled code of the other
    files, so the name that numba caches it under tells all of them.
    """
    function.__qualname__ = f"{function.__qualname__}_{_DIGEST}"
    compiled = njit(function, nogil=True, cache=True, error_model="numpy", boundscheck=False)
    save = compiled._cache.save_overload

    def save_if_there_is_room(signature: Any, data: Any) -> None:
        with suppress(OSError):  # numba would end the program for a full disk
            save(signature, data)

    compiled._cache.save_overload = save_if_there_is_room
    return compiled


inlined = njit(inline="always")  # a part of the kernels that call it
