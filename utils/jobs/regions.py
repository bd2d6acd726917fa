"""Regions: boxes grown in f by the bound optimizers (Hamdi & Ghanem 2019, section 4.2)."""
from __future__ import annotations

from argparse import Namespace
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from tqdm import tqdm

from utils.bounds import METHODS, PAPER_METHODS, optimizer
from utils.bounds.descent import LEARNING_RATE, N_ITERATIONS, Descent, Grown, initial_width, start, step
from utils.bounds.naive import REG
from utils.bounds.oir import ALPHA, BETA
from utils.errors import InputError
from utils.jobs.options import JobOptions, checked
from utils.jobs.progress import progress
from utils.parameters import AZIMUTH_AND_ELEVATION, PARAMETERS, domain_of, in_domain, parse_parameters
from utils.results.contents import MethodResult, RegionsResult, regions_contents, regions_of
from utils.results.layout import OPTIM

if TYPE_CHECKING:
    from utils.jobs.prepare import Job
    from utils.semantic.confidence import Confidence

INITIAL_POINTS = "130,30 50,20 200,15 310,50"  # (azimuth, elevation), the paper's
GRADIENTS = ("renderer", "finite_difference")
IN_A_SWEEP: dict[str, str] = {}  # options that a sweep leaves to maps alone


@dataclass(frozen=True)
class Range:
    """The numbers that an option may have: from `low`, or above it where `is_open`, up to `high`."""
    low: float
    high: float
    is_open: bool = False

    def check(self, option: str, value: float) -> None:
        """Raise InputError unless the value is in the range."""
        if not (self.low < value if self.is_open else self.low <= value) or not value <= self.high:
            raise InputError(f"--{option} {value:g}: expected a number {'above' if self.is_open else 'from'} "
                             f"{self.low:g} up to {self.high:g}")


RANGES = {  # zero is left out where it would leave nothing to do, or divide by it
    "n_iterations": Range(1, 10 ** 6), "learning_rate": Range(0, 1e3, True), "alpha": Range(0, 10, True),
    "beta": Range(0, 1), "reg": Range(0, 1e3), "difference": Range(0, 90, True), "verify": Range(0, 1000)}


@dataclass(frozen=True)
class RegionOptions(JobOptions):
    """Options of optim.py, checked.

    Attributes:
        methods: names of METHODS.
        elevation: degrees, where it is not a parameter.
        initial_points: P points of n numbers.
        initial_width: a region starts as its point -/+ this.
    """
    methods: tuple[str, ...] = PAPER_METHODS
    elevation: float = PARAMETERS["elevation"].default
    initial_points: tuple[tuple[float, ...], ...] = ()
    n_iterations: int = N_ITERATIONS
    learning_rate: float = LEARNING_RATE
    alpha: float = ALPHA
    beta: float = BETA
    reg: float = REG
    initial_width: float = 1e-5
    released: bool = False
    gradient: str = GRADIENTS[0]
    difference: float = 1.0
    verify: int = 0

    @classmethod
    def of(cls, args: Namespace) -> RegionOptions:
        """The options that were given.

        Raises:
            InputError: for one out of range.
        """
        parameters = parse_parameters(args.parameters)
        fields = checked(args, parameters)
        methods = tuple(args.methods.split(","))
        for name in methods:
            if name not in METHODS:
                raise InputError(f"--methods {args.methods}: {name!r} is not known; expected some of "
                                 f"{','.join(METHODS)}")
        for name, numbers in RANGES.items():
            numbers.check(name, getattr(args, name))
        widest = domain_of(parameters).r.min() / 2
        width = initial_width(len(parameters)) if args.initial_width is None else args.initial_width
        Range(0, widest, True).check("initial_width", width)
        in_domain(f"--elevation {args.elevation:g}", "elevation", args.elevation)
        if args.released and args.score != "softmax":
            raise InputError(f"--released --score {args.score}: the released program knows the softmax output alone; "
                             "leave one of the two out")
        own = {name: getattr(args, name) for name in cls.__annotations__ if name in args}
        return cls(**{**fields, **own, "methods": methods, "initial_width": width,
                      "initial_points": _parse_points(args.initial_points, parameters)})


def find(options: RegionOptions) -> Job:
    """The job that the options ask for."""
    from utils.jobs.prepare import prepare  # brings torch, which takes seconds: not before the options are checked
    return prepare(options, OPTIM, dict(
        methods=",".join(options.methods), parameters=",".join(options.parameters),
        initial_points=[list(point) for point in options.initial_points], n_iterations=options.n_iterations,
        learning_rate=options.learning_rate, alpha=options.alpha, beta=options.beta, reg=options.reg,
        initial_width=options.initial_width, released=options.released, gradient=options.gradient,
        difference=options.difference if options.gradient == "finite_difference" else 0,
        elevation=0 if "elevation" in options.parameters else options.elevation))


def run(options: RegionOptions) -> tuple[RegionsResult, Path]:
    """Grow the regions that the options ask for, or find them grown: the regions, and their path."""
    job = find(options)
    with job.file.locked():
        contents = job.file.finished()
        f = None
        if contents is None:
            f = _confidence(job, options)
            result = _grow(job, f, options)
        else:
            result = regions_of(contents)
        if options.verify and result.verified_at != options.verify:
            result = _verified(result, f or _confidence(job, options), options.verify)
            job.file.save_finished(regions_contents(result))
    return result, job.path


def _confidence(job: Job, options: RegionOptions) -> Confidence:
    from utils.semantic.gradients import CentralDifferences, RendererGradient
    gradient = (RendererGradient(options.released) if options.gradient == "renderer" else
                CentralDifferences(options.difference, options.released))
    return job.confidence(fixed=dict(elevation=options.elevation), gradient=gradient)


def _grow(job: Job, f: Confidence, options: RegionOptions) -> RegionsResult:
    """Let every method grow a region from every point, in lock-step, saved on the way."""
    domain = None if options.released else domain_of(options.parameters)
    methods = [optimizer(name, alpha=options.alpha, beta=options.beta, reg=options.reg) for name in options.methods]
    unfinished = job.file.unfinished()
    if unfinished:
        descent = Descent.from_state(methods, len(options.initial_points), unfinished)
        print(f"going on after {len(descent.traces):,} of {options.n_iterations:,} iterations")
    else:
        descent = start(methods, options.initial_points, options.initial_width, domain)
    with progress(job, options.n_iterations, len(descent.traces), "iteration", descent.state) as advance:
        while len(descent.traces) < options.n_iterations:
            step(descent, f, options.learning_rate, domain)
            advance(1)
    result = RegionsResult(np.array(options.initial_points), _by_method(descent.by_method()), job.metadata())
    job.file.save_finished(regions_contents(result))
    return result


def _by_method(grown: Mapping[str, Grown]) -> dict[str, MethodResult]:
    return {name: MethodResult(one.regions, one.traces, one.losses, one.problems)
            for name, one in grown.items()}


def _verified(result: RegionsResult, f: Confidence, k: int) -> RegionsResult:
    """The result with figures of f on a k x k grid inside every region: what a region promises, and what it keeps."""
    entries = [(name, region) for name, entry in result.methods.items() for region in entry.regions]
    figures: dict[str, list[dict[str, Any]]] = {name: [] for name in result.methods}
    for name, region in tqdm(entries, unit="region", desc="verifying"):
        if region.is_finite():
            values, first = f.value_and_top1(region.grid(k))
            found = dict(minimum=float(values.min()), mean=float(values.mean()),
                         above_half=float((values > result.metadata.level).float().mean()),
                         top1=float(first.float().mean()))
        else:
            found = dict.fromkeys(("minimum", "mean", "above_half", "top1"), float("nan"))
        figures[name].append(found)
    return result.with_verified(figures, k)


def _parse_points(given: str, parameters: tuple[str, ...]) -> tuple[tuple[float, ...], ...]:
    """The initial points [P, n] of `--initial_points`."""
    points = tuple(_parse_point(text, given == INITIAL_POINTS, parameters) for text in given.split())
    if not points:
        raise InputError('--initial_points: expected points such as "130,30 50,20"')
    return points


def _parse_point(text: str, published: bool, parameters: tuple[str, ...]) -> tuple[float, ...]:
    """The numbers of one point; the published ones say azimuth and elevation, the other parameters have defaults."""
    numbers = text.split(",")
    try:
        [float(number) for number in numbers]
    except ValueError:
        raise InputError(f"--initial_points {text!r}: expected numbers with commas between them, {len(parameters)} "
                         "of them to a point") from None
    if published:
        known = dict(zip(AZIMUTH_AND_ELEVATION, numbers))
        numbers = [known.get(name, str(PARAMETERS[name].default)) for name in parameters]
    if len(numbers) != len(parameters):
        raise InputError(f"--initial_points {text!r}: has {len(numbers)} numbers, expected {len(parameters)}: "
                         f"{','.join(parameters)}")
    return tuple(in_domain(f"--initial_points {text!r}", name, number) for name, number in zip(parameters, numbers))
