"""A neural mesh renderer that needs nothing but pip: `import utils.renderer as nr`."""
from utils.renderer.camera import get_points_from_angles, look_at, perspective
from utils.renderer.load_obj import MeshError, load_obj, save_obj
from utils.renderer.renderer import Renderer, vertices_to_faces
