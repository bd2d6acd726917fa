"""Growing regions: the bound optimizers, for any f of n numbers. Nothing here imports torch."""
from .table import LARGEST as LARGEST
from .table import METHODS as METHODS
from .table import OPTIMIZERS as OPTIMIZERS
from .table import PAPER_METHODS as PAPER_METHODS
from .table import grow_regions as grow_regions
from .table import optimizer as optimizer
