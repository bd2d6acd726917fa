"""What the scripts are made of: renderer, networks, the confidence f, files and figures.

For use from Python:

    from utils import Confidence, grow_regions, load_mesh, load_network

    f = Confidence.of(load_network("demo"), "cup", load_mesh("mug.obj"))
    f([(130, 30), (50, 20)])                      # confidence at (azimuth, elevation)
    grow_regions(f, [(130, 30)])["OIR_B"].regions
"""
import os
import sys
from importlib import import_module
from importlib.abc import MetaPathFinder

from utils.regions import ndinterval

# How often OpenMP's threads, which run torch's operations, look for work before they sleep; read when torch is loaded.
# By default they do so for milliseconds, on cores that the renderer, or another process, would draw with meanwhile.
if "OMP_WAIT_POLICY" not in os.environ:
    os.environ.setdefault("GOMP_SPINCOUNT", "3000")

# Where each public name lives; it is imported when first asked for, because torch takes seconds.
_PLACES = {"Confidence": "semantic.confidence", "domain_of": "parameters", "grid": "parameters",
           "grow_regions": "bounds.descent", "load_mesh": "shapes.shape", "load_network": "networks",
           "load_shape": "shapes.shape", "load_stand_in": "shapes.shape"}
__all__ = [*_PLACES, "ndinterval"]


def __getattr__(name):
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_PLACES[name]}"), name)


class _RegionsInFiles(MetaPathFinder):
    """Has torch open files with regions in its safe mode, from the moment that torch is imported.

    Importing utils is enough for that, and does not itself import torch, which takes seconds.
    """

    def find_spec(self, name, path=None, target=None):
        if name != "torch":
            return None
        others = (finder.find_spec(name, path, target) for finder in sys.meta_path if finder is not self)
        spec = next(filter(None, others), None)
        if spec is not None:
            load = spec.loader.exec_module

            def load_and_register(module):
                load(module)
                self.register(module)

            spec.loader.exec_module = load_and_register
        return spec

    @staticmethod
    def register(torch):
        torch.serialization.add_safe_globals([ndinterval])


if "torch" in sys.modules:
    _RegionsInFiles.register(sys.modules["torch"])
else:
    sys.meta_path.insert(0, _RegionsInFiles())
