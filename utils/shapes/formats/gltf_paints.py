"""The colours of glTF primitives: base colours, textures and colours of vertices, as they are displayed."""
from io import BytesIO
from typing import Any

import numpy as np

from ...renderer.io.images import read_image
from ..colors import Paint, decoded, encoded, tinted
from ..mesh import LONGEST_SIDE
from .gltf_file import GltfFile, Json
from .gltf_primitive import Primitive

GLOSSINESS, TRANSFORM = "KHR_materials_pbrSpecularGlossiness", "KHR_texture_transform"
IMAGES = ("EXT_texture_webp", "EXT_texture_avif")  # kinds of images that are read beside png and jpeg
FOR_TEXTURES = {"KHR_texture_basisu", "MSFT_texture_dds"}  # kinds that are not, which a white object does not need
WRAPPINGS = {10497: "repeat", 33648: "mirror", 33071: "clamp"}  # of a sampler (5.26)


class Painter:
    """The colours of primitives, one after the other.

    Attributes:
        paints: of the primitives so far.
        has_colors: whether one has a material, or vertices with colours.
        see_through: names of their materials that are not opaque.
    """

    def __init__(self, file: GltfFile, most_pixels: int) -> None:
        """
        Args:
            file: that the primitives are in.
            most_pixels: that an image may have.
        """
        self.file = file
        self.most_pixels = most_pixels
        self.paints: list[Paint] = []
        self.has_colors = False
        self.see_through: set[str] = set()
        self._images: dict[int, np.ndarray] = {}
        self._tinted: dict[tuple, np.ndarray] = {}

    def add(self, primitive: Primitive, faces: np.ndarray) -> None:
        """Add the colours of a primitive's faces [F, 3]."""
        number = primitive.description.get("material")
        material = {} if number is None else self.file.entry("materials", number)
        self.has_colors |= number is not None or "COLOR_0" in primitive.attributes
        if material.get("alphaMode", "OPAQUE") != "OPAQUE":
            self.see_through.add(str(material.get("name", f"material {number}")))
        pbr, glossy = material.get("pbrMetallicRoughness", {}), material.get("extensions", {}).get(GLOSSINESS)
        factor = np.array(pbr.get("baseColorFactor", [1, 1, 1]), float)[:3]
        texture = pbr.get("baseColorTexture")
        if glossy is not None:
            factor, texture = np.array(glossy.get("diffuseFactor", [1, 1, 1]), float)[:3], glossy.get("diffuseTexture")
        linear = self._vertex_colors(primitive)
        if not (np.isfinite(factor).all() and (linear is None or np.isfinite(linear).all())):
            raise self.file.damaged("a colour is not a finite number")
        if texture is not None:
            uv, image, wrap = self._textured(primitive, texture, factor)
            colors = None if linear is None else encoded(linear)[faces]
            self.paints.append(Paint(len(faces), image, uv[faces], colors, wrap))
        elif linear is not None:
            self.paints.append(Paint(len(faces), colors=encoded(linear * factor)[faces]))
        else:
            self.paints.append(Paint(len(faces), colors=encoded(factor)[None, None]))

    def _vertex_colors(self, primitive: Primitive) -> np.ndarray | None:
        """[V, 3] in linear light; None if there are none.

        Floating-point colours are linear, as the format says. Integers are taken as displayed: so most writers store
        them.
        """
        if "COLOR_0" not in primitive.attributes:
            return None
        values = primitive.integers("COLOR_0")[:, :3]
        if values.dtype.kind == "f":
            return values.astype(np.float64).clip(0, 1)
        return decoded((values / np.iinfo(values.dtype).max).clip(0, 1))

    def _textured(self, primitive: Primitive, info: Json, factor: np.ndarray) -> tuple[np.ndarray, np.ndarray, str]:
        """(coordinates [V, 2] with v upwards, the image times the factor, its wrapping)."""
        texture = self.file.entry("textures", info["index"])
        transform = info.get("extensions", {}).get(TRANSFORM, {})
        attribute = f"TEXCOORD_{transform.get('texCoord', info.get('texCoord', 0))}"
        if attribute not in primitive.attributes:
            raise self.file.damaged(f"a primitive with a texture has no {attribute}")
        uv = primitive.floats(attribute)[:, :2]
        angle, scale = transform.get("rotation", 0), np.array(transform.get("scale", [1, 1]), float)
        turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
        uv = (uv * scale) @ turn.T + np.array(transform.get("offset", [0, 0]), float)
        uv = uv * [1, -1] + [0, 1]
        sampler = self.file.entry("samplers", texture["sampler"]) if "sampler" in texture else {}
        wraps = [WRAPPINGS.get(sampler.get(name, 10497), "repeat") for name in ("wrapS", "wrapT")]
        is_outside = ((uv < 0) | (uv > 1)).any(0)  # along one axis alone, the other's wrapping does not matter
        if wraps[0] != wraps[1] and is_outside.all():
            raise self.file.error(f"an image continues in two ways, {' and '.join(wraps)}, beyond its edges, which is "
                                  "not read; load without `textures`")
        number = self._source(texture)
        if number not in self._images:
            self._images[number] = self._image(self.file.entry("images", number))
        key = (number, *factor)
        if key not in self._tinted:
            self._tinted[key] = tinted(self._images[number], factor)
        return uv, self._tinted[key], wraps[int(is_outside[1])]

    def _source(self, texture: Json) -> Any:
        """The number of a texture's image, in a kind that is read."""
        extensions = texture.get("extensions", {})
        for name in IMAGES:
            if name in extensions:
                return extensions[name]["source"]
        if "source" not in texture:
            kinds = ", ".join(extensions) or "no image"
            raise self.file.error(f"a texture is of another kind than png, jpeg, webp and avif ({kinds[:100]}); save "
                                  "it as one of these, or load without `textures`")
        return texture["source"]

    def _image(self, image: Json) -> np.ndarray:
        """[H, W, 3] in [0, 1], row 0 at the top."""
        if "bufferView" in image:
            content, _ = self.file.buffer_view(image["bufferView"])
        else:
            content = self.file.bytes_at(str(image["uri"]))
        name = f"{self.file.path}: image {image.get('name', image.get('mimeType', ''))}"
        return read_image(BytesIO(content), name, self.most_pixels, LONGEST_SIDE)
