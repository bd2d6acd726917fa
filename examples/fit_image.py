"""Paint the image that wraps a teapot until it looks like a picture: `python -m examples.fit_image`."""
import math
from collections.abc import Sequence

import neural_renderer as nr
import torch

from examples.fit_textures import paint
from examples.options import parse_args
from examples.shapes import teapot


def wrapped_around(vertices: torch.Tensor, faces: torch.Tensor) -> torch.Tensor:
    """Where in an image that is wrapped around the upright axis the corners of faces are: [F, 3, 2]."""
    x, y, z = vertices[0][faces[0].long()].unbind(-1)
    u = torch.atan2(x, -z) / (2 * math.pi)  # 0 at the front
    u = u + (u < u.amax(1, keepdim=True) - 0.5)  # a face across the seam goes on in the next copy of the image
    return torch.stack((u + 0.5, (y + 1) / 2), dim=-1)


def main(words: Sequence[str] | None = None) -> None:
    args = parse_args(words, __doc__, iterations=150, output="image.gif")
    vertices, faces = (t.to(args.device) for t in teapot(steps=8))
    uv = wrapped_around(vertices, faces)
    image = torch.zeros(1, 3, args.image_size, args.image_size, device=args.device, requires_grad=True)
    paint(args, (vertices, faces), image, lambda: nr.TextureMap(image.sigmoid(), uv), lambda: image.sigmoid())


if __name__ == "__main__":
    main()
