"""Whether the packages that everything needs are installed, said in a line before anything imports them."""
import sys
from importlib.util import find_spec
from pathlib import Path

NEEDED = ("numpy", "torch", "scipy", "matplotlib", "tqdm", "numba", "pandas", "trimesh", "plyfile",
          "mapbox_earcut", "xxhash", "platformdirs")
SCRIPTS = {"map.py", "optim.py", "sweep.py", "report.py"}


def check_installed() -> None:
    """Raise ImportError if a package is missing; a script ends with exit code 2."""
    missing = [name for name in NEEDED if name not in sys.modules and find_spec(name) is None]
    if not missing:
        return
    line = f"{', '.join(missing)} {'is' if len(missing) == 1 else 'are'} not installed; pip install -r requirements.txt"
    script = Path(sys.argv[0]).name
    if script not in SCRIPTS:
        raise ImportError(line)
    print(f"{script}: error: {line}", file=sys.stderr)
    sys.exit(2)
