"""GlTF 2.0 files, .glb and .gltf: the default scene with its nodes, skins, morph targets and instances, at rest."""
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from ...errors import InputError, counted
from ...renderer import MeshError
from ..mesh import Mesh
from ..mesh_checks import check_indices
from .gltf_draco import DRACO
from .gltf_file import WAY_OUT, GltfFile, Json
from .gltf_paints import FOR_TEXTURES, Painter
from .gltf_primitive import NOT_DRAWN, Primitive

INSTANCING, VISIBILITY = "EXT_mesh_gpu_instancing", "KHR_node_visibility"
# Extensions that a file may require: read here, or without a meaning for form and colours at rest.
KNOWN = {DRACO, INSTANCING, VISIBILITY, "KHR_mesh_quantization", "KHR_texture_transform", "EXT_texture_webp",
         "EXT_texture_avif", "KHR_lights_punctual", "KHR_xmp_json_ld", "KHR_animation_pointer",
         "KHR_node_selectability", "KHR_node_hoverability", "EXT_mesh_features", "EXT_structural_metadata", "MSFT_lod"}
SURFACES = "KHR_materials_"  # specular-glossiness, which is read, and shine and glass, which this light does not have


def read(path: Path, most_pixels: int) -> Mesh:
    """The mesh of a glTF file.

    Raises:
        InputError: if it is none, is damaged, or needs an extension that is not read; or if `textures` asks for colours
            that cannot be read.
        MeshError: if an image cannot be read.
    """
    file = GltfFile(path)
    try:
        return _Scene(file, most_pixels).mesh()
    except (InputError, MeshError):
        raise
    except (AttributeError, TypeError, LookupError, ValueError, ArithmeticError) as error:  # of JSON of another form
        raise file.damaged(f"its JSON does not follow glTF 2.0 ({type(error).__name__})") from None


class _Scene:
    """The nodes of a file's default scene, and what is found in them."""

    def __init__(self, file: GltfFile, most_pixels: int) -> None:
        self.file = file
        self.painter = Painter(file, most_pixels) if most_pixels else None
        for name in file.json.get("extensionsRequired", ()):
            read_here = name in KNOWN or name.startswith(SURFACES) or (name in FOR_TEXTURES and not most_pixels)
            if not read_here:
                raise file.error(f"needs the extension {name[:60]}, which is not read; {WAY_OUT}")
        self.nodes: list[Json] = file.json.get("nodes", [])
        self.worlds = self._worlds()
        self.vertices: list[np.ndarray] = []
        self.faces: list[np.ndarray] = []
        self.n_vertices = 0
        self.left_out: Counter = Counter()

    def mesh(self) -> Mesh:
        """All meshes of the scene as one."""
        for number in self._drawn():
            node = self.nodes[number]
            if "mesh" in node:
                mesh = self.file.entry("meshes", node["mesh"])
                weights: list[float] = node["weights"] if "weights" in node else mesh.get("weights", [])
                for description in mesh["primitives"]:
                    self._add(Primitive(self.file, description), number, weights)
        if self.painter and self.faces and not self.painter.has_colors:
            raise InputError(f"`textures`: {self.file.path} has no colours; leave it out for a white object")
        notes = []
        if self.left_out:
            kinds = " and ".join(f"{counted(n, 'primitive')} of {kind}" for kind, n in self.left_out.items())
            notes.append(f"{self.file.path}: left out {kinds}; only triangles are drawn")
        if self.painter and self.painter.see_through:
            notes.append(f"{self.file.path}: materials that one can see through are drawn opaque: "
                         f"{', '.join(sorted(self.painter.see_through))}"[:300])
        return Mesh(np.concatenate([np.empty((0, 3)), *self.vertices]),
                    np.concatenate([np.empty((0, 3), np.int64), *self.faces]),
                    self.painter.paints if self.painter else None, notes)

    def _add(self, primitive: Primitive, number: int, weights: list[float]) -> None:
        """Add a primitive of a node, at each place where it is drawn."""
        if primitive.mode in NOT_DRAWN or "POSITION" not in primitive.attributes:
            self.left_out[NOT_DRAWN.get(primitive.mode, "no vertices")] += 1
            return
        positions = primitive.positions(weights)
        faces = primitive.faces(len(positions))
        check_indices(self.file.path, faces, len(positions))
        node = self.nodes[number]
        if "skin" in node and "JOINTS_0" in primitive.attributes:
            placed = [(self._skinned(primitive, positions, node["skin"]), 1.0)]
        else:
            placed = [(positions @ world[:3, :3].T + world[:3, 3], np.linalg.det(world[:3, :3]))
                      for world in self._places(number)]
        for vertices, determinant in placed:
            mine = faces if determinant >= 0 else faces[:, ::-1]  # mirrored, a face turns the other way
            self.vertices.append(vertices)
            self.faces.append(mine + self.n_vertices)
            self.n_vertices += len(vertices)
            if self.painter:
                self.painter.add(primitive, mine)

    def _places(self, number: int) -> list[np.ndarray]:
        """The transforms [4, 4] of a node's mesh: its own, or those of its instances."""
        world = self.worlds[number]
        if INSTANCING not in self.nodes[number].get("extensions", {}):
            return [world]
        given = {name: self.file.floats(accessor)
                 for name, accessor in self.nodes[number]["extensions"][INSTANCING]["attributes"].items()}
        parts = [given.get(name) for name in ("TRANSLATION", "ROTATION", "SCALE")]
        return [world @ _placed(*(None if part is None else part[k] for part in parts))
                for k in range(len([part for part in parts if part is not None][0]))]

    def _skinned(self, primitive: Primitive, positions: np.ndarray, number: int) -> np.ndarray:
        """[V, 3]: vertices where their joints hold them. The node's own transform does not count (3.7.3.3)."""
        skin = self.file.entry("skins", number)
        matrices = np.stack([self.worlds[joint] for joint in skin["joints"]])
        if "inverseBindMatrices" in skin:  # by columns
            bind = self.file.array(skin["inverseBindMatrices"]).reshape(-1, 4, 4).swapaxes(1, 2)
            matrices = matrices @ bind[:len(matrices)].astype(np.float64)
        joints, weights = primitive.influences()
        if joints.max(initial=0) >= len(matrices):
            raise self.file.damaged(f"a vertex hangs on joint {joints.max()} of {len(matrices)}")
        moved = np.zeros_like(positions)
        for joint, weight in zip(joints.T, weights.T):
            held = np.einsum("vij,vj->vi", matrices[joint, :3, :3], positions) + matrices[joint, :3, 3]
            moved += weight[:, None] * held
        return moved

    def _roots(self) -> list[int]:
        """The nodes without a parent."""
        children = {child for node in self.nodes for child in node.get("children", ())}
        return [number for number in range(len(self.nodes)) if number not in children]

    def _worlds(self) -> dict[int, np.ndarray]:
        """The transform [4, 4] of every node, from its own frame to the scene's (3.5.3)."""
        open_nodes = self._roots()
        worlds = {number: _local(self.nodes[number]) for number in open_nodes}
        while open_nodes:
            number = open_nodes.pop()
            for child in self.nodes[number].get("children", ()):
                if child in worlds:
                    raise self.file.damaged(f"node {child} has two parents")
                worlds[child] = worlds[number] @ _local(self.nodes[child])
                open_nodes.append(child)
        return worlds

    def _drawn(self) -> Iterator[int]:
        """The nodes of the default scene, parents first, the last of siblings first; without scenes all of them."""
        roots = self._roots()
        if self.file.json.get("scenes"):
            roots = self.file.entry("scenes", self.file.json.get("scene", 0)).get("nodes", [])
        open_nodes = list(roots)
        while open_nodes:
            number = open_nodes.pop()
            if number not in self.worlds:
                raise self.file.damaged(f"node {str(number)[:20]} is not there, or below itself")
            node = self.nodes[number]
            if node.get("extensions", {}).get(VISIBILITY, {}).get("visible", True):
                yield number
                open_nodes += node.get("children", [])


def _local(node: Json) -> np.ndarray:
    """A node's own transform [4, 4] (3.5.3)."""
    if "matrix" in node:
        return np.array(node["matrix"], float).reshape(4, 4).T  # by columns
    return _placed(node.get("translation"), node.get("rotation"), node.get("scale"))


def _placed(translation, rotation, scale) -> np.ndarray:
    """[4, 4]: scale [3], then rotation by a unit quaternion (x, y, z, w), then translation [3]; None leaves one out."""
    matrix = np.eye(4)
    if rotation is not None:
        x, y, z, w = np.array(rotation, float) / max(np.linalg.norm(rotation), 1e-12)
        matrix[:3, :3] = [[1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
                          [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
                          [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)]]
    if scale is not None:
        matrix[:3, :3] *= np.array(scale, float)
    if translation is not None:
        matrix[:3, 3] = np.array(translation, float)
    return matrix
