"""Paint the image that wraps a teapot until it looks like a picture: `python -m examples.fit_image`."""
import math
from collections.abc import Sequence

import neural_renderer as nr
import torch
from tqdm import tqdm

from examples.fit_textures import rings
from examples.options import frame, parse_args, save_gif
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
    picture = rings(args.image_size).to(args.device)
    renderer = nr.Renderer(image_size=args.image_size, camera_mode="look_at", light_intensity_ambient=1,
                           light_intensity_directional=0)

    uv = wrapped_around(vertices, faces)
    image = torch.zeros(1, 3, args.image_size, args.image_size, device=args.device, requires_grad=True)
    optimizer = torch.optim.Adam([image], lr=0.1)
    frames = []

    def shown() -> None:
        with torch.no_grad():
            painted = image.sigmoid()
            view = renderer(vertices, faces, nr.TextureMap(painted, uv), mode="rgb")[0]
            frames.append(frame(picture, view, painted[0]))

    bar = tqdm(range(args.iterations), desc="painting")
    for k in bar:
        # the picture from one side; a swing of the camera lets no place stay behind a rim
        renderer.eye = nr.get_points_from_angles(2.732, 20, 10 * torch.randn(()).item())
        rgb, _, alpha = renderer(vertices, faces, nr.TextureMap(image.sigmoid(), uv))
        loss = (alpha[:, None] * (rgb - picture)).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        bar.set_postfix(loss=f"{loss.item():.4f}")
        if k % 4 == 0:
            renderer.eye = nr.get_points_from_angles(2.732, 20, 0)
            shown()
    for k in range(30):  # and once around
        renderer.eye = nr.get_points_from_angles(2.732, 20, 12 * k)
        shown()
    save_gif(args.output, frames)


if __name__ == "__main__":
    main()
