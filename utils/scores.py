"""What stands for the confidence: the table of scores. Nothing here imports torch."""
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Score:
    """A number for how confident a network is of a class.

    Attributes:
        name: that users choose it by.
        words: what figures and tables call it.
        level: the score from which a network counts as confident.
        evaluate: evaluate(logits [n, classes], label) -> [n], tensors.
        of_first: of_first(logits [n, classes]) -> [n], the same of each row's largest logit.
    """
    name: str
    words: str
    level: float
    evaluate: Callable[[Any, int], Any]
    of_first: Callable[[Any], Any]


def _softmax(logits: Any, label: int) -> Any:
    """The softmax output of the class (Hamdi & Ghanem 2019, section 3)."""
    return logits.softmax(1)[:, label]


def _first_softmax(logits: Any) -> Any:
    """The largest softmax output."""
    return logits.softmax(1).amax(1)


def _logit(logits: Any, label: int) -> Any:
    """The logit of the class."""
    return logits[:, label]


def _first_logit(logits: Any) -> Any:
    """The largest logit."""
    return logits.amax(1)


def _margin(logits: Any, label: int) -> Any:
    """The logit of the class less the largest other."""
    others = logits.clone()
    others[:, label] = -float("inf")
    return logits[:, label] - others.max(1).values


def _first_margin(logits: Any) -> Any:
    """The largest logit less the second: how far the first answer is ahead."""
    first, second = logits.topk(2).values.unbind(1)
    return first - second


CONFIDENCE = "confidence"
SCORES = {score.name: score for score in (
    Score("softmax", CONFIDENCE, 0.5, _softmax, _first_softmax), Score("logit", "logit", 0, _logit, _first_logit),
    Score("margin", "margin", 0, _margin, _first_margin))}
