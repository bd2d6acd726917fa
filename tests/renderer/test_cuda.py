"""The GPU's rasterizer against the CPU's: on a GPU where there is one, and else in Triton's interpreter."""
import os
import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from tests.renderer.backends import DEVICE, both, on_device
from utils.renderer import camera
from utils.renderer.cpu import backend as cpu
from utils.renderer.cuda import backend as cuda
from utils.renderer.io.load_obj import load_obj
from utils.renderer.rasterize import _backend, rasterize_mesh
from utils.renderer.scene import Scene

MESHES = ("tetrahedron", "bumpy_sphere", "open_bowl", "triangle_soup", "awkward")
IMAGE_SIZE = 12  # pixels: the interpreter is slow


@pytest.fixture(params=MESHES)
def mesh(request, goldens):
    """Projected vertices [2, V, 3] and faces [1, F, 3] of a mesh seen from two sides."""
    vertices, faces = load_obj(goldens / "meshes" / f"{request.param}.obj")
    eye = camera.get_points_from_angles(2.732, torch.tensor([30.0, -5]), torch.tensor([20.0, 130]))
    return camera.perspective(camera.look_at(vertices.expand(2, -1, -1), eye)).contiguous(), faces[None].int()


def scene(faces, channels, anti_aliasing=True, fill_back=True, **wanted):
    background = torch.linspace(0.1, 0.4, 2 * channels).reshape(2, channels)
    return Scene(faces, IMAGE_SIZE, anti_aliasing, background_color=background, fill_back=fill_back, **wanted)


def paint(faces, channels, textured):
    random = torch.Generator().manual_seed(0)
    colors = torch.rand(1, 2 * faces.shape[1], channels, generator=random)
    textures = torch.rand(1, faces.shape[1], 3, 3, 3, channels, generator=random) if textured else None
    return colors, textures


def relative(ours, theirs):
    return np.linalg.norm(ours - theirs) / max(np.linalg.norm(theirs), 1e-12)


@pytest.mark.parametrize("textured, for_gradient", [(False, False), (False, True), (True, False)])
def test_images_are_the_cpus(mesh, textured, for_gradient):
    vertices, faces = mesh
    expected, got = both("draw", vertices, *paint(faces, 3, textured), scene(faces, 3), for_gradient)
    for ours, theirs in zip(got, expected):
        if theirs is None:
            assert ours is None
        elif theirs.dtype == np.int32:
            assert (ours != theirs).mean() <= 5e-4
        else:
            assert (np.abs(ours - theirs) > 1e-3).mean() <= 5e-4


def test_without_backs_without_anti_aliasing_in_one_channel(mesh):
    vertices, faces = mesh
    colors = torch.rand(2, faces.shape[1], 1, generator=torch.Generator().manual_seed(1))
    plain = scene(faces, 1, anti_aliasing=False, fill_back=False, with_depth=False, with_alpha=False)
    (expected, *_), (got, *_) = both("draw", vertices, colors, None, plain)
    assert (np.abs(got - expected) > 1e-3).mean() <= 5e-4


@pytest.mark.parametrize("textured", [False, True])
def test_gradients_are_the_cpus(mesh, textured):
    vertices, faces = mesh
    colors, textures = paint(faces, 1, textured)
    drawn = scene(faces, 1)
    face_index = cpu.draw(vertices, colors, textures, drawn, True)[3]
    random = torch.Generator().manual_seed(2)
    grad_rgb, grad_depth, grad_alpha = (torch.randn(2, *channels, IMAGE_SIZE, IMAGE_SIZE, generator=random)
                                        for channels in ((1,), (), ()))
    inputs = vertices, colors, textures, drawn, face_index
    for expected, got in zip(*both("color_gradient", *inputs, grad_rgb)):
        assert got is expected is None or relative(got, expected) < 1e-4
    (expected,), (got,) = both("vertex_gradient", *inputs, grad_rgb, None, grad_alpha)
    assert relative(got, expected) < 1e-3
    (expected,), (got,) = both("vertex_gradient", *inputs, None, grad_depth, None)
    assert relative(got, expected) < 1e-3


def test_nothing_in_view():
    vertices, faces = torch.full((2, 3, 3), 5.0), torch.tensor([[[0, 1, 2]]], dtype=torch.int32)
    colors = torch.ones(1, 2, 1)
    rgb, depth, alpha, face_index = cuda.draw(*map(on_device, (vertices, colors, None, scene(faces, 1), True)))
    assert (depth == 100).all() and (alpha == 0).all() and (face_index == -1).all()
    assert torch.allclose(rgb[:, 0, 0, 0].cpu(), scene(faces, 1).background_color[:, 0])
    gradient = cuda.vertex_gradient(*map(on_device, (vertices, colors, None, scene(faces, 1), face_index,
                                                     torch.ones_like(rgb), None, None)))
    assert (gradient == 0).all()


@pytest.mark.parametrize("device, backend", [("cpu", cpu), ("cuda", cuda)])
def test_the_backend_is_the_devices(device, backend):
    vertices = SimpleNamespace(device=torch.device(device))
    assert _backend(vertices) is backend


@pytest.mark.skipif(DEVICE.type == "cpu", reason="no GPU here")
def test_tensors_on_the_gpu_are_drawn_there():
    vertices, faces = torch.rand(1, 3, 3, device=DEVICE) + 1, torch.tensor([[[0, 1, 2]]], device=DEVICE)
    rgb, _, _ = rasterize_mesh(vertices, torch.ones(1, 2, 1, device=DEVICE), None, Scene(faces, 16))
    assert rgb.device.type == "cuda"


def test_the_kernels_compile_for_gpus_that_are_not_here():
    """To machine code, by the compiler that Triton brings along: the interpreter does not see what it would refuse."""
    program = """
import triton
from triton.backends.compiler import GPUTarget
from triton.compiler import ASTSource
from utils.renderer.cuda import kernels as cuda_kernels
floats = dict.fromkeys("vertices centres depth colors background image textures gradient grad_vertices grad_textures "
                       "grad_colors".split(), "*fp32")
types = floats | dict(faces="*i32", keys="*i64", larger="*i64", n_larger="*i32", face_index="*i32", owner="*i32",
                      visible="*i64", near="fp32", far="fp32", eps="fp32")
constants = dict(FILL_BACK=True, FACES=32, LIMIT=256, STEP=64, CHANNELS=3, SAMPLES=2, EDGES=1, FLAT=False)
for name in ("draw_small draw_larger resolve shade read_cubes texture_gradient depth_gradient edge_gradient").split():
    kernel = getattr(cuda_kernels, name)
    names = kernel.arg_names
    given = {n: constants[n] for n in names if n in constants}
    signature = {n: "constexpr" if n in given else types.get(n, "i32") for n in names}
    source = ASTSource(fn=kernel, signature=signature, constexprs={(names.index(n),): v for n, v in given.items()})
    compiled = triton.compile(source, target=GPUTarget("cuda", 90, 32), options=dict(enable_fp_fusion=False))
    assert compiled.asm["cubin"] and "fma.rn" not in compiled.asm["ptx"], name
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True,
                          env={k: v for k, v in os.environ.items() if k != "TRITON_INTERPRET"})
    assert done.returncode == 0, done.stderr
