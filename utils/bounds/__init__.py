"""Growing regions: the bound optimizers, for any f of n numbers. Nothing here imports torch."""
from utils.bounds.table import DEFAULT_METHODS as DEFAULT_METHODS
from utils.bounds.table import METHODS as METHODS
from utils.bounds.table import grow_regions as grow_regions
from utils.bounds.table import optimizer as optimizer
