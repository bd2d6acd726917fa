"""The options that map.py and optim.py share."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf
from pathlib import Path
from typing import Any, ClassVar

from ..engine_names import AUTO, ENGINES, OPENVINO
from ..errors import InputError
from ..parameters import AZIMUTH_AND_ELEVATION, COLOR, LARGEST_IMAGE, PARAMETERS, parse_fixed, parse_parameters
from ..scores import SCORES
from ..shapes.catalogue import PAPER, catalogue_of, numbered
from ..shapes.frame import check_axes
from ..shapes.models import DATA_DIR
from .option import ALWAYS, IF_CHANGED, Options, file_path, option

RENDERER = "utils"  # stands for the renderer of this package
PRECISIONS = ("fp32", "bf16", "fp16")
LARGEST_BATCH = 65_536  # views at a time
WHICH, MESHES, VIEWS = "network and object", "meshes", "what the network sees and says"
RUN, RESULT = "how it runs", "the result"
DRAWN = "draw the result as a PNG beside it"
ONE_JOB = ("network", "class_nb", "object_nb", "mesh", "label")  # which job it is; a sweep has lists in their place

Found = Mapping[str, Any]


def _mesh(given: Path | None, found: Found) -> Path | None:
    if given is not None and found["dataset"] is not None:
        raise InputError(f"`mesh` {given}: stands in `dataset`'s place; give one of the two")
    return given


def _label(given: str | None, found: Found) -> str | None:
    if given is None and found["mesh"] is not None:
        raise InputError(f"`mesh` {found['mesh']}: of which class? Name it with `label`, such as `label` "
                         '"coffee mug"')
    return given


def _class_nb(given: str, found: Found) -> Any:
    if found["mesh"] is None:
        return catalogue_of(found["dataset"]).class_number(given)
    return _unnumbered("class_nb", given, found)


def _object_nb(given: int, found: Found) -> int:
    if found["mesh"] is None:
        catalogue_of(found["dataset"]).check(found["class_nb"], given)
        return given
    return _unnumbered("object_nb", given, found)


def _unnumbered(name: str, given: Any, found: Found) -> Any:
    """A number of the paper's object, if it is not one that was chosen beside a mesh."""
    if given != JobOptions.default(name):
        raise InputError(f"`{name}` {given}: numbers the paper's objects or a `dataset`'s, and `mesh` {found['mesh']} "
                         "is an object of its own, whose class `label` names; leave one of the two out")
    return given


def _front(given: str | None, found: Found) -> str | None:
    check_axes(found["up"], given)
    return given


def _fixed(given: str, found: Found) -> dict[str, float]:
    return parse_fixed(given, found["parameters"])


def _texture_limit(given: float, found: Found) -> float:
    """A number above 0."""
    if not 0 < given < inf:
        raise InputError(f"`texture_limit` {given}: expected a number of million pixels above 0")
    return given


def _textures(given: bool, found: Found) -> bool:
    for name in COLOR:
        if given and (name in found["fixed"] or name in found["parameters"]):
            raise InputError(f"`textures`: {name} is the colour of a white object; leave one of the two out")
    return given


def _image_size(given: int | None, found: Found) -> int | None:
    if given is not None and not 1 <= given <= LARGEST_IMAGE:
        raise InputError(f"`image_size` {given}: expected 1 to {LARGEST_IMAGE:,} pixels")
    return given


def _compile(given: bool, found: Found) -> bool:
    if given and found["engine"] == OPENVINO:
        raise InputError(f"`engine` {OPENVINO} `compile`: torch.compile is for PyTorch; leave one of the two out")
    return given


def _batch_size(given: int, found: Found) -> int:
    if not 1 <= given <= LARGEST_BATCH:
        raise InputError(f"`batch_size` {given}: expected 1 to {LARGEST_BATCH:,}")
    return given


@dataclass(frozen=True)
class JobOptions(Options):
    """What any job depends on, and how it is done.

    Attributes:
        file_name: of the result.
    """
    file_name: ClassVar[str]
    network: str = option(
        "resnet", "resnet, alexnet, vgg, incept (the paper's), efficientnet_lite0, _lite1, _lite2, any torchvision "
        "classifier, timm:NAME, hf:NAME, open_clip:MODEL/PRETRAINED, or package.module:function", WHICH, "-n",
        metavar="NAME")
    dataset: Path | None = option(
        None, "CSV or YAML of class, label and mesh, in place of the paper's objects", MESHES, type=file_path,
        metavar="FILE")
    mesh: Path | None = option(
        None, "an object of your own: obj, ply, stl, glb, gltf or off", WHICH, check=_mesh, type=file_path,
        metavar="FILE")
    label: str | None = option(
        None, "class of the object among the network's: its number or name", WHICH, check=_label, metavar="L")
    class_nb: int = option(
        "0", f"class, its number or name: {numbered(PAPER.class_names)}; or a class of --dataset (default: 0)", WHICH,
        "-s", check=_class_nb, metavar="N")
    object_nb: int = option(0, "object of the class, 0 to 9 (default: 0)", WHICH, "-j", check=_object_nb, metavar="N")
    data_dir: Path = option(
        None, "folder of <class>/<shape id>/models/model_normalized.obj (default: scale, and a built-in stand-in for "
        "each model that it lacks)", MESHES, check=lambda given, found: given or DATA_DIR, type=file_path,
        metavar="DIR")
    stand_ins: bool = option(
        False, "take the built-in stand-in for a model that --data_dir lacks", MESHES,
        check=lambda given, found: given or found["data_dir"] is DATA_DIR)
    up: str = option("y", "axis of your meshes that is up", MESHES, choices=("y", "z"))
    front: str | None = option(
        None, "axis that their front looks along (default: -z, with --up z: -y); write --front=-x", MESHES,
        check=_front, choices=("x", "-x", "y", "-y", "z", "-z"))
    parameters: tuple[str, ...] = option(
        ",".join(AZIMUTH_AND_ELEVATION), f"the numbers of a point, of {', '.join(PARAMETERS)}", VIEWS,
        check=lambda given, found: parse_parameters(given), metavar="NAME,..")
    fixed: Mapping[str, float] = option(
        "", "parameters that stay the same, at another value than their default", VIEWS, check=_fixed,
        recorded=IF_CHANGED, metavar="NAME=VALUE,..")
    textures: bool = option(
        False, "objects keep their own colours: images, materials, colours of vertices (default: white)", VIEWS,
        check=_textures, recorded=IF_CHANGED)
    texture_limit: float = option(
        300.0, "million pixels that a texture's image may have", VIEWS, check=_texture_limit, metavar="N")
    unmirrored: bool = option(
        False, "show objects as they are; the published camera shows their mirror image", VIEWS, recorded=IF_CHANGED)
    score: str = option(
        "softmax", "what stands for the confidence", VIEWS, recorded=IF_CHANGED, choices=tuple(SCORES))
    image_size: int | None = option(
        None, "a side of the images (default: what the network takes; 224 for torchvision's)", VIEWS,
        check=_image_size, type=int, metavar="PIXELS")
    renderer: str = option(
        RENDERER, "Python module that draws, with the public names of neural_renderer, on the network's device", VIEWS,
        recorded=IF_CHANGED, metavar="MODULE")
    weights: Path | None = option(
        None, "state_dict of the network, .pth or .safetensors, or random for untrained weights (default: its own)",
        VIEWS, type=file_path, metavar="FILE")
    normalize: bool = option(
        False, "take ImageNet's mean and standard deviation off the image; the paper does not", VIEWS)
    precision: str = option(
        PRECISIONS[0], "of the network; bf16 on a CPU is for a quick look, fp16 is for GPUs", VIEWS, recorded=ALWAYS,
        choices=PRECISIONS)
    engine: str = option(
        AUTO, "what computes the network's values; gradients are torch's (default: on the CPU openvino, where it takes "
        "the network, else torch)", RUN, choices=ENGINES)
    compile: bool = option(False, "compile the network with torch.compile", RUN, check=_compile)
    gpu: int | None = option(
        None, "GPU to run on; -1: the CPU (default: the first GPU if there is one, else the CPU)", RUN, "-g", type=int,
        metavar="N")
    batch_size: int = option(32, "views at a time", RUN, check=_batch_size, metavar="N")
    checkpoint_dir: Path = option(
        Path("checkpoint"), "folder of the results", RESULT, type=file_path, metavar="DIR")
    override: bool = option(False, "discard a stored result and start from the beginning", RESULT, "-o")
    plot: bool = option(False, DRAWN, RESULT)

    def settings(self) -> dict[str, Any]:
        """What a result depends on beside the network and the mesh."""
        return self.recorded()

    @property
    def computed_by(self) -> str:
        """The engine that is asked for."""
        return self.engine
