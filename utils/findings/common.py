"""Which objects all networks have: what networks are compared over, and how the rest is made."""
from collections import defaultdict
from collections.abc import Iterable, Mapping
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
    found = _by_object(keys)
    n_networks = len({network for of_object in found.values() for network in of_object})
    return sorted((thing for thing, of_object in found.items() if len(of_object) == n_networks), key=natural)


def missing_lines(keys: Iterable[Key], name: str, folder: Path) -> list[str]:
    """What some networks lack that others have: a line for each network and class, with the command that makes it.

    Args:
        keys: of the results that are there.
        name: of the file that they are: "map" or "optim".
        folder: of the results.
    """
    keys = list(keys)
    found, networks = _by_object(keys), networks_of(keys)
    lacking: dict[tuple[str, str], list[str]] = defaultdict(list)
    for (class_nb, object_nb), of_object in found.items():
        for network in networks:
            if network not in of_object:
                lacking[network, class_nb].append(object_nb)
    words = {key.class_nb: key.class_name for key in keys}
    return [f"without {name}.pt of {network}: {words[class_nb]} {_shown(numbers)}; "
            f"{_command(network, class_nb, numbers, name, folder)}"
            for (network, class_nb), numbers in lacking.items()]


def _by_object(keys: Iterable[Key]) -> Mapping[Object, list[str]]:
    """The networks that have each object."""
    found: dict[Object, list[str]] = defaultdict(list)
    for key in keys:
        found[key.class_nb, key.object_nb].append(key.network)
    return found


def _shown(numbers: list[str]) -> str:
    ordered = sorted(numbers, key=lambda number: natural((number,)))
    return f"{', '.join(ordered[:SOME])}{f' and {len(ordered) - SOME} more' if len(ordered) > SOME else ''}"


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
