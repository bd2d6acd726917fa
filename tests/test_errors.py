"""Errors in one line, and numbers as one would write them."""
import logging
import pickle
import warnings

import pytest

from utils import installed
from utils.errors import (
    DiskError,
    InputError,
    described,
    first_line,
    is_out_of_memory,
    one_line,
    printable,
    quiet,
    shown,
    with_options,
)


@pytest.mark.parametrize("number, expected", [
    (1000000, "1000000"), (1e6, "1000000"), (0.5, "0.5"), (1e-9, "1e-09"), (float("nan"), "nan"), (1e300, "1e+300"),
    (-3.0, "-3"), (0.1 + 0.2, "0.30000000000000004"), (float("inf"), "inf")])
def test_numbers(number, expected):
    assert shown(number) == expected


def test_thousands():
    assert shown(10 ** 6, ",") == "1,000,000" and shown(1e3, ",") == "1,000" and shown(0.25, ",") == "0.25"


def test_one_line():
    assert one_line(" a\n b\t c") == "a b c"
    assert one_line("x" * 5000) == f"{'x' * 40}.. (5,000 characters)" and one_line("y" * 1000) == "y" * 1000


def test_an_input_error_is_one_line():
    assert str(InputError("a\nb")) == "a b" and str(DiskError(f"{'x' * 5000}: no")).startswith("x" * 40 + "..")
    assert str(pickle.loads(pickle.dumps(DiskError("a b")))) == "a b"  # as Ray does


def test_scripts_name_options_where_the_library_names_arguments():
    message = "`network` nets:tiny: give its `class_nb`, not `a b` or `X`"
    assert with_options(message) == "--network nets:tiny: give its --class_nb, not `a b` or `X`"
    assert with_options(message, {"network": "networks"}).startswith("--networks nets:tiny: give its --class_nb")
    theirs = ValueError("set `weights_only`")
    assert with_options(f"{described(theirs)}, {first_line(theirs)}") == \
        "ValueError: set 'weights_only', set 'weights_only'"


def test_names_that_are_no_text():
    assert printable("mug é") == "mug é" and printable("\udcff.obj") == "\\udcff.obj"


def test_what_others_write_to_their_logs(capsys):
    with quiet():
        logging.getLogger("theirs").error("a traceback")
        warnings.warn("a warning", stacklevel=1)
    assert capsys.readouterr().err == ""
    with quiet(), pytest.raises(ZeroDivisionError):
        1 / 0  # noqa: B018
    assert logging.root.manager.disable == 0


def test_errors_of_others():
    assert described(OSError("no room " * 100)) == f"OSError: {'no room ' * 48}no room.."
    assert described(ValueError("a\nb")) == "ValueError: a b" and described(SystemExit()) == "SystemExit"
    assert is_out_of_memory(MemoryError()) and is_out_of_memory(RuntimeError("CUDA out of memory. Tried to allocate"))
    assert not is_out_of_memory(RuntimeError("memory"))


def test_missing_packages_are_one_line_of_a_script_and_an_error_of_the_library(monkeypatch, capsys):
    monkeypatch.setattr(installed, "NEEDED", ("numpy", "no_such_package", "nor_this"))
    monkeypatch.setattr("sys.argv", ["/somewhere/optim.py"])
    with pytest.raises(SystemExit) as stop:
        installed.check_installed()
    line = "no_such_package, nor_this are not installed; pip install -r requirements.txt"
    assert stop.value.code == 2 and capsys.readouterr().err == f"optim.py: error: {line}\n"
    monkeypatch.setattr("sys.argv", ["ipython"])
    with pytest.raises(ImportError, match=f"^{line}$"):
        installed.check_installed()
