"""The demo network: a small classifier of the paper's ten classes, which needs no download."""
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import torch
from torch import nn

from scale.true_dict import CLASS_NAMES
from utils.networks.network import Normalization
from utils.networks.weights import batch_counters, file_identity, fill, read_state_dict

DEMO_WEIGHTS = Path(__file__).with_name("demo_network.safetensors")


class DemoNetwork(nn.Module):
    """A small classifier of the ten classes, trained on renders of the stand-in shapes (train_demo.py).

    Images [B, 3, 224, 224] in [0, 1] -> logits [B, 10]. It sees the grey value at a quarter of the resolution. It is
    smooth throughout, without maxima or kinks: rounding cannot send its gradient another way.
    """

    def __init__(self, width: int = 16) -> None:
        """width: channels of the first convolution."""
        super().__init__()
        blocks: list[nn.Module] = []
        channels = 1
        for k, out in enumerate((width, 2 * width, 3 * width, 4 * width)):
            blocks += [nn.Conv2d(channels, out, 3, padding=1, bias=False), nn.BatchNorm2d(out), nn.SiLU(inplace=True)]
            blocks += [nn.AvgPool2d(2)] if k < 3 else []
            channels = out
        self.features = nn.Sequential(*blocks)
        self.classifier = nn.Sequential(nn.AdaptiveAvgPool2d(2), nn.Flatten(), nn.Dropout(0.3),
                                        nn.Linear(4 * channels, len(CLASS_NAMES)))

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Images [B, 3, 224, 224] in [0, 1] -> logits [B, 10]."""
        return self.classifier(self.features(self.shrink(images)))

    @staticmethod
    def shrink(images: torch.Tensor) -> torch.Tensor:
        """The grey value at a quarter of the resolution: [B, C, H, W] -> [B, 1, H / 4, W / 4]."""
        # A convolution is several times faster than a mean over channels and an average pooling.
        channels = images.shape[1]
        return nn.functional.conv2d(images, images.new_full((1, channels, 4, 4), 1 / (16 * channels)), stride=4)


@dataclass(frozen=True)
class Demo:
    """The demo network by its name; see `Network`.

    Attributes:
        name: as given to --network.
        weights_file: a state_dict file.
    """
    name: str
    weights_file: Path
    folder: ClassVar[str] = "Demo"
    image_size: ClassVar[int | None] = None
    normalization: ClassVar[Normalization | None] = None
    class_names: ClassVar[tuple[str, ...]] = CLASS_NAMES
    n_classes: ClassVar[int] = len(CLASS_NAMES)

    def label(self, class_nb: int) -> int:
        """Index of one of the paper's classes among the outputs: the same."""
        return class_nb

    def weights_identity(self) -> str:
        """The first digits of the SHA-256 of the weights' file.

        Raises:
            InputError: if it cannot be read.
        """
        return file_identity(self.weights_file)

    def load(self) -> nn.Module:
        """The network with its weights, in eval mode: images [B, 3, 224, 224] -> logits [B, 10].

        Raises:
            InputError: if the weights cannot be read, or do not fit.
        """
        state = read_state_dict(self.weights_file)
        with torch.device("meta"):
            module = DemoNetwork()
        return fill(module, {**batch_counters(module), **state}, self)


def demo_network(name: str, weights_file: Path | None) -> Demo:
    """The demo network, with its own weights or those of a file."""
    return Demo(name, weights_file or DEMO_WEIGHTS)
