"""What both scripts do first: find the network, the mesh and the file of the result."""
from dataclasses import dataclass
from pathlib import Path

import torch

from utils import checkpoints
from utils.dataset import Shape, load_shape
from utils.networks import NetworkChoice, choose_network
from utils.options import RENDERER, chosen_device, chosen_renderer
from utils.semantic import Confidence


@dataclass(frozen=True)
class Job:
    """One network and one object, and where the result goes."""
    args: object
    choice: NetworkChoice
    shape: Shape
    device: torch.device
    file: checkpoints.ResultFile
    renderer: object  # a module

    @property
    def path(self) -> Path:
        return self.file.path

    def confidence(self, **options):
        """f, with the network loaded."""
        args = self.args
        return Confidence(self.choice.load(), self.choice.label(args.class_nb), self.shape.vertices, self.shape.faces,
                          self.device, args.batch_size, args.precision, args.normalize, args.compile,
                          renderer=self.renderer, **options)

    def identity(self):
        """What a result says about itself: class, object, shape and network."""
        return dict(class_nb=self.args.class_nb, object_nb=self.args.object_nb, shape_id=self.shape.shape_id,
                    network_name=self.choice.folder)


def prepare(args, file_name, **settings):
    """Find everything that a run needs, once its options are known to be good, and before anything slow is done.

    Args:
        args: the parsed options.
        file_name: of the result.
        settings: what the result depends on besides network, weights and mesh.

    Raises:
        InputError: for anything given that cannot be used.
    """
    device = chosen_device(args.gpu)
    renderer = chosen_renderer(args.renderer, device)
    choice = choose_network(args.network, args.weights)
    shape = load_shape(args.data_dir, args.class_nb, args.object_nb)
    if shape.source is None:
        print(f"no ShapeNet model at hand: using the built-in {shape.shape_id} "
              "(python -m scale.link --shapenet DIR brings in yours)")
    settings.update(shape_id=shape.shape_id, mesh_hash=shape.mesh_hash, weights=choice.weights_identity(),
                    normalize=args.normalize, precision=args.precision)
    if args.renderer != RENDERER:  # left out otherwise, so that results from before there was a choice stay good
        settings["renderer"] = args.renderer
    path = checkpoints.result_path(args.checkpoint_dir, choice.folder, args.class_nb, args.object_nb, file_name)
    return Job(args, choice, shape, device, checkpoints.ResultFile(path, settings, args.override), renderer)
