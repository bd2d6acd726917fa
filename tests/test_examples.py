"""The examples, in a short form."""
import importlib
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

import utils.renderer as nr


@pytest.fixture
def example(monkeypatch):
    """Import a module of examples/, which knows the renderer by the name of its package."""
    monkeypatch.setitem(sys.modules, "neural_renderer", nr)
    return lambda name: importlib.import_module(f"examples.{name}")


def frames(path):
    with Image.open(path) as gif:
        pictures = []
        for k in range(gif.n_frames):
            gif.seek(k)
            pictures.append(np.asarray(gif.convert("RGB")) / 255)
    return pictures


def run(module, path, iterations, image_size=48):
    torch.manual_seed(0)
    module.main(["--iterations", str(iterations), "--image_size", str(image_size), "--output", str(path)])
    return frames(path)


def test_the_teapot_turns_without_an_install(tmp_path):
    path = tmp_path / "teapot.gif"
    words = ["--iterations", "3", "--image_size", "48", "--output", str(path)]
    done = subprocess.run([sys.executable, "-m", "examples.draw_teapot", *words], capture_output=True, text=True,
                          cwd=Path(__file__).parents[1])
    assert done.returncode == 0, done.stderr
    assert f"{path}: 3 frames" in done.stdout
    a, b, c = frames(path)
    assert a.shape == (48, 48, 3) and all(0.05 < (f > 0).mean() < 0.5 for f in (a, b, c))
    assert (a != b).any() and (b != c).any()


def test_a_silhouette_is_met(example, tmp_path):
    seen = run(example("fit_vertices"), tmp_path / "vertices.gif", 25)
    assert len(seen) == 9 and seen[0].shape == (48, 96, 3)
    agreement = [((f[:, :48, 0] > 0.5) & (f[:, :48, 1] > 0.5)).sum() / ((f[:, :48].max(-1)) > 0.5).sum() for f in seen]
    assert agreement[-1] > agreement[0] + 0.4


def test_a_picture_appears(example, tmp_path):
    seen = run(example("fit_textures"), tmp_path / "textures.gif", 17, 32)
    assert len(seen) in (34, 35)  # 5, and 30 around it, of which the first is the same as the last of the 5
    picture, painted = seen[0][:, :32], [f[:, 32:] for f in (seen[0], seen[4])]
    off = [np.abs(p - picture)[p.max(-1) > 0.02].mean() for p in painted]
    assert off[1] < 0.8 * off[0]


def test_a_picture_appears_in_an_image_that_wraps_the_object(example, tmp_path):
    seen = run(example("fit_image"), tmp_path / "image.gif", 17, 32)
    assert len(seen) in (34, 35) and seen[0].shape == (32, 96, 3)
    picture, painted = seen[0][:, :32], [f[:, 32:64] for f in (seen[0], seen[4])]
    off = [np.abs(p - picture)[p.max(-1) > 0.02].mean() for p in painted]
    assert off[1] < 0.8 * off[0]
    image = seen[4][:, 64:]
    assert 0.1 < (np.abs(image - 0.5).max(-1) > 0.05).mean() < 0.9  # what is not in sight stays grey


def test_the_camera_arrives(example, tmp_path, capsys):
    seen = run(example("fit_camera"), tmp_path / "camera.gif", 60)
    agreement = [((f[..., 0] > 0.5) & (f[..., 1] > 0.5)).sum() / (f.max(-1) > 0.5).sum() for f in seen]
    assert agreement[0] < 0.5 and agreement[-1] > 0.9
    assert "wanted [-1.41, 1.03, -2.44] found [-1." in capsys.readouterr().out


def test_the_teapot_is_the_original_programs(example, shared):
    vertices, faces = nr.load_obj(shared / "neural_renderer/teapot.obj")
    ours = example("shapes").teapot(steps=8)
    renderer = nr.Renderer(128, camera_mode="look_at")
    for azimuth in (0, 40):
        renderer.eye = nr.get_points_from_angles(2.732, 10, azimuth)
        a, b = renderer(*ours, mode="silhouettes"), renderer(vertices[None], faces[None], mode="silhouettes")
        assert torch.minimum(a, b).sum() / torch.maximum(a, b).sum() > 0.95
