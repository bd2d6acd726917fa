"""The camera and the light on the CPU: tensors in, tensors out. One thread does it in less time than two agree in."""
import numpy as np
import torch

from ..tensors import once
from . import camera_kernels


def project(vertices: torch.Tensor, eye: torch.Tensor, axes: torch.Tensor, width: torch.Tensor | None) -> torch.Tensor:
    """`camera.project` of vertices [B, V, 3]: [B, V, 3].

    Args:
        eye, axes, width: [B or 1, 3], [B or 1, 3, 3] and [B or 1] float32; width is half of the image's at depth 1, or
            None: no perspective.
    """
    images = torch.empty(vertices.shape)
    camera_kernels.project(*_arrays(vertices, eye, axes, width), images.numpy())
    return images


def project_gradient(vertices: torch.Tensor, eye: torch.Tensor, axes: torch.Tensor, width: torch.Tensor | None,
                     images: torch.Tensor, gradient: torch.Tensor, with_vertices: bool) -> tuple[torch.Tensor, ...]:
    """Gradient with respect to vertices [B, V, 3] (or [B, 0, 3], if it is not wanted), eye, axes and width.

    Args:
        vertices, eye, axes, width: as given to `project`.
        images, gradient: [B, V, 3], what `project` returned, and the gradient with respect to it.
    """
    batch = len(images)
    found = (torch.zeros(batch, vertices.shape[1] if with_vertices else 0, 3), torch.empty(batch, 3),
             torch.empty(batch, 3, 3), torch.empty(batch))
    camera_kernels.project_gradient(*_arrays(vertices, eye, axes, width), images.numpy(),
                                    gradient.contiguous().numpy(), *(t.numpy() for t in found))
    return found


def cosines(vertices: torch.Tensor, faces: torch.Tensor, direction: torch.Tensor, shortest: float, fill_back: bool,
            ) -> torch.Tensor:
    """`lighting.cosines` of the faces [B or 1, F, 3] of vertices [B or 1, V, 3] under light from [B or 1, 3]."""
    batch = max(len(vertices), len(faces), len(direction))
    found = torch.empty(batch, faces.shape[1] * (2 if fill_back else 1))
    camera_kernels.cosines(*_arrays(vertices, once(faces).int(), direction), np.float32(shortest), fill_back,
                           found.numpy())
    return found


def _arrays(meshes, *others):
    """Contiguous arrays; of a mesh that is expanded over the batch one copy, of None an empty one."""
    return [np.empty(0, np.float32) if t is None else t.detach().contiguous().numpy() for t in (once(meshes), *others)]
