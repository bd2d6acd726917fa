"""Wavefront obj files: vertices, faces and, where wanted, the faces' colours."""
from pathlib import Path

import numpy as np
import torch

from ..errors import MeshError
from .materials import WRAPPINGS, face_textures
from .mtl import load_libraries, resolved
from .obj_file import fan, no_face, read_obj


def load_obj(filename_obj: str | Path, normalization: bool = True, texture_size: int = 4, load_texture: bool = False,
             texture_wrapping: str = "REPEAT", use_bilinear: bool = True) -> tuple[torch.Tensor, ...]:
    """Read an obj file.

    `v` and `f` lines count, in any of their forms (v, v/vt, v//vn, v/vt/vn; negative indices; colours behind the
    coordinates; a backslash at the end of a line). For textures `vt`, `mtllib` and `usemtl` count too. Every other
    line is ignored. A face with more than three corners is cut into a fan from its first corner.

    Args:
        filename_obj: the file.
        normalization: move and scale the mesh to fit around the origin, see `normalize`.
        texture_size: cells of a face's colour cube along an axis, t. As in the original, a cube of size 1 is the texel
            at (0, 0), on every face, and size 2 mixes that texel into all; 4 and more show the faces' own colours.
            `TextureMap` reads images at every sample instead.
        load_texture: read the faces' colours too, see `materials.face_textures`.
        texture_wrapping: what texture coordinates outside [0, 1] stand for: "REPEAT", "MIRRORED_REPEAT",
            "CLAMP_TO_EDGE" or "CLAMP_TO_BORDER".
        use_bilinear: interpolate between texels, or take the nearest.

    Returns:
        vertices [V, 3] float32, faces [F, 3] int32, and with load_texture textures [F, t, t, t, 3] float32; torch
        tensors on the CPU.

    Raises:
        MeshError: if a file is missing, binary, malformed, or holds no mesh that can be drawn; with load_texture also
            if the file names no material file (mtllib).
        ValueError: for another wrapping or size of texture.
    """
    if texture_wrapping not in WRAPPINGS:
        raise ValueError(f"texture_wrapping {texture_wrapping!r} is not known; expected one of {', '.join(WRAPPINGS)}")
    if not (isinstance(texture_size, int) and texture_size > 0):
        raise ValueError(f"texture_size {texture_size!r}: expected a whole number of cells above 0")
    path = filename_obj
    obj = read_obj(path, load_texture)
    if obj.short:
        raise MeshError(no_face(path, *obj.short[0]))
    corners, polygon_of = fan(obj.counts)
    vertices = torch.tensor(obj.vertices, dtype=torch.float32)
    if normalization:
        vertices = normalize(vertices, path)
    faces = torch.tensor(obj.corners[corners], dtype=torch.int32)
    if not load_texture:
        return vertices, faces
    if not obj.libraries:
        raise MeshError(f"{path}: no mtllib line, so there are no colours to load; load it without textures")
    materials = load_libraries(obj.path.parent, obj.libraries)
    names = resolved(obj.material_of, materials)
    coordinates = np.concatenate((obj.coordinates, [[np.nan, np.nan]])).astype(np.float32)  # the last of faces without
    textures = face_textures([names[polygon] for polygon in polygon_of], materials, coordinates[obj.places[corners]],
                             texture_size, texture_wrapping, use_bilinear)
    return vertices, faces, textures


def normalize(vertices: torch.Tensor, name: str | Path = "mesh") -> torch.Tensor:
    """Scale vertices [V, 3] so that the longest side of their box is 2, and centre the box on the origin.

    Every vertex counts, also one that no face uses.

    Raises:
        MeshError: if a coordinate is not a finite number, if all vertices are one point, or if they are so far apart
            that float32 cannot hold the box.
    """
    wrong = (~torch.isfinite(vertices).all(1)).nonzero()
    if len(wrong):
        first = int(wrong[0])
        raise MeshError(f"{name}: vertex {first} of {len(vertices)}, counted from 0, is at "
                        f"{tuple(vertices[first].tolist())}, and {len(wrong)} in all have a coordinate that is not a "
                        "finite number in single precision; give a mesh without them")
    vertices = vertices - vertices.min(0).values
    longest = float(vertices.abs().max())
    if longest == 0:
        raise MeshError(f"{name}: all {len(vertices)} vertices are the same point, so the mesh has no size to "
                        "normalise; give a mesh with an extent")
    vertices = vertices / longest * 2
    vertices = vertices - vertices.max(0).values / 2
    if not bool(torch.isfinite(vertices).all()):
        raise MeshError(f"{name}: the mesh measures {longest:g}, which single precision cannot normalise; "
                        "rescale it to a size near 1")
    return vertices


