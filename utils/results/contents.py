"""A result: a map or regions, and how it stands in map.pt and optim.pt (docs/method.md, sections 4, 6 and 8).

Whatever a file holds, nothing in it is run.
"""
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from ..bounds import METHODS
from ..errors import InputError, one_line
from ..parameters import AZIMUTH_AND_ELEVATION, PARAMETERS
from ..regions import ndinterval
from ..scores import SCORES
from . import layout
from .arrays import array, row, trace
from .checks import answers_of, check_boxes, check_found
from .metadata import Contents, Metadata, identity, metadata_of, of_type
from .opening import open_any

CONFIDENCE = SCORES["softmax"].words


@dataclass(frozen=True, eq=False, repr=False)
class MapResult:
    """A map: a score over two parameters.

    Attributes:
        xx, yy: [numbers of the second, of the first] values of the two parameters.
        z: [numbers of the second, of the first] the score.
        metadata: what it is of.
        top1: likewise, index of the network's first answer; None if the file does not say.
        top1_score: likewise, the score of the first answer (its softmax output; its logit; or, of margins, how far it
            is ahead of the second); None if the file does not say.
        top1_names: {index: name} of the answers in `top1`; None if the network does not name its outputs.
    """
    xx: np.ndarray
    yy: np.ndarray
    z: np.ndarray
    metadata: Metadata = Metadata()
    top1: np.ndarray | None = None
    top1_score: np.ndarray | None = None
    top1_names: dict[int, str] | None = None

    def __repr__(self) -> str:
        z, about = self.z, self.metadata
        return (f"MapResult({about.subject}: {about.score_name} over {', '.join(about.parameters)}, {z.shape[0]} x "
                f"{z.shape[1]}, mean {np.nanmean(z, dtype=float):.3f})")


@dataclass(frozen=True, eq=False, repr=False)
class MethodResult:
    """What one method made of the P initial points.

    Attributes:
        regions: P boxes.
        traces: P traces of [iterations, 2, n] boxes before each update, as an array or as the file has them; `trace`
            gives one as an array. None if they were not asked for.
        losses: P traces of [iterations] losses, likewise.
        problems: for each point what went wrong, or ""; None if the file does not say.
        verified: for each region what `optim.py --verify` found in it, or None.
        certificates: for each region what `optim.py --certify` found in it (see `utils.runs.certify`), or None for one
            that cannot be sampled; None if that was not asked for.
        promises: of the largest boxes, what their search promises: the numbers of a `Certificate`, or None.
    """
    regions: list[ndinterval]
    traces: Sequence[Any] | np.ndarray | None = None
    losses: Sequence[Any] | np.ndarray | None = None
    problems: list[str] | None = None
    verified: list[dict[str, float]] | None = None
    certificates: list[dict[str, Any] | None] | None = None
    promises: list[dict[str, Any] | None] | None = None

    def __repr__(self) -> str:
        holding = sum(bool(self.holds(k)) for k in range(len(self.regions)))
        found = f", {holding} hold" if self.certificates else ""
        return f"MethodResult({len(self.regions)} regions{found})"

    def holds(self, point: int) -> bool | None:
        """Whether a region keeps what it promises; None if nobody looked.

        A largest box may be below the level in the share that its search allows; any other region nowhere.
        """
        certificate = self.certificates[point] if self.certificates else None
        if certificate is None:
            return None
        promise = self.promises[point] if self.promises else None
        return certificate["worst"] >= certificate["level"] or bool(promise and certificate["low"] <= promise["risk"])

    def trace(self, point: int) -> np.ndarray:
        """The box before each iteration: [iterations, 2, n]; of some published files there are none."""
        n = self.regions[point].n
        found = trace(self.traces, point)
        return np.empty((0, 2, n)) if found is None else found.reshape(-1, 2, n)

    def loss(self, point: int) -> np.ndarray:
        """The loss at each iteration: [iterations]."""
        found = trace(self.losses, point)
        return np.empty(0) if found is None else found.reshape(-1)


@dataclass(frozen=True, eq=False, repr=False)
class RegionsResult:
    """Regions that one method or several grew from the same initial points.

    Attributes:
        initial_points: [P, n], nan if the file does not say.
        methods: by name, in the file's order.
        metadata: what they are of.
        verified_at: the grid of `optim.py --verify` had this many points a side; None if it was not asked for.
        profile: for regions of one parameter, values of it and the score there, [N] each; None if they were not drawn.
    """
    initial_points: np.ndarray
    methods: dict[str, MethodResult]
    metadata: Metadata = Metadata()
    verified_at: int | None = None
    profile: tuple[np.ndarray, np.ndarray] | None = None

    def __repr__(self) -> str:
        return (f"RegionsResult({self.metadata.subject}: {', '.join(self.methods)} from {len(self.initial_points)} "
                f"points of {', '.join(self.metadata.parameters)})")

    def with_verified(self, verified: dict[str, list[dict[str, float]]], points_a_side: int) -> "RegionsResult":
        """The same regions, with what was found in each: lists by method."""
        methods = {name: replace(method, verified=verified[name]) for name, method in self.methods.items()}
        return replace(self, methods=methods, verified_at=points_a_side)


def map_contents(result: MapResult) -> Contents:
    """What map.pt holds, but for its settings."""
    import torch  # takes seconds, and the options are read without it
    arrays = {layout.XX: result.xx, layout.YY: result.yy, layout.Z: result.z}
    answers = {key: value for key in layout.ANSWERS if (value := getattr(result, key)) is not None}
    return {**{key: torch.from_numpy(values) for key, values in arrays.items()},
            layout.PARAMETERS: list(result.metadata.parameters), **identity(result.metadata),
            **{key: torch.from_numpy(value) if isinstance(value, np.ndarray) else value for key, value in
               answers.items()}}


def regions_contents(result: RegionsResult) -> Contents:
    """What optim.pt holds, but for its settings.

    Raises:
        ValueError: if the result was read without its traces.
    """
    contents = {layout.INITIAL_POINT: result.initial_points.tolist(),
                layout.PARAMETERS: list(result.metadata.parameters), **identity(result.metadata)}
    for name, method in result.methods.items():
        optional = {key: getattr(method, key) for key in layout.OPTIONAL}
        contents[name] = {layout.TRACES: _tensors(method.traces), layout.LOSSES: _tensors(method.losses),
                          layout.REGIONS: method.regions,
                          **{key: value for key, value in optional.items() if value is not None}}
    if result.verified_at is not None:
        contents[layout.VERIFIED_AT] = result.verified_at
    if result.profile is not None:
        import torch
        contents[layout.PROFILE] = [torch.from_numpy(part) for part in result.profile]
    return contents


def map_of(contents: Contents) -> MapResult:
    """The map in the contents of a map.pt; its arrays have the file's types.

    Raises:
        ValueError: says what is wrong with them.
    """
    xx, yy, z = (array(_found(contents, key), dtype=None) for key in (layout.XX, layout.YY, layout.Z))
    if not (z.ndim == 2 and z.size and xx.shape == yy.shape == z.shape):
        raise ValueError(f"xx, yy and z have shapes {xx.shape}, {yy.shape} and {z.shape}; expected the same two "
                         "sides for all")
    if not (np.isfinite(xx).all() and np.isfinite(yy).all()):
        raise ValueError("xx or yy is not finite")
    if not np.isfinite(z).any():
        raise ValueError("z has no number that is finite")
    return MapResult(xx, yy, z, metadata_of(contents, AZIMUTH_AND_ELEVATION), *answers_of(contents, z.shape))


def regions_of(contents: Contents, with_traces: bool = True) -> RegionsResult:
    """The regions in the contents of an optim.pt.

    Args:
        contents: of the file.
        with_traces: keep the traces; of a published file they take twenty times its size.

    Raises:
        ValueError: says what is wrong with them.
    """
    entries = {name: entry for name, entry in contents.items() if name in METHODS}
    regions = {name: list(_found(entry, layout.REGIONS)) for name, entry in entries.items()}
    boxes = [box for method in regions.values() for box in method]
    n = check_boxes(boxes, ", ".join(METHODS))
    metadata = metadata_of(contents, tuple(PARAMETERS)[:n])
    if len(metadata.parameters) != n or not all(name in PARAMETERS for name in metadata.parameters):
        raise ValueError(f"expected {n} of the parameters {', '.join(PARAMETERS)}")
    unknown = [np.full(n, np.nan)] * max(map(len, regions.values()))
    points = np.array([row(point) for point in contents.get(layout.INITIAL_POINT, unknown)])
    if points.shape[1:] != (n,) or any(len(method) != len(points) for method in regions.values()):
        raise ValueError(f"has initial points of shape {points.shape} and {len(boxes)} regions of {n} dimensions")
    methods = {}
    for name, entry in entries.items():
        optional = {key: entry.get(key) for key in layout.OPTIONAL}
        check_found(optional, len(regions[name]))
        traces, losses = (entry.get(key) if with_traces else None for key in (layout.TRACES, layout.LOSSES))
        methods[name] = found = MethodResult(regions[name], traces, losses, **optional)
        for point in range(len(points)):
            found.trace(point), found.loss(point)  # raise for what is none
    profile = [array(part) for part in contents.get(layout.PROFILE, ())]
    return RegionsResult(points, methods, metadata, of_type(contents, layout.VERIFIED_AT, int),
                         (profile[0], profile[1]) if len(profile) == 2 else None)


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
    contents = open_any(Path(path))
    with as_input_error(path):
        return map_of(contents) if layout.Z in contents else regions_of(contents)


def read_map(path: Path) -> MapResult:
    """The map in a file of ours or of the authors, as the report takes it: confidence over viewpoints, in float64.

    Raises:
        InputError: names the file and what is wrong with it, in one line.
    """
    contents = open_any(path)
    with as_input_error(path):
        result = map_of(contents)
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
    contents = open_any(path)
    with as_input_error(path):
        return regions_of(contents, with_traces)


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
            words = f"{words} is missing"
        elif not isinstance(error, ValueError):
            words = f"something else is in it than they write ({type(error).__name__}: {words})"
        raise InputError(f"{path}: is no result of map.py or optim.py: {words}{f'; {advice}' if advice else ''}"
                         ) from None


def _found(contents: Contents, key: str) -> Any:
    if key not in contents:
        raise ValueError(f"{key} is missing")
    return contents[key]


def _tensors(traces: Sequence[Any] | np.ndarray | None) -> list[Any]:
    """A tensor for each initial point. Those of one array share its storage, which is written once."""
    import torch
    if traces is None:
        raise ValueError("the result was read without its traces")
    return list(torch.from_numpy(traces)) if isinstance(traces, np.ndarray) else list(traces)
