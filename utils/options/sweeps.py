"""The options of sweep.py beside those of map.py and optim.py."""
from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..errors import InputError, shown
from .option import Check, Options, option

NETWORKS = "resnet,alexnet,vgg,incept"  # the paper's
SCRIPTS = ("map", "optim")
WANTED, WHERE = "which jobs", "where the jobs run"

Found = Mapping[str, Any]


def parse_numbers(text: str, name: str) -> list[int]:
    """The numbers of a list such as "0-3,7": [0, 1, 2, 3, 7].

    Raises:
        InputError: if it is none.
    """
    found: dict[int, None] = {}
    for part in text.split(","):
        ends = re.fullmatch(r"(\d{1,5})(?:-(\d{1,5}))?", part, re.ASCII)
        numbers = range(int(ends[1]), int(ends[2] or ends[1]) + 1) if ends else ()
        if not numbers:
            raise InputError(f"`{name}` {text}: {part!r} is none of the expected numbers and ranges such as 0-3,7")
        found.update(dict.fromkeys(numbers))
    return list(found)


def _numbers(name: str) -> Check:
    return lambda given, found: None if given is None else parse_numbers(given, name)


def _at_least(name: str, least: float) -> Check:
    def check(given: float | None, found: Found) -> float | None:
        if given is not None and not least <= given < float("inf"):
            raise InputError(f"`{name}` {shown(given)}: expected at least {least}")
        return given

    return check


def _jobs(given: str, found: Found) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(given.split(",")))
    for name in names:
        if name not in SCRIPTS:
            raise InputError(f"`jobs` {given}: {name!r} is not known; expected some of {','.join(SCRIPTS)}")
    return names


@dataclass(frozen=True)
class SweepOptions(Options):
    """Options of sweep.py: which jobs there are, and where they run."""
    networks: tuple[str, ...] = option(
        NETWORKS, "as for map.py", WANTED, check=lambda given, found: tuple(dict.fromkeys(given.split(","))),
        metavar="NAMES")
    classes: list[int] | None = option(
        None, "such as 0-3,7 (default: all)", WANTED, check=_numbers("classes"), metavar="NUMBERS")
    objects: list[int] | None = option(
        None, "of each class (default: all)", WANTED, check=_numbers("objects"), metavar="NUMBERS")
    jobs: tuple[str, ...] = option(
        ",".join(SCRIPTS), "of map and optim", WANTED, check=_jobs, metavar="NAMES")
    address: str | None = option(
        None, "a Ray cluster, or auto for the one that this machine belongs to (default: Ray is started on this "
        "machine)", WHERE, metavar="HOST:PORT")
    cpus_per_job: float = option(
        1, "CPUs that a job gets", WHERE, check=_at_least("cpus_per_job", 0.01), type=float, metavar="N")
    gpus_per_job: float | None = option(
        None, "0.25: four jobs share a GPU (default: 1 if there are GPUs)", WHERE, check=_at_least("gpus_per_job", 0),
        type=float, metavar="N")
    max_concurrent: int | None = option(
        None, "jobs at a time (default: as many as there is room for)", WHERE, check=_at_least("max_concurrent", 1),
        type=int, metavar="N")
    gather: bool = option(
        False, "results come back through Ray: for machines that share no folder", WHERE)
