"""Name -> classifier: the paper's four, any other of torchvision's, and the small demo network."""
import difflib
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import nn

from scale.true_dict import CLASS_NAMES, IMAGENET_LABELS
from utils.errors import InputError
from utils.parameters import IMAGE_SIZE

# --network -> (folder of its results, torchvision's name): Hamdi & Ghanem 2019, section 4
PAPER_NETWORKS = {
    "resnet": ("ResNet50", "resnet50"),
    "alexnet": ("AlexNet", "alexnet"),
    "vgg": ("VGG", "vgg11_bn"),
    "incept": ("Inceptionv3", "inception_v3"),
}
DEMO = "demo"
DEMO_WEIGHTS = Path(__file__).with_name("demo_network.safetensors")

# Weights are named by the first digits of their file's SHA-256, as torchvision names its own files.
IDENTITY_DIGITS = 8


class DemoNetwork(nn.Module):
    """A small classifier of the ten classes, trained on renders of the stand-in shapes (train_demo.py).

    Images [B, 3, 224, 224] in [0, 1] -> logits [B, 10]. It sees the grey value at a quarter of the resolution. Smooth
    throughout, without maxima or kinks: rounding cannot send its gradient another way.
    """

    def __init__(self, width=16):
        super().__init__()
        blocks, channels = [], 1
        for k, out in enumerate((width, 2 * width, 3 * width, 4 * width)):
            blocks += [nn.Conv2d(channels, out, 3, padding=1, bias=False), nn.BatchNorm2d(out), nn.SiLU(inplace=True)]
            blocks += [nn.AvgPool2d(2)] if k < 3 else []
            channels = out
        self.features = nn.Sequential(*blocks)
        self.classifier = nn.Sequential(nn.AdaptiveAvgPool2d(2), nn.Flatten(), nn.Dropout(0.3),
                                        nn.Linear(4 * channels, len(CLASS_NAMES)))

    def forward(self, images):
        return self.classifier(self.features(self.shrink(images)))

    @staticmethod
    def shrink(images):
        """The grey value at a quarter of the resolution: [B, C, H, W] -> [B, 1, H / 4, W / 4]."""
        # a convolution is several times faster than a mean over channels and an average pooling
        channels = images.shape[1]
        return nn.functional.conv2d(images, images.new_full((1, channels, 4, 4), 1 / (16 * channels)), stride=4)


@dataclass(frozen=True)
class NetworkChoice:
    """A classifier of torchvision's or the demo network, with the weights it will get; nothing is loaded yet.

    Attributes:
        name: as given to --network.
        folder: name of its results' folder.
        torchvision_name: name of torchvision's builder, None for the demo network.
        weights_file: a state_dict file, or None for torchvision's own ImageNet weights.
    """
    name: str
    folder: str
    torchvision_name: str | None
    weights_file: Path | None
    image_size = None  # the paper's, for every network
    normalization = None  # none is taken off unless that is asked for

    @property
    def class_names(self):
        """Names of the outputs."""
        return CLASS_NAMES if self.torchvision_name is None else imagenet_names()

    @property
    def n_classes(self):
        """How many outputs there are."""
        return len(self.class_names)

    def label(self, class_nb):
        """Index of one of the paper's classes among the network's outputs."""
        return class_nb if self.torchvision_name is None else IMAGENET_LABELS[class_nb]

    def weights_identity(self):
        """The weights, as the first digits of their file's SHA-256.

        Raises:
            InputError: if the file cannot be read, or torchvision publishes no weights.
        """
        if self.weights_file is None:
            return re.search(r"-([0-9a-f]+)\.\w+$", _published_weights(self.torchvision_name).url)[1][:IDENTITY_DIGITS]
        return file_identity(self.weights_file)

    def load(self):
        """The network with its weights, an eval-mode module: images [B, 3, 224, 224] -> logits [B, classes].

        Raises:
            InputError: if the weights cannot be had, read, or do not fit.
        """
        if self.weights_file is None:
            state = _download(self.name, _published_weights(self.torchvision_name))
        else:
            state = read_state_dict(self.weights_file)
        module = _build(self.torchvision_name)
        fill(module, _adapted(state, module), self)
        return module


def fill(module, state, choice):
    """Give a module the weights of a state_dict and make it ready for use.

    Raises:
        InputError: if they do not fit.
    """
    _check_fit(state, module, choice)
    module.load_state_dict(state, assign=True)
    return module.float().eval().requires_grad_(False)


def file_identity(path):
    """The first digits of a weights file's SHA-256.

    Raises:
        InputError: if it cannot be read.
    """
    try:
        digest = hashlib.sha256()
        with open(path, "rb") as file:
            while chunk := file.read(1 << 20):
                digest.update(chunk)
        return digest.hexdigest()[:IDENTITY_DIGITS]
    except OSError as error:
        raise InputError(f"--weights {path}: cannot be read ({error.strerror}); "
                         "give a .pth or .safetensors state_dict") from None


def imagenet_names():
    """The names of ImageNet's 1,000 classes, in the order of the outputs."""
    return tuple(_torchvision().models.get_model_weights("resnet50").IMAGENET1K_V1.meta["categories"])


def find_label(text, class_names, n_classes):
    """Index of the output that a label names.

    Args:
        text: a number, a name, or the beginning of one name only; case and underscores do not count.
        class_names: of the outputs, or None.
        n_classes: how many outputs there are.

    Raises:
        InputError: if there is no such class, or more than one (they are named).
    """
    if text.strip().isdecimal():
        if int(text) >= n_classes:
            raise InputError(f"--label {text}: the network has {n_classes} classes; expected 0 to {n_classes - 1}")
        return int(text)
    if class_names is None:
        raise InputError(f"--label {text}: the network does not name its classes; expected a number, 0 to "
                         f"{n_classes - 1}")
    wanted = _plain(text)
    plain = [_plain(name) for name in class_names]
    found = ([k for k, name in enumerate(plain) if name == wanted]
             or [k for k, name in enumerate(plain) if wanted and name.startswith(wanted)])
    if len(found) == 1:
        return found[0]
    if found:
        choices = ", ".join(f"{k} {class_names[k]}" for k in found[:8])
        raise InputError(f"--label {text}: stands for {len(found)} classes ({choices}{', ..' if len(found) > 8 else ''}"
                         "); give more of the name, or its number")
    near = difflib.get_close_matches(wanted, plain, n=4, cutoff=0.5)
    near += [name for name in plain if wanted and wanted in name and name not in near][:4]
    hint = f"did you mean {' or '.join(dict.fromkeys(class_names[plain.index(name)] for name in near))}?" if near else \
        f"it has {len(class_names)}, such as {', '.join(class_names[:5])}"
    raise InputError(f"--label {text}: the network has no such class; {hint}")


def _plain(name):
    return " ".join(name.lower().replace("_", " ").split())


def load_network(name, weights=None):
    """A network for `Confidence.of`; arguments and errors as in `choose_network`."""
    return choose_network(name, None if weights is None else Path(weights))


def choose_network(name, weights_file=None):
    """Look a network up.

    Args:
        name: of the paper's table, "demo", a torchvision classifier, "timm:NAME", or "package.module:function" (see
            own_networks.py).
        weights_file: a .pth or .safetensors state_dict to use instead of the published weights.

    Raises:
        InputError: for an unknown name (the nearest known ones are given), or a torchvision that does not import.
    """
    if ":" in name:
        from utils.networks.own import choose_own
        return choose_own(name, weights_file)
    if name == DEMO:
        return NetworkChoice(name, "Demo", None, weights_file or DEMO_WEIGHTS)
    if name in PAPER_NETWORKS:
        folder, torchvision_name = PAPER_NETWORKS[name]
        _torchvision()
        return NetworkChoice(name, folder, torchvision_name, weights_file)
    models = _torchvision().models
    builders = models.list_models(module=models)
    if name not in builders:
        known = [*PAPER_NETWORKS, DEMO, *builders]
        near = difflib.get_close_matches(name.lower(), known, n=3, cutoff=0.5) or [*PAPER_NETWORKS, DEMO]
        raise InputError(f"--network {name}: not known; did you mean {' or '.join(near)}? Also known: "
                         f"{', '.join(PAPER_NETWORKS)}, {DEMO}, every classifier of torchvision.models by its name, "
                         "timm:NAME, and package.module:function for your own")
    return NetworkChoice(name, name, name, weights_file)


def read_state_dict(path):
    """Tensors by name from a .pth or .safetensors file, without running anything that it holds.

    Raises:
        InputError: if it cannot be read or holds anything but a state_dict.
    """
    expected = "expected a .pth or .safetensors state_dict (torch.save(network.state_dict(), FILE))"
    try:
        if Path(path).suffix == ".safetensors":
            from safetensors.torch import load_file
            return load_file(path)
        state = torch.load(path, map_location="cpu", weights_only=True)
    except OSError as error:
        raise InputError(f"--weights {path}: cannot be read ({error.strerror or error}); {expected}") from None
    except Exception as error:  # the readers raise whatever a broken file makes them stumble over
        raise InputError(f"--weights {path}: not a file of tensors ({type(error).__name__}); {expected}") from None
    if not isinstance(state, dict) or not state or not all(torch.is_tensor(v) for v in state.values()):
        raise InputError(f"--weights {path}: holds no state_dict; {expected}")
    return state


def _torchvision():
    """The torchvision package, imported only where it is needed.

    Raises:
        InputError: if it does not import, as happens when it was built for another torch.
    """
    try:
        import torchvision
        return torchvision
    except (ImportError, OSError, RuntimeError, AttributeError) as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise InputError(f"torchvision cannot be imported with torch {torch.__version__} ({reason}); install the pair "
                         "that belongs together: pip install --upgrade --force-reinstall torch torchvision") from None


def _build(torchvision_name):
    """An untrained network, on the meta device where possible: nothing is drawn at random only to be replaced."""
    if torchvision_name is None:
        builder, extra = DemoNetwork, {}
    else:
        builder, extra = _torchvision().models.get_model_builder(torchvision_name), dict(weights=None)
    if torchvision_name in ("inception_v3", "googlenet"):
        # the heads that only training uses are left out
        extra.update(aux_logits=False, init_weights=False)
    try:
        with torch.device("meta"):
            return builder(**extra)
    except (NotImplementedError, RuntimeError):  # a few read numbers from tensors while they are built
        return builder(**extra)


def _published_weights(torchvision_name):
    """ImageNet1K v1 weights of a torchvision classifier; for the few without, those for 224 x 224 images."""
    published = _torchvision().models.get_model_weights(torchvision_name).__members__
    for suffix in ("V1", "SWAG_LINEAR_V1"):
        if f"IMAGENET1K_{suffix}" in published:
            return published[f"IMAGENET1K_{suffix}"]
    raise InputError(f"--network {torchvision_name}: torchvision publishes no weights for it; give them with --weights")


def _download(name, weights):
    try:
        return weights.get_state_dict(progress=True, check_hash=True, map_location="cpu", weights_only=True)
    except (OSError, RuntimeError) as error:
        reason = getattr(error, "reason", None) or error
        raise InputError(f"the ImageNet weights of {name} could not be downloaded from {weights.url} ({reason}); "
                         "fetch that file elsewhere and give it with --weights FILE, or try --network demo") from None


def _adapted(state, module):
    """A state_dict as the module has it: no heads for training, today's names, and counters that old files lack."""
    wanted = module.state_dict().keys()
    adapted = {key: torch.tensor(0) for key in wanted if key.endswith(".num_batches_tracked")}
    for key, value in state.items():
        if key not in wanted:
            key = re.sub(r"(denselayer\d+\.(?:norm|conv))\.([12])\.", r"\1\2.", key)
            if re.match(r"(AuxLogits|aux1|aux2)\.", key):
                continue
        adapted[key] = value
    return adapted


def _check_fit(state, module, choice):
    wanted = module.state_dict()
    missing = [k for k in wanted if k not in state]
    unexpected = [k for k in state if k not in wanted]
    misshapen = [k for k in wanted if k in state and state[k].shape != wanted[k].shape]
    if not (missing or unexpected or misshapen):
        return
    problems = [f"{len(keys)} {what} (such as {keys[0]})" for keys, what in
                ((missing, "tensors missing"), (unexpected, "tensors too many")) if keys]
    if misshapen:
        key = misshapen[0]
        problems.append(f"{len(misshapen)} of another shape (such as {key}, {list(state[key].shape)} instead of "
                        f"{list(wanted[key].shape)})")
    raise InputError(f"--weights {choice.weights_file}: does not fit --network {choice.name}: {', '.join(problems)}; "
                     "give weights of that network, or name the network that they belong to")
