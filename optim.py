"""Regions of viewpoints in which a classifier stays sure, grown from a few points (Hamdi & Ghanem 2019, section 4.2).

    python optim.py --network resnet --class_nb 1 --object_nb 0 --override

grows boxes from four initial points with three optimizers (OIR_W, naive, OIR_B) and writes
checkpoint/<network>/<class>/<object>/optim.pt.
"""
import numpy as np
from tqdm import tqdm

from utils.bounds import descent as bounds
from utils.files import whole_file
from utils.results import layout
from utils.results.contents import map_of, regions_of
from utils.results.metadata import metadata_of
from utils.results.store import ADVICE, read
from utils.errors import InputError
from utils.jobs.options import Parser, add_job_options, add_shared_options, check_shared_options, run_script
from utils.parameters import AZIMUTH_AND_ELEVATION, PARAMETERS, domain_of, in_domain, parse_parameters

INITIAL_POINTS = "130,30 50,20 200,15 310,50"  # (azimuth, elevation)
METHODS = "OIR_W,naive,OIR_B"
SWEPT = {}  # options that sweep.py leaves to map.py alone


def parse_args(argv=None):
    parser = Parser(description=__doc__.splitlines()[0])
    add_job_options(parser)
    add_shared_options(parser)
    add_own_options(parser)
    return parser.parse_args(argv)


def add_own_options(parser):
    add = parser.add_argument
    add("--methods", default=METHODS, help=f"of {', '.join(bounds.METHODS)} (default: {METHODS})")
    add("--parameters", default=",".join(AZIMUTH_AND_ELEVATION), metavar="NAME,..",
        help=f"the numbers of a point, of {', '.join(PARAMETERS)} (default: %(default)s)")
    add("--elevation", type=float, default=PARAMETERS["elevation"].default, metavar="DEGREES",
        help="where it is not a parameter (default: %(default)s)")
    add("--initial_points", default=INITIAL_POINTS, metavar='"A,E A,E .."',
        help=f'numbers of each point (default: "{INITIAL_POINTS}", and of other parameters their default)')
    add("--n_iterations", type=int, default=bounds.N_ITERATIONS, metavar="N", help="(default: %(default)s)")
    add("--learning_rate", type=float, default=bounds.LEARNING_RATE, metavar="ETA", help="(default: %(default)s)")
    add("--alpha", type=float, default=bounds.ALPHA, help="how much larger the outer box is (default: %(default)s)")
    add("--beta", type=float, default=bounds.BETA, help="weight of the slope in OIR_W (default: %(default)s)")
    add("--reg", type=float, default=bounds.REG, help="lambda, in naive and trap (default: %(default)s)")
    add("--initial_width", type=float, default=None, metavar="W",
        help="a region starts as its point -/+ this (default: 1e-5; 0.1 with three parameters or more)")
    add("--released", action="store_true",
        help="as the released program: boxes may leave the domain, and OIR_W follows the cross entropy's gradient")
    add("--gradient", choices=("renderer", "finite_difference"), default="renderer", help="(default: renderer)")
    add("--difference", type=float, default=1.0, metavar="H",
        help="step of finite_difference: degrees; of other parameters hundredths (default: %(default)s)")
    add("--verify", type=int, default=0, metavar="K", help="look at f on a K x K grid inside every region")


def find(args):
    """The job that the options ask for: a utils.jobs.prepare.Job."""
    _, parameters, points = check(args)
    from utils.jobs.prepare import prepare  # brings torch, which takes seconds: not before the options are known to be good
    return prepare(args, layout.OPTIM, parameters, dict(
        methods=args.methods, parameters=",".join(parameters), initial_points=points.tolist(),
        n_iterations=args.n_iterations, learning_rate=args.learning_rate, alpha=args.alpha, beta=args.beta,
        reg=args.reg, initial_width=args.initial_width, released=args.released, gradient=args.gradient,
        difference=args.difference if args.gradient == "finite_difference" else 0,
        elevation=0 if "elevation" in parameters else args.elevation))


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
    parameters = parse_parameters(args.parameters)
    check_shared_options(args, parameters)
    names = args.methods.split(",")
    for name in names:
        if name not in bounds.METHODS:
            raise InputError(f"--methods {args.methods}: {name!r} is not known; expected some of "
                             f"{','.join(bounds.METHODS)}")
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
    in_domain(f"--elevation {args.elevation:g}", "elevation", args.elevation)
    if args.released and args.score != "softmax":
        raise InputError(f"--released --score {args.score}: the released program knows the softmax output alone; leave "
                         "one of the two out")
    points = [initial_point(text, args.initial_points == INITIAL_POINTS, parameters)
              for text in args.initial_points.split()]
    if not points:
        raise InputError('--initial_points: expected points such as "130,30 50,20"')
    methods = [bounds.METHODS[name](args.alpha, args.beta, args.reg) for name in names]
    return methods, parameters, np.array(points)


def initial_point(text, published, parameters):
    """The numbers of one point; the published ones say azimuth and elevation, the other parameters have defaults."""
    try:
        point = [float(number) for number in text.split(",")]
    except ValueError:
        raise InputError(f"--initial_points {text!r}: expected numbers with commas between them, {len(parameters)} "
                         "of them to a point") from None
    if published:
        known = dict(zip(AZIMUTH_AND_ELEVATION, point))
        point = [known.get(name, PARAMETERS[name].default) for name in parameters]
    if len(point) != len(parameters):
        raise InputError(f"--initial_points {text!r}: has {len(point)} numbers, expected {len(parameters)}: "
                         f"{','.join(parameters)}")
    return [in_domain(f"--initial_points {text!r}", name, f"{value:g}") for name, value in zip(parameters, point)]


def confidence(job, parameters):
    args = job.args
    fixed = {"elevation": args.elevation, **job.fixed}
    return job.confidence(parameters=parameters, fixed={k: v for k, v in fixed.items() if k not in parameters},
                          gradient=args.gradient, difference=args.difference, released=args.released)


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
    for name, grown in descent.by_method().items():
        traces, losses = torch.from_numpy(grown.traces), torch.from_numpy(grown.losses)
        result[name] = dict(optim_trace=list(traces), loss_trace=list(losses), regions=grown.regions,
                            problems=grown.problems)
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
                           above_half=float((values > metadata_of(result).level).float().mean()),
                           top1=float(first.float().mean()))
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
          f"{'min':>5} {'mean':>5} {f'>{metadata_of(result).level:g}':>5} {'top-1':>5}")
    for name, entry in methods_of(result).items():
        for k, (point, region) in enumerate(zip(result["initial_point"], entry["regions"])):
            box = " x ".join(f"[{a:.1f}, {b:.1f}]" for a, b in zip(region.a, region.b))
            figures = "".join(f" {entry['verified'][k][key]:5.2f}" for key in
                              ("minimum", "mean", "above_half", "top1")) if "verified" in entry else ""
            problem = f"  {entry['problems'][k]}" if entry["problems"][k] else ""
            print(f"{name:6} {', '.join(f'{v:g}' for v in point):22} {box:44} {region.share_of(domain):15.2%}{figures}"
                  f"{problem}")
    print(f"regions: {path}")
    if plot:
        draw(result, path)


def draw(result, path):
    found = regions_of(result)
    if found.metadata.parameters != AZIMUTH_AND_ELEVATION:
        raise InputError("--plot: draws regions of azimuth,elevation only; the result itself is complete")
    from utils.report.plots import plot_regions, save  # matplotlib takes a second to import
    map_path = path.with_name(layout.MAP)
    picture = layout.picture_path(path)
    below = map_of(read(map_path)) if map_path.exists() else None
    if below and below.metadata.parameters != AZIMUTH_AND_ELEVATION:
        below = None
    figure = plot_regions({name: found.methods[name].regions for name in methods_of(result)}, found.initial_points, below,
                          f"{result['network_name']}: regions of {found.metadata.object_class}, shape "
                          f"{result['shape_id']}")
    with whole_file(picture, ADVICE) as file:
        save(figure, file)
    print(f"picture: {picture}")


def main():
    args = parse_args()
    report(*run(args), args.plot)


if __name__ == "__main__":
    run_script(main, when_stopped="stopped; the same command goes on from here")
