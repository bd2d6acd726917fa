"""Maps and regions of many networks and objects, on this machine or on a Ray cluster.

    python sweep.py --networks resnet,alexnet --classes 0-9 --objects 0-9 --jobs map,optim
    python sweep.py status --networks resnet,alexnet

does what map.py and optim.py would do one after the other, several jobs at a time. The same command again does what is
missing.
"""
from __future__ import annotations

import io
import sys
from argparse import Namespace
from collections.abc import Sequence
from contextlib import redirect_stdout

import map as map_script  # not the built-in, which nothing here uses
import optim as optim_script
from utils.errors import InputError
from utils.files import no_folder
from utils.options.jobs import ONE_JOB
from utils.options.option import Parser
from utils.options.sweeps import SweepOptions
from utils.results.layout import DONE, FAILED, OTHER
from utils.runs.script import run_script
from utils.runs.sweep import PLURAL, Task, matrix, run, state_table, summary_table, update_states

SCRIPTS = {"map": map_script, "optim": optim_script}
EXAMPLES = ("python sweep.py --networks resnet,alexnet --classes 0-9 --objects 0-9 --jobs map,optim",
            "python sweep.py status --networks resnet,alexnet")
DO, STATUS = "run", "status"
NOT_ALL_DONE = 1  # exit code


def parse_args(argv: Sequence[str] | None = None) -> Namespace:
    parser = Parser(__doc__.splitlines()[0], EXAMPLES)
    parser.add_argument("what", nargs="?", default=DO, metavar=f"{{{DO},{STATUS}}}",
                        help="do the jobs (default), or print how far they are and start nothing")
    parser.add_options(SweepOptions)
    for script in (optim_script, map_script):  # in a sweep --parameters is optim.py's
        parser.add_options(script.Options, without=ONE_JOB)
    args = parser.parse_args(argv)
    if args.what not in (DO, STATUS):  # not by argparse, which would blame the word after an option that is not known
        parser.error(f"{args.what!r} is not known; expected {DO} or {STATUS}, or nothing")
    return args


def wanted(args: Namespace) -> list[Task]:
    """The tasks that the options name, all of them checked."""
    options = SweepOptions.of(args)
    if args.gpu not in (None, -1) or (args.gpu == -1 and options.gpus_per_job):
        raise InputError(f"`gpu` {args.gpu}: Ray hands out the GPUs; leave it to `gpus_per_job`, or pass `gpu` -1 "
                         "alone for the CPU")
    if args.weights and len(options.networks) > 1:
        raise InputError(f"`weights` {args.weights}: belongs to one network, and `networks` names "
                         f"{len(options.networks)}; run one sweep for each")
    there = next(path for path in (args.checkpoint_dir, *args.checkpoint_dir.parents) if path.exists())
    if no_folder(there):
        raise InputError(f"`checkpoint_dir` {there}: {no_folder(there)}; give the folder of the results")
    # a worker starts in another folder
    folders = {name: path.absolute() for name in ("data_dir", "checkpoint_dir", "weights", "dataset")
               if (path := getattr(args, name))}
    return matrix([SCRIPTS[name] for name in options.jobs], options, Namespace(**{**vars(args), **folders}))


def print_status(tasks: list[Task]) -> None:
    """Print how far the tasks are."""
    print(state_table(tasks))
    for task in tasks:
        if task.state == FAILED:
            print(f"{task}: {task.cause}")
    others = [task for task in tasks if task.state == OTHER]
    if others:
        print(f"{len(others)} {OTHER} than this command's; give the options that they were made with. The first: "
              f"{others[0]}: {others[0].cause}")


def main() -> None:
    args = parse_args()
    tasks = wanted(args)
    status = args.what == STATUS
    with redirect_stdout(io.StringIO()):  # remarks of the scripts, and Ray's on what is told in a line
        if status:
            update_states(tasks)
        else:
            run(tasks, args)
    if status:
        print_status(tasks)
    else:
        print(summary_table(tasks))
    if any(task.state != DONE for task in tasks):
        sys.exit(NOT_ALL_DONE)


if __name__ == "__main__":
    run_script(main, when_stopped="stopped; the same command goes on from here", plural=PLURAL)
