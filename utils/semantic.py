"""The function f: semantic points -> confidence in the right class (Hamdi & Ghanem 2019, section 3).

A point is (azimuth, elevation) in degrees: where the camera stands. f renders the object there and asks the
network. Batches, device and precision live here.
"""
import ctypes
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import torch

from utils import renderer
from utils.errors import InputError

IMAGE_SIZE = 224  # pixels a side, for every network
CAMERA_DISTANCE = 2.732

# (begin, end, end included) in degrees: the paper's domain
AZIMUTHS = (0, 360)
ELEVATIONS = (-10, 90)

IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)


class Confidence:
    """f for one object and one network: f(points [N, 2]) -> confidence [N]."""

    def __init__(self, network, label, vertices, faces, device="cpu", batch_size=32, precision="fp32",
                 normalize=False, compile_network=False):
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
        """
        self.device = torch.device(device)
        self.network = network.to(self.device, memory_format=torch.channels_last)
        self.label = label
        self.vertices = vertices
        self.faces = faces
        self.batch_size = batch_size
        self.precision = precision
        self.normalize = normalize
        self.compiled = compile_network
        if compile_network:
            self.network = torch.compile(self.network)
        if self.device.type == "cpu":
            _keep_freed_memory()

    def __call__(self, points):
        """Confidence at every point: points [N, 2] in degrees -> [N] float32 tensor on the CPU."""
        return torch.cat([confidence for confidence in self.batches(points)] or [torch.empty(0)])

    def batches(self, points):
        """Yield the confidences [<= batch_size] of one batch of points after the other.

        On a GPU the next batch is rendered on the CPU while the network looks at this one.
        """
        points = np.asarray(points, dtype=np.float64)
        chunks = [points[start:start + self.batch_size] for start in range(0, len(points), self.batch_size)]
        if self.device.type == "cpu":
            # rendering and network would only take the same cores from each other
            yield from (self.classify(self.images(chunk)) for chunk in chunks)
            return
        with ThreadPoolExecutor(1) as ahead:
            coming = [ahead.submit(self.images, chunk) for chunk in chunks[:1]]
            for next_chunk in [*chunks[1:], None]:
                images = coming.pop().result()
                if next_chunk is not None:
                    coming.append(ahead.submit(self.images, next_chunk))
                yield self.classify(images)

    def images(self, points):
        """What the network is shown at points [N, 2]: [N, 3, 224, 224] float32 in [0, 1], on the CPU."""
        return images_at(points, self.vertices, self.faces)

    @torch.inference_mode()
    def classify(self, images):
        """Confidence in the class for images [n, 3, 224, 224] in [0, 1], n <= batch_size: [n] float32 on the CPU."""
        n = len(images)
        if self.compiled and n < self.batch_size:  # one shape only, so that it is compiled once
            images = torch.cat((images, images[-1:].expand(self.batch_size - n, -1, -1, -1)))
        images = images.to(self.device, memory_format=torch.channels_last)
        if self.normalize:
            mean, std = (torch.tensor(v, device=self.device)[:, None, None] for v in (IMAGENET_MEAN, IMAGENET_STD))
            images = (images - mean) / std
        try:
            with torch.autocast(self.device.type, torch.bfloat16, enabled=self.precision == "bf16"):
                logits = self.network(images)
        except torch._dynamo.exc.TorchDynamoException as error:
            raise InputError(f"--compile: torch.compile failed here ({str(error).splitlines()[0]}); "
                             "install what it names, or run without --compile") from None
        return logits[:n].float().softmax(1)[:, self.label].cpu()


def images_at(points, vertices, faces, distance=CAMERA_DISTANCE):
    """A white object on black, as seen from every point.

    Args:
        points: [N, 2] azimuth and elevation in degrees.
        vertices: [V, 3] float32 tensor, normalised.
        faces: [F, 3] int32 tensor.
        distance: of the camera from the origin.

    Returns:
        [N, 3, 224, 224] float32 in [0, 1], on the CPU.
    """
    azimuth, elevation = torch.as_tensor(points, dtype=torch.float64).unbind(-1)
    eye = renderer.get_points_from_angles(torch.full_like(azimuth, distance), elevation, azimuth).float()
    n, n_faces = len(azimuth), len(faces)
    # Nothing but the camera differs between the views, and one number is the colour of every face.
    white = torch.ones(1).expand(n, n_faces, 2, 2, 2, 3)
    return renderer.Renderer(image_size=IMAGE_SIZE, eye=eye)(
        vertices.expand(n, -1, -1), faces.expand(n, -1, -1), white, mode="rgb")


def grid(step=3):
    """The map's grid of viewpoints (section 4): azimuth 0, step, .. < 360; elevation -10, -10 + step, .. < 90.

    Args:
        step: degrees.

    Returns:
        xx, yy: azimuth and elevation, two arrays [elevations, azimuths].
    """
    azimuth, elevation = (begin + step * np.arange(int(np.ceil((end - begin) / step))) for begin, end in
                          (AZIMUTHS, ELEVATIONS))
    return np.meshgrid(azimuth, elevation)


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
