"""Maps and regions of many networks and objects, on this machine or on a Ray cluster.

    python sweep.py --networks resnet,alexnet --classes 0-9 --objects 0-9 --jobs map,optim
    python sweep.py status --networks resnet,alexnet

does what map.py and optim.py would do one after the other, several jobs at a time. The same command again does what is
missing.
"""
import io
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, redirect_stdout
from threading import Event

from tqdm import tqdm

import map as map_script  # not the built-in, which nothing here uses
import optim as optim_script
from utils.results import layout, store
from utils.errors import InputError
from utils.jobs.options import Parser, add_shared_options, run_script
from utils.jobs.matrix import matrix, numbers, state_table, summary_table

SCRIPTS = {"map": map_script, "optim": optim_script}
NETWORKS = "resnet,alexnet,vgg,incept"  # the paper's
NOT_ALL_DONE = 1  # exit code


def parse_args(argv=None):
    parser = Parser(description=__doc__.splitlines()[0])
    add = parser.add_argument
    add("what", nargs="?", choices=("run", "status"), default="run",
        help="do the jobs (default), or print how far they are and start nothing")
    add("--networks", default=NETWORKS, metavar="NAMES", help=f"as for map.py (default: {NETWORKS})")
    add("--classes", default=None, metavar="NUMBERS", help="such as 0-3,7 (default: all)")
    add("--objects", default=None, metavar="NUMBERS", help="of each class (default: all)")
    add("--jobs", default=",".join(SCRIPTS), metavar="NAMES", help="of map and optim (default: %(default)s)")
    cluster = parser.add_argument_group("where the jobs run")
    add = cluster.add_argument
    add("--address", metavar="HOST:PORT", help="a Ray cluster, or auto for the one that this machine belongs to "
        "(default: Ray is started on this machine)")
    add("--cpus_per_job", type=float, default=1, metavar="N", help="(default: 1)")
    add("--gpus_per_job", type=float, metavar="N", help="0.25: four jobs share a GPU (default: 1 if there are GPUs)")
    add("--max_concurrent", type=int, metavar="N", help="jobs at a time (default: as many as there is room for)")
    add("--gather", action="store_true", help="results come back through Ray: for machines that share no folder")
    add_shared_options(parser.add_argument_group("options of map.py and optim.py"))
    map_script.add_own_options(parser.add_argument_group("options of map.py"))
    optim_script.add_own_options(parser.add_argument_group("options of optim.py"))
    return parser.parse_args(argv)


def wanted(args):
    """The jobs that the options name, all of them checked."""
    scripts = args.jobs.split(",")
    for name in scripts:
        if name not in SCRIPTS:
            raise InputError(f"--jobs {args.jobs}: {name!r} is not known; expected some of {','.join(SCRIPTS)}")
    for option, least in (("cpus_per_job", 0.01), ("gpus_per_job", 0), ("max_concurrent", 1)):
        value = getattr(args, option)
        if value is not None and not least <= value < float("inf"):
            raise InputError(f"--{option} {value:g}: expected at least {least}")
    if args.gpu not in (None, -1) or (args.gpu == -1 and args.gpus_per_job):
        raise InputError(f"--gpu {args.gpu}: Ray hands out the GPUs; leave it to --gpus_per_job, or pass --gpu -1 "
                         "alone for the CPU")
    networks = list(dict.fromkeys(args.networks.split(",")))
    if args.weights and len(networks) > 1:
        raise InputError(f"--weights {args.weights}: belongs to one network, and --networks names {len(networks)}; run "
                         "one sweep for each")
    for option in ("data_dir", "checkpoint_dir", "weights", "dataset"):  # a worker starts in another folder
        if getattr(args, option):
            setattr(args, option, getattr(args, option).absolute())
    classes, objects = (None if text is None else numbers(text, option) for text, option in
                        ((args.classes, "--classes"), (args.objects, "--objects")))
    jobs = matrix([SCRIPTS[name] for name in dict.fromkeys(scripts)], networks, classes, objects, args)
    for job in jobs:
        job.script.check(job.args)
    return jobs


def look(jobs):
    """Find out how far the jobs are, one after the other."""
    for job in tqdm(jobs, desc="looking", unit="job", leave=False, delay=2):
        job.look()
        yield job


def find_work(jobs, stopped):
    """Look at all jobs; returns those that have to be done, those that another process is at work on last.

    Ends when the event `stopped` is set.
    """
    for job in look(jobs):
        if stopped.is_set():
            return []
    for job in jobs:
        if job.was_done:
            store.tidy(job.path)
        if job.path is None:
            print(f"{job}: {job.cause}", file=sys.stderr)
    return sorted((job for job in jobs if job.is_wanted()), key=lambda job: job.state == layout.RUNNING)


def sweep(jobs, args):
    """Do what there is to do. Ray and its workers get ready while the jobs are still being looked at."""
    from utils.jobs import cluster
    cluster.remove_old_markers(args.checkpoint_dir)
    missing = len(jobs) - len(layout.stored(args.checkpoint_dir))  # or more: a guess, made before anything is read
    stopped = Event()
    with ExitStack() as stack:
        work = stack.enter_context(ThreadPoolExecutor(1)).submit(find_work, jobs, stopped)
        stack.callback(stopped.set)
        if missing <= 0 and not work.result():
            return  # Ray is not needed
        marker = stack.enter_context(cluster.marker_in(args.checkpoint_dir))
        stack.enter_context(cluster.connected(args.address))
        gpus = cluster.default_gpus() if args.gpus_per_job is None and args.gpu is None else args.gpus_per_job or 0
        most = args.max_concurrent or len(jobs)
        workers = cluster.hire(gpus, args.cpus_per_job, min(most, missing))
        todo = work.result()
        if not todo:
            return
        bar = stack.enter_context(tqdm(total=len(jobs), initial=len(jobs) - len(todo), unit="job"))
        for job in todo:
            job.args.gpu = None if gpus else -1
        attempts = stack.enter_context(closing(cluster.run(todo, gpus, args.cpus_per_job, most,
                                                           None if args.gather else marker, workers)))
        for job, failure, last in attempts:
            if failure:
                bar.write(f"{job}: {failure}{'' if last else '; trying again'}", file=sys.stderr)
            if last:
                bar.update()
                job.state, job.cause = layout.FAILED if failure else layout.DONE, failure
                job.was_done = False
            if last and failure:
                store.record_failure(job.path, failure)


def print_status(jobs):
    """Print how far the jobs are."""
    print(*state_table(jobs), sep="\n")
    for job in jobs:
        if job.state == layout.FAILED:
            print(f"{job}: {job.cause}")


def main():
    args = parse_args()
    jobs = wanted(args)
    status = args.what == "status"
    with redirect_stdout(io.StringIO()):  # remarks of the scripts, and Ray's on what is told in a line
        if status:
            list(look(jobs))
        else:
            sweep(jobs, args)
    if status:
        print_status(jobs)
    else:
        print(*summary_table(jobs), sep="\n")
    if any(job.state != layout.DONE for job in jobs):
        sys.exit(NOT_ALL_DONE)


if __name__ == "__main__":
    run_script(main, when_stopped="stopped; the same command goes on from here")
