"""A tree of results as arrays, whoever made them: files of `utils.checkpoints`, or the authors' published ones.

Whatever a file holds, nothing in it is run, and no array is larger than the file that it comes from.
"""
import zipfile
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch

from scale.true_dict import CLASS_NAMES
from utils.results import published
from utils.results.store import CONFIDENCE, parameters_of, score_of, stored
from utils.errors import InputError
from utils.parameters import AZIMUTH_AND_ELEVATION, PARAMETERS
from utils.regions import ndinterval

METHODS = ("naive", "OIR_B", "OIR_W", "trap")  # keys of optim.pt, in the paper's order


@dataclass(frozen=True)
class Key:
    """Which result: its folder's three names, network, class and object; and the names of the data set's classes."""
    network: str
    class_nb: str
    object_nb: str
    class_names: tuple = field(default=CLASS_NAMES, compare=False, repr=False)

    @property
    def class_name(self):
        """The class's name, or the folder's where that is no number of a class."""
        is_number = self.class_nb.isdecimal() and int(self.class_nb) < len(self.class_names)
        return self.class_names[int(self.class_nb)] if is_number else self.class_nb

    @property
    def order(self):
        """Sorts by network, class and object."""
        return natural((self.network, self.class_nb, self.object_nb))

    def __str__(self):
        return f"{self.network} {self.class_name} {self.object_nb}"


def natural(names):
    """What sorts names with numbers as numbers."""
    return tuple((not name.isdecimal(), int(name) if name.isdecimal() else 0, name) for name in names)


def find(checkpoint_dir, name, class_names=CLASS_NAMES):
    """Where all results of one kind (MAP or OPTIM) lie below a folder: {Key: path}, by network, class and object.

    Args:
        checkpoint_dir: the folder.
        name: MAP or OPTIM.
        class_names: of the data set.

    Raises:
        InputError: if the folder is not there.
    """
    if not Path(checkpoint_dir).is_dir():
        raise InputError(f"{checkpoint_dir}: no such folder; give the one that holds <network>/<class>/<object>/{name}")
    found = {Key(*path.parts[-4:-1], class_names): path for path in stored(checkpoint_dir, [name])}
    return dict(sorted(found.items(), key=lambda item: item[0].order))


@dataclass(frozen=True)
class MapResult:
    """A map, whoever made it.

    Attributes:
        xx, yy: [elevations, azimuths] degrees.
        z: [elevations, azimuths] confidence.
        shape_id: of the object, or None if the file does not say.
        mesh_hash: of the mesh, or None.
        mesh: arguments of `load_mesh` if it is of the user's own, or None.
        fixed: parameters that had another value than their default.
    """
    xx: np.ndarray
    yy: np.ndarray
    z: np.ndarray
    shape_id: str | None
    mesh_hash: str | None
    mesh: dict | None = None
    fixed: dict = field(default_factory=dict)


@dataclass(frozen=True)
class OptimResult:
    """Regions, whoever made them.

    Attributes:
        parameters: names of the n numbers of a point.
        elevation: degrees, where it is not among them; None if the file does not say.
        initial_points: [P, n], nan if the file does not say.
        regions: lists of P ndintervals, by method.
        shape_id: of the object, or None if the file does not say.
        entries: what the file has for each method, if its traces were asked for.
    """
    parameters: tuple
    elevation: float | None
    initial_points: np.ndarray
    regions: dict
    shape_id: str | None
    entries: dict

    def bounds(self, method, point):
        """The box before each iteration: [iterations, 2, n]; of some published files there are none."""
        trace = _trace(self.entries[method], "optim_trace", point)
        return np.empty((0, 2, len(self.parameters))) if trace is None else trace.reshape(-1, 2, len(self.parameters))

    def losses(self, method, point):
        """The loss at each iteration: [iterations]."""
        trace = _trace(self.entries[method], "loss_trace", point)
        return np.empty(0) if trace is None else trace.reshape(-1)


def read_map(path):
    """A map.pt of ours or of the authors: a MapResult.

    Raises:
        InputError: names the file and what is wrong with it, in one line.
    """
    contents = _any_format(path)
    with _as_input_error(path):
        if parameters_of(contents) != AZIMUTH_AND_ELEVATION or score_of(contents) != CONFIDENCE:
            raise ValueError(f"the report is of {CONFIDENCE} over {' and '.join(AZIMUTH_AND_ELEVATION)}, and this of "
                             f"{score_of(contents)} over {' and '.join(parameters_of(contents))}")
        xx, yy, z = (_array(_of(contents, key)) for key in ("xx", "yy", "z"))
        if not (z.ndim == 2 and z.size and xx.shape == yy.shape == z.shape):
            raise ValueError(f"xx, yy and z have shapes {xx.shape}, {yy.shape} and {z.shape}; expected the same two "
                             "sides for all")
        if not (np.isfinite(xx).all() and np.isfinite(yy).all()):
            raise ValueError("xx or yy is not finite")
        settings = contents.get("settings", {})
        return MapResult(xx, yy, z, _text(contents, "shape_id"), _text(settings, "mesh_hash"), _mesh(contents),
                         {name: float(value) for name, value in settings.get("fixed", {}).items()})


def read_optim(path, with_traces=False):
    """An optim.pt of ours or of the authors: an OptimResult.

    Args:
        path: of the file.
        with_traces: keep the traces; of a published file they take twenty times its size.

    Raises:
        InputError: names the file and what is wrong with it, in one line.
    """
    contents = _any_format(path)
    with _as_input_error(path):
        entries = {name: contents[name] for name in METHODS if name in contents}
        regions = {name: list(_of(entry, "regions")) for name, entry in entries.items()}
        boxes = [box for method in regions.values() for box in method]
        if not boxes or not all(isinstance(box, ndinterval) for box in boxes) or len({box.n for box in boxes}) > 1:
            raise ValueError(f"expected regions of {', '.join(METHODS)}, all of as many dimensions")
        n = boxes[0].n
        parameters = tuple(contents.get("parameters", tuple(PARAMETERS)[:n]))
        if len(parameters) != n or not all(type(name) is str and name in PARAMETERS for name in parameters):
            raise ValueError(f"expected {n} of the parameters {', '.join(PARAMETERS)}")
        unknown = [np.full(n, np.nan)] * max(map(len, regions.values()))
        points = np.array([_row(point) for point in contents.get("initial_point", unknown)])
        if points.shape[1:] != (n,) or any(len(method) != len(points) for method in regions.values()):
            raise ValueError(f"has initial points of shape {points.shape} and {len(boxes)} regions of {n} dimensions")
        elevation = contents.get("settings", {}).get("elevation")
        return OptimResult(parameters, None if elevation is None else float(elevation), points, regions,
                           _text(contents, "shape_id"), entries if with_traces else {})


def _any_format(path):
    """The dict in a file of ours or of the authors; nothing in it is run, and it takes no more room than its size."""
    try:
        if published.is_published_format(path):
            return published.read(path)
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                unpacked = sum(member.file_size for member in archive.infolist())
            if unpacked > path.stat().st_size:  # torch packs nothing
                raise InputError(f"{path}: would unpack from {path.stat().st_size:,} to {unpacked:,} bytes, which no "
                                 "result does; it was not opened")
        contents = torch.load(path, weights_only=True, map_location="cpu")
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


@contextmanager
def _as_input_error(path):
    """What is found in a file of the right format and the wrong contents, as one line."""
    try:
        yield
    except Exception as error:
        raise InputError(f"{path}: is no result of map.py or optim.py: {' '.join(str(error).split())[:200]}") from None


def _of(contents, key):
    if key not in contents:
        raise ValueError(f"{key} is missing")
    return contents[key]


def _text(contents, key):
    value = contents.get(key)
    return value if isinstance(value, str) else None


def _mesh(contents):
    """What the file says of the user's own mesh, in the form that job.py gives it; or None."""
    mesh = contents.get("mesh")
    if mesh is None:
        return None
    if not (isinstance(mesh, dict) and mesh.keys() == {"path", "up", "front", "textures"} and mesh["up"] in ("y", "z")
            and isinstance(mesh["path"], str) and isinstance(mesh["front"], str | None)):
        raise ValueError("mesh says not where the mesh is")
    return mesh


def _array(value):
    """A number, an array or a tensor as a float64 array. Lists are none: their elements might be lists without end."""
    if isinstance(value, torch.Tensor) and value.numel() * value.element_size() > value.untyped_storage().nbytes():
        raise ValueError("a tensor is larger than its storage")
    if isinstance(value, (list, tuple, dict, str)) or value is None:
        raise ValueError(f"expected numbers, found {type(value).__name__}")
    return np.asarray(value, dtype=np.float64)


def _row(value):
    """One level of a trace or a point: an array, or a list of numbers or arrays."""
    return np.array([_array(part) for part in value]) if isinstance(value, (list, tuple)) else _array(value)


def _trace(entry, key, point):
    """A trace [iterations, ..] of a method, of our files a tensor and of the published ones a list; or None."""
    traces = entry.get(key)
    if traces is None or point >= len(traces) or not len(traces[point]):
        return None
    trace = traces[point]
    return np.array([_row(part) for part in trace]) if isinstance(trace, list) else _array(trace)
