"""Bound optimizers: from a function of n numbers to regions in which it stays high."""
from utils.bounds.descent import METHODS

__all__ = ["METHODS"]
