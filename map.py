"""A classifier's confidence in an object's class over every viewpoint (Hamdi & Ghanem 2019, section 4).

    python map.py --network resnet --class_nb 1 --object_nb 0

renders the object on a grid of azimuths and elevations (or of two other parameters), asks the network, and writes
checkpoint/<network>/<class>/<object>/map.pt.
"""
import numpy as np
from tqdm import tqdm

from utils.files import whole_file
from utils.results import layout
from utils.results.contents import map_of
from utils.results.store import ADVICE
from utils.errors import InputError
from utils.jobs.options import Parser, add_job_options, add_shared_options, check_shared_options, run_script
from utils.parameters import AZIMUTH_AND_ELEVATION, PARAMETERS, grid, parse_parameters

SWEPT = dict(parameters=",".join(AZIMUTH_AND_ELEVATION))  # options that sweep.py leaves to optim.py alone


def parse_args(argv=None):
    parser = Parser(description=__doc__.splitlines()[0])
    add_job_options(parser)
    add_shared_options(parser)
    add_own_options(parser)
    add_parameters_option(parser)
    return parser.parse_args(argv)


def add_own_options(parser):
    parser.add_argument("--step", default=None, metavar="S[,S]",
                        help="of the grid, one for both parameters or one for each (default: 3 degrees; of distance "
                        f"{PARAMETERS['distance'].step:g}, and so on)")


def add_parameters_option(parser):
    parser.add_argument("--parameters", default=SWEPT["parameters"], metavar="NAME,NAME",
                        help=f"the map's two axes, of {', '.join(PARAMETERS)} (default: %(default)s)")


def check(args):
    """Turn away options out of range; returns the two parameters, and the grid's step or the two steps."""
    parameters = parse_parameters(args.parameters)
    check_shared_options(args, parameters)
    if len(parameters) != 2:
        raise InputError(f"--parameters {args.parameters}: expected two, the axes of the map")
    if args.step is None:
        steps = [PARAMETERS[name].step for name in parameters]
    else:
        steps = [in_range(args.step, part) for part in str(args.step).split(",")]
        if len(steps) > 2:
            raise InputError(f"--step {args.step}: expected one number, or one for each of the two parameters")
    return parameters, float(steps[0]) if len(set(steps)) == 1 else steps


def in_range(given, part):
    try:
        step = float(part)
    except ValueError:
        step = 0
    if not 0 < step <= 100:
        raise InputError(f"--step {given}: expected degrees above 0 and at most 100 (the paper's grid has 3), or as "
                         "much of another parameter")
    return step


def find(args):
    """The job that the options ask for: a utils.jobs.prepare.Job."""
    parameters, step = check(args)
    from utils.jobs.prepare import prepare  # brings torch, which takes seconds: not before the options are known to be good
    settings = dict(step=step)
    if parameters != AZIMUTH_AND_ELEVATION:
        settings["parameters"] = args.parameters
    return prepare(args, layout.MAP, parameters, settings)


def run(args):
    """Make the map that the options ask for, or find it made; returns the contents of map.pt and its path."""
    job = find(args)
    with job.file.locked():
        return job.file.finished() or sweep(job), job.path


def sweep(job):
    """Ask f at every point of the grid, saving on the way."""
    import torch
    parameters, step = check(job.args)
    xx, yy = grid(step, parameters)
    points = np.stack((xx.ravel(), yy.ravel()), axis=1)
    z = torch.zeros(len(points))
    unfinished = job.file.unfinished()
    done = unfinished["done"] if unfinished else 0
    if done:
        z[:done] = unfinished["z"]
        print(f"going on after {done:,} of {len(points):,} views")
    f = job.confidence(parameters=parameters, fixed=job.fixed)
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
    result = dict(xx=torch.from_numpy(xx), yy=torch.from_numpy(yy), z=z.reshape(xx.shape), parameters=list(parameters),
                  **job.identity())
    job.file.save_finished(result)
    return result


def report(result, path, plot):
    """One line about a map, and its picture."""
    found = map_of(result)
    z, score, sure = result["z"], found.metadata.score_name, found.metadata.level
    print(f"mean {score} {z.mean():.3f}, maximum {z.max():.3f}, above {sure:g} in {(z > sure).float().mean():.1%} "
          f"of {z.numel():,} views: {path}")
    if plot:
        from utils.report.plots import plot_map, save  # matplotlib takes a second to import
        picture = layout.picture_path(path)
        with whole_file(picture, ADVICE) as file:
            save(plot_map(found, f"{result['network_name']}: {score} in {found.metadata.object_class}, shape "
                                 f"{result['shape_id']}"), file)
        print(f"picture: {picture}")


def main():
    args = parse_args()
    report(*run(args), args.plot)


if __name__ == "__main__":
    run_script(main, when_stopped="stopped; the same command goes on from here")
