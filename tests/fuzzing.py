"""Tests with any input at all: how they are drawn, how long they take, and what counts as well done.

A part takes 0.7 s of a processor's time, always with the same examples. `FUZZ_SECONDS=600 python -m pytest -k fuzz`
gives each part ten minutes of new ones.
"""
import io
import os
import random
import re
import signal
import sys
import tempfile
import time
from contextlib import redirect_stderr, redirect_stdout
from functools import wraps
from pathlib import Path

import pytest

from utils.errors import InputError
from utils.runs.script import run_script

hypothesis = pytest.importorskip("hypothesis", reason="needs hypothesis: pip install -r requirements-dev.txt")
st = hypothesis.strategies
LONG = float(os.environ.get("FUZZ_SECONDS", 0))
SECONDS, EXAMPLES = LONG or 0.7, 300
BAR = re.compile(r"\d+%\||: (starting|compiling, once)$| 0(view|job|file) \[")  # of progress
STUCK = 600 if LONG else 60  # seconds after which an example hangs
SETTINGS = hypothesis.settings(max_examples=EXAMPLES, deadline=None, database=None, derandomize=not LONG,
                               phases=[hypothesis.Phase.generate],  # making a find smaller takes minutes
                               suppress_health_check=list(hypothesis.HealthCheck))


def fuzz(**strategies):
    """Call a test with drawn arguments for SECONDS; the first is a folder of its own for each example."""
    def decorate(test):
        def example(ends, **drawn):
            if time.process_time() > ends:
                return
            signal.signal(signal.SIGALRM, lambda *_: pytest.fail("hangs"))
            signal.alarm(STUCK)
            with tempfile.TemporaryDirectory() as folder:
                try:
                    test(Path(folder), **drawn)
                finally:
                    signal.alarm(0)

        @wraps(test, assigned=("__name__", "__doc__"))
        def whole():
            ends = time.process_time() + SECONDS
            while True:
                hypothesis.given(**strategies)(SETTINGS(lambda **drawn: example(ends, **drawn)))()
                if not LONG or time.process_time() > ends:
                    break

        del whole.__wrapped__  # pytest would ask for the arguments as fixtures
        return whole

    return decorate


def files_below(folder):
    """Name -> contents of all files below a folder."""
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def outcome(module, words, folder):
    """Run a script's main as the command line would: exit code. What it says of an error is one line, behind those of
    what report.py left out before, and no file of `folder` changes then."""
    before, argv, out, err = files_below(folder), sys.argv, io.StringIO(), io.StringIO()
    sys.argv = [f"{module.__name__}.py", *words]
    try:
        with redirect_stdout(out), redirect_stderr(err):
            run_script(module.main)
        code = 0
    except SystemExit as stop:
        code = stop.code or 0
    finally:
        sys.argv = argv
    said = "\n".join(line for line in re.split("[\r\n]+", err.getvalue()) if line.strip() and not BAR.search(line)
                     and not line.startswith("report.py: left out: "))
    assert code in ((0, 2) if module.__name__ in ("map", "optim") else (0, 1, 2)) and "Traceback" not in said, said
    if code == 2:
        assert re.match(rf"{module.__name__}\.py( \w+)?: error: ", said) and "\n" not in said and len(said) < 4000, said
        assert files_below(folder) == before
    return code


def only_input_errors(call):
    """What a call returns; None after an InputError of one line."""
    try:
        return call()
    except InputError as error:
        assert str(error).strip() and len(str(error).strip().splitlines()) == 1 and len(str(error)) < 4000, error
        return None


OBJ = ("mtllib a.mtl\nv -1 -1 0\nv 1 -1 0\nv 0 1 0\nv 0 0 1\nvt 0 0\nvt 1 0\nvt 0 1\nusemtl m\nf 1/1 2/2 3/3\n"
       "f 1/1 2/2 4/3\n")
TOKENS = ["-1", "0", "5", "99999999999999999999", "1e400", "nan", "inf", "x", "", "..", "/", "1/1/1", "//", "-7/-7",
          "1e30", "2147483648", "9" * 500, "\0", "\\", "\xff", "é", "#", "[", "{", ":", "a" * 300, "../a", "f", "v",
          "mtllib",
          "usemtl", "Kd", "map_Kd", "element", "property", "list", "end_header", "\n", ",", '"', "- ", "null", "!!x"]


def damaged(text):
    """Strategy: a text with some of its words, lines or bytes changed."""
    def damage(seed_and_changes):
        seed, changes = seed_and_changes
        chosen, found = random.Random(seed), text
        for _ in range(changes):
            between = " " if chosen.random() < 0.6 else "\n"
            parts = found.split(between)
            k = chosen.randrange(len(parts))
            what = chosen.randrange(5)
            if what == 0:
                del parts[k]
            elif what == 1:
                parts.insert(k, parts[chosen.randrange(len(parts))])
            elif what == 2:
                parts[k] = parts[k][:chosen.randrange(len(parts[k]) + 1)] + chosen.choice(TOKENS)
            else:
                parts[k] = chosen.choice(TOKENS)
            found = (between if what < 4 else chosen.choice(" \n")).join(parts)
        return found

    return st.tuples(st.integers(0, 2 ** 32), st.integers(0, 4)).map(damage)


def spoilt(content, seed):
    """Bytes with some changed, mostly near the beginning, or cut off."""
    chosen, content = random.Random(seed), bytearray(content)
    for _ in range(chosen.randrange(1, 4)):
        k = chosen.randrange(min(len(content), 400) if chosen.random() < 0.7 else len(content))
        if chosen.random() < 0.2:
            del content[k:]
            content += b"\0"
        else:
            content[k] = chosen.choice([0, 1, 127, 128, 255, chosen.randrange(256)])
    return bytes(content)
