"""The scores: what can stand for the confidence f.

Nothing here needs torch: the options are read without it.
"""
from dataclasses import dataclass


@dataclass(frozen=True)
class Score:
    """One score.

    Attributes:
        name: as in `--score`.
        words: what tables and figures call it.
        level: a network counts as sure above it.
    """
    name: str
    words: str
    level: float


SCORES = {score.name: score for score in (
    Score("softmax", "confidence", 0.5),
    Score("logit", "logit", 0),
    Score("margin", "margin", 0),
)}
