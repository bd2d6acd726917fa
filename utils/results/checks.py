"""Whether a result holds what map.py and optim.py write beside its arrays: records of regions, and first answers."""
from collections.abc import Sequence
from typing import Any

from ..errors import printable
from ..regions import ndinterval
from . import layout
from .arrays import array
from .metadata import Contents

NUMBERS = {  # in what is said of a region
    "certificates": ("level", "n_views", "n_below", "low", "high", "mean", "top1", "worst"),
    "promises": ("level", "risk", "confidence", "high", "n_views", "n_below"),
    "verified": ("minimum", "mean", "above_half", "top1")}


def check_boxes(boxes: Sequence[Any], names: str) -> int:
    """How many dimensions regions have.

    Args:
        boxes: the regions of all methods.
        names: of the methods that there are, for the error.

    Raises:
        ValueError: if one is no region, or of other dimensions.
    """
    shapes: set[tuple[int, ...]] = {shape for box in boxes for shape in (
        (box.a.shape, box.b.shape) if isinstance(box, ndinterval) else ((),))}
    sides: tuple[int, ...] = shapes.pop() if len(shapes) == 1 else ()
    if len(sides) != 1 or not sides[0]:
        raise ValueError(f"expected regions of {names}, all of as many dimensions")
    return sides[0]


def check_found(optional: Contents, n_regions: int) -> None:
    """Turn away what a file says of its regions if it is not what optim.py writes there.

    Args:
        optional: what it says by the keys of layout.OPTIONAL, or None.
        n_regions: of the method.

    Raises:
        ValueError: says what is wrong with it.
    """
    for key, records in optional.items():
        if records is None:
            continue
        if not isinstance(records, list) or len(records) != n_regions:
            raise ValueError(f"expected {key} of {n_regions} regions")
        if key in NUMBERS:
            check_records(key, records)
        elif not all(isinstance(text, str) for text in records):
            raise ValueError(f"{key} are no texts")


def check_records(key: str, records: list[Any]) -> None:
    """Check what is said of regions, each of which has a record; or None, where nothing was looked at.

    Args:
        key: of NUMBERS.
        records: dicts of numbers, or None.

    Raises:
        ValueError: for one that is none.
    """
    for record in records:
        if record is None and key != "verified":
            continue
        if not (isinstance(record, dict) and all(_is_number(record.get(name)) for name in NUMBERS[key])):
            raise ValueError(f"{key} are not numbers of {', '.join(NUMBERS[key])}")
        if key == "certificates":
            at = record.get("worst_at")
            if record["n_views"] < 1 or not (isinstance(at, list) and all(map(_is_number, at))):
                raise ValueError("certificates have no views, or no worst_at")


def _is_number(value: Any) -> bool:
    return isinstance(value, float | int)


def answers_of(contents: Contents, shape: tuple[int, ...]) -> tuple[Any, ...]:
    """What a file says of the first answers: the values of layout.ANSWERS, all None where it says nothing.

    Args:
        contents: of a map.pt.
        shape: of its z.

    Raises:
        ValueError: says what is wrong with it.
    """
    if not {layout.TOP1, layout.TOP1_SCORE} <= contents.keys():
        return (None,) * len(layout.ANSWERS)
    top1, score = (array(contents[key], dtype=None) for key in (layout.TOP1, layout.TOP1_SCORE))
    if not (top1.shape == score.shape == shape and top1.dtype.kind == "i" and top1.min() >= 0):
        raise ValueError(f"top1 and top1_score have shapes {top1.shape} and {score.shape}; expected for both "
                         f"{shape}, indices of answers and their scores")
    names = contents.get(layout.TOP1_NAMES)
    if names is not None and not (isinstance(names, dict) and all(
            type(key) is int and type(name) is str for key, name in names.items())):
        raise ValueError("top1_names are no names by index")
    return top1, score, names and {index: printable(name) for index, name in names.items()}
