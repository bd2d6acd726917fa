"""Bend a ball until its silhouette is a heart: `python -m examples.fit_vertices`, with or without an install."""
from collections.abc import Sequence

import neural_renderer as nr
import torch
from tqdm import tqdm

from examples.options import frame, parse_args, save_gif
from examples.shapes import ball

SMOOTHNESS = 1  # weight of the edges' mean squared length: without it a few faces take the whole image


def heart(image_size: int) -> torch.Tensor:
    """The silhouette [H, W]."""
    at = torch.linspace(-1.7, 1.7, image_size)
    x, y = at[None], -at[:, None]
    return ((x ** 2 + y ** 2 - 1) ** 3 < x ** 2 * y ** 3).float()


def main(words: Sequence[str] | None = None) -> None:
    args = parse_args(words, __doc__, iterations=150, output="vertices.gif")
    wanted = heart(args.image_size).to(args.device)
    vertices, faces = (t.to(args.device) for t in ball())
    vertices.requires_grad_()
    white = torch.ones(1, faces.shape[1], 2, 2, 2, 3, device=args.device)

    renderer = nr.Renderer(image_size=args.image_size, camera_mode="look_at")
    optimizer = torch.optim.Adam([vertices], lr=0.02)
    frames = []
    bar = tqdm(range(args.iterations), desc="bending")
    for k in bar:
        renderer.eye = nr.get_points_from_angles(2.732, 0, 0)
        silhouette = renderer(vertices, faces, mode="silhouettes")[0]
        corners = nr.vertices_to_faces(vertices, faces)
        edges = (corners - corners.roll(1, dims=2)).square().sum(-1).mean()
        loss = (silhouette - wanted).square().mean() + SMOOTHNESS * edges
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        agreement = (silhouette * wanted).sum() / torch.maximum(silhouette, wanted).sum()
        bar.set_postfix(agreement=f"{100 * agreement.item():.1f}%")
        if k % 3 == 0:  # what is wanted in red, what is there in green; yellow where both agree. And from another side
            renderer.eye = nr.get_points_from_angles(2.732, 30, 2 * k)
            with torch.no_grad():
                rgb = renderer(vertices, faces, white, mode="rgb")[0]
            frames.append(frame(torch.stack((wanted, silhouette, torch.zeros_like(wanted))), rgb))
    save_gif(args.output, frames)


if __name__ == "__main__":
    main()
