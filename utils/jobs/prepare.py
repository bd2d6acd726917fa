"""What both scripts do first: find the network, the mesh and the file of the result."""
import re
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

import torch

from utils.results import layout, store
from utils.shapes.catalogue import catalogue_of
from utils.shapes.shape import Shape, load_mesh, load_shape, model_path
from utils.errors import InputError
from utils.networks.torchvision_networks import IMAGE_SIZE, choose_network, find_label
from utils.jobs.options import RENDERER, chosen_device, chosen_renderer
from utils.parameters import CAMERA, parse_fixed
from utils.semantic.confidence import Confidence


@dataclass(frozen=True)
class Job:
    """One network and one object, and where the result goes."""
    args: object
    choice: object  # of utils.networks.torchvision_networks or utils.networks.own
    shape: Shape
    class_name: str
    label: int  # the class's output
    device: torch.device
    path: Path  # of the result
    settings: dict  # all that the result depends on
    fixed: dict  # parameters that stay the same, at another value than their default
    image_size: int  # pixels a side
    renderer: object  # a module

    @cached_property
    def file(self):
        """The file of the result; its folder is made when this is first looked at."""
        return store.ResultFile(self.path, self.settings, self.args.override)

    def confidence(self, **options):
        """f, with the network loaded."""
        args = self.args
        return Confidence(
            _network(self.choice, *_files(self.choice)), self.label, self.shape.vertices, self.shape.faces, self.device,
            args.batch_size, args.precision, args.normalize, args.compile, renderer=self.renderer,
            textures=self.shape.textures, image_size=self.image_size, normalization=self.choice.normalization,
            score=args.score, **options)

    def identity(self):
        """What a result says about itself: class, object, shape and network; an own mesh has no numbers."""
        args, own = self.args, self.args.mesh is not None
        known = dict(class_nb=None if own else args.class_nb, object_nb=None if own else args.object_nb,
                     shape_id=self.shape.shape_id, network_name=self.choice.folder, class_name=self.class_name,
                     label=self.label, score=args.score)
        if own or args.dataset is not None:  # what the report finds the mesh by
            known["mesh"] = dict(path=str(self.shape.source.absolute()), up=args.up, front=args.front,
                                 textures=args.textures)
        return known


def prepare(args, file_name, parameters, settings):
    """Find everything that a run needs, once its options are known to be good, and before anything slow is done.

    Args:
        args: the parsed options.
        file_name: of the result.
        parameters: names of the numbers of a semantic point.
        settings: dict of what the result depends on besides network, weights and mesh.

    Raises:
        InputError: for anything given that cannot be used.
    """
    device = chosen_device(args.gpu)
    renderer = chosen_renderer(args.renderer, device)
    choice = _choice(args.network, args.weights, store.version_of(args.weights) if args.weights else None)
    shape = _shape_of(args)
    class_name, label = _class_of(args, choice)
    fixed = parse_fixed(args.fixed, parameters)
    foreign = [name for name in (*parameters, *fixed) if name not in CAMERA]
    if args.renderer != RENDERER and foreign:
        raise InputError(f"--renderer {args.renderer}: takes {', '.join(CAMERA)} for each view, and not {foreign[0]}; "
                         f"leave the option out for {RENDERER}")
    image_size = args.image_size or choice.image_size or IMAGE_SIZE
    folders = args.class_nb, args.object_nb
    if args.mesh is not None:
        folders = re.sub(r"[^\w.-]+", "_", class_name), shape.shape_id
    path = layout.result_path(args.checkpoint_dir, choice.folder, *folders, file_name)
    settings = {**settings, **_settings(args, choice, shape, label, fixed, image_size)}
    return Job(args, choice, shape, class_name, label, device, path, settings, fixed, image_size, renderer)


def _settings(args, choice, shape, label, fixed, image_size):
    """What any result depends on. What came later is left out where it is as in the paper, so that early results stay
    good."""
    settings = dict(shape_id=shape.shape_id, mesh_hash=shape.mesh_hash,
                    weights=_weights_identity(choice, *_files(choice)), precision=args.precision,
                    normalize=str(choice.normalization) if choice.normalization else args.normalize)
    later = dict(renderer=(args.renderer, RENDERER), score=(args.score, "softmax"), fixed=(fixed, {}),
                 image_size=(image_size, IMAGE_SIZE))
    settings.update({name: value for name, (value, usual) in later.items() if value != usual})
    if args.mesh is not None or args.dataset is not None or args.label is not None:
        settings["label"] = label
    return settings


def _shape_of(args):
    """The mesh that the options name."""
    file = args.mesh
    if file is None and args.dataset is not None:
        file = catalogue_of(args.dataset).entries[args.class_nb][args.object_nb].mesh
    if file is not None:
        return _own_shape(file, args.up, args.front, args.textures, store.version_of(file))
    number = args.data_dir, args.class_nb, args.object_nb
    shape = _shape(*number, args.textures, store.version_of(model_path(*number)))
    if shape.source is None:
        print(f"no ShapeNet model at hand: using the built-in {shape.shape_id} "
              "(python -m scale.link --shapenet DIR brings in yours)")
    return shape


def _class_of(args, choice):
    """The name of the object's class, and its index among the network's outputs."""
    if args.mesh is not None:
        label = find_label(args.label, choice.class_names, choice.n_classes)
        return choice.class_names[label] if choice.class_names else str(label), label
    class_name, given = catalogue_of(args.dataset).class_names[args.class_nb], args.label
    if args.dataset is not None:
        given = given or catalogue_of(args.dataset).entries[args.class_nb][args.object_nb].label
    if given is None:
        return class_name, choice.label(args.class_nb)
    return class_name, find_label(given, choice.class_names, choice.n_classes)


# Many jobs in one process load a network, hash its weights and read a mesh once, as long as the files stay the same.

@lru_cache(maxsize=2)
def _network(choice, *files):
    return choice.load()


@lru_cache(maxsize=32)
def _weights_identity(choice, *files):
    return choice.weights_identity()


@lru_cache(maxsize=128)  # more than the paper's 100 objects, about 1 MB each
def _shape(data_dir, class_nb, object_nb, textures, *files):
    return load_shape(data_dir, class_nb, object_nb, textures)


@lru_cache(maxsize=128)
def _own_shape(file, up, front, textures, *files):
    return load_mesh(file, up, front, textures)


@lru_cache(maxsize=4)
def _choice(name, weights_file, *files):
    return choose_network(name, weights_file)


def _files(choice):
    """The version of each file that a network is made from, of those that can change."""
    return [] if choice.weights_file is None else [store.version_of(choice.weights_file)]
