"""What the scripts are made of: renderer, networks, the confidence f, files and figures."""
from utils.regions import ndinterval  # importing utils is enough for torch.load to open a file with regions
