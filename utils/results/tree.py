"""The results below a folder: found, chosen by network, class and object, and read."""
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from tqdm import tqdm

from ..errors import InputError, printable
from ..files import no_folder
from ..paper import CLASS_NAMES
from .contents import MapResult, RegionsResult
from .layout import MAP, OPTIM, stored
from .left_out import LeftOut
from .reading import read_map, read_optim

SOME = 5  # keys that a line names
Result = TypeVar("Result", MapResult, RegionsResult)


@dataclass(frozen=True)
class Key:
    """Which result: the three names of its folder, and the data set's names of classes."""
    network: str
    class_nb: str
    object_nb: str
    class_names: tuple[str, ...] = field(default=CLASS_NAMES, compare=False, repr=False)

    @property
    def class_name(self) -> str:
        """The class's name, or the folder's where that is no number of a class."""
        is_number = self.class_nb.isdecimal() and int(self.class_nb) < len(self.class_names)
        return self.class_names[int(self.class_nb)] if is_number else self.class_nb

    @property
    def order(self) -> tuple[tuple[bool, int, str], ...]:
        """Sorts by network, class and object."""
        return natural((self.network, self.class_nb, self.object_nb))

    def __str__(self) -> str:
        return f"{self.network} {self.class_name} {self.object_nb}"


def natural(names: tuple[str, ...]) -> tuple[tuple[bool, int, str], ...]:
    """What sorts names with numbers as numbers."""
    return tuple((not name.isdecimal(), int(name) if name.isdecimal() else 0, name) for name in names)


def some(keys: Sequence[Key]) -> str:
    """The first keys in words, for a line that counts them."""
    return f"{', '.join(map(str, keys[:SOME]))}{', ..' if len(keys) > SOME else ''}"


def find(checkpoint_dir: Path, name: str, class_names: tuple[str, ...] = CLASS_NAMES) -> dict[Key, Path]:
    """Where all results of one kind, MAP or OPTIM, lie below a folder, in the order of their keys.

    Raises:
        InputError: if the folder is not there.
    """
    wrong = no_folder(checkpoint_dir)
    if wrong:
        raise InputError(f"{checkpoint_dir}: {wrong}; give the one that holds <network>/<class>/<object>/{name}")
    found = {}
    for path in stored(checkpoint_dir, [name]):
        network, class_nb, object_nb = map(printable, path.parts[-4:-1])
        found[Key(network, class_nb, object_nb, class_names)] = path
    return dict(sorted(found.items(), key=lambda item: item[0].order))


@dataclass(frozen=True)
class Selection:
    """Which results are asked for: by the network's folder or its name in `networks`, {name: folder}; by the number or
    the name of the class; and by the object's number. None: all.
    """
    network: str | None = None
    class_nb: str | None = None
    object_nb: str | None = None
    networks: Mapping[str, str] = field(default_factory=dict)

    def holds(self, key: Key) -> bool:
        """Whether a result is among them; capital letters do not matter."""
        networks = [name for name, folder in self.networks.items() if folder.lower() == key.network.lower()]
        given = ((self.network, (key.network, *networks)), (self.class_nb, (key.class_nb, key.class_name)),
                 (self.object_nb, (key.object_nb,)))
        return all(not asked or asked.lower() in map(str.lower, names) for asked, names in given)

    def __str__(self) -> str:
        given = dict(network=self.network, class_nb=self.class_nb, object_nb=self.object_nb)
        return " ".join(f"`{name}` {value}" for name, value in given.items() if value)


class Tree:
    """The results below a folder of <network>/<class>/<object> that are asked for; `keys` are theirs, sorted.

    What cannot be read is named in `left_out`.
    """

    def __init__(self, folder: Path, selection: Selection, left_out: LeftOut,
                 class_names: tuple[str, ...] = CLASS_NAMES) -> None:
        """Raises InputError if there is none."""
        self.folder, self.selection, self.left_out = folder, selection, left_out
        self._results: dict[str, dict[Key, Any]] = {}
        self._paths = {name: find(folder, name, class_names) for name in (MAP, OPTIM)}
        every = sorted({key for paths in self._paths.values() for key in paths}, key=lambda key: key.order)
        self.keys = [key for key in every if selection.holds(key)]
        if not self.keys:
            asked = f"for {selection}" if str(selection) else "below it"
            there = f"; there are results of {', '.join(dict.fromkeys(key.network for key in every))}" if every else ""
            raise InputError(f"{folder}: no {MAP} or {OPTIM} {asked}{there}; expected <network>/<class>/<object>/{MAP}")

    def of(self, name: str) -> dict[Key, Path]:
        """Where the results of one kind, MAP or OPTIM, are."""
        return {key: self._paths[name][key] for key in self.keys if key in self._paths[name]}

    def single(self) -> list[str]:
        """A line for each of the two files that counts the objects with only this one."""
        lacking = [(name, other, [key for key in self.of(name) if key not in self._paths[other]])
                   for name, other in ((MAP, OPTIM), (OPTIM, MAP))]
        return [f"with {name} and no {other}: {len(keys)} ({some(keys)})" for name, other, keys in lacking if keys]

    def maps(self) -> dict[Key, MapResult]:
        """All maps that can be read. Those of one grid share its arrays, two thirds of their memory."""
        grids: dict[bytes, np.ndarray] = {}

        def read(path: Path) -> MapResult:
            a_map = read_map(path)
            xx, yy = (grids.setdefault(values.tobytes(), values) for values in (a_map.xx, a_map.yy))
            return replace(a_map, xx=xx, yy=yy)

        return self._read(MAP, read)

    def regions(self) -> dict[Key, RegionsResult]:
        """All regions that can be read, without their traces."""
        return self._read(OPTIM, read_optim)

    def _read(self, name: str, read: Callable[[Path], Result]) -> dict[Key, Result]:
        """The results of one kind that can be read. They are read when they are first asked for, and kept."""
        if name in self._results:
            return self._results[name]
        results = self._results[name] = {}
        for key, path in tqdm(self.of(name).items(), desc=f"reading {name}", unit="file", leave=False, delay=1):
            with self.left_out.on_error():
                results[key] = read(path)
        return results
