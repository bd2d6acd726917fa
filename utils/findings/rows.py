"""A tree of results as three pandas DataFrames: every view, every region and every result.

    found = load_tree("checkpoint")
    found.compared.regions.groupby(["row", "method"])["share"].mean()  # the SRVR
"""
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ..parameters import AZIMUTH_AND_ELEVATION
from ..results.contents import MapResult, RegionsResult
from ..results.layout import MAP, OPTIM
from ..results.left_out import LeftOut
from ..results.same import STEP, Kinds, facets, in_words, no_pair
from ..results.tree import Key, Selection, Tree, natural
from ..space import DEGREES, UNIFORM
from .common import in_common
from .methods import ON_MAP
from .on_map import ON_MAPS, level_of, on_map, purity

PARAMETERS = 3  # of a region that have columns of their own


@dataclass(frozen=True)
class Column:
    """A column of a frame: its name, pandas' name of the type of its values (any may be missing), unit and meaning."""
    name: str
    kind: str
    unit: str
    meaning: str


TEXT, WHOLE, NUMBER, YES_OR_NO = "str", "Int64", "float64", "boolean"
WHICH = (Column("network", "category", "", "folder of the network"),
         Column("class_name", "category", "", "class of the object"),
         Column("class_nb", "category", "", "folder of the class: its number, or the name of an own mesh's class"),
         Column("object_nb", "category", "", "folder of the object: its number, or the name of an own mesh"))
OBJECT = ["network", "class_nb", "object_nb"]  # columns that tell an object of one network from others
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
         Column("asked", YES_OR_NO, "", "whether the score is the network's; else it is the mean of a model"),
         Column("top1", WHOLE, "", "index of the network's first answer; empty where the file does not say"),
         Column("top1_name", "category", "", "its name; empty where the network does not name its outputs"),
         Column("top1_score", NUMBER, "confidence in [0, 1]", "in the first answer"))
REGIONS = (*WHICH, Column("method", "category", "", "that made the region"),
           Column("point", WHOLE, "", "number of the initial point, from 0"),
           Column("parameters", TEXT, "", "names of a point's numbers, which initial, low and high are of"),
           *(Column(f"{name}_{k}", NUMBER, "that of the parameter", f"{words} of parameter {k}")
             for k in range(1, PARAMETERS + 1) for name, words in (
                 ("initial", "initial point"), ("low", "lower bound"), ("high", "upper bound"))),
           Column("share", NUMBER, "of the domain, in [0, 1]", "size inside the domain; the mean of it is the SRVR"),
           Column("purity", NUMBER, "in [0, 1]", "share of the map's grid points in it that reach the level"),
           Column("level", NUMBER, "score", "from which a view counts as robust"),
           Column("holds", YES_OR_NO, "", "what the certificate says; empty without one"),
           Column("worst", NUMBER, "score", "the lowest that the certificate found"),
           Column("problem", TEXT, "", "what went wrong, if anything"), ROW)


class Tables:
    """Maps and regions, {key: result}, as DataFrames, each of which is made when it is first asked for.

    `keys` are those of both, in order. `kinds` says what is usual among them. Sizes and means over views are by a
    `measure`, and the largest boxes on maps run around the azimuth where they `wrap`. `remarks` are
    more lines below tables.
    """

    def __init__(self, maps: Mapping[Key, MapResult], regions_results: Mapping[Key, RegionsResult],
                 kinds: Kinds | None = None, measure: str = DEGREES, wrap: bool = True,
                 remarks: Sequence[str] = ()) -> None:
        self.maps = maps
        self.regions_results = regions_results
        self.keys = sorted({*maps, *regions_results}, key=lambda key: key.order)
        self.kinds = kinds or Kinds(maps, regions_results)
        self.measure, self.wrap, self.remarks = measure, wrap, remarks
        self._on_maps: dict[float, pd.DataFrame] = {}

    @cached_property
    def results(self) -> pd.DataFrame:
        """A row for each file: the columns RESULTS, and one for each other setting that a file records."""
        rows, settings = [], []
        for file, results in ((MAP, self.maps), (OPTIM, self.regions_results)):
            for key, result in results.items():
                known, stated = result.metadata, facets(result)
                of_facets = {column.name: stated.get(column.name) for column in RESULTS}
                rows.append(of_facets | dict(zip(of_facets, _which(key))) | dict(
                    file=file, shape_id=known.shape_id, label=known.label, parameters=",".join(known.parameters),
                    score=known.score, grid_step=stated.get(STEP), row=self.kinds.row(key, result)))
                settings.append(known.settings)
        frame = self._typed(rows, RESULTS)
        others = pd.json_normalize(settings, sep="_").drop(columns=frame.columns, errors="ignore")
        return frame.join(others.map(lambda value: in_words(value) if isinstance(value, (list, tuple)) else value)
                          .convert_dtypes())

    @cached_property
    def views(self) -> pd.DataFrame:
        """A row for each view of each map: the columns VIEWS."""
        maps = list(self.maps.values())
        frame = self._typed(map(_which, self.maps), WHICH)
        frame = frame.loc[frame.index.repeat([a_map.z.size for a_map in maps])].reset_index(drop=True)
        for column, name in (("azimuth", "xx"), ("elevation", "yy"), ("score", "z")):
            frame[column] = _joined(_numbers(getattr(a_map, name)) for a_map in maps)
        asked = [np.ones(a_map.z.size, bool) if a_map.asked is None else a_map.asked.ravel() for a_map in maps]
        frame["asked"] = pd.array(_joined(asked).astype(bool), "boolean")
        answers = [_answers(a_map) for a_map in maps]
        top1, names, scores = (_joined(answer[k] for answer in answers) for k in range(3))
        return frame.assign(top1=pd.array(top1, "Float64").astype("Int64"), top1_name=pd.Categorical(names),
                            top1_score=scores)

    @cached_property
    def regions(self) -> pd.DataFrame:
        """A row for each region of each method: the columns REGIONS."""
        return self._typed(self._regions(), REGIONS)

    @property
    def pairs(self) -> list[Key]:
        """Objects with a map and regions of the paper's kind: confidence over azimuth and elevation."""
        return [key for key, why in self._unlike.items() if not why]

    @property
    def unpaired(self) -> dict[Key, str]:
        """Why the others that have both are no pair."""
        return {key: why for key, why in self._unlike.items() if why}

    def notes(self, are_all_usual: bool = False) -> tuple[str, ...]:
        """Lines below a table: of what its rows are, and how it measures; a table may be of the usual kind alone."""
        ends = "run through azimuth 0" if self.wrap else "end at azimuth 0"
        return (*self.kinds.notes(are_all_usual),
                f"Views are uniform {UNIFORM[self.measure]}. The largest boxes on maps {ends}.", *self.remarks)

    @cached_property
    def compared(self) -> "Tables":
        """The maps of the objects that all networks have maps of, and likewise the regions: for comparing networks."""
        maps, of_maps = in_common(self.maps, "maps")
        regions, of_regions = in_common(self.regions_results, "regions")
        remarks = (*of_maps, *of_regions)
        return Tables(maps, regions, self.kinds, self.measure, self.wrap, remarks) if remarks else self

    def per_map(self, names: Sequence[str], measure: Callable[[MapResult], Sequence[Any]]) -> pd.DataFrame:
        """A row for each map: which it is, as many values as names that are measured on it, and its `row`."""
        return self._typed([(*_which(key), *measure(a_map), self.kinds.row(key, a_map))
                            for key, a_map in self.maps.items()], WHICH, [*names, ROW.name])

    def on_maps(self, level: float) -> pd.DataFrame:
        """A row for each region of the pairs, and for the largest box from each initial point: see `on_map`."""
        if level not in self._on_maps:
            self._on_maps[level] = self.of_pairs(ON_MAPS, lambda a_map, result: on_map(
                a_map, result, level, self.measure, self.wrap)).astype(dict.fromkeys(ON_MAPS[1:], float))
        return self._on_maps[level]

    def of_pairs(self, names: Sequence[Any],
                 measure: Callable[[MapResult, RegionsResult], Iterable[Sequence[Any]]]) -> pd.DataFrame:
        """Rows of what is measured on each pair: which it is, its `row`, and values: a method's name, then others."""
        rows = []
        for key in self.pairs:
            both = self.maps[key], self.regions_results[key]
            row = {method: self.kinds.row(key, *both, method=method) for method in (*both[1].methods, ON_MAP)}
            rows += [(*_which(key), row[values[0]], *values) for values in measure(*both)]
        return self._typed(rows, WHICH, [ROW.name, *names])

    @cached_property
    def _unlike(self) -> dict[Key, str]:
        """Why an object's map and regions are no pair, "" if they are one."""
        found = {}
        for key in self.keys:
            if key in self.maps and key in self.regions_results:
                a_map = self.maps[key]
                found[key] = no_pair(self.regions_results[key].metadata, a_map.metadata)
                if a_map.origin and not found[key]:
                    found[key] = f"has a map {a_map.origin}; regions are held against maps of all views"
        return found

    def _regions(self) -> Iterator[tuple[Any, ...]]:
        pairs = set(self.pairs)
        for key, result in self.regions_results.items():
            names, level = result.metadata.parameters, level_of(result)
            for method, entry in result.methods.items():
                row, space = self.kinds.row(key, result, method=method), result.space_of(method, self.measure)
                for k, (point, box) in enumerate(zip(result.initial_points, entry.regions)):
                    sides = np.full((PARAMETERS, 3), np.nan)
                    sides[:box.n] = np.stack((point, box.a, box.b), axis=1)[:PARAMETERS]
                    sides[~np.isfinite(sides)] = np.nan
                    certificate = entry.certificates[k] if entry.certificates else None
                    yield (*_which(key), method, k, ",".join(names), *sides.flat, space.share(box),
                           purity(self.maps[key], box, level, space) if key in pairs else None, level, entry.holds(k),
                           certificate["worst"] if certificate else None,
                           (entry.problems[k] if entry.problems else None) or None, row)

    def _typed(self, rows: Iterable[Any], columns: Sequence[Column], others: Sequence[Any] = ()) -> pd.DataFrame:
        """A frame of columns of their types, and others behind them; names come in the order of the results."""
        frame = pd.DataFrame(list(rows), columns=[*(column.name for column in columns), *others])
        frame = frame.astype({column.name: column.kind for column in columns if column not in WHICH})
        for k, (column, by) in enumerate(zip(WHICH, ("network", "class_nb", "class_nb", "object_nb"))):
            keys = sorted(self.keys, key=lambda key: natural((getattr(key, by),)))
            frame[column.name] = pd.Categorical(frame[column.name], dict.fromkeys(_which(key)[k] for key in keys))
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


def frame_of(result: MapResult | RegionsResult) -> pd.DataFrame:
    """A result's part of `Tables`: of a map the `views`, whose first columns have its parameters' names; the `regions`
    of regions.
    """
    about = result.metadata
    key = Key(about.network_name or "", about.object_class, str(about.shape_id if about.object_nb is None else
                                                                about.object_nb))
    if isinstance(result, RegionsResult):
        return Tables({}, {key: result}).regions
    return Tables({key: result}, {}).views.rename(columns=dict(zip(AZIMUTH_AND_ELEVATION, about.parameters)))


def _which(key: Key) -> tuple[str, str, str, str]:
    return key.network, key.class_name, key.class_nb, key.object_nb


def _joined(parts: Iterable[np.ndarray]) -> np.ndarray:
    return np.concatenate([np.empty(0), *parts])


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
