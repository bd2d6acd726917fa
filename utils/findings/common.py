"""Which objects all networks have: what networks are compared over, and how the rest is made."""
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from itertools import groupby
from pathlib import Path
from typing import TypeVar

from ..errors import counted
from ..network_names import FOLDERS
from ..results.tree import Key, natural, some

CHECKPOINT_DIR = Path("checkpoint")  # the scripts' own default
SOME = 5  # objects that a line names
TIMM = "timm_"  # the beginning of a folder of timm's networks
OWN_NAME = "PACKAGE:FUNCTION"  # of a network of the user's own, whose folder does not say it

Object = tuple[str, str]  # class and number, as the folders are called
Result = TypeVar("Result")


def networks_of(keys: Iterable[Key]) -> list[str]:
    """The networks, in the order of the keys."""
    return list(dict.fromkeys(key.network for key in keys))


def common_objects(keys: Iterable[Key]) -> list[Object]:
    """The objects that every network has, in order."""
    of_networks = list(_of_networks(keys).values())
    return sorted(set.intersection(*of_networks), key=natural) if of_networks else []


def in_common(results: Mapping[Key, Result], name: str) -> tuple[dict[Key, Result], tuple[str, ...]]:
    """The results of the objects that every network has, and a line that names the others if there are any.

    All come back where networks have no object in common, and the line says that.

    Args:
        results: of one kind.
        name: of the kind, in the plural.
    """
    networks, objects = networks_of(results), set(common_objects(results))
    others = [key for key in results if (key.class_nb, key.object_nb) not in objects]
    if not others:
        return dict(results), ()
    whose = f"all {len(networks)} networks"
    if not objects:
        return dict(results), (f"There is no object that {whose} have {name} of: rows are of different objects.",)
    return {key: result for key, result in results.items() if key not in others}, (
        f"{name.capitalize()}: of {counted(len(objects), 'object')} that {whose} have. Left out: "
        f"{counted(len(others), 'result')} of other objects ({some(others)}).",)


def missing_lines(keys: Collection[Key], name: str, folder: Path) -> list[str]:
    """What some networks lack that others have: a line for each network and class, with the command that makes it.

    The results in the folder are of one kind, which is its script's name: "map" or "optim".
    """
    class_names = {key.class_nb: key.class_name for key in keys}
    of_networks, lines = _of_networks(keys), []
    for network, objects in of_networks.items():
        lacking = sorted(set().union(*of_networks.values()) - objects, key=natural)
        for class_nb, group in groupby(lacking, lambda class_and_number: class_and_number[0]):
            numbers = [object_nb for _, object_nb in group]
            more = f" and {len(numbers) - SOME} more" if len(numbers) > SOME else ""
            lines.append(f"without {name}.pt of {network}: {class_names[class_nb]} {', '.join(numbers[:SOME])}{more}; "
                         f"{_command(network, class_nb, numbers, name, folder)}")
    return lines


def _of_networks(keys: Iterable[Key]) -> dict[str, set[Object]]:
    """The objects that each network has."""
    found: dict[str, set[Object]] = defaultdict(set)
    for key in keys:
        found[key.network].add((key.class_nb, key.object_nb))
    return found


def _command(network: str, class_nb: str, numbers: list[str], name: str, folder: Path) -> str:
    """The command that makes what is missing, as far as the folders' names say."""
    if not all(number.isdecimal() for number in (class_nb, *numbers)):
        return f"{name}.py with --mesh makes it"
    given = {folder_name: given for given, folder_name in FOLDERS.items()}.get(network, network)
    if network.startswith(TIMM):
        given = f"timm:{network.removeprefix(TIMM)}"
    elif "." in network:
        given = OWN_NAME
    where = "" if folder == CHECKPOINT_DIR else f" --checkpoint_dir {folder}"
    return (f"python sweep.py --networks {given} --classes {class_nb} --objects {','.join(numbers)} --jobs "
            f"{name}{where}, with the options of the others, makes it")
