"""The neural mesh renderer (Kato, Ushiku & Harada, CVPR 2018): meshes and a camera to images."""
import math

import torch

from utils.renderer.camera import look_at, perspective
from utils.renderer.lighting import face_light
from utils.renderer.rasterize import DEFAULT_FAR, DEFAULT_IMAGE_SIZE, DEFAULT_NEAR, rasterize_mesh


class Renderer:
    """A camera, a light and an image size; call it with meshes.

    Every argument is also an attribute and may be changed between calls. `eye` is three numbers or a tensor
    [B, 3], one place for each mesh of the batch.
    """

    def __init__(self, image_size=DEFAULT_IMAGE_SIZE, anti_aliasing=True, background_color=(0, 0, 0), fill_back=True,
                 viewing_angle=30, eye=None, near=DEFAULT_NEAR, far=DEFAULT_FAR,
                 light_intensity_ambient=0.5, light_intensity_directional=0.5, light_color_ambient=(1, 1, 1),
                 light_color_directional=(1, 1, 1), light_direction=(0, 1, 0)):
        self.image_size = image_size
        self.anti_aliasing = anti_aliasing
        self.background_color = background_color
        self.fill_back = fill_back
        self.viewing_angle = viewing_angle
        self.eye = (0, 0, -(1 / math.tan(math.radians(viewing_angle)) + 1)) if eye is None else eye
        self.near = near
        self.far = far
        self.light_intensity_ambient = light_intensity_ambient
        self.light_intensity_directional = light_intensity_directional
        self.light_color_ambient = light_color_ambient
        self.light_color_directional = light_color_directional
        self.light_direction = light_direction

    def __call__(self, vertices, faces, textures, mode=None):
        """Render a batch of meshes.

        What does not differ between the views is best passed expanded (`tensor.expand(B, ...)`): it is then
        read and lit once.

        Args:
            vertices: [B, V, 3] float32 tensor, object space.
            faces: [B, F, 3] integer tensor.
            textures: [B, F, t, t, t, 3] float32 tensor, every cube of one colour: t = 1, or expanded to any t.
            mode: None for all three images, "rgb" for the first alone.

        Returns:
            rgb [B, 3, H, W], depth [B, H, W] and alpha [B, H, W], or rgb alone; H = W = image_size, float32.

        Raises:
            ValueError: for another mode, or a texture of more than one colour a face.
        """
        if mode not in (None, "rgb"):
            raise ValueError(f"mode {mode!r} is not known; use None or 'rgb'")
        colors, background = self._face_colors(vertices, faces, textures)
        projected = perspective(look_at(vertices, self.eye), self.viewing_angle)
        rgb, depth, alpha = rasterize_mesh(
            projected, faces, colors, self.image_size, self.anti_aliasing, self.near, self.far, background,
            self.fill_back, return_depth_and_alpha=mode is None)
        rgb = rgb.expand(-1, 3, -1, -1)
        return rgb if mode == "rgb" else (rgb, depth, alpha)

    def _face_colors(self, vertices, faces, textures):
        """Lit colours [B or 1, F or 2F, C] of the faces, and the background's C; C is 1 where all is grey, else 3."""
        flat = textures[:, :, 0, 0, 0]
        if any(textures.shape[k] > 1 and textures.stride(k) != 0 for k in (2, 3, 4)):
            raise ValueError(f"textures of shape {list(textures.shape)} may hold several colours a face; only flat "
                             "colours are drawn: give [B, F, 1, 1, 1, 3]")
        if all(_repeats(t) for t in (vertices, faces, textures)):
            vertices, faces, flat = vertices[:1], faces[:1], flat[:1]
        if self.fill_back:
            faces = torch.cat((faces, faces.flip(-1)), dim=1)
            flat = torch.cat((flat, flat), dim=1) if flat.stride(1) else flat[:, :1].expand(-1, faces.shape[1], -1)
        light = face_light(vertices_to_faces(vertices, faces), self.light_intensity_ambient,
                           self.light_intensity_directional, self.light_color_ambient, self.light_color_directional,
                           self.light_direction)
        grey = flat.stride(-1) == 0 and all(map(_is_grey, (
            self.background_color, self.light_color_ambient, self.light_color_directional)))
        channels = 1 if grey else 3
        return flat[..., :channels] * light[..., :channels], self.background_color[:channels]


def vertices_to_faces(vertices, faces):
    """The corners of every face: vertices [B, V, 3], faces [B, F, 3] -> [B, F, 3, 3]."""
    batch = torch.arange(vertices.shape[0], device=vertices.device)[:, None, None]
    return vertices[batch, faces.long()]


def _is_grey(color):
    """Whether the three numbers are one; three that want a gradient each are not."""
    return not (torch.is_tensor(color) and color.requires_grad) and len(set(map(float, color))) == 1


def _repeats(tensor):
    """Whether every element of the batch is the same memory."""
    return tensor.shape[0] == 1 or tensor.stride(0) == 0
