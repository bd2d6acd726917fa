"""A mesh and its colours in one object."""
from pathlib import Path

import torch
from torch import nn

from .io.load_obj import load_obj


class Mesh:
    """One mesh, without a batch dimension.

    Attributes:
        vertices: [V, 3] float tensor.
        faces: [F, 3] integer tensor.
        textures: [F, t, t, t, 3]; where none are given, a parameter of random numbers around 0, to be optimised.
        num_vertices, num_faces, texture_size: V, F and t.
    """

    def __init__(self, vertices: torch.Tensor, faces: torch.Tensor, textures: torch.Tensor | None = None,
                 texture_size: int = 4) -> None:
        self.vertices = vertices
        self.faces = faces
        self.num_vertices = len(vertices)
        self.num_faces = len(faces)
        if textures is None:
            textures = nn.Parameter(0.05 * torch.randn(self.num_faces, *[texture_size] * 3, 3, device=vertices.device))
        self.textures = textures
        self.texture_size = textures.shape[1]

    @classmethod
    def fromobj(cls, filename_obj: str | Path, normalization: bool = True, load_texture: bool = False,
                texture_size: int = 4) -> "Mesh":
        """The mesh of an obj file; arguments and errors as in `load_obj`."""
        vertices, faces, *textures = load_obj(filename_obj, normalization=normalization, texture_size=texture_size,
                                              load_texture=load_texture)
        return cls(vertices, faces, textures[0] if textures else None, texture_size)
