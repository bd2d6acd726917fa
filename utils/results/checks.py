"""Whether a result holds what map.py and optim.py write beside its arrays: records of regions, and first answers."""
from typing import Any

from utils.results import layout
from utils.results.arrays import array
from utils.results.metadata import Contents

NUMBERS = {  # in what is said of a region
    "certificates": ("level", "n_views", "n_below", "low", "high", "mean", "top1", "worst"),
    "promises": ("level", "risk", "confidence", "high", "n_views", "n_below")}


def check_found(optional: Contents, n_regions: int) -> None:
    """Turn away what a file says of its regions if it is not what optim.py writes there.

    Args:
        optional: what it says by the keys of layout.OPTIONAL, or None.
        n_regions: of the method.

    Raises:
        ValueError: says what is wrong with it.
    """
    for key in NUMBERS:
        records = optional[key]
        if records is None:
            continue
        if not isinstance(records, list) or len(records) != n_regions:
            raise ValueError(f"expected {key} of {n_regions} regions")
        check_records(key, records)


def check_records(key: str, records: list[Any]) -> None:
    """Check what is said of regions, each of which has a record or None.

    Args:
        key: of NUMBERS.
        records: dicts of numbers, or None.

    Raises:
        ValueError: for one that is none.
    """
    for record in records:
        if record is not None and not (isinstance(record, dict) and all(
                isinstance(record.get(name), (int, float)) for name in NUMBERS[key])):
            raise ValueError(f"{key} are not numbers of {', '.join(NUMBERS[key])}")


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
    return top1, score, names
