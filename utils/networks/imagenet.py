"""ImageNet's classes, as torchvision names them."""
from types import ModuleType

import torch

from ..errors import InputError, first_line

N_CLASSES = 1000


def imagenet_names() -> tuple[str, ...]:
    """The names of ImageNet's 1,000 classes, in the order of the outputs.

    Raises:
        InputError: if torchvision does not import.
    """
    return tuple(import_torchvision().models.get_model_weights("resnet50").IMAGENET1K_V1.meta["categories"])


def import_torchvision() -> ModuleType:
    """The torchvision package, imported only where something needs it.

    Raises:
        InputError: if it does not import, as happens when it was built for another torch.
    """
    try:
        import torchvision
        return torchvision
    except (ImportError, OSError, RuntimeError, AttributeError) as error:
        raise InputError(f"torchvision cannot be imported with torch {torch.__version__} ({first_line(error)}); "
                         "install the pair that belongs together: pip install --upgrade --force-reinstall torch "
                         "torchvision") from None
