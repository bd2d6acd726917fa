"""The bar over a run: what is compiled once is told, and is not in the time that is left."""
import io
import re
import sys
import time
from types import SimpleNamespace

import pytest

from utils.runs.progress import progress


@pytest.fixture
def job():
    """A job that notes what is saved of it."""
    saved = []
    file = SimpleNamespace(save_unfinished=lambda state, now=False: saved.append((state(), now)))
    return SimpleNamespace(network=SimpleNamespace(folder="Net"), shape=SimpleNamespace(shape_id="cup"), file=file,
                           saved=saved)


@pytest.mark.parametrize("done", [0, 500])
def test_the_first_units_are_not_in_the_time_left(done, job, monkeypatch):
    monkeypatch.delenv("TQDM_DISABLE", raising=False)
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    with progress(job, 1000, done, "view", lambda: "state") as advance:
        assert sys.stderr.getvalue() == "\rNet on cup: compiling, once"
        time.sleep(1.2)
        for _ in range(4):
            advance(2)
            time.sleep(0.12)
        text = sys.stderr.getvalue()
    shown = re.findall(r"(\d+)/1000 \[\d\d:(\d\d)<(\d\d):(\d\d), ", text)
    assert shown and int(shown[-1][0]) > done  # 2 units take 0.12 s, so that 1,000 take a minute
    assert all(int(minutes) * 60 + int(seconds) < 150 for _, _, minutes, seconds in shown), text
    assert job.saved == [("state", False)] * 4


def test_without_a_bar_and_after_ctrl_c(job, monkeypatch):
    monkeypatch.setenv("TQDM_DISABLE", "1")
    with pytest.raises(KeyboardInterrupt), progress(job, 3, 0, "view", lambda: "state") as advance:
        advance(1)
        advance(1)
        raise KeyboardInterrupt
    assert job.saved == [("state", False), ("state", False), ("state", True)]
