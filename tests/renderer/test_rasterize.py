"""The rasterizer against the rules, put together slowly, and what a renderer promises its user."""
import numpy as np
import pytest
import torch

import utils.renderer as nr
from tests.renderer import by_rules
from utils.renderer.cpu import backend, kernels
from utils.renderer.rasterize import rasterize_mesh
from utils.renderer.scene import Scene

SIZE = 32


def drawn(vertices, faces, fill_back=True, size=SIZE):
    """Face index and depth [S, S], row 0 at the bottom: each face's colour is its number."""
    n = len(faces) * (2 if fill_back else 1)
    colors = torch.arange(n, dtype=torch.float32)[None, :, None]
    scene = Scene(torch.from_numpy(faces)[None], size, anti_aliasing=False, background_color=(-1,), fill_back=fill_back)
    rgb, depth, _ = rasterize_mesh(torch.from_numpy(vertices)[None], colors, None, scene)
    return rgb[0, 0].numpy()[::-1], depth[0].numpy()[::-1]


@pytest.mark.parametrize("size", [5, 32, 100])  # narrower than a vector; every face narrow; wide ones too
@pytest.mark.parametrize("extent, fill_back", [(0.1, True), (0.5, False), (1.0, True), (4.0, True)])
def test_every_sample_shows_the_nearest_face(extent, fill_back, size):
    random = np.random.default_rng(int(10 * extent))
    for _ in range(20):
        # small triangles and large ones, within the image, across its border and far off it
        centers = random.uniform(-1.2, 1.2, (60, 1, 3))
        vertices = (centers + random.normal(0, extent, (60, 3, 3))).reshape(-1, 3).astype(np.float32)
        vertices[:, 2] = random.uniform(0.02, 6, len(vertices))  # some in front of the near plane
        faces = np.arange(len(vertices), dtype=np.int32).reshape(-1, 3)
        index, depth = drawn(vertices, faces, fill_back, size)
        expected_index, expected_depth = by_rules.draw(vertices, faces, fill_back, size, 0.1, 100)
        np.testing.assert_array_equal(depth, expected_depth)
        np.testing.assert_array_equal(index, expected_index)


def test_a_mesh_that_holds_every_face_twice_is_drawn_as_any_other():
    random = np.random.default_rng(3)
    vertices = (random.uniform(-1, 1, (40, 1, 3)) + random.normal(0, 0.4, (40, 3, 3))).reshape(-1, 3).astype(np.float32)
    vertices[:, 2] = random.uniform(0.5, 3, len(vertices))
    fronts = np.arange(len(vertices), dtype=np.int32).reshape(-1, 3)
    # the other side from the same corner, from another one, or missing; and faces with a corner twice
    others = np.concatenate((fronts[:20, ::-1], fronts[20:30, [1, 0, 2]], fronts[:3, [0, 1, 0]]))
    faces = random.permutation(np.concatenate((fronts, others)))
    expected_index, expected_depth = by_rules.draw(vertices, faces, True, SIZE, 0.1, 100)
    for _ in range(3):  # pairs are looked for when a mesh comes again
        index, depth = drawn(vertices, faces)
        np.testing.assert_array_equal(index, expected_index)
        np.testing.assert_array_equal(depth, expected_depth)
    with_back = backend._with_back(faces[None])
    assert 40 <= (~with_back).sum() < 50
    # another mesh of as many faces is another mesh
    other = faces[:, [1, 0, 2]]
    np.testing.assert_array_equal(drawn(vertices, other)[0], by_rules.draw(vertices, other, True, SIZE, 0.1, 100)[0])


def test_pairs_of_faces_are_told_apart_in_a_mesh_with_too_many_vertices_to_number_them():
    faces = np.array([[0, 1, 2 ** 22], [2 ** 22, 1, 0]], np.int32)
    assert not backend._are_doubled(faces).any() and backend._are_doubled(faces // 2 ** 10).all()


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("samples, width", [(1, 5), (1, 70), (2, 5), (2, 32), (2, 70)])
def test_a_pixel_is_the_mean_of_its_samples(samples, width, channels):
    random = np.random.default_rng(width)
    size = width * samples
    # rows with one face and none, runs of faces, and a different one at every sample
    index = np.repeat(random.integers(-1, 9, (size, size // 5 + 1)), 5, axis=1)[:, :size].astype(np.int32)
    index[:size // 3] = random.integers(-1, 9, (size // 3, size))
    index[size // 2], index[-2:] = 3, -1
    colors, background = (random.random(shape, np.float32) for shape in ((9, channels), (channels,)))
    image = np.empty((channels, width, width), np.float32)
    kernels.shade(index.reshape(-1), colors, background, samples, np.array([0, size, 0, size]), image)
    shown = np.concatenate((colors, background[None]))[index][::-1]
    mean = shown.reshape(width, samples, width, samples, channels).mean(axis=(1, 3))
    np.testing.assert_allclose(image, mean.transpose(2, 0, 1), rtol=1e-6)


def test_what_is_beyond_the_box_of_the_faces_is_background():
    # the work space of the larger scene is used again, and must not show
    corners = np.array([[-0.9, -0.9, 2], [-0.5, -0.9, 2], [-0.5, -0.5, 2]], np.float32)
    for vertices in (corners * [2, 2, 1], corners, corners + np.float32(1.1), corners + np.float32(9)):
        faces = np.array([[0, 1, 2]], np.int32)
        index, depth = drawn(vertices.astype(np.float32), faces)
        expected_index, expected_depth = by_rules.draw(vertices.astype(np.float32), faces, True, SIZE, 0.1, 100)
        np.testing.assert_array_equal(index, expected_index)
        np.testing.assert_array_equal(depth, expected_depth)


def test_a_view_does_not_depend_on_the_others_or_on_threads():
    random = np.random.default_rng(0)
    vertices = torch.from_numpy(random.uniform(-1, 1, (5, 90, 3)).astype(np.float32)) + torch.tensor([0, 0, 2.5])
    textures = torch.from_numpy(random.random((1, 30, 3, 3, 3, 3), np.float32))
    scene = Scene(torch.arange(90).reshape(1, 30, 3), SIZE, fill_back=False)
    threads = torch.get_num_threads()
    images = []
    try:
        for n in (1, 2, 3):
            torch.set_num_threads(n)
            images.append([rasterize_mesh(vertices, torch.ones(1, 30, 3), t, scene) for t in (None, textures)])
    finally:
        torch.set_num_threads(threads)
    images.append([[torch.cat(parts) for parts in zip(*(rasterize_mesh(v[None], torch.ones(1, 30, 3), t, scene)
                                                        for v in vertices))] for t in (None, textures)])
    assert images[0][0][2].max() == 1
    for other in images[1:]:
        for drawn_once, drawn_again in zip(images[0], other):
            assert all(map(torch.equal, drawn_once, drawn_again))


def test_a_colour_cube_that_is_too_large_is_refused():
    scene = Scene(torch.arange(3).reshape(1, 1, 3), SIZE, fill_back=False)
    with pytest.raises(ValueError, match="at most 16,777,216 numbers; give fewer cells"):
        rasterize_mesh(torch.ones(1, 3, 3), torch.ones(1, 1, 1), torch.empty(1, 1, 257, 257, 257, 1), scene)


def test_samples_on_an_edge_belong_to_the_face():
    # the hypotenuse runs through the sample centres of the diagonal
    vertices = np.array([[-1, -1, 2], [1, -1, 2], [1, 1, 2]], np.float32)
    index, _ = drawn(vertices, np.array([[0, 1, 2]], np.int32))
    assert (index >= 0).sum() == SIZE * (SIZE + 1) // 2


def test_faces_outside_near_and_far_do_not_show():
    triangle = np.array([[-1, -1, 1], [1, -1, 1], [0, 1, 1]], np.float32)
    for depth, shows in ((0.09, False), (0.11, True), (99, True), (101, False), (-2, False)):
        index, _ = drawn(triangle * np.array([1, 1, depth], np.float32), np.array([[0, 1, 2]], np.int32))
        assert (index.max() >= 0) == shows, depth


@pytest.mark.parametrize("broken", [np.nan, np.inf, -np.inf, 1e30])
def test_a_vertex_that_is_not_finite_spoils_only_its_faces(broken):
    good = np.array([[-1, -1, 2], [1, -1, 2], [0, 1, 2]], np.float32)
    expected = drawn(good, np.array([[0, 1, 2]], np.int32))
    for axis in range(3):
        bad = good.copy()
        bad[0, axis] = broken
        index, _ = drawn(np.concatenate((good, bad)), np.array([[0, 1, 2]], np.int32))
        np.testing.assert_array_equal(index, expected[0])
        drawn(bad, np.array([[0, 1, 2], [2, 1, 0]], np.int32))  # only has to come back


@pytest.mark.parametrize("anti_aliasing", [True, False])
@pytest.mark.parametrize("size", [1, 3, 7, 33])
def test_a_grey_image_alone_is_that_of_a_drawing_with_depth_and_alpha(size, anti_aliasing, goldens, looking_from):
    for name, grey, fill_back in (("triangle_soup", 0.0, True), ("open_bowl", 0.3, False)):
        vertices, faces = nr.load_obj(goldens / f"meshes/{name}.obj")
        camera = looking_from((0, 0.5, -2), size, anti_aliasing=anti_aliasing, fill_back=fill_back,
                              background_color=(grey, grey, grey))
        given = vertices[None], faces[None], torch.tensor(0.7).expand(1, len(faces), 1, 1, 1, 3)
        assert torch.equal(camera(*given, mode="rgb"), camera(*given)[0])


def test_angles_are_numbers_or_tensors():
    for azimuth, elevation in ((0, 0), (90, 0), (0, 90), (123, 45)):
        given = (torch.tensor([v], dtype=torch.float64) for v in (2.0, elevation, azimuth))
        tensors = nr.get_points_from_angles(*given)
        np.testing.assert_allclose(tensors[0], nr.get_points_from_angles(2.0, elevation, azimuth), atol=1e-12)
    np.testing.assert_allclose(nr.get_points_from_angles(2, 0, 0), (0, 0, -2))
    np.testing.assert_allclose(nr.get_points_from_angles(2, 0, 90), (2, 0, 0), atol=1e-12)
    for place in range(3):  # each of them may be the only tensor
        given = [2.732, 30.0, 40.0]
        given[place] = torch.tensor(given[place], requires_grad=True)
        assert torch.autograd.grad(nr.get_points_from_angles(*given)[1 if place == 1 else 0], given[place])[0] != 0
