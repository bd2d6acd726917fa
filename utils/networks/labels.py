"""The output of a network that a label names."""
import difflib
from collections.abc import Sequence

from ..errors import InputError


def find_label(text: str, class_names: Sequence[str] | None, n_classes: int, option: str = "--label") -> int:
    """Index of the output that a label names.

    Args:
        text: a number, a name, or the beginning of one name only. Case and underscores do not count.
        class_names: of the outputs, or None.
        n_classes: how many outputs there are.
        option: that it was given to.

    Raises:
        InputError: if there is no such class, or more than one (they are named).
    """
    if text.strip().isdecimal():
        if len(text) > len(str(n_classes)) + 10 or int(text) >= n_classes:
            raise InputError(f"{option} {text}: the network has {n_classes} classes; expected 0 to {n_classes - 1}")
        return int(text)
    if class_names is None:
        raise InputError(f"{option} {text}: the network does not name its classes; expected a number, 0 to "
                         f"{n_classes - 1}")
    wanted = _plain(text)
    plain = [_plain(name) for name in class_names]
    found = ([k for k, name in enumerate(plain) if name == wanted]
             or [k for k, name in enumerate(plain) if wanted and name.startswith(wanted)])
    if len(found) == 1:
        return found[0]
    if found:
        shown = ", ".join(f"{k} {class_names[k]}" for k in found[:8])
        raise InputError(f"{option} {text}: stands for {len(found)} classes ({shown}{', ..' if len(found) > 8 else ''}"
                         "); give more of the name, or its number")
    near = difflib.get_close_matches(wanted, plain, n=4, cutoff=0.5)
    near += [name for name in plain if wanted and wanted in name and name not in near][:4]
    if near:
        hint = f"did you mean {' or '.join(dict.fromkeys(class_names[plain.index(name)] for name in near))}?"
    else:
        hint = f"it has {len(class_names)}, such as {', '.join(class_names[:5])}"
    raise InputError(f"{option} {text}: the network has no such class; {hint}")


def _plain(name: str) -> str:
    """A name in lower case, with single blanks for blanks and underscores."""
    return " ".join(name.lower().replace("_", " ").split())
