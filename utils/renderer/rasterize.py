"""Triangles to pixels, and back to gradients: the neural mesh renderer (Kato et al. 2018)."""
from dataclasses import dataclass

import torch
from torch import nn
from torch.autograd.function import once_differentiable

from .cpu import backend as cpu

DEFAULT_IMAGE_SIZE = 256
DEFAULT_ANTI_ALIASING = True
DEFAULT_NEAR = 0.1
DEFAULT_FAR = 100
DEFAULT_EPS = 1e-4  # of the functions below; a Renderer has its own
DEFAULT_BACKGROUND_COLOR = (0, 0, 0)


def rasterize_rgbad(faces, textures=None, image_size=DEFAULT_IMAGE_SIZE, anti_aliasing=DEFAULT_ANTI_ALIASING,
                    near=DEFAULT_NEAR, far=DEFAULT_FAR, eps=DEFAULT_EPS, background_color=DEFAULT_BACKGROUND_COLOR,
                    return_rgb=True, return_alpha=True, return_depth=True):
    """Draw faces: colour, alpha and depth images.

    Only the side of a face is drawn from which its corners run counter-clockwise.

    Args:
        faces: [B, F, 3, 3] float tensor, corners: x and y on the image in [-1, 1], z the depth.
        textures: [B, F, t, t, t, 3] float tensor, a colour cube for each face; needed if rgb is wanted.
        image_size: pixels a side.
        anti_aliasing: draw twice as many rows and columns, and average 2 x 2 samples.
        near, far: depths between which a face counts.
        eps: added to distances in the approximate gradient, and how far before its end a colour cube is read.
        background_color: rgb, or [B, 3].
        return_rgb, return_alpha, return_depth: what is wanted.

    Returns:
        A dict: "rgb" [B, 3, H, W], "alpha" [B, H, W] and "depth" [B, H, W], float32, row 0 at the top; None what is
        not wanted. Depth is `far` where nothing is drawn.

    Raises:
        ValueError: for a shape or a type other than these.
    """
    if faces.dim() != 4 or list(faces.shape[2:]) != [3, 3]:
        raise ValueError(f"faces of shape {list(faces.shape)}: expected [B, F, 3, 3], the corners of every face "
                         "(vertices_to_faces makes them)")
    colors = None
    if return_rgb:
        check_textures(textures, *faces.shape[:2])
        if is_flat(textures):
            colors, textures = textures[:, :, 0, 0, 0], None
        else:
            colors = textures.new_ones(1, 1, textures.shape[-1]).expand(1, faces.shape[1], -1)
    n_faces = faces.shape[1]
    corners = torch.arange(3 * n_faces, dtype=torch.int32, device=faces.device).reshape(1, n_faces, 3)
    rgb, depth, alpha = rasterize_mesh(
        faces.reshape(len(faces), -1, 3), corners, colors, image_size, anti_aliasing,
        textures=textures if return_rgb else None, near=near, far=far, eps=eps, background_color=background_color,
        fill_back=False, return_depth=return_depth, return_alpha=return_alpha)
    return {"rgb": rgb, "alpha": alpha, "depth": depth}


def rasterize(faces, textures, image_size=DEFAULT_IMAGE_SIZE, anti_aliasing=DEFAULT_ANTI_ALIASING, near=DEFAULT_NEAR,
              far=DEFAULT_FAR, eps=DEFAULT_EPS, background_color=DEFAULT_BACKGROUND_COLOR):
    """Colour images [B, 3, H, W] of textured faces; arguments as in `rasterize_rgbad`."""
    return rasterize_rgbad(faces, textures, image_size, anti_aliasing, near, far, eps, background_color, True, False,
                           False)["rgb"]


def rasterize_silhouettes(faces, image_size=DEFAULT_IMAGE_SIZE, anti_aliasing=DEFAULT_ANTI_ALIASING,
                          near=DEFAULT_NEAR, far=DEFAULT_FAR, eps=DEFAULT_EPS):
    """Alpha images [B, H, W] of faces; arguments as in `rasterize_rgbad`."""
    return rasterize_rgbad(faces, None, image_size, anti_aliasing, near, far, eps, None, False, True, False)["alpha"]


def rasterize_depth(faces, image_size=DEFAULT_IMAGE_SIZE, anti_aliasing=DEFAULT_ANTI_ALIASING, near=DEFAULT_NEAR,
                    far=DEFAULT_FAR, eps=DEFAULT_EPS):
    """Depth images [B, H, W] of faces; arguments as in `rasterize_rgbad`."""
    return rasterize_rgbad(faces, None, image_size, anti_aliasing, near, far, eps, None, False, False, True)["depth"]


class Rasterize(nn.Module):
    """Faces to samples, as the original's module of this name: no anti-aliasing, row 0 at the bottom, colours last.

    Arguments as in `rasterize_rgbad`. Called with faces [B, F, 3, 3] and textures (or None) it returns rgb
    [B, S, S, 3], alpha [B, S, S] and depth [B, S, S], S being image_size; an empty tensor for what is not wanted.
    """

    def __init__(self, image_size, near, far, eps, background_color, return_rgb=False, return_alpha=False,
                 return_depth=False):
        super().__init__()
        self.image_size = image_size
        self.near = near
        self.far = far
        self.eps = eps
        self.background_color = background_color
        self.return_rgb = return_rgb
        self.return_alpha = return_alpha
        self.return_depth = return_depth

    def forward(self, faces, textures):
        images = rasterize_rgbad(faces, textures, self.image_size, False, self.near, self.far, self.eps,
                                 self.background_color, self.return_rgb, self.return_alpha, self.return_depth)
        rgb, alpha, depth = (faces.new_empty(0) if images[name] is None else images[name].flip(-2)
                             for name in ("rgb", "alpha", "depth"))
        return rgb.permute(0, 2, 3, 1) if self.return_rgb else rgb, alpha, depth


def rasterize_mesh(vertices, faces, colors=None, image_size=DEFAULT_IMAGE_SIZE, anti_aliasing=DEFAULT_ANTI_ALIASING, *,
                   textures=None, near=DEFAULT_NEAR, far=DEFAULT_FAR, eps=1e-3, background_color=0.0,
                   fill_back=True, return_depth=True, return_alpha=True):
    """Draw a batch of projected meshes, nearest face first.

    What has one element for the whole batch, be it expanded or of length 1, is read once. rgb has a gradient with
    respect to the colours and the textures; rgb and alpha have the published approximate one with respect to the
    vertices' x and y; depth has its derivative with respect to x, y and z.

    Args:
        vertices: [B, V, 3] float tensor: x and y on the image in [-1, 1], z the depth.
        faces: [B or 1, F, 3] integer tensor.
        colors: [B or 1, F, C] float tensor, or with fill_back [B or 1, 2F, C]: the fronts' colours, then the backs'.
            None: no rgb is drawn.
        image_size: pixels a side.
        anti_aliasing: draw twice as many rows and columns, and average 2 x 2 samples.
        textures: [B or 1, F, t, t, t, C] float tensor, t > 1: colour cubes that the colours are multiplied with. A
            back is read from its front's cube. None: the faces are flat.
        near, far: depths between which a face counts.
        eps: added to distances in the approximate gradient, and how far before its end a colour cube is read.
        background_color: one number for all channels, C numbers, or [B, C].
        fill_back: draw the back of every face too.
        return_depth, return_alpha: what is wanted besides rgb.

    Returns:
        rgb [B, C, H, W], depth [B, H, W], alpha [B, H, W], None what is not wanted; float32, row 0 at the top, depth
        `far` where nothing is drawn.

    Raises:
        ValueError: for sizes that do not fit each other, and for a device that has no rasterizer.
    """
    if not (isinstance(image_size, int) and image_size > 0):
        raise ValueError(f"image_size {image_size!r}: expected a whole number of pixels above 0")
    check_mesh(vertices, faces)
    vertices = vertices.float()
    faces = once(faces).to(vertices.device, torch.int32)
    background = None
    if colors is not None:
        n_colors = faces.shape[1] * (2 if fill_back else 1)
        if colors.shape[1] != n_colors:
            raise ValueError(f"got {colors.shape[1]} colours for {faces.shape[1]} faces with fill_back={fill_back}")
        colors = once(colors).to(vertices.device, torch.float32)
        background = torch.as_tensor(background_color, dtype=torch.float32, device=vertices.device).detach()
        batch, channels = len(vertices), colors.shape[2]
        if background.shape not in ((), (channels,), (1, channels), (batch, channels)):
            raise ValueError(f"background_color of shape {list(background.shape)}: expected {channels} numbers, or "
                             f"[{batch}, {channels}]")
        background = background.expand(background.shape[0] if background.dim() == 2 else 1, channels)
        if textures is not None:
            textures = once(textures).to(vertices.device, torch.float32)
    scene = Scene(faces, image_size, 2 if anti_aliasing else 1, near, far, eps, background, fill_back, return_depth,
                  return_alpha)
    if torch.is_grad_enabled() and any(t is not None and t.requires_grad for t in (vertices, colors, textures)):
        return _Rasterize.apply(vertices, colors, textures, scene)
    return _backend(vertices).draw(vertices, colors, textures, scene)[:3]


@dataclass(frozen=True)
class Scene:
    """What of a drawing has no gradient."""
    faces: torch.Tensor  # [B or 1, F, 3] int32
    image_size: int
    samples: int  # per pixel and axis
    near: float
    far: float
    eps: float
    background_color: torch.Tensor | None  # [B or 1, C] float32
    fill_back: bool
    with_depth: bool
    with_alpha: bool


class _Rasterize(torch.autograd.Function):
    """Drawing, with its gradient in the backward pass."""

    @staticmethod
    def forward(ctx, vertices, colors, textures, scene):
        rgb, depth, alpha, face_index = _backend(vertices).draw(vertices, colors, textures, scene, True)
        ctx.scene = scene
        ctx.save_for_backward(vertices, colors, textures, face_index)
        ctx.set_materialize_grads(False)
        if not ctx.needs_input_grad[0]:  # depth and alpha do not depend on the colours
            ctx.mark_non_differentiable(*(image for image in (depth, alpha) if image is not None))
        return rgb, depth, alpha

    @staticmethod
    @once_differentiable
    def backward(ctx, grad_rgb, grad_depth, grad_alpha):
        *inputs, face_index = ctx.saved_tensors
        backend = _backend(inputs[0])
        grad_vertices = grad_colors = grad_textures = None
        if grad_rgb is not None and (ctx.needs_input_grad[1] or ctx.needs_input_grad[2]):
            grad_colors, grad_textures = backend.color_gradient(*inputs, ctx.scene, face_index, grad_rgb)
        if ctx.needs_input_grad[0] and any(g is not None for g in (grad_rgb, grad_depth, grad_alpha)):
            grad_vertices = backend.vertex_gradient(*inputs, ctx.scene, face_index, grad_rgb, grad_depth, grad_alpha)
        return grad_vertices, grad_colors, grad_textures, None


def _backend(vertices):
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


def once(values):
    """values [B, ...] as [1, ...] if they are one element expanded over the batch."""
    return values[:1] if len(values) > 1 and repeats(values) else values


def repeats(values):
    """Whether a tensor [B, ...] is one element expanded over the batch."""
    return values.shape[0] == 1 or values.stride(0) == 0


def is_flat(textures):
    """Whether colour cubes [B, F, t, t, t, 3] are made so that each has one colour: t = 1, or expanded to any t."""
    return all(textures.shape[k] == 1 or textures.stride(k) == 0 for k in (2, 3, 4))


def check_mesh(vertices, faces):
    """Raise a ValueError unless vertices are [B, V, 3] and faces integers [B or 1, F, 3] from 0 to V - 1."""
    if vertices.dim() != 3 or vertices.shape[2] != 3:
        raise ValueError(f"vertices of shape {list(vertices.shape)}: expected [B, V, 3]")
    if faces.dim() != 3 or faces.shape[2] != 3 or faces.is_floating_point():
        raise ValueError(f"faces of shape {list(faces.shape)} and type {faces.dtype}: expected integers [B, F, 3]")
    if len(faces) not in (1, len(vertices)):
        raise ValueError(f"vertices of {len(vertices)} meshes and faces of {len(faces)}: expected as many of both")
    if faces.numel():
        low, high = (int(bound) for bound in torch.aminmax(once(faces)))
        if low < 0 or high >= vertices.shape[1]:
            raise ValueError(f"faces have vertices {low} to {high}; there are {vertices.shape[1]}, counted from 0")


def check_textures(textures, batch, n_faces):
    """Raise a ValueError unless the textures are [batch, n_faces, t, t, t, 3]."""
    shape = None if textures is None else list(textures.shape)
    if shape is None:
        raise ValueError("no textures; for rgb give [B, F, t, t, t, 3] (silhouettes and depth need none)")
    if (len(shape) != 6 or shape[:2] != [batch, n_faces] or not shape[2] == shape[3] == shape[4] > 0
            or shape[5] != 3):
        raise ValueError(f"textures of shape {shape}: expected [{batch}, {n_faces}, t, t, t, 3], a cube of colours for "
                         "each face")
