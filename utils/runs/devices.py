"""Where a job runs, and what draws there."""
import importlib
from types import ModuleType

import torch

from .. import renderer as our_renderer
from ..errors import InputError, described
from ..options.jobs import RENDERER


def device_for(gpu: int | None) -> torch.device:
    """The device of a GPU's number; None: the first GPU if there is one, -1: the CPU.

    Raises:
        InputError: if there is no such GPU.
    """
    if gpu == -1 or (gpu is None and not torch.cuda.is_available()):
        return torch.device("cpu")
    n_gpus = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if gpu is not None and not 0 <= gpu < n_gpus:
        available = f"there are GPUs 0 to {n_gpus - 1}" if n_gpus else "PyTorch finds no GPU here"
        raise InputError(f"`gpu` {gpu}: {available}; use `gpu` -1 for the CPU")
    return torch.device("cuda", gpu or 0)


def renderer_for(name: str, device: torch.device) -> ModuleType:
    """The module that draws, by its name.

    Raises:
        InputError: if it cannot be imported, or does not draw on the device.
    """
    try:
        module = our_renderer if name == RENDERER else importlib.import_module(name)
    except (Exception, SystemExit) as error:  # a package built for another machine fails in its own ways
        raise InputError(f"`renderer` {name}: cannot be imported ({described(error)}); install it, or "
                         f"leave the option out for {RENDERER}") from None
    if name == RENDERER and device.type == "cpu":
        return module
    try:
        _draw_a_triangle(module, device)
    except (Exception, SystemExit) as error:
        if name == RENDERER:
            raise InputError(f"`gpu` {device.index}: {error}; `gpu` -1 draws on the CPU") from None
        raise InputError(f"`renderer` {name}: does not draw here, on {device} ({described(error)}); "
                         "expected the public names of neural_renderer, which draws on GPUs only; leave the "
                         f"option out for {RENDERER}") from None
    return module


def _draw_a_triangle(module: ModuleType, device: torch.device) -> None:
    camera = module.Renderer(image_size=8, camera_mode="look_at")
    camera.eye = module.get_points_from_angles(*torch.tensor([[2.0], [30.0], [40.0]], device=device))
    camera.render_rgb(torch.eye(3, device=device)[None], torch.arange(3, dtype=torch.int32, device=device)[None, None],
                      torch.ones(1, 1, 2, 2, 2, 3, device=device))
