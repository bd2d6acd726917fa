"""Paint a teapot until it looks like a picture: `python -m examples.fit_textures`, with or without an install."""
from argparse import Namespace
from collections.abc import Callable, Sequence
from typing import Any

import neural_renderer as nr
import torch
from tqdm import tqdm

from examples.options import frame, parse_args, save_gif
from examples.shapes import teapot


def rings(image_size: int) -> torch.Tensor:
    """The picture [3, H, W]: coloured rings around the centre."""
    at = torch.linspace(-1, 1, image_size)
    distance = (at[:, None].square() + at[None].square()).sqrt()
    return torch.stack([0.5 + 0.5 * torch.cos(12 * distance + shift) for shift in (0, 2, 4)])


def paint(args: Namespace, mesh: Sequence[torch.Tensor], texels: torch.Tensor, textures: Callable[[], Any],
          beside: Callable[[], Sequence[torch.Tensor]] = tuple) -> None:
    """Change texels until the mesh looks like the picture from one side, and write how it came to that.

    Args:
        args: of the example.
        mesh: vertices [1, V, 3] and faces [1, F, 3].
        texels: what is learnt.
        textures: () -> what the renderer is given, made of the texels.
        beside: () -> further images of a frame.
    """
    picture = rings(args.image_size).to(args.device)
    renderer = nr.Renderer(image_size=args.image_size, camera_mode="look_at", light_intensity_ambient=1,
                           light_intensity_directional=0)
    optimizer = torch.optim.Adam([texels], lr=0.1)
    frames = []

    def show(azimuth: float) -> None:
        renderer.eye = nr.get_points_from_angles(2.732, 20, azimuth)
        with torch.no_grad():
            frames.append(frame(picture, renderer(*mesh, textures(), mode="rgb")[0], *beside()))

    bar = tqdm(range(args.iterations), desc="painting")
    for k in bar:
        # the picture from one side; a swing of the camera lets no place stay behind a rim
        renderer.eye = nr.get_points_from_angles(2.732, 20, 10 * torch.randn(()).item())
        rgb, _, alpha = renderer(*mesh, textures())
        loss = (alpha[:, None] * (rgb - picture)).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        bar.set_postfix(loss=f"{loss.item():.4f}")
        if k % 4 == 0:
            show(0)
    for k in range(30):  # and once around
        show(12 * k)
    save_gif(args.output, frames)


def main(words: Sequence[str] | None = None) -> None:
    args = parse_args(words, __doc__, iterations=150, output="textures.gif")
    vertices, faces = (t.to(args.device) for t in teapot(steps=8))
    textures = torch.zeros(1, faces.shape[1], 4, 4, 4, 3, device=args.device, requires_grad=True)
    paint(args, (vertices, faces), textures, textures.sigmoid)


if __name__ == "__main__":
    main()
