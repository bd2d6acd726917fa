"""What the scripts are made of: renderer, networks, the confidence f, regions, results and figures.

Installed by itself (`pip install .`) it is the package semantic_robustness, with the same names.

For use from Python:

    from utils import Confidence, confidence_map, grow_regions, largest_region, load_result, load_tree

    f = Confidence.of("efficientnet_lite0", "coffee mug", "mug.obj")
    f([(130, 30), (50, 20)])                      # confidence at (azimuth, elevation)
    confidence_map(f, step=10).plot()             # over all of them
    grow_regions(f, [(130, 30)])["OIR_B"].regions
    largest_region(f, (130, 30), step=3).box      # the largest box in which f stays above 0.5
    load_result("checkpoint/ResNet50/5/0/optim.pt")  # whatever map.py and optim.py wrote
    load_tree("checkpoint").regions               # all of it as pandas DataFrames: views, regions, results
"""
import sys
from importlib import import_module

from .installed import check_installed

check_installed()

from .regions import SAFE_GLOBALS, ndinterval  # noqa: E402  # imports numpy

__version__ = "1.0.0"

# Where each public name lives; it is imported when first asked for, because torch takes seconds.
_PLACES = {
    "Confidence": "semantic.confidence", "confidence_map": "runs.maps", "domain_of": "parameters",
    "grid": "parameters", "grow_regions": "bounds", "largest_region": "bounds.largest",
    "load_mesh": "shapes.shape", "load_network": "networks",
    "load_result": "results.reading", "load_shape": "shapes.shape", "load_stand_in": "shapes.shape",
    "load_tree": "findings.rows"}
__all__ = [*_PLACES, "ndinterval"]


def __getattr__(name: str) -> object:
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_PLACES[name]}"), name)


def __dir__() -> list[str]:  # for help(), and for completion
    return [*globals(), *_PLACES]


if "torch" in sys.modules:  # so that torch.load opens files with regions in its safe mode
    sys.modules["torch"].serialization.add_safe_globals(SAFE_GLOBALS)
