"""Triangles to pixels, and back to gradients: the neural mesh renderer (Kato et al. 2018) on the CPU."""
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import torch
from torch.autograd.function import once_differentiable

from utils.renderer import gradient_kernels, kernels

DEFAULT_IMAGE_SIZE = 256
DEFAULT_NEAR = 0.1
DEFAULT_FAR = 100.0

_pool = None  # (threads, executor), made at the first use
_work_space = threading.local()


def rasterize_mesh(vertices, faces, colors=None, image_size=DEFAULT_IMAGE_SIZE, anti_aliasing=True, near=DEFAULT_NEAR,
                   far=DEFAULT_FAR, background_color=(0, 0, 0), fill_back=True, return_depth_and_alpha=True):
    """Draw a batch of projected meshes, nearest face first, one flat colour a face.

    Each view is drawn in one thread, as many at a time as torch has threads. rgb has a gradient with respect to the
    colours; rgb and alpha have the published approximate one with respect to the vertices' x and y; depth has none.

    Args:
        vertices: [B, V, 3] float32 tensor: x and y on the image in [-1, 1], z the depth.
        faces: [B or 1, F, 3] integer tensor.
        colors: [B or 1, F, C] float32 tensor, or with fill_back [B or 1, 2F, C]: the fronts' colours, then
            the backs'. None: no rgb is drawn.
        image_size: pixels a side.
        anti_aliasing: draw twice as many rows and columns, and average 2 x 2 samples.
        near, far: depths between which a face counts.
        background_color: C numbers.
        fill_back: draw the back of every face too.

    Returns:
        rgb [B, C, H, W] or None, depth [B, H, W] or None, alpha [B, H, W] or None; float32, row 0 at the top,
        depth `far` where nothing is drawn.
    """
    if vertices.device.type != "cpu":
        raise ValueError(f"the rasterizer draws on the CPU, and the vertices are on {vertices.device}; "
                         "move them to the CPU first")
    vertices = vertices.float()
    if colors is not None:
        n_colors = faces.shape[1] * (2 if fill_back else 1)
        if colors.shape[1] != n_colors:
            raise ValueError(f"got {colors.shape[1]} colours for {faces.shape[1]} faces with fill_back={fill_back}")
        colors = (colors[:1] if _repeats(colors) else colors).float()
    scene = _Scene(_array(faces[:1] if _repeats(faces) else faces, torch.int32), image_size, 2 if anti_aliasing else 1,
                   np.float32(near), np.float32(far), np.asarray(background_color, dtype=np.float32), fill_back,
                   return_depth_and_alpha)
    if torch.is_grad_enabled() and any(t is not None and t.requires_grad for t in (vertices, colors)):
        return _Rasterize.apply(vertices, colors, scene)
    return _draw(vertices, colors, scene)


@dataclass(frozen=True)
class _Scene:
    """What of a drawing has no gradient: faces [B or 1, F, 3] int32, background_color [C] float32, settings."""
    faces: np.ndarray
    image_size: int
    samples: int  # per pixel and axis
    near: np.float32
    far: np.float32
    background_color: np.ndarray
    fill_back: bool
    depth_and_alpha: bool


class _Rasterize(torch.autograd.Function):
    """Drawing, with the approximate gradient of rgb and alpha in its backward pass."""

    @staticmethod
    def forward(ctx, vertices, colors, scene):
        face_index = torch.empty(len(vertices), (scene.image_size * scene.samples) ** 2, dtype=torch.int32)
        rgb, depth, alpha = _draw(vertices, colors, scene, face_index.numpy())
        ctx.scene = scene
        ctx.save_for_backward(vertices, colors, face_index)
        ctx.set_materialize_grads(False)
        if scene.depth_and_alpha:
            # alpha does not depend on the colours
            ctx.mark_non_differentiable(*((depth,) if ctx.needs_input_grad[0] else (depth, alpha)))
        return rgb, depth, alpha

    @staticmethod
    @once_differentiable
    def backward(ctx, grad_rgb, _, grad_alpha):
        vertices, colors, face_index = ctx.saved_tensors
        grad_colors = grad_vertices = None
        if ctx.needs_input_grad[1] and grad_rgb is not None:
            grad_colors = _color_gradient(colors, ctx.scene, face_index, grad_rgb)
        if ctx.needs_input_grad[0] and (grad_rgb is not None or grad_alpha is not None):
            grad_vertices = _vertex_gradient(vertices, colors, ctx.scene, face_index, grad_rgb, grad_alpha)
        return grad_vertices, grad_colors, None


def _draw(vertices, colors, scene, kept_face_index=None):
    """The images that `rasterize_mesh` returns; `kept_face_index` [B, S * S] int32, if given, is filled."""
    image_size, samples = scene.image_size, scene.samples
    size = image_size * samples
    batch, n_faces = len(vertices), scene.faces.shape[1]
    vertices = _array(vertices)
    depth = alpha = rgb = None
    if scene.depth_and_alpha:
        depth = torch.empty(batch, image_size, image_size)
        alpha = torch.empty(batch, image_size, image_size)
    if colors is not None:
        colors = _array(colors)
        rgb = torch.empty(batch, colors.shape[2], image_size, image_size)
    centres = ((2.0 * np.arange(size) + 1 - size) / size).astype(np.float32)

    def draw_view(view):
        face_index, sample_depth, behind = _buffers(size, n_faces)
        if kept_face_index is not None:
            face_index = kept_face_index[view]
        kernels.draw(vertices[view], scene.faces[view % len(scene.faces)], scene.fill_back, centres, scene.near,
                     scene.far, face_index, sample_depth, behind)
        if rgb is not None and kept_face_index is not None:
            kernels.shade_sampled(face_index, vertices[view], scene.faces[view % len(scene.faces)],
                                  colors[view % len(colors)], scene.background_color, samples, rgb[view].numpy())
        elif rgb is not None:
            kernels.shade(face_index, colors[view % len(colors)], scene.background_color, samples, rgb[view].numpy())
        if scene.depth_and_alpha:
            kernels.shade_depth_and_alpha(face_index, sample_depth, samples, depth[view].numpy(), alpha[view].numpy())

    _run(draw_view, batch)
    return rgb, depth, alpha


def _color_gradient(colors, scene, face_index, grad_rgb):
    """Gradient of rgb with respect to colors: like colors, [B or 1, F or 2F, C]."""
    gradient = torch.zeros(len(grad_rgb), *colors.shape[1:])
    face_index, grad_rgb, views = face_index.numpy(), _array(grad_rgb), gradient.numpy()

    def add_view(view):
        gradient_kernels.color_gradient(face_index[view], grad_rgb[view], scene.samples, views[view])

    _run(add_view, len(views))
    return gradient if len(colors) == len(gradient) else gradient.sum(0, keepdim=True)


def _vertex_gradient(vertices, colors, scene, face_index, grad_rgb, grad_alpha):
    """Gradient of rgb and alpha, one of which may be None, with respect to the vertices: [B, V, 3]."""
    seen, background, grad_image = [], [], []
    if grad_rgb is not None:
        seen.append(colors)
        background.append(scene.background_color)
        grad_image.append(grad_rgb)
    if grad_alpha is not None:
        # one more channel: 1 where there is a face, else 0
        n_faces = scene.faces.shape[1] * (2 if scene.fill_back else 1)
        seen.append(torch.ones(len(seen[0]) if seen else 1, n_faces, 1))
        background.append(np.zeros(1, np.float32))
        grad_image.append(grad_alpha[:, None])
    seen, grad_image = _array(torch.cat(seen, dim=-1)), _array(torch.cat(grad_image, dim=1))
    background = np.concatenate(background)
    gradient = torch.zeros_like(vertices, memory_format=torch.contiguous_format)
    vertices, face_index, views = _array(vertices), face_index.numpy(), gradient.numpy()

    def add_view(view):
        gradient_kernels.edge_gradient(vertices[view], scene.faces[view % len(scene.faces)], face_index[view],
                                       seen[view % len(seen)], background, scene.samples, grad_image[view],
                                       views[view])

    _run(add_view, len(views))
    return gradient


def _repeats(values):
    """Whether a tensor [B, ...] is one element expanded over the batch."""
    return values.shape[0] > 1 and values.stride(0) == 0


def _array(values, dtype=torch.float32):
    return values.detach().to(dtype).contiguous().numpy()


def _buffers(size, n_faces):
    """This thread's work space: face index and depth of size x size samples, and room for n_faces faces."""
    kept = getattr(_work_space, "buffers", None)
    if kept is None or len(kept[0]) != size * size or len(kept[2]) < n_faces:
        kept = _work_space.buffers = (np.empty(size * size, np.int32), np.empty(size * size, np.float32),
                                      np.empty(n_faces, np.int32))
    return kept


def _run(draw_view, batch):
    """Call draw_view(0 .. batch - 1), spread over torch's number of threads."""
    global _pool
    threads = torch.get_num_threads()
    if threads == 1 or batch == 1:
        for view in range(batch):
            draw_view(view)
        return
    if _pool is None or _pool[0] != threads:
        _pool = threads, ThreadPoolExecutor(threads, thread_name_prefix="rasterize")
    for _ in _pool[1].map(draw_view, range(batch)):
        pass
