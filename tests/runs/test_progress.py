"""The bar over a run: what is compiled is said, and is not in the time that is left."""
import io
import re
import sys
import time

import numba
import pytest

from utils.runs import progress
from utils.runs.progress import Bar


@pytest.mark.parametrize("done", [0, 500])
def test_the_first_units_are_not_in_the_time_left(done, monkeypatch):
    monkeypatch.delenv("TQDM_DISABLE", raising=False)
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    with Bar("Net on cup", 1000) as bar:
        assert sys.stderr.getvalue() == "\rNet on cup: starting"
        bar.skip(done)  # played back
        time.sleep(1.2)
        for _ in range(4):
            bar.update(2)
            time.sleep(0.12)
        text = sys.stderr.getvalue()
    shown = re.findall(r"(\d+)/1000 \[\d\d:(\d\d)<(\d\d):(\d\d), ", text)
    assert shown and int(shown[-1][0]) > done  # 2 units take 0.12 s, so that 1,000 take a minute
    assert all(int(minutes) * 60 + int(seconds) < 150 for _, _, minutes, seconds in shown), text


def test_the_bar_says_compiling_where_a_kernel_is_compiled_and_not_where_it_comes_from_disk(monkeypatch, tmp_path):
    def said(folder):
        """What the bar shows while a kernel is called for the first time; its cache is in a folder."""
        monkeypatch.setattr(numba.config, "CACHE_DIR", str(folder))
        monkeypatch.setattr(sys, "stderr", io.StringIO())
        with Bar("Net on cup", 10) as bar:
            numba.njit(increased, cache=True)(1)
            text = sys.stderr.getvalue()
            bar.update(2)
            numba.njit(increased)(1)  # later ones are not spoken of
        assert "compiling" not in sys.stderr.getvalue().replace(text, "")
        return text

    monkeypatch.delenv("TQDM_DISABLE", raising=False)
    assert "Net on cup: compiling, once" in said(tmp_path)
    assert said(tmp_path) == "\rNet on cup: starting"


def increased(number):
    return number + 1


def test_listeners_are_called_and_the_bar_is_hidden(monkeypatch, capsys):
    heard = []
    monkeypatch.setattr(progress, "listeners", [heard.append])
    monkeypatch.setattr(progress, "EVERY", 0)
    with Bar("Net on cup", 4080) as bar:
        bar.skip(1200), bar.update(4)
    with Bar("largest boxes") as bar:
        bar.update(7)
    assert heard == ["1,200 of 4,080 views", "1,204 of 4,080 views", "7 views"] and capsys.readouterr().err == ""
