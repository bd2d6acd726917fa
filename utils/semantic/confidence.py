"""The function f: semantic points -> confidence in the right class (Hamdi & Ghanem 2019, section 3), and its gradient.

A point says where the camera stands: by default (azimuth, elevation) in degrees. f renders the object there and asks
the network. Batches, device and precision live here.
"""
import ctypes

import numpy as np
import torch

from utils import renderer
from utils.errors import InputError
from utils.networks import IMAGE_SIZE, IMAGENET_MEAN, IMAGENET_STD, find_label
from utils.parameters import AZIMUTH_AND_ELEVATION, COLOR, PARAMETERS, domain_of

FIRST_BATCH = 8
INTENSITIES = {"ambient_intensity": "light_intensity_ambient", "directional_intensity": "light_intensity_directional"}


class Confidence:
    """f for one object and one network: f(points [N, n]) -> confidence [N]; f.with_gradient has the gradient too."""

    def __init__(self, network, label, vertices, faces, device="cpu", batch_size=32, precision="fp32",
                 normalize=False, compile_network=False, parameters=AZIMUTH_AND_ELEVATION, fixed=None,
                 gradient="renderer", difference=1.0, released=False, renderer=renderer, textures=None,
                 image_size=IMAGE_SIZE, normalization=None, score="softmax"):
        """
        Args:
            network: module, images [B, 3, H, W] in [0, 1] -> logits [B, classes].
            label: index of the object's class among the outputs.
            vertices: [V, 3] float32 tensor, normalised.
            faces: [F, 3] int32 tensor.
            device: of the network.
            batch_size: views that are rendered and classified at a time.
            precision: "fp32" or "bf16", of the network.
            normalize: take ImageNet's mean and standard deviation off the image; the paper does not.
            compile_network: use torch.compile.
            parameters: names of a point's n numbers, of PARAMETERS.
            fixed: values of other parameters, {name: number}; the rest have their defaults.
            gradient: "renderer": the renderer's approximate gradient; "finite_difference": central differences.
            difference: step of the central differences to each side: degrees, and of other parameters as many of
                PARAMETERS' `small`.
            released: the gradient is that of the cross entropy of the softmax output, as in the published runs, and
                not that of the confidence.
            renderer: module with the public names of neural_renderer; it draws on `device`, where the images stay.
            textures: [F, t, t, t, 3] float32 tensor of the faces' colours; None for a white object.
            image_size: H = W, pixels.
            normalization: mean and standard deviation, three numbers each, that the network wants taken off instead.
            score: what stands for the confidence: "softmax", "logit", or "margin", the logit less the largest other.
        """
        self.parameters = tuple(parameters)
        self.fixed = dict(fixed or {})
        self.gradient = gradient
        self.difference = difference
        self.released = released
        self.device = torch.device(device)
        self.network = network.to(self.device, memory_format=torch.channels_last)
        self.label = label
        self.renderer = renderer
        self.vertices, self.faces = vertices.to(self.device), faces.to(self.device)
        self.textures = None if textures is None else textures.to(self.device)
        self.image_size = image_size
        self.batch_size = batch_size
        self.precision = precision
        self.normalization = normalization or ((IMAGENET_MEAN, IMAGENET_STD) if normalize else None)
        self.score = score
        self.compiled = compile_network
        if compile_network:
            self.network = torch.compile(self.network)
        if self.device.type == "cpu":
            _keep_freed_memory()
        self._looked = False

    @classmethod
    def of(cls, network, label, shape, **options):
        """f for a network and a shape as `load_network` and `load_mesh` give them.

        Args:
            network: a utils.networks.Network.
            label: number or name of the object's class among the network's.
            shape: a utils.shapes.shape.Shape.
            options: as above; image size and normalisation are the network's, unless they are given.

        Raises:
            InputError: if the network has no such class.
        """
        if isinstance(label, str):
            label = find_label(label, network.class_names, network.n_classes)
        facts = dict(image_size=network.image_size or IMAGE_SIZE, normalization=network.normalization,
                     textures=shape.textures)
        return cls(network.load(), label, shape.vertices, shape.faces, **{**facts, **options})

    @property
    def domain(self):
        """The box of all allowed points: a ndinterval."""
        return domain_of(self.parameters)

    def __call__(self, points):
        """Confidence at every point: points [N, n] -> [N] float32 tensor on the CPU."""
        return torch.cat([torch.empty(0), *(self.classify(self.images(chunk)) for chunk in self._chunks(points))])

    def batches(self, points, done=0):
        """Yield the confidences [<= batch_size] of one batch of points after the other.

        The first batch is a small one, so that the first numbers are there soon.

        Args:
            points: [N, n].
            done: how many of them to leave out. The others come in the batches that they would have come in, so that
                a run that goes on has the same numbers to the last digit.
        """
        points = torch.as_tensor(np.asarray(points, dtype=np.float64))
        first = min(FIRST_BATCH, self.batch_size)
        ends = [*range(first, len(points), self.batch_size), len(points)]
        for begin, end in zip([0, *ends], ends):
            if end > done:
                yield self.classify(self.images(points[max(begin, done):end]))

    def with_gradient(self, points):
        """Confidence and gradient at every point.

        Args:
            points: [N, n].

        Returns:
            [N] float32 and [N, n] float64 tensors on the CPU; the gradient is for each parameter's unit.
        """
        points = torch.as_tensor(np.asarray(points, dtype=np.float64))
        if self.gradient == "finite_difference":
            return self._with_finite_difference(points)
        values, gradients = [torch.empty(0)], [torch.empty(0, len(self.parameters), dtype=torch.float64)]
        for chunk in self._chunks(points):
            chunk = chunk.clone().requires_grad_()
            confidence, objective = self._confidence_and_objective(self.logits(self.images(chunk)))
            gradients.append(torch.autograd.grad(objective.sum(), chunk)[0])
            values.append(confidence.detach().cpu())
        return torch.cat(values), torch.cat(gradients)

    def with_top1(self, points):
        """Confidence [N], and whether the class is the network's first answer [N], at points [N, n]."""
        confidences, firsts = [torch.empty(0)], [torch.empty(0, dtype=torch.bool)]
        for chunk in self._chunks(points):
            with torch.inference_mode():
                logits = self.logits(self.images(chunk)).cpu()
            confidences.append(self._score(logits))
            firsts.append(logits.argmax(1) == self.label)
        return torch.cat(confidences), torch.cat(firsts)

    def images(self, points):
        """What the network is shown at points [N, n]: [N, 3, H, W] float32 in [0, 1]."""
        return images_at(points, self.vertices, self.faces, self.renderer, self.parameters, self.fixed,
                         self.image_size, self.textures)

    @torch.inference_mode()
    def classify(self, images):
        """Confidence in the class for images [n, 3, H, W] in [0, 1], n <= batch_size: [n] float32 on the CPU.

        Raises:
            InputError: if it is not a number.
        """
        confidence = self._score(self.logits(images)).cpu()
        if not bool(torch.isfinite(confidence).all()):
            raise InputError("the network's output is not finite for some views; are its weights whole, and is "
                             "--precision enough for them?")
        return confidence

    def _chunks(self, points):
        points = torch.as_tensor(np.asarray(points, dtype=np.float64))
        return points.split(self.batch_size) if len(points) else ()

    def logits(self, images):
        """The network's output [n, classes] float32 for images [n, 3, H, W] in [0, 1], n <= batch_size."""
        n = len(images)
        if self.compiled and n < self.batch_size:  # one shape only, so that it is compiled once
            images = torch.cat((images, images[-1:].expand(self.batch_size - n, -1, -1, -1)))
        images = images.to(self.device).contiguous(memory_format=torch.channels_last)
        if self.normalization:
            mean, std = (torch.tensor(v, device=self.device)[:, None, None] for v in self.normalization)
            images = (images - mean) / std
        try:
            with torch.autocast(self.device.type, torch.bfloat16, enabled=self.precision == "bf16"):
                output = self.network(images)
        except torch._dynamo.exc.TorchDynamoException as error:
            raise InputError(f"--compile: torch.compile failed here ({str(error).splitlines()[0]}); "
                             "install what it names, or run without --compile") from None
        except (RuntimeError, TypeError, ValueError) as error:
            if self._looked or isinstance(error, torch.cuda.OutOfMemoryError):
                raise
            raise InputError(f"the network fails on images {list(images.shape)} ({str(error).splitlines()[0]}); is "
                             "--image_size what it takes?") from None
        self._check(output, len(images))
        return output[:n].float()

    def _check(self, output, n):
        """Turn away a network that does not give logits: its first output's numbers, and every output's shape."""
        if not torch.is_tensor(output) or output.dim() != 2 or len(output) != n:
            given = list(output.shape) if torch.is_tensor(output) else type(output).__name__
            raise InputError(f"the network gives {given} for {n} images, expected logits [{n}, classes]")
        if not self._looked:
            if not self.label < output.shape[1]:
                raise InputError(f"label {self.label}: the network has {output.shape[1]} classes; expected 0 to "
                                 f"{output.shape[1] - 1}")
            if not bool(torch.isfinite(output).all()):
                raise InputError("the network gives logits that are not finite; are its weights whole?")
            self._looked = True

    def _score(self, logits):
        """What stands for the confidence: [n]."""
        if self.score == "softmax":
            return logits.softmax(1)[:, self.label]
        mine = logits[:, self.label]
        if self.score == "logit":
            return mine
        others = torch.cat((logits[:, :self.label], logits[:, self.label + 1:]), dim=1)
        return mine - others.max(1).values

    def _confidence_and_objective(self, logits):
        """The confidence [N], and what the gradient is taken of [N]."""
        confidence = self._score(logits)
        if self.released:
            label = torch.full((len(logits),), self.label, device=logits.device)
            return confidence, torch.nn.functional.cross_entropy(logits.softmax(1), label, reduction="none")
        return confidence, confidence

    @torch.inference_mode()
    def _with_finite_difference(self, points):
        n = len(self.parameters)
        steps = torch.tensor([PARAMETERS[name].small for name in self.parameters]).double() * self.difference
        offsets = torch.cat((torch.zeros(1, n), torch.eye(n), -torch.eye(n))).double() * steps
        around = (points[:, None] + offsets).reshape(-1, n)
        values = [torch.empty(2, 0)]
        for chunk in self._chunks(around):
            values.append(torch.stack(self._confidence_and_objective(self.logits(self.images(chunk)))).cpu())
        confidence, objective = torch.cat(values, dim=1).reshape(2, len(points), 1 + 2 * n)
        objective = objective.double()
        return confidence[:, 0], (objective[:, 1:n + 1] - objective[:, n + 1:]) / (2 * steps)


def images_at(points, vertices, faces, renderer=renderer, parameters=None, fixed=None, image_size=IMAGE_SIZE,
              textures=None):
    """An object on black, as seen at every point.

    Args:
        points: [N, n].
        vertices: [V, 3] float32 tensor, normalised.
        faces: [F, 3] int32 tensor.
        renderer: module with the public names of neural_renderer.
        parameters: names of a point's numbers (default: the first n of PARAMETERS).
        fixed: values of other parameters, {name: number}.
        image_size: H = W, pixels.
        textures: [F, t, t, t, 3] float32 tensor of the faces' colours; None for white, or what the parameters say.

    Returns:
        [N, 3, H, W] float32 in [0, 1], on the vertices' device.
    """
    points = torch.as_tensor(points, dtype=torch.float64)
    n, n_faces = len(points), len(faces)
    given = {name: torch.full((n,), value, dtype=torch.float64) for name, value in (fixed or {}).items()}
    given.update(zip(parameters or tuple(PARAMETERS)[:points.shape[-1]], points.unbind(-1)))

    def values(name):
        return given[name] if name in given else torch.full((n,), PARAMETERS[name].default, dtype=torch.float64)

    camera = renderer.Renderer(image_size=image_size, camera_mode="look_at")
    distance, elevation, azimuth = map(values, ("distance", "elevation", "azimuth"))
    camera.eye = renderer.get_points_from_angles(distance, elevation, azimuth).to(vertices)
    # What nobody asked for stays as the renderer has it.
    if "field_of_view" in given:
        camera.viewing_angle = (values("field_of_view") / 2).to(vertices)
    if "light_azimuth" in given or "light_elevation" in given:
        camera.light_direction = renderer.get_points_from_angles(
            torch.ones(n, dtype=torch.float64), values("light_elevation"), values("light_azimuth")).to(vertices)
    for name in INTENSITIES.keys() & given.keys():
        setattr(camera, INTENSITIES[name], values(name).to(vertices))
    if textures is not None:
        textures = textures.expand(n, *textures.shape)
    elif given.keys() & set(COLOR):
        color = torch.stack([values(name) for name in COLOR], dim=-1).to(vertices)
        textures = color[:, None, None, None, None].expand(n, n_faces, 2, 2, 2, 3)
    else:  # one number is the colour of every face
        textures = torch.ones(1, device=vertices.device).expand(n, n_faces, 2, 2, 2, 3)
    images = camera.render_rgb(vertices.expand(n, -1, -1), faces.expand(n, -1, -1), textures)
    return images.clamp(max=1) if given.keys() & INTENSITIES.keys() else images


def _keep_freed_memory():
    """Have the C library keep what the network frees for its next batch.

    By default every large activation is handed back to the system and fetched anew, page by page, which takes
    up to a quarter of a batch's time. A matter of glibc's allocator; elsewhere nothing happens.
    """
    mmap_threshold, trim_threshold = -3, -1  # malloc.h
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        return
    mallopt(mmap_threshold, 1 << 30)
    mallopt(trim_threshold, 2 ** 31 - 1)
