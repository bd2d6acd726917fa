"""The picture of best and worst views: of each class's object that a network knows best, where it is surest and least.

    python -m docs.best_and_worst FOLDER --data_dir scale

reads every map of a folder of one network's results, such as checkpoint/EfficientNetLite0, renders two views of ten
objects, and writes docs/results/best_and_worst.png.
"""
import argparse
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from utils.figures.objects import shape_of, views_at
from utils.figures.style import new_figure
from utils.results.contents import MapResult
from utils.results.layout import MAP
from utils.results.reading import load_result
from utils.results.tree import Key, find

SIZE = 224  # pixels


def best_of_each_class(maps: dict[Key, MapResult]) -> dict[Key, MapResult]:
    """Of each class the map of the highest mean confidence."""
    best: dict[str, Key] = {}
    for key, a_map in maps.items():
        if key.class_name not in best or a_map.z.mean() > maps[best[key.class_name]].z.mean():
            best[key.class_name] = key
    return {key: maps[key] for key in best.values()}


def draw(maps: dict[Key, MapResult], data_dir: Path) -> Figure:
    """A column for each map: above the view of the highest confidence, below that of the lowest."""
    network = next(iter(maps)).network
    figure = new_figure(f"{network}: best view of an object (above) and worst (below)",
                        1.3 * len(maps), 3.9)
    cells = figure.subplots(2, len(maps), squeeze=False)
    for column, (key, a_map) in zip(cells.T, maps.items()):
        where = [a_map.z.argmax(), a_map.z.argmin()]
        points = np.stack((a_map.xx.flat[where], a_map.yy.flat[where]), axis=1)
        pictures = views_at(points, shape_of(key, data_dir, a_map.metadata), a_map.metadata.image_size, SIZE)
        for axes, picture, index, (azimuth, elevation) in zip(column, pictures, where, points):
            name = (a_map.top1_names or {}).get(int(a_map.top1.flat[index]), "")
            axes.imshow(picture, cmap="gray", vmin=0, vmax=255)
            axes.set(xticks=[], yticks=[])
            axes.set_xlabel(f"{a_map.z.flat[index]:.2f} at {azimuth:g}, {elevation:g}\n{name}", fontsize=7)
        column[0].set_title(f"{key.class_name} {key.object_nb}", fontsize=8)
    return figure


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="results of one network, checkpoint/NETWORK")
    parser.add_argument("--data_dir", type=Path, default=Path("scale"), help="folder of the meshes")
    args = parser.parse_args()
    maps = {key: load_result(path) for key, path in find(args.folder.parent, MAP).items()
            if key.network == args.folder.name}
    path = Path(__file__).parent / "results" / f"{Path(__file__).stem}.png"
    draw(best_of_each_class(maps), args.data_dir).savefig(path, dpi=110)


if __name__ == "__main__":
    main()
