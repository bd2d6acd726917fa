"""Command-line options that the scripts share, and how a script ends."""
import argparse
import importlib
import signal
import sys
from pathlib import Path

from utils.shapes.catalogue import PAPER, catalogue_of, check_axes, numbered
from utils.semantic.scores import SCORES
from utils.errors import InputError
from utils.parameters import COLOR, parse_fixed

RENDERER = "utils"  # stands for utils.renderer
INTERRUPTED = 130  # exit code after Ctrl-C or a request to terminate, as shells have it


class Parser(argparse.ArgumentParser):
    """An argument parser whose errors are one line."""

    def error(self, message):
        self.exit(2, f"{self.prog}: error: {message} (--help lists the options)\n")


def add_job_options(parser):
    """Options of both map.py and optim.py that say which job it is."""
    parser.add_argument("-n", "--network", default="resnet", metavar="NAME",
                        help="resnet, alexnet, vgg, incept (the paper's), demo, any torchvision classifier, timm:NAME, "
                             "or package.module:function (default: resnet)")
    parser.add_argument("-s", "--class_nb", type=int, default=0, metavar="N",
                        help=f"class: {numbered(PAPER.class_names)}; or a class of --dataset")
    parser.add_argument("-j", "--object_nb", type=int, default=0, metavar="N", help="object of the class, 0 to 9")
    parser.add_argument("--mesh", type=Path, default=None, metavar="FILE",
                        help="an object of your own: obj, ply, stl, glb or off")
    parser.add_argument("--label", default=None, metavar="L",
                        help="class of the object among the network's: its number or name")


def add_shared_options(parser):
    """Options of both map.py and optim.py that hold for any job."""
    parser.add_argument("-g", "--gpu", type=int, default=None, metavar="N",
                        help="GPU to run on; -1: the CPU (default: the first GPU if there is one, else the CPU)")
    parser.add_argument("-o", "--override", action="store_true", help="discard a stored result and start anew")
    parser.add_argument("--data_dir", type=Path, default=Path("scale"), metavar="DIR",
                        help="folder of <class>/<shape id>/models/model_normalized.obj (default: scale)")
    parser.add_argument("--dataset", type=Path, default=None, metavar="FILE",
                        help="CSV or YAML of class, label and mesh, in place of the paper's objects")
    parser.add_argument("--up", choices=("y", "z"), default="y", help="axis of your meshes that is up (default: y)")
    parser.add_argument("--front", choices=("x", "-x", "y", "-y", "z", "-z"), default=None,
                        help="axis that their front looks along (default: -z, with --up z: -y); write --front=-x")
    parser.add_argument("--textures", action="store_true", help="objects keep their own colours (default: white)")
    parser.add_argument("--fixed", default="", metavar="NAME=VALUE,..",
                        help="parameters that stay the same, at another value than their default")
    parser.add_argument("--score", choices=tuple(SCORES), default="softmax",
                        help="what stands for the confidence (default: softmax)")
    parser.add_argument("--image_size", type=int, default=None, metavar="PIXELS",
                        help="a side of the images (default: what the network takes; 224 for torchvision's)")
    parser.add_argument("--checkpoint_dir", type=Path, default=Path("checkpoint"), metavar="DIR",
                        help="folder of the results (default: checkpoint)")
    parser.add_argument("--weights", type=Path, default=None, metavar="FILE",
                        help="state_dict of the network, .pth or .safetensors (default: torchvision's ImageNet "
                             "weights)")
    parser.add_argument("--normalize", action="store_true",
                        help="take ImageNet's mean and standard deviation off the image; the paper does not")
    parser.add_argument("--batch_size", type=int, default=32, metavar="N", help="views at a time (default: 32)")
    parser.add_argument("--precision", choices=("fp32", "bf16"), default="fp32", help="of the network (default: fp32)")
    parser.add_argument("--compile", action="store_true", help="compile the network with torch.compile")
    parser.add_argument("--renderer", default=RENDERER, metavar="MODULE",
                        help="Python module that draws, with the public names of neural_renderer, on the network's "
                             f"device (default: {RENDERER})")
    parser.add_argument("--plot", action="store_true", help="draw the result as a PNG beside it")


def check_shared_options(args, parameters):
    """Turn away values out of range before anything is loaded.

    Args:
        args: the parsed options.
        parameters: names of those that do not stay the same.

    Raises:
        InputError: names the option, what was given and what is expected.
    """
    if args.mesh is None:
        catalogue_of(args.dataset).check(args.class_nb, args.object_nb)
    elif args.label is None:
        raise InputError(f"--mesh {args.mesh}: of which class? Name it with --label, such as --label \"coffee mug\"")
    elif args.dataset is not None:
        raise InputError(f"--mesh {args.mesh}: stands in --dataset's place; give one of the two")
    check_axes(args.up, args.front)
    if args.batch_size < 1:
        raise InputError(f"--batch_size {args.batch_size}: expected at least 1")
    if args.image_size is not None and not 1 <= args.image_size <= 4096:
        raise InputError(f"--image_size {args.image_size}: expected 1 to 4096 pixels")
    fixed = parse_fixed(args.fixed, parameters)
    for name in COLOR:
        if args.textures and (name in fixed or name in parameters):
            raise InputError(f"--textures: {name} is the colour of a white object; leave one of the two out")


def chosen_device(gpu):
    """The torch device for `--gpu`: None the first GPU if there is one, -1 the CPU.

    Raises:
        InputError: if there is no such GPU.
    """
    import torch  # takes seconds, and the options are read without it
    if gpu == -1 or (gpu is None and not torch.cuda.is_available()):
        return torch.device("cpu")
    n_gpus = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if gpu is not None and not 0 <= gpu < n_gpus:
        there = f"there are GPUs 0 to {n_gpus - 1}" if n_gpus else "PyTorch finds no GPU here"
        raise InputError(f"--gpu {gpu}: {there}; use --gpu -1 for the CPU")
    return torch.device("cuda", gpu or 0)


def chosen_renderer(name, device):
    """The module for `--renderer`.

    Raises:
        InputError: if it cannot be imported, or does not draw on the device.
    """
    try:
        module = importlib.import_module("utils.renderer" if name == RENDERER else name)
    except Exception as error:  # a package built for another machine fails in its own ways
        raise InputError(f"--renderer {name}: cannot be imported ({type(error).__name__}: {error}); install it, or "
                         f"leave the option out for {RENDERER}") from None
    if name == RENDERER and device.type == "cpu":
        return module
    try:
        _draw_a_triangle(module, device)
    except Exception as error:
        if name == RENDERER:
            raise InputError(f"--gpu {device.index}: {error}; --gpu -1 draws on the CPU") from None
        raise InputError(f"--renderer {name}: does not draw here, on {device} ({type(error).__name__}: {error}); "
                         "expected the public names of neural_renderer, which draws on GPUs only; leave the "
                         f"option out for {RENDERER}") from None
    return module


def _draw_a_triangle(module, device):
    import torch
    camera = module.Renderer(image_size=8, camera_mode="look_at")
    camera.eye = module.get_points_from_angles(*torch.tensor([[2.0], [30.0], [40.0]], device=device))
    camera.render_rgb(torch.eye(3, device=device)[None], torch.arange(3, dtype=torch.int32, device=device)[None, None],
                      torch.ones(1, 1, 2, 2, 2, 3, device=device))


def run_script(main, when_stopped="stopped"):
    """Call main() and end the process as a user expects: one line for an error, `when_stopped` after Ctrl-C."""
    script = Path(sys.argv[0]).name
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a cluster's request to stop is a Ctrl-C
    try:
        main()
    except InputError as error:
        sys.exit(_fail(f"{script}: error: {error}", 2))
    except KeyboardInterrupt:
        sys.exit(_fail(f"{script}: {when_stopped}", INTERRUPTED))


def _fail(message, code):
    print(" ".join(message.split()), file=sys.stderr)
    return code
