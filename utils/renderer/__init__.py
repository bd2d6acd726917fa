"""A neural mesh renderer that needs nothing but pip: `import utils.renderer as nr`.

Installed by itself (`pip install ./utils/renderer`) it is the package neural_renderer: `import neural_renderer as nr`.
The names and their arguments are those of the original package of that name (Kato, Ushiku & Harada, CVPR 2018).
"""
from .camera import get_points_from_angles, look, look_at, perspective, projection
from .errors import MeshError
from .io.load_obj import load_obj
from .io.save_obj import create_texture_image, save_obj
from .lighting import lighting
from .mesh import Mesh
from .rasterize import Rasterize, rasterize, rasterize_depth, rasterize_rgbad, rasterize_silhouettes
from .renderer import Renderer
from .tensors import vertices_to_faces
from .texture_map import TextureMap

__version__ = "2.0.0"  # the original package ended with 1.1.3

__all__ = ["Mesh", "MeshError", "Rasterize", "Renderer", "TextureMap", "create_texture_image",
           "get_points_from_angles", "lighting", "load_obj", "look", "look_at", "perspective", "projection",
           "rasterize", "rasterize_depth", "rasterize_rgbad", "rasterize_silhouettes", "save_obj", "vertices_to_faces"]
