"""Options of both map.py and optim.py: on the command line, and checked, as a dataclass. Nothing here needs torch."""
import argparse
import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

from ..engine_names import AUTO, ENGINES, OPENVINO
from ..errors import InputError, one_line
from ..parameters import AZIMUTH_AND_ELEVATION, COLOR, LARGEST_IMAGE, parse_fixed
from ..scores import SCORES
from ..shapes.catalogue import PAPER, catalogue_of, numbered
from ..shapes.frame import check_axes
from ..shapes.models import DATA_DIR

RENDERER = "utils"  # stands for utils.renderer
PRECISIONS = ("fp32", "bf16", "fp16")
NEAR = 0.7  # how much alike two options are of which one may stand for the other
LARGEST_BATCH = 65_536  # views at a time


class Parser(argparse.ArgumentParser):
    """An argument parser whose errors are one line, and which takes options by their whole names only."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"allow_abbrev": False, **options})

    def parse_args(self, args: Any = None, namespace: Any = None) -> Any:
        """The parsed options. One that is not known ends the process, and the nearest that is known is named."""
        parsed, unknown = self.parse_known_args(args, namespace)
        if unknown:
            known = self._option_string_actions.keys() - {"--help"}
            near = difflib.get_close_matches(unknown[0].partition("=")[0], sorted(known), n=1, cutoff=NEAR)
            self.error(f"unrecognized arguments: {' '.join(unknown)}{f'; did you mean {near[0]}?' if near else ''}")
        for name, value in vars(parsed).items():
            if value in ([], "--"):  # of --name=--, before Python 3.13 and from then on
                self.error(f"argument --{name}: expected a value, not --")
        return parsed

    def error(self, message: str) -> NoReturn:
        """End the process with exit code 2."""
        self.exit(2, one_line(f"{self.prog}: error: {message} (--help lists the options)") + "\n")
        raise AssertionError("exit returns nowhere")


def file_path(text: str) -> Path:
    """The path that an option gives.

    Raises:
        ArgumentTypeError: if it is empty, as of a shell's variable that is not set.
    """
    if not text:
        raise argparse.ArgumentTypeError("an empty path; expected the path of a file or folder")
    return Path(text)


@dataclass(frozen=True)
class JobOptions:
    """What any job depends on, and how it is done. Each field is the option of its name, checked.

    Attributes:
        parameters: names of a point's numbers.
        fixed: {name: number} of parameters that stay the same, at another value than their default.
    """
    network: str = "resnet"
    class_nb: int = 0
    object_nb: int = 0
    mesh: Path | None = None
    label: str | None = None
    gpu: int | None = None
    override: bool = False
    data_dir: Path = DATA_DIR
    stand_ins: bool = True
    dataset: Path | None = None
    up: str = "y"
    front: str | None = None
    textures: bool = False
    fixed: Mapping[str, float] = field(default_factory=dict)
    score: str = "softmax"
    image_size: int | None = None
    checkpoint_dir: Path = Path("checkpoint")
    weights: Path | None = None
    normalize: bool = False
    batch_size: int = 32
    precision: str = PRECISIONS[0]
    engine: str = AUTO
    compile: bool = False
    renderer: str = RENDERER
    plot: bool = False
    parameters: tuple[str, ...] = AZIMUTH_AND_ELEVATION


def add_job_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that say which job it is."""
    add = parser.add_argument
    add("-n", "--network", default=JobOptions.network, metavar="NAME",
        help="resnet, alexnet, vgg, incept (the paper's), efficientnet_lite0, _lite1, _lite2, any torchvision "
             "classifier, timm:NAME, or package.module:function (default: resnet)")
    add("-s", "--class_nb", default=str(JobOptions.class_nb), metavar="N",
        help=f"class, its number or name: {numbered(PAPER.class_names)}; or a class of --dataset")
    add("-j", "--object_nb", type=int, default=JobOptions.object_nb, metavar="N", help="object of the class, 0 to 9")
    add("--mesh", type=file_path, default=None, metavar="FILE", help="an object of your own: obj, ply, stl, glb or off")
    add("--label", default=None, metavar="L", help="class of the object among the network's: its number or name")


def add_shared_options(parser: Any) -> None:
    """Add the options that hold for any job, to a parser or a group of one."""
    add = parser.add_argument
    add("-g", "--gpu", type=int, default=None, metavar="N",
        help="GPU to run on; -1: the CPU (default: the first GPU if there is one, else the CPU)")
    add("-o", "--override", action="store_true", help="discard a stored result and start anew")
    add("--data_dir", type=file_path, default=None, metavar="DIR",
        help="folder of <class>/<shape id>/models/model_normalized.obj (default: scale, and a built-in stand-in for "
             "each model that it lacks)")
    add("--stand_ins", action="store_true", help="take the built-in stand-in for a model that --data_dir lacks")
    add("--dataset", type=file_path, default=None, metavar="FILE",
        help="CSV or YAML of class, label and mesh, in place of the paper's objects")
    add("--up", choices=("y", "z"), default=JobOptions.up, help="axis of your meshes that is up (default: y)")
    add("--front", choices=("x", "-x", "y", "-y", "z", "-z"), default=None,
        help="axis that their front looks along (default: -z, with --up z: -y); write --front=-x")
    add("--textures", action="store_true", help="objects keep their own colours (default: white)")
    add("--fixed", default="", metavar="NAME=VALUE,..",
        help="parameters that stay the same, at another value than their default")
    add("--score", choices=tuple(SCORES), default=JobOptions.score,
        help="what stands for the confidence (default: softmax)")
    add("--image_size", type=int, default=None, metavar="PIXELS",
        help="a side of the images (default: what the network takes; 224 for torchvision's)")
    add("--checkpoint_dir", type=file_path, default=JobOptions.checkpoint_dir, metavar="DIR",
        help="folder of the results (default: checkpoint)")
    add("--weights", type=file_path, default=None, metavar="FILE",
        help="state_dict of the network, .pth or .safetensors (default: torchvision's ImageNet "
             "weights)")
    add("--normalize", action="store_true",
        help="take ImageNet's mean and standard deviation off the image; the paper does not")
    add("--batch_size", type=int, default=JobOptions.batch_size, metavar="N", help="views at a time (default: 32)")
    add("--engine", choices=ENGINES, default=JobOptions.engine,
        help="what computes the network's values; gradients are torch's (default: on the CPU openvino, where it takes "
             "the network, else torch)")
    add("--precision", choices=PRECISIONS, default=JobOptions.precision,
        help="of the network (default: fp32); bf16 on a CPU is for a quick look, fp16 is for GPUs")
    add("--compile", action="store_true", help="compile the network with torch.compile")
    add("--renderer", default=RENDERER, metavar="MODULE",
        help="Python module that draws, with the public names of neural_renderer, on the network's "
             f"device (default: {RENDERER})")
    add("--plot", action="store_true", help="draw the result as a PNG beside it")


def checked(args: argparse.Namespace, parameters: tuple[str, ...]) -> dict[str, Any]:
    """The fields of `JobOptions`, out of parsed options.

    Args:
        args: what `add_job_options` and `add_shared_options` read.
        parameters: names of a point's numbers.

    Raises:
        InputError: names the option, what was given and what is expected.
    """
    number = {}
    if args.mesh is None:
        catalogue = catalogue_of(args.dataset)
        number = dict(class_nb=catalogue.class_number(args.class_nb))
        catalogue.check(number["class_nb"], args.object_nb)
    elif args.label is None:
        raise InputError(f"--mesh {args.mesh}: of which class? Name it with --label, such as --label \"coffee mug\"")
    elif args.dataset is not None:
        raise InputError(f"--mesh {args.mesh}: stands in --dataset's place; give one of the two")
    if args.engine == OPENVINO and args.compile:
        raise InputError(f"--engine {OPENVINO} --compile: torch.compile is for PyTorch; leave one of the two out")
    check_axes(args.up, args.front)
    if not 1 <= args.batch_size <= LARGEST_BATCH:
        raise InputError(f"--batch_size {args.batch_size}: expected 1 to {LARGEST_BATCH:,}")
    if args.image_size is not None and not 1 <= args.image_size <= LARGEST_IMAGE:
        raise InputError(f"--image_size {args.image_size}: expected 1 to {LARGEST_IMAGE:,} pixels")
    fixed = parse_fixed(args.fixed, parameters)
    for name in COLOR:
        if args.textures and (name in fixed or name in parameters):
            raise InputError(f"--textures: {name} is the colour of a white object; leave one of the two out")
    given = {name: getattr(args, name) for name in JobOptions.__dataclass_fields__ if name in args}
    return {**given, **number, "fixed": fixed, "parameters": parameters,
            "data_dir": args.data_dir or DATA_DIR, "stand_ins": args.stand_ins or args.data_dir is None}
