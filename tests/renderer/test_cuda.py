"""The GPU's rasterizer against the CPU's: on a GPU where there is one, and else in Triton's interpreter.

The interpreter gets few programs of many elements, because it takes its time for each. How the programs share the work
only shows in launches of many small ones, as a GPU has them: faces, lists, bands of rows, edges and lines, over meshes
and textures of each view.
"""
import os
import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest
import torch

pytest.importorskip("triton", reason="the GPU's rasterizer is written in Triton, which is not installed here")

import triton
import triton.language as tl

from tests.renderer.backends import DEVICE, both
from utils.renderer.cpu import backend as cpu
from utils.renderer.cuda import backend as cuda
from utils.renderer.cuda.kernels import greater, lesser, weight_at
from utils.renderer.rasterize import _backend
from utils.renderer.rules import BACKGROUND
from utils.renderer.scene import Scene

VIEWS, N_FACES, CHANNELS, SIZE = 2, 9, 3, 10
BROKEN = (float("nan"), float("inf"), float("-inf"), 3e38, 1e20)  # single coordinates of a face each

# as here, and as on a GPU in smaller numbers: several programs for the faces, the list, a face's rows, edges and lines
USUAL, FEW, MORE = "as usual", "of a few elements", "of some more"
LAUNCHES = {
    USUAL: {},
    FEW: dict(FACES=2, SMALL=4, PROGRAMS=2, BANDS=3, STEP=32, EDGES=16, LINE_SHARES=4, LINE_STEP=2),
    MORE: dict(FACES=8, SMALL=20, PROGRAMS=3, BANDS=2, STEP=16, EDGES=4, LINE_SHARES=1, LINE_STEP=16),
}


@triton.jit
def compare(a, b, smaller, larger, weight):
    """What the kernels' comparisons say of 16 pairs."""
    place = tl.arange(0, 16)
    x, y = tl.load(a + place), tl.load(b + place)
    tl.store(smaller + place, lesser(x, y))
    tl.store(larger + place, greater(x, y))
    tl.store(weight + place, weight_at(x, y, 1.0, 0.0, 0.0))


@pytest.fixture
def launch(request, monkeypatch):
    for name, value in LAUNCHES[request.param].items():
        assert hasattr(cuda, name)
        monkeypatch.setattr(cuda, name, value)


@pytest.fixture
def random():
    return torch.Generator().manual_seed(3)


def soup(random, faces_of_each=True):
    """Vertices [B, V, 3] and faces [B or 1, F, 3]: small and large triangles, some of them across the borders."""
    centres = torch.rand(VIEWS, N_FACES, 1, 3, generator=random) * 2 - 1
    extents = torch.tensor([0.15, 0.5, 1.5])[torch.arange(N_FACES) % 3].reshape(1, N_FACES, 1, 1)
    vertices = centres + extents * torch.randn(VIEWS, N_FACES, 3, 3, generator=random)
    vertices[..., 2] = 1 + 2 * torch.rand(VIEWS, N_FACES, 3, generator=random)
    faces = torch.stack([torch.randperm(3 * N_FACES, generator=random).reshape(-1, 3) for _ in range(VIEWS)])
    faces[:, :N_FACES - 2] = torch.arange(3 * N_FACES).reshape(-1, 3)[:-2]  # two of each view's faces are its own
    faces = faces if faces_of_each else faces[:1]
    return vertices.reshape(VIEWS, -1, 3), faces.int()


def scene(faces, random, samples=1, **settings):
    background = torch.rand(VIEWS, CHANNELS, generator=random)
    return Scene(faces, SIZE // samples, samples == 2, background_color=background, **settings)


def paint(random, of_each=True, cells=3):
    """Colours [B or 1, 2F, C] and cubes [B or 1, F, T, T, T, C]."""
    n = VIEWS if of_each else 1
    return (torch.rand(n, 2 * N_FACES, CHANNELS, generator=random),
            torch.rand(n, N_FACES, cells, cells, cells, CHANNELS, generator=random))


def check(expected, got):
    """Gradients: equal but for the order of their sums."""
    for theirs, ours in zip(expected, got):
        if theirs is None:
            assert ours is None
            continue
        assert np.isfinite(theirs).all() and np.abs(theirs).max() > 0.01
        np.testing.assert_allclose(ours, theirs, rtol=1e-3, atol=1e-4 * np.abs(theirs).max())


@pytest.mark.parametrize("launch, faces_of_each, samples, fill_back", [
    (USUAL, True, 2, True), (FEW, True, 1, True), (MORE, False, 2, False)], indirect=["launch"])
def test_images(launch, random, faces_of_each, samples, fill_back):
    vertices, faces = soup(random, faces_of_each)
    colors, textures = paint(random, of_each=faces_of_each)
    drawn = scene(faces, random, samples, fill_back=fill_back)
    colors = colors if fill_back else colors[:, :N_FACES]
    (expected, *others), (got, *ours) = both("draw", vertices, colors, None, drawn, True)
    np.testing.assert_allclose(got, expected, atol=1e-6)
    for a, b in zip(ours, others):  # depth, alpha, face index: every bit, but for the order in which samples are added
        np.testing.assert_allclose(a, b, rtol=3e-7 if samples == 2 else 0)
    assert len(np.unique(ours[2])) > N_FACES // 2
    for cubes, atol in ((None, 1e-6), (textures, 1e-4)):  # as no gradient is prepared for
        (expected, *_), (got, *_) = both("draw", vertices, colors, cubes, drawn)
        np.testing.assert_allclose(got, expected, atol=atol)


@pytest.mark.parametrize("launch, near, far", [(FEW, 1.4, 2.4), (MORE, -1, 0.5), (FEW, 4, 100), (MORE, 0.1, -3)],
                         indirect=["launch"])
def test_near_and_far(launch, random, near, far):
    vertices, faces = soup(random)
    vertices[:, ::5, 2] *= -1  # behind the camera, and across it
    drawn, colors = scene(faces, random, near=near, far=far), paint(random)[0]
    (_, *expected), (rgb, *got) = both("draw", vertices, colors, None, drawn, True)
    for a, b in zip(got, expected):
        np.testing.assert_array_equal(a, b)
    depth, alpha, index = got
    assert ((index == BACKGROUND) == (alpha[:, ::-1].reshape(VIEWS, -1) == 0)).all()
    assert (depth[alpha == 0] == np.float32(far)).all() and ((depth > near) & (depth < far))[alpha == 1].all()
    assert (alpha == 0).all() or 0.05 < alpha.mean() < 1
    background = drawn.background_color[:, :, None, None]
    np.testing.assert_allclose(np.where(alpha[:, None] == 0, rgb, background) - background.numpy(), 0, atol=1e-6)
    _, (gradient,) = both("vertex_gradient", vertices, colors, None, drawn, torch.from_numpy(index),
                          torch.ones(rgb.shape), None, None)
    assert gradient.any() == alpha.any()  # 0 where nothing is in view


@pytest.mark.parametrize("launch, samples, fill_back", [(USUAL, 2, True), (MORE, 1, True), (FEW, 2, False)],
                         indirect=["launch"])
def test_the_gradient_of_edges_in_three_channels(launch, random, samples, fill_back):
    vertices, faces = soup(random)
    colors = paint(random)[0][:, :N_FACES * (2 if fill_back else 1)]
    drawn = scene(faces, random, samples, fill_back=fill_back)
    index = cpu.draw(vertices, colors, None, drawn, True)[3]
    width = SIZE // samples
    grad_rgb, grad_alpha = (torch.randn(VIEWS, *shape, width, width, generator=random) for shape in ((CHANNELS,), ()))
    check(*both("vertex_gradient", vertices, colors, None, drawn, index, grad_rgb, None, grad_alpha))


@pytest.mark.parametrize("launch, of_each, samples", [(USUAL, False, 2), (MORE, True, 1), (FEW, False, 1)],
                         indirect=["launch"])
def test_the_gradients_of_colours_textures_and_depth(launch, random, of_each, samples):
    vertices, faces = soup(random)
    colors, textures = paint(random, of_each)
    drawn = scene(faces, random, samples)
    index = cpu.draw(vertices, colors, textures, drawn, True)[3]
    width = SIZE // samples
    grad_rgb, grad_depth = (torch.randn(VIEWS, *shape, width, width, generator=random) for shape in ((CHANNELS,), ()))
    inputs = vertices, colors, textures, drawn, index
    check(*both("color_gradient", *inputs, grad_rgb))
    check(*both("color_gradient", vertices, colors, None, drawn, index, grad_rgb))
    check(*both("vertex_gradient", *inputs, None, grad_depth, None))
    check(*both("vertex_gradient", *inputs, grad_rgb, None, None))


@pytest.mark.parametrize("launch", [FEW], indirect=True)
def test_vertices_that_are_not_finite(launch, random):
    vertices, faces = soup(random, faces_of_each=False)
    colors, textures = paint(random)
    for view, shift in enumerate((0, 1)):
        for face, value in enumerate(BROKEN):  # of a small, a middle or a large face
            vertices[view, 3 * face + (face + view) % 3, (face + shift) % 3] = value
    drawn = scene(faces, random)
    with np.errstate(all="ignore"):
        (expected, *others), (got, *ours) = both("draw", vertices, colors, textures, drawn, True)
        np.testing.assert_allclose(got, expected, atol=1e-4)
        for a, b in zip(ours, others):
            np.testing.assert_array_equal(a, b)
        index = torch.from_numpy(others[2])
        grad_rgb, grad_depth, grad_alpha = (torch.randn(VIEWS, *shape, SIZE, SIZE, generator=random)
                                            for shape in ((CHANNELS,), (), ()))
        inputs = vertices, colors, textures, drawn, index
        check(*both("vertex_gradient", *inputs, grad_rgb, None, grad_alpha))
        check(*both("vertex_gradient", *inputs, None, grad_depth, None))
        check(*both("color_gradient", *inputs, grad_rgb))


def test_comparisons_are_pythons_where_there_is_no_number():
    """On a GPU as in the interpreter: Triton's own minimum and maximum leave open what NaN gives."""
    values = np.float32([np.nan, np.inf, -1, 0.5])
    x, y = (v.ravel() for v in np.meshgrid(values, values))
    given = [torch.from_numpy(v.copy()).to(DEVICE) for v in (x, y, x, x, x)]
    with np.errstate(all="ignore"):
        compare[1,](*given)
    np.testing.assert_array_equal(given[2].cpu(), [min(a, b) for a, b in zip(x, y)])
    np.testing.assert_array_equal(given[3].cpu(), [max(a, b) for a, b in zip(x, y)])
    weight = [min(max(a + 0 * b, np.float32(0)), np.float32(1)) for a, b in zip(x, y)]
    np.testing.assert_array_equal(given[4].cpu(), weight)


@pytest.mark.parametrize("device, backend", [("cpu", cpu), ("cuda", cuda)])
def test_the_backend_is_the_devices(device, backend):
    vertices = SimpleNamespace(device=torch.device(device))
    assert _backend(vertices) is backend


def test_the_kernels_compile_for_gpus_that_are_not_here():
    """To machine code, by the compiler that Triton brings along: the interpreter does not see what it would refuse."""
    program = """
import triton
from triton.backends.compiler import GPUTarget
from triton.compiler import ASTSource
from utils.renderer.cuda import kernels as cuda_kernels
floats = dict.fromkeys("vertices centres depth colors background image textures gradient grad_vertices grad_textures "
                       "grad_colors texels uv steps grad_texels".split(), "*fp32")
types = floats | dict(faces="*i32", keys="*i64", firsts="*i64", larger="*i64", wrap="*i32", images="*i32",
                      first="*i32", start="*i64", level_size="*i32", n_larger="*i32", face_index="*i32", owner="*i32",
                      visible="*i64", near="fp32", far="fp32", eps="fp32")
constants = dict(FILL_BACK=True, FACES=32, LIMIT=256, STEP=64, CHANNELS=3, SAMPLES=2, EDGES=1, FLAT=False,
                 COINCIDE=True, IS_NEAREST=False, LEVELS=16, CORNERS=3)
for name in ("draw_small draw_larger resolve shade read_cubes texture_gradient read_images image_gradient "
             "depth_gradient edge_gradient").split():
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
