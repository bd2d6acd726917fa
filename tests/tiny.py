"""Small networks of the tests' own: fast, smooth, and with the same weights on every machine."""
import torch
from torch import nn

from utils.paper import CLASS_NAMES


class Tiny(nn.Module):
    """The paper's ten classes from the brightness of the image's parts: images [B, 3, H, W] -> logits [B, 10]."""

    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(nn.AvgPool2d(16), nn.Conv2d(3, 8, 3, stride=2), nn.SiLU(), nn.AdaptiveAvgPool2d(3),
                                    nn.Flatten(), nn.Linear(72, len(CLASS_NAMES)))
        with torch.no_grad():
            for k, weights in enumerate(self.parameters(), start=1):
                # whole numbers divided once: no rounding that differs between processors
                numbers = (torch.arange(1, weights.numel() + 1) * (7919 + 104729 * k)) % 1009
                weights.copy_((numbers.float() / 1009 - 0.5).reshape(weights.shape))

    def forward(self, images):
        return 4 * self.layers(images)


class Sure(Tiny):
    """Sure of the stand-in cup from two thirds of the viewpoints: from (130, 30) and (50, 20), not from (310, 80)."""

    def __init__(self):
        super().__init__()
        self.register_buffer("favour", 6.5 * (torch.arange(len(CLASS_NAMES)) == CLASS_NAMES.index("cup")))

    def forward(self, images):
        return 4 * super().forward(images) + self.favour


def network():
    """For --network tests.tiny:network."""
    return Tiny(), dict(class_names=list(CLASS_NAMES))


def sure():
    """For --network tests.tiny:sure."""
    return Sure(), dict(class_names=list(CLASS_NAMES))
