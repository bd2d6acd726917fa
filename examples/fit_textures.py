"""Paint a teapot until it looks like a picture: `python -m examples.fit_textures`, with or without an install."""
from collections.abc import Sequence

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


def main(words: Sequence[str] | None = None) -> None:
    args = parse_args(words, __doc__, iterations=150, output="textures.gif")
    vertices, faces = (t.to(args.device) for t in teapot(steps=8))
    picture = rings(args.image_size).to(args.device)
    renderer = nr.Renderer(image_size=args.image_size, camera_mode="look_at", light_intensity_ambient=1,
                           light_intensity_directional=0)

    textures = torch.zeros(1, faces.shape[1], 4, 4, 4, 3, device=args.device, requires_grad=True)
    optimizer = torch.optim.Adam([textures], lr=0.1)
    frames = []
    bar = tqdm(range(args.iterations), desc="painting")
    for k in bar:
        # the picture from one side; a swing of the camera lets no place stay behind a rim
        renderer.eye = nr.get_points_from_angles(2.732, 20, 10 * torch.randn(()).item())
        rgb, _, alpha = renderer(vertices, faces, textures.sigmoid())
        loss = (alpha[:, None] * (rgb - picture)).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        bar.set_postfix(loss=f"{loss.item():.4f}")
        if k % 4 == 0:
            renderer.eye = nr.get_points_from_angles(2.732, 20, 0)
            with torch.no_grad():
                frames.append(frame(picture, renderer(vertices, faces, textures.sigmoid(), mode="rgb")[0]))
    for k in range(30):  # and once around
        renderer.eye = nr.get_points_from_angles(2.732, 20, 12 * k)
        with torch.no_grad():
            frames.append(frame(picture, renderer(vertices, faces, textures.sigmoid(), mode="rgb")[0]))
    save_gif(args.output, frames)


if __name__ == "__main__":
    main()
