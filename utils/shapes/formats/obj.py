"""Obj files."""
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np

from ...errors import InputError, counted
from ...renderer.io.materials import NO_COLOR
from ...renderer.io.mtl import Material, load_libraries, resolved
from ...renderer.io.obj_file import ObjFile, fan, no_face, read_obj
from ..colors import Paint
from ..mesh import LONGEST_SIDE, Mesh, colors_of
from ..polygons import triangulate


def read(path: Path, most_pixels: int) -> Mesh:
    """The mesh of an obj file; concave polygons are cut into triangles inside of them."""
    return _read(path, most_pixels, triangulate)


def read_published(path: Path, most_pixels: int) -> Mesh:
    """The mesh of an obj file of the paper: every polygon is cut into a fan, as published."""
    return _read(path, most_pixels, lambda vertices, corners, counts: fan(counts))


def _read(path: Path, most_pixels: int, cut: Callable[..., tuple[np.ndarray, np.ndarray]]) -> Mesh:
    obj = read_obj(path, most_pixels > 0)
    if not len(obj.counts):
        raise InputError(no_face(path, *obj.short[0]))
    corners, polygon_of = cut(obj.vertices, obj.corners, obj.counts)
    notes = []
    if obj.short:
        notes.append(f"{path}: left out {counted(len(obj.short), 'face')} with fewer than three corners, the first in "
                     f"line {obj.short[0][0]}")
    if obj.not_drawn:
        notes.append(_not_drawn(path, obj.not_drawn))
    paints = _paints(obj, corners, polygon_of, most_pixels) if most_pixels else None
    n_outside = sum(int(np.isnan(paint.uv).any(axis=(1, 2)).sum()) for paint in paints or ()
                    if paint.image is not None and paint.uv is not None)
    if n_outside:
        notes.append(f"{path}: {counted(n_outside, 'triangle')} of materials with an image have no texture "
                     "coordinates, and the material's colour")
    return Mesh(obj.vertices, obj.corners[corners], paints, notes)


def _not_drawn(path: Path, kinds: Counter) -> str:
    return f"{path}: left out {' and '.join(counted(n, kind) for kind, n in kinds.items())}; only faces are drawn"


def _paints(obj: ObjFile, corners: np.ndarray, polygon_of: np.ndarray, most_pixels: int) -> list[Paint]:
    """The colours of all triangles.

    A face is read from its material's image if there is one and the face has texture coordinates; else it has the
    material's Kd. Where its vertices have colours, they take the place of Kd, and multiply an image.

    Raises:
        InputError: if the file tells no colours, or not those of all faces.
        MeshError: if a material file or an image is missing or cannot be read.
    """
    colors = obj.vertex_colors
    if colors is not None:
        has_color = ~np.isnan(colors).any(1)
        colors[has_color] = colors_of(obj.path, colors[has_color])
    if not obj.libraries and colors is None:
        raise InputError(f"{obj.path}: no mtllib line and no colours of vertices, so there are no colours to load; "
                         "leave `textures` out")
    materials = load_libraries(obj.path.parent, obj.libraries)
    names = np.array(resolved(obj.material_of, materials), object)[polygon_of]
    coordinates = np.concatenate((obj.coordinates, [[np.nan, np.nan]]))[obj.places[corners]]
    corner_colors = None if colors is None else colors[obj.corners[corners]]
    images: dict[tuple, np.ndarray | None] = {}
    paints = []
    starts = np.flatnonzero(np.concatenate(([True], names[1:] != names[:-1])))
    for begin, end in zip(starts, [*starts[1:], len(names)]):
        name, uv = names[begin], coordinates[begin:end]
        mine = None if corner_colors is None else corner_colors[begin:end]
        if name not in materials:
            if mine is None or not np.isfinite(mine).all():
                raise InputError(_no_material(obj, polygon_of[begin], name, materials))
            material = Material()
        else:
            material = materials[name]
        key = material.image, material.missing, material.base, material.gain
        if key not in images and np.isfinite(uv).all(axis=(1, 2)).any():
            images[key] = material.read(most_pixels, LONGEST_SIDE)
        paints.append(_paint(material, images.get(key), uv, mine))
    return paints


def _paint(material: Material, image: np.ndarray | None, uv: np.ndarray, corner_colors: np.ndarray | None) -> Paint:
    """The colours of some faces of one material."""
    in_image = np.isfinite(uv).all(axis=(1, 2)) & (image is not None)
    colors = np.ones((len(uv), 3, 3))
    colors[~in_image] = NO_COLOR if material.color is None else material.color
    if corner_colors is not None:
        has_colors = np.isfinite(corner_colors).all(axis=(1, 2))
        colors[has_colors] = corner_colors[has_colors]
    return Paint(len(uv), image, uv * material.scale + material.offset, colors, "clamp" if material.clamp else "repeat")


def _no_material(obj: ObjFile, polygon: int, name: str, materials: dict[str, Material]) -> str:
    known = ", ".join(materials) if len(materials) <= 5 else f"{len(materials)} others"
    where = f"{obj.path}, line {obj.lines[polygon]}: "
    if not name:
        return (f"{where}a face stands before any usemtl line, and the material files have {known or 'none'}; add a "
                "usemtl line, or load without `textures`")
    return (f"{where}a face has the material '{name[:60]}', which is in no material file; they have "
            f"{known or 'none'}. Load without `textures` for a white object")
