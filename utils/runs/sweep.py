"""A sweep: its jobs, how far they are, and what becomes of each."""
from __future__ import annotations

import itertools
import sys
from argparse import Namespace
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass, field, replace
from threading import Event
from types import ModuleType

from tabulate import tabulate
from tqdm import tqdm

from ..errors import InputError, described, with_options
from ..options.jobs import JobOptions
from ..options.sweeps import SweepOptions
from ..results.layout import DONE, FAILED, MISSING, OTHER, RUNNING, UNFINISHED, stored
from ..shapes.catalogue import catalogue_of
from .lock import locked
from .result_file import ResultFile

LETTERS = {DONE: "D", RUNNING: "R", UNFINISHED: "U", FAILED: "F", MISSING: ".", OTHER: "O"}
BEFORE, LEFT = "done before", "left"
PLURAL = {"network": "networks", "class_nb": "classes", "object_nb": "objects"}  # options that are lists in a sweep
BAR = "{l_bar}{bar:10}| {n_fmt}/{total_fmt} [{elapsed}<{remaining}{postfix}]"


@dataclass(eq=False)
class Task:
    """One result that a sweep wants."""
    script: ModuleType  # map.py or optim.py: a module with Options, IN_A_SWEEP, run() and show()
    options: JobOptions
    file: ResultFile | None = None  # of the result, with the settings that hold here; None if it cannot be looked for
    state: str = MISSING  # of those in utils.results.layout
    cause: str = ""  # why it failed, one line
    was_done: bool = False  # before the sweep
    tried_on: list[str] = field(default_factory=list)  # nodes of the cluster, one for each attempt

    def __str__(self) -> str:
        return f"{self.script.__name__} of {self.options.network} on {self.class_name} {self.options.object_nb}"

    @property
    def job(self) -> str:
        """The network and the script."""
        return f"{self.options.network} {self.script.__name__}"

    @property
    def class_name(self) -> str:
        """The name of the object's class."""
        return catalogue_of(self.options.dataset).class_names[self.options.class_nb]

    def update_state(self) -> None:
        """Find out how far it is, by the rule that the scripts skip results by; writes nothing."""
        from .find import prepare  # brings torch, which takes seconds
        try:
            if self.file is None:
                self.file = prepare(self.options).file
            self.state, cause = self.file.state()
        except InputError as error:
            self.state, cause = FAILED, str(error)
        except Exception as error:  # of a user's network, or a mistake in the program: this task's alone
            self.state, cause = FAILED, described(error)
        self.cause = with_options(cause, PLURAL)

    def has_work(self) -> bool:
        """Whether there is anything to do: not where the result is there, or it cannot even be looked for.

        A stored result may still have to be drawn or verified; the script sees to that.
        """
        extras = self.options.override or self.options.plot or bool(getattr(self.options, "verify", 0))
        return self.file is not None and (self.state != DONE or extras)


def matrix(scripts: Sequence[ModuleType], which: SweepOptions, args: Namespace) -> list[Task]:
    """A Task for every combination, a network's side by side, so that workers change networks seldom.

    The options in `args` are the same for all tasks.

    Raises:
        InputError: for an option out of range, or an object that there is not.
    """
    catalogue = catalogue_of(args.dataset)
    every_class = range(len(catalogue.class_names))
    classes = every_class if which.classes is None else map(catalogue.class_number, which.classes)
    any_job = dict(network=which.networks[0], class_nb=0, object_nb=0, mesh=None, label=None)
    shared = [script.Options.of(Namespace(**{**vars(args), **any_job, **script.IN_A_SWEEP})) for script in scripts]
    tasks = []
    for network, class_nb in itertools.product(which.networks, classes):
        for object_nb in range(catalogue.n_objects(class_nb)) if which.objects is None else which.objects:
            catalogue.check(class_nb, object_nb)
            number = dict(network=network, class_nb=class_nb, object_nb=object_nb)
            tasks += [Task(script, replace(options, **number)) for script, options in zip(scripts, shared)]
    return tasks


def update_states(tasks: Sequence[Task], stopped: Event | None = None) -> None:
    """Find out how far the tasks are, one after the other, until all are known or the event `stopped` is set."""
    for task in tqdm(tasks, desc="looking", unit="job", leave=False, delay=2):
        if stopped is None or not stopped.is_set():
            task.update_state()


def run(tasks: Sequence[Task], args: Namespace) -> None:
    """Do what is missing of the tasks, whose states then tell what became of them. `args` are sweep.py's.

    Ray starts while the tasks' states are still being found out.
    """
    from . import cluster
    for marker in args.checkpoint_dir.glob(".sweep.*"):  # of sweeps that were killed, on whatever machine
        with suppress(InputError), locked(marker, wait=False):
            pass  # its lock ends, and the file goes with it
    missing = len(tasks) - len(stored(args.checkpoint_dir))  # or more: a guess, made before anything is read
    stopped = Event()
    with ExitStack() as stack:
        work = stack.enter_context(ThreadPoolExecutor(1)).submit(_find_work, tasks, stopped)
        stack.callback(stopped.set)
        if missing <= 0 and not work.result():
            return  # Ray is not needed
        marker = stack.enter_context(cluster.marker_in(args.checkpoint_dir))
        stack.enter_context(cluster.connected(args.address))
        is_default = args.gpus_per_job is None and args.gpu is None
        gpus = cluster.default_gpus() if is_default else args.gpus_per_job or 0
        most = args.max_concurrent or len(tasks)
        todo = work.result()
        for task in todo:
            task.options = replace(task.options, gpu=None if gpus else -1)
        bar = stack.enter_context(tqdm(total=len(tasks), initial=len(tasks) - len(todo), bar_format=BAR,
                                       dynamic_ncols=True, disable=not todo))

        def show(running: Iterable[str]) -> None:
            if sys.stderr.isatty():  # a log would fill with it
                bar.set_postfix_str(", ".join(running))

        attempts = stack.enter_context(closing(cluster.run(todo, args.cpus_per_job, gpus, most,
                                                           None if args.gather else marker, show)))
        for task, failure, last in attempts:
            failure = with_options(failure, PLURAL)
            if failure:
                bar.write(f"{task}: {failure}{'' if last else '; trying again'}", file=sys.stderr)
            if last:
                bar.update()
                task.state, task.cause, task.was_done = FAILED if failure else DONE, failure, False
            if last and failure and task.file is not None:
                task.file.record_failure(failure)


def _find_work(tasks: Sequence[Task], stopped: Event) -> list[Task]:
    """The tasks that have to be done. The search for them ends when the event `stopped` is set."""
    update_states(tasks, stopped)
    for task in () if stopped.is_set() else tasks:
        task.was_done = task.state == DONE
        if task.file is None:
            print(f"{task}: {task.cause}", file=sys.stderr)
        elif task.was_done:
            task.file.tidy()
    return [task for task in tasks if task.has_work()]


def state_table(tasks: Sequence[Task]) -> str:
    """A row of letters, one for each object, for every network, script and class."""
    objects = sorted({task.options.object_nb for task in tasks})
    rows: dict[tuple[str, str], dict[int, str]] = {}
    for task in sorted(tasks, key=lambda task: task.job):
        row = rows.setdefault((task.job, f"{task.options.class_nb} {task.class_name}"), {})
        row[task.options.object_nb] = LETTERS[task.state]
    table = tabulate([(*names, " ".join(letters.get(number, " ") for number in objects))
                      for names, letters in rows.items()], ("", "object", " ".join(map(str, objects))), "plain")
    return f"{table}\n{'  '.join(f'{letter} {state}' for state, letter in LETTERS.items())}"


def summary_table(tasks: Sequence[Task]) -> str:
    """A row of counts for every network and script, and their sum."""
    columns = (BEFORE, DONE, FAILED, LEFT)
    counts: dict[str, Counter[str]] = {}
    for task in tasks:
        state = BEFORE if task.was_done else task.state if task.state in columns else LEFT
        counts.setdefault(task.job, Counter())[state] += 1
    counts["all"] = sum(counts.values(), Counter())
    return tabulate([(job, count.total(), *map(count.__getitem__, columns)) for job, count in counts.items()],
                    ("", "jobs", *columns), "plain")
