"""Transformers' image classifiers, as hf:NAME of its hub, or hf:FOLDER."""
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from torch import nn

from ..errors import InputError, first_line, quiet
from .function_network import function_network
from .network import Network
from .packages import import_package

DIGITS = 7  # of a mean and a standard deviation that are found from values in float32


def hf_network(name: str, weights_file: Path | None) -> Network:
    """The network of hf:NAME. Nothing is imported or downloaded until something about it is first asked."""
    return function_network(name, weights_file, partial(_make, name, pretrained=weights_file is None))


def _make(name: str, pretrained: bool) -> tuple[nn.Module, dict[str, Any]]:
    """A classifier of transformers', with what its configuration and its image processor say.

    Raises:
        InputError: if transformers does not import, has no such classifier, or cannot get it.
    """
    transformers = import_package("transformers", name)
    place = name.partition(":")[2]
    classifiers, missing = transformers.AutoModelForImageClassification, set[str]()
    try:
        with quiet():
            config = transformers.AutoConfig.from_pretrained(place)
            processor = transformers.AutoImageProcessor.from_pretrained(place)
            if pretrained:
                module, told = classifiers.from_pretrained(place, output_loading_info=True)
                missing = set(told["missing_keys"])
            else:
                module = classifiers.from_config(config)
            facts = _seen(processor, getattr(config, "image_size", None))
    except Exception as error:  # of transformers, or of its hub
        raise InputError(f"`network` {name}: cannot be had ({first_line(error)}); expected an image classifier on the "
                         "hub, or a folder with one and its image processor") from None
    if missing:
        raise InputError(f"`network` {name}: has no weights for {min(missing)}, so it is no trained image classifier")
    if config.problem_type in ("multi_label_classification", "regression"):
        raise InputError(f"`network` {name}: is for {config.problem_type.replace('_', ' ')}; expected one that tells "
                         "one class from others")
    return module, dict(facts, class_names=[config.id2label[k] for k in range(config.num_labels)], output="logits")


def _seen(processor: Any, image_size: Any) -> dict[str, Any]:
    """The image size, mean and std of a processor, as it treats a black and a white image."""
    side = image_size if isinstance(image_size, int) else 224
    images = [np.full((side, side, 3), value, np.uint8) for value in (0, 255)]
    black, white = (processor(image, return_tensors="np")["pixel_values"][0].astype(np.float64) for image in images)
    if black.ndim != 3 or black.shape[1] != black.shape[2]:
        raise ValueError(f"its processor makes images of shape {list(black.shape)}, which are not square")
    size = black.shape[1]
    low, high = (image[:, size // 2, size // 2] for image in (black, white))
    mean, std = -low / (high - low), 1 / (high - low)
    return dict(image_size=size, mean=mean.round(DIGITS), std=std.round(DIGITS))
