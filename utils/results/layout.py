"""Names: of the files of a result, of the states of a job, and of the keys in a file.

A result lies at CHECKPOINT_DIR/<network>/<class>/<object>/map.pt or optim.pt. It is a dict of tensors, numbers and
strings. Its `settings` are all that its numbers depend on.
"""
from collections.abc import Iterable
from pathlib import Path

MAP = "map.pt"
OPTIM = "optim.pt"

# What to do where a file cannot be written, and where one is there that is not the wanted one
ADVICE = "make room, then run the same command again"
OR_ELSE = "pass `override` to replace it, or choose another `checkpoint_dir`"

# States of a job. OTHER: there is a result, or the beginning of one, that was made with other settings.
DONE, RUNNING, UNFINISHED, FAILED, MISSING, OTHER = (
    "done", "running", "unfinished", "failed", "missing", "made with other settings")

# Keys of both files. Those of IDENTITY say what the result is of, with values of these types; early files, and results
# of the paper's objects, have not all of IF_KNOWN.
PARAMETERS, MESH, SETTINGS, ENGINE = "parameters", "mesh", "settings", "engine"
IMAGES = "images"  # the setting `textures` where samples read images; True in early results: a cube for each face
ADDED_LATER = ("largest", "certify")  # settings of what can be added to a finished result
IDENTITY = dict(class_nb=int, object_nb=int, shape_id=str, network_name=str, class_name=str, label=int, score=str,
                engine=str)
IF_KNOWN = ("class_name", "label", "engine", MESH)
# Keys of map.pt: docs/method.md, section 4.
XX, YY, Z = "xx", "yy", "z"
TOP1, TOP1_SCORE, TOP1_NAMES = "top1", "top1_score", "top1_names"
ASKED, ERROR, LEVEL = "asked", "error", "level"
ADDED = (TOP1, TOP1_SCORE, TOP1_NAMES, ASKED, ERROR, LEVEL)  # attributes of `MapResult`, where there are any
# Keys of optim.pt, and of what it has for each method: docs/method.md, section 6.
INITIAL_POINT, VERIFIED_AT, PROFILE = "initial_point", "verified_at", "profile"
TRACES, LOSSES, REGIONS = "optim_trace", "loss_trace", "regions"
OPTIONAL = ("problems", "verified", "certificates", "promises")  # attributes of `MethodResult`, where there are any


def result_path(checkpoint_dir: Path, network_folder: str, class_nb: int | str, object_nb: int | str,
                name: str) -> Path:
    """Where a result lies: CHECKPOINT_DIR/<network>/<class>/<object>/<name>."""
    return Path(checkpoint_dir, network_folder, str(class_nb), str(object_nb), name)


def stored(checkpoint_dir: Path, names: Iterable[str] = (MAP, OPTIM)) -> list[Path]:
    """Paths of the finished results below a folder, whatever they were made from; also of what only has the name."""
    return [path for name in names for path in Path(checkpoint_dir).glob(f"*/*/*/{name}") if not path.is_dir()]


def journal_path(path: Path) -> Path:
    """Where the journal of an unfinished run lies."""
    return path.with_suffix(".journal")


def earlier_path(path: Path) -> Path:
    """Where an earlier version kept the state of an unfinished run."""
    return path.with_name(f"{path.stem}.partial{path.suffix}")


def picture_path(path: Path) -> Path:
    """Where the picture of a result lies."""
    return path.with_suffix(".png")


def failure_path(path: Path) -> Path:
    """Where it is noted why a result could not be made."""
    return path.with_name(f"{path.stem}.failed.txt")


def lock_path(path: Path) -> Path:
    """Where the lock of a result lies while a process is at work on it."""
    return path.with_name(f".{path.stem}.lock")
