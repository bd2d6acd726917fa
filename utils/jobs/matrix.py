"""Many jobs: which there are, how far they have come, and tables of them."""
import itertools
from argparse import Namespace
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType

from utils.results import store
from utils.shapes.catalogue import catalogue_of
from utils.results.layout import DONE, FAILED, MISSING, RUNNING, UNFINISHED
from utils.errors import InputError

LETTERS = {DONE: "D", RUNNING: "R", UNFINISHED: "U", FAILED: "F", MISSING: "."}


@dataclass(eq=False)
class Job:
    """One result that is wanted.

    Attributes:
        script: the module that makes it, map or optim.
        args: its options.
        path: where it goes, None if it cannot even be looked for.
        settings: what it depends on, as found on this machine.
        state: of the states in utils.results.layout.
        cause: why it failed, one line.
        was_done: it was there before.
        shunned: nodes on which it has failed.
    """
    script: ModuleType
    args: Namespace
    path: Path | None = None
    settings: dict | None = None
    state: str = MISSING
    cause: str = ""
    was_done: bool = False
    shunned: set = field(default_factory=set)

    def __str__(self):
        return f"{self.script.__name__} of {self.args.network} on {self.class_name} {self.args.object_nb}"

    @property
    def class_name(self):
        """The name of the object's class."""
        return catalogue_of(self.args.dataset).class_names[self.args.class_nb]

    @property
    def mesh(self):
        """Which mesh it needs."""
        return self.args.class_nb, self.args.object_nb

    def look(self):
        """Find out how far it is, by the rule that the scripts skip results by; writes nothing."""
        try:
            found = self.script.find(self.args)
        except InputError as error:
            self.state, self.cause = FAILED, str(error)
            return
        self.path, self.settings = found.path, found.settings
        self.state, self.cause = store.state_of(self.path, self.settings)
        self.was_done = self.state == DONE

    def is_wanted(self):
        """Whether there is anything to do: not where the result is there, or it cannot even be looked for.

        A stored result may still have to be drawn or verified; the script sees to that.
        """
        extras = self.args.override or self.args.plot or self.args.verify
        return self.path is not None and (self.state != DONE or bool(extras))


def matrix(scripts, networks, classes, objects, args):
    """A Job for every combination, a network's side by side, so that workers change networks seldom.

    Args:
        scripts: modules.
        networks: names.
        classes, objects: numbers, or None for all that there are.
        args: options that all share.
    """
    catalogue = catalogue_of(args.dataset)
    classes = range(len(catalogue.class_names)) if classes is None else classes
    jobs = []
    for network, class_nb in itertools.product(networks, classes):
        catalogue.check(class_nb, 0)
        for object_nb, script in itertools.product(
                range(catalogue.n_objects(class_nb)) if objects is None else objects, scripts):
            number = dict(network=network, class_nb=class_nb, object_nb=object_nb, mesh=None, label=None)
            jobs.append(Job(script, Namespace(**{**vars(args), **number, **script.SWEPT})))
    return jobs


def numbers(text, option):
    """The numbers of a list such as "0-3,7": [0, 1, 2, 3, 7].

    Raises:
        InputError: if it is none.
    """
    found = []
    for part in text.split(","):
        first, dash, last = part.partition("-")
        try:
            found += range(int(first), int(last if dash else first) + 1) or [None]
        except ValueError:
            found.append(None)
    if None in found:
        raise InputError(f"{option} {text}: expected numbers and ranges such as 0-3,7")
    return list(dict.fromkeys(found))


def state_table(jobs):
    """A row of letters, one for each object, for every network, script and class: lines of text."""
    objects = sorted({job.args.object_nb for job in jobs})
    rows = {}
    for job in jobs:
        label = (f"{job.args.network} {job.script.__name__}", f"{job.args.class_nb} {job.class_name}")
        rows.setdefault(label, {})[job.args.object_nb] = LETTERS[job.state]
    width = max(len(name) for name, _ in rows)
    yield f"{'':{width}} {'object':11} " + " ".join(map(str, objects))
    for (name, class_name), letters in sorted(rows.items(), key=lambda row: row[0][0]):
        yield f"{name:{width}} {class_name:11} " + " ".join(letters[number] for number in objects)
    yield "  ".join(f"{letter} {state}" for state, letter in LETTERS.items())


def summary_table(jobs):
    """A row of counts for every network and script, and their sum: lines of text."""
    counts = {}
    for job in jobs:
        state = "done before" if job.was_done and job.state == DONE else job.state
        for name in (f"{job.args.network} {job.script.__name__}", "all"):
            counts.setdefault(name, Counter())[state if state in ("done before", DONE, FAILED) else "left"] += 1
    total = counts.pop("all")
    width = max(map(len, [*counts, "all"]))
    columns = ("done before", DONE, FAILED, "left")
    yield f"{'':{width}} {'jobs':>5} " + " ".join(f"{column:>11}" for column in columns)
    for name, count in [*counts.items(), ("all", total)]:
        yield f"{name:{width}} {count.total():5} " + " ".join(f"{count[column]:11}" for column in columns)
