"""Which jobs a sweep has, how far they have come, and tables of them."""
from __future__ import annotations

import itertools
from argparse import Namespace
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

from ..errors import InputError, described, with_options
from ..options.jobs import JobOptions
from ..results.layout import DONE, FAILED, MISSING, OTHER, RUNNING, UNFINISHED
from ..shapes.catalogue import catalogue_of
from .result_file import state_of

LETTERS = {DONE: "D", RUNNING: "R", UNFINISHED: "U", FAILED: "F", MISSING: ".", OTHER: "O"}
# What names one thing for map.py and optim.py, and what names several for sweep.py
PLURAL = {"network": "networks", "class_nb": "classes", "object_nb": "objects"}


class Script(Protocol):
    """map.py or optim.py, as a module: what a sweep and its workers need of it."""
    __name__: str
    Options: Any  # a subclass of JobOptions, with Options.of(parsed options)
    IN_A_SWEEP: dict[str, str]  # its own values of options that mean another script's in a sweep

    def find(self, options: Any) -> Any:
        """The Job that the options ask for."""

    def run(self, options: Any) -> tuple[Any, Path]:
        """The result that the options ask for, made or found, and its path."""

    def show(self, result: Any, path: Path, plot: bool) -> None:
        """Print and draw a result."""


@dataclass(eq=False)
class Task:
    """One result that a sweep wants.

    Attributes:
        script: that makes it.
        options: of the script.
        path: where it goes, None if it cannot even be looked for.
        settings: what it depends on, as found on this machine.
        state: of the states in utils.results.layout.
        cause: why it failed, one line.
        was_done: it was there before.
        failed_on: nodes on which it has failed.
    """
    script: Script
    options: JobOptions
    path: Path | None = None
    settings: dict[str, Any] | None = None
    state: str = MISSING
    cause: str = ""
    was_done: bool = False
    failed_on: set[str | None] = field(default_factory=set)

    def __str__(self) -> str:
        return f"{self.script.__name__} of {self.options.network} on {self.class_name} {self.options.object_nb}"

    @property
    def class_name(self) -> str:
        """The name of the object's class."""
        return catalogue_of(self.options.dataset).class_names[self.options.class_nb]

    @property
    def mesh(self) -> tuple[int, int]:
        """Which mesh it needs."""
        return self.options.class_nb, self.options.object_nb

    def update_state(self) -> None:
        """Find out how far it is, by the rule that the scripts skip results by; writes nothing."""
        try:
            job = self.script.find(self.options)
        except InputError as error:
            self.state, self.cause = FAILED, in_plural(str(error))
            return
        except Exception as error:  # of a user's network, or a mistake in the program: this task's alone
            self.state, self.cause = FAILED, described(error)
            return
        self.path, self.settings = job.path, job.settings
        self.state, cause = state_of(job.path, job.settings)
        self.cause = in_plural(cause)
        self.was_done = self.state == DONE

    def is_locked(self) -> bool:
        """Whether a process is at work on it."""
        return self.path is not None and state_of(self.path, self.settings or {})[0] == RUNNING

    def is_done_now(self) -> bool:
        """Whether the result that is wanted is there, whoever has made it meanwhile."""
        return self.path is not None and state_of(self.path, self.settings or {})[0] == DONE

    def has_work(self) -> bool:
        """Whether there is anything to do: not where the result is there, or it cannot even be looked for.

        A stored result may still have to be drawn or verified; the script sees to that.
        """
        extras = self.options.override or self.options.plot or bool(getattr(self.options, "verify", 0))
        return self.path is not None and (self.state != DONE or extras)


def matrix(scripts: Sequence[Script], networks: Sequence[str], classes: Sequence[int] | None,
           objects: Sequence[int] | None, args: Namespace) -> list[Task]:
    """A Task for every combination, a network's side by side, so that workers change networks seldom.

    Args:
        scripts: modules.
        networks: names.
        classes, objects: numbers, or None for all that there are.
        args: parsed options that all share.

    Raises:
        InputError: for an option out of range, or an object that there is not.
    """
    catalogue = catalogue_of(args.dataset)
    everyone = range(len(catalogue.class_names))
    classes = everyone if classes is None else [catalogue.class_number(number) for number in classes]
    anyone = dict(network=networks[0], class_nb=0, object_nb=0, mesh=None, label=None)
    shared = [script.Options.of(Namespace(**{**vars(args), **anyone, **script.IN_A_SWEEP})) for script in scripts]
    tasks = []
    for network, class_nb in itertools.product(networks, classes):
        for object_nb in range(catalogue.n_objects(class_nb)) if objects is None else objects:
            catalogue.check(class_nb, object_nb)
            number = dict(network=network, class_nb=class_nb, object_nb=object_nb)
            tasks += [Task(script, replace(options, **number)) for script, options in zip(scripts, shared)]
    return tasks


def in_plural(message: str) -> str:
    """A message of map.py or optim.py with the options as sweep.py has them."""
    return with_options(message, PLURAL)


def state_table(tasks: Iterable[Task]) -> Iterator[str]:
    """A row of letters, one for each object, for every network, script and class: lines of text."""
    tasks = list(tasks)
    objects = sorted({task.options.object_nb for task in tasks})
    rows: dict[tuple[str, str], dict[int, str]] = {}
    for task in tasks:
        label = (f"{task.options.network} {task.script.__name__}", f"{task.options.class_nb} {task.class_name}")
        rows.setdefault(label, {})[task.options.object_nb] = LETTERS[task.state]
    width = max(len(name) for name, _ in rows)
    yield f"{'':{width}} {'object':11} " + " ".join(map(str, objects))
    for (name, class_name), letters in sorted(rows.items(), key=lambda row: row[0][0]):
        yield f"{name:{width}} {class_name:11} " + " ".join(letters[number] for number in objects)
    yield "  ".join(f"{letter} {state}" for state, letter in LETTERS.items())


def summary_table(tasks: Iterable[Task]) -> Iterator[str]:
    """A row of counts for every network and script, and their sum: lines of text."""
    counts: dict[str, Counter[str]] = {}
    for task in tasks:
        state = "done before" if task.was_done and task.state == DONE else task.state
        for name in (f"{task.options.network} {task.script.__name__}", "all"):
            counts.setdefault(name, Counter())[state if state in ("done before", DONE, FAILED) else "left"] += 1
    total = counts.pop("all")
    width = max(map(len, [*counts, "all"]))
    columns = ("done before", DONE, FAILED, "left")
    yield f"{'':{width}} {'jobs':>5} " + " ".join(f"{column:>11}" for column in columns)
    for name, count in [*counts.items(), ("all", total)]:
        yield f"{name:{width}} {count.total():5} " + " ".join(f"{count[column]:11}" for column in columns)
