"""A sweep: which tasks are left, workers for them, and what became of each."""
from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import replace
from threading import Event

from tqdm import tqdm

from ..options.sweeps import SweepOptions
from ..results.layout import DONE, FAILED, RUNNING, stored
from .matrix import Task, in_plural
from .result_file import record_failure, tidy


def update_states(tasks: Sequence[Task]) -> Iterator[Task]:
    """Find out how far the tasks are, one after the other."""
    for task in tqdm(tasks, desc="looking", unit="job", leave=False, delay=2):
        task.update_state()
        yield task


def run(tasks: Sequence[Task], options: SweepOptions, args: Namespace) -> None:
    """Do what there is to do. Ray and its workers get ready while the tasks' states are still being found out.

    Args:
        tasks: all that are wanted; their states tell afterwards what became of them.
        options: of the sweep.
        args: parsed options of map.py and optim.py.
    """
    from . import cluster
    cluster.remove_old_markers(args.checkpoint_dir)
    missing = len(tasks) - len(stored(args.checkpoint_dir))  # or more: a guess, made before anything is read
    stopped = Event()
    with ExitStack() as stack:
        work = stack.enter_context(ThreadPoolExecutor(1)).submit(_find_work, tasks, stopped)
        stack.callback(stopped.set)
        if missing <= 0 and not work.result():
            return  # Ray is not needed
        marker = stack.enter_context(cluster.marker_in(args.checkpoint_dir))
        stack.enter_context(cluster.connected(options.address))
        is_default = options.gpus_per_job is None and args.gpu is None
        gpus = cluster.default_gpus() if is_default else options.gpus_per_job or 0
        most = options.max_concurrent or len(tasks)
        workers = cluster.start_workers(gpus, options.cpus_per_job, min(most, missing))
        todo = work.result()
        if not todo:
            return
        bar = stack.enter_context(tqdm(total=len(tasks), initial=len(tasks) - len(todo), unit="job"))
        for task in todo:
            task.options = replace(task.options, gpu=None if gpus else -1)
        attempts = stack.enter_context(closing(cluster.run(todo, gpus, options.cpus_per_job, most,
                                                           None if options.gather else marker, workers)))
        for task, failure, last in attempts:
            failure = in_plural(failure)
            if failure:
                bar.write(f"{task}: {failure}{'' if last else '; trying again'}", file=sys.stderr)
            if last:
                bar.update()
                task.state, task.cause = FAILED if failure else DONE, failure
                task.was_done = False
            if last and failure and task.path is not None:
                record_failure(task.path, failure)


def _find_work(tasks: Sequence[Task], stopped: Event) -> list[Task]:
    """The tasks that have to be done, those that another process is at work on last.

    Ends when the event `stopped` is set.
    """
    for _ in update_states(tasks):
        if stopped.is_set():
            return []
    for task in tasks:
        if task.path is None:
            print(f"{task}: {task.cause}", file=sys.stderr)
        elif task.was_done:
            tidy(task.path)
    return _running_last(task for task in tasks if task.has_work())


def _running_last(tasks: Iterable[Task]) -> list[Task]:
    return sorted(tasks, key=lambda task: task.state == RUNNING)
