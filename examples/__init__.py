"""What neural_renderer is for, in five short programs: `python -m examples.NAME` in the folder above.

Where the package neural_renderer is not installed, as in this repository, it is utils.renderer.
"""
import importlib
import importlib.util
import sys

if importlib.util.find_spec("neural_renderer") is None:
    sys.modules["neural_renderer"] = importlib.import_module("utils.renderer")
