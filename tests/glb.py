"""glTF files made by hand, for tests: arrays in, a file of any form out."""
import base64
import json
import struct

import numpy as np

COMPONENTS = {"i1": 5120, "u1": 5121, "i2": 5122, "u2": 5123, "u4": 5125, "f4": 5126}
TYPES = {1: "SCALAR", 2: "VEC2", 3: "VEC3", 4: "VEC4", 16: "MAT4"}


class Gltf:
    """A glTF file that is being made: `json`, which a test may change, and the bytes of its buffer."""

    def __init__(self):
        self.bytes = b""
        self.json = dict(asset=dict(version="2.0"), bufferViews=[], accessors=[], meshes=[], nodes=[], scene=0,
                         scenes=[dict(nodes=[])])

    def view(self, content, **more):
        """Number of a buffer view with some bytes."""
        self.bytes += b"\0" * (-len(self.bytes) % 4)
        self.json["bufferViews"].append(dict(buffer=0, byteOffset=len(self.bytes), byteLength=len(content), **more))
        self.bytes += content
        return len(self.json["bufferViews"]) - 1

    def accessor(self, values, stride=0, **more):
        """Number of an accessor of values [count] or [count, size], at a stride of bytes."""
        values = np.asarray(values)
        values = values[:, None] if values.ndim == 1 else values
        rows = [row.tobytes() for row in values]
        content = b"".join(row.ljust(stride, b"\xab") for row in rows)
        view = self.view(content, **(dict(byteStride=stride) if stride else {}))
        return self.describe(values, bufferView=view, **more)

    def describe(self, values, **more):
        """Number of an accessor of the kind of values [count, size], whose numbers stand elsewhere."""
        self.json["accessors"].append(dict(componentType=COMPONENTS[values.dtype.str[1:]], count=len(values),
                                           type=TYPES[values.shape[1]], **more))
        return len(self.json["accessors"]) - 1

    def mesh(self, *primitives, node=None, **more):
        """Number of the scene's node with a mesh of these primitives."""
        self.json["meshes"].append(dict(primitives=list(primitives), **more))
        return self.node(mesh=len(self.json["meshes"]) - 1, **(node or {}))

    def node(self, in_scene=True, **entry):
        """Number of a node."""
        self.json["nodes"].append(entry)
        if in_scene:
            self.json["scenes"][0]["nodes"].append(len(self.json["nodes"]) - 1)
        return len(self.json["nodes"]) - 1

    def add(self, kind, **entry):
        """Number of an entry of another kind."""
        self.json.setdefault(kind, []).append(entry)
        return len(self.json[kind]) - 1

    def glb(self):
        """The bytes of a glb file."""
        self.json["buffers"] = [dict(byteLength=len(self.bytes))]
        text = json.dumps(self.json).encode()
        text += b" " * (-len(text) % 4)
        numbers = self.bytes + b"\0" * (-len(self.bytes) % 4)
        return (b"glTF" + struct.pack("<II", 2, 28 + len(text) + len(numbers)) + struct.pack("<I", len(text)) + b"JSON"
                + text + struct.pack("<I", len(numbers)) + b"BIN\0" + numbers)

    def gltf(self, uri=None):
        """The bytes of a gltf file that has its numbers at a URI, or within."""
        uri = uri or f"data:application/octet-stream;base64,{base64.b64encode(self.bytes).decode()}"
        return json.dumps({**self.json, "buffers": [dict(uri=uri, byteLength=len(self.bytes))]}).encode()
