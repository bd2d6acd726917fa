"""Primitives of glTF meshes: their attributes, whichever way they are stored, and their triangles."""
from functools import cached_property

import numpy as np

from ..polygons import strip
from .gltf_draco import DRACO, unpacked
from .gltf_file import GltfFile, Json

TRIANGLES, STRIP, FAN = 4, 5, 6  # 3.7.2.1 of the specification
NOT_DRAWN = {0: "points", 1: "lines", 2: "lines", 3: "lines"}


class Primitive:
    """A primitive, of which only what is asked for is read."""

    def __init__(self, file: GltfFile, description: Json) -> None:
        """
        Args:
            file: that it is in.
            description: its JSON.
        """
        self.file = file
        self.description = description
        self.attributes: Json = description["attributes"]
        self.mode = description.get("mode", TRIANGLES)

    @cached_property
    def _unpacked(self) -> dict[str, np.ndarray]:
        return unpacked(self.file, self.description) if DRACO in self.description.get("extensions", {}) else {}

    def integers(self, name: str) -> np.ndarray:
        """An attribute [count, size] as it is stored."""
        return self._unpacked[name] if name in self._unpacked else self.file.array(self.attributes[name])

    def floats(self, name: str) -> np.ndarray:
        """An attribute [count, size] in float64."""
        return self.file.floats(self.attributes[name], self._unpacked.get(name))

    def positions(self, weights: list[float]) -> np.ndarray:
        """[V, 3]: its vertices, moved by its morph targets with the weights (3.7.2.2)."""
        positions = self.floats("POSITION")[:, :3]
        for target, weight in zip(self.description.get("targets", ()), weights):
            if weight and "POSITION" in target:
                positions = positions + weight * self.file.floats(target["POSITION"])
        return positions

    def influences(self) -> tuple[np.ndarray, np.ndarray]:
        """(joints [V, n], weights [V, n] that sum to 1) (3.7.3.3)."""
        sets = [k for k in range(len(self.attributes)) if f"JOINTS_{k}" in self.attributes]
        joints = np.concatenate([self.integers(f"JOINTS_{k}") for k in sets], axis=1).astype(np.int64)
        weights = np.concatenate([self.floats(f"WEIGHTS_{k}") for k in sets], axis=1)
        sums = weights.sum(1, keepdims=True)
        weights[sums[:, 0] == 0, 0] = 1
        return joints, weights / np.where(sums == 0, 1, sums)

    def faces(self, n_vertices: int) -> np.ndarray:
        """[F, 3]: its triangles; corners that are left over make none."""
        if "indices" in self._unpacked:
            return self._unpacked["indices"].reshape(-1, 3)
        indices = np.arange(n_vertices)
        if "indices" in self.description:
            indices = self.file.array(self.description["indices"])[:, 0].astype(np.int64)
        if self.mode == STRIP:
            return strip(indices)
        if self.mode == FAN:
            first = np.full(max(len(indices) - 2, 0), indices[0] if len(indices) else 0)
            return np.stack((indices[1:-1], indices[2:], first), axis=1) if len(first) else np.empty((0, 3), np.int64)
        return indices[:len(indices) // 3 * 3].reshape(-1, 3)
