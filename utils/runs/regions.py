"""Regions: boxes around a few points in which a network stays robust, grown, searched for, and sampled."""
from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..bounds import LARGEST, OPTIMIZERS, grow_regions
from ..bounds.descent import longest_side
from ..options.regions import RegionOptions
from ..parameters import PARAMETERS, domain_of
from ..regions import ndinterval
from ..results.contents import MethodResult, RegionsResult, regions_contents
from ..results.layout import OR_ELSE, SETTINGS
from ..results.reading import as_input_error, regions_of
from ..results.same import to_add
from ..scores import CONFIDENCE, SCORES
from ..space import DEGREES, UNIFORM, Space

if TYPE_CHECKING:
    from .find import Job
    from .journal import Journal

Record = dict[str, Any]  # what is stored of a region: numbers by name


def run(options: RegionOptions) -> tuple[RegionsResult, Path]:
    """Make the regions that the options ask for, or find them made: the regions, and their path.

    What a stored result lacks (largest boxes, certificates, verified figures, a profile) is added to it.
    """
    from .find import prepare  # brings torch, which takes seconds: not before the options are checked
    job = prepare(options)
    with job.file.locked():
        stored = job.file.finished()
        result, lacks = RegionsResult(np.array(options.initial_points), {}), list(job.file.settings)
        if stored is not None:
            with as_input_error(job.file.path, OR_ELSE):
                result, lacks = regions_of(stored), to_add(stored[SETTINGS], job.file.settings)
        result = replace(result, metadata=replace(job.metadata(), engine=result.metadata.engine))
        from ..semantic.gradients import CentralDifferences, RendererGradient
        gradient = (RendererGradient(options.released, known={}) if options.gradient == "renderer" else
                    CentralDifferences(options.difference, options.released))
        domain = None if options.released else domain_of(options.parameters)
        with job.journal(domain, fixed=dict(elevation=options.elevation), gradient=gradient) as f:
            result = _completed(result, lacks, f, job, options)
        if f.n_asked:
            job.file.save_finished(regions_contents(result), f.engines)
        return result, job.file.path


def _completed(result: RegionsResult, lacks: list[str], f: Journal, job: Job, options: RegionOptions) -> RegionsResult:
    """The result with all that the options ask for; `lacks` names the settings that it was not made with."""
    methods = dict(result.methods)
    if options.grown and not methods:
        methods = _grown(f, job, options)
    if LARGEST in options.methods and "largest" in lacks:
        methods[LARGEST] = _largest(f, options, job.file.settings["largest"])
    uncertified = [name for name in methods if "certify" in lacks or not methods[name].certificates]
    if options.certify and uncertified:
        methods |= _certified(f, replace(result, methods=methods), uncertified, job.file.settings["certify"])
    if options.verify and (f.n_asked or result.verified_at != options.verify):
        methods = _verified(f, replace(result, methods=methods), options.verify, SCORES[options.score].level)
        result = replace(result, verified_at=options.verify)
    if options.plot and len(options.parameters) == 1 and result.profile is None:
        result = replace(result, profile=_profile(f, options.parameters[0]))
    return replace(result, methods=methods)


def _grown(f: Journal, job: Job, options: RegionOptions) -> dict[str, MethodResult]:
    """The regions of every bound optimizer from every point, in lock-step."""
    narrowest = min(PARAMETERS[name].step for name in options.parameters)
    longest = longest_side(len(options.parameters), options.n_iterations, options.initial_width, options.learning_rate,
                           narrowest)
    if longest < narrowest and SCORES[options.score].words == CONFIDENCE:
        print(f"no region will grow beyond {longest:.1g} in {options.n_iterations} iterations, which is too small to "
              "judge; give more --n_iterations or a larger --initial_width")
    n_corners = 2 ** len(options.parameters) * len(options.initial_points)
    per_iteration = n_corners * sum(1 + OPTIMIZERS[name].needs_outer for name in options.grown)
    with f.stage(job.subject, options.n_iterations * per_iteration):
        grown = grow_regions(f, options.initial_points, options.grown, options.n_iterations, options.learning_rate,
                             options.initial_width, alpha=options.alpha, beta=options.beta, reg=options.reg)
    return {name: MethodResult(one.regions, one.traces, one.losses, one.problems,
                               parameters=options.parameters) for name, one in grown.items()}


def _largest(f: Journal, options: RegionOptions, settings: Record) -> MethodResult:
    """The largest box around every point in which f reaches a level on a lattice, with its promise."""
    from ..bounds.largest import Search, advance
    from ..bounds.lattice import Lattice
    from ..bounds.promise import Certainty
    space = options.space
    searches = [Search(Lattice.around(point, settings["lattice"], space), settings["level"],
                       Certainty(settings["risk"], settings["confidence"], seed))
                for seed, point in enumerate(options.initial_points)]
    with f.stage("largest boxes", settings=settings) as bar:
        while not all(search.done for search in searches):
            advance(searches, f)
            possible = max(search.bound for search in searches) / space.size(space.domain)
            bar.set_postfix_str(f"at most {possible:.1%} of the domain {UNIFORM[options.measure]}")
    found = [search.region() for search in searches]
    n = len(options.parameters)
    nowhere = ndinterval(*np.full((2, n), np.nan))
    return MethodResult(
        [nowhere if region.box is None else region.box for region in found],
        np.empty((len(found), 0, 2, n)), np.empty((len(found), 0)),
        ["" if region.box else f"not confident at the start ({region.value_at_point:.2f})" for region in found],
        promises=[{**asdict(region.certificate), "queries": region.queries} if region.certificate else None
                  for region in found], parameters=options.parameters)


def _certified(f: Journal, result: RegionsResult, names: Iterable[str], settings: Record) -> dict[str, MethodResult]:
    """The named methods with a certificate for each of their regions, which are sampled and searched in lock-step."""
    from ..bounds.certificate import fresh_views
    from ..bounds.views import stream
    from ..bounds.worst import Evolution, search_in_lock_step
    methods, fold = result.methods, Space.of(f.parameters).fold
    spaces = {name: result.space_of(name, settings.get("measure", DEGREES)) for name in names}
    boxes = {(name, k): box for name in names for k, region in enumerate(methods[name].regions)
             if (box := _inside(region, spaces[name])) is not None}
    views = [fresh_views(box, settings["views"], stream("certificate", *key), spaces[key[0]])
             for key, box in boxes.items()]
    n_searched = sum(bool((box.r > 0).any()) for box in boxes.values())
    with f.stage("certifying", sum(map(len, views)) + n_searched * settings["worst"], settings):
        answers = f.answers(fold(np.concatenate(views or [np.empty((0, len(f.parameters)))])))
        answers_of = np.split(answers, np.cumsum([len(own) for own in views])[:-1])
        searches = [Evolution(box, stream("worst view", *key), own, table["score"].astype(np.float64))
                    for (key, box), own, table in zip(boxes.items(), views, answers_of)]
        search_in_lock_step(searches, lambda points: f(fold(points)), settings["worst"])
    worst = [(fold(at), lowest) for at, lowest in (search.worst for search in searches)]
    found = {key: _certificate(box, table, lowest, f.label, settings)
             for (key, box), table, lowest in zip(boxes.items(), answers_of, worst)}
    return {name: replace(methods[name], certificates=[found.get((name, k)) for k in range(len(methods[name].regions))])
            for name in names}


def _certificate(box: ndinterval, answers: np.ndarray, worst: tuple[np.ndarray, float], label: int,
                 settings: Record) -> Record:
    """What fresh views say of a region's part inside the domain.

    Beside what a `Certificate` says: top1 (the share of views in which the class is the first answer), worst and
    worst_at (the lowest score that was found, and where).
    """
    from ..bounds.certificate import certificate_of
    found = certificate_of(box, answers["score"], settings["level"], settings["confidence"])
    at, lowest = worst
    return dict(level=found.level, confidence=found.confidence, n_views=found.n_views, n_below=found.n_below,
                low=found.low, high=found.high, mean=found.mean, top1=float((answers["top1"] == label).mean()),
                worst=float(lowest), worst_at=[float(number) for number in at])


def _verified(f: Journal, result: RegionsResult, k: int, level: float) -> dict[str, MethodResult]:
    """The methods with figures of f on a k x k grid over the part of every region that lies in the domain."""
    fold = Space.of(f.parameters).fold

    def figures(region: ndinterval, space: Space) -> Record:
        box = _inside(region, space)
        if box is None:
            return dict.fromkeys(("minimum", "mean", "above_half", "top1"), float("nan"))
        answers = f.answers(fold(box.grid(k)))
        values = answers["score"]
        return dict(minimum=float(values.min()), mean=float(values.mean()), above_half=float((values > level).mean()),
                    top1=float((answers["top1"] == f.label).mean()))

    with f.stage("verifying", settings=k):
        return {name: replace(one, verified=[figures(region, result.space_of(name)) for region in one.regions])
                for name, one in result.methods.items()}


def _inside(region: ndinterval, space: Space) -> ndinterval | None:
    """The part of a region that lies in the domain; None if there is none, or a bound is not finite."""
    domain = space.domain
    if not region.is_finite() or ((region.b < domain.a) | (region.a > domain.b)).any():
        return None
    return space.within(region)


def _profile(f: Journal, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Values of the one parameter over its domain, and the score there."""
    parameter = PARAMETERS[name]
    at = np.linspace(parameter.begin, parameter.end, round((parameter.end - parameter.begin) / parameter.step) + 1)
    with f.stage("profile"):
        return at, f(at[:, None]).astype(np.float64)
