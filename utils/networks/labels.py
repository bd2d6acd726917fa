"""The output of a network that a label names."""
import difflib
from collections.abc import Sequence

import numpy as np

from ..errors import InputError, in_short

MOST_HINTS = 4  # names that a line offers


def find_label(text: str, class_names: Sequence[str] | None, n_classes: int, source: str = "`label`") -> int:
    """Index of the output that a label names.

    Args:
        text: a number, a name, or the beginning of one name only. Case and underscores do not count.
        class_names: of the outputs, or None.
        n_classes: number of outputs.
        source: that the label comes from; the beginning of the error's line.

    Raises:
        InputError: if there is no such class, or more than one (they are named).
    """
    if text.strip().isdecimal():
        if int(text) < n_classes:
            return int(text)
        raise InputError(f"{source} {text}: the network has {n_classes} classes; expected 0 to {n_classes - 1}")
    if class_names is None:
        raise InputError(f"{source} {text}: the network does not name its classes; expected a number, 0 to "
                         f"{n_classes - 1}")
    wanted = plain(text)
    names = [plain(name) for name in class_names]
    matches = ([k for k, name in enumerate(names) if name == wanted]
               or [k for k, name in enumerate(names) if wanted and name.startswith(wanted)])
    if len(matches) == 1:
        return matches[0]
    if matches:
        shown = ", ".join(f"{k} {class_names[k]}" for k in matches[:8])
        raise InputError(f"{source} {text}: stands for {len(matches)} classes "
                         f"({shown}{', ..' if len(matches) > 8 else ''}); give more of the name, or its number")
    near = [name for name in names if wanted and wanted in name][:MOST_HINTS]
    near += difflib.get_close_matches(wanted, names, n=MOST_HINTS, cutoff=0.5)[:max(MOST_HINTS - len(near), 1)]
    if near:
        hint = f"did you mean {' or '.join(dict.fromkeys(class_names[names.index(name)] for name in near))}?"
    else:
        hint = f"it has {len(class_names)}, such as {', '.join(class_names[:5])}"
    raise InputError(f"{source} {text}: the network has no such class; {hint}")


def label_index(label: int | str, class_names: Sequence[str] | None, n_classes: int,
                source: str = "`label`") -> int:
    """Index of the output that a label names: a number, or anything that `find_label` takes.

    Raises:
        InputError: if there is no such class.
    """
    if isinstance(label, (int, np.integer)) and not isinstance(label, bool) and 0 <= label < n_classes:
        return int(label)
    if isinstance(label, str):
        return find_label(label, class_names, n_classes, source)
    raise InputError(f"{source} {in_short(label)}: the network has {n_classes} classes; expected a number, 0 to "
                     f"{n_classes - 1}, or a name")


def plain(name: str) -> str:
    """A name in lower case, with single blanks for blanks and underscores."""
    return " ".join(name.lower().replace("_", " ").split())
