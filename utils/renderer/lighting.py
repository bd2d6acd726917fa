"""Ambient and directional light, flat on every face (Kato et al. 2018)."""
import torch

from utils.renderer.camera import unit


def face_light(faces, intensity_ambient=0.5, intensity_directional=0.5, color_ambient=(1, 1, 1),
               color_directional=(1, 1, 1), direction=(0, 1, 0)):
    """Light that falls on every face.

    Args:
        faces: [B, F, 3, 3] float tensor, corners in object space.
        intensity_ambient, intensity_directional: numbers or tensors.
        color_ambient, color_directional: rgb.
        direction: from the object towards the light.

    Returns:
        [B, F, 3] rgb.
    """
    def vector(values):
        return torch.as_tensor(values, dtype=faces.dtype, device=faces.device)

    light = intensity_ambient * vector(color_ambient)
    if torch.is_tensor(intensity_directional) or intensity_directional != 0:
        normals = unit(torch.linalg.cross(faces[:, :, 0] - faces[:, :, 1], faces[:, :, 2] - faces[:, :, 1]))
        cosine = torch.relu((normals * vector(direction)).sum(-1, keepdim=True))
        light = light + intensity_directional * vector(color_directional) * cosine
    return light.expand(faces.shape[0], faces.shape[1], 3)
