"""Ply files, of text or binary: polygons, strips of triangles, colours of vertices and faces, and an image."""
import io
import re
from pathlib import Path

import numpy as np

from ...errors import InputError, counted
from ...renderer import MeshError
from ...renderer.io.files import decoded, named_file, read_file, without_mark
from ...renderer.io.images import read_image
from ..colors import Paint
from ..mesh import LONGEST_SIDE, Mesh, colors_of
from ..mesh_checks import check_indices, check_lines
from ..polygons import strip, triangulate

INDICES = ("vertex_indices", "vertex_index")
COORDINATES = (("s", "t"), ("u", "v"), ("texture_u", "texture_v"), ("texture_s", "texture_t"))
Elements = dict[str, dict[str, np.ndarray]]  # {element: {property: its values}}
COLORS = (("red", "green", "blue"), ("diffuse_red", "diffuse_green", "diffuse_blue"), ("r", "g", "b"))


def read(path: Path, most_pixels: int) -> Mesh:
    """The mesh of a ply file.

    Raises:
        InputError: if it is none, or not complete, or if `textures` asks for colours and there are none.
    """
    elements, images = _parsed(path)
    try:
        return _mesh(path, elements, images, most_pixels)
    except (InputError, MeshError):
        raise
    except (TypeError, ValueError):  # of numbers where lists are expected, and the other way
        raise InputError(f"{path}: its properties are of other types than those of a mesh; write it again") from None


def _mesh(path: Path, elements: Elements, images: list[str], most_pixels: int) -> Mesh:
    vertex = elements.get("vertex", {})
    if not {"x", "y", "z"} <= set(vertex):
        raise InputError(f"{path}: has no vertices with x, y and z; give a mesh")
    vertices = np.stack([vertex[axis].astype(np.float64) for axis in "xyz"], axis=1)
    corners, counts, face, notes = _polygons(path, elements)
    check_indices(path, corners, len(vertices))
    places, polygon_of = triangulate(vertices, corners, counts)
    mesh = Mesh(vertices, corners[places], notes=notes)
    if most_pixels and len(places):
        mesh.paints = _paints(path, mesh, vertex, face, images, places, polygon_of, most_pixels)
    return mesh


def _parsed(path: Path) -> tuple[Elements, list[str]]:
    """(elements, names of images)."""
    import plyfile
    content = without_mark(read_file(path, "give a ply file"))
    end = re.search(rb"[\r\n][ \t]*end_header[ \t]*(\r\n|\r|\n)", content)
    if end is None:
        raise InputError(f"{path}: no end_header line; is it a ply file?")
    header = [line.strip() for line in re.split("[\r\n]+", decoded(content[:end.start()])) if line.strip()]
    images = [line.split(None, 2)[2] for line in header
              if line.startswith("comment") and re.match(r"comment\s+texturefile\s+\S", line, re.I)]
    header = [line for line in header if not line.startswith(("comment", "obj_info"))]
    body = content[end.end():]
    if any(line.startswith("format ascii") for line in header):
        lines = [line for line in body.splitlines() if line.strip()]
        said = [line.split()[-1] for line in header if line.startswith("element")]
        if all(number.isdecimal() for number in said):  # else plyfile refuses the header
            check_lines(path, sum(map(int, said)), len(lines))
        body = b"\n".join([*lines, b""])
    plain = "\n".join([*header, "end_header", ""]).encode("ascii", "backslashreplace")
    try:
        data = plyfile.PlyData.read(io.BytesIO(plain + body))
    except (plyfile.PlyParseError, ValueError, MemoryError, OverflowError) as error:
        raise InputError(f"{path}: cannot be read as a ply file ({error}); is it complete? Write it again") from None
    return {element.name: {name: element.data[name] for name in element.data.dtype.names or ()}
            for element in data.elements}, images


def _polygons(path: Path, elements: Elements) -> tuple[np.ndarray, np.ndarray, dict[str, np.ndarray], list[str]]:
    """(vertices of all polygons, corners of each, properties of each, notes)."""
    face = elements.get("face", {})
    notes: list[str] = []
    name = next((name for name in INDICES if name in face), None)
    if name is None or not len(face[name]):
        strips = elements.get("tristrips", {})
        name = next((name for name in INDICES if name in strips), None)
        found = [strip(np.asarray(one)) for one in strips[name]] if name else []
        triangles = np.concatenate([np.empty((0, 3), np.int64), *found])
        return triangles.ravel(), np.full(len(triangles), 3), {}, notes
    counts = np.array([len(one) for one in face[name]], np.int64)
    drawn = counts >= 3
    if not drawn.all():
        notes.append(f"{path}: left out {counted(int((~drawn).sum()), 'face')} with fewer than three corners")
    chosen = face[name][drawn]
    corners = np.concatenate([np.empty(0, np.int64), *chosen]).astype(np.int64)
    return corners, counts[drawn], {key: values[drawn] for key, values in face.items()}, notes


def _paints(path: Path, mesh: Mesh, vertex: dict[str, np.ndarray], face: dict[str, np.ndarray], names: list[str],
            corners: np.ndarray, polygon_of: np.ndarray, most_pixels: int) -> list[Paint]:
    """The colours of all triangles: those of faces, or else of vertices, times the image's where there is one.

    Args:
        corners: [F, 3], the triangles' places among the corners of all polygons.
        polygon_of: [F].
    """
    of_faces, of_vertices = _colors(path, face), _colors(path, vertex)
    colors = (of_faces[polygon_of][:, None] if of_faces is not None else
              of_vertices[mesh.faces] if of_vertices is not None else None)
    uv = _coordinates(path, mesh, vertex, face, corners)
    if names and uv is not None:
        image_of = face["texnumber"][polygon_of] if "texnumber" in face else np.zeros(len(uv), int)
        return _in_images(_images(path, names, most_pixels), uv, image_of, colors)
    if colors is None:
        raise InputError(f"`textures`: {path} has no colours; leave it out for a white object")
    return [Paint(len(mesh.faces), colors=colors)]


def _coordinates(path: Path, mesh: Mesh, vertex: dict[str, np.ndarray], face: dict[str, np.ndarray],
                 corners: np.ndarray) -> np.ndarray | None:
    """[F, 3, 2]: texture coordinates of the triangles' corners, from the faces or from the vertices."""
    if "texcoord" not in face:
        names = next((pair for pair in COORDINATES if set(pair) <= set(vertex)), None)
        return None if names is None else np.stack([vertex[name] for name in names], 1)[mesh.faces].astype(np.float64)
    rows = []
    for polygon, row in zip(face[next(name for name in INDICES if name in face)], face["texcoord"]):
        if len(row) not in (0, 2 * len(polygon)):
            raise InputError(f"{path}: a face of {len(polygon)} corners has {counted(len(row), 'texture coordinate')}; "
                             "write it again")
        rows.append(np.reshape(row, (-1, 2)) if len(row) else np.full((len(polygon), 2), np.nan))
    return np.concatenate(rows).astype(np.float64)[corners]


def _images(path: Path, names: list[str], most_pixels: int) -> list[np.ndarray]:
    """The images that the file names."""
    images = []
    for name in names:
        file = named_file(path.parent, name)
        if file is None:
            raise InputError(f"{path}: names {name}, which is no file beside it; put it there")
        images.append(read_image(file, most_pixels=most_pixels, longest=LONGEST_SIDE))
    return images


def _in_images(images: list[np.ndarray], uv: np.ndarray, image_of: np.ndarray, colors: np.ndarray | None
               ) -> list[Paint]:
    """The colours of triangles in images, by number; other numbers stand for none."""
    starts = np.flatnonzero(np.concatenate(([True], image_of[1:] != image_of[:-1])))
    return [Paint(end - begin, images[image_of[begin]] if 0 <= image_of[begin] < len(images) else None, uv[begin:end],
                  None if colors is None else colors[begin:end])
            for begin, end in zip(starts, [*starts[1:], len(uv)])]


def _colors(path: Path, element: dict[str, np.ndarray]) -> np.ndarray | None:
    """[N, 3] in [0, 1]: the colours of an element; those of whole numbers count to the highest of their type."""
    names = next((three for three in COLORS if set(three) <= set(element)), None)
    if names is None:
        return None
    written = np.stack([element[name] for name in names], axis=1)
    if written.dtype in (np.uint8, np.uint16):
        return written / np.iinfo(written.dtype).max
    return colors_of(path, written.astype(np.float64))
