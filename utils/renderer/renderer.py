"""The neural mesh renderer (Kato, Ushiku & Harada, CVPR 2018): meshes and a camera to images."""
import math
from typing import TypeAlias

import torch
from torch import nn

from .camera import camera_along, camera_towards, project, projection
from .lighting import mesh_light
from .modes import untraced
from .rasterize import rasterize_mesh
from .scene import DEFAULT_FAR, DEFAULT_IMAGE_SIZE, DEFAULT_NEAR, Scene
from .tensors import (
    Numbers,
    check_mesh,
    check_plain,
    check_tensors,
    check_textures,
    differ_in_color,
    is_flat,
    is_grey,
    once,
)
from .texture_map import TextureMap

CAMERA_MODES = ("projection", "look", "look_at", "none")
MODES = (None, "rgb", "silhouettes", "depth")
EPS = 1e-3

Given: TypeAlias = torch.Tensor | None  # None stands for the attribute of that name


class Renderer(nn.Module):
    """A camera, a light and an image size; call it with meshes.

    Every argument is also an attribute and may be changed between calls.

    Camera, by `camera_mode`:
        "look_at": from `eye` to the origin; "look": from `eye` in the direction `camera_direction`. `eye` (an
            attribute only) and `camera_direction` are three numbers or tensors [B, 3], one for each mesh of the
            batch. Views from straight above and below are drawn too, see `look_at`. With `perspective`, the field of
            view is `viewing_angle` degrees to each side.
        "projection": a calibrated camera, see `projection` for K, R, t, dist_coeffs and orig_size.
        "none": x and y of the vertices are on the image already, z is the depth.

    Light: see `face_light`; colours and `light_direction` may be tensors [B, 3], intensities tensors [B].

    Gradients reach every tensor among vertices, textures, camera, light and background. In code under torch.compile the
    graph breaks at a drawing. Under torch.autocast all is drawn in float32. torch.func's vmap, grad and jvp are not for
    it: its batch is the first dimension, its gradient that of torch.autograd.

    Attributes:
        rasterizer_eps: added to distances in the approximate gradient, and how far before its end a colour cube is
            read.
    """

    def __init__(self, image_size: int = DEFAULT_IMAGE_SIZE, anti_aliasing: bool = True,
                 background_color: Numbers = (0, 0, 0), fill_back: bool = True, camera_mode: str = "projection",
                 K: torch.Tensor | None = None, R: torch.Tensor | None = None, t: torch.Tensor | None = None,
                 dist_coeffs: torch.Tensor | None = None, orig_size: float = 1024, perspective: bool = True,
                 viewing_angle: float | torch.Tensor = 30, camera_direction: Numbers = (0, 0, 1),
                 near: float = DEFAULT_NEAR, far: float = DEFAULT_FAR,
                 light_intensity_ambient: float | torch.Tensor = 0.5,
                 light_intensity_directional: float | torch.Tensor = 0.5, light_color_ambient: Numbers = (1, 1, 1),
                 light_color_directional: Numbers = (1, 1, 1), light_direction: Numbers = (0, 1, 0)) -> None:
        super().__init__()
        _check_one_of("camera_mode", camera_mode, CAMERA_MODES)
        self.image_size = image_size
        self.anti_aliasing = anti_aliasing
        self.background_color = background_color
        self.fill_back = fill_back
        self.camera_mode = camera_mode
        self.K = K
        self.R = R
        self.t = t
        self.dist_coeffs = dist_coeffs
        self.orig_size = orig_size
        self.perspective = perspective
        self.viewing_angle = viewing_angle
        self.eye: Numbers = _usual_eye(viewing_angle)
        self.camera_direction = camera_direction
        self.near = near
        self.far = far
        self.light_intensity_ambient = light_intensity_ambient
        self.light_intensity_directional = light_intensity_directional
        self.light_color_ambient = light_color_ambient
        self.light_color_directional = light_color_directional
        self.light_direction = light_direction
        self.rasterizer_eps = EPS

    def forward(self, vertices: torch.Tensor, faces: torch.Tensor, textures: torch.Tensor | TextureMap | None = None,
                mode: str | None = None, K: Given = None, R: Given = None, t: Given = None,
                dist_coeffs: Given = None, orig_size: float | None = None) -> torch.Tensor | tuple[torch.Tensor, ...]:
        """Render a batch of meshes.

        If one of the tensors is on a GPU, the images are made there. A tensor that is the same for all views is best
        passed expanded (`tensor.expand(B, ...)`): it is then read and lit once.

        Args:
            vertices: [B, V, 3] float tensor, object space. Other types than float32 are cast to it before anything is
                computed; their gradient comes back in their own type.
            faces: [B, F, 3] integer tensor, vertices counted from 0.
            textures: a TextureMap, images that every sample reads for itself; or a [B, F, t, t, t, 3] float tensor, a
                cube of colours for each face (Kato et al. 2018, section 4). None for "silhouettes" and "depth". Cubes
                of one colour are drawn fastest as t = 1, or as a tensor expanded to any t.
            mode: "rgb", "silhouettes" or "depth" for one image; None for rgb, depth and alpha.
            K, R, t, dist_coeffs, orig_size: in place of the attributes, for camera_mode "projection".

        Returns:
            rgb [B, 3, H, W], depth [B, H, W] and alpha [B, H, W], or one of them; H = W = image_size, float32, row
            0 at the top, depth `far` where nothing is drawn.

        Raises:
            ValueError: for another mode, or for tensors of other shapes.
        """
        _check_one_of("mode", mode, MODES)
        camera = K, R, t, dist_coeffs, orig_size
        if mode == "silhouettes":
            return self.render_silhouettes(vertices, faces, *camera)
        if mode == "depth":
            return self.render_depth(vertices, faces, *camera)
        if mode == "rgb":
            return self.render_rgb(vertices, faces, textures, *camera)
        return self.render(vertices, faces, textures, *camera)

    def render(self, vertices: torch.Tensor, faces: torch.Tensor, textures: torch.Tensor | TextureMap | None,
               K: Given = None, R: Given = None, t: Given = None, dist_coeffs: Given = None,
               orig_size: float | None = None) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """rgb [B, 3, H, W], depth [B, H, W] and alpha [B, H, W]; arguments as in `forward`."""
        return self._draw(vertices, faces, (K, R, t, dist_coeffs, orig_size), textures, with_rgb=True, with_depth=True,
                          with_alpha=True)

    def render_rgb(self, vertices: torch.Tensor, faces: torch.Tensor, textures: torch.Tensor | TextureMap | None,
                   K: Given = None, R: Given = None, t: Given = None, dist_coeffs: Given = None,
                   orig_size: float | None = None) -> torch.Tensor:
        """rgb [B, 3, H, W]; arguments as in `forward`."""
        return self._draw(vertices, faces, (K, R, t, dist_coeffs, orig_size), textures, with_rgb=True)[0]

    def render_silhouettes(self, vertices: torch.Tensor, faces: torch.Tensor,
                           K: Given = None, R: Given = None, t: Given = None, dist_coeffs: Given = None,
                           orig_size: float | None = None) -> torch.Tensor:
        """alpha [B, H, W]; arguments as in `forward`."""
        return self._draw(vertices, faces, (K, R, t, dist_coeffs, orig_size), with_alpha=True)[2]

    def render_depth(self, vertices: torch.Tensor, faces: torch.Tensor,
                     K: Given = None, R: Given = None, t: Given = None, dist_coeffs: Given = None,
                     orig_size: float | None = None) -> torch.Tensor:
        """depth [B, H, W]; arguments as in `forward`."""
        return self._draw(vertices, faces, (K, R, t, dist_coeffs, orig_size), with_depth=True)[1]

    @untraced
    def _draw(self, vertices, faces, camera, textures=None, with_rgb=False, with_depth=False, with_alpha=False):
        """rgb, depth and alpha, each None if it is not wanted."""
        check_tensors(vertices=vertices, faces=faces, textures=textures)
        texels = textures.texels if isinstance(textures, TextureMap) else textures
        check_plain(texels, *filter(torch.is_tensor, (*vars(self).values(), *camera)))
        vertices, faces, textures = _on_one_device(vertices, faces, textures)
        check_mesh(vertices, faces)
        vertices = _in_float32(vertices)
        colors, background, layout = None, None, None
        if with_rgb:
            textures = check_textures(textures, *faces.shape[:2])
            colors, texels, background = self._lit(vertices, faces, textures)
            layout = textures.layout if isinstance(textures, TextureMap) else None
        scene = Scene(faces, self.image_size, self.anti_aliasing, self.near, self.far, self.rasterizer_eps, background,
                      self.fill_back, with_depth, with_alpha, with_rgb and differ_in_color(textures), layout)
        rgb, depth, alpha = rasterize_mesh(self._on_image(vertices, *camera), colors, texels, scene)
        return None if rgb is None else rgb.expand(-1, 3, -1, -1), depth, alpha

    def _lit(self, vertices, faces, textures):
        """The colours of lit faces, in one channel where all is grey and else in three.

        Returns:
            The colours [B or 1, F or 2F, C] of flat faces, or those that cubes are multiplied with; with a texture map
            [B or 1, F or 2F, 1 or 3, 3], of faces or of their corners. The cubes [B, F, t, t, t, C], the texels of the
            texture map, or None for flat faces. The background's colour.
        """
        is_map = isinstance(textures, TextureMap)
        grey = not is_map and textures.stride(-1) == 0 and all(map(is_grey, (
            self.background_color, self.light_color_ambient, self.light_color_directional)))
        channels = 1 if grey else 3
        colors = mesh_light(vertices, faces, self.light_intensity_ambient, self.light_intensity_directional,
                            self.light_color_ambient, self.light_color_directional, self.light_direction,
                            self.fill_back)[..., :channels]
        if is_map:
            colors = once(colors)[:, :, None] * textures.corner_colors(self.fill_back)
            return colors, textures.texels, self.background_color
        background = self.background_color[:channels] if grey else self.background_color
        if not is_flat(textures):
            return colors, textures[..., :channels], background
        flat = once(textures[:, :, 0, 0, 0, :channels])
        if flat.stride(1) == 0:
            flat = flat[:, :1]
        elif self.fill_back:
            flat = torch.cat((flat, flat), dim=1)
        return flat * colors, None, background

    def _on_image(self, vertices, K, R, t, dist_coeffs, orig_size):
        """Vertices [B, V, 3] as the camera projects them."""
        _check_one_of("camera_mode", self.camera_mode, CAMERA_MODES)
        if self.camera_mode == "none":
            return vertices
        if self.camera_mode == "projection":
            given = dict(K=K, R=R, t=t, dist_coeffs=dist_coeffs, orig_size=orig_size)
            given = {name: getattr(self, name) if value is None else value for name, value in given.items()}
            missing = [name for name in ("K", "R", "t") if given[name] is None]
            if missing:
                raise ValueError(f"camera_mode 'projection' needs {', '.join(missing)}; give them, or choose "
                                 "camera_mode 'look_at' or 'look'")
            return projection(vertices, **given)
        if self.camera_mode == "look_at":
            camera = camera_towards(vertices, self.eye)
        else:
            camera = camera_along(vertices, self.eye, self.camera_direction)
        return project(vertices, *camera, self.viewing_angle if self.perspective else None)


def _check_one_of(name, value, known):
    if value not in known:
        raise ValueError(f"{name} {value!r} is not known; expected one of {', '.join(map(repr, known))}")


def _usual_eye(viewing_angle):
    """Where a camera stands until `eye` is set: so far that an object in [-1, 1] fills the image."""
    if not torch.is_tensor(viewing_angle):
        return 0, 0, -(1 / math.tan(math.radians(viewing_angle)) + 1)
    z = -(1 / torch.tan(torch.deg2rad(viewing_angle.detach())) + 1)
    return torch.stack((torch.zeros_like(z), torch.zeros_like(z), z), dim=-1)


def _in_float32(vertices):
    """vertices [B, V, 3] in float32; those that are one mesh expanded over the batch are cast once."""
    if not vertices.is_floating_point():
        raise ValueError(f"vertices of type {vertices.dtype}: expected float32 (other floating types are cast to it)")
    return vertices if vertices.dtype == torch.float32 else once(vertices).float().expand_as(vertices)


def _on_one_device(*tensors):
    """The tensors, all on the GPU that one of them is on, if any is."""
    device = next((t.device for t in tensors if t is not None and t.device.type != "cpu"), None)
    return tensors if device is None else tuple(t if t is None else t.to(device) for t in tensors)
