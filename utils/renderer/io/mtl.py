"""Material files (mtl) of obj files: colours, images, and how they are laid on."""
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..errors import MeshError
from .files import decoded, named_file, read_file, shown, without_mark
from .images import MOST_PIXELS, read_image

ROUNDING = 0.01  # by which a colour may miss [0, 1]
# Options of map_Kd -> how many numbers stand behind each, at most; 0 for one word.
MAP_OPTIONS = {"-s": 3, "-o": 3, "-t": 3, "-mm": 2, "-bm": 1, "-boost": 1, "-texres": 1, "-clamp": 0, "-blendu": 0,
               "-blendv": 0, "-cc": 0, "-imfchan": 0, "-type": 0}


@dataclass
class Material:
    """What a face looks like, by an mtl file.

    Attributes:
        color: rgb in [0, 1], or None.
        image: file, or None.
        missing: what is wrong with an image that is named and not there; "" if nothing is.
        scale, offset: of texture coordinates, which become scale * (u, v) + offset.
        clamp: whether the image ends at its edges, in place of being repeated.
        base, gain: the image's colours become base + gain * color.
    """
    color: tuple[float, float, float] | None = None
    image: Path | None = None
    missing: str = ""
    scale: tuple[float, float] = (1, 1)
    offset: tuple[float, float] = (0, 0)
    clamp: bool = False
    base: float = 0
    gain: float = 1

    def read(self, most_pixels: int = MOST_PIXELS, longest: int | None = None) -> np.ndarray | None:
        """The image [H, W, 3] float32 in [0, 1], row 0 at the top; None if the material has none.

        Args:
            most_pixels, longest: as in `read_image`.

        Raises:
            MeshError: if the file is not there, or cannot be read.
        """
        if self.missing:
            raise MeshError(self.missing)
        if self.image is None:
            return None
        image = read_image(self.image, most_pixels=most_pixels, longest=longest)
        if (self.base, self.gain) != (0, 1):
            image = (self.base + self.gain * image).clip(0, 1)
        return image


def load_mtl(path: str | Path) -> dict[str, Material]:
    """The materials of an mtl file by name; Kd and map_Kd lines count, in any letter case.

    A # belongs to a name, also behind a blank.

    Raises:
        MeshError: if the file is missing or such a line is malformed. An image that is not there is no error before
            it is read.
    """
    text = decoded(without_mark(read_file(path, "the obj file names it after mtllib; put it there, or load without "
                                                "textures")))
    materials: dict[str, Material] = {}
    current = Material()
    for number, line in enumerate(re.split("\r\n|\r|\n", text), 1):
        key, value = (*line.split(None, 1), "", "")[:2]
        key, value, where = key.lower(), value.strip(), f"{path}, line {number}"
        if key == "newmtl":
            current = materials[value] = Material()
        elif key == "kd":
            current.color = _color(value, where)
        elif key == "map_kd":
            _add_image(current, Path(path).parent, value, where)
    return materials


def load_libraries(folder: Path, libraries: list[str]) -> dict[str, Material]:
    """The materials of all files that an obj file names, by name; errors as in `load_mtl`.

    Args:
        folder: of the obj file.
        libraries: what stands behind each mtllib: one name, with blanks or a # in it, or several names.
    """
    materials = {}
    for written in libraries:
        short = without_comment(written)
        one = next((name for name in (written, short) if named_file(folder, name)), None)
        for name in [one] if one else short.split():
            materials.update(load_mtl(named_file(folder, name) or folder / name))
    return materials


def resolved(names: list[str], materials: dict[str, Material]) -> list[str]:
    """The keys of `materials` that faces' names stand for; a name that stands for none stays as it is.

    A name may have a comment behind it, here or in the material file. Faces without a name have the only material, if
    there is one alone.

    Args:
        names: of each face's material, as written; "" where none is named.
        materials: Material by name.
    """
    short = {without_comment(name): name for name in reversed(materials)}
    keys = {name: name if name in materials else short.get(without_comment(name), name) for name in set(names)}
    if len(materials) == 1 and "" in keys:
        keys[""] = next(iter(materials))
    return [keys[name] for name in names]


def without_comment(text: str) -> str:
    """A text up to a # that stands behind a blank."""
    return re.split(r"\s#", text, maxsplit=1)[0].strip()


def _color(value, where):
    """A Kd line's colour. A writer's rounding may leave it a little outside [0, 1]; a single number is grey."""
    try:
        channels = [float(word) for word in value.split("#", 1)[0].split()]
    except ValueError:
        channels = []
    channels = channels * 3 if len(channels) == 1 else channels[:3]
    if len(channels) != 3 or not all(-ROUNDING <= channel <= 1 + ROUNDING for channel in channels):
        raise MeshError(f"{where}: '{f'Kd {value}'.strip()[:60]}' is no colour; expected Kd r g b, each from 0 to 1")
    red, green, blue = (min(max(channel, 0.0), 1.0) for channel in channels)
    return red, green, blue


def _add_image(material, folder, value, where):
    """Give a material the image and the options of a map_Kd line. The file's name may hold blanks and #."""
    material.image, material.missing = named_file(folder, value), ""
    if material.image is not None:
        return
    words = re.findall(r"\S+\s*", value)  # a word and the blanks behind it
    while len(words) > 1 and words[0].strip().lower() in MAP_OPTIONS:
        option, most = words.pop(0).strip().lower(), 0
        numbers = []
        while most < MAP_OPTIONS[option] and len(words) > 1 and (number := _number(words[0])) is not None:
            numbers.append(number)
            words.pop(0)
            most += 1
        if not MAP_OPTIONS[option]:
            setting = words.pop(0).strip().lower()
            material.clamp = setting == "on" if option == "-clamp" else material.clamp
        elif option == "-mm" and len(numbers) == 2:
            material.base, material.gain = numbers
        elif option == "-s" and numbers:
            material.scale = numbers[0], numbers[1] if len(numbers) > 1 else 1
        elif option == "-o" and numbers:
            material.offset = numbers[0], numbers[1] if len(numbers) > 1 else 0
        elif option == "-t" and any(numbers):
            material.missing = f"{where}: turbulence (-t) is not read; take it out, or load without textures"
            return
    name = "".join(words).strip()
    if not name:
        material.missing = f"{where}: no file behind map_Kd"
        return
    material.image = named_file(folder, name) or named_file(folder, without_comment(name))
    if material.image is None:
        material.missing = (f"{where}: the image {shown(folder / name)} is not there; put it there, or load without "
                            "textures")


def _number(word):
    try:
        return float(word)
    except ValueError:
        return None
