"""Regions: boxes around a few points in which a network stays sure, grown, searched for, and looked into."""
from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from tqdm import tqdm

from ..bounds import LARGEST, METHODS, optimizer
from ..bounds.descent import Descent, Grown, start, step
from ..options.regions import RegionOptions
from ..parameters import PARAMETERS, domain_of
from ..results.checks import check_records
from ..results.contents import (
    MethodResult,
    RegionsResult,
    as_input_error,
    regions_contents,
    regions_of,
)
from ..results.layout import ADDED_LATER, OPTIM
from .progress import progress
from .result_file import OR_ELSE, lacking

if TYPE_CHECKING:
    from ..bounds.largest import Search
    from ..semantic.confidence import Confidence
    from .find import Job

Save = Callable[[Callable[[], Any]], None]  # save(state), of a stage: state() makes what it goes on from
IN_A_SWEEP: dict[str, str] = {}  # options that a sweep leaves to maps alone


def find(options: RegionOptions) -> Job:
    """The job that the options ask for."""
    from .find import prepare  # brings torch, which takes seconds: not before the options are checked
    settings = dict(
        methods=",".join(options.grown), parameters=",".join(options.parameters),
        initial_points=[list(point) for point in options.initial_points], n_iterations=options.n_iterations,
        learning_rate=options.learning_rate, alpha=options.alpha, beta=options.beta, reg=options.reg,
        initial_width=options.initial_width, released=options.released, gradient=options.gradient,
        difference=options.difference if options.gradient == "finite_difference" else 0,
        elevation=0 if "elevation" in options.parameters else options.elevation)
    if LARGEST in options.methods:
        settings["largest"] = dict(level=options.level, lattice=list(options.lattice), risk=options.risk,
                                   confidence=options.confidence)
    if options.certify:
        settings["certify"] = dict(level=options.level, views=options.certify, confidence=options.confidence)
    return prepare(options, OPTIM, settings)


def run(options: RegionOptions) -> tuple[RegionsResult, Path]:
    """Make the regions that the options ask for, or find them made: the regions, and their path."""
    job = find(options)
    with job.file.locked():
        return Run(job, options).result(), job.path


class Run:
    """The stages of a run: growing, searching, certifying and verifying. Each takes up where an earlier run stopped.

    A run that was stopped after it had grown its regions has saved them, the names of the stages that were `left`, and
    the `state` of the first of these, in which it was. A stage with other settings now is begun anew.
    """

    def __init__(self, job: Job, options: RegionOptions) -> None:
        self.job = job
        self.options = options
        self._f: Confidence | None = None

    def result(self) -> RegionsResult:
        """The regions with all that is asked for; saved, if anything was missing."""
        job, options = self.job, self.options
        kept = job.file.unfinished() or {}
        found = None if "result" in kept else job.file.finished()
        if "result" in kept:
            with as_input_error(job.file.partial_path, OR_ELSE):
                result = self._kept(kept["result"])
                left = [key for key in ADDED_LATER if key in job.settings and (
                    key in kept["left"] or key in lacking(kept, job.settings))]
                if LARGEST in options.methods and not (LARGEST in result.methods or "largest" in left):
                    raise ValueError("it has no largest boxes, and none are left to search for")
        elif found is not None:
            with as_input_error(job.path, OR_ELSE):
                result, left = regions_of(found), lacking(found, job.settings)
        else:
            result, left = self._grow(kept), [key for key in ADDED_LATER if key in job.settings]
        changed = found is None
        if "largest" in left:
            result = self._search(result, left, self._state_of("largest", kept))
            changed = True
        bare = [name for name in result.methods if "certify" in left or not result.methods[name].certificates]
        if options.certify and bare:
            result = self._certify(result, bare, self._state_of("certify", kept))
            changed = True
        if options.verify and (changed or result.verified_at != options.verify):
            result = _verified(result, self.f, options.verify)
            changed = True
        if options.plot and len(options.parameters) == 1 and result.profile is None:
            result = replace(result, profile=self._profile())
            changed = True
        result = replace(result, metadata=job.metadata())
        if changed:
            job.file.save_finished(regions_contents(result))
        return result

    @property
    def f(self) -> Confidence:
        """The function, with the network loaded when it is first asked for."""
        if self._f is None:
            from ..semantic.gradients import CentralDifferences, RendererGradient
            options = self.options
            gradient = (RendererGradient(options.released) if options.gradient == "renderer" else
                        CentralDifferences(options.difference, options.released))
            self._f = self.job.confidence(fixed=dict(elevation=options.elevation), gradient=gradient)
        return self._f

    def _kept(self, contents: dict[str, Any]) -> RegionsResult:
        """What a run that was stopped had made: nothing yet, where only the largest boxes are asked for.

        Raises:
            ValueError: if it is of other methods or points than this run.
        """
        points = np.array(self.options.initial_points)
        result = RegionsResult(points, {}, self.job.metadata())
        if any(name in contents for name in METHODS):
            result = regions_of(contents)
        if result.methods.keys() - {LARGEST} != set(self.options.grown) or not np.array_equal(
                result.initial_points, points):
            raise ValueError("its regions are of other methods or points")
        return result

    def _state_of(self, stage: str, kept: dict[str, Any]) -> Any:
        """The state of a stage that a run was stopped in, if it had the same settings; else None."""
        if "result" not in kept:
            return None
        with as_input_error(self.job.file.partial_path, OR_ELSE):
            if kept["left"][0] != stage or stage in lacking(kept, self.job.settings):
                return None
            return STATES[stage](kept["state"], self)

    def _profile(self) -> tuple[np.ndarray, np.ndarray]:
        """Values of the one parameter over its domain, and the score there."""
        parameter = PARAMETERS[self.options.parameters[0]]
        at = np.linspace(parameter.begin, parameter.end, round((parameter.end - parameter.begin) / parameter.step) + 1)
        return at, self.f(at[:, None]).numpy().astype(np.float64)

    def _grow(self, kept: Mapping[str, Any]) -> RegionsResult:
        """Let every optimizer grow a region from every point, in lock-step."""
        options = self.options
        points = np.array(options.initial_points)
        if not options.grown:
            return RegionsResult(points, {}, self.job.metadata())
        domain = None if options.released else domain_of(options.parameters)
        methods = [optimizer(name, alpha=options.alpha, beta=options.beta, reg=options.reg) for name in options.grown]
        if kept:
            with as_input_error(self.job.file.partial_path, OR_ELSE):
                descent = Descent.from_state(methods, len(points), dict(kept))
                _check_descent(descent, points.shape[1], options.n_iterations)
            print(f"going on after {len(descent.traces):,} of {options.n_iterations:,} iterations")
        else:
            descent = start(methods, points, options.initial_width, domain)
        f = self.f
        with progress(self.job, options.n_iterations, len(descent.traces), "iteration", descent.state) as advance:
            while len(descent.traces) < options.n_iterations:
                step(descent, f, options.learning_rate, domain)
                advance(1)
        return RegionsResult(points, _by_method(descent.by_method()), self.job.metadata())

    def _search(self, result: RegionsResult, left: list[str], state: Any) -> RegionsResult:
        """Add the largest boxes."""
        from .largest import largest_boxes
        if state is not None:
            print("going on with the search for the largest boxes")
        found = self._saving(result, left, lambda save: largest_boxes(
            self.f, state or self.searches(), save, "largest boxes"))
        return replace(result, methods={**result.methods, LARGEST: found})

    def searches(self, state: Any = None) -> list[Search]:
        """The searches for the largest boxes: new ones, or those that a state was saved of; raises ValueError for what
        they never save."""
        from .largest import searches_for
        return searches_for(self.options.initial_points, self.job.settings["largest"],
                            domain_of(self.options.parameters), state)

    def _certify(self, result: RegionsResult, methods: list[str], state: Any) -> RegionsResult:
        """Add what fresh views say of the regions of some methods."""
        from .certify import certified
        if state is not None:
            print("going on with the certificates")
        return self._saving(result, ["certify"], lambda save: certified(
            result, self.f, self.job.settings["certify"], methods, dict(state or {}), save))

    def _saving(self, result: RegionsResult, left: list[str], stage: Callable[[Save], Any]) -> Any:
        """Call stage(save). What it saves is kept with the result so far; after Ctrl-C once more, and at once."""
        last: list[Callable[[], Any]] = []

        def contents() -> dict[str, Any]:
            return dict(result=regions_contents(result), left=left, state=last[0]())

        def save(state: Callable[[], Any]) -> None:
            last[:] = [state]
            self.job.file.save_unfinished(contents)

        try:
            return stage(save)
        except KeyboardInterrupt:
            if last:
                self.job.file.save_unfinished(contents, now=True)
            raise


def _check_descent(descent: Descent, n: int, most: int) -> None:
    """Raise ValueError unless a state is of so many boxes of n parameters, and at most so many iterations."""
    K, done = len(descent.methods), len(descent.traces)
    expected: dict[str, tuple[int, ...]] = {"a": (K, n), "b": (K, n), "problems": (K,)}
    if done:
        expected.update(traces=(done, K, 2, n), losses=(done, K))
    shapes = {name: np.shape(getattr(descent, name)) for name in expected}
    if shapes != expected or done > most or not all(isinstance(each, str) for each in descent.problems):
        raise ValueError(f"it has {done} iterations of shapes {shapes}; expected at most {most}, of {K} boxes")


def _searches(state: Any, run: Run) -> list[Search]:
    """What the search for the largest boxes goes on from; raises ValueError for what it never saves."""
    if state is None:
        raise ValueError("the search's state is none")
    return run.searches(state)


def _records(state: Any, run: Run) -> dict[str, list[dict[str, Any] | None]]:
    """What certifying goes on from; raises ValueError for what it never saves."""
    if not isinstance(state, dict) or not all(
            name in METHODS and isinstance(found, list) and len(found) <= len(run.options.initial_points)
            for name, found in state.items()):
        raise ValueError("the certificates' state is none")
    for found in state.values():
        check_records("certificates", found)
    return state


STATES: dict[str, Callable[[Any, Run], Any]] = {"largest": _searches, "certify": _records}


def _by_method(grown: Mapping[str, Grown]) -> dict[str, MethodResult]:
    return {name: MethodResult(one.regions, one.traces, one.losses, one.problems) for name, one in grown.items()}


def _verified(result: RegionsResult, f: Confidence, k: int) -> RegionsResult:
    """The result with figures of f on a k x k grid over the part of every region that lies in the domain."""
    domain = domain_of(result.metadata.parameters)
    entries = [(name, region) for name, entry in result.methods.items() for region in entry.regions]
    figures: dict[str, list[dict[str, float]]] = {name: [] for name in result.methods}
    for name, region in tqdm(entries, unit="region", desc="verifying"):
        if region.is_finite() and (region.a <= domain.b).all() and (region.b >= domain.a).all():
            values, first = f.value_and_top1(region.within(domain).grid(k))
            found = dict(minimum=float(values.min()), mean=float(values.mean()),
                         above_half=float((values > result.metadata.level).float().mean()),
                         top1=float(first.float().mean()))
        else:
            found = dict.fromkeys(("minimum", "mean", "above_half", "top1"), float("nan"))
        figures[name].append(found)
    return result.with_verified(figures, k)
