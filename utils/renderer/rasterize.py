"""Triangles to pixels: the forward pass of the neural mesh renderer (Kato et al. 2018) on the CPU."""
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import torch

from utils.renderer import kernels

DEFAULT_IMAGE_SIZE = 256
DEFAULT_NEAR = 0.1
DEFAULT_FAR = 100.0

_pool = None  # (threads, executor), made at the first use
_work_space = threading.local()


def rasterize_mesh(vertices, faces, colors=None, image_size=DEFAULT_IMAGE_SIZE, anti_aliasing=True, near=DEFAULT_NEAR,
                   far=DEFAULT_FAR, background_color=(0, 0, 0), fill_back=True, return_depth_and_alpha=True):
    """Draw a batch of projected meshes, nearest face first, one flat colour a face.

    Each view is drawn in one thread, as many at a time as torch has threads.

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
    samples = 2 if anti_aliasing else 1
    size = image_size * samples
    batch = vertices.shape[0]
    vertices = vertices.detach().contiguous().numpy()
    faces = _shared(faces, torch.int32)
    n_faces = faces.shape[1]
    depth = alpha = rgb = None
    if return_depth_and_alpha:
        depth = torch.empty(batch, image_size, image_size)
        alpha = torch.empty(batch, image_size, image_size)
    if colors is not None:
        colors = _shared(colors, torch.float32)
        if colors.shape[1] != n_faces * (2 if fill_back else 1):
            raise ValueError(f"got {colors.shape[1]} colours for {n_faces} faces with fill_back={fill_back}")
        rgb = torch.empty(batch, colors.shape[2], image_size, image_size)
    background = np.asarray(background_color, dtype=np.float32)
    centres = ((2.0 * np.arange(size) + 1 - size) / size).astype(np.float32)
    near, far = np.float32(near), np.float32(far)

    def draw_view(view):
        face_index, sample_depth, behind = _buffers(size, n_faces)
        kernels.draw(vertices[view], faces[view % len(faces)], fill_back, centres, near, far,
                     face_index, sample_depth, behind)
        if rgb is not None:
            kernels.shade(face_index, colors[view % len(colors)], background, samples, rgb[view].numpy())
        if return_depth_and_alpha:
            kernels.shade_depth_and_alpha(face_index, sample_depth, samples, depth[view].numpy(), alpha[view].numpy())

    _run(draw_view, batch)
    return rgb, depth, alpha


def _shared(values, dtype):
    """A tensor [B or 1, ...] as an array; one that is expanded over the batch is kept once."""
    if values.shape[0] > 1 and values.stride(0) == 0:
        values = values[:1]
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
