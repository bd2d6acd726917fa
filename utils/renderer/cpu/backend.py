"""The rasterizer on the CPU: tensors in, tensors out, each view drawn in one thread by the kernels."""
import math
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import torch

from ..rules import BACKGROUND, sample_centre
from ..scene import Scene
from . import gradient_kernels, image_kernels, kernels
from .vectors import LANES

_pool = None  # (threads, executor), made at the first use
_last_faces = None, None  # those of the mesh that was drawn last, and what `_with_back` knows of them
_last_firsts: tuple[Any, ...] = None, False, None  # what `_first_of_each` was given last, and its answer
_of_thread = threading.local()


def draw(vertices: torch.Tensor, colors: torch.Tensor | None, textures: torch.Tensor | None, scene: Scene,
         keep_face_index: bool = False) -> tuple[torch.Tensor | None, ...]:
    """Draw a batch of views.

    Args:
        vertices: [B, V, 3] float32.
        colors: [B or 1, F or 2F, C] float32, or None.
            With scene.layout also [B or 1, F or 2F, 3, 3], of the corners.
        textures: [B or 1, F, T, T, T, C] float32, with scene.layout texels [B or 1, T, 3], or None.
        scene: the faces, and how they are drawn.
        keep_face_index: for a gradient: return it too, and sample flat colours as `kernels.shade_sampled` does.

    Returns:
        rgb [B, C, H, W], depth [B, H, W], alpha [B, H, W], each None if it is not wanted, and the face index
        [B, S * S] int32 or None.

    Raises:
        ValueError: for colour cubes that are too large.
    """
    image_size, samples, size, eps = scene.image_size, scene.samples, scene.size, np.float32(scene.eps)
    vertices, faces, colors, textures = map(_array, (vertices, scene.faces, colors, textures))
    layout = None if scene.layout is None else image_kernels.arguments(scene.layout)
    if layout is None and textures is not None and math.prod(textures.shape[2:]) > kernels.LARGEST_CUBE:
        raise ValueError(f"colour cubes of shape {list(textures.shape[2:])}: on the CPU a cube has at most "
                         f"{kernels.LARGEST_CUBE:,} numbers; give fewer cells")
    background = _array(scene.background_color)
    batch, n_faces = len(vertices), faces.shape[1]
    depth = torch.empty(batch, image_size, image_size) if scene.with_depth else None
    alpha = torch.empty(batch, image_size, image_size) if scene.with_alpha else None
    rgb = None if colors is None else torch.empty(batch, colors.shape[2], image_size, image_size)
    kept = torch.empty(batch, size * size, dtype=torch.int32) if keep_face_index else None
    images = [None if image is None else image.numpy() for image in (rgb, depth, alpha, kept)]
    near, far = np.float32(scene.near), np.float32(scene.far)
    centres = _centres(size)
    drawn, with_back, numbers = _sides(faces, scene)
    coincide = n_faces if scene.first_of_coincident else None
    # Where only a flat grey is wanted, samples keep it in place of their face.
    only_grey = (colors is not None and colors.shape[2] == 1
                 and textures is None and not keep_face_index and alpha is None and not scene.first_of_coincident)

    def draw_view(view):
        space = _work_space(len(centres), vertices.shape[1], n_faces)
        of_rgb, of_depth, of_alpha, of_kept = (None if image is None else image[view] for image in images)
        mesh = vertices[view], faces[view % len(faces)]
        written, empty = numbers[view % len(numbers)], np.int32(BACKGROUND)
        if only_grey:
            written = colors[view % len(colors), :, 0].view(np.int32)
            empty = background[view % len(background), 0].view(np.int32)
        kernels.draw(vertices[view], drawn[view % len(drawn)], with_back, size, centres, near, far, written, empty,
                     coincide, *space)
        face_index, sample_depth, box, *_ = space
        if len(centres) > size:  # an image smaller than a vector
            face_index, sample_depth = (samples.reshape(len(centres), -1)[:size, :size].ravel()
                                        for samples in (face_index, sample_depth))
        if keep_face_index:
            kernels.keep(face_index, box, of_kept)
        if of_rgb is not None:
            paint = colors[view % len(colors)], background[view % len(background)], samples
            if only_grey:
                kernels.shade_grey(face_index.view(np.float32), empty.view(np.float32), samples, box, of_rgb[0])
            elif layout is not None:
                image_kernels.shade_images(face_index, *mesh, textures[view % len(textures)], *layout, *paint, box,
                                           of_rgb)
            elif textures is not None:
                kernels.shade_textured(face_index, *mesh, textures[view % len(textures)], *paint, eps, box, of_rgb)
            elif keep_face_index:
                kernels.shade_sampled(face_index, *mesh, *paint, eps, box, of_rgb)
            else:
                kernels.shade(face_index, *paint, box, of_rgb)
        if of_depth is not None:
            kernels.shade_depth(sample_depth, far, samples, box, of_depth)
        if of_alpha is not None:
            kernels.shade_alpha(face_index, samples, box, of_alpha)

    _run(draw_view, batch)
    return rgb, depth, alpha, kept


def color_gradient(vertices: torch.Tensor, colors: torch.Tensor, textures: torch.Tensor | None, scene: Scene,
                   face_index: torch.Tensor, grad_rgb: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor | None]:
    """Gradient of rgb with respect to the colours and, where there are any, the textures.

    Args:
        vertices, colors, textures, scene, face_index: as given to `draw` and returned by it.
        grad_rgb: [B, C, H, W].

    Returns:
        Two tensors, like colors and like textures (or None).
    """
    batch = len(grad_rgb)
    if textures is not None:
        return _texture_gradient(vertices, colors, textures, scene, face_index, grad_rgb)
    gradient = torch.zeros(batch, *colors.shape[1:])
    face_index, grad_rgb, views = face_index.numpy(), _array(grad_rgb), gradient.numpy()

    def add_view(view):
        gradient_kernels.color_gradient(face_index[view], grad_rgb[view], scene.samples, views[view])

    _run(add_view, batch)
    return gradient if len(colors) == batch else gradient.sum(0, keepdim=True), None


def _texture_gradient(vertices, colors, textures, scene, face_index, grad_rgb):
    grad_colors = torch.zeros(len(grad_rgb), *colors.shape[1:])
    grad_textures = torch.zeros(textures.shape)
    shared = len(textures) < len(grad_rgb)
    views_of_colors, views_of_textures = grad_colors.numpy(), grad_textures.numpy()
    vertices, faces, colors_, textures = map(_array, (vertices, scene.faces, colors, textures))
    face_index, grad_rgb = face_index.numpy(), _array(grad_rgb)
    layout = None if scene.layout is None else image_kernels.arguments(scene.layout)

    def add_view(view):
        mesh = face_index[view], vertices[view], faces[view % len(faces)]
        texture, color = textures[view % len(textures)], colors_[view % len(colors_)]
        added_to = views_of_textures[view % len(textures)], views_of_colors[view]
        if layout is not None:
            image_kernels.image_gradient(*mesh, texture, *layout, color, grad_rgb[view], scene.samples, *added_to)
        else:
            gradient_kernels.texture_gradient(*mesh, texture, color, grad_rgb[view], scene.samples,
                                              np.float32(scene.eps), *added_to)

    # Views that share their textures add to the same numbers. They take turns.
    _run(add_view, len(grad_rgb), in_turn=shared)
    return grad_colors if len(colors) == len(grad_colors) else grad_colors.sum(0, keepdim=True), grad_textures


def vertex_gradient(vertices: torch.Tensor, colors: torch.Tensor | None, textures: torch.Tensor | None, scene: Scene,
                    face_index: torch.Tensor, grad_rgb: torch.Tensor | None, grad_depth: torch.Tensor | None,
                    grad_alpha: torch.Tensor | None) -> torch.Tensor:
    """Gradient with respect to the vertices: the approximate one of rgb and alpha, the derivative of depth.

    Args:
        vertices, colors, textures, scene, face_index: as given to `draw` and returned by it.
        grad_rgb, grad_depth, grad_alpha: [B, C, H, W], [B, H, W] and [B, H, W]; each may be None.

    Returns:
        [B, V, 3].
    """
    samples, size, eps = scene.samples, scene.size, np.float32(scene.eps)
    gradient = torch.zeros_like(vertices, memory_format=torch.contiguous_format)
    vertices, faces, textures = map(_array, (vertices, scene.faces, textures))
    face_index, views = face_index.numpy(), gradient.numpy()
    moved_by_edges = [g for g in (grad_rgb, None if grad_alpha is None else grad_alpha[:, None]) if g is not None]
    if moved_by_edges:
        grad_image = _array(torch.cat(moved_by_edges, dim=1) if len(moved_by_edges) > 1 else moved_by_edges[0])
        shown, background = _flat_channels(colors, scene, grad_rgb is not None, grad_alpha is not None)
        layout = None if scene.layout is None else image_kernels.arguments(scene.layout)
        lit: Any = _array(colors)
    grad_depth = _array(grad_depth)
    everywhere = np.array([0, size, 0, size])

    def add_view(view):
        mesh = vertices[view], faces[view % len(faces)]
        if moved_by_edges:
            paint = shown[view % len(shown)], background[view % len(background)]
            n_textured = 0 if textures is None or grad_rgb is None else textures.shape[-1]
            image = np.empty((n_textured, size, size), np.float32)
            if n_textured and layout is not None:
                image_kernels.shade_images(face_index[view], *mesh, textures[view % len(textures)], *layout,
                                           lit[view % len(lit)], background[view % len(background)], 1, everywhere,
                                           image)
            elif n_textured:
                kernels.shade_textured(face_index[view], *mesh, textures[view % len(textures)], *paint, 1, eps,
                                       everywhere, image)
            space = _kept(gradient_kernels.edge_space, size, samples, grad_image.shape[1], eps)
            place = _kept(gradient_kernels.places, 2 << faces.shape[1].bit_length())
            gradient_kernels.edge_gradient(*mesh, face_index[view], *paint, image, samples, eps, grad_image[view],
                                           space, place, views[view])
        if grad_depth is not None:
            gradient_kernels.depth_gradient(*mesh, face_index[view], samples, grad_depth[view], views[view])

    _run(add_view, len(vertices))
    return gradient


def _flat_channels(colors, scene, with_rgb, with_alpha):
    """The faces' colours [B or 1, F or 2F, C] and the background's [B or 1, C], with alpha as the last channel."""
    n_faces = scene.faces.shape[1] * (2 if scene.fill_back else 1)
    if with_rgb and colors.dim() == 4:
        colors = colors[:, :, 0]  # of corners; their samples are read from images
    parts = [(_array(colors), _array(scene.background_color))] if with_rgb else []
    if with_alpha:
        parts.append((np.ones((1, n_faces, 1), np.float32), np.zeros((1, 1), np.float32)))
    if len(parts) == 1:
        return parts[0]
    return tuple(np.concatenate([np.broadcast_to(part, (longest, *part.shape[1:])) for part in channels], axis=-1)
                 for channels in zip(*parts) for longest in [max(map(len, channels))])


def _sides(faces, scene):
    """Of faces [1 or B, F, 3] those f that are drawn, of which their backs are too, [f] bool, and the numbers of their
    fronts and backs, [2f] int32 of each array of faces."""
    n_faces = faces.shape[1]
    numbers = np.arange(2 * n_faces, dtype=np.int32)
    if not scene.first_of_coincident:
        return faces, _with_back(faces) if scene.fill_back else np.zeros(n_faces, np.bool_), numbers[None]
    kept = [_first_of_each(of_view, scene.fill_back) for of_view in faces]
    drawn = [of_view[k] for of_view, k in zip(faces, kept)]
    return drawn, np.full(n_faces, scene.fill_back), [np.concatenate((k, k + n_faces)).astype(np.int32) for k in kept]


def _first_of_each(faces, fill_back):
    """The numbers of the faces [F, 3] that have not the corners of an earlier one. The last answer is remembered."""
    global _last_firsts
    last, with_backs, firsts = _last_firsts
    if last is None or with_backs != fill_back or not np.array_equal(last, faces):
        firsts = np.flatnonzero(~kernels.repeats_earlier(faces, fill_back))
        _last_firsts = faces.copy(), fill_back, firsts
    return firsts


def _with_back(faces):
    """Of which faces [1 or B, F, 3] the back has to be drawn, [F] bool.

    Many meshes hold each face twice, once for each side. The back of one then has the corners of the other, in its
    order: the same depth to the last bit at all samples. The other is drawn before it, as a front, so that the back
    never shows. To look for such pairs takes longer than to draw a view. It is done for a mesh that comes again.
    """
    global _last_faces
    if len(faces) > 1:
        return np.ones(faces.shape[1], np.bool_)
    last, with_back = _last_faces
    if last is None or not np.array_equal(last, faces[0]):
        _last_faces = faces[0].copy(), None
        return np.ones(faces.shape[1], np.bool_)
    if with_back is None:
        with_back = ~_are_doubled(last)
        _last_faces = last, with_back
    return with_back


def _are_doubled(faces):
    """Which faces [F, 3] are there with their corners reversed too, [F] bool."""
    n_vertices = int(faces.max(initial=0)) + 1
    if n_vertices ** 3 >= 2 ** 63:  # a face is told by one number
        return np.zeros(len(faces), np.bool_)
    a, b, c = faces.T.astype(np.int64)
    return np.isin((c * n_vertices + b) * n_vertices + a, (a * n_vertices + b) * n_vertices + c)


def _array(values):
    return None if values is None else values.detach().contiguous().numpy()


def _centres(size):
    """[S or LANES] float32, the samples' centres. Behind those of a small image come numbers that no face covers."""
    centres = sample_centre(np.arange(size), size)
    return np.concatenate((centres, np.full(max(LANES - size, 0), np.nan, np.float32)))


def _work_space(size, n_vertices, n_faces):
    """This thread's arrays for `kernels.draw`: face index, depth, box, and its work space."""
    kept = getattr(_of_thread, "space", None)
    if kept is None or len(kept[0]) != size * size or len(kept[3]) < n_vertices or kept[4].shape[1] < n_faces:
        kept = _of_thread.space = (np.empty(size * size, np.int32), np.empty(size * size, np.float32),
                                   np.empty(4, np.int64), np.empty(n_vertices, np.float32),
                                   np.empty((2, n_faces), np.int32))
    return kept


def _kept(make, *given):
    """make(*given), which this thread keeps until it needs another."""
    kept = vars(_of_thread).get(make.__name__)
    if kept is None or kept[0] != given:
        kept = vars(_of_thread)[make.__name__] = given, make(*given)
    return kept[1]


def _run(do_view, batch, in_turn=False):
    """Call do_view(0 .. batch - 1), spread over torch's number of threads, or one after the other."""
    global _pool
    threads = torch.get_num_threads()
    if in_turn or threads == 1 or batch == 1:
        for view in range(batch):
            do_view(view)
        return
    if _pool is None or _pool[0] != threads:
        _pool = threads, ThreadPoolExecutor(threads, thread_name_prefix="rasterize")
    for _ in _pool[1].map(do_view, range(batch)):
        pass
