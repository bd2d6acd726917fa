"""A tree of results as three pandas DataFrames: every view, every region and every result.

    found = load_tree("checkpoint")
    found.regions.groupby(["row", "method"])["share"].mean()  # the SRVR
"""
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import zip_longest
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ..parameters import domain_of
from ..results.contents import MapResult, RegionsResult
from ..results.layout import MAP, OPTIM
from ..results.left_out import LeftOut
from ..results.same import NORMALISATION, OBJECTS, STEP, Kinds, facets, same_function, unlike_the_paper
from ..results.tree import Key, Selection, Tree, natural
from .on_map import level_of, purity
from .pairs import ON_MAPS, Pair, on_maps

PARAMETERS = 3  # of a region that have columns of their own


@dataclass(frozen=True)
class Column:
    """A column of a frame.

    Attributes:
        name: in the header.
        kind: of its values: pandas' name of their type. Any may be missing.
        unit: that it is measured in, or "".
        meaning: in words.
    """
    name: str
    kind: str
    unit: str
    meaning: str


TEXT, WHOLE, NUMBER, YES_OR_NO = "str", "Int64", "float64", "boolean"
WHICH = (Column("network", "category", "", "folder of the network"),
         Column("class_name", "category", "", "class of the object"),
         Column("class_nb", "category", "", "folder of the class: its number, or the name of an own mesh's class"),
         Column("object_nb", "category", "", "folder of the object: its number, or the name of an own mesh"))
ROW = Column("row", "category", "", "the network and, in brackets, what is otherwise than in most of the tree; numbers "
                                    "of one row may be averaged")
RESULTS = (*WHICH, Column("file", TEXT, "", "map.pt or optim.pt"), Column("shape_id", TEXT, "", "of the object"),
           Column("objects", TEXT, "", "stand-ins, ShapeNet models, own meshes or other objects"),
           Column("label", WHOLE, "", "index of the class among the network's outputs"),
           Column("parameters", TEXT, "", "names of a point's numbers"),
           Column("score", TEXT, "", "softmax, logit or margin"),
           Column("grid_step", TEXT, "degrees", "of the map; two numbers where azimuth and elevation differ"),
           Column("normalisation", TEXT, "", "taken off the image"),
           Column("n_iterations", WHOLE, "", "of the methods that grow regions"),
           Column("engine", TEXT, "", "that ran the network"),
           Column("weights", TEXT, "", "first digits of their SHA-256"), ROW)
VIEWS = (*WHICH, Column("azimuth", NUMBER, "degrees", "of the camera"),
         Column("elevation", NUMBER, "degrees", "of the camera"),
         Column("score", NUMBER, "confidence in [0, 1]", "in the class"),
         Column("top1", WHOLE, "", "index of the network's first answer; empty where the file does not say"),
         Column("top1_name", "category", "", "its name; empty where the network does not name its outputs"),
         Column("top1_score", NUMBER, "confidence in [0, 1]", "in the first answer"))
REGIONS = (*WHICH, Column("method", "category", "", "that made the region"),
           Column("point", WHOLE, "", "number of the initial point, from 0"),
           Column("parameters", TEXT, "", "names of a point's numbers, which initial, low and high are of"),
           *(Column(f"{name}_{k}", NUMBER, "that of the parameter", f"{words} of parameter {k}")
             for k in range(1, PARAMETERS + 1) for name, words in (
                 ("initial", "initial point"), ("low", "lower bound"), ("high", "upper bound"))),
           Column("share", NUMBER, "of the domain, in [0, 1]", "volume inside the domain; the mean of it is the SRVR"),
           Column("purity", NUMBER, "in [0, 1]", "share of the map's grid points in it that reach the level"),
           Column("level", NUMBER, "score", "from which a view counts as robust"),
           Column("holds", YES_OR_NO, "", "what the certificate says; empty without one"),
           Column("worst", NUMBER, "score", "the lowest that the certificate found"),
           Column("problem", TEXT, "", "what went wrong, if anything"), ROW)


class Tables:
    """Results as DataFrames, each of which is made when it is first asked for.

    Attributes:
        maps, regions_results: {key: result}.
        keys: of both, in order.
        kinds: what is usual among them.
    """

    def __init__(self, maps: Mapping[Key, MapResult], regions_results: Mapping[Key, RegionsResult],
                 kinds: Kinds | None = None) -> None:
        self.maps = maps
        self.regions_results = regions_results
        self.keys = sorted({*maps, *regions_results}, key=lambda key: key.order)
        self.kinds = kinds or Kinds(maps, regions_results)

    @cached_property
    def results(self) -> pd.DataFrame:
        """A row for each file: the columns RESULTS, and one for each other setting that a file records."""
        rows, settings = [], []
        for name, results in ((MAP, self.maps), (OPTIM, self.regions_results)):
            for key, result in results.items():
                known, stated = result.metadata, facets(result)
                rows.append((*_which(key), name, known.shape_id, stated.get(OBJECTS), known.label,
                             ",".join(known.parameters), known.score, stated.get(STEP), stated.get(NORMALISATION),
                             stated.get("n_iterations"), stated.get("engine"), stated.get("weights"),
                             self.kinds.row(key, result)))
                settings.append(dict(_cells(known.settings)))
        frame = self._typed(rows, RESULTS)
        others = pd.DataFrame(settings, index=frame.index).drop(columns=frame.columns, errors="ignore")
        return frame.join(others.convert_dtypes())

    @cached_property
    def views(self) -> pd.DataFrame:
        """A row for each view of each map: the columns VIEWS."""
        sizes = [a_map.z.size for a_map in self.maps.values()]
        frame = self._typed(map(_which, self.maps), WHICH)
        frame = frame.iloc[np.repeat(np.arange(len(sizes)), sizes)].reset_index(drop=True)
        for column, name in (("azimuth", "xx"), ("elevation", "yy"), ("score", "z")):
            frame[column] = _joined(_numbers(getattr(a_map, name)) for a_map in self.maps.values())
        answers = [_answers(a_map) for a_map in self.maps.values()]
        top1, names, scores = (_joined(parts) for parts in zip(*answers)) if answers else [[]] * 3
        frame["top1"] = pd.array(top1, "Float64").astype("Int64")
        frame["top1_name"] = pd.Categorical(names)
        frame["top1_score"] = scores
        return frame

    @cached_property
    def regions(self) -> pd.DataFrame:
        """A row for each region of each method: the columns REGIONS."""
        return self._typed(self._regions(), REGIONS)

    @cached_property
    def pairs(self) -> dict[Key, Pair]:
        """Maps and regions of the same object, of the paper's kind: confidence over azimuth and elevation."""
        return {key: Pair(self.maps[key], result, self.kinds.row(key, self.maps[key], result), {
            method: self.kinds.row(key, self.maps[key], result, method=method) for method in result.methods})
            for key, result in self._both.items() if key not in self.unpaired}

    @cached_property
    def unpaired(self) -> dict[Key, str]:
        """Why the others that have both are no pair."""
        found = {}
        for key, result in self._both.items():
            differing = same_function(self.maps[key].metadata, result.metadata)
            why = unlike_the_paper(result.metadata) or differing and (
                f"has a map and regions that differ in {', '.join(differing)}")
            if why:
                found[key] = why
        return found

    def per_map(self, names: Sequence[str], measure: Callable[[MapResult], Sequence[Any]]) -> pd.DataFrame:
        """A row for each map: which it is, its `row`, and what is measured on it.

        Args:
            names: of what is measured.
            measure: map -> as many values.
        """
        return self._typed([(*_which(key), *measure(a_map), self.kinds.row(key, a_map))
                            for key, a_map in self.maps.items()], WHICH, [*names, ROW.name])

    def on_maps(self, level: float, pairs: Mapping[Key, Pair] | None = None) -> pd.DataFrame:
        """A row for each region of pairs, and for the largest box from each initial point, on the maps: see `pairs`.

        Args:
            level: of the score.
            pairs: others than its own.
        """
        found = on_maps(self.pairs if pairs is None else pairs, level)
        frame = self._typed([(*_which(key), *values) for key, *values in found], WHICH, ON_MAPS)
        return frame.astype(dict.fromkeys(ON_MAPS[2:], float))

    @property
    def _both(self) -> dict[Key, RegionsResult]:
        return {key: self.regions_results[key] for key in sorted(self.maps.keys() & self.regions_results.keys(),
                                                                 key=lambda key: key.order)}

    def _regions(self) -> Iterator[tuple[Any, ...]]:
        for key, result in self.regions_results.items():
            names, level = result.metadata.parameters, level_of(result)
            a_map = self.maps[key] if key in self.pairs else None
            for method, entry in result.methods.items():
                row = self.kinds.row(key, result, method=method)
                for k, (point, box) in enumerate(zip(result.initial_points, entry.regions)):
                    sides = [value for n in range(PARAMETERS) for value in (
                        (point[n], box.a[n], box.b[n]) if n < box.n else (np.nan,) * 3)]
                    certificate = entry.certificates[k] if entry.certificates else None
                    yield (*_which(key), method, k, ",".join(names),
                           *(value if np.isfinite(value) else np.nan for value in sides),
                           box.share_of(domain_of(names)), purity(a_map, box, level) if a_map else None, level,
                           entry.holds(k), certificate["worst"] if certificate else None,
                           (entry.problems[k] if entry.problems else None) or None, row)

    def _typed(self, rows: Iterable[Any], columns: Sequence[Column], others: Iterable[str] = ()) -> pd.DataFrame:
        """A frame of columns of their types, and others behind them; names come in the order of the results."""
        others = list(others)
        frame = pd.DataFrame(list(rows), columns=[*(column.name for column in columns), *others])
        for k, (column, by) in enumerate(zip_longest(columns, ("network", "class_nb", "class_nb", "object_nb"))):
            if by:
                keys = sorted(self.keys, key=lambda key: natural((getattr(key, by),)))
                frame[column.name] = pd.Categorical(frame[column.name], dict.fromkeys(_which(key)[k] for key in keys))
            else:
                frame[column.name] = frame[column.name].astype(column.kind)
        return frame


def load_tree(folder: str | Path) -> Tables:
    """The results below a folder as DataFrames: `views`, `regions` and `results`, of the columns that docs/reports.md
    describes.

    Args:
        folder: of <network>/<class>/<object>/map.pt and optim.pt, ours or the authors'. A file that cannot be read is
            named on stderr and left out.

    Raises:
        InputError: if there is no result.
    """
    tree = Tree(Path(folder), Selection(), LeftOut("load_tree"))
    return Tables(tree.maps(), tree.regions())


def _which(key: Key) -> tuple[str, str, str, str]:
    return key.network, key.class_name, key.class_nb, key.object_nb


def _cells(settings: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Settings as cells: those of a dict one by one, lists as the options have them ("130,30 50,20")."""
    for name, value in settings.items():
        if isinstance(value, Mapping):
            yield from _cells(value, f"{prefix}{name}_")
        else:
            yield f"{prefix}{name}", _as_option(value)


def _as_option(value: Any) -> Any:
    if not isinstance(value, (list, tuple)):
        return value
    parts = [f"{part:g}" if isinstance(part, float) else str(_as_option(part)) for part in value]
    return (" " if any(isinstance(part, (list, tuple)) for part in value) else ",").join(parts)


def _joined(parts: Iterable[np.ndarray]) -> np.ndarray:
    found = list(parts)
    return np.concatenate(found) if found else np.empty(0)


def _numbers(values: np.ndarray) -> np.ndarray:
    """The values of an array, with as many digits as a float32 has where that is all they are."""
    flat = values.ravel()
    short = flat.astype(np.float32)
    return short.astype(str).astype(np.float64) if (short == flat).all() else flat.astype(np.float64)


def _answers(a_map: MapResult) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The first answers of a map's views: index, name and score; nan and None where the file does not say."""
    if a_map.top1 is None or a_map.top1_score is None:
        nothing = np.full(a_map.z.size, np.nan)
        return nothing, np.full(a_map.z.size, None), nothing
    indices, places = np.unique(a_map.top1, return_inverse=True)
    names = np.array([(a_map.top1_names or {}).get(index) for index in indices.tolist()], dtype=object)
    return a_map.top1.ravel().astype(np.float64), names[places.ravel()], _numbers(a_map.top1_score)
