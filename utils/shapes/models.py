"""Where the paper's ShapeNet models lie, and which of them are there."""
from pathlib import Path

from ..paper import CLASS_NAMES, SHAPE_IDS

# Where the models are looked for by default: the clone's `scale`; once installed, `scale` in the working directory.
DATA_DIR = Path(__file__).parents[2] / "scale" if __name__.startswith("utils.") else Path("scale")
FILE = Path("models", "model_normalized.obj")  # in a shape's folder, as in ShapeNetCore version 2


def model_path(data_dir: str | Path, class_nb: int, object_nb: int) -> Path:
    """Where the ShapeNet model of a class and number lies below `data_dir`."""
    return Path(data_dir, CLASS_NAMES[class_nb], SHAPE_IDS[class_nb][object_nb], FILE)


def models_there(data_dir: str | Path) -> list[tuple[int, int]]:
    """(class, object) of all the models below `data_dir`."""
    return [(class_nb, object_nb) for class_nb, ids in enumerate(SHAPE_IDS) for object_nb in range(len(ids))
            if model_path(data_dir, class_nb, object_nb).is_file()]


def in_words(numbers: list[tuple[int, int]]) -> str:
    """Objects in one line: "bathtub 7, cup 0 4"."""
    by_class: dict[int, list[str]] = {}
    for class_nb, object_nb in numbers:
        by_class.setdefault(class_nb, []).append(str(object_nb))
    return ", ".join(f"{CLASS_NAMES[class_nb]} {' '.join(objects)}" for class_nb, objects in by_class.items())
