"""What stands for the confidence: the table of scores. Nothing here imports torch."""
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Score:
    """A number for how sure a network is of a class.

    Attributes:
        name: in `--score`.
        words: what figures and tables call it.
        level: the score from which a network counts as sure.
        evaluate: evaluate(logits [n, classes], label) -> [n], tensors.
    """
    name: str
    words: str
    level: float
    evaluate: Callable[[Any, int], Any]


def _softmax(logits: Any, label: int) -> Any:
    """The softmax output of the class (Hamdi & Ghanem 2019, section 3)."""
    return logits.softmax(1)[:, label]


def _logit(logits: Any, label: int) -> Any:
    """The logit of the class."""
    return logits[:, label]


def _margin(logits: Any, label: int) -> Any:
    """The logit of the class less the largest other."""
    others = logits.clone()
    others[:, label] = -float("inf")
    return logits[:, label] - others.max(1).values


CONFIDENCE = "confidence"
SCORES = {score.name: score for score in (
    Score("softmax", CONFIDENCE, 0.5, _softmax), Score("logit", "logit", 0, _logit),
    Score("margin", "margin", 0, _margin))}
