"""Triangles to pixels, and back to gradients: the neural mesh renderer (Kato et al. 2018)."""
from dataclasses import replace
from numbers import Integral
from types import ModuleType
from typing import Any

import torch
from torch import nn

from .cpu import backend as cpu
from .modes import once_differentiable, untraced
from .scene import DEFAULT_ANTI_ALIASING, DEFAULT_FAR, DEFAULT_IMAGE_SIZE, DEFAULT_NEAR, Scene
from .tensors import (
    Numbers,
    check_mesh,
    check_plain,
    check_tensors,
    check_textures,
    differ_in_color,
    is_flat,
    once,
    wants_gradient,
)
from .texture_map import TextureMap

DEFAULT_EPS = 1e-4  # of the published functions; a Renderer has its own
DEFAULT_BACKGROUND_COLOR = (0, 0, 0)


@untraced
def rasterize_rgbad(faces: torch.Tensor, textures: torch.Tensor | TextureMap | None = None,
                    image_size: int = DEFAULT_IMAGE_SIZE,
                    anti_aliasing: bool = DEFAULT_ANTI_ALIASING, near: float = DEFAULT_NEAR, far: float = DEFAULT_FAR,
                    eps: float = DEFAULT_EPS, background_color: Numbers | None = DEFAULT_BACKGROUND_COLOR,
                    return_rgb: bool = True, return_alpha: bool = True, return_depth: bool = True,
                    ) -> dict[str, torch.Tensor | None]:
    """Draw faces: colour, alpha and depth images.

    A face is drawn from the side from which its corners run counter-clockwise, and from no other.

    Args:
        faces: [B, F, 3, 3] float tensor, corners: x and y on the image in [-1, 1], z the depth.
        textures: [B, F, t, t, t, 3] float tensor, a colour cube for each face, or a TextureMap; needed for rgb.
        image_size: pixels a side.
        anti_aliasing: draw twice as many rows and columns, and average 2 x 2 samples.
        near, far: depths between which a face counts.
        eps: added to distances in the approximate gradient, and how far before its end a colour cube is read.
        background_color: rgb, or [B, 3].
        return_rgb, return_alpha, return_depth: the images that are wanted.

    Returns:
        A dict: "rgb" [B, 3, H, W], "alpha" [B, H, W] and "depth" [B, H, W], float32, row 0 at the top; None for
        what is not wanted. Depth is `far` where nothing is drawn.

    Raises:
        ValueError: for a shape or a type other than these.
    """
    check_tensors(faces=faces, textures=textures)
    if faces.dim() != 4 or list(faces.shape[2:]) != [3, 3]:
        raise ValueError(f"faces of shape {list(faces.shape)}: expected [B, F, 3, 3], the corners of every face "
                         "(vertices_to_faces makes them)")
    colors = texels = layout = None
    first_of_coincident = False
    if return_rgb:
        textures = check_textures(textures, *faces.shape[:2])
        first_of_coincident = differ_in_color(textures)
        if isinstance(textures, TextureMap):
            textures = textures.to(faces.device)
            colors, texels, layout = textures.corner_colors(fill_back=False), textures.texels, textures.layout
        elif is_flat(textures):
            colors = textures[:, :, 0, 0, 0]
        else:
            colors, texels = textures.new_ones(1, 1, textures.shape[-1]).expand(1, faces.shape[1], -1), textures
    n_faces = faces.shape[1]
    corners = torch.arange(3 * n_faces, dtype=torch.int32, device=faces.device).reshape(1, n_faces, 3)
    scene = Scene(corners, image_size, anti_aliasing, near, far, eps, background_color, fill_back=False,
                  with_depth=return_depth, with_alpha=return_alpha, first_of_coincident=first_of_coincident,
                  layout=layout)
    rgb, depth, alpha = rasterize_mesh(faces.reshape(len(faces), -1, 3), colors, texels, scene)
    return {"rgb": rgb, "alpha": alpha, "depth": depth}


def rasterize(faces: torch.Tensor, textures: torch.Tensor | TextureMap, image_size: int = DEFAULT_IMAGE_SIZE,
              anti_aliasing: bool = DEFAULT_ANTI_ALIASING, near: float = DEFAULT_NEAR, far: float = DEFAULT_FAR,
              eps: float = DEFAULT_EPS, background_color: Numbers = DEFAULT_BACKGROUND_COLOR) -> torch.Tensor:
    """Colour images [B, 3, H, W] of textured faces; arguments as in `rasterize_rgbad`."""
    return rasterize_rgbad(faces, textures, image_size, anti_aliasing, near, far, eps, background_color, True, False,
                           False)["rgb"]


def rasterize_silhouettes(faces: torch.Tensor, image_size: int = DEFAULT_IMAGE_SIZE,
                          anti_aliasing: bool = DEFAULT_ANTI_ALIASING, near: float = DEFAULT_NEAR,
                          far: float = DEFAULT_FAR, eps: float = DEFAULT_EPS) -> torch.Tensor:
    """Alpha images [B, H, W] of faces; arguments as in `rasterize_rgbad`."""
    return rasterize_rgbad(faces, None, image_size, anti_aliasing, near, far, eps, None, False, True, False)["alpha"]


def rasterize_depth(faces: torch.Tensor, image_size: int = DEFAULT_IMAGE_SIZE,
                    anti_aliasing: bool = DEFAULT_ANTI_ALIASING, near: float = DEFAULT_NEAR, far: float = DEFAULT_FAR,
                    eps: float = DEFAULT_EPS) -> torch.Tensor:
    """Depth images [B, H, W] of faces; arguments as in `rasterize_rgbad`."""
    return rasterize_rgbad(faces, None, image_size, anti_aliasing, near, far, eps, None, False, False, True)["depth"]


class Rasterize(nn.Module):
    """Faces to samples, as the original's module of this name: no anti-aliasing, row 0 at the bottom, colours last.

    Arguments as in `rasterize_rgbad`. It is called with faces [B, F, 3, 3] and textures (or None). It returns rgb
    [B, S, S, 3], alpha [B, S, S] and depth [B, S, S], where S is image_size; an empty tensor for what is not wanted.
    """

    def __init__(self, image_size: int, near: float, far: float, eps: float, background_color: Numbers,
                 return_rgb: bool = False, return_alpha: bool = False, return_depth: bool = False) -> None:
        super().__init__()
        self.image_size = image_size
        self.near = near
        self.far = far
        self.eps = eps
        self.background_color = background_color
        self.return_rgb = return_rgb
        self.return_alpha = return_alpha
        self.return_depth = return_depth

    def forward(self, faces: torch.Tensor, textures: torch.Tensor | TextureMap | None,
                ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        images = rasterize_rgbad(faces, textures, self.image_size, False, self.near, self.far, self.eps,
                                 self.background_color, self.return_rgb, self.return_alpha, self.return_depth)
        rgb, alpha, depth = (faces.new_empty(0) if image is None else image.flip(-2)
                             for image in (images["rgb"], images["alpha"], images["depth"]))
        return rgb.permute(0, 2, 3, 1) if self.return_rgb else rgb, alpha, depth


def rasterize_mesh(vertices: torch.Tensor, colors: torch.Tensor | None, textures: torch.Tensor | None, scene: Scene,
                   ) -> tuple[torch.Tensor | None, torch.Tensor | None, torch.Tensor | None]:
    """Draw a batch of projected meshes, nearest face first.

    A tensor with one element for the whole batch, expanded or of length 1, is read once. rgb has a gradient with
    respect to the colours, the textures and the background's colour. rgb and alpha have the published approximate one
    with respect to the vertices' x and y. Depth has its derivative with respect to x, y and z.

    Args:
        vertices: [B, V, 3] float tensor: x and y on the image in [-1, 1], z the depth.
        colors: [B or 1, F, C] float tensor, or with scene.fill_back [B or 1, 2F, C]: the fronts' colours, then the
            backs'. None: no rgb is drawn.
        textures: [B or 1, F, t, t, t, C] float tensor, t > 1: colour cubes that the colours are multiplied with. A
            back is read from its front's cube. With scene.layout the texels of the texture map, [B or 1, T, 3]. None:
            the faces are flat.
        scene: the faces, and how they are drawn.

    Returns:
        rgb [B, C, H, W], depth [B, H, W], alpha [B, H, W], None for what is not wanted; float32, row 0 at the top,
        depth `far` where nothing is drawn.

    Raises:
        ValueError: for sizes that do not fit each other, and for a device that has no rasterizer.
        RuntimeError: for tensors of torch.func.
    """
    if not (isinstance(scene.image_size, Integral) and scene.image_size > 0):
        raise ValueError(f"image_size {scene.image_size!r}: expected a whole number of pixels above 0")
    check_mesh(vertices, scene.faces)
    check_plain(colors, textures, *filter(torch.is_tensor, [scene.background_color]))
    vertices = vertices.float()
    with_alpha = scene.with_alpha
    background = None if colors is None else _background(vertices, colors, scene)
    is_learnt = wants_gradient(background)
    scene = replace(scene, image_size=int(scene.image_size), with_alpha=with_alpha or is_learnt,
                    faces=once(scene.faces).to(vertices.device, torch.int32),
                    background_color=None if background is None else background.detach())
    if colors is None:
        textures = None
    else:
        colors = once(colors).to(vertices.device, torch.float32)
        if scene.layout is not None and colors.shape[2] == 1:
            colors = colors[:, :, 0]
        if textures is not None:
            textures = once(textures).to(vertices.device, torch.float32)
    if wants_gradient(vertices, colors, textures):
        rgb, depth, alpha = _Rasterize.apply(vertices, colors, textures, scene)
    else:
        rgb, depth, alpha, _ = _backend(vertices).draw(vertices, colors, textures, scene)
    if background is not None and is_learnt:
        # Its share of a pixel is what no face covers. It is drawn already: this adds 0, and a gradient.
        rgb = rgb + (1 - alpha.detach())[:, None] * (background - background.detach())[:, :, None, None]
    return rgb, depth, alpha if with_alpha else None


def _background(vertices: torch.Tensor, colors: torch.Tensor, scene: Scene) -> torch.Tensor:
    """The background's colour [B or 1, C] for colours [B or 1, F or 2F, C], whose number is checked too."""
    n_faces = scene.faces.shape[1]
    if colors.shape[1] != n_faces * (2 if scene.fill_back else 1):
        raise ValueError(f"got {colors.shape[1]} colours for {n_faces} faces with fill_back={scene.fill_back}")
    color = torch.as_tensor(scene.background_color, dtype=torch.float32, device=vertices.device)
    batch, channels = len(vertices), colors.shape[-1]
    if color.shape not in ((), (channels,), (1, channels), (batch, channels)):
        raise ValueError(f"background_color of shape {list(color.shape)}: expected {channels} numbers, or "
                         f"[{batch}, {channels}]")
    return color.expand(color.shape[0] if color.dim() == 2 else 1, channels)


class _Rasterize(torch.autograd.Function):
    """Drawing, with its gradient in the backward pass."""

    @staticmethod
    def forward(ctx: Any, vertices: torch.Tensor, colors: torch.Tensor | None, textures: torch.Tensor | None,
                scene: Scene) -> tuple[torch.Tensor | None, ...]:
        rgb, depth, alpha, face_index = _backend(vertices).draw(vertices, colors, textures, scene, True)
        ctx.scene = scene
        ctx.save_for_backward(vertices, colors, textures, face_index)
        ctx.set_materialize_grads(False)
        if not ctx.needs_input_grad[0]:  # depth and alpha do not depend on the colours
            ctx.mark_non_differentiable(*(image for image in (depth, alpha) if image is not None))
        return rgb, depth, alpha

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad_rgb: torch.Tensor | None, grad_depth: torch.Tensor | None,
                 grad_alpha: torch.Tensor | None) -> tuple[torch.Tensor | None, ...]:
        *inputs, face_index = ctx.saved_tensors
        backend = _backend(inputs[0])
        grad_vertices = grad_colors = grad_textures = None
        if grad_rgb is not None and (ctx.needs_input_grad[1] or ctx.needs_input_grad[2]):
            grad_colors, grad_textures = backend.color_gradient(*inputs, ctx.scene, face_index, grad_rgb)
        if ctx.needs_input_grad[0] and any(g is not None for g in (grad_rgb, grad_depth, grad_alpha)):
            grad_vertices = backend.vertex_gradient(*inputs, ctx.scene, face_index, grad_rgb, grad_depth, grad_alpha)
        return grad_vertices, grad_colors, grad_textures, None


def _backend(vertices: torch.Tensor) -> ModuleType:
    """The module that draws on the tensors' device: `draw`, `color_gradient` and `vertex_gradient`."""
    if vertices.device.type == "cpu":
        return cpu
    if vertices.device.type != "cuda":
        raise ValueError(f"the rasterizer draws on the CPU and on CUDA GPUs, and the vertices are on {vertices.device}"
                         "; move them first")
    try:
        from .cuda import backend as cuda  # Triton is only there where torch was built for GPUs
    except ImportError as error:
        raise RuntimeError(f"drawing on {vertices.device} needs Triton, which cannot be imported ({error}): "
                           "pip install triton (on Windows: triton-windows), or draw on the CPU") from None
    return cuda
