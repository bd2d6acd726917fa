"""How the kernels of the search are compiled, and when they are compiled anew."""
from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

from numba import njit

# numba keeps a compiled kernel as long as the kernel's own file stays the same. Kernels call kernels of other files: a
# digest of all their sources is part of the name under which each is kept.
SOURCES = sorted(Path(__file__).parent.glob("*_kernels.py"))
DIGEST = sha256(b"".join(path.read_bytes() for path in SOURCES)).hexdigest()[:8]


def kernel(function: Callable[..., Any]) -> Any:
    """A function compiled by numba, without the GIL; kept until a file of kernels changes."""
    function.__qualname__ = f"{function.__qualname__}_{DIGEST}"
    compiled = njit(function, nogil=True, cache=True, error_model="numpy", boundscheck=False)
    save = compiled._cache.save_overload

    def save_if_there_is_room(signature: Any, data: Any) -> None:
        with suppress(OSError):  # numba would end the program for a full disk
            save(signature, data)

    compiled._cache.save_overload = save_if_there_is_room
    return compiled
