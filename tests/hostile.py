"""Files in the authors' old format, as they wrote them and as someone with bad intentions would."""
import os
import pickle
import sys
import types

import numpy as np
import torch

HEAD = b"".join(pickle.dumps(part, 2) for part in (0x1950A86A20F9469CFC6C, 1001, dict(little_endian=True)))
NO_STORAGES = pickle.dumps([], 2)


class _OldRegion:
    """The state that the authors' n_interval had, as far as anything reads it."""

    def __init__(self, a, b):
        a, b = (np.asarray(bound, dtype=np.float64) for bound in (a, b))
        self.n, self.a, self.b, self.r = len(a), a, b, np.abs(b - a)
        self.region = [_OldInterval((low, high)) for low, high in zip(a, b)]


class _OldInterval(tuple):
    def __new__(cls, bounds):
        return super().__new__(cls, bounds)


_OldRegion.__module__, _OldRegion.__qualname__ = "scale_robustness", "n_interval"
_OldInterval.__module__, _OldInterval.__qualname__ = "interval", "interval"


def save_as_published(contents, path):
    """Write a file as the authors' programs did; `regions` are pairs of bounds."""
    contents = {key: {**value, "regions": [_OldRegion(*bounds) for bounds in value["regions"]]}
                if isinstance(value, dict) else value for key, value in contents.items()}
    old = {"scale_robustness": types.SimpleNamespace(n_interval=_OldRegion),
           "interval": types.SimpleNamespace(interval=_OldInterval)}
    path.parent.mkdir(parents=True, exist_ok=True)
    sys.modules.update(old)
    try:
        torch.save(contents, path, _use_new_zipfile_serialization=False)
    finally:
        for name in old:
            del sys.modules[name]


def published_optim():
    """What a published optim.pt holds, shorter: one method without a trace, and bounds that are no numbers."""
    box = np.array([120.0, 20.0]), np.array([140.0, 40.0])
    return dict(
        naive=dict(optim_trace=[[box] * 3, []], loss_trace=[[np.float64(k) for k in range(3)], []],
                   regions=[box, ([np.nan] * 2, [np.inf] * 2)]),
        OIR_W=dict(optim_trace=[[], []], loss_trace=[[], []], regions=[([-10, 80], [20, 100]), ([50, 20], [50, 20])]),
        initial_point=[np.array([130, 30]), np.array([50, 20])], class_nb=5, shape_id="abc", network_name="AlexNet")


class _Command:
    def __init__(self, marker):
        self.marker = marker

    def __reduce__(self):
        return os.system, (f"touch {self.marker}",)


def command(marker):
    """A file that would make the file `marker`, if what is in it were run."""
    return HEAD + pickle.dumps(dict(z=_Command(marker)), 2) + NO_STORAGES


def program(opcodes):
    """A file whose object is a pickle written by hand."""
    return HEAD + b"\x80\x02" + opcodes + b"." + NO_STORAGES


def array_of(shape, data, number_type=b"f8"):
    """Opcodes of a numpy array."""
    return (b"cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85X\x01\x00\x00\x00b\x87R(K\x01" + shape +
            b"cnumpy\ndtype\nX\x02\x00\x00\x00" + number_type + b"K\x00K\x01\x87R\x89" + data + b"tb")
