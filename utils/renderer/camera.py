"""Where the camera stands and how it sees: Kato et al. 2018; Hamdi & Ghanem 2019, section 3."""
import math

import torch

SHORTEST = 1e-5  # a vector shorter than this is not stretched to length one


def get_points_from_angles(distance, elevation, azimuth, degrees=True):
    """Points on a sphere around the origin; azimuth 0 is the side of negative z.

    Args:
        distance, elevation, azimuth: numbers, or tensors of one shape [...], or some of each; angles in degrees
            (`degrees=False`: radians).

    Returns:
        A tuple (x, y, z) for numbers, a tensor [..., 3] if there are tensors.
    """
    given = (distance, elevation, azimuth)
    tensors = [v for v in given if torch.is_tensor(v)]
    if not tensors:
        if degrees:
            elevation, azimuth = math.radians(elevation), math.radians(azimuth)
        return (distance * math.cos(elevation) * math.sin(azimuth), distance * math.sin(elevation),
                -distance * math.cos(elevation) * math.cos(azimuth))
    dtype = torch.result_type(tensors[0], 1.0)
    distance, elevation, azimuth = torch.broadcast_tensors(
        *(v if torch.is_tensor(v) else torch.tensor(v, dtype=dtype, device=tensors[0].device) for v in given))
    if degrees:
        elevation, azimuth = torch.deg2rad(elevation), torch.deg2rad(azimuth)
    return torch.stack((distance * torch.cos(elevation) * torch.sin(azimuth), distance * torch.sin(elevation),
                        -distance * torch.cos(elevation) * torch.cos(azimuth)), dim=-1)


def look_at(vertices, eye, at=(0, 0, 0), up=(0, 1, 0)):
    """Vertices as seen from `eye`: x to the right, y up, z into the scene.

    Args:
        vertices: [B, V, 3] float tensor.
        eye, at, up: three numbers, or tensors [3] or [B, 3].

    Returns:
        [B, V, 3], in the camera's axes.
    """
    eye, at, up = (torch.as_tensor(v, dtype=vertices.dtype, device=vertices.device) for v in (eye, at, up))
    z = unit(at - eye)
    x = unit(torch.linalg.cross(up.expand_as(z), z))
    y = unit(torch.linalg.cross(z, x))
    axes = torch.stack((x, y, z), dim=-2)
    if eye.dim() == 2:
        eye = eye[:, None]
    return torch.matmul(vertices - eye, axes.transpose(-1, -2))


def perspective(vertices, angle=30.0):
    """Perspective projection with a field of view of `angle` degrees to each side.

    Args:
        vertices: [B, V, 3], in the camera's axes.

    Returns:
        [B, V, 3]: x and y on the image in [-1, 1], z still the depth.
    """
    x, y, z = vertices.unbind(-1)
    width = math.tan(math.radians(angle))
    return torch.stack((x / z / width, y / z / width, z), dim=-1)


def unit(vectors):
    """Vectors [..., 3] divided by their length (or by SHORTEST, if that is larger)."""
    return vectors / vectors.norm(dim=-1, keepdim=True).clamp(min=SHORTEST)
