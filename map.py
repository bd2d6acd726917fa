"""A classifier's confidence in an object's class over every viewpoint (Hamdi & Ghanem 2019, section 4).

    python map.py --network resnet --class_nb 1 --object_nb 0

renders the object on a grid of azimuths and elevations, asks the network, and writes
checkpoint/<network>/<class>/<object>/map.pt.
"""
import numpy as np
from tqdm import tqdm

from scale.true_dict import CLASS_NAMES
from utils import checkpoints
from utils.errors import InputError
from utils.options import Parser, add_job_options, add_shared_options, check_shared_options, run_script
from utils.parameters import grid


def parse_args(argv=None):
    parser = Parser(description=__doc__.splitlines()[0])
    add_job_options(parser)
    add_shared_options(parser)
    add_own_options(parser)
    return parser.parse_args(argv)


def add_own_options(parser):
    parser.add_argument("--step", type=float, default=3, metavar="DEGREES", help="of the grid (default: 3)")


def check(args):
    """Turn away options out of range."""
    check_shared_options(args)
    if not 0 < args.step <= 100:
        raise InputError(f"--step {args.step:g}: expected degrees above 0 and at most 100 (the paper's grid has 3)")


def find(args):
    """The job that the options ask for: a utils.job.Job."""
    check(args)
    from utils.job import prepare  # brings torch, which takes seconds: not before the options are known to be good
    return prepare(args, checkpoints.MAP, step=float(args.step))


def run(args):
    """Make the map that the options ask for, or find it made; returns the contents of map.pt and its path."""
    job = find(args)
    with job.file.locked():
        return job.file.finished() or sweep(job), job.path


def sweep(job):
    """Ask f at every point of the grid, saving on the way."""
    import torch
    xx, yy = grid(job.args.step)
    points = np.stack((xx.ravel(), yy.ravel()), axis=1)
    z = torch.zeros(len(points))
    unfinished = job.file.unfinished()
    done = unfinished["done"] if unfinished else 0
    if done:
        z[:done] = unfinished["z"]
        print(f"going on after {done:,} of {len(points):,} views")
    f = job.confidence()
    with tqdm(total=len(points), initial=done, unit="view", desc=f"{job.choice.folder} on {job.shape.shape_id}") as bar:
        try:
            for confidence in f.batches(points, done):
                z[done:done + len(confidence)] = confidence
                done += len(confidence)
                bar.update(len(confidence))
                job.file.save_unfinished(dict(z=z[:done].clone(), done=done))
        except KeyboardInterrupt:
            job.file.save_unfinished(dict(z=z[:done].clone(), done=done), now=True)
            raise
    result = dict(xx=torch.from_numpy(xx), yy=torch.from_numpy(yy), z=z.reshape(xx.shape), **job.identity())
    job.file.save_finished(result)
    return result


def report(result, path, plot):
    """One line about a map, and its picture."""
    z = result["z"]
    print(f"mean confidence {z.mean():.3f}, maximum {z.max():.3f}, above 0.5 in {(z > 0.5).float().mean():.1%} "
          f"of {z.numel():,} views: {path}")
    if plot:
        from utils.plots import plot_map  # matplotlib takes a second to import
        picture = path.with_suffix(".png")
        plot_map(result["xx"], result["yy"], z, f"{result['network_name']}: confidence in "
                 f"{CLASS_NAMES[result['class_nb']]}, shape {result['shape_id']}", picture)
        print(f"picture: {picture}")


def main():
    args = parse_args()
    report(*run(args), args.plot)


if __name__ == "__main__":
    run_script(main, when_stopped="stopped; the same command goes on from here")
