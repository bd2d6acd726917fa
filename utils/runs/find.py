"""What every job does first: find the network, the mesh and the file of the result."""
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import ModuleType
from typing import Any

import torch

from ..engine_names import OPENVINO
from ..errors import InputError
from ..files import folder_name
from ..networks import IMAGENET_MEAN, IMAGENET_STD, Network, load_network
from ..networks.engines import engine_for
from ..options.jobs import RENDERER, JobOptions
from ..parameters import CAMERA, IMAGE_SIZE
from ..regions import ndinterval
from ..results.layout import IMAGES, result_path
from ..results.metadata import Metadata
from ..semantic.classifier import Classifier
from ..semantic.confidence import RENDERER_GRADIENT, Confidence
from ..semantic.gradients import Gradient
from ..semantic.views import Views
from ..shapes.catalogue import catalogue_of
from ..shapes.shape import Shape, load_mesh, load_shape, model_path
from .devices import device_for, renderer_for
from .journal import Journal
from .places import mesh_folder
from .result_file import ResultFile, version_of


def _call(function: Callable[..., Any], *arguments: Any, version: Any) -> Any:
    return function(*arguments)


# Many jobs in one process read a file once, as long as it stays the same version.
_cached = lru_cache(maxsize=128)(_call)  # more than the paper's 100 objects, about 1 MB each
_cached_large = lru_cache(maxsize=6)(_call)  # a network, its module and its engine, of two networks
_cached_textured = lru_cache(maxsize=2)(_call)  # images may take hundreds of MB


@dataclass(frozen=True)
class Job:
    """One network and one object, and where the result goes."""
    options: JobOptions
    network: Network  # its weights are not loaded yet
    shape: Shape
    class_name: str
    label: int  # the class's output
    device: torch.device
    renderer: ModuleType
    image_size: int  # pixels a side
    file: ResultFile

    @property
    def subject(self) -> str:
        """The network and the object, for people."""
        return f"{self.network.folder} on {self.shape.shape_id}"

    def journal(self, domain: ndinterval | None = None, **words: Any) -> Journal:
        """f, whose answers are stored beside the result. The network is loaded when the first new question is asked.

        Args:
            domain: box that points are kept in, or None.
            words: arguments of `confidence`.
        """
        found = Journal(lambda: self.confidence(**words), self.options.parameters, self.label, self.file.unfinished(),
                        self.file.settings, domain, self.options.override)
        if found.n_stored:
            print(f"going on after {found.n_stored:,} views")
        return found

    def confidence(self, fixed: Mapping[str, float] | None = None,
                   gradient: Gradient = RENDERER_GRADIENT) -> Confidence:
        """f, with the network loaded.

        Args:
            fixed: values of parameters beside those of the options, which count for more.
            gradient: of f.
        """
        options, network, on_cpu = self.options, self.network, self.device.type == "cpu"
        normalization = network.normalization or ((IMAGENET_MEAN, IMAGENET_STD) if options.normalize else None)
        known = {**(fixed or {}), **options.fixed}
        views = Views(self.shape, options.parameters,
                      {name: value for name, value in known.items() if name not in options.parameters},
                      self.image_size, self.renderer, self.device, options.unmirrored)
        version = version_of(network.weights_file)
        module = _cached_large(Network.load, network, version=version)
        engine = None
        if on_cpu and not options.compile:
            engine = _cached_large(engine_for, options.computed_by, network, module, normalization, options.precision,
                                   self.file.settings["weights"], version=version)
        if on_cpu and options.precision == "bf16":
            print("precision bf16 is for a quick look: confidences are off by about 0.01, and by up to 0.1 in a view")
        classifier = Classifier(module, self.device, options.batch_size, options.precision, normalization,
                                options.compile, engine)
        return Confidence(views, classifier, self.label, options.score, gradient, network)

    def metadata(self) -> Metadata:
        """What the result says about itself: class, object, shape and network; an own mesh has no numbers."""
        options, own, mesh = self.options, self.options.mesh is not None, None
        if own or options.dataset is not None:  # what the report finds the mesh by
            assert self.shape.source is not None
            mesh = dict(path=str(self.shape.source.absolute()), up=options.up, front=options.front,
                        textures=options.textures)
        return Metadata(
            network_name=self.network.folder, class_nb=None if own else options.class_nb,
            object_nb=None if own else options.object_nb, class_name=self.class_name, label=self.label,
            shape_id=self.shape.shape_id, parameters=options.parameters, score=options.score, mesh=mesh,
            settings=self.file.settings_of_all)


def prepare(options: JobOptions) -> Job:
    """Find everything that a run needs, before anything slow is done.

    Raises:
        InputError: for anything given that cannot be used.
    """
    device = device_for(options.gpu)
    if device.type != "cpu" and options.engine == OPENVINO:
        raise InputError(f"`engine` {OPENVINO}: is for the CPU; add `gpu` -1, or leave it out")
    if device.type == "cpu" and options.precision == "fp16":
        raise InputError("`precision` fp16: is for GPUs, and this runs on the CPU; leave it out, or give bf16 for a "
                         "quick look")
    renderer = renderer_for(options.renderer, device)
    network = _cached_large(load_network, options.network, options.weights, version=version_of(options.weights))
    shape = _shape_of(options)
    network, class_name, label = _class_of(options, network)
    foreign = [name for name in (*options.parameters, *options.fixed) if name not in CAMERA]
    if options.renderer != RENDERER and foreign:
        raise InputError(f"`renderer` {options.renderer}: takes {', '.join(CAMERA)} for each view, and not "
                         f"{foreign[0]}; leave the option out for {RENDERER}")
    if options.renderer != RENDERER and options.textures:
        raise InputError(f"`renderer` {options.renderer}: reads no images over faces; leave the option out for "
                         f"{RENDERER}, or `textures`")
    image_size = options.image_size or network.image_size or IMAGE_SIZE
    folders: tuple[Any, Any] = options.class_nb, options.object_nb
    if options.mesh is not None:
        class_folder = options.checkpoint_dir / network.folder / folder_name(class_name)
        folders = class_folder.name, mesh_folder(class_folder, options.file_name, options.mesh, shape.mesh_hash,
                                                 options.parameters)
    path = result_path(options.checkpoint_dir, network.folder, *folders, options.file_name)
    # newer settings are omitted at their default, so old results still match
    settings = dict(
        options.settings(), shape_id=shape.shape_id, mesh_hash=shape.mesh_hash,
        weights=_cached(Network.weights_identity, network, version=version_of(network.weights_file)),
        normalize=str(network.normalization) if network.normalization else options.normalize)
    if options.textures:
        settings["textures"] = IMAGES
    if image_size != IMAGE_SIZE:
        settings["image_size"] = image_size
    if options.mesh is not None or options.dataset is not None or options.label is not None:
        settings["label"] = label
    return Job(options, network, shape, class_name, label, device, renderer, image_size,
               ResultFile(path, settings, options.override))


def _shape_of(options: JobOptions) -> Shape:
    """The mesh that the options name."""
    file, cached = options.mesh, _cached_textured if options.textures else _cached
    if options.dataset is not None:
        file = catalogue_of(options.dataset).entry(options.class_nb, options.object_nb).mesh
    if file is not None:
        shape = cached(load_mesh, file, options.up, options.front, options.textures, None, options.texture_limit,
                       version=version_of(file))
    else:
        number = options.data_dir, options.class_nb, options.object_nb
        shape = cached(load_shape, *number, options.textures, options.stand_ins, options.texture_limit,
                       version=version_of(model_path(*number)))
    for note in shape.notes:
        print(note)
    if options.textures:
        print("objects are shown as they are" if options.unmirrored else "objects are shown as their mirror image, as "
              "published: writing on them reads backwards (--unmirrored shows them as they are)")
    if shape.source is None:
        print(f"no ShapeNet model at hand: using the built-in {shape.shape_id} "
              "(python -m scale.link --shapenet DIR brings in yours)")
    return shape


def _class_of(options: JobOptions, network: Network) -> tuple[Network, str, int]:
    """The network with the object's class among its own, the class's name, and its index among the outputs."""
    if options.mesh is not None:
        assert options.label is not None
        network, label = network.labelled(options.label)
        return network, network.class_names[label] if network.class_names else str(label), label
    catalogue = catalogue_of(options.dataset)
    class_name = catalogue.class_names[options.class_nb]
    if options.label is not None:
        network, label = network.labelled(options.label)
    elif options.dataset is None:
        label = network.label(options.class_nb)
    else:
        entry = catalogue.entry(options.class_nb, options.object_nb)
        network, label = network.labelled(
            entry.label, f"`dataset` {options.dataset}, {class_name} {options.object_nb}: label")
    return network, class_name, label
