"""Ambient and directional light, flat on every face (Kato et al. 2018)."""
import torch

from .camera import SHORTEST, unit
from .cpu import camera as cpu
from .tensors import Numbers, check_tensors, is_grey, repeats, vertices_to_faces, wants_gradient

LONGEST_EDGE = 1e9  # of a face that has a normal: its square's square is within float32


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
    check_tensors(faces=faces, textures=textures)
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
    return _light(lambda light_direction: cosines(faces, light_direction, fill_back), faces,
                  faces.shape[1] * (2 if fill_back else 1), intensity_ambient, intensity_directional, color_ambient,
                  color_directional, direction)


def mesh_light(vertices: torch.Tensor, faces: torch.Tensor, intensity_ambient: float | torch.Tensor,
               intensity_directional: float | torch.Tensor, color_ambient: Numbers, color_directional: Numbers,
               direction: Numbers, fill_back: bool) -> torch.Tensor:
    """`face_light` of the faces [B or 1, F, 3] of vertices [B, V, 3].

    On the CPU it is one step, unless it needs a gradient. A mesh that is expanded over the batch is lit once.
    """
    if repeats(vertices) and repeats(faces):
        vertices, faces = vertices[:1], faces[:1]
    if vertices.device.type != "cpu" or wants_gradient(vertices, direction):
        return face_light(vertices_to_faces(vertices, faces), intensity_ambient, intensity_directional, color_ambient,
                          color_directional, direction, fill_back)

    def found(light_direction):
        return cpu.cosines(vertices, faces, light_direction, SHORTEST, fill_back)[..., None]

    return _light(found, vertices, faces.shape[1] * (2 if fill_back else 1), intensity_ambient, intensity_directional,
                  color_ambient, color_directional, direction)


def cosines(faces: torch.Tensor, direction: torch.Tensor, fill_back: bool) -> torch.Tensor:
    """Cosines between the direction to the light and the faces' normals, 0 for those that turn away.

    A face with a corner that is not finite, or too far away for a normal in float32, has 0 and no gradient.

    Args:
        faces: [B, F, 3, 3], corners in object space.
        direction: [1 or B, 3].
        fill_back: the backs follow.

    Returns:
        [B, F or 2F, 1].
    """
    first, second = faces[:, :, 0] - faces[:, :, 1], faces[:, :, 2] - faces[:, :, 1]
    is_near = ((first.abs() < LONGEST_EDGE) & (second.abs() < LONGEST_EDGE)).all(-1, keepdim=True)
    first, second = torch.where(is_near, first, 0.0), torch.where(is_near, second, 0.0)
    if fill_back:  # the corners of a back run the other way
        first, second = torch.cat((first, second), dim=1), torch.cat((second, first), dim=1)
    normals = unit(torch.linalg.cross(first, second))
    return torch.relu((normals * direction[:, None]).sum(-1, keepdim=True))


def _light(cosines_under, like, n_faces, intensity_ambient, intensity_directional, color_ambient, color_directional,
           direction):
    """Both lights on n_faces faces; cosines_under(direction [n, 3]) is asked if there is a directional one."""
    channels = 1 if is_grey(color_ambient) and is_grey(color_directional) else 3

    def vector(values, name):
        values = torch.as_tensor(values, dtype=like.dtype, device=like.device)
        if values.shape not in ((3,), (1, 3)) and (values.shape[1:] != (3,) or 1 != len(like) != len(values)):
            raise ValueError(f"light {name} of shape {list(values.shape)}: expected three numbers, or [B, 3]")
        return values.reshape(-1, 1, 3)

    def number(value):
        return value.to(like).reshape(-1, 1, 1) if torch.is_tensor(value) else value

    light = number(intensity_ambient) * vector(color_ambient, "color_ambient")[..., :channels]
    if torch.is_tensor(intensity_directional) or intensity_directional != 0:
        cosine = cosines_under(vector(direction, "direction")[:, 0])
        color = vector(color_directional, "color_directional")[..., :channels]
        light = light + number(intensity_directional) * color * cosine
    return light.expand(max(len(light), len(like)), n_faces, 3)
