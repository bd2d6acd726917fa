"""The scene: all of a drawing that has no gradient."""
from collections.abc import Sequence
from dataclasses import dataclass

import torch

from .texture_map import Layout

DEFAULT_IMAGE_SIZE = 256
DEFAULT_ANTI_ALIASING = True
DEFAULT_NEAR = 0.1
DEFAULT_FAR = 100


@dataclass(frozen=True)
class Scene:
    """What is drawn, and how.

    Attributes:
        faces: [B or 1, F, 3] integer tensor.
        image_size: pixels a side.
        anti_aliasing: draw twice as many rows and columns, and average 2 x 2 samples.
        near, far: depths between which a face counts.
        eps: added to distances in the approximate gradient, and how far before its end a colour cube is read.
        background_color: one number for all channels, C numbers, or [B, C]; the backends get [B or 1, C] float32, or
            None where no rgb is drawn.
        fill_back: draw the back of every face too.
        with_depth, with_alpha: the images that are wanted besides rgb.
        first_of_coincident: where faces coincide, show the first of the mesh. False: where it does not matter, because
            all faces have one colour; then the nearest to the last digit is shown.
        layout: of the texture map whose texels are drawn; None for colour cubes, and for flat faces.
    """
    faces: torch.Tensor
    image_size: int = DEFAULT_IMAGE_SIZE
    anti_aliasing: bool = DEFAULT_ANTI_ALIASING
    near: float = DEFAULT_NEAR
    far: float = DEFAULT_FAR
    eps: float = 1e-3
    background_color: float | Sequence[float] | torch.Tensor | None = 0.0
    fill_back: bool = True
    with_depth: bool = True
    with_alpha: bool = True
    first_of_coincident: bool = False
    layout: Layout | None = None

    @property
    def samples(self) -> int:
        """Samples per pixel and axis."""
        return 2 if self.anti_aliasing else 1

    @property
    def size(self) -> int:
        """Samples a side, S."""
        return self.image_size * self.samples
