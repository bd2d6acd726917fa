"""What the renderer's tests share."""
import pytest
import torch

import utils.renderer as nr

WITH_GPU = pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU here")


@pytest.fixture(params=["cpu", pytest.param("cuda", marks=WITH_GPU)])
def device(request):
    """Every device that is at hand."""
    return torch.device(request.param)


@pytest.fixture
def looking_from():
    """looking_from(eye, *arguments, **settings): a Renderer that looks at the origin from there."""
    def make(eye, *arguments, **settings):
        renderer = nr.Renderer(*arguments, camera_mode="look_at", **settings)
        renderer.eye = eye
        return renderer

    return make
