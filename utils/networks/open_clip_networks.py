"""OpenCLIP's models as zero-shot classifiers, as open_clip:MODEL/PRETRAINED (Radford et al. 2021, section 3.1).

The logits of an image are its cosines with the classes' prompts, times the model's scale. The classes are ImageNet's
1,000, and beside them any text that a label asks for.
"""
import difflib
import hashlib
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import torch
from platformdirs import user_cache_path
from torch import nn

from ..errors import DiskError, InputError, first_line, quiet
from ..files import folder_name, whole_file
from .function_network import function_network
from .imagenet import imagenet_names
from .labels import plain
from .network import Network
from .packages import import_package
from .weights import ready, state_identity, with_weights

PROMPT = "a photo of a {}."
N_PROMPTS = 64  # that are encoded at a time


class ZeroShot(nn.Module):
    """Images [B, 3, H, W] -> logits [B, classes] of a model that knows images and texts.

    Attributes:
        model: of OpenCLIP's.
        texts: [classes, features], the classes' prompts, each of length 1.
    """

    def __init__(self, model: nn.Module, texts: torch.Tensor) -> None:
        super().__init__()
        self.model = model
        self.register_buffer("texts", texts)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """As the class says."""
        cosines = self.model.encode_image(images, normalize=True) @ self.texts.T
        bias = getattr(self.model, "logit_bias", None)  # models of sigmoids have one
        return self.model.logit_scale.exp() * cosines + (0 if bias is None else bias)


def open_clip_network(name: str, weights_file: Path | None, text: str | None = None) -> Network:
    """The network of open_clip:MODEL/PRETRAINED. Its prompts are encoded once, when something about it is first asked.

    Args:
        text: one more class.
    """
    made = function_network(name if text is None else f"{name} and {text}", None,
                            partial(_make, name, weights_file, text))

    def find(label: str) -> tuple[Network, int]:
        names = list(map(plain, imagenet_names()))
        if plain(label) in names:
            return found, names.index(plain(label))
        return open_clip_network(name, weights_file, " ".join(label.split())), len(names)

    found = replace(made, weights_file=weights_file, folder=folder_name(name), find=find)
    return found


def _make(name: str, weights_file: Path | None, text: str | None) -> tuple[nn.Module, dict[str, Any]]:
    """The classifier, and what its model says about images.

    Raises:
        InputError: if OpenCLIP does not import, has no such model, or cannot get its weights.
    """
    open_clip = import_package("open_clip", name, "open_clip_torch")
    place = name.partition(":")[2]
    is_elsewhere = ":" in place  # hf-hub:NAME or local-dir:FOLDER, which have their own weights
    model_name, _, pretrained = (place, "", "") if is_elsewhere else place.partition("/")
    if not is_elsewhere:
        _check_known(open_clip, name, model_name, None if weights_file else pretrained)
    try:
        with quiet(), torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            model = open_clip.create_model(model_name, pretrained=None if weights_file else pretrained or None,
                                           load_weights=weights_file is None)
            tokenizer = open_clip.get_tokenizer(model_name)
    except Exception as error:  # of OpenCLIP, or of the hub
        raise InputError(f"`network` {name}: cannot be had ({first_line(error)}); fetch its weights elsewhere and give "
                         "them with `weights` FILE") from None
    model = ready(model) if weights_file is None else with_weights(model, name, weights_file)
    names = [*imagenet_names(), *([text] if text else [])]
    texts = _encoded(model, tokenizer, [PROMPT.format(one) for one in names])
    seen = open_clip.get_model_preprocess_cfg(model)
    size = seen["size"] if isinstance(seen["size"], int) else max(seen["size"])
    return ZeroShot(model, texts), dict(image_size=size, mean=seen["mean"], std=seen["std"], output="logits",
                                        class_names=names if text else None)


@torch.no_grad()
def _encoded(model: nn.Module, tokenizer: Any, prompts: list[str]) -> torch.Tensor:
    """The features of prompts, [prompts, features] of length 1, computed once and kept in the user's cache folder."""
    known_as = hashlib.sha256(f"{state_identity(model.state_dict())} {prompts}".encode()).hexdigest()[:20]
    path = user_cache_path("semantic-robustness") / "prompts" / f"{known_as}.pt"
    with suppress(Exception):  # not there yet, or damaged
        return torch.load(path, weights_only=True)
    tokens = tokenizer(prompts)
    texts = torch.cat([model.encode_text(part, normalize=True) for part in tokens.split(N_PROMPTS)])
    with suppress(DiskError, RuntimeError), whole_file(path, "") as file:  # torch has its own error for a full disk
        torch.save(texts, file)
    return texts


def _check_known(open_clip: ModuleType, name: str, model_name: str, pretrained: str | None) -> None:
    """Raise InputError for a model, or weights, that OpenCLIP has not; None: the weights come from a file."""
    models = open_clip.list_models()
    if model_name not in models:
        near = difflib.get_close_matches(model_name, models, n=3, cutoff=0.5)
        raise InputError(f"`network` {name}: OpenCLIP has no such model"
                         + (f"; did you mean {' or '.join(near)}?" if near else ""))
    there = open_clip.list_pretrained_tags_by_model(model_name)
    if pretrained is not None and pretrained not in there:
        raise InputError(f"`network` {name}: expected open_clip:{model_name}/PRETRAINED with one of "
                         f"{', '.join(there) or 'no published weights; give them with `weights` FILE'}")
