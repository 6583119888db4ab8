"""Figures of a ranking against labels that may be probabilities, ties handled.

Enters: scores, labels between 0 and 1, and how often each contact counts. Leaves:
AUC, average precision, calibration error, and what a list of a given length
catches at best, at worst and on average over the orders that ties leave open.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

_DRAWN_AT_ONCE = 200_000
"""Counts that are looked at together: few enough for a processor's own memory."""


@dataclass(frozen=True)
class Ranking:
    """Contacts from the highest score to the lowest, equal scores together.

    Sorted once, so that a bootstrap draws thousands of figures from it.

    Parameters
    ----------
    order : numpy.ndarray
        Row numbers, highest score first.
    labels : numpy.ndarray
        Labels in that order.
    begins : numpy.ndarray
        Where each run of equal scores begins.
    """

    order: np.ndarray
    labels: np.ndarray
    begins: np.ndarray

    @classmethod
    def of(cls, scores: np.ndarray, labels: np.ndarray) -> Ranking:
        """Rank contacts by score."""
        order = np.argsort(-scores, kind="stable")
        ranked = scores[order]
        begins = np.flatnonzero(np.r_[True, ranked[1:] != ranked[:-1]]) if len(ranked) else order
        return cls(order, labels[order], begins)

    def auc(self, weights: np.ndarray | None = None) -> float:
        """Give the chance that a repeated contact ranks above a resolved one.

        A label of 0.7 is 0.7 of a repeated and 0.3 of a resolved contact; ties
        count half. NaN where either kind is missing.
        """
        repeats, others = self._masses(weights)
        total = repeats.sum() * others.sum()
        if total <= 0:
            return float("nan")
        below = others.sum() - np.cumsum(others)
        return float((repeats * (below + others / 2)).sum() / total)

    def average_precision(self, weights: np.ndarray | None = None) -> float:
        """Give the mean precision over the repeats, runs of ties taken whole."""
        repeats, others = self._masses(weights)
        if repeats.sum() <= 0:
            return float("nan")
        caught, listed = np.cumsum(repeats), np.cumsum(repeats + others)
        precision = np.divide(caught, listed, out=np.zeros_like(caught), where=listed > 0)
        return float((repeats * precision).sum() / repeats.sum())

    def aucs(self, draws: np.ndarray) -> np.ndarray:
        """Give :meth:`auc` for every row of counts, shape (draws, contacts); shape (draws,)."""
        told = [self._aucs(*masses) for masses in self._drawn_masses(draws)]
        return np.concatenate(told) if told else np.empty(0)

    def average_precisions(self, draws: np.ndarray) -> np.ndarray:
        """Give :meth:`average_precision` for every row of counts; shape (draws,)."""
        told = [self._precisions(*masses) for masses in self._drawn_masses(draws)]
        return np.concatenate(told) if told else np.empty(0)

    @staticmethod
    def _aucs(repeats: np.ndarray, others: np.ndarray) -> np.ndarray:
        below = others.sum(axis=1, keepdims=True) - np.cumsum(others, axis=1)
        won = (repeats * (below + others / 2)).sum(axis=1)
        total = repeats.sum(axis=1) * others.sum(axis=1)
        return np.divide(won, total, out=np.full(len(won), np.nan), where=total > 0)

    @staticmethod
    def _precisions(repeats: np.ndarray, others: np.ndarray) -> np.ndarray:
        caught, listed = np.cumsum(repeats, axis=1), np.cumsum(repeats + others, axis=1)
        precision = np.divide(caught, listed, out=np.zeros_like(caught), where=listed > 0)
        total, summed = repeats.sum(axis=1), (repeats * precision).sum(axis=1)
        return np.divide(summed, total, out=np.full(len(total), np.nan), where=total > 0)

    def _drawn_masses(self, draws: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Give the masses of some draws at a time, each of shape (draws, runs)."""
        if len(self.order) == 0:
            yield np.zeros((len(draws), 1)), np.zeros((len(draws), 1))
            return
        some = max(1, _DRAWN_AT_ONCE // len(self.order))
        for begin in range(0, len(draws), some):
            counted = draws[begin : begin + some, self.order].astype(np.float64)
            repeats = counted * self.labels
            if len(self.begins) < len(self.order):  # equal scores stand together
                counted = np.add.reduceat(counted, self.begins, axis=1)
                repeats = np.add.reduceat(repeats, self.begins, axis=1)
            yield repeats, counted - repeats

    def _masses(self, weights: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
        """Give repeated and resolved mass of each run of equal scores."""
        if len(self.order) == 0:
            return np.zeros(1), np.zeros(1)
        counted = np.ones(len(self.order)) if weights is None else weights[self.order]
        repeats = np.add.reduceat(counted * self.labels, self.begins)
        return repeats, np.add.reduceat(counted, self.begins) - repeats

    def caught(self, capacity: int) -> tuple[float, float, float]:
        """Give the repeats among the first ``capacity`` contacts.

        Returns
        -------
        tuple of float
            Mean over the orders that equal scores leave open, the worst of
            them, the best of them.
        """
        capacity = min(capacity, len(self.order))
        if capacity <= 0:
            return 0.0, 0.0, 0.0
        run = int(np.searchsorted(self.begins, capacity, side="left")) - 1
        begin = int(self.begins[run])
        end = int(self.begins[run + 1]) if run + 1 < len(self.begins) else len(self.order)
        sure, tied = float(self.labels[:begin].sum()), np.sort(self.labels[begin:end])
        places = capacity - begin
        worst, best = float(tied[:places].sum()), float(tied[len(tied) - places :].sum())
        return sure + places * float(tied.mean()), sure + worst, sure + best


def brier_score(risks: np.ndarray, labels: np.ndarray) -> float:
    """Give the mean squared distance of risk and outcome.

    For a label y that is a probability, its expectation over the outcome:
    y(1 - r)² + (1 - y)r².
    """
    return float((labels * (1 - risks) ** 2 + (1 - labels) * risks**2).mean())


def equal_bins(risks: np.ndarray, bins: int) -> list[np.ndarray]:
    """Give the row positions of equally filled bins of risk, lowest first; none empty."""
    order = np.argsort(risks, kind="stable")
    return [rows for rows in np.array_split(order, bins) if len(rows)]


def calibration_error(risks: np.ndarray, labels: np.ndarray, bins: int = 10) -> float:
    """Give the mean distance of risk and repeat rate over equally filled bins."""
    gaps = [abs((risks[rows] - labels[rows]).sum()) for rows in equal_bins(risks, bins)]
    return float(sum(gaps) / len(risks))


def customer_draws(customers: np.ndarray, draws: int, random_state: int = 0) -> np.ndarray:
    """Draw customers with replacement, and give how often each contact counts.

    Contacts of one customer are not independent, so whole customers are drawn.

    Parameters
    ----------
    customers : numpy.ndarray
        Whole number of each contact's customer, 0 to k - 1.
    draws : int
        How many bootstrap samples.
    random_state : int
        Seed.

    Returns
    -------
    numpy.ndarray
        Shape (draws, contacts), 16-bit counts.
    """
    generator = np.random.default_rng(random_state)
    k = int(customers.max()) + 1 if len(customers) else 0
    counts = np.empty((draws, len(customers)), dtype=np.uint16)
    for place in range(draws):
        drawn = np.bincount(generator.integers(0, k, k), minlength=k) if k else np.zeros(0)
        counts[place] = drawn[customers]
    return counts


def interval(values: np.ndarray) -> tuple[float, float]:
    """Give the middle 95 % of bootstrap figures, NaN where none is a number."""
    known = values[~np.isnan(values)]
    if len(known) == 0:
        return float("nan"), float("nan")
    low, high = np.quantile(known, [0.025, 0.975])
    return float(low), float(high)
