"""The maps behind the results chapter in one file, so that its tables can be computed again without the models.

    python -m docs.shapenet_maps checkpoint

takes the objects of which every network in the folder has a map, and writes docs/results/shapenet_maps.npz. LEVELS
survive the rounding: a confidence reaches one of them where its 16 bits reach `STEPS` times the level.
"""
import argparse
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from utils.findings.common import common_objects, networks_of
from utils.results.contents import MapResult
from utils.results.layout import MAP
from utils.results.reading import load_result
from utils.results.tree import Key, find

LEVELS = (0.1, 0.3, 0.5, 0.7, 0.9)
STEPS = 65530  # of 16 bits; every level is a whole number of them


def packed(maps: Mapping[Key, MapResult]) -> dict[str, np.ndarray]:
    """The arrays of the file: N networks, M objects, R elevations and C azimuths.

    `network` [N], `class_nb` [M], `object_nb` [M], `elevation` [R] and `azimuth` [C] in degrees; `confidence` [N, M, R,
    C] uint16, in 1 / STEPS, rounded down; `right` [N, M, ceil(R C / 8)] uint8, the bits of whether the class is the
    first answer.
    """
    networks, objects = networks_of(maps), common_objects(maps)
    rows = [[maps[Key(network, *which)] for which in objects] for network in networks]
    first = rows[0][0]
    return dict(network=np.array(networks), class_nb=np.array([int(class_nb) for class_nb, _ in objects]),
                object_nb=np.array([int(object_nb) for _, object_nb in objects]), elevation=first.yy[:, 0],
                azimuth=first.xx[0],
                confidence=np.array([[np.floor(a_map.z.astype(float) * STEPS) for a_map in row]
                                     for row in rows]).astype(np.uint16),
                right=np.array([[np.packbits(a_map.top1 == a_map.metadata.label) for a_map in row] for row in rows]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="results of one or several networks")
    found = find(parser.parse_args().folder, MAP)
    path = Path(__file__).parent / "results" / f"{Path(__file__).stem}.npz"
    np.savez_compressed(path, **packed({key: load_result(place) for key, place in found.items()}))
    print(f"{path}: {path.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
