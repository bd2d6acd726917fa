"""Bring the paper's 100 objects in from a copy of ShapeNetCore, which may not be redistributed.

    python -m scale.link --shapenet DIR

DIR holds <synset>/<shape id>/models/model_normalized.obj (version 2) or <synset>/<shape id>/model.obj (version 1).
Each model found is linked to scale/<class>/<shape id>/models/model_normalized.obj; the others are listed.

    python -m scale.link --list

prints the 100 objects and what each is: a model, or a stand-in.
"""
import argparse
import shutil
from pathlib import Path

from utils.paper import CLASS_NAMES, SHAPE_IDS
from utils.shapes.models import DATA_DIR, FILE, model_path, models_there

FILES = (FILE, Path("model.obj"))  # in a shape's folder: version 2, version 1


def candidate_folders(shapenet: Path) -> list[Path]:
    """Folders that may hold shape ids: DIR, its subfolders (synsets), and theirs if one is a complete ShapeNet copy."""
    below = sorted(path for path in shapenet.iterdir() if path.is_dir())
    nested = [inner for path in below if path.name.lower().startswith("shapenet")
              for inner in sorted(path.iterdir()) if inner.is_dir()]
    return [shapenet, *below, *nested]


def find_model(folders: list[Path], shape_id: str) -> Path | None:
    """The obj file of a shape id in one of the folders, or None."""
    for folder in folders:
        for file in FILES:
            path = folder / shape_id / file
            if path.is_file():
                return path
    return None


def place(source: Path, target: Path, copy: bool) -> None:
    """Link the source at the target, or copy it; a copy appears complete or not at all."""
    target.parent.mkdir(parents=True, exist_ok=True)
    target.unlink(missing_ok=True)
    if copy:
        unfinished = target.with_suffix(".tmp")
        shutil.copyfile(source, unfinished)
        unfinished.replace(target)
    else:
        target.symlink_to(source.resolve())


def print_objects(data_dir: Path) -> None:
    """Print the objects, and what each is."""
    there = set(models_there(data_dir))
    print("class        object  is        shape id")
    for class_nb, (name, shape_ids) in enumerate(zip(CLASS_NAMES, SHAPE_IDS)):
        for object_nb, shape_id in enumerate(shape_ids):
            is_model = (class_nb, object_nb) in there
            print(f"{class_nb} {name:11}{object_nb:6}  {'model   ' if is_model else 'stand-in'}  "
                  f"{shape_id if is_model else f'stand-in-{name}-{object_nb}'}")
    print(f"{len(there)} models in {data_dir}, {sum(map(len, SHAPE_IDS)) - len(there)} stand-ins")


def main() -> None:
    parser = argparse.ArgumentParser(prog="scale.link", description=__doc__.splitlines()[0], allow_abbrev=False)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--shapenet", type=Path, metavar="DIR", help="a copy of ShapeNetCore, v1 or v2")
    what.add_argument("--list", action="store_true", help="print the objects and what each is: model or stand-in")
    parser.add_argument("--data_dir", type=Path, default=DATA_DIR, metavar="DIR",
                        help="where the models are put (default: scale)")
    parser.add_argument("--copy", action="store_true", help="copy the files; the default is to link them")
    args = parser.parse_args()
    if args.list:
        print_objects(args.data_dir)
        return
    if not args.shapenet.is_dir():
        parser.exit(2, f"scale.link: error: --shapenet {args.shapenet}: no such folder; give a copy of ShapeNetCore\n")

    folders = candidate_folders(args.shapenet)
    placed, present, missing = 0, 0, []
    for class_nb, (name, shape_ids) in enumerate(zip(CLASS_NAMES, SHAPE_IDS)):
        for object_nb, shape_id in enumerate(shape_ids):
            target = model_path(args.data_dir, class_nb, object_nb)
            if target.is_file():
                present += 1
                continue
            source = find_model(folders, shape_id)
            if source is None:
                missing.append(f"{name} {object_nb}: {shape_id}")
                continue
            try:
                place(source, target, args.copy)
            except OSError as error:
                parser.exit(2, f"scale.link: error: {target}: cannot be written ({error.strerror}); where links are "
                               "not allowed, pass --copy; else choose another --data_dir\n")
            placed += 1
    if not placed and not present:
        parser.exit(2, f"scale.link: error: --shapenet {args.shapenet}: none of the 100 models is there; expected "
                       "<synset>/<shape id>/models/model_normalized.obj or <synset>/<shape id>/model.obj\n")

    print(f"{'copied' if args.copy else 'linked'} {placed} models to {args.data_dir}, {present} were there already, "
          f"{len(missing)} missing")
    for line in missing:
        print(f"  missing: {line}")


if __name__ == "__main__":
    main()
