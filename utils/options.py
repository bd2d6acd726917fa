"""Command-line options that the scripts share, and how a script ends."""
import argparse
import importlib
import signal
import sys
from pathlib import Path

from scale.true_dict import CLASS_NAMES, SHAPE_IDS
from utils.errors import InputError

RENDERER = "utils"  # stands for utils.renderer
INTERRUPTED = 130  # exit code after Ctrl-C or a request to terminate, as shells have it


class Parser(argparse.ArgumentParser):
    """An argument parser whose errors are one line."""

    def error(self, message):
        self.exit(2, f"{self.prog}: error: {message} (--help lists the options)\n")


def add_job_options(parser):
    """Options of both map.py and optim.py that say which job it is."""
    parser.add_argument("-n", "--network", default="resnet", metavar="NAME",
                        help="resnet, alexnet, vgg, incept (the paper's), demo, or any torchvision classifier "
                             "(default: resnet)")
    parser.add_argument("-s", "--class_nb", type=int, default=0, metavar="N", help=f"class: {_numbered(CLASS_NAMES)}")
    parser.add_argument("-j", "--object_nb", type=int, default=0, metavar="N", help="object of the class, 0 to 9")


def add_shared_options(parser):
    """Options of both map.py and optim.py that hold for any job."""
    parser.add_argument("-g", "--gpu", type=int, default=None, metavar="N",
                        help="GPU to run on; -1: the CPU (default: the first GPU if there is one, else the CPU)")
    parser.add_argument("-o", "--override", action="store_true", help="discard a stored result and start anew")
    parser.add_argument("--data_dir", type=Path, default=Path("scale"), metavar="DIR",
                        help="folder of <class>/<shape id>/models/model_normalized.obj (default: scale)")
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


def check_shared_options(args):
    """Turn away values out of range before anything is loaded.

    Raises:
        InputError: names the option, what was given and what is expected.
    """
    if not 0 <= args.class_nb < len(CLASS_NAMES):
        raise InputError(f"--class_nb {args.class_nb}: expected one of {_numbered(CLASS_NAMES)}")
    n_objects = len(SHAPE_IDS[args.class_nb])
    if not 0 <= args.object_nb < n_objects:
        raise InputError(f"--object_nb {args.object_nb}: expected 0 to {n_objects - 1}")
    if args.batch_size < 1:
        raise InputError(f"--batch_size {args.batch_size}: expected at least 1")


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


def _numbered(names):
    return ", ".join(f"{number} {name}" for number, name in enumerate(names))
