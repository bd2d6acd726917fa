"""Images laid over a mesh's faces, and their mip levels."""
from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch.nn.functional import pad

from .rules import CLAMP, MIRROR, REPEAT

WRAPS = {"repeat": REPEAT, "mirror": MIRROR, "clamp": CLAMP}
FILTERS = ("bilinear", "nearest")
AFTER_LAST = 2  # texels behind the last one: kernels read whole vectors


@dataclass(frozen=True)
class Layout:
    """All that is known of a texture map but its texels and colours.

    Attributes:
        uv: [F, 3, 2] float32, the corners' coordinates, v downwards. Where `wrap` is CLAMP they are in [0, 1].
        wrap: [F, 2] int32, the rule by which each axis's coordinates between the corners are brought into [0, 1].
        image: [F] int32, the number of each face's image.
        first: [N + 1] int32, the number of each image's first level, and the number of levels.
        start: [L] int64, the number of each level's first texel.
        size: [L, 2] int32, its columns and rows in memory, 2 at least.
        steps: [L, 2] float32, texels from its first column to its last, and from its first row to its last.
        is_nearest: take the nearest texel; False: interpolate between four.
    """
    uv: torch.Tensor
    wrap: torch.Tensor
    image: torch.Tensor
    first: torch.Tensor
    start: torch.Tensor
    size: torch.Tensor
    steps: torch.Tensor
    is_nearest: bool

    def to(self, device: torch.device | str) -> "Layout":
        """The same with its tensors on a device."""
        return replace(self, **{name: v.to(device) for name, v in vars(self).items() if torch.is_tensor(v)})


class TextureMap:
    """Images, and where the faces of a mesh are in them: textures that every sample reads for itself.

    A coordinate of 0 is the centre of the first texel, 1 that of the last, as in `load_obj`. Coordinates between the
    corners are in perspective. A sample whose share of the face covers several texels reads a smaller copy of the image
    (a mip level), so that a fine texture does not flicker as the camera moves. Gradients reach the images and the
    colours. The coordinates have none.

    A texture map does not change. Its levels are made once, when it is made.

    Attributes:
        n_faces: F.
        texels: [B or 1, T, 3] float32, the texels of all levels of all images.
        colors: [F, 1 or 3, 3] float32, or None.
        layout: a Layout.
    """

    def __init__(self, image: torch.Tensor | Sequence[torch.Tensor], uv: torch.Tensor,
                 material: torch.Tensor | None = None, colors: torch.Tensor | None = None,
                 wrap: str | Sequence[str] = "repeat", filter: str = "bilinear", mipmaps: bool = True) -> None:
        """
        Args:
            image: [B or 1, 3, H, W] float tensor, row 0 at the top, or several of any sizes.
            uv: [F, 3, 2] float tensor, the corners' (u, v): (0, 0) is the bottom left, (1, 1) the top right.
            material: [F] integer tensor, the number of each face's image; -1 stands for white. None: the first image.
            colors: [F, 1, 3] or [F, 3, 3] float tensor, colours of faces or of their corners that the image is
                multiplied with. None: white.
            wrap: what coordinates outside of [0, 1] stand for, "repeat", "mirror" or "clamp"; one for each image, or
                one for all.
            filter: "bilinear", or "nearest" for the nearest texel.
            mipmaps: make mip levels, and read them.

        Raises:
            ValueError: for other values, or tensors of other shapes.
        """
        images = [image] if torch.is_tensor(image) else list(image)
        wraps = [wrap] * len(images) if isinstance(wrap, str) else list(wrap)
        self.n_faces = _check(images, uv, material, colors, wraps, filter)
        levels = [_levels(one.float(), mipmaps) for one in (*images, torch.ones(1, 3, 1, 1, device=uv.device))]
        if material is None:
            material = torch.zeros(self.n_faces, dtype=torch.int64, device=uv.device)
        material = torch.where(material < 0, len(images), material)
        codes = torch.tensor([WRAPS[name] for name in (*wraps, "clamp")], device=uv.device)[material]
        placed, rules = _placed(uv.detach(), codes)
        every = [level for of_image in levels for level in of_image]
        counts = torch.tensor([0, *map(len, levels)]).cumsum(0).int()
        sizes = torch.tensor([[max(n, 2) for n in (level.shape[3], level.shape[2])] for level in every])
        starts = torch.cat((torch.zeros(1, dtype=torch.int64), sizes.prod(1).cumsum(0)[:-1]))
        steps = torch.tensor([[level.shape[3] - 1, level.shape[2] - 1] for level in every], dtype=torch.float32)
        self.texels = _packed(every)
        self.colors = None if colors is None else colors.float().contiguous()
        self.layout = Layout(placed, rules, material.int(), counts, starts, sizes.int(), steps, filter == "nearest"
                             ).to(uv.device)

    @property
    def device(self) -> torch.device:
        """Where its tensors are."""
        return self.texels.device

    @property
    def tensors(self) -> tuple[torch.Tensor | None, ...]:
        """All that it is made of: two texture maps of equal tensors show the same."""
        of_layout = [torch.as_tensor(value) for value in vars(self.layout).values()]
        return self.texels, self.colors, *of_layout

    def corner_colors(self, fill_back: bool) -> torch.Tensor:
        """What the images are multiplied with: [1, F, 1 or 3, 3], or with fill_back [1, 2F, 1 or 3, 3]."""
        colors = self.texels.new_ones(self.n_faces, 1, 3) if self.colors is None else self.colors
        return torch.cat((colors, colors.flip(1)))[None] if fill_back else colors[None]

    def to(self, device: torch.device | str) -> "TextureMap":
        """The same texture map with its tensors on a device."""
        moved = object.__new__(TextureMap)
        moved.n_faces, moved.texels, moved.layout = self.n_faces, self.texels.to(device), self.layout.to(device)
        moved.colors = None if self.colors is None else self.colors.to(device)
        return moved


def _check(images, uv, material, colors, wraps, filter):
    """The number of faces, if what a texture map is made of fits."""
    tensors = (*images, uv, *(t for t in (material, colors) if t is not None))
    for given in tensors:
        if not torch.is_tensor(given):
            raise ValueError(f"a texture map is made of tensors, and was given a {type(given).__name__}")
    for image in images:
        if image.dim() != 4 or image.shape[1] != 3 or 0 in image.shape or not image.is_floating_point():
            raise ValueError(f"image of shape {list(image.shape)} and type {image.dtype}: expected floats "
                             "[B or 1, 3, H, W]")
    if len({len(image) for image in images} - {1}) > 1:
        raise ValueError(f"images of {', '.join(str(len(image)) for image in images)} views: expected B or 1 of each")
    if uv.dim() != 3 or list(uv.shape[1:]) != [3, 2] or not uv.is_floating_point():
        raise ValueError(f"uv of shape {list(uv.shape)} and type {uv.dtype}: expected floats [F, 3, 2]")
    if not bool(torch.isfinite(uv).all()):
        raise ValueError("uv has a coordinate that is not a finite number")
    if uv.requires_grad:
        raise ValueError("uv asks for a gradient, and texture coordinates have none; give uv.detach()")
    n_faces = len(uv)
    if material is None and not images and n_faces:
        raise ValueError("no image, and no material; give an image, or material -1 for faces without one")
    if material is not None and (list(material.shape) != [n_faces] or material.is_floating_point()
                                 or bool(((material < -1) | (material >= len(images))).any())):
        raise ValueError(f"material of shape {list(material.shape)} and type {material.dtype}: expected [{n_faces}] "
                         f"integers from -1 to {len(images) - 1}")
    if colors is not None and list(colors.shape) not in ([n_faces, 1, 3], [n_faces, 3, 3]):
        raise ValueError(f"colors of shape {list(colors.shape)}: expected [{n_faces}, 1, 3] or [{n_faces}, 3, 3]")
    if len(wraps) != len(images) or not set(wraps) <= WRAPS.keys():
        raise ValueError(f"wrap {', '.join(map(repr, wraps))}: expected one of {', '.join(WRAPS)} for each image")
    if filter not in FILTERS:
        raise ValueError(f"filter {filter!r} is not known; expected one of {', '.join(FILTERS)}")
    return n_faces


def _levels(image, mipmaps):
    """An image [B, 3, H, W] and, with mipmaps, its smaller copies down to one texel."""
    levels = [image]
    while mipmaps and max(levels[-1].shape[2:]) > 1:
        larger = levels[-1]
        height, width = larger.shape[2:]
        # An odd row or column counts twice. Of a single one, the two are the same.
        larger = pad(larger, (0, width % 2, 0, height % 2), mode="replicate")
        levels.append((larger[..., ::2, ::2] + larger[..., ::2, 1::2]
                       + larger[..., 1::2, ::2] + larger[..., 1::2, 1::2]) * 0.25)
    return levels


def _packed(levels):
    """Levels [B or 1, 3, H, W] one after the other, row by row: [B or 1, T, 3]. A single row or column is doubled."""
    batch = max(len(level) for level in levels)
    texels = []
    for level in levels:
        level = pad(level, (0, int(level.shape[3] == 1), 0, int(level.shape[2] == 1)), mode="replicate")
        texels.append(level.permute(0, 2, 3, 1).reshape(len(level), -1, 3).expand(batch, -1, -1))
    return torch.cat((*texels, texels[-1].new_zeros(batch, AFTER_LAST, 3)), dim=1)


def _placed(uv, codes):
    """Coordinates as in Layout.uv, and the rules for those between the corners, Layout.wrap.

    Most faces lie in one period of their image. Their coordinates are brought into [0, 1] here, so that rounding
    between the corners cannot lead over its border.

    Args:
        uv: [F, 3, 2].
        codes: [F], of each face's image.
    """
    uv = torch.stack((uv[..., 0].double(), 1 - uv[..., 1].double()), dim=-1)
    codes = codes[:, None].expand(-1, 2)
    least, most = uv.amin(1), uv.amax(1)
    period = torch.where(codes == MIRROR, 2.0, 1.0).double()
    # A face from 0 to 1 stays where it is. Any other begins in the first period.
    begin = torch.where((codes == CLAMP) | (least >= 0) & (most <= 1), 0.0, (least / period).floor() * period)
    uv, least, most = uv - begin[:, None], least - begin, most - begin
    turned = (codes == MIRROR) & (least >= 1) & (most <= 2)
    uv = torch.where(turned[:, None], 2 - uv, uv)
    fits = turned | (most <= 1)
    wrap = torch.where(fits, CLAMP, codes)
    return uv.float().contiguous(), wrap.int().contiguous()
