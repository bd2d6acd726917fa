"""Primitives that are compressed by Draco (the extension KHR_draco_mesh_compression)."""
from typing import Any

import numpy as np

from .gltf_file import WAY_OUT, GltfFile, Json

DRACO = "KHR_draco_mesh_compression"


def unpacked(file: GltfFile, primitive: Json) -> dict[str, np.ndarray]:
    """The compressed arrays of a primitive: {attribute: [count, size]}, and "indices" [F, 3].

    Integers are as they are. DracoPy decompresses.

    Raises:
        InputError: if DracoPy is not installed, or the data cannot be decompressed.
    """
    extension: Any = primitive["extensions"][DRACO]
    content, _ = file.buffer_view(extension.get("bufferView"))
    try:
        import DracoPy
    except ImportError:
        raise file.error(f"is compressed by Draco ({DRACO}), which needs DracoPy: pip install DracoPy. Or {WAY_OUT}"
                         ) from None
    try:
        found = DracoPy.decode(content)
        arrays = {name: np.asarray(found.get_attribute_by_unique_id(number)["data"])
                  for name, number in extension["attributes"].items()}
        arrays["indices"] = np.asarray(found.faces).astype(np.int64)
    except Exception as error:  # whatever a broken stream raises
        raise file.error(f"its Draco data ({DRACO}) cannot be decompressed ({' '.join(str(error).split())[:100]}); "
                         f"{WAY_OUT}") from None
    return arrays
