"""The camera: where it stands and how it projects (Kato et al. 2018; Hamdi & Ghanem 2019, section 3)."""
import math
from numbers import Real
from typing import Any

import torch

from .cpu import camera as cpu
from .modes import matmul, once_differentiable
from .tensors import Numbers, check_tensors, wants_gradient

SHORTEST = 1e-5  # a shorter vector is divided by this, and not by its length
ALONG = 0.9  # cosine from which a direction counts as that of an axis


def get_points_from_angles(distance: float | torch.Tensor, elevation: float | torch.Tensor,
                           azimuth: float | torch.Tensor, degrees: bool = True,
                           ) -> tuple[float, float, float] | torch.Tensor:
    """Points on a sphere around the origin; azimuth 0 is the side of negative z.

    At elevation 90 and -90 they lie so near to the pole, on the azimuth's side, that `look_at` still knows the azimuth.

    Args:
        distance, elevation, azimuth: numbers, or tensors of one shape [...], or some of each.
        degrees: the angles are in degrees; False: in radians.

    Returns:
        A tuple (x, y, z) for numbers, a tensor [..., 3] if there are tensors.
    """
    given = (distance, elevation, azimuth)
    tensors: list[torch.Tensor] = [v for v in given if torch.is_tensor(v)]
    if not tensors:
        if degrees:
            elevation, azimuth = math.radians(elevation), math.radians(azimuth)
        return (distance * math.cos(elevation) * math.sin(azimuth), distance * math.sin(elevation),
                -distance * math.cos(elevation) * math.cos(azimuth))
    dtype = torch.result_type(tensors[0], 1.0)
    distances, elevations, azimuths = torch.broadcast_tensors(
        *(v if torch.is_tensor(v) else torch.tensor(v, dtype=dtype, device=tensors[0].device) for v in given))
    if degrees:
        elevations, azimuths = torch.deg2rad(elevations), torch.deg2rad(azimuths)
    # the number nearest to 90 degrees may lie beyond the pole, where the view is turned around: then one before it
    cosines = torch.cos(elevations.detach())
    rounding = torch.finfo(cosines.dtype).eps
    is_beyond = (cosines < 0) & (cosines > -rounding / 2)
    elevations = elevations - torch.where(is_beyond, rounding * elevations, 0).detach()
    return torch.stack((distances * torch.cos(elevations) * torch.sin(azimuths), distances * torch.sin(elevations),
                        -distances * torch.cos(elevations) * torch.cos(azimuths)), dim=-1)


def look_at(vertices: torch.Tensor, eye: Numbers, at: Numbers = (0, 0, 0), up: Numbers = (0, 1, 0)) -> torch.Tensor:
    """Vertices in the axes of a camera at `eye` that looks at `at`: x to the right, y up, z into the scene.

    A camera straight above or below draws too. Near there the eye still says what is up: its x and z are small, and
    their ratio counts. Where `up` lies along the line of sight itself, the image has (1, 0, 0) to the right, as at
    azimuth 0 ((0, 0, 1) for an `up` along x). In both cases no gradient goes through the camera's turn about its line
    of sight; it would grow without bound.

    Args:
        vertices: [B, V, 3] float tensor.
        eye, at, up: three numbers, or tensors [3] or [B, 3].

    Returns:
        [B, V, 3], in the camera's axes.
    """
    return _in_axes(vertices, *camera_towards(vertices, eye, at, up))


def look(vertices: torch.Tensor, eye: Numbers, direction: Numbers = (0, 0, 1), up: Numbers | None = None,
         ) -> torch.Tensor:
    """Vertices in the axes of a camera at `eye` that looks in a direction; as `look_at` otherwise.

    Args:
        direction: three numbers, or a tensor [3] or [B, 3]; it may have any length.
        up: None stands for (0, 1, 0).
    """
    return _in_axes(vertices, *camera_along(vertices, eye, direction, up))


def camera_towards(vertices: torch.Tensor, eye: Numbers, at: Numbers = (0, 0, 0), up: Numbers = (0, 1, 0),
                   ) -> tuple[torch.Tensor, torch.Tensor]:
    """The camera of `look_at`: where it is, [3] or [n, 3], and its axes, [3, 3] or [n, 3, 3], one in each row."""
    eye, at, up = (points_like(vertices, v, name) for v, name in ((eye, "eye"), (at, "at"), (up, "up")))
    return eye, _axes(at - eye, up)


def camera_along(vertices: torch.Tensor, eye: Numbers, direction: Numbers = (0, 0, 1), up: Numbers | None = None,
                 ) -> tuple[torch.Tensor, torch.Tensor]:
    """The camera of `look`, as `camera_towards` returns it."""
    up = (0, 1, 0) if up is None else up
    eye, direction, up = (points_like(vertices, v, name) for v, name in (
        (eye, "eye"), (direction, "direction"), (up, "up")))
    return eye, _axes(direction, up)


def _axes(forward, up):
    z = unit(forward)
    x = _right(torch.linalg.cross(up.expand_as(z), z), z)
    y = unit(torch.linalg.cross(z, x))
    return torch.stack((x, y, z), dim=-2)


def _right(across, z):
    """The cameras' axes to the right [..., 3], from `up` x z. They have length 1 also where that is below SHORTEST.

    The published `unit` alone would make such an axis too short, and the image narrow or empty.
    """
    is_short = across.norm(dim=-1, keepdim=True) < SHORTEST
    if not is_short.any():
        return unit(across)
    with torch.no_grad():
        exact = across / across.abs().amax(-1, keepdim=True).clamp(min=torch.finfo(z.dtype).tiny)
        # rounding can leave `up` x z along z
        exact = _perpendicular(exact, z)
        first, _, third = torch.eye(3, dtype=z.dtype, device=z.device)
        chosen = _perpendicular(torch.where(z[..., :1].abs() < ALONG, first, third), z)
        exact = unit(torch.where(exact.norm(dim=-1, keepdim=True) < 0.5, chosen, exact))
    return torch.where(is_short, exact, unit(across))


def _perpendicular(vectors, z):
    """The part of vectors [..., 3] that is perpendicular to unit vectors z."""
    return vectors - (vectors * z).sum(-1, keepdim=True) * z


def _in_axes(vertices, eye, axes):
    if eye.dim() == 2:
        eye = eye[:, None]
    return matmul(vertices - eye, axes.transpose(-1, -2))


def project(vertices: torch.Tensor, eye: torch.Tensor, axes: torch.Tensor,
            angle: float | torch.Tensor | None = None) -> torch.Tensor:
    """Vertices in the axes of a camera and, with an angle, in perspective.

    On the CPU it is one step, with a gradient of its own.

    Args:
        vertices: [B, V, 3] float32.
        eye, axes: from `camera_towards` or `camera_along`.
        angle: as for `perspective`; None: x and y stay as they are.

    Returns:
        [B, V, 3].
    """
    if vertices.device.type != "cpu":
        seen = _in_axes(vertices, eye, axes)
        return seen if angle is None else perspective(seen, angle)
    width = None if angle is None else _half_width(vertices, angle)
    given = vertices, eye.reshape(-1, 3), axes.reshape(-1, 3, 3), width
    return _Project.apply(*given) if wants_gradient(*given) else cpu.project(*given)


class _Project(torch.autograd.Function):
    """`project` on the CPU."""

    @staticmethod
    def forward(ctx: Any, vertices: torch.Tensor, eye: torch.Tensor, axes: torch.Tensor, width: torch.Tensor | None,
                ) -> torch.Tensor:
        images = cpu.project(vertices, eye, axes, width)
        ctx.save_for_backward(vertices, eye, axes, width, images)
        return images

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: torch.Tensor) -> tuple[torch.Tensor | None, ...]:
        vertices, eye, axes, width, images = ctx.saved_tensors
        found = cpu.project_gradient(vertices, eye, axes, width, images, gradient, ctx.needs_input_grad[0])
        # what is the same for all views gets the sum of their gradients
        return tuple(None if not wanted else of if len(of) == len(given) else of.sum(0, keepdim=True)
                     for wanted, of, given in zip(ctx.needs_input_grad, found, (vertices, eye, axes, width)))


def perspective(vertices: torch.Tensor, angle: float | torch.Tensor = 30.0) -> torch.Tensor:
    """Perspective projection with a field of view of `angle` degrees to each side.

    Args:
        vertices: [B, V, 3], in the camera's axes.
        angle: degrees; a number, or a tensor [] or [B].

    Returns:
        [B, V, 3]: x and y on the image in [-1, 1], z still the depth.
    """
    _check(vertices)
    x, y, z = vertices.unbind(-1)
    width = _half_width(vertices, angle)[:, None]
    return torch.stack((x / z / width, y / z / width, z), dim=-1)


def _half_width(vertices, angle):
    """Half of the image's width at depth 1, [1] or [B]."""
    # In float64: the last digit of a float32 tangent depends on the processor.
    angle = torch.deg2rad(torch.as_tensor(angle, dtype=torch.float64, device=vertices.device))
    if angle.shape not in ((), (1,), (len(vertices),)):
        raise ValueError(f"angle of shape {list(angle.shape)}: expected a number of degrees, or [{len(vertices)}]")
    return torch.tan(angle).to(vertices.dtype).reshape(-1)


def projection(vertices: torch.Tensor, K: torch.Tensor, R: torch.Tensor, t: torch.Tensor,
               dist_coeffs: torch.Tensor | None = None, orig_size: float = 1024, eps: float = 1e-9) -> torch.Tensor:
    """Vertices as a calibrated camera sees them: OpenCV's pinhole model with radial and tangential distortion.

    Args:
        vertices: [B, V, 3] float tensor.
        K: [B, 3, 3] or [3, 3], intrinsic matrix, in pixels.
        R: [B, 3, 3] or [3, 3], rotation; t: [B, 1, 3], [B, 3] or [3], translation: camera = R v + t.
        dist_coeffs: [B, 5] or [5]: k1, k2, p1, p2, k3. None: no distortion.
        orig_size: pixels a side of the image that K was measured on; it is a square whose first row is the top.
        eps: added to the depth that x and y are divided by.

    Returns:
        [B, V, 3]: x and y on the image in [-1, 1], y upwards, z the depth.

    Raises:
        ValueError: for a matrix or vector of another shape.
    """
    _check(vertices)
    if not (torch.is_tensor(orig_size) or isinstance(orig_size, Real)):
        raise ValueError(f"orig_size {orig_size!r}: expected one number, the pixels a side of a square image")
    K = _matrices_like(vertices, K, "K", (3, 3))
    R = _matrices_like(vertices, R, "R", (3, 3))
    t = torch.as_tensor(t, dtype=vertices.dtype, device=vertices.device)
    t = _matrices_like(vertices, t if t.dim() == 3 else t[..., None, :], "t", (1, 3))
    x, y, z = (matmul(vertices, R.transpose(-1, -2)) + t).unbind(-1)
    x, y = x / (z + eps), y / (z + eps)
    if dist_coeffs is not None:
        dist_coeffs = torch.as_tensor(dist_coeffs, dtype=vertices.dtype, device=vertices.device)
        k1, k2, p1, p2, k3 = _matrices_like(vertices, dist_coeffs[..., None], "dist_coeffs", (5, 1)).unbind(-2)
        r2 = x ** 2 + y ** 2
        radial = 1 + k1 * r2 + k2 * r2 ** 2 + k3 * r2 ** 3
        x, y = (x * radial + 2 * p1 * x * y + p2 * (r2 + 2 * x ** 2),
                y * radial + p1 * (r2 + 2 * y ** 2) + 2 * p2 * x * y)
    u, v, _ = matmul(torch.stack((x, y, torch.ones_like(z)), dim=-1), K.transpose(-1, -2)).unbind(-1)
    v = orig_size - v
    return torch.stack((2 * (u - orig_size / 2) / orig_size, 2 * (v - orig_size / 2) / orig_size, z), dim=-1)


def unit(vectors: torch.Tensor) -> torch.Tensor:
    """Vectors [..., 3] divided by their length (or by SHORTEST, if that is larger)."""
    return vectors / vectors.norm(dim=-1, keepdim=True).clamp(min=SHORTEST)


def points_like(vertices: torch.Tensor, values: Numbers, name: str) -> torch.Tensor:
    """values, three numbers for all views or [B, 3], as a tensor like vertices [B, V, 3].

    Raises:
        ValueError: names the values if they have another shape.
    """
    _check(vertices)
    values = torch.as_tensor(values, dtype=vertices.dtype, device=vertices.device)
    if values.shape not in ((3,), (1, 3), (len(vertices), 3)):
        raise ValueError(f"{name} of shape {list(values.shape)}: expected three numbers, or [{len(vertices)}, 3]")
    return values


def _matrices_like(vertices, values, name, shape):
    values = torch.as_tensor(values, dtype=vertices.dtype, device=vertices.device)
    if values.shape not in (shape, (1, *shape), (len(vertices), *shape)):
        raise ValueError(f"{name} of shape {list(values.shape)}: expected {list(shape)} or "
                         f"{[len(vertices), *shape]}")
    return values


def _check(vertices):
    check_tensors(vertices=vertices)
    if vertices.dim() != 3 or vertices.shape[-1] != 3:
        raise ValueError(f"vertices of shape {list(vertices.shape)}: expected [B, V, 3]")
