"""Regions of viewpoints in which a classifier stays sure, grown from a few points (Hamdi & Ghanem 2019, section 4.2).

    python optim.py --network resnet --class_nb 1 --object_nb 0 --override

grows boxes from four initial points with three optimizers (OIR_W, naive, OIR_B) and writes
checkpoint/<network>/<class>/<object>/optim.pt.
"""
import numpy as np
from tqdm import tqdm

from scale.true_dict import CLASS_NAMES
from utils import bounds, checkpoints
from utils.errors import InputError
from utils.options import Parser, add_job_options, add_shared_options, check_shared_options, run_script
from utils.parameters import PARAMETERS, domain_of

INITIAL_POINTS = "130,30 50,20 200,15 310,50"  # (azimuth, elevation)
METHODS = "OIR_W,naive,OIR_B"


def parse_args(argv=None):
    parser = Parser(description=__doc__.splitlines()[0])
    add_job_options(parser)
    add_shared_options(parser)
    add_own_options(parser)
    return parser.parse_args(argv)


def add_own_options(parser):
    add = parser.add_argument
    add("--methods", default=METHODS, help=f"of {', '.join(bounds.METHODS)} (default: {METHODS})")
    add("--parameters", default="azimuth,elevation", help="azimuth; azimuth,elevation; or azimuth,elevation,distance "
        "(default: azimuth,elevation)")
    add("--elevation", type=float, default=PARAMETERS["elevation"].default, metavar="DEGREES",
        help="where it is not a parameter (default: %(default)s)")
    add("--initial_points", default=INITIAL_POINTS, metavar='"A,E A,E .."',
        help=f'numbers of each point; what is left out has its default (default: "{INITIAL_POINTS}")')
    add("--n_iterations", type=int, default=bounds.N_ITERATIONS, metavar="N", help="(default: %(default)s)")
    add("--learning_rate", type=float, default=bounds.LEARNING_RATE, metavar="ETA", help="(default: %(default)s)")
    add("--alpha", type=float, default=bounds.ALPHA, help="how much larger the outer box is (default: %(default)s)")
    add("--beta", type=float, default=bounds.BETA, help="weight of the slope in OIR_W (default: %(default)s)")
    add("--reg", type=float, default=bounds.REG, help="lambda, in naive and trap (default: %(default)s)")
    add("--initial_width", type=float, default=None, metavar="W",
        help="a region starts as its point -/+ this (default: 1e-5; 0.1 with three parameters)")
    add("--released", action="store_true",
        help="as the released program: boxes may leave the domain, and OIR_W follows the cross entropy's gradient")
    add("--gradient", choices=("renderer", "finite_difference"), default="renderer", help="(default: renderer)")
    add("--difference", type=float, default=1.0, metavar="H", help="step of finite_difference (default: %(default)s)")
    add("--verify", type=int, default=0, metavar="K", help="look at f on a K x K grid inside every region")


def find(args):
    """The job that the options ask for: a utils.job.Job."""
    _, parameters, points = check(args)
    from utils.job import prepare  # brings torch, which takes seconds: not before the options are known to be good
    return prepare(args, checkpoints.OPTIM, methods=args.methods, parameters=",".join(parameters),
                   initial_points=points.tolist(), n_iterations=args.n_iterations, learning_rate=args.learning_rate,
                   alpha=args.alpha, beta=args.beta, reg=args.reg, initial_width=args.initial_width,
                   released=args.released, gradient=args.gradient,
                   difference=args.difference if args.gradient == "finite_difference" else 0,
                   elevation=0 if "elevation" in parameters else args.elevation)


def run(args):
    """Grow the regions that the options ask for, or find them grown; returns the contents of optim.pt and its path."""
    job = find(args)
    methods, parameters, points = check(args)
    with job.file.locked():
        result = job.file.finished()
        f = None
        if result is None:
            f = confidence(job, parameters)
            result = grow(job, f, methods, parameters, points)
        if args.verify and result.get("verified_at") != args.verify:
            verify(result, f or confidence(job, parameters), args.verify)
            job.file.save_finished(result)
    return result, job.path


def check(args):
    """Turn away options out of range; returns the methods, parameters and initial points [P, n] that they name."""
    check_shared_options(args)
    names = args.methods.split(",")
    for name in names:
        if name not in bounds.METHODS:
            raise InputError(f"--methods {args.methods}: {name!r} is not known; expected some of "
                             f"{','.join(bounds.METHODS)}")
    parameters = tuple(args.parameters.split(","))
    if parameters not in (tuple(PARAMETERS)[:n] for n in (1, 2, 3)):
        raise InputError(f"--parameters {args.parameters}: expected azimuth, azimuth,elevation or "
                         "azimuth,elevation,distance")
    for name, low, high in (("n_iterations", 1, 10 ** 6), ("learning_rate", 0, 1e3), ("alpha", 0, 10), ("beta", 0, 1),
                            ("reg", 0, 1e3), ("difference", 0, 90), ("verify", 0, 1000)):
        value = getattr(args, name)
        open_end = name in ("learning_rate", "alpha", "difference")  # zero would leave nothing to do, or divide by it
        if not (low < value if open_end else low <= value) or not value <= high:
            raise InputError(f"--{name} {value:g}: expected a number {'above' if open_end else 'from'} {low:g} up to "
                             f"{high:g}")
    if args.initial_width is None:
        args.initial_width = bounds.initial_width(len(parameters))
    domain = domain_of(parameters)
    if not 0 < args.initial_width <= domain.r.min() / 2:
        raise InputError(f"--initial_width {args.initial_width:g}: expected a number above 0 up to "
                         f"{domain.r.min() / 2:g}")
    elevation = PARAMETERS["elevation"]
    if not elevation.begin <= args.elevation <= elevation.end:
        raise InputError(f"--elevation {args.elevation:g}: expected {elevation.begin} to {elevation.end} degrees")
    points = [initial_point(text, args.initial_points == INITIAL_POINTS, parameters, domain)
              for text in args.initial_points.split()]
    if not points:
        raise InputError('--initial_points: expected points such as "130,30 50,20"')
    methods = [bounds.METHODS[name](args.alpha, args.beta, args.reg) for name in names]
    return methods, parameters, np.array(points)


def initial_point(text, published, parameters, domain):
    """The numbers of one point; the published ones, which have two, are cut or filled up to n."""
    try:
        point = [float(number) for number in text.split(",")]
    except ValueError:
        raise InputError(f"--initial_points {text!r}: expected numbers with commas between them, {len(parameters)} "
                         "of them to a point") from None
    if published:
        point = (point + [PARAMETERS["distance"].default])[:len(parameters)]
    if len(point) != len(parameters):
        raise InputError(f"--initial_points {text!r}: has {len(point)} numbers, expected {len(parameters)}: "
                         f"{','.join(parameters)}")
    for name, value, low, high in zip(parameters, point, domain.a, domain.b):
        if not low <= value <= high:
            raise InputError(f"--initial_points {text!r}: {name} {value:g} is outside its domain, {low:g} to {high:g} "
                             f"{PARAMETERS[name].unit}")
    return point


def confidence(job, parameters):
    args = job.args
    return job.confidence(parameters=parameters, elevation=args.elevation, gradient=args.gradient,
                          difference=args.difference, released=args.released)


def grow(job, f, methods, parameters, points):
    """Let every method grow a region from every point, in lock-step, saving on the way."""
    import torch
    args = job.args
    domain = None if args.released else domain_of(parameters)
    unfinished = job.file.unfinished()
    if unfinished:
        descent = bounds.Descent.from_state(methods, len(points), unfinished)
        print(f"going on after {len(descent.traces):,} of {args.n_iterations:,} iterations")
    else:
        descent = bounds.start(methods, points, args.initial_width, domain)
    with tqdm(total=args.n_iterations, initial=len(descent.traces), unit="iteration",
              desc=f"{job.choice.folder} on {job.shape.shape_id}") as bar:
        try:
            while len(descent.traces) < args.n_iterations:
                bounds.step(descent, f, args.learning_rate, domain)
                bar.update()
                job.file.save_unfinished(descent.state())
        except KeyboardInterrupt:
            job.file.save_unfinished(descent.state(), now=True)
            raise
    result = dict(initial_point=points.tolist(), parameters=list(parameters), **job.identity())
    traces = torch.from_numpy(np.stack(descent.traces, axis=1))
    losses = torch.from_numpy(np.stack(descent.losses, axis=1))
    for k, method in enumerate(methods):
        mine = slice(k * len(points), (k + 1) * len(points))
        result[method.name] = dict(optim_trace=list(traces[mine]), loss_trace=list(losses[mine]),
                                   regions=descent.regions()[mine], problems=descent.problems[mine])
    job.file.save_finished(result)
    return result


def verify(result, f, k):
    """Look at f on a k x k grid inside every region: what a region promises, and what the network does there."""
    entries = [(entry, region) for entry in methods_of(result).values() for region in entry["regions"]]
    for entry in methods_of(result).values():
        entry["verified"] = []
    for entry, region in tqdm(entries, unit="region", desc="verifying"):
        if region.is_finite():
            values, first = f.with_top1(region.grid(k))
            figures = dict(minimum=float(values.min()), mean=float(values.mean()),
                           above_half=float((values > 0.5).float().mean()), top1=float(first.float().mean()))
        else:
            figures = dict.fromkeys(("minimum", "mean", "above_half", "top1"), float("nan"))
        entry["verified"].append(figures)
    result["verified_at"] = k


def methods_of(result):
    """Results by method's name."""
    return {name: result[name] for name in bounds.METHODS if name in result}


def report(result, path, plot):
    """A row for every method and point, and the picture."""
    domain = domain_of(result["parameters"])
    print(f"{'method':6} {'initial point':22} {'region':44} {'share of domain':>15} "
          f"{'min':>5} {'mean':>5} {'>0.5':>5} {'top-1':>5}")
    for name, entry in methods_of(result).items():
        for k, (point, region) in enumerate(zip(result["initial_point"], entry["regions"])):
            box = " x ".join(f"[{a:.1f}, {b:.1f}]" for a, b in zip(region.a, region.b))
            share = region.within(domain).size() / domain.size() if region.is_finite() else 0
            figures = "".join(f" {entry['verified'][k][key]:5.2f}" for key in
                              ("minimum", "mean", "above_half", "top1")) if "verified" in entry else ""
            problem = f"  {entry['problems'][k]}" if entry["problems"][k] else ""
            print(f"{name:6} {', '.join(f'{v:g}' for v in point):22} {box:44} {share:15.2%}{figures}{problem}")
    print(f"regions: {path}")
    if plot:
        draw(result, path)


def draw(result, path):
    if tuple(result["parameters"]) != ("azimuth", "elevation"):
        raise InputError("--plot: draws regions of azimuth,elevation only; the result itself is complete")
    from utils.plots import plot_regions  # matplotlib takes a second to import
    map_path = path.with_name(checkpoints.MAP)
    picture = path.with_suffix(".png")
    plot_regions({name: entry["regions"] for name, entry in methods_of(result).items()}, result["initial_point"],
                 checkpoints.read(map_path) if map_path.exists() else None,
                 f"{result['network_name']}: regions of {CLASS_NAMES[result['class_nb']]}, shape "
                 f"{result['shape_id']}", picture)
    print(f"picture: {picture}")


def main():
    args = parse_args()
    report(*run(args), args.plot)


if __name__ == "__main__":
    run_script(main, when_stopped="stopped; the same command goes on from here")
