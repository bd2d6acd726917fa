"""Where the result of a mesh of the user's own goes: what would be mistaken for another has a folder of its own."""
from contextlib import suppress
from pathlib import Path

from ..errors import InputError
from ..files import one_folder
from ..parameters import AZIMUTH_AND_ELEVATION
from ..results.layout import MAP, MESH, OPTIM, PARAMETERS, journal_path
from .records import stored_settings
from .result_file import read

OURS, FREE, OTHERS = "ours", "free", "others"


def mesh_folder(folder: Path, file_name: str, mesh: Path, mesh_hash: str, parameters: tuple[str, ...]) -> str:
    """The name of a mesh's folder: "mug", or where that holds results of mug.stl, or a map of other parameters,
    "mug.glb" or "mug.glb_azimuth+distance".

    Args:
        folder: of the class.
        file_name: of the result, MAP or OPTIM.
        mesh: the mesh's file.
        mesh_hash: as in `Shape`.
        parameters: names of a point's numbers.
    """
    full = mesh.name if parameters == AZIMUTH_AND_ELEVATION else f"{mesh.name}_{'+'.join(parameters)}"
    names = one_folder(mesh.stem), full
    owners = [_owner(folder / name, file_name, mesh, mesh_hash, parameters) for name in names]
    return next((name for wanted in (OURS, FREE) for name, owner in zip(names, owners) if owner == wanted), full)


def _owner(folder: Path, file_name: str, mesh: Path, mesh_hash: str, parameters: tuple[str, ...]) -> str:
    """Whose results a folder holds, by the mesh's kind of file and, of the wanted result, by its parameters."""
    owner = FREE
    for name in (MAP, OPTIM):
        path = folder / name
        suffix, hashed, named = None, mesh_hash, parameters
        with suppress(InputError):  # what cannot be read is an error later, in the same folder
            if path.exists():
                contents = read(path)
                suffix = Path((contents.get(MESH) or {}).get("path", mesh)).suffix.lower()
                named = tuple(contents.get(PARAMETERS, AZIMUTH_AND_ELEVATION))
            elif (settings := stored_settings(journal_path(path))) is not None:
                suffix, hashed = mesh.suffix.lower(), settings.get("mesh_hash", mesh_hash)
                named = tuple(settings.get(PARAMETERS, AZIMUTH_AND_ELEVATION))
        if suffix is None:
            continue
        if suffix != mesh.suffix.lower() or hashed != mesh_hash or (name == file_name and named != parameters):
            return OTHERS
        owner = OURS if name == file_name or owner == OURS else owner
    return owner
