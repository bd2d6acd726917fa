"""The rasterizer on a GPU: tensors in, tensors out, a whole batch in a few launches of the Triton kernels.

The functions are those of cpu/backend.py. A tensor that is the same for all views is one element in memory.
"""
import contextlib

import torch
import triton
from torch.nn.functional import avg_pool2d

from ..rules import BACKGROUND, FLAT_CUBE
from ..scene import Scene
from . import kernels

# The interpreter takes its time for each operation, not for each element. It gets few programs of many elements.
_INTERPRETED = kernels.INTERPRETED
FACES = 4096 if _INTERPRETED else 32  # that a program of draw_small draws, one a lane
SMALL = 24 if _INTERPRETED else 256  # samples; a larger box is shared by several programs
PROGRAMS, BANDS = (2, 1) if _INTERPRETED else (2048, 8)  # for the larger faces; for the rows of each
STEP = 8192 if _INTERPRETED else 256  # samples or pixels that a program works on at a time
MOST_LEVELS = 16  # of an image: from 65,536 texels a side to one
EDGES, LINE_SHARES, LINE_STEP = (4096, 1, 64) if _INTERPRETED else (1, 4, 64)  # edge_gradient's programs


_EMPTY_FIRST = (1 << 62) | 0x7fffffff  # in place of a first face where there is none


def draw(vertices: torch.Tensor, colors: torch.Tensor | None, textures: torch.Tensor | None, scene: Scene,
         keep_face_index: bool = False) -> tuple[torch.Tensor | None, ...]:
    """Draw a batch of views; arguments and results as in `cpu.backend.draw`, on the GPU."""
    vertices, faces, colors, textures = _in_order(vertices, scene.faces, colors, textures)
    with _device_of(vertices):
        face_index, sample_depth = _nearest_faces(vertices, faces, scene)
        rgb = depth = alpha = None
        if colors is not None and textures is None and not keep_face_index:
            rgb = _shade(face_index, colors, scene, scene.samples)
        elif colors is not None:
            rgb = _pixels(_sample_colors(vertices, faces, face_index, colors, textures, scene), scene)
        if scene.with_depth:
            depth = _pixels(_upright(sample_depth), scene)[:, 0]
        if scene.with_alpha:
            alpha = _pixels(_upright(face_index != BACKGROUND).float(), scene)[:, 0]
    return rgb, depth, alpha, face_index if keep_face_index else None


def color_gradient(vertices: torch.Tensor, colors: torch.Tensor, textures: torch.Tensor | None, scene: Scene,
                   face_index: torch.Tensor, grad_rgb: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor | None]:
    """Gradient of rgb with respect to colours and textures; arguments and results as in `cpu.backend`."""
    gradient = grad_rgb.float() / scene.samples ** 2
    if textures is None:
        return _flat_color_gradient(colors, scene, face_index, gradient), None
    vertices, faces, colors, textures, gradient = _in_order(vertices, scene.faces, colors, textures, gradient)
    grad_colors, grad_textures = torch.zeros_like(colors), torch.zeros_like(textures)
    size, batch, channels = scene.size, len(vertices), colors.shape[2]
    with _device_of(vertices):
        if scene.layout is not None:
            kernels.image_gradient[triton.cdiv(size * size, STEP), batch](
                face_index, vertices, faces, textures, colors, gradient, *_arrays(scene.layout), grad_textures,
                grad_colors, vertices.shape[1], faces.shape[1], _stride(faces), _stride(textures), _stride(colors),
                size, **_image_settings(colors, scene), SAMPLES=scene.samples, STEP=STEP, enable_fp_fusion=False)
            return grad_colors, grad_textures
        kernels.texture_gradient[triton.cdiv(size * size, STEP), batch](
            face_index, vertices, faces, textures, colors, gradient, grad_textures, grad_colors, vertices.shape[1],
            faces.shape[1], _stride(faces), _stride(textures), _stride(colors), size, textures.shape[2], scene.eps,
            CHANNELS=channels, SAMPLES=scene.samples, STEP=STEP, enable_fp_fusion=False)
    return grad_colors, grad_textures


def vertex_gradient(vertices: torch.Tensor, colors: torch.Tensor | None, textures: torch.Tensor | None, scene: Scene,
                    face_index: torch.Tensor, grad_rgb: torch.Tensor | None, grad_depth: torch.Tensor | None,
                    grad_alpha: torch.Tensor | None) -> torch.Tensor:
    """Gradient with respect to the vertices; arguments and results as in `cpu.backend.vertex_gradient`."""
    gradient = torch.zeros_like(vertices, memory_format=torch.contiguous_format)
    vertices, faces, colors, textures = _in_order(vertices, scene.faces, colors, textures)
    images, grad_images = [], []
    with _device_of(vertices):
        if grad_rgb is not None:
            grad_images.append(grad_rgb)
            images.append(_shade(face_index, colors, scene, 1) if textures is None else
                          _sample_colors(vertices, faces, face_index, colors, textures, scene))
        if grad_alpha is not None:
            grad_images.append(grad_alpha[:, None])
            images.append(_upright(face_index != BACKGROUND).float())
        if images:
            _add_edge_gradient(gradient, vertices, faces, face_index, torch.cat(images, dim=1),
                               torch.cat(grad_images, dim=1), scene)
        if grad_depth is not None:
            grad_depth = grad_depth.float().contiguous() / scene.samples ** 2
            size = scene.size
            kernels.depth_gradient[triton.cdiv(size * size, STEP), len(vertices)](
                face_index, vertices, faces, grad_depth, gradient, vertices.shape[1], faces.shape[1], _stride(faces),
                size, SAMPLES=scene.samples, STEP=STEP, enable_fp_fusion=False)
    return gradient


def _nearest_faces(vertices, faces, scene):
    """Face index [B, S * S] int32 and depth [B, S * S] float32 of every sample, row 0 at the bottom."""
    device, (batch, n_vertices, _), n_faces = vertices.device, vertices.shape, faces.shape[1]
    n_sides, size = _sides(scene), scene.size
    centres = ((2.0 * torch.arange(size, dtype=torch.float64, device=device) + 1 - size) / size).float()
    keys = torch.full((batch, size * size), _empty_key(scene.far), dtype=torch.int64, device=device)
    # Every side of a face is listed at most twice: for its size, and where the face is seen edge-on.
    larger = torch.empty(2 * batch * n_sides, dtype=torch.int64, device=device)
    n_larger = torch.zeros(1, dtype=torch.int32, device=device)
    firsts = torch.full_like(keys, _EMPTY_FIRST) if scene.first_of_coincident else keys
    for coincide in (False, True) if n_faces and scene.first_of_coincident else (False,) if n_faces else ():
        kernels.draw_small[triton.cdiv(n_faces, FACES), batch](
            vertices, faces, centres, keys, firsts, larger, n_larger, n_vertices, n_faces, _stride(faces), size,
            scene.near, scene.far, FILL_BACK=scene.fill_back, FACES=FACES, LIMIT=SMALL, COINCIDE=coincide, num_warps=1,
            enable_fp_fusion=False)
        kernels.draw_larger[PROGRAMS, BANDS](
            vertices, faces, centres, keys, firsts, larger, n_larger, n_vertices, n_faces, n_sides, _stride(faces),
            size, scene.near, scene.far, STEP=STEP, COINCIDE=coincide, enable_fp_fusion=False)
    face_index = torch.empty(batch, size * size, dtype=torch.int32, device=device)
    depth = torch.empty(batch, size * size, device=device)
    kernels.resolve[triton.cdiv(keys.numel(), STEP),](keys, firsts, face_index, depth, keys.numel(),
                                                      COINCIDE=scene.first_of_coincident, STEP=STEP)
    return face_index, depth


def _shade(face_index, colors, scene, samples):
    """Flat colours, the mean of samples x samples at each pixel: [B, C, S / samples, S / samples]."""
    batch, channels = len(face_index), colors.shape[2]
    size = scene.size
    width, background = size // samples, scene.background_color
    image = torch.empty(batch, channels, width, width, device=colors.device)
    kernels.shade[triton.cdiv(width * width, STEP), batch](
        face_index, colors, background, image, size, width, _stride(colors), _stride(background), CHANNELS=channels,
        SAMPLES=samples, STEP=STEP)
    return image


def _sample_colors(vertices, faces, face_index, colors, textures, scene):
    """The colour of every sample, read from its face's cube or image: [B, C, S, S], row 0 at the top."""
    if scene.layout is not None:
        return _read_images(vertices, faces, face_index, colors, textures, scene)
    batch, channels = len(face_index), colors.shape[2]
    size, flat, background = scene.size, textures is None, scene.background_color
    image = torch.empty(batch, channels, size, size, device=colors.device)
    kernels.read_cubes[triton.cdiv(size * size, STEP), batch](
        face_index, vertices, faces, colors if flat else textures, colors, background, image, vertices.shape[1],
        faces.shape[1], _stride(faces), 0 if flat else _stride(textures), _stride(colors), _stride(background), size,
        FLAT_CUBE if flat else textures.shape[2], scene.eps, CHANNELS=channels, FLAT=flat, STEP=STEP,
        enable_fp_fusion=False)
    return image


def _read_images(vertices, faces, face_index, colors, texels, scene):
    """As `_sample_colors`, of a texture map."""
    batch, size, background = len(face_index), scene.size, scene.background_color
    image = torch.empty(batch, 3, size, size, device=colors.device)
    kernels.read_images[triton.cdiv(size * size, STEP), batch](
        face_index, vertices, faces, texels, colors, background, *_arrays(scene.layout), image, vertices.shape[1],
        faces.shape[1], _stride(faces), _stride(texels), _stride(colors), _stride(background), size,
        **_image_settings(colors, scene), STEP=STEP, enable_fp_fusion=False)
    return image


def _arrays(layout):
    """The tensors of a texture map's Layout, in the order of the kernels' arguments."""
    return (layout.uv, layout.wrap, layout.image, layout.first, layout.start, layout.size, layout.steps)


def _image_settings(colors, scene):
    return dict(IS_NEAREST=scene.layout.is_nearest, LEVELS=MOST_LEVELS, CORNERS=3 if colors.dim() == 4 else 1)


def _flat_color_gradient(colors, scene, face_index, gradient):
    """Each face's sum of the gradients of the samples that it owns, like colors."""
    n_sides = colors.shape[1]
    batch, channels = gradient.shape[:2]
    for axis in (2, 3):
        gradient = gradient.repeat_interleave(scene.samples, dim=axis)
    gradient = gradient.flip(2).reshape(batch, channels, -1).transpose(1, 2)
    owner = torch.where(face_index == BACKGROUND, n_sides, face_index).long()[:, :, None].expand(-1, -1, channels)
    sums = gradient.new_zeros(batch, n_sides + 1, channels).scatter_add_(1, owner, gradient)[:, :n_sides]
    return sums if len(colors) == batch else sums.sum(0, keepdim=True)


def _add_edge_gradient(total, vertices, faces, face_index, image, grad_image, scene):
    """Add to total [B, V, 3] the gradient of edges, from samples [B, C, S, S] and pixels' gradients [B, C, H, W]."""
    batch, channels, size, _ = image.shape
    n_sides = _sides(scene)
    first_of_view = torch.arange(batch, device=total.device)[:, None] * n_sides
    owns = torch.zeros(batch * n_sides + 1, dtype=torch.bool, device=total.device)
    owns[torch.where(face_index == BACKGROUND, batch * n_sides, face_index + first_of_view)] = True
    visible = owns[:-1].nonzero()[:, 0]
    if not len(visible):
        return
    owner = _columns_and_rows(face_index.reshape(batch, size, size))
    image = _columns_and_rows(image.flip(2))
    grad_image = _columns_and_rows(grad_image.float().flip(2) / scene.samples ** 2)
    n_edges = 6 * len(visible)
    kernels.edge_gradient[triton.cdiv(n_edges, EDGES), LINE_SHARES](
        visible, n_edges, vertices, faces, owner, image, grad_image, total, batch, vertices.shape[1], faces.shape[1],
        n_sides, _stride(faces), size, scene.eps, CHANNELS=channels, SAMPLES=scene.samples, EDGES=EDGES,
        STEP=LINE_STEP, num_warps=1, enable_fp_fusion=False)


def _columns_and_rows(images):
    """[..., S, S] -> [2, ..., S, S]: with columns as lines, then with rows."""
    return torch.stack((images.transpose(-1, -2), images))


def _upright(samples):
    """[B, S * S] from below -> [B, 1, S, S] with row 0 at the top."""
    size = round(samples.shape[1] ** 0.5)
    return samples.reshape(len(samples), 1, size, size).flip(2)


def _pixels(samples, scene):
    """The mean of the samples of every pixel: [B, C, S, S] -> [B, C, H, W]."""
    return avg_pool2d(samples, scene.samples) if scene.samples > 1 else samples


def _sides(scene):
    """How many face numbers there are: those of the fronts, and of the backs where they are drawn."""
    return scene.faces.shape[1] * (2 if scene.fill_back else 1)


def _in_order(*tensors):
    return (None if t is None else t.detach().contiguous() for t in tensors)


def _stride(values):
    """Distance in memory between two elements of a batch; 0 for a batch of one, which stands for all."""
    return values.stride(0) if len(values) > 1 else 0


def _empty_key(far):
    """The key of a sample that no face covers."""
    bits = torch.tensor(far, dtype=torch.float32).view(torch.int32).item()
    return (bits ^ ((bits >> 31) & 0x7fffffff)) << 32 | 0x7fffffff


def _device_of(tensor):
    """Triton launches on the current device."""
    return torch.cuda.device(tensor.device) if tensor.is_cuda else contextlib.nullcontext()
