"""Results are read here: our map.pt and optim.pt, and those that the authors published. Nothing in a file is run."""
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from ..bounds import METHODS
from ..errors import InputError, one_line, printable
from ..files import status_of
from ..parameters import AZIMUTH_AND_ELEVATION, PARAMETERS
from ..regions import SAFE_GLOBALS
from ..scores import CONFIDENCE
from . import layout, published
from .contents import MapResult, MethodResult, RegionsResult, numbers
from .metadata import Contents, metadata_of, of_type

NUMBERS = {  # in what is said of a region
    "certificates": ("level", "n_views", "n_below", "low", "high", "mean", "top1", "worst"),
    "promises": ("level", "risk", "confidence", "high", "n_views", "n_below"),
    "verified": ("minimum", "mean", "above_half", "top1")}
OF_ERROR = ("share", "low", "high", "confidence", "n_views", "n_wrong")  # numbers of a map's error


def load_result(path: str | Path) -> MapResult | RegionsResult:
    """The map or the regions in a file of ours or of the authors. Nothing in the file is run.

    Args:
        path: of a map.pt or an optim.pt.

    Returns:
        A MapResult with xx, yy (in the parameters' units, of angles degrees) and z [rows, columns], or a RegionsResult
        with initial_points [P, n] and the methods by name.

    Raises:
        InputError: names the file and what is wrong with it, in one line.
    """
    with as_input_error(path):
        contents = _open(Path(path))
        return map_of(contents) if layout.Z in contents else regions_of(contents)


def read_map(path: Path) -> MapResult:
    """The map in a file of ours or of the authors, as the report takes it: confidence over viewpoints, in float64.

    Raises:
        InputError: names the file and what is wrong with it, in one line.
    """
    with as_input_error(path):
        result = map_of(_open(path))
        metadata = result.metadata
        if metadata.parameters != AZIMUTH_AND_ELEVATION or metadata.score_name != CONFIDENCE:
            raise ValueError(f"the report is of {CONFIDENCE} over {' and '.join(AZIMUTH_AND_ELEVATION)}, and this of "
                             f"{metadata.score_name} over {' and '.join(metadata.parameters)}")
        xx, yy, z = (values.astype(np.float64) for values in (result.xx, result.yy, result.z))
        return replace(result, xx=xx, yy=yy, z=z)


def read_optim(path: Path, with_traces: bool = False) -> RegionsResult:
    """The regions in a file of ours or of the authors.

    Args:
        path: of the file.
        with_traces: keep the traces; of a published file they take twenty times its size.

    Raises:
        InputError: names the file and what is wrong with it, in one line.
    """
    with as_input_error(path):
        return regions_of(_open(path), with_traces)


@contextmanager
def as_input_error(path: str | Path, advice: str = "") -> Iterator[None]:
    """What is found in a file of the right format and the wrong contents, as one line; what to do is its end."""
    try:
        yield
    except InputError:
        raise
    except Exception as error:
        words = one_line(error)[:200]
        if isinstance(error, KeyError):
            words = f"{error.args[0]} is missing"
        elif not isinstance(error, ValueError):
            words = f"something else is in it than they write ({type(error).__name__}: {words})"
        raise InputError(f"{path}: is no result of map.py or optim.py: {words}{f'; {advice}' if advice else ''}"
                         ) from None


def _open(path: Path) -> Contents:
    """The dict in a file of ours or of the authors."""
    try:
        status_of(path)
        contents = published.read(path) if published.is_published_format(path) else open_safely(path)
    except InputError:
        raise
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror or error})") from None
    except Exception as error:  # whatever a broken file makes the reader stumble over
        raise InputError(f"{path}: cannot be read as a result ({type(error).__name__}): it is damaged, or another "
                         "kind of file; nothing in it was run") from None
    if not isinstance(contents, dict):
        raise InputError(f"{path}: holds no result, but {type(contents).__name__}")
    return contents


def open_safely(path: Path) -> Any:
    """What a file of torch.save holds; raises whatever a broken file makes zipfile or torch stumble over."""
    import torch  # takes seconds, and the options are read without it
    with zipfile.ZipFile(path) as file:  # torch does not look at the checksums
        if file.testzip() is not None:
            raise ValueError("a checksum is wrong")
    torch.serialization.add_safe_globals(SAFE_GLOBALS)
    contents = torch.load(path, weights_only=True, map_location="cpu")
    _check_sizes(contents)
    return contents


def _check_sizes(contents: Any) -> None:
    """Raise ValueError for a tensor with more numbers than its file has: one can stand there for any number of them."""
    import torch
    parts, seen = [contents], set()
    while parts:
        part = parts.pop()
        if id(part) in seen:  # a list can hold itself
            continue
        seen.add(id(part))
        if torch.is_tensor(part):
            if part.layout == torch.strided and part.numel() * part.itemsize > part.untyped_storage().nbytes():
                raise ValueError("a tensor has more numbers than its file")
        elif isinstance(part, (dict, list, tuple)):
            parts += part.values() if isinstance(part, dict) else part


def map_of(contents: Contents) -> MapResult:
    """The map in the contents of a map.pt; its arrays have the file's types.

    Raises:
        ValueError, KeyError, TypeError, AttributeError: if they are not what map.py writes; see `as_input_error`.
    """
    xx, yy, z = (numbers(contents[key]) for key in (layout.XX, layout.YY, layout.Z))
    if not (z.ndim == 2 and z.size and xx.shape == yy.shape == z.shape):
        raise ValueError(f"xx, yy and z have shapes {xx.shape}, {yy.shape} and {z.shape}; expected the same two "
                         "sides for all")
    if not (np.isfinite(xx).all() and np.isfinite(yy).all() and np.isfinite(z).any()):
        raise ValueError("xx or yy is not finite, or z has no number that is finite")
    return MapResult(xx, yy, z, metadata_of(contents, AZIMUTH_AND_ELEVATION), **_answers_of(contents, z.shape),
                     **_origin_of(contents, z.shape))


def _answers_of(contents: Contents, shape: tuple[int, ...]) -> dict[str, Any]:
    """What a file says of the first answers, as arguments of MapResult. Early and published files say nothing."""
    if layout.TOP1 not in contents:
        return {}
    top1, score = (numbers(contents[key]) for key in (layout.TOP1, layout.TOP1_SCORE))
    if not (top1.shape == score.shape == shape and top1.dtype.kind == "i" and top1.min() >= 0):
        raise ValueError(f"top1 and top1_score have shapes {top1.shape} and {score.shape}; expected for both "
                         f"{shape}, indices of answers and their scores")
    names = contents.get(layout.TOP1_NAMES)
    return {layout.TOP1: top1, layout.TOP1_SCORE: score,
            layout.TOP1_NAMES: names and {int(index): printable(name) for index, name in names.items()}}


def _origin_of(contents: Contents, shape: tuple[int, ...]) -> dict[str, Any]:
    """What a file of a part of the views says of them, as arguments of MapResult. Other files say nothing."""
    if layout.ASKED not in contents:
        return {}
    asked, error, level = numbers(contents[layout.ASKED]), contents[layout.ERROR], contents[layout.LEVEL]
    if not (asked.shape == shape and asked.dtype.kind == "b"):
        raise ValueError(f"asked has shape {asked.shape}; expected {shape}, of true and false")
    if not (isinstance(error, dict) and all(isinstance(error.get(name), float | int) for name in OF_ERROR)):
        raise ValueError(f"error lacks some of {', '.join(OF_ERROR)}")
    return {layout.ASKED: asked, layout.ERROR: error, layout.LEVEL: float(level)}


def regions_of(contents: Contents, with_traces: bool = True) -> RegionsResult:
    """The regions in the contents of an optim.pt.

    Args:
        contents: of the file.
        with_traces: keep the traces; of a published file they take twenty times its size.

    Raises:
        ValueError, KeyError, TypeError, AttributeError: if they are not what optim.py writes; see `as_input_error`.
    """
    entries = {name: entry for name, entry in contents.items() if name in METHODS}
    boxes = {name: list(entry[layout.REGIONS]) for name, entry in entries.items()}
    sizes = {len(bound) for method in boxes.values() for box in method for bound in (box.a, box.b)}
    if len(sizes) != 1:
        raise ValueError(f"expected regions of {', '.join(METHODS)}, all of as many dimensions")
    n, = sizes
    metadata = metadata_of(contents, tuple(PARAMETERS)[:n])
    if len(metadata.parameters) != n or not PARAMETERS.keys() >= set(metadata.parameters):
        raise ValueError(f"expected {n} of the parameters {', '.join(PARAMETERS)}")
    unknown = np.full((max(map(len, boxes.values())), n), np.nan)
    points = numbers(contents.get(layout.INITIAL_POINT, unknown), np.float64)
    if any(points.shape != (len(method), n) for method in boxes.values()):
        raise ValueError(f"has initial points of shape {points.shape}; expected one of {n} numbers for every region")
    methods = {name: _method_of(entry, boxes[name], metadata.parameters, with_traces)
               for name, entry in entries.items()}
    profile = [numbers(part, np.float64) for part in contents.get(layout.PROFILE, ())]
    return RegionsResult(points, methods, metadata, of_type(contents, layout.VERIFIED_AT, int),
                         (profile[0], profile[1]) if profile else None)


def _method_of(entry: Contents, regions: list[Any], parameters: tuple[str, ...], with_traces: bool) -> MethodResult:
    """What a file says of one method's regions."""
    optional = {key: entry.get(key) for key in layout.OPTIONAL}
    for key, said in optional.items():
        if said is not None and not (isinstance(said, list) and len(said) == len(regions)
                                     and all(_is_said(key, one) for one in said)):
            raise ValueError(f"has other {key} than optim.py writes of {len(regions)} regions")
    traces, losses = (entry.get(key) if with_traces else None for key in (layout.TRACES, layout.LOSSES))
    found = MethodResult(regions, traces, losses, parameters=parameters, **optional)
    for point in range(len(regions)):
        found.trace(point), found.loss(point)  # raise for what is none
    return found


def _is_said(key: str, one: Any) -> bool:
    """Whether optim.py would write this of a region. One outside of the domain has no certificate, and no promise."""
    if key == "problems":
        return isinstance(one, str)
    if one is None:
        return key != "verified"
    if not (isinstance(one, dict) and all(isinstance(one.get(name), float | int) for name in NUMBERS[key])):
        return False
    return key != "certificates" or one["n_views"] > 0 and numbers(one.get("worst_at")).ndim == 1
