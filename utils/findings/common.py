"""Which objects all networks have: what networks are compared over, and how the rest is made."""
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from ..network_names import FOLDERS
from ..results.tree import Key, natural

CHECKPOINT_DIR = Path("checkpoint")  # the scripts' own default
SOME = 5  # objects that a line names
TIMM = "timm_"  # the beginning of a folder of timm's networks
OWN_NAME = "PACKAGE:FUNCTION"  # of a network of the user's own, whose folder does not say it

Object = tuple[str, str]  # class and number, as the folders are called


def networks_of(keys: Iterable[Key]) -> list[str]:
    """The networks, in the order of the keys."""
    return list(dict.fromkeys(key.network for key in keys))


def common_objects(keys: Iterable[Key]) -> list[Object]:
    """The objects that every network has, in order."""
    of_networks = list(_of_networks(keys).values())
    return sorted(set.intersection(*of_networks), key=natural) if of_networks else []


def missing_lines(keys: Iterable[Key], name: str, folder: Path) -> list[str]:
    """What some networks lack that others have: a line for each network and class, with the command that makes it.

    Args:
        keys: of the results that are there.
        name: of the file that they are: "map" or "optim".
        folder: of the results.
    """
    keys = list(keys)
    words = {key.class_nb: key.class_name for key in keys}
    found = _of_networks(keys)
    lines = []
    for network, objects in found.items():
        lacking: dict[str, list[str]] = defaultdict(list)
        for class_nb, object_nb in sorted(set().union(*found.values()) - objects, key=natural):
            lacking[class_nb].append(object_nb)
        lines += [f"without {name}.pt of {network}: {words[class_nb]} {_shown(numbers)}; "
                  f"{_command(network, class_nb, numbers, name, folder)}" for class_nb, numbers in lacking.items()]
    return lines


def _of_networks(keys: Iterable[Key]) -> dict[str, set[Object]]:
    """The objects that each network has."""
    found: dict[str, set[Object]] = defaultdict(set)
    for key in keys:
        found[key.network].add((key.class_nb, key.object_nb))
    return found


def _shown(numbers: list[str]) -> str:
    return f"{', '.join(numbers[:SOME])}{f' and {len(numbers) - SOME} more' if len(numbers) > SOME else ''}"


def _command(network: str, class_nb: str, numbers: list[str], name: str, folder: Path) -> str:
    """The command that makes what is missing, as far as the folders' names say."""
    if not all(number.isdecimal() for number in (class_nb, *numbers)):
        return f"{name}.py with --mesh makes it"
    given = {folder_name: given for given, folder_name in FOLDERS.items()}.get(network, network)
    if network.startswith(TIMM):
        given = f"timm:{network[len(TIMM):]}"
    elif "." in network:
        given = OWN_NAME
    where = "" if folder == CHECKPOINT_DIR else f" --checkpoint_dir {folder}"
    return (f"python sweep.py --networks {given} --classes {class_nb} --objects {','.join(numbers)} --jobs "
            f"{name}{where}, with the options of the others, makes it")
