"""The worst view of a box: the lowest f that differential evolution finds in it."""
import math
from collections.abc import Sequence

import numpy as np

from ..regions import ndinterval
from .views import Function, check_box, stream, values_of, views_of

N_QUESTIONS = 320  # of the search in one box
POPULATION = 32  # views of a generation
CROSSOVER = 0.7  # share of a view's numbers that are mutated
SCALES = (0.5, 1.0)  # of the mutation, drawn for each generation


def worst_view(f: Function, box: ndinterval, n_questions: int = N_QUESTIONS,
               seed: int = 0) -> tuple[np.ndarray, float]:
    """The view of a box with the lowest f that differential evolution finds.

    There is no promise: a lower f may exist.

    Args:
        f: see `Function`. A value that is not a number counts as lower than all others.
        box: finite; dimensions without extent stay as they are. A single point is asked once.
        n_questions: how often f is asked at most, in generations of POPULATION; at least one is asked.
        seed: 0 or more.

    Returns:
        (the view [n], f there).

    Raises:
        InputError: for a box that is not finite.
    """
    search = Evolution(box, stream("worst view", seed))
    search_in_lock_step([search], f, max(n_questions, POPULATION))
    return search.worst


def search_in_lock_step(searches: Sequence["Evolution"], f: Function, n_questions: int) -> None:
    """Take every search n_questions further, in generations of POPULATION; f is asked once for all of a generation."""
    for _ in range(n_questions // POPULATION):
        active = [search for search in searches if not search.is_over]
        if not active:
            return
        trials = [search.trials() for search in active]
        values = values_of(f, np.concatenate(trials))
        for search, own, answers in zip(active, trials, np.split(values, np.cumsum([len(own) for own in trials])[:-1])):
            search.select(own, answers)


class Evolution:
    """Differential evolution of views of one box (best/1/bin; Storn & Price 1997).

    The first population is the lowest of the views whose values are known, filled up with uniform ones.

    Attributes:
        worst: (the lowest view so far [n], f there).
    """

    def __init__(self, box: ndinterval, rng: np.random.Generator, views: np.ndarray | None = None,
                 values: np.ndarray | None = None) -> None:
        """
        Args:
            box: finite.
            rng: of all that is random.
            views, values: [m, n] views of the box and [m] f there, known before.
        """
        check_box(box)
        self._box, self._rng = box, rng
        self._size = POPULATION if (box.r > 0).any() else 1
        self._views, self._values = np.empty((0, box.n)), np.empty(0)  # the lowest first
        if views is not None and values is not None:
            self._keep_lowest(views, _ranked(values))

    @property
    def is_over(self) -> bool:
        """Whether no view can be lower."""
        return len(self._values) > 0 and (self._values[0] == -math.inf or len(self._values) == self._size == 1)

    @property
    def worst(self) -> tuple[np.ndarray, float]:
        lowest = float(self._values[0])
        return self._views[0], math.nan if lowest == -math.inf else lowest

    def trials(self) -> np.ndarray:
        """The views to ask next: uniform ones until the population is full, then a mutation of each of its views."""
        n_missing = self._size - len(self._views)
        if n_missing:
            return views_of(self._box, n_missing, self._rng)
        m, n = self._views.shape
        first, second = self._rng.permuted(np.tile(np.arange(m), (m, 1)), axis=1).T[:2]
        mutants = self._views[0] + self._rng.uniform(*SCALES) * (self._views[first] - self._views[second])
        is_outside = (mutants < self._box.a) | (mutants > self._box.b)
        mutants = np.where(is_outside, views_of(self._box, m, self._rng), mutants)
        is_mutated = self._rng.random((m, n)) < CROSSOVER
        is_mutated[np.arange(m), self._rng.integers(n, size=m)] = True
        return np.where(is_mutated, mutants, self._views)

    def select(self, trials: np.ndarray, values: np.ndarray) -> None:
        """Take f's values [m] at the trials [m, n]: one that is as low as its view, or lower, replaces it."""
        values = _ranked(values)
        if len(self._views) < self._size:
            self._keep_lowest(np.concatenate((self._views, trials)), np.concatenate((self._values, values)))
            return
        is_lower = values <= self._values
        self._keep_lowest(np.where(is_lower[:, None], trials, self._views), np.where(is_lower, values, self._values))

    def _keep_lowest(self, views: np.ndarray, values: np.ndarray) -> None:
        order = np.argsort(values, kind="stable")[:self._size]
        self._views, self._values = views[order], values[order]


def _ranked(values: np.ndarray) -> np.ndarray:
    """Values to compare: -inf for one that is not a number."""
    return np.where(np.isnan(values), -math.inf, values)
