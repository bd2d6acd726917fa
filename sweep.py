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
from utils.errors import InputError, shown
from utils.options.jobs import Parser, add_shared_options
from utils.results.layout import DONE, FAILED, OTHER
from utils.runs.script import run_script
from utils.runs.sweep import PLURAL, Task, matrix, parse_numbers, run, state_table, summary_table, update_states

SCRIPTS = {"map": map_script, "optim": optim_script}
NETWORKS = "resnet,alexnet,vgg,incept"  # the paper's
DO, STATUS = "run", "status"
NOT_ALL_DONE = 1  # exit code


def parse_args(argv: Sequence[str] | None = None) -> Namespace:
    parser = Parser(description=__doc__.splitlines()[0])
    add = parser.add_argument
    add("what", nargs="?", default=DO, metavar=f"{{{DO},{STATUS}}}",
        help="do the jobs (default), or print how far they are and start nothing")
    add("--networks", default=NETWORKS, metavar="NAMES", help=f"as for map.py (default: {NETWORKS})")
    add("--classes", default=None, metavar="NUMBERS", help="such as 0-3,7 (default: all)")
    add("--objects", default=None, metavar="NUMBERS", help="of each class (default: all)")
    add("--jobs", default=",".join(SCRIPTS), metavar="NAMES", help="of map and optim (default: %(default)s)")
    add = parser.add_argument_group("where the jobs run").add_argument
    add("--address", metavar="HOST:PORT", help="a Ray cluster, or auto for the one that this machine belongs to "
        "(default: Ray is started on this machine)")
    add("--cpus_per_job", type=float, default=1, metavar="N", help="(default: 1)")
    add("--gpus_per_job", type=float, metavar="N", help="0.25: four jobs share a GPU (default: 1 if there are GPUs)")
    add("--max_concurrent", type=int, metavar="N", help="jobs at a time (default: as many as there is room for)")
    add("--gather", action="store_true", help="results come back through Ray: for machines that share no folder")
    add_shared_options(parser.add_argument_group("options of map.py and optim.py"))
    map_script.add_own_options(parser.add_argument_group("options of map.py"))
    optim_script.add_own_options(parser.add_argument_group("options of optim.py"))
    args = parser.parse_args(argv)
    if args.what not in (DO, STATUS):  # not by argparse, which would blame the word after an option that is not known
        parser.error(f"{args.what!r} is not known; expected {DO} or {STATUS}, or nothing")
    return args


def wanted(args: Namespace) -> list[Task]:
    """The tasks that the options name, all of them checked."""
    scripts = args.jobs.split(",")
    for name in scripts:
        if name not in SCRIPTS:
            raise InputError(f"--jobs {args.jobs}: {name!r} is not known; expected some of {','.join(SCRIPTS)}")
    for option, least in (("cpus_per_job", 0.01), ("gpus_per_job", 0), ("max_concurrent", 1)):
        value = getattr(args, option)
        if value is not None and not least <= value < float("inf"):
            raise InputError(f"--{option} {shown(value)}: expected at least {least}")
    if args.gpu not in (None, -1) or (args.gpu == -1 and args.gpus_per_job):
        raise InputError(f"--gpu {args.gpu}: Ray hands out the GPUs; leave it to --gpus_per_job, or pass --gpu -1 "
                         "alone for the CPU")
    networks = list(dict.fromkeys(args.networks.split(",")))
    if args.weights and len(networks) > 1:
        raise InputError(f"--weights {args.weights}: belongs to one network, and --networks names {len(networks)}; run "
                         "one sweep for each")
    # a worker starts in another folder
    folders = {name: path.absolute() for name in ("data_dir", "checkpoint_dir", "weights", "dataset")
               if (path := getattr(args, name))}
    classes, objects = (None if (text := getattr(args, name)) is None else parse_numbers(text, name)
                        for name in ("classes", "objects"))
    return matrix([SCRIPTS[name] for name in dict.fromkeys(scripts)], networks, classes, objects,
                  Namespace(**{**vars(args), **folders}))


def print_status(tasks: list[Task]) -> None:
    """Print how far the tasks are."""
    print(*state_table(tasks), sep="\n")
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
            list(update_states(tasks))
        else:
            run(tasks, args)
    if status:
        print_status(tasks)
    else:
        print(*summary_table(tasks), sep="\n")
    if any(task.state != DONE for task in tasks):
        sys.exit(NOT_ALL_DONE)


if __name__ == "__main__":
    run_script(main, when_stopped="stopped; the same command goes on from here", plural=PLURAL)
