"""The container of a glTF 2.0 file: its JSON, its buffers, and the arrays that accessors describe.

The sections named here are those of the glTF 2.0 specification.
"""
import base64
import binascii
import json
from pathlib import Path
from typing import Any
from urllib.parse import unquote, unquote_to_bytes

import numpy as np

from ...errors import InputError
from ...renderer.io.files import named_file, read_file, without_mark

WAY_OUT = "open it in Blender or gltf-transform, and save it as glb without compression"
MAGIC, JSON_CHUNK, BIN_CHUNK = b"glTF", b"JSON", b"BIN\0"
COMPONENTS = {5120: "<i1", 5121: "<u1", 5122: "<i2", 5123: "<u2", 5125: "<u4", 5126: "<f4"}  # 3.6.2.2
SIZES = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT4": 16}
LARGEST = 1 << 26  # numbers of an accessor that stand nowhere, and are 0
MESHOPT = ("EXT_meshopt_compression", "KHR_meshopt_compression")
Json = dict[str, Any]


class GltfFile:
    """A glTF file, read as far as it is asked for.

    Attributes:
        path: of the file.
        json: what it describes.
    """

    def __init__(self, path: Path) -> None:
        """
        Args:
            path: of the file, .glb or .gltf.

        Raises:
            InputError: if it is no glTF 2.0 file.
        """
        self.path = path
        content = read_file(path, "give a glb or gltf file")
        self._chunk: bytes | None = None
        self._buffers: dict[int, bytes] = {}
        if content.startswith(MAGIC):
            content = self._unpacked(content)
        try:
            self.json: Json = json.loads(without_mark(content).rstrip(b"\0"))  # which some writers pad it with
            version = self.json["asset"]["version"]
        except (ValueError, KeyError, TypeError, RecursionError):
            raise self.error("its JSON is no description of a glTF asset") from None
        if not str(version).startswith("2."):
            raise self.error(f"glTF {str(version)[:20]} is not read, only 2.0; open it in Blender and save it as glb")

    def error(self, reason: str) -> InputError:
        """An error about the file."""
        return InputError(f"{self.path}: {reason}")

    def damaged(self, reason: str) -> InputError:
        """An error about a part that does not fit the rest."""
        return self.error(f"{reason}; is the file damaged? Write it again")

    def entry(self, kind: str, number: Any) -> Json:
        """An entry of one of the file's lists, such as "meshes".

        Raises:
            InputError: if there is none of the number.
        """
        entries = self.json.get(kind)
        if not (isinstance(entries, list) and isinstance(number, int) and 0 <= number < len(entries)
                and isinstance(entries[number], dict)):
            raise self.damaged(f"asks for number {str(number)[:20]} of its {kind}, which is not there")
        return entries[number]

    def _unpacked(self, content: bytes) -> bytes:
        """The JSON of a glb file; the chunk of numbers is kept (4.4)."""
        if int.from_bytes(content[4:8], "little") != 2:
            raise self.error("a glb file of another version than 2; open it in Blender and save it as glb")
        chunks, place = [], 12
        while place + 8 <= len(content):
            length = int.from_bytes(content[place:place + 4], "little")
            kind, chunk = content[place + 4:place + 8], content[place + 8:place + 8 + length]
            if len(chunk) < length:
                raise self.damaged(f"a chunk of {length:,} bytes has {len(chunk):,}")
            chunks.append((kind, chunk))
            place += 8 + length
        if not chunks or chunks[0][0] != JSON_CHUNK:
            raise self.damaged("its first chunk is no JSON")
        if len(chunks) > 1 and chunks[1][0] == BIN_CHUNK:
            self._chunk = chunks[1][1]
        return chunks[0][1]

    def bytes_at(self, uri: str) -> bytes:
        """The bytes that a URI holds, or those of the file beside this one that it names (2.8)."""
        if uri.startswith("data:"):
            head, _, data = uri.partition(",")
            try:
                return base64.b64decode(data, validate=True) if head.endswith(";base64") else unquote_to_bytes(data)
            except binascii.Error:
                raise self.damaged("a data: URI is not in base64") from None
        file = named_file(self.path.parent, unquote(uri)) or named_file(self.path.parent, uri)
        if file is None:
            raise self.error(f"names {uri[:200]}, which is no file beside it; put it there")
        return file.read_bytes()

    def buffer_view(self, number: Any) -> tuple[bytes, int | None]:
        """(its bytes, its stride) (3.6.1)."""
        view = self.entry("bufferViews", number)
        for name in MESHOPT:
            if name in view.get("extensions", {}) and self._is_fallback(view):
                raise self.error(f"uses {name}, which is not read; {WAY_OUT}")
        index = view["buffer"]
        if index not in self._buffers:
            buffer = self.entry("buffers", index)
            if "uri" in buffer:
                self._buffers[index] = self.bytes_at(str(buffer["uri"]))
            elif index == 0 and self._chunk is not None:
                self._buffers[index] = self._chunk
            else:
                raise self.error(f"buffer {index} is in no file; save it as glb")
        begin, length = view.get("byteOffset", 0), view.get("byteLength", 0)
        if not (isinstance(begin, int) and isinstance(length, int) and 0 <= begin <= begin + length
                <= len(self._buffers[index])):
            raise self.damaged(f"buffer view {number} ends behind its buffer of {len(self._buffers[index]):,} bytes")
        return self._buffers[index][begin:begin + length], view.get("byteStride")

    def _is_fallback(self, view: Json) -> bool:
        """Whether the numbers of a compressed view stand nowhere else."""
        buffer = self.entry("buffers", view.get("buffer"))
        return "uri" not in buffer and (view.get("buffer") != 0 or self._chunk is None or any(
            buffer.get("extensions", {}).get(name, {}).get("fallback") for name in MESHOPT))

    def array(self, number: Any) -> np.ndarray:
        """The values of an accessor, [count, size], sparse ones put in, integers as they are (3.6.2)."""
        accessor = self.entry("accessors", number)
        dtype, size = COMPONENTS.get(accessor["componentType"]), SIZES.get(accessor["type"])
        count = accessor.get("count")
        if dtype is None or size is None or not (isinstance(count, int) and count >= 0):
            raise self.damaged(f"accessor {number} is of no kind that glTF knows")
        if "bufferView" in accessor:
            values = self._values(accessor, np.dtype(dtype), count, size)
        else:
            if count * size > LARGEST:
                raise self.damaged(f"accessor {number} has {count:,} entries")
            values = np.zeros((count, size), dtype)
        if "sparse" in accessor:
            sparse = accessor["sparse"]
            n_changed, indices = sparse["count"], sparse["indices"]
            kind = COMPONENTS.get(indices["componentType"])
            if kind is None or not (isinstance(n_changed, int) and 0 <= n_changed <= count):
                raise self.damaged(f"accessor {number} is of no kind that glTF knows")
            places = self._values(indices, np.dtype(kind), n_changed, 1)[:, 0].astype(np.int64)
            if len(places) and not 0 <= places.min() <= places.max() < count:
                raise self.damaged(f"accessor {number} changes entry {places.max():,} of {count:,}")
            values = values.copy()
            values[places] = self._values(sparse["values"], np.dtype(dtype), n_changed, size)
        return values

    def _values(self, part: Json, dtype: np.dtype, count: int, size: int) -> np.ndarray:
        """[count, size] from a buffer view, at a stride (3.6.2.4)."""
        content, stride = self.buffer_view(part.get("bufferView"))
        begin, width = part.get("byteOffset", 0), dtype.itemsize * size
        stride = stride or width
        if not (isinstance(begin, int) and isinstance(stride, int) and begin >= 0 and stride >= width):
            raise self.damaged("a stride or an offset is too small")
        if count and begin + stride * (count - 1) + width > len(content):
            raise self.damaged(f"{count:,} entries are asked for where {len(content):,} bytes are")
        return np.ndarray((count, size), dtype, content, begin, (stride, dtype.itemsize))

    def floats(self, number: Any, values: np.ndarray | None = None) -> np.ndarray:
        """The values of an accessor as float64; normalized integers are in [-1, 1] or [0, 1] (3.6.2.3).

        Args:
            number: of the accessor.
            values: as they are stored, if they come from elsewhere.
        """
        values = self.array(number) if values is None else values
        if self.entry("accessors", number).get("normalized") and values.dtype.kind in "iu":
            return np.maximum(values / np.iinfo(values.dtype).max, -1)
        return values.astype(np.float64)
