"""Figures of agreement: what was judged against what was told of it.

Enters: arrays with one place for each judgement, and the weights of the draw. Leaves:
figures with their intervals, NaN where none can be given. What was judged is not known
here, and nothing is learned from it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from fcr_ml.measures.intervals import bootstrap_interval, customer_interval

Figure = tuple[float, float, float]
"""A value and the ends of its 95 % interval."""

UNKNOWN: Figure = (float("nan"),) * 3


def auc(is_positive: ArrayLike, scores: ArrayLike, weights: ArrayLike | None = None) -> float:
    """Give the chance that a positive scores above a negative, ties counted half.

    NaN where all are of one kind. Written out because the bootstrap calls it
    thousands of times.

    Examples
    --------
    >>> auc([1, 0, 1, 0], [0.9, 0.2, 0.4, 0.4])
    0.875
    """
    positives, negatives = _weights_by_score(is_positive, scores, weights)
    beaten = np.cumsum(negatives) - negatives / 2
    return _share((positives * beaten).sum(), positives.sum() * negatives.sum())


def average_precision(
    is_positive: ArrayLike, scores: ArrayLike, weights: ArrayLike | None = None
) -> float:
    """Give the mean precision over all recalls; its floor is the share of positives.

    Equal scores are called together. NaN where there is no positive.

    Examples
    --------
    >>> average_precision([1, 0, 1, 0], [0.9, 0.6, 0.4, 0.2]) == (1 / 1 + 2 / 3) / 2
    True
    """
    positives, negatives = (side[::-1] for side in _weights_by_score(is_positive, scores, weights))
    found, called = np.cumsum(positives), np.cumsum(positives + negatives)
    precision = np.divide(found, called, out=np.zeros(len(found)), where=called > 0)
    return _share((positives * precision).sum(), positives.sum())


def calibration_error(
    is_positive: ArrayLike,
    probabilities: ArrayLike,
    weights: ArrayLike | None = None,
    bins: int = 10,
) -> float:
    """Give the mean distance of probability and truth over bins of equal weight.

    Examples
    --------
    >>> calibration_error([1, 0, 1, 1], [0.5, 0.5, 0.75, 0.75], bins=2)
    0.125
    """
    probability = np.asarray(probabilities, dtype=float)
    weight = _given(weights, len(probability))
    gap = probability - np.asarray(is_positive, dtype=bool)
    # Equal probabilities stay together, so that the order of the rows does not matter.
    level = np.unique(probability, return_inverse=True)[1]
    weight, gap = np.bincount(level, weights=weight), np.bincount(level, weights=gap * weight)
    place = (np.cumsum(weight) / weight.sum() * bins - 1e-9).astype(int).clip(0, bins - 1)
    return float(np.abs(np.bincount(place, weights=gap)).sum() / weight.sum())


def macro_f1(truth: ArrayLike, called: ArrayLike, weights: ArrayLike | None = None) -> float:
    """Give the plain mean of F1 over the kinds that are true at least once.

    Examples
    --------
    >>> macro_f1([0, 0, 1], [0, 1, 1]) == (2 / 3 + 2 / 3) / 2
    True
    """
    truth, called = np.asarray(truth), np.asarray(called)
    weight = _given(weights, len(truth))
    scores = []
    for kind in np.unique(truth):
        is_true, is_called = truth == kind, called == kind
        both = weight[is_true].sum() + weight[is_called].sum()
        scores.append(2 * weight[is_true & is_called].sum() / both)
    return float(np.mean(scores)) if scores else float("nan")


def by_customer(
    figure: Callable[..., float],
    columns: Sequence[ArrayLike],
    customers: ArrayLike,
    random_state: int = 0,
    draws: int = 500,
) -> Figure:
    """Give a figure and its 95 % interval, customers drawn anew.

    Parameters
    ----------
    figure : callable
        Takes the columns, some of their rows several times.
    columns : sequence of array_like
        What the figure is taken of, one row a judgement.
    customers : array_like
        Whose each row is.
    random_state, draws : int
        Of the bootstrap.

    Returns
    -------
    tuple of float
        Value, low and high; NaN where the rows do not allow a figure.
    """
    arrays, owners = [np.asarray(column) for column in columns], np.asarray(customers)
    groups = list(pd.Series(owners).groupby(owners, sort=True).indices.values())
    if not groups:
        return UNKNOWN

    def drawn(chosen: np.ndarray) -> float:
        rows = np.concatenate([groups[place] for place in chosen])
        return figure(*(array[rows] for array in arrays))

    return figure(*arrays), *bootstrap_interval(drawn, len(groups), random_state, draws)


def weighted_share(is_part: ArrayLike, weights: ArrayLike, customers: ArrayLike) -> Figure:
    """Give the weighted share of rows, with the interval of rows that come in customers."""
    part, weight = np.asarray(is_part, dtype=bool), np.asarray(weights, dtype=float)
    if not len(part):
        return UNKNOWN
    even = weight / weight.mean()
    sums = pd.DataFrame({"s": even * part, "n": even}).groupby(np.asarray(customers)).sum()
    s, n = sums.to_numpy(float).T
    low, high = customer_interval(s.sum(), n.sum(), s @ s, s @ n, n @ n, len(n))
    return _share(weight[part].sum(), weight.sum()), float(low), float(high)


def named(name: str, figure: Figure) -> dict[str, float]:
    """Give a figure under its name, and its ends under ``<name>_low`` and ``<name>_high``."""
    return dict(zip((name, f"{name}_low", f"{name}_high"), figure, strict=True))


def _weights_by_score(
    is_positive: ArrayLike, scores: ArrayLike, weights: ArrayLike | None
) -> tuple[np.ndarray, np.ndarray]:
    """Give the weight of positives and of negatives at each score, lowest first."""
    truth = np.asarray(is_positive, dtype=bool)
    levels, place = np.unique(np.asarray(scores, dtype=float), return_inverse=True)
    weight = _given(weights, len(truth))
    positives = np.bincount(place, weights=weight * truth, minlength=len(levels))
    return positives, np.bincount(place, weights=weight * ~truth, minlength=len(levels))


def _given(weights: ArrayLike | None, rows: int) -> np.ndarray:
    return np.ones(rows) if weights is None else np.asarray(weights, dtype=float)


def _share(part: float, whole: float) -> float:
    return float(part / whole) if whole > 0 else float("nan")
