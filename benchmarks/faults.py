"""kill -9 at random moments: is anything lost?

    python -m benchmarks.faults --rounds 50

A round starts map.py, optim.py or sweep.py, kills it at a random moment with SIGKILL (of sweep.py the command itself or
one of its workers), gives the same command again until it succeeds, and compares the files with those of a run that was
left alone. A loss is a round in which a command fails, or after which a file is missing, left over, or has another
number in it.
"""
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import torch

from benchmarks.common import machine
from utils.options.option import Parser
from utils.runs.script import run_script

ROOT = Path(__file__).parents[1]
NETWORK = "tests.tiny:sure"
OPTIM = ("--n_iterations", "10", "--methods", "OIR_W,naive,largest", "--initial_points", "130,30", "--initial_width",
         "5", "--lattice", "20", "--certify", "40")
COMMANDS = {
    "map.py": ("--network", NETWORK, "--class_nb", "5", "--gpu", "-1", "--step", "10", "--batch_size", "8"),
    "optim.py": ("--network", NETWORK, "--class_nb", "5", "--gpu", "-1", *OPTIM),
    "sweep.py": ("--networks", NETWORK, "--classes", "5", "--objects", "0-2", "--gpu", "-1", "--step", "15", *OPTIM),
}
ATTEMPTS = 3  # at giving the same command again


def start(script, folder):
    """A script's process."""
    return subprocess.Popen([sys.executable, script, *COMMANDS[script], "--checkpoint_dir", str(folder)],
                            cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)


def undisturbed(script, folder):
    """Run a script to its end: seconds."""
    begin = time.monotonic()
    process = start(script, folder)
    _, err = process.communicate()
    if process.returncode:
        raise SystemExit(f"{script} failed:\n{err}")
    return time.monotonic() - begin


def disturbed(script, folder, wait):
    """Start a script, kill it or one of its workers after `wait` seconds, and finish it.

    Returns:
        What was killed, and whether the command came to its end in the attempts that it has.
    """
    process = start(script, folder)
    try:
        process.wait(wait)
    except subprocess.TimeoutExpired:
        pass
    workers = processes_at_work(folder) if script == "sweep.py" and random.random() < 0.5 else []
    victim = random.choice(workers) if workers else process.pid
    if process.poll() is None:
        os.kill(victim, signal.SIGKILL)
    process.communicate()
    for _ in range(ATTEMPTS):
        if process.returncode == 0:
            break
        process = start(script, folder)
        process.communicate()
    return "a worker" if workers else script, process.returncode == 0


def processes_at_work(folder):
    """Of the processes that hold a lock: their numbers."""
    found = []
    for lock in folder.rglob(".*.lock"):
        try:
            name = re.match(r"process (\d+) on ", lock.read_text())
            if name and Path(f"/proc/{name[1]}/cmdline").read_bytes().startswith(b"ray::make"):
                found.append(int(name[1]))
        except OSError:  # over by now
            pass
    return found


def same_results(folder, other):
    """Whether two folders hold the same files with the same numbers."""
    return not difference(folder, other)


def difference(folder, other):
    """The files that only one of two folders has, or that hold other numbers: names with commas, or ""."""
    names, others = ({path.relative_to(each) for path in each.rglob("*") if path.is_file()} for each in (folder, other))
    unequal = {name for name in names & others if not same(torch.load(folder / name), torch.load(other / name))}
    return ", ".join(sorted(map(str, (names ^ others) | unequal)))


def same(one, other):
    """Whether what two files hold is the same to the last bit."""
    if torch.is_tensor(one):
        return torch.equal(one, other)
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(same, one, other))
    return one == other or (one != one and other != other)  # a number that is none equals itself here


def main():
    parser = Parser(prog="benchmarks.faults", description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=50, metavar="N", help="(default: 50)")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="of the moments (default: 0)")
    args = parser.parse_args()
    random.seed(args.seed)
    print(machine())
    rounds, losses = Counter(), Counter()
    with tempfile.TemporaryDirectory() as folder:
        whole = {script: Path(folder, script) for script in COMMANDS}
        duration = {script: undisturbed(script, whole[script]) for script in COMMANDS}
        print(f"{'round':>5} {'script':9} {'killed':9} {'after s':>7} {'of s':>5}  outcome")
        for number in range(args.rounds):
            script = list(COMMANDS)[number % len(COMMANDS)]
            wait, ours = random.uniform(0, duration[script]), Path(folder, str(number))
            victim, ended = disturbed(script, ours, wait)
            kept = ended and same_results(whole[script], ours)
            rounds[script] += 1
            losses[script] += not kept
            outcome = "same" if kept else f"LOSS: {difference(whole[script], ours) if ended else 'did not end'}"
            print(f"{number:5} {script:9} {victim:9} {wait:7.2f} {duration[script]:5.1f}  {outcome}", flush=True)
    print(f"{'script':9} {'rounds':>6} {'losses':>6}")
    for script in rounds:
        print(f"{script:9} {rounds[script]:6} {losses[script]:6}")
    print(f"{'all':9} {rounds.total():6} {losses.total():6}")
    if losses.total():
        raise SystemExit(1)


if __name__ == "__main__":
    run_script(main)
