"""The options of optim.py."""
from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..bounds import LARGEST, METHODS, PAPER_METHODS
from ..bounds.descent import LEARNING_RATE, N_ITERATIONS, initial_width
from ..bounds.lattice import LARGEST_LATTICE
from ..bounds.naive import REG
from ..bounds.oir import ALPHA, BETA
from ..bounds.promise import RISK
from ..bounds.worst import N_QUESTIONS, POPULATION
from ..engine_names import OPENVINO, TORCH
from ..errors import InputError, shown
from ..paper import INITIAL_POINTS
from ..parameters import AZIMUTH_AND_ELEVATION, PARAMETERS, check_views, domain_of, in_domain
from ..results.layout import OPTIM
from ..scores import CONFIDENCE, SCORES
from ..space import DEGREES, MEASURES, SPHERE, Space, latitudes_of
from .jobs import DRAWN, RESULT, JobOptions
from .option import ALWAYS, option, share, within

GRADIENTS = ("renderer", "finite_difference")
N_VIEWS = 368  # if none fails, at most 1 % are below the level with 95 % confidence
GROWN, SEARCHED, SAMPLED = "regions", f"regions of {LARGEST}", "what holds in a region"

Found = Mapping[str, Any]


def _released(given: bool, found: Found) -> bool:
    if given and found["score"] != "softmax":
        raise InputError(f"`released` `score` {found['score']}: the released program knows the softmax output alone; "
                         "leave one of the two out")
    if given and found["engine"] == OPENVINO:
        raise InputError(f"`released` `engine` {OPENVINO}: the released program computes with PyTorch; leave one "
                         "of the two out")
    return given


def _methods(given: str | None, found: Found) -> tuple[str, ...]:
    """The methods; the released program knows no largest box."""
    if given is None:
        return PAPER_METHODS if found["released"] else (*PAPER_METHODS, LARGEST)
    methods = tuple(given.split(","))
    for name in methods:
        if name not in METHODS:
            raise InputError(f"`methods` {given}: {name!r} is not known; expected some of {','.join(METHODS)}")
    return methods


def _initial_points(given: str, found: Found) -> tuple[tuple[float, ...], ...]:
    """P points of n numbers; the published ones say azimuth and elevation, the other parameters have defaults."""
    parameters = found["parameters"]
    points = tuple(_point(text, given == INITIAL_POINTS, parameters) for text in given.split())
    if not points:
        raise InputError('`initial_points`: expected points such as "130,30 50,20"')
    return points


def _point(text: str, published: bool, parameters: tuple[str, ...]) -> tuple[float, ...]:
    numbers = text.split(",")
    try:
        [float(number) for number in numbers]
    except ValueError:
        raise InputError(f"`initial_points` {text!r}: expected numbers with commas between them, {len(parameters)} "
                         "of them to a point") from None
    if published:
        known = dict(zip(AZIMUTH_AND_ELEVATION, numbers))
        numbers = [known.get(name, str(PARAMETERS[name].default)) for name in parameters]
    if len(numbers) != len(parameters):
        raise InputError(f"`initial_points` {text!r}: has {len(numbers)} numbers, expected {len(parameters)}: "
                         f"{','.join(parameters)}")
    return tuple(in_domain(f"`initial_points` {text!r}", name, number) for name, number in zip(parameters, numbers))


def _initial_width(given: float | None, found: Found) -> float:
    width = initial_width(len(found["parameters"])) if given is None else given
    return within("initial_width", 0, domain_of(found["parameters"]).r.min() / 2, True)(width, found)


def _elevation(given: float, found: Found) -> float:
    in_domain(f"`elevation` {shown(given)}", "elevation", given)
    return given


def _level(given: float | None, found: Found) -> float:
    """By default that of the score."""
    score = SCORES[found["score"]]
    if given is None:
        return score.level
    if score.words == CONFIDENCE and not 0 < given < 1:
        raise InputError(f"`level` {shown(given)}: expected a confidence above 0 and below 1")
    if not math.isfinite(given):
        raise InputError(f"`level` {shown(given)}: expected a number, a {score.words}")
    return given


def _lattice(given: str | None, found: Found) -> tuple[float, ...]:
    """The steps: one for all parameters or one for each; by default those of a map."""
    parameters = found["parameters"]
    widths = domain_of(parameters).r
    if given is None:
        steps = [float(PARAMETERS[name].step) for name in parameters]
    else:
        try:
            steps = [float(part) for part in given.split(",")]
        except ValueError:
            steps = []
        if len(steps) not in (1, len(parameters)):
            raise InputError(f"`lattice` {given}: expected one number, or one for each of {','.join(parameters)}")
        steps *= len(parameters) // len(steps)
    for name, step, width in zip(parameters, steps, widths):
        if not 0 < step <= width:
            raise InputError(f"`lattice` {given}: expected a step of {name} above 0 and at most {width:g}, the width "
                             "of its domain")
    if LARGEST in found["methods"]:
        check_views([width / step + 1 for step, width in zip(steps, widths)],
                    f"`lattice` {given or ','.join(map(shown, steps))}", LARGEST_LATTICE)
    return tuple(steps)


def _worst(given: int, found: Found) -> int:
    within("worst", 0, 10 ** 6)(given, found)
    if given % POPULATION:
        raise InputError(f"`worst` {given}: expected a multiple of {POPULATION}, such as {N_QUESTIONS}")
    return given


def _measure(given: str, found: Found) -> str:
    if given == SPHERE and not latitudes_of(found["parameters"]).any():
        raise InputError(f"`measure` {given}: needs elevation among `parameters`, or light_azimuth and "
                         f"light_elevation; they are {','.join(found['parameters'])}")
    return given


def _verify(given: int, found: Found) -> int:
    within("verify", 0, 1000)(given, found)
    check_views([given] * len(found["parameters"]), f"`verify` {given}")
    return given


def _plot(given: bool, found: Found) -> bool:
    if given and found["parameters"] not in (AZIMUTH_AND_ELEVATION, AZIMUTH_AND_ELEVATION[:1]):
        raise InputError("`plot`: draws regions of azimuth,elevation or of azimuth, and not of "
                         f"{','.join(found['parameters'])}; leave it out")
    return given


@dataclass(frozen=True)
class RegionOptions(JobOptions):
    """Options of optim.py.

    Attributes:
        initial_points: P points of n numbers.
        level: the score from which a view counts as robust, for `largest` and the certificates.
        lattice: step of each parameter, for `largest`.
        no_wrap: `largest` has no circles.
        measure: of MEASURES.
        risk, confidence: what `largest` promises: with this confidence, at most this share is below the level.
    """
    file_name = OPTIM
    released: bool = option(
        False, "as the released program: boxes may leave the domain, and OIR_W follows the cross entropy's gradient",
        GROWN, check=_released, recorded=ALWAYS)
    methods: tuple[str, ...] = option(
        None, f"of {', '.join(METHODS)} (default: {','.join((*PAPER_METHODS, LARGEST))}; with --released all but "
        f"{LARGEST})", GROWN, check=_methods)
    elevation: float = option(
        PARAMETERS["elevation"].default, "where it is not a parameter", GROWN, check=_elevation, type=float,
        metavar="DEGREES")
    initial_points: tuple[tuple[float, ...], ...] = option(
        INITIAL_POINTS, f'numbers of each point (default: "{INITIAL_POINTS}", and of other parameters their default)',
        GROWN, check=_initial_points, recorded=ALWAYS, metavar='"A,E A,E .."')
    n_iterations: int = option(
        N_ITERATIONS, "steps of gradient descent", GROWN, check=within("n_iterations", 1, 10 ** 6), recorded=ALWAYS,
        metavar="N")
    learning_rate: float = option(
        LEARNING_RATE, "of the descent", GROWN, check=within("learning_rate", 0, 1e3, True), recorded=ALWAYS,
        metavar="ETA")
    alpha: float = option(
        ALPHA, "how much larger the outer box is", GROWN, check=within("alpha", 0, 10, True), recorded=ALWAYS)
    beta: float = option(
        BETA, "weight of the slope in OIR_W", GROWN, check=within("beta", 0, 1), recorded=ALWAYS)
    reg: float = option(REG, "lambda, in naive and trap", GROWN, check=within("reg", 0, 1e3), recorded=ALWAYS)
    initial_width: float = option(
        None, "a region starts as its point -/+ this (default: 1e-5; 0.1 with three parameters or more)", GROWN,
        check=_initial_width, recorded=ALWAYS, type=float, metavar="W")
    gradient: str = option(GRADIENTS[0], "of f", GROWN, recorded=ALWAYS, choices=GRADIENTS)
    difference: float = option(
        1.0, "step of finite_difference: degrees; of other parameters hundredths", GROWN,
        check=within("difference", 0, 90, True), metavar="H")
    level: float = option(
        None, "score from which a view counts as robust (default: 0.5; of logit and margin 0)", SAMPLED, check=_level,
        type=float)
    lattice: tuple[float, ...] = option(
        None, "steps of the lattice, one for all parameters or one for each (default: a map's)", SEARCHED,
        check=_lattice, metavar="S[,S..]")
    no_wrap: bool = option(
        False, "the largest boxes end at azimuth 0 (default: they run through it, as the views do)", SEARCHED)
    measure: str = option(
        DEGREES, "of which a largest box has most, and random views are uniform: in degrees, as in the paper, or by "
        "solid angle on the sphere", SAMPLED, check=_measure, choices=MEASURES)
    risk: float = option(
        RISK, "share of a region that may be below the level", SEARCHED, check=share("risk"))
    confidence: float = option(0.95, "of what is said about a region", SAMPLED, check=share("confidence"))
    certify: int = option(
        N_VIEWS, "look at N random views of every region, and search for its worst one; 0: do not", SAMPLED,
        check=within("certify", 0, 10 ** 6), metavar="N")
    worst: int = option(
        N_QUESTIONS, "questions of the search for a region's worst view, a multiple of its generations of "
        f"{POPULATION}", SAMPLED, check=_worst, metavar="N")
    verify: int = option(
        0, "look at f on a K x K grid over every region, as far as it lies in the domain", SAMPLED, check=_verify,
        metavar="K")
    plot: bool = option(False, DRAWN, RESULT, check=_plot)

    @property
    def grown(self) -> tuple[str, ...]:
        """The methods that grow regions by gradient descent."""
        return tuple(name for name in self.methods if name != LARGEST)

    def settings(self) -> dict[str, Any]:
        found = dict(
            self.recorded(), methods=",".join(self.grown), parameters=",".join(self.parameters),
            difference=self.difference if self.gradient == "finite_difference" else 0,
            elevation=0 if "elevation" in self.parameters else self.elevation)
        measured = {} if self.measure == DEGREES else dict(measure=self.measure)
        if LARGEST in self.methods:
            wraps = dict(wrap=True) if self.space.circles.any() else {}
            found["largest"] = dict(level=self.level, lattice=list(self.lattice), risk=self.risk,
                                    confidence=self.confidence, **wraps, **measured)
        if self.certify:
            found["certify"] = dict(level=self.level, views=self.certify, worst=self.worst,
                                    confidence=self.confidence, **measured)
        return found

    @property
    def space(self) -> Space:
        """The space that the largest boxes are searched for in."""
        return Space.of(self.parameters, self.measure, wrap=not self.no_wrap)

    @property
    def computed_by(self) -> str:
        """The engine that is asked for; the released program computes with PyTorch."""
        return TORCH if self.released else self.engine
