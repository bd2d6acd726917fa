"""What the tensors that the renderer is given look like."""
from collections.abc import Sequence
from typing import Any, TypeAlias

import torch

from .modes import untraced
from .texture_map import TextureMap

FEW = 64  # faces; among so many, two mostly differ

Numbers: TypeAlias = Sequence[float] | torch.Tensor  # three numbers, or one or more for each view


def once(values: torch.Tensor) -> torch.Tensor:
    """values [B, ...] as [1, ...] if they are one element expanded over the batch."""
    return values[:1] if len(values) > 1 and repeats(values) else values


def repeats(values: torch.Tensor) -> bool:
    """Whether a tensor [B, ...] is one element expanded over the batch."""
    return values.shape[0] == 1 or values.stride(0) == 0


def is_flat(textures: torch.Tensor) -> bool:
    """Whether colour cubes [B, F, t, t, t, 3] are made so that each has one colour: t = 1, or expanded to any t."""
    return all(textures.shape[k] == 1 or textures.stride(k) == 0 for k in (2, 3, 4))


def differ_in_color(textures: torch.Tensor | TextureMap) -> bool:
    """Whether faces may differ in colour: not all numbers of colour cubes are those of the first cell."""
    if isinstance(textures, TextureMap):
        return True
    given = textures.detach()
    for axis in range(5):  # what is expanded is one number in memory
        if given.stride(axis) == 0:
            given = given.narrow(axis, 0, 1)
    few = given[:, :FEW]
    return any(bool((cells != cells[:1, :1, :1, :1, :1]).any()) for cells in (few, given) if cells.numel())


def is_grey(color: Numbers) -> bool:
    """Whether the colour is three equal numbers, without a gradient and the same for all views."""
    if isinstance(color, torch.Tensor) and (color.requires_grad or color.dim() != 1 or color.device.type != "cpu"):
        return False
    numbers = list(color)
    return len(numbers) == 3 and not hasattr(numbers[0], "__len__") and len(set(map(float, numbers))) == 1


def check_plain(*tensors: torch.Tensor | None) -> None:
    """Raise a RuntimeError for tensors of torch.func's vmap, grad or jvp, which kernels of our own cannot read."""
    if any(t is not None and torch._C._functorch.is_functorch_wrapped_tensor(t) for t in tensors):
        raise RuntimeError("the renderer was given a tensor of torch.func's vmap, grad or jvp, which it cannot draw; "
                           "make all views one batch, the first dimension, and take gradients with torch.autograd")


def wants_gradient(*given: Any) -> bool:
    """Whether any tensor among what is given needs a gradient, and they are taken here."""
    return torch.is_grad_enabled() and any(isinstance(t, torch.Tensor) and t.requires_grad for t in given)


def check_mesh(vertices: torch.Tensor, faces: torch.Tensor) -> None:
    """Raise a ValueError unless vertices are [B, V, 3] and faces integers [B or 1, F, 3] from 0 to V - 1.

    Tensors of torch.func raise a RuntimeError.
    """
    check_tensors(vertices=vertices, faces=faces)
    check_plain(vertices, faces)
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


@untraced
def vertices_to_faces(vertices: torch.Tensor, faces: torch.Tensor) -> torch.Tensor:
    """The corners of every face: vertices [B, V, 3], faces [B, F, 3] -> [B, F, 3, 3].

    Raises:
        ValueError: for other shapes, and for a face with a vertex that is not there.
    """
    check_mesh(vertices, faces)
    if len(faces) < len(vertices):
        faces = faces.expand(len(vertices), -1, -1)
    if len(vertices) > 1:  # the vertices of all meshes are numbered together
        faces = faces.long() + vertices.shape[1] * torch.arange(len(vertices), device=faces.device)[:, None, None]
    return vertices.reshape(-1, 3).index_select(0, faces.reshape(-1)).reshape(*faces.shape, 3)


def check_textures(textures: torch.Tensor | TextureMap | None, batch: int, n_faces: int) -> torch.Tensor | TextureMap:
    """The textures; a ValueError unless they are [batch, n_faces, t, t, t, 3], or a texture map of as many faces."""
    if textures is None:
        raise ValueError("no textures; for rgb give [B, F, t, t, t, 3] or a TextureMap (silhouettes and depth need "
                         "none)")
    if isinstance(textures, TextureMap):
        if textures.n_faces != n_faces or len(textures.texels) not in (1, batch):
            raise ValueError(f"a texture map of {textures.n_faces} faces and {len(textures.texels)} views: expected "
                             f"{n_faces} faces, and {batch} views or 1")
        return textures
    shape = list(textures.shape)
    if (len(shape) != 6 or shape[:2] != [batch, n_faces] or not shape[2] == shape[3] == shape[4] > 0
            or shape[5] != 3):
        raise ValueError(f"textures of shape {shape}: expected [{batch}, {n_faces}, t, t, t, 3], a cube of colours for "
                         "each face")
    return textures


def check_tensors(**given: Any) -> None:
    """Raise a ValueError for a value that is neither None, nor a tensor, nor a texture map."""
    for name, value in given.items():
        if not (value is None or isinstance(value, (torch.Tensor, TextureMap))):
            raise ValueError(f"{name} of type {type(value).__module__}.{type(value).__name__}: expected a torch tensor "
                             "(torch.from_numpy makes one of a numpy array)")
