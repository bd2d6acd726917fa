"""What both scripts do first: find the network, the mesh and the file of the result."""
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

import torch

from utils import checkpoints
from utils.dataset import Shape, load_shape, model_path
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
    path: Path  # of the result
    settings: dict  # all that the result depends on
    renderer: object  # a module

    @cached_property
    def file(self):
        """The file of the result; its folder is made when this is first looked at."""
        return checkpoints.ResultFile(self.path, self.settings, self.args.override)

    def confidence(self, **options):
        """f, with the network loaded."""
        args = self.args
        network = _network(self.choice, *_files(self.choice))
        return Confidence(network, self.choice.label(args.class_nb), self.shape.vertices, self.shape.faces, self.device,
                          args.batch_size, args.precision, args.normalize, args.compile, renderer=self.renderer,
                          **options)

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
    number = args.data_dir, args.class_nb, args.object_nb
    shape = _shape(*number, checkpoints.version_of(model_path(*number)))
    if shape.source is None:
        print(f"no ShapeNet model at hand: using the built-in {shape.shape_id} "
              "(python -m scale.link --shapenet DIR brings in yours)")
    settings.update(shape_id=shape.shape_id, mesh_hash=shape.mesh_hash,
                    weights=_weights_identity(choice, *_files(choice)), normalize=args.normalize,
                    precision=args.precision)
    if args.renderer != RENDERER:  # left out otherwise, so that results from before there was a choice stay good
        settings["renderer"] = args.renderer
    path = checkpoints.result_path(args.checkpoint_dir, choice.folder, args.class_nb, args.object_nb, file_name)
    return Job(args, choice, shape, device, path, settings, renderer)


# Many jobs in one process load a network, hash its weights and read a mesh once, as long as the files stay the same.

@lru_cache(maxsize=2)
def _network(choice, *files):
    return choice.load()


@lru_cache(maxsize=32)
def _weights_identity(choice, *files):
    return choice.weights_identity()


@lru_cache(maxsize=128)  # more than the paper's 100 objects, about 1 MB each
def _shape(data_dir, class_nb, object_nb, *files):
    return load_shape(data_dir, class_nb, object_nb)


def _files(choice):
    """The version of each file that a network is made from, of those that can change."""
    return [] if choice.weights_file is None else [checkpoints.version_of(choice.weights_file)]
