"""Networks: a name -> a classifier, whose weights are loaded when they are asked for."""
from .labels import find_label
from .network import IMAGENET_MEAN, IMAGENET_STD, Network
from .table import as_network, load_network
from .torchvision_networks import PAPER_NETWORKS

__all__ = ["IMAGENET_MEAN", "IMAGENET_STD", "PAPER_NETWORKS", "Network", "as_network", "find_label", "load_network"]
