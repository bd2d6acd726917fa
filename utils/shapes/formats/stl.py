"""Stl files, binary and of text. Colours in them follow no one rule, and are not read."""
import re
from pathlib import Path

import numpy as np

from ...errors import InputError, counted
from ...renderer.io.files import read_file, without_mark
from ..mesh import Mesh
from ..polygons import triangulate

HEADER = 80  # bytes before the number of facets
FACET = np.dtype([("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("attribute", "<u2")])
LOOP = re.compile(rb"outer\s+loop(.*?)endloop", re.S | re.I)


def read(path: Path, most_pixels: int) -> Mesh:
    """The mesh of an stl file: each facet has corners of its own.

    Raises:
        InputError: if it holds no mesh, or fewer facets than it says; or if `textures` asks for colours.
    """
    content = read_file(path, "give an stl file")
    mesh = _binary(path, content) if _is_binary(content) else _text(path, without_mark(content))
    if most_pixels:
        raise InputError(f"`textures`: {path} has no colours; leave it out for a white object")
    return mesh


def _is_binary(content: bytes) -> bool:
    """Whether it is binary. Some binary files begin with "solid" too."""
    beginning = without_mark(content[:1000]).lstrip().lower()
    return len(content) >= HEADER + 4 and not (beginning.startswith(b"solid") and b"facet" in content[:10_000].lower()
                                               and b"\0" not in content[HEADER:HEADER + 200])


def _binary(path: Path, content: bytes) -> Mesh:
    count = int.from_bytes(content[HEADER:HEADER + 4], "little")
    body = content[HEADER + 4:]
    said, rest = count, body[count * FACET.itemsize:]
    notes = []
    if len(body) % FACET.itemsize == 0 and (len(body) < count * FACET.itemsize or any(rest)):
        count = len(body) // FACET.itemsize
        notes.append(f"{path}: its header says {counted(said, 'facet')}, and there are {count:,}: all are taken")
    elif len(body) < count * FACET.itemsize:
        raise InputError(f"{path}: its header says {counted(count, 'facet')}, and there are "
                         f"{len(body) // FACET.itemsize:,} and a part of one; is it complete? Write it again")
    elif rest:
        notes.append(f"{path}: left out {counted(len(rest), 'byte')} behind the last facet")
    corners = np.frombuffer(body, FACET, count)["corners"].reshape(-1, 3).astype(np.float64)
    return Mesh(corners, np.arange(len(corners)).reshape(-1, 3), notes=notes)


def _text(path: Path, content: bytes) -> Mesh:
    loops = [loop.split() for loop in LOOP.findall(content)]
    begun = len(re.findall(rb"outer\s+loop", content, re.I))
    if begun != len(loops):
        raise InputError(f"{path}: {counted(begun, 'facet')} begun, and {len(loops):,} ended; is it complete? Write it "
                         "again")
    counts = np.array([len(words) // 4 for words in loops], np.int64)
    try:
        numbers = np.array([word for words in loops for k, word in enumerate(words) if k % 4], float).reshape(-1, 3)
        whole = all(word.lower() == b"vertex" for words in loops for word in words[::4])
    except ValueError:
        whole = False
    if not whole or (counts < 3).any():
        raise InputError(f"{path}: a facet is not of the form 'outer loop, vertex x y z, .., endloop' with three "
                         "corners or more; write it again")
    places, _ = triangulate(numbers, np.arange(len(numbers)), counts)
    return Mesh(numbers, places)
