"""Train the demo network on renders of the stand-in shapes; writes utils/networks/demo_network.safetensors.

    python train_demo.py

The viewpoints are those that photographers use: from the front, elevation 0 to 45, mostly between. Two objects of each
class are held out, and so are some viewpoints of the others; the accuracy on both is printed. Renders that stand on
their head, lie on their side or are cut in pieces teach the network to be sure only of what looks like a photograph
(outlier exposure, Hendrycks et al. 2019).
About ten minutes on 2 cores.
"""
import numpy as np
import torch
from safetensors.torch import save_file
from torch import nn
from torch.nn import functional
from tqdm import tqdm

from scale.stand_ins import stand_in
from scale.true_dict import CLASS_NAMES
from utils.jobs.options import Parser
from utils.jobs.script import run_script
from utils.networks.torchvision_networks import DEMO_WEIGHTS, DemoNetwork
from utils.renderer.io.load_obj import normalize
from utils.semantic.views import Views
from utils.shapes.shape import Shape

OBJECTS = range(10)
HELD_OUT = (4, 9)  # of every class
AZIMUTHS = (-90, 90)  # degrees
ELEVATIONS = (0, 22.5, 45)  # degrees: the lowest, the most frequent, the highest
TRAINING_VIEWS = 300  # of each training object
TEST_VIEWS = 60  # of every object
VIEWS_OF_ONE_STRETCH = 12
STRETCH = 0.2  # a training shape is made up to this much longer or shorter along each axis
TURN = 8  # degrees in the image plane, and SHIFT (a share of the image) and SCALE below: how images are varied
SHIFT = 0.08
SCALE = 0.15
BATCH = 128
ODD = 48  # images with each batch that no photographer takes
PIECES = 4  # a side, of those cut in pieces


def views(random, n, object_mesh, stretched):
    """n random views of a mesh, at the resolution that the network sees: [n, 56, 56] float16."""
    vertices, faces = object_mesh
    images = []
    for start in range(0, n, VIEWS_OF_ONE_STRETCH):
        count = min(VIEWS_OF_ONE_STRETCH, n - start)
        shape = vertices
        if stretched:
            shape = vertices * torch.from_numpy(random.uniform(1 - STRETCH, 1 + STRETCH, 3)).float()
        look = Views(Shape(normalize(shape), faces, "stretched", None))
        points = np.stack((random.uniform(*AZIMUTHS, count), random.triangular(*ELEVATIONS, count)), axis=1)
        images.append(DemoNetwork.shrink(look(points)[:, :1])[:, 0].half())
    return torch.cat(images)


def render(random, objects, n, stretched):
    """Views and classes of the given object numbers of every class: [N, 56, 56], [N]."""
    images, classes = [], []
    for class_nb in tqdm(range(len(CLASS_NAMES)), desc="rendering", unit="class"):
        for object_nb in objects:
            vertices, faces = (torch.from_numpy(a) for a in stand_in(class_nb, object_nb))
            images.append(views(random, n, (vertices, faces), stretched))
            classes.append(torch.full((n,), class_nb))
    return torch.cat(images), torch.cat(classes)


def varied(images, generator):
    """Images [B, 1, H, W], each turned, shifted, scaled and perhaps mirrored at random."""
    n = len(images)

    def uniform(limit):
        return (torch.rand(n, generator=generator) * 2 - 1) * limit

    angle, scale = torch.deg2rad(uniform(TURN)), 1 + uniform(SCALE)
    mirror = torch.where(torch.rand(n, generator=generator) < 0.5, -1.0, 1.0)
    cosine, sine = torch.cos(angle) * scale, torch.sin(angle) * scale
    rows = (torch.stack((cosine * mirror, -sine, 2 * uniform(SHIFT)), dim=1),
            torch.stack((sine * mirror, cosine, 2 * uniform(SHIFT)), dim=1))
    where = functional.affine_grid(torch.stack(rows, dim=1), list(images.shape), align_corners=False)
    return functional.grid_sample(images, where, align_corners=False)


def odd(images, generator):
    """Images [B, 1, H, W], a third of them on their head, a third on one side or the other, a third in pieces."""
    on_head, on_side, in_pieces = images.tensor_split(3)
    left, right = on_side.tensor_split(2)
    return torch.cat((on_head.flip(2), left.rot90(1, (2, 3)), right.rot90(3, (2, 3)), shuffled(in_pieces, generator)))


def shuffled(images, generator):
    """Images [B, 1, H, W] cut in PIECES x PIECES, the pieces of each in another order."""
    n, _, height, width = images.shape
    h, w = height // PIECES, width // PIECES
    pieces = images.reshape(n, PIECES, h, PIECES, w).transpose(2, 3).reshape(n, PIECES ** 2, h, w)
    order = torch.rand(n, PIECES ** 2, generator=generator).argsort(1)
    pieces = pieces[torch.arange(n)[:, None], order]
    return pieces.reshape(n, PIECES, PIECES, h, w).transpose(2, 3).reshape(n, 1, height, width)


def logits_of(network, small_images):
    """Logits of images that are already at the network's own resolution: [B, 1, 56, 56] -> [B, 10]."""
    return network.classifier(network.features(small_images))


@torch.inference_mode()
def accuracy(network, images, classes):
    network.eval()
    answers = [logits_of(network, chunk[:, None].float()).argmax(1) for chunk in images.split(256)]
    return float((torch.cat(answers) == classes).float().mean())


def train(images, classes, epochs, seed):
    generator = torch.Generator().manual_seed(seed)
    torch.manual_seed(seed)
    network = DemoNetwork()
    steps = len(images) // BATCH
    optimizer = torch.optim.AdamW(network.parameters(), lr=3e-3, weight_decay=0.05)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=3e-3, total_steps=epochs * steps)
    for epoch in range(epochs):
        network.train()
        order = torch.randperm(len(images), generator=generator)
        bar = tqdm(range(steps), desc=f"epoch {epoch + 1} of {epochs}", unit="batch")
        for step in bar:
            chosen = order[step * BATCH:(step + 1) * BATCH]
            whole = varied(images[chosen, None].float(), generator)
            logits = logits_of(network, torch.cat((whole, odd(whole[:ODD], generator))))
            loss = nn.functional.cross_entropy(logits[:BATCH], classes[chosen])
            # no class is the right one: the best answer is to be as unsure of each
            loss = loss - logits[BATCH:].log_softmax(1).mean()
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            schedule.step()
        bar.write(f"epoch {epoch + 1}: loss of the last batch {loss.item():.3f}")
    return network


def main():
    parser = Parser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    random = np.random.default_rng(args.seed)
    trained = [n for n in OBJECTS if n not in HELD_OUT]
    images, classes = render(random, trained, TRAINING_VIEWS, stretched=True)
    network = train(images, classes, args.epochs, args.seed)
    seen = accuracy(network, *render(random, trained, TEST_VIEWS, stretched=False))
    unseen = accuracy(network, *render(random, HELD_OUT, TEST_VIEWS, stretched=False))
    save_file({name: tensor.contiguous() for name, tensor in network.state_dict().items()}, DEMO_WEIGHTS)
    print(f"accuracy on unseen viewpoints of {len(CLASS_NAMES) * len(trained)} training objects: {seen:.1%}; "
          f"on {len(CLASS_NAMES) * len(HELD_OUT)} held-out objects: {unseen:.1%}; weights: {DEMO_WEIGHTS}")


if __name__ == "__main__":
    run_script(main)
