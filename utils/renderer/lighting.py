"""Ambient and directional light, flat on every face (Kato et al. 2018)."""
import torch

from .camera import unit
from .tensors import Numbers


def lighting(faces: torch.Tensor, textures: torch.Tensor, intensity_ambient: float | torch.Tensor = 0.5,
             intensity_directional: float | torch.Tensor = 0.5, color_ambient: Numbers = (1, 1, 1),
             color_directional: Numbers = (1, 1, 1), direction: Numbers = (0, 1, 0)) -> torch.Tensor:
    """Textures under the light that falls on their faces.

    Args:
        faces: [B, F, 3, 3] float tensor, corners in object space.
        textures: [B, F, t, t, t, 3].
        The others: as for `face_light`.

    Returns:
        [B, F, t, t, t, 3], a new tensor.
    """
    light = face_light(faces, intensity_ambient, intensity_directional, color_ambient, color_directional, direction)
    return textures * light[:, :, None, None, None]


def face_light(faces: torch.Tensor, intensity_ambient: float | torch.Tensor = 0.5,
               intensity_directional: float | torch.Tensor = 0.5, color_ambient: Numbers = (1, 1, 1),
               color_directional: Numbers = (1, 1, 1), direction: Numbers = (0, 1, 0), fill_back: bool = False,
               ) -> torch.Tensor:
    """Light that falls on every face.

    Args:
        faces: [B, F, 3, 3] float tensor, corners in object space.
        intensity_ambient, intensity_directional: numbers, or tensors [] or [B].
        color_ambient, color_directional: rgb: three numbers, or tensors [3] or [B, 3].
        direction: from the object towards the light: three numbers, or a tensor [3] or [B, 3].
        fill_back: behind the F faces, give the light on their backs too.

    Returns:
        [B, F or 2F, 3] rgb. For faces [1, F, 3, 3] and values [B], the light is [B, F, 3].

    Raises:
        ValueError: for colours and directions of another shape.
    """
    def vector(values, name):
        values = torch.as_tensor(values, dtype=faces.dtype, device=faces.device)
        if values.dim() not in (1, 2) or values.shape[-1] != 3:
            raise ValueError(f"light {name} of shape {list(values.shape)}: expected three numbers, or [B, 3]")
        return values.reshape(-1, 1, 3)

    def number(value):
        return value.to(faces).reshape(-1, 1, 1) if torch.is_tensor(value) else value

    light = number(intensity_ambient) * vector(color_ambient, "color_ambient")
    if torch.is_tensor(intensity_directional) or intensity_directional != 0:
        first, second = faces[:, :, 0] - faces[:, :, 1], faces[:, :, 2] - faces[:, :, 1]
        if fill_back:  # the corners of a back run the other way
            first, second = torch.cat((first, second), dim=1), torch.cat((second, first), dim=1)
        normals = unit(torch.linalg.cross(first, second))
        cosine = torch.relu((normals * vector(direction, "direction")).sum(-1, keepdim=True))
        light = light + number(intensity_directional) * vector(color_directional, "color_directional") * cosine
    return light.expand(max(len(light), len(faces)), faces.shape[1] * (2 if fill_back else 1), 3)
