"""A neural mesh renderer that needs nothing but pip: `import utils.renderer as nr`.

The names and their arguments are those of the neural_renderer package (Kato, Ushiku & Harada, CVPR 2018).
"""
from utils.renderer.camera import get_points_from_angles, look, look_at, perspective, projection
from utils.renderer.errors import MeshError
from utils.renderer.lighting import lighting
from utils.renderer.io.load_obj import load_obj
from utils.renderer.mesh import Mesh
from utils.renderer.rasterize import (Rasterize, rasterize, rasterize_depth, rasterize_rgbad, rasterize_silhouettes)
from utils.renderer.renderer import Renderer, vertices_to_faces
from utils.renderer.io.save_obj import create_texture_image, save_obj
