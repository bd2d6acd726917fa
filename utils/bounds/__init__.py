"""Growing regions: the bound optimizers, for any f of n numbers. Nothing here imports torch."""
from utils.bounds.table import LARGEST as LARGEST
from utils.bounds.table import METHODS as METHODS
from utils.bounds.table import OPTIMIZERS as OPTIMIZERS
from utils.bounds.table import PAPER_METHODS as PAPER_METHODS
from utils.bounds.table import grow_regions as grow_regions
from utils.bounds.table import optimizer as optimizer
