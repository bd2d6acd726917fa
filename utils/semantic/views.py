"""A semantic point -> an image: the object on black, as a camera sees it (Hamdi & Ghanem 2019, section 3)."""
from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import Any

import numpy as np
import torch

from .. import renderer as our_renderer
from ..errors import InputError
from ..parameters import AZIMUTH_AND_ELEVATION, COLOR, IMAGE_SIZE, PARAMETERS, domain_of, periods_of
from ..regions import as_numbers, ndinterval
from ..renderer import TextureMap
from ..shapes.shape import Shape

POLE, NEAREST = 90.0, 89.9994  # degrees of elevation: the pole, and where the published camera is still exact
INTENSITIES = {"ambient_intensity": "light_intensity_ambient", "directional_intensity": "light_intensity_directional"}


class Views:
    """Images of one object: views(points [N, n]) -> [N, 3, H, W] float32 in [0, 1], on the device.

    Attributes:
        shape: the object, its tensors on the device.
        parameters: names of a point's n numbers.
        fixed: values of other parameters, {name: number}; the rest have their defaults.
        image_size: H = W, pixels.
        renderer: module with the public names of neural_renderer.
        device: that it draws on.
        unmirrored: show the object as it is. The published camera shows its mirror image.
    """

    def __init__(self, shape: Shape, parameters: Sequence[str] = AZIMUTH_AND_ELEVATION,
                 fixed: Mapping[str, float] | None = None, image_size: int | None = None,
                 renderer: ModuleType = our_renderer, device: torch.device | str = "cpu",
                 unmirrored: bool = False) -> None:
        """
        Args:
            shape: the object; white, unless it has textures or the parameters name a colour.
            parameters: of PARAMETERS.
            fixed: of PARAMETERS.
            image_size: None: IMAGE_SIZE.
            renderer: the device must be one that it draws on.
            device: of the images.
            unmirrored: show the object as it is, and not its mirror image.
        """
        self.shape = shape.to(device)
        self.parameters = tuple(parameters)
        self.fixed = dict(fixed or {})
        self.image_size = image_size or IMAGE_SIZE
        self.renderer = renderer
        self.device = torch.device(device)
        self.unmirrored = unmirrored

    @property
    def domain(self) -> ndinterval:
        """The box of all allowed points."""
        return domain_of(self.parameters)

    @property
    def periods(self) -> np.ndarray:
        """[n] after which a number means the same view again; inf where it never does."""
        return periods_of(self.parameters)

    def __call__(self, points: Any) -> torch.Tensor:
        """The views at points [N, n]: [N, 3, H, W]. They are differentiable in a tensor of points."""
        points = as_points(points, self.parameters)
        n, vertices, faces = len(points), self.shape.vertices, self.shape.faces
        given = {name: torch.full((n,), value, dtype=torch.float64) for name, value in self.fixed.items()}
        given.update(zip(self.parameters, points.unbind(-1)))
        camera = self._camera(given, n)
        images = camera.render_rgb(vertices.expand(n, -1, -1), faces.expand(n, -1, -1), self._textures(given, n))
        if self.unmirrored:
            images = images.flip(-1)  # samples are symmetric, so this is what the mirrored camera draws
        # a stronger light than the default makes faces brighter than white
        return images.clamp(max=1) if given.keys() & INTENSITIES.keys() else images

    def _camera(self, given: dict[str, torch.Tensor], n: int) -> Any:
        """The renderer, with camera and light at n points. Other settings stay at the renderer's defaults."""
        def values(name: str) -> torch.Tensor:
            return given[name] if name in given else _default(name, n)

        vertices = self.shape.vertices
        camera = self.renderer.Renderer(image_size=self.image_size, camera_mode="look_at")
        place = self.renderer.get_points_from_angles
        camera.eye = place(values("distance"), off_the_poles(values("elevation")), values("azimuth")).to(vertices)
        if "field_of_view" in given:
            camera.viewing_angle = (values("field_of_view") / 2).to(vertices)
        if "light_azimuth" in given or "light_elevation" in given:
            distance = torch.ones(n, dtype=torch.float64)
            camera.light_direction = place(distance, values("light_elevation"), values("light_azimuth")).to(vertices)
        for name in INTENSITIES.keys() & given.keys():
            setattr(camera, INTENSITIES[name], values(name).to(vertices))
        return camera

    def _textures(self, given: dict[str, torch.Tensor], n: int) -> torch.Tensor | TextureMap:
        """The faces' colours at n points: [n, F, t, t, t, 3], or a texture map."""
        vertices, n_faces = self.shape.vertices, len(self.shape.faces)
        if isinstance(self.shape.textures, TextureMap):
            return self.shape.textures
        if self.shape.textures is not None:
            return self.shape.textures.expand(n, *self.shape.textures.shape)
        if given.keys() & set(COLOR):
            color = torch.stack([given.get(name, _default(name, n)) for name in COLOR], dim=-1).to(vertices)
            return color[:, None, None, None, None].expand(n, n_faces, 2, 2, 2, 3)
        # one number is the colour of every face
        return torch.ones(1, device=vertices.device).expand(n, n_faces, 2, 2, 2, 3)


def off_the_poles(elevations: torch.Tensor) -> torch.Tensor:
    """Elevations [N] in degrees at which views are drawn; the gradient passes as if they were the same.

    A view from a pole is the limit from inside the domain: the azimuth says what is up. From NEAREST on all views are
    drawn there, 0.0006 degrees or 0.002 pixels away (docs/method.md, section 1). Beyond the poles nothing changes.
    """
    drawn = torch.where(elevations.abs() <= POLE, elevations.clamp(-NEAREST, NEAREST), elevations)
    return elevations + (drawn - elevations).detach()


def as_points(points: Any, parameters: Sequence[str]) -> torch.Tensor:
    """Points [N, n] as a float64 tensor, the same one if it is one already.

    Args:
        points: anything that numpy or torch takes for [N, n] numbers; an empty list is no points.
        parameters: names of the n numbers.

    Raises:
        InputError: for numbers of another shape, and for values that are no numbers.
    """
    n = len(parameters)
    numbers = points if torch.is_tensor(points) else torch.as_tensor(as_numbers(points))
    if numbers.shape == (0,):
        numbers = numbers.reshape(0, n)
    if numbers.ndim != 2 or numbers.shape[1] != n:
        example = ", ".join(f"{PARAMETERS[name].default:g}" for name in parameters)
        raise InputError(f"points of shape {list(numbers.shape)}: expected [N, {n}], {', '.join(parameters)} of each; "
                         f"one point is written [({example}{',' if n == 1 else ''})]")
    return numbers.to(torch.float64)


def _default(name: str, n: int) -> torch.Tensor:
    return torch.full((n,), PARAMETERS[name].default, dtype=torch.float64)
