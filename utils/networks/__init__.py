"""A name -> a classifier."""
from utils.networks.torchvision_networks import *
from utils.networks.torchvision_networks import NetworkChoice as Network
IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)
