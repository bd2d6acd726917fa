"""A result, a map or regions, and how map.pt and optim.pt hold it (docs/method.md, sections 4, 6 and 8)."""
import io
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import InputError
from ..files import whole_file
from ..parameters import AZIMUTH_AND_ELEVATION, too_small
from ..regions import ndinterval
from ..space import DEGREES, MEASURES, Space
from . import layout
from .metadata import Contents, Metadata, identity


class Result:
    """What there is to do with a map or regions. What draws and tabulates stands above this package, and is asked by
    name: see "Where it differs from the obvious" in docs/architecture.md.
    """
    metadata: Metadata

    def plot(self, ax: Any = None) -> Any:
        """The matplotlib axes on which it is drawn.

        Args:
            ax: axes; None: those of a new figure of pyplot's.

        Raises:
            InputError: for regions of more than two parameters.
        """
        return import_module("..figures.on_axes", __package__).draw(self, ax)

    def to_frame(self) -> Any:
        """A pandas DataFrame: a row for each view of a map, or for each region (columns: docs/reports.md)."""
        return import_module("..findings.rows", __package__).frame_of(self)

    def save(self, path: str | Path) -> None:
        """Write a map.pt or an optim.pt, which `load_result` and `report.py` read.

        Args:
            path: of the file, whose folder is made; <network>/<class>/<object>/map.pt for a report.

        Raises:
            InputError: if it cannot be written, or was read without its traces.
        """
        import torch  # takes seconds, and the options are read without it
        assert isinstance(self, (MapResult, RegionsResult))
        contents = map_contents(self) if isinstance(self, MapResult) else regions_contents(self)
        stored = io.BytesIO()
        torch.save({**contents, layout.SETTINGS: self.metadata.settings}, stored)
        with whole_file(Path(path), layout.ADVICE) as file:
            file.write_bytes(stored.getvalue())


@dataclass(frozen=True, eq=False, repr=False)
class MapResult(Result):
    """A map: a score over two parameters.

    Attributes:
        xx, yy: [numbers of the second, of the first] values of the two parameters.
        z: [numbers of the second, of the first] the score.
        metadata: what it is of.
        top1: likewise, index of the network's first answer; None if the file does not say.
        top1_score: likewise, the score of the first answer (its softmax output; its logit; or, of margins, how far it
            is ahead of the second); None if the file does not say.
        top1_names: {index: name} of the answers in `top1`; None if the network does not name its outputs.
        asked: likewise, where the score is the network's; elsewhere it is a model's mean. None if that is everywhere.
        error: of the model, the numbers of a `WrongShare`; None if all views were asked.
        level: of the score, whose sides the error is about; None if all views were asked.
    """
    xx: np.ndarray
    yy: np.ndarray
    z: np.ndarray
    metadata: Metadata = Metadata()
    top1: np.ndarray | None = None
    top1_score: np.ndarray | None = None
    top1_names: dict[int, str] | None = None
    asked: np.ndarray | None = None
    error: dict[str, Any] | None = None
    level: float | None = None

    def __repr__(self) -> str:
        z, about = self.z, self.metadata
        return (f"MapResult({about.subject}: {about.score_name} over {', '.join(about.parameters)}, {z.shape[0]} x "
                f"{z.shape[1]}, mean {np.nanmean(z, dtype=float):.3f}{self.origin and f', {self.origin}'})")

    @property
    def n_asked(self) -> int:
        """Views whose score is the network's."""
        return self.z.size if self.asked is None else int(self.asked.sum())

    @property
    def origin(self) -> str:
        """How many views were asked and how often the others are wrong, in words; "" if all of them were asked."""
        if self.asked is None or self.error is None:
            return ""
        share, low, high = (100 * self.error[name] for name in ("share", "low", "high"))
        return (f"from {self.n_asked:,} of {self.z.size:,} views; {share:.1f} % on the wrong side of {self.level:g} "
                f"({low:.1f} to {high:.1f})")


@dataclass(frozen=True, eq=False, repr=False)
class MethodResult:
    """What one method made of the P initial points.

    Attributes:
        regions: P boxes.
        traces: P traces of [iterations, 2, n] boxes before each update, as an array or as the file has them; `trace`
            gives one as an array. None if they were not asked for, or the file has none.
        losses: P traces of [iterations] losses, likewise.
        problems: for each point what went wrong, or ""; None if the file does not say.
        verified: for each region what `optim.py --verify` found in it, or None.
        certificates: for each region what `optim.py --certify` found in it (see `utils.runs.certify`), or None for one
            that cannot be sampled; None if that was not asked for.
        promises: of the largest boxes, what their search promises: the numbers of a `Certificate`, or None.
        parameters: names of the regions' n numbers.
    """
    regions: list[ndinterval]
    traces: Sequence[Any] | np.ndarray | None = None
    losses: Sequence[Any] | np.ndarray | None = None
    problems: list[str] | None = None
    verified: list[dict[str, float]] | None = None
    certificates: list[dict[str, Any] | None] | None = None
    promises: list[dict[str, Any] | None] | None = None
    parameters: tuple[str, ...] = AZIMUTH_AND_ELEVATION

    def __repr__(self) -> str:
        holding = sum(bool(self.holds(k)) for k in range(len(self.regions)))
        found = f", {holding} hold" if self.certificates else ""
        return f"MethodResult({len(self.regions)} regions{found})"

    def holds(self, point: int) -> bool | None:
        """Whether a region keeps what it promises; None if nobody looked, or it is too small to judge.

        A largest box may be below the level in the share that its search allows; any other region nowhere.
        """
        certificate = self.certificates[point] if self.certificates else None
        if certificate is None or too_small(self.regions[point], self.parameters):
            return None
        promise = self.promises[point] if self.promises else None
        return certificate["worst"] >= certificate["level"] or bool(promise and certificate["low"] <= promise["risk"])

    def trace(self, point: int) -> np.ndarray:
        """The box before each iteration: [iterations, 2, n]; of some published files there are none."""
        return _trace(self.traces, point).reshape(-1, 2, self.regions[point].n)

    def loss(self, point: int) -> np.ndarray:
        """The loss at each iteration: [iterations]."""
        return _trace(self.losses, point).reshape(-1)


@dataclass(frozen=True, eq=False, repr=False)
class RegionsResult(Result):
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

    @property
    def measure(self) -> str:
        """Of its largest boxes and of its random views, one of MEASURES."""
        stated = [self.metadata.settings.get(name) for name in layout.ADDED_LATER]
        return next((one["measure"] for one in stated if isinstance(one, dict) and one.get("measure") in MEASURES),
                    DEGREES)

    def space_of(self, method: str, measure: str = DEGREES) -> Space:
        """The space that a method's regions lie in: largest boxes may run around circles, where they were asked to.

        Args:
            method: its name.
            measure: of MEASURES; how the space is measured.
        """
        asked = self.metadata.settings.get(method)
        return Space.of(self.metadata.parameters, measure, wrap=isinstance(asked, dict) and asked.get("wrap") is True)

    def __repr__(self) -> str:
        return (f"RegionsResult({self.metadata.subject}: {', '.join(self.methods)} from {len(self.initial_points)} "
                f"points of {', '.join(self.metadata.parameters)})")


def numbers(value: Any, dtype: Any = None) -> np.ndarray:
    """A number, an array, a tensor, or lists of them as one array.

    Args:
        value: as a file holds it.
        dtype: of the array; None: as in the file.

    Raises:
        ValueError: if it holds anything else; or what torch raises for a tensor that is no plain one.
    """
    found = np.asarray(value)
    if found.dtype.kind not in "bfiu":
        raise ValueError(f"expected numbers, found {type(value).__name__}")
    return found if dtype is None else found.astype(dtype, copy=False)


def _trace(traces: Sequence[Any] | np.ndarray | None, point: int) -> np.ndarray:
    """The numbers of one point's trace, none if there are no traces."""
    return np.empty(0) if traces is None else numbers(traces[point], np.float64)


def map_contents(result: MapResult) -> Contents:
    """What map.pt holds, but for its settings."""
    import torch  # takes seconds, and the options are read without it
    arrays = {layout.XX: result.xx, layout.YY: result.yy, layout.Z: result.z}
    added = {key: value for key in layout.ADDED if (value := getattr(result, key)) is not None}
    contents = {**arrays, layout.PARAMETERS: list(result.metadata.parameters), **identity(result.metadata), **added}
    return {key: torch.from_numpy(value) if isinstance(value, np.ndarray) else value for key, value in contents.items()}


def regions_contents(result: RegionsResult) -> Contents:
    """What optim.pt holds, but for its settings.

    Raises:
        InputError: if the result was read without its traces.
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


def _tensors(traces: Sequence[Any] | np.ndarray | None) -> list[Any]:
    """A tensor for each initial point. Those of one array share its storage, which is written once."""
    import torch
    if traces is None:
        raise InputError("the result was read without its traces, which its file holds")
    return list(torch.from_numpy(traces)) if isinstance(traces, np.ndarray) else list(traces)
