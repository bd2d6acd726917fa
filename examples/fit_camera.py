"""Find where a picture was taken from: `python -m examples.fit_camera`, with or without an install."""
from collections.abc import Sequence

import neural_renderer as nr
import torch
from tqdm import tqdm

from examples.options import frame, parse_args, save_gif
from examples.shapes import teapot

WANTED = (3, 20, 330)  # distance, elevation and azimuth of the picture's camera
START = (1.2, 3.4, -4.0)  # where the search begins: x, y, z


def main(words: Sequence[str] | None = None) -> None:
    args = parse_args(words, __doc__, iterations=120, output="camera.gif")
    vertices, faces = (t.to(args.device) for t in teapot())
    renderer = nr.Renderer(image_size=args.image_size, camera_mode="look_at")
    renderer.eye = nr.get_points_from_angles(*WANTED)
    picture = renderer(vertices, faces, mode="silhouettes")

    eye = torch.tensor(START, device=args.device, requires_grad=True)
    renderer.eye = eye
    optimizer = torch.optim.Adam([eye], lr=0.1)
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, args.iterations)
    frames = []
    bar = tqdm(range(args.iterations), desc="searching")
    for k in bar:
        silhouette = renderer(vertices, faces, mode="silhouettes")
        loss = (silhouette - picture).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        scheduler.step()
        bar.set_postfix(loss=f"{loss.item():.4f}")
        if k % 2 == 0:  # the picture in red, what is seen from here in green; yellow where both agree
            frames.append(frame(torch.cat((picture, silhouette, torch.zeros_like(picture)))))
    save_gif(args.output, frames)
    print("wanted", [round(x, 2) for x in nr.get_points_from_angles(*WANTED)], "found",
          [round(x, 2) for x in eye.tolist()])


if __name__ == "__main__":
    main()
