"""Processes that start at once: a server that has imported what takes long forks itself.

For promises about processes, such as signals, locks and what a killed run leaves. How a script starts is tested with
processes of its own.
"""
import multiprocessing
import os
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
IMPORTED = ["torch", "numba", "tests.tiny", "utils.semantic.confidence", "utils.runs.result_file"]
SERVER = multiprocessing.get_context("forkserver")
SERVER.set_forkserver_preload(IMPORTED)


class Started:
    """A process that runs a program's text, as `subprocess.Popen([sys.executable, "-c", text, *words])` would."""

    def __init__(self, text, *words, cwd=ROOT):
        theirs, self.stdin = SERVER.Pipe(duplex=False)
        (stdout, out), (stderr, err) = (SERVER.Pipe(duplex=False) for _ in range(2))
        self._process = SERVER.Process(target=_run, args=(text, [*map(str, words)], cwd, theirs, out, err))
        self._process.start()
        for end in (theirs, out, err):
            end.close()
        self.stdin, self.stdout, self.stderr = (os.fdopen(os.dup(end.fileno()), mode) for end, mode in (
            (self.stdin, "w"), (stdout, "r"), (stderr, "r")))
        self.pid, self.kill = self._process.pid, self._process.kill

    @property
    def returncode(self):
        """Its exit code, the negative number of the signal that ended it, or None while it runs."""
        return self._process.exitcode

    def poll(self):
        return self.returncode

    def wait(self):
        self._process.join()
        return self.returncode

    def send_signal(self, number):
        os.kill(self.pid, number)

    def communicate(self, text=""):
        """Give it a last text; what it says after that, to the end: (standard output, standard error)."""
        with self.stdin, self.stdout, self.stderr:
            self.stdin.write(text)
            self.stdin.close()
            said = self.stdout.read(), self.stderr.read()
        self.wait()
        return said


def script_text(name):
    """The text of a program that is a script of the project: its words follow."""
    return f"import runpy, sys; sys.argv[0] = {name!r}; runpy.run_path({name!r}, run_name='__main__')"


def _run(text, words, cwd, *streams):
    for number, (stream, mode, name) in enumerate(zip(streams, "rww", ("stdin", "stdout", "stderr"))):
        os.dup2(stream.fileno(), number)
        stream.close()
        setattr(sys, name, open(number, mode, closefd=False))
    os.chdir(cwd)
    sys.path[0], sys.argv = "", ["-c", *words]
    exec(compile(text, "<string>", "exec"), {"__name__": "__main__"})
