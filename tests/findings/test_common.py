"""What is missing, and the command that makes it."""
from pathlib import Path

from utils.findings.common import missing_lines
from utils.results.tree import Key


def test_a_command_names_networks_as_the_scripts_do():
    keys = [Key(network, "5", str(k)) for network in ("EfficientNetLite0", "ResNet50") for k in (0, 1)]
    lines = missing_lines([*keys, Key("VGG", "5", "0")], "map", Path("checkpoint"))
    assert lines == ["without map.pt of VGG: cup 1; python sweep.py --networks vgg --classes 5 --objects 1 --jobs map, "
                     "with the options of the others, makes it"]
    line, = missing_lines([keys[0], *keys[2:]], "map", Path("checkpoint"))
    assert "python sweep.py --networks efficientnet_lite0 --classes 5 --objects 1 --jobs map" in line
