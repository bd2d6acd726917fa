"""The function f: semantic points -> confidence in the right class (Hamdi & Ghanem 2019, section 3), and its gradient.

A point says where the camera stands: by default (azimuth, elevation) in degrees. f renders the object there and asks
the network. Batches, device and precision live here.
"""
import ctypes

import numpy as np
import torch

from utils import renderer
from utils.errors import InputError
from utils.parameters import AZIMUTH_AND_ELEVATION, PARAMETERS

IMAGE_SIZE = 224  # pixels a side, for every network
FIRST_BATCH = 8

IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)


class Confidence:
    """f for one object and one network: f(points [N, n]) -> confidence [N]; f.with_gradient has the gradient too."""

    def __init__(self, network, label, vertices, faces, device="cpu", batch_size=32, precision="fp32",
                 normalize=False, compile_network=False, parameters=AZIMUTH_AND_ELEVATION, elevation=None,
                 gradient="renderer", difference=1.0, released=False, renderer=renderer):
        """
        Args:
            network: module, images [B, 3, 224, 224] in [0, 1] -> logits [B, classes].
            label: index of the object's class among the outputs.
            vertices: [V, 3] float32 tensor, normalised.
            faces: [F, 3] int32 tensor.
            device: of the network.
            batch_size: views that are rendered and classified at a time.
            precision: "fp32" or "bf16", of the network.
            normalize: take ImageNet's mean and standard deviation off the image; the paper does not.
            compile_network: use torch.compile.
            parameters: names of a point's n numbers, of PARAMETERS.
            elevation: degrees, where it is not among a point's numbers (default: PARAMETERS').
            gradient: "renderer": the renderer's approximate gradient; "finite_difference": central differences.
            difference: step of the central differences to each side, in each parameter's unit.
            released: the gradient is that of the cross entropy of the softmax output, as in the published runs, and
                not that of the confidence.
            renderer: module with the public names of neural_renderer; it draws on `device`, where the images stay.
        """
        self.parameters = parameters
        self.fixed = {name: p.default for name, p in PARAMETERS.items()}
        if elevation is not None:
            self.fixed["elevation"] = elevation
        self.gradient = gradient
        self.difference = difference
        self.released = released
        self.device = torch.device(device)
        self.network = network.to(self.device, memory_format=torch.channels_last)
        self.label = label
        self.renderer = renderer
        self.vertices, self.faces = vertices.to(self.device), faces.to(self.device)
        self.batch_size = batch_size
        self.precision = precision
        self.normalize = normalize
        self.compiled = compile_network
        if compile_network:
            self.network = torch.compile(self.network)
        if self.device.type == "cpu":
            _keep_freed_memory()

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
            output = self.probabilities(self.images(chunk)).cpu()
            confidences.append(output[:, self.label])
            firsts.append(output.argmax(1) == self.label)
        return torch.cat(confidences), torch.cat(firsts)

    def images(self, points):
        """What the network is shown at points [N, n]: [N, 3, 224, 224] float32 in [0, 1]."""
        points = torch.as_tensor(points, dtype=torch.float64)
        given = dict(zip(self.parameters, points.unbind(-1)))
        seen_from = [given.get(name, torch.full(points.shape[:1], value, dtype=torch.float64))
                     for name, value in self.fixed.items()]
        return images_at(torch.stack(seen_from, dim=-1), self.vertices, self.faces, self.renderer)

    @torch.inference_mode()
    def classify(self, images):
        """Confidence in the class for images [n, 3, 224, 224] in [0, 1], n <= batch_size: [n] float32 on the CPU."""
        return self.probabilities(images)[:, self.label].cpu()

    @torch.inference_mode()
    def probabilities(self, images):
        """Softmax output [n, classes] for images [n, 3, 224, 224] in [0, 1], n <= batch_size."""
        return self.logits(images).softmax(1)

    def _chunks(self, points):
        points = torch.as_tensor(np.asarray(points, dtype=np.float64))
        return points.split(self.batch_size) if len(points) else ()

    def logits(self, images):
        """The network's output [n, classes] float32 for images [n, 3, 224, 224] in [0, 1], n <= batch_size."""
        n = len(images)
        if self.compiled and n < self.batch_size:  # one shape only, so that it is compiled once
            images = torch.cat((images, images[-1:].expand(self.batch_size - n, -1, -1, -1)))
        images = images.to(self.device).contiguous(memory_format=torch.channels_last)
        if self.normalize:
            mean, std = (torch.tensor(v, device=self.device)[:, None, None] for v in (IMAGENET_MEAN, IMAGENET_STD))
            images = (images - mean) / std
        try:
            with torch.autocast(self.device.type, torch.bfloat16, enabled=self.precision == "bf16"):
                return self.network(images)[:n].float()
        except torch._dynamo.exc.TorchDynamoException as error:
            raise InputError(f"--compile: torch.compile failed here ({str(error).splitlines()[0]}); "
                             "install what it names, or run without --compile") from None

    def _confidence_and_objective(self, logits):
        """The confidence [N], and what the gradient is taken of [N]."""
        output = logits.softmax(1)
        if self.released:
            label = torch.full((len(output),), self.label, device=output.device)
            return output[:, self.label], torch.nn.functional.cross_entropy(output, label, reduction="none")
        return output[:, self.label], output[:, self.label]

    @torch.inference_mode()
    def _with_finite_difference(self, points):
        n = len(self.parameters)
        offsets = torch.cat((torch.zeros(1, n), torch.eye(n), -torch.eye(n))).double() * self.difference
        around = (points[:, None] + offsets).reshape(-1, n)
        values = [torch.empty(2, 0)]
        for chunk in self._chunks(around):
            values.append(torch.stack(self._confidence_and_objective(self.logits(self.images(chunk)))).cpu())
        confidence, objective = torch.cat(values, dim=1).reshape(2, len(points), 1 + 2 * n)
        objective = objective.double()
        return confidence[:, 0], (objective[:, 1:n + 1] - objective[:, n + 1:]) / (2 * self.difference)


def images_at(points, vertices, faces, renderer=renderer):
    """A white object on black, as seen from every point.

    Args:
        points: [N, 2] azimuth and elevation in degrees, or [N, 3] with the camera's distance from the origin.
        vertices: [V, 3] float32 tensor, normalised.
        faces: [F, 3] int32 tensor.
        renderer: module with the public names of neural_renderer.

    Returns:
        [N, 3, 224, 224] float32 in [0, 1], on the vertices' device.
    """
    azimuth, elevation, *distance = torch.as_tensor(points, dtype=torch.float64).unbind(-1)
    distance = distance[0] if distance else torch.full_like(azimuth, PARAMETERS["distance"].default)
    n, n_faces = len(azimuth), len(faces)
    # Nothing but the camera differs between the views, and one number is the colour of every face.
    white = torch.ones(1, device=vertices.device).expand(n, n_faces, 2, 2, 2, 3)
    camera = renderer.Renderer(image_size=IMAGE_SIZE, camera_mode="look_at")
    camera.eye = renderer.get_points_from_angles(distance, elevation, azimuth).to(vertices)
    return camera.render_rgb(vertices.expand(n, -1, -1), faces.expand(n, -1, -1), white)


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
