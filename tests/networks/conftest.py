"""A small network of torchvision's, and what is said of weights that it cannot take."""
import pytest
import torch

from utils.errors import InputError
from utils.networks import load_network

SMALL = "squeezenet1_1"  # 1.2 million weights


@pytest.fixture(scope="session")
def small_state():
    """Random weights of SMALL."""
    torchvision = pytest.importorskip("torchvision")
    torch.manual_seed(0)
    return torchvision.models.get_model(SMALL, weights=None).state_dict()


@pytest.fixture
def complaint():
    """complaint(name, path) -> what is said of these weights for the network of this name."""
    def of(name, path):
        with pytest.raises(InputError) as error:
            network = load_network(name, path)
            network.weights_identity()
            network.load()
        message = str(error.value)
        assert str(path) in message and "\n" not in message
        return message

    return of
