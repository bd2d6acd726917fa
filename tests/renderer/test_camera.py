"""The camera and the light in one step on the CPU: what torch says in many, and its gradient."""
import pytest
import torch

import utils.renderer as nr
from utils.renderer import camera
from utils.renderer.lighting import face_light, mesh_light

BATCH, N_VERTICES = 4, 37
EYES = torch.tensor([[1.0, 2, -2], [0.5, -1, 2], [-2, 1, 1], [3, 0.1, 0.2]])
DIRECTIONS = {"one": (0.3, 1.0, -0.2),
              "one for each view": torch.randn(BATCH, 3, generator=torch.Generator().manual_seed(1))}
GREY, COLORED = ((1, 1, 1), (0.5, 0.5, 0.5)), ((1, 1, 1), (1, 0.5, 0))  # the two lights' colours


def mesh(expanded):
    random = torch.Generator().manual_seed(0)
    vertices = torch.randn(1 if expanded else BATCH, N_VERTICES, 3, generator=random) / 3
    faces = torch.randint(N_VERTICES, (1, 50, 3), generator=random)
    return vertices.expand(BATCH, -1, -1), faces.expand(BATCH, -1, -1)


def many_steps(vertices, eye, axes, angle):
    seen = camera._in_axes(vertices, eye, axes)
    return seen if angle is None else nr.perspective(seen, angle)


@pytest.mark.parametrize("expanded", [True, False])
@pytest.mark.parametrize("angle", [None, 30, torch.tensor(25.0), torch.tensor([20.0, 25, 30, 35])])
@pytest.mark.parametrize("eye", [EYES[0], EYES[:1], EYES])
def test_one_step_sees_what_many_see(eye, angle, expanded):
    vertices, _ = mesh(expanded)
    found, expected = [], []
    for project, results in ((camera.project, found), (many_steps, expected)):
        # what is given: vertices, the eye, the direction it looks in, the angle
        given = [vertices.clone(), eye.clone(), -EYES[:len(eye)] if eye.dim() == 2 else -eye,
                 angle.clone() if torch.is_tensor(angle) else angle]
        for t in given:
            if torch.is_tensor(t):
                t.requires_grad_()
        images = project(given[0], *camera.camera_along(*given[:3]), given[3])
        torch.autograd.backward(images, torch.randn(images.shape, generator=torch.Generator().manual_seed(2)))
        results += [images.detach(), *(t.grad for t in given if torch.is_tensor(t))]
    torch.testing.assert_close(found[0], expected[0], rtol=2e-6, atol=1e-6)
    for of, expected_of in zip(found[1:], expected[1:]):
        torch.testing.assert_close(of, expected_of, rtol=1e-4, atol=1e-4)


def test_a_vertex_that_is_no_number_spoils_no_gradient_but_its_own():
    vertices, _ = mesh(expanded=False)
    vertices[0, 3] = torch.nan
    vertices[1, 4] = torch.inf
    eye = EYES.clone().requires_grad_()
    images = camera.project(vertices, *camera.camera_towards(vertices, eye), 30)
    gradient = torch.ones_like(images)
    gradient[0, 3] = gradient[1, 4] = 0
    images.backward(gradient)
    assert eye.grad.isfinite().all() and (eye.grad != 0).all()


def test_an_angle_for_other_views_is_refused():
    vertices, _ = mesh(expanded=False)
    for see in (lambda angle: nr.perspective(vertices, angle),
                lambda angle: camera.project(vertices, *camera.camera_towards(vertices, EYES), angle)):
        with pytest.raises(ValueError, match=r"angle of shape \[3\]: expected a number of degrees, or \[4\]"):
            see(torch.ones(3))


@pytest.mark.parametrize("expanded, fill_back", [(True, True), (True, False), (False, True)])
@pytest.mark.parametrize("direction", DIRECTIONS)
@pytest.mark.parametrize("colors", [GREY, COLORED, COLORED[::-1]])
def test_one_step_lights_as_many_do(colors, direction, expanded, fill_back):
    vertices, faces = mesh(expanded)
    vertices = torch.cat((vertices[:, :-1], torch.full((BATCH, 1, 3), torch.nan)), dim=1) if not expanded else vertices
    light = (0.4, 0.7, *colors, DIRECTIONS[direction], fill_back)
    found = mesh_light(vertices, faces, *light)
    expected = face_light(nr.vertices_to_faces(vertices, faces), *light)
    assert len(found) == (1 if expanded and direction == "one" else BATCH)
    torch.testing.assert_close(found.expand_as(expected), expected, rtol=1e-6, atol=1e-7, equal_nan=True)
    assert found.isfinite().all()
