"""What the scripts are made of: renderer, networks, the confidence f, files and figures."""
import sys
from importlib.abc import MetaPathFinder

from utils.regions import ndinterval


class _RegionsInFiles(MetaPathFinder):
    """Has torch open files with regions in its safe mode, from the moment that torch is imported.

    Importing utils is enough for that, and does not itself import torch, which takes seconds.
    """

    def find_spec(self, name, path=None, target=None):
        if name != "torch":
            return None
        others = (finder.find_spec(name, path, target) for finder in sys.meta_path if finder is not self)
        spec = next(filter(None, others), None)
        if spec is not None:
            load = spec.loader.exec_module

            def load_and_register(module):
                load(module)
                self.register(module)

            spec.loader.exec_module = load_and_register
        return spec

    @staticmethod
    def register(torch):
        torch.serialization.add_safe_globals([ndinterval])


if "torch" in sys.modules:
    _RegionsInFiles.register(sys.modules["torch"])
else:
    sys.meta_path.insert(0, _RegionsInFiles())
