"""Options of optim.py, checked. Nothing here needs torch."""
from __future__ import annotations

import math
from argparse import Namespace
from dataclasses import dataclass

from ..bounds import LARGEST, METHODS, PAPER_METHODS
from ..bounds.descent import LEARNING_RATE, N_ITERATIONS, initial_width
from ..bounds.lattice import LARGEST_LATTICE
from ..bounds.naive import REG
from ..bounds.oir import ALPHA, BETA
from ..engine_names import OPENVINO, TORCH
from ..errors import InputError, shown
from ..paper import INITIAL_POINTS
from ..parameters import AZIMUTH_AND_ELEVATION, PARAMETERS, check_views, domain_of, in_domain, parse_parameters
from ..scores import CONFIDENCE, SCORES
from .jobs import JobOptions, checked

GRADIENTS = ("renderer", "finite_difference")
N_VIEWS = 299  # for which 95 % confidence go with a share of 1 % below the level, if none fails


@dataclass(frozen=True)
class Range:
    """The numbers that an option may have: from `low`, or above it where `is_open`, up to `high`."""
    low: float
    high: float
    is_open: bool = False

    def check(self, option: str, value: float) -> None:
        """Raise InputError unless the value is in the range."""
        if not (self.low < value if self.is_open else self.low <= value) or not value <= self.high:
            raise InputError(f"--{option} {shown(value)}: expected a number {'above' if self.is_open else 'from'} "
                             f"{shown(self.low)} up to {shown(self.high, ',')}")


RANGES = {  # zero is left out where it would leave nothing to do, or divide by it
    "n_iterations": Range(1, 10 ** 6), "learning_rate": Range(0, 1e3, True), "alpha": Range(0, 10, True),
    "beta": Range(0, 1), "reg": Range(0, 1e3), "difference": Range(0, 90, True), "verify": Range(0, 1000),
    "certify": Range(0, 10 ** 6)}


@dataclass(frozen=True)
class RegionOptions(JobOptions):
    """Options of optim.py, checked.

    Attributes:
        methods: names of METHODS.
        elevation: degrees, where it is not a parameter.
        initial_points: P points of n numbers.
        initial_width: a region starts as its point -/+ this.
        level: the score from which a view counts as sure, for `largest` and the certificates.
        lattice: step of each parameter, for `largest`.
        risk, confidence: what `largest` promises: with this confidence, at most this share is below the level.
        certify: views of each region, to see what it holds; 0: none.
        verify: points a side of a grid in each region, to see the same; 0: none.
    """
    methods: tuple[str, ...] = (*PAPER_METHODS, LARGEST)
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
    level: float = SCORES["softmax"].level
    lattice: tuple[float, ...] = ()
    risk: float = 0.01
    confidence: float = 0.95
    certify: int = N_VIEWS
    verify: int = 0

    @property
    def grown(self) -> tuple[str, ...]:
        """The methods that grow regions by gradient descent."""
        return tuple(name for name in self.methods if name != LARGEST)

    @classmethod
    def of(cls, args: Namespace) -> RegionOptions:
        """The options that were given.

        Raises:
            InputError: for one out of range.
        """
        parameters = parse_parameters(args.parameters)
        fields = checked(args, parameters)
        methods = _parse_methods(args.methods, args.released)
        for name, numbers in RANGES.items():
            numbers.check(name, getattr(args, name))
        widest = domain_of(parameters).r.min() / 2
        width = initial_width(len(parameters)) if args.initial_width is None else args.initial_width
        Range(0, widest, True).check("initial_width", width)
        in_domain(f"--elevation {shown(args.elevation)}", "elevation", args.elevation)
        check_views([args.verify] * len(parameters), f"--verify {args.verify}")
        if args.released and args.score != "softmax":
            raise InputError(f"--released --score {args.score}: the released program knows the softmax output alone; "
                             "leave one of the two out")
        if args.released and args.engine == OPENVINO:
            raise InputError(f"--released --engine {OPENVINO}: the released program computes with PyTorch; leave one "
                             "of the two out")
        lattice = _parse_lattice(args.lattice, parameters)
        if LARGEST in methods:
            check_views([width / step + 1 for step, width in zip(lattice, domain_of(parameters).r)],
                        f"--lattice {args.lattice or ','.join(map(shown, lattice))}", LARGEST_LATTICE)
        own = {name: getattr(args, name) for name in cls.__annotations__ if name in args}
        if args.plot and parameters not in (AZIMUTH_AND_ELEVATION, AZIMUTH_AND_ELEVATION[:1]):
            raise InputError(f"--plot: draws regions of azimuth,elevation or of azimuth, and not of {args.parameters}; "
                             "leave it out")
        return cls(**{**fields, **own, "methods": methods, "engine": TORCH if args.released else args.engine,
                      "initial_width": width,
                      "initial_points": _parse_points(args.initial_points, parameters),
                      "level": _parse_level(args.level, args.score),
                      "lattice": lattice,
                      "risk": _parse_share("risk", args.risk),
                      "confidence": _parse_share("confidence", args.confidence)})


def _parse_methods(given: str | None, released: bool) -> tuple[str, ...]:
    """The methods of `--methods`; the released program knows no largest box."""
    if given is None:
        return PAPER_METHODS if released else RegionOptions.methods
    methods = tuple(given.split(","))
    for name in methods:
        if name not in METHODS:
            raise InputError(f"--methods {given}: {name!r} is not known; expected some of {','.join(METHODS)}")
    return methods


def _parse_level(given: float | None, score: str) -> float:
    """The level of `--level`: by default that of the score."""
    if given is None:
        return SCORES[score].level
    if SCORES[score].words == CONFIDENCE and not 0 < given < 1:
        raise InputError(f"--level {shown(given)}: expected a confidence above 0 and below 1")
    if not math.isfinite(given):
        raise InputError(f"--level {shown(given)}: expected a number, a {SCORES[score].words}")
    return given


def _parse_lattice(given: str | None, parameters: tuple[str, ...]) -> tuple[float, ...]:
    """The steps of `--lattice`: one for all parameters or one for each; by default those of a map."""
    if given is None:
        return tuple(float(PARAMETERS[name].step) for name in parameters)
    try:
        steps = [float(part) for part in given.split(",")]
    except ValueError:
        steps = []
    if len(steps) not in (1, len(parameters)):
        raise InputError(f"--lattice {given}: expected one number, or one for each of {','.join(parameters)}")
    steps *= len(parameters) // len(steps)
    for name, step, width in zip(parameters, steps, domain_of(parameters).r):
        if not 0 < step <= width:
            raise InputError(f"--lattice {given}: expected a step of {name} above 0 and at most {width:g}, the width "
                             "of its domain")
    return tuple(steps)


def _parse_share(option: str, given: float) -> float:
    """A number above 0 and below 1."""
    if not 0 < given < 1:
        raise InputError(f"--{option} {shown(given)}: expected a number above 0 and below 1")
    return given


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
