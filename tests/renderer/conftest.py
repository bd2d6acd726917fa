"""What the renderer's tests share."""
import pytest

import utils.renderer as nr


@pytest.fixture
def looking_from():
    """looking_from(eye, *arguments, **settings): a Renderer that looks at the origin from there."""
    def make(eye, *arguments, **settings):
        renderer = nr.Renderer(*arguments, camera_mode="look_at", **settings)
        renderer.eye = eye
        return renderer

    return make
