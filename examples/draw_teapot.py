"""Draw a teapot that turns: `python -m examples.draw_teapot`, with or without an install."""
from collections.abc import Sequence

import neural_renderer as nr
import torch
from tqdm import tqdm

from examples.options import frame, parse_args, save_gif
from examples.shapes import teapot


def main(words: Sequence[str] | None = None) -> None:
    args = parse_args(words, __doc__, iterations=60, output="teapot.gif")
    vertices, faces = (t.to(args.device) for t in teapot())
    textures = torch.ones(1, faces.shape[1], 2, 2, 2, 3, device=args.device)

    renderer = nr.Renderer(image_size=args.image_size, camera_mode="look_at")
    frames = []
    for k in tqdm(range(args.iterations), desc="drawing"):
        renderer.eye = nr.get_points_from_angles(2.732, 30, 360 * k / args.iterations)
        rgb, depth, alpha = renderer(vertices, faces, textures)
        frames.append(frame(rgb[0]))
    save_gif(args.output, frames)


if __name__ == "__main__":
    main()
