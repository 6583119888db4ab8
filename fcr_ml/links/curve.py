"""The curve of time: how the chance of a link falls with the days between.

Enters: where near and far pairs lie in time, and what the notes of the near ones say.
Leaves: the curve's weights and their doubt. Neither a note nor a label is read here.

A customer's contacts come by coincidence at some rate, seven weeks later as now. Near
pairs come at that rate times one plus the odds of a link: the higher the odds, the more
near pairs there are for each far one, and the more alike are their notes. Both are heard
at once, as of a Poisson process with marks. Where near pairs are many and their notes
not alike, the customer was only busy; a bustle of that kind raises coincidence nearby,
most of all within one session, and is fitted along with the odds.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

RIDGE = 0.1
"""Holds weights where a log says nothing of them; thousands of pairs outweigh it."""

SESSION_DAYS = 0.25
"""Who asks several things at once does so within hours."""

BUSTLE_SPREADS = (0.2, 3.0)
"""How far, in logs, coincidence may lie above the far rate: at all near times, and within
a session. Never below it."""


@dataclass(frozen=True, eq=False)
class SeenPairs:
    """Pairs where the curve is learnt.

    Parameters
    ----------
    positions : numpy.ndarray
        Where each pair lies, shape (n, k): 1, days between, and what else the odds
        depend on. Far pairs lie where they would, had they come seven weeks earlier.
    ratio : numpy.ndarray
        Of densities of the evidence, related over unrelated, shape (n,); 1 for far pairs.
    is_near, is_counted : numpy.ndarray
        Whether a pair is near; whether its customer was there to be seen near and far
        alike. Far pairs all are.
    customers : numpy.ndarray
        Whose pair it is; pairs of one customer are no independent news.
    """

    positions: np.ndarray
    ratio: np.ndarray
    is_near: np.ndarray
    is_counted: np.ndarray
    customers: np.ndarray


def fit_curve(pairs: SeenPairs, start: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give the weights under which the pairs are likeliest, and their covariance.

    Parameters
    ----------
    pairs : SeenPairs
    start : numpy.ndarray
        Weights to begin with, shape (k,).

    Returns
    -------
    weights : numpy.ndarray
        Log-odds of a link for each column of the positions, shape (k,).
    covariance : numpy.ndarray
        Shape (k, k), robust to several pairs of one customer.
    """
    from scipy.optimize import minimize

    held = np.r_[np.full(len(start), RIDGE), 1 / np.square(BUSTLE_SPREADS)]

    def unlikeliness(weights: np.ndarray) -> tuple[float, np.ndarray]:
        likelihood, scores = _likelihood(pairs, weights)
        value = likelihood.sum() - (held * weights**2).sum() / 2
        return -value, held * weights - scores.sum(axis=0)

    found = minimize(
        unlikeliness,
        np.r_[start, 0.0, 0.0],
        jac=True,
        method="L-BFGS-B",
        bounds=[(None, None)] * len(start) + [(0.0, None)] * 2,
    )
    return found.x[:-2], _covariance(pairs, found.x, held)[:-2, :-2]


def _likelihood(pairs: SeenPairs, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give each pair's log-likelihood and its slope along every weight."""
    odds = np.exp((pairs.positions @ weights[:-2]).clip(-30, 30))
    busy = np.c_[np.ones(len(odds)), np.exp(-pairs.positions[:, 1] / SESSION_DAYS)]
    log_bustle = busy @ weights[-2:]
    heard = odds * pairs.ratio
    near, counted = pairs.is_near, pairs.is_counted
    expected = np.exp(log_bustle) * (1 + odds)  # near pairs for each far one
    likelihood = near * np.log1p(heard) - np.where(
        counted, np.log1p(expected) - near * log_bustle, np.log1p(odds)
    )
    by_odds = near * heard / (1 + heard) - np.where(
        counted, np.exp(log_bustle) * odds / (1 + expected), odds / (1 + odds)
    )
    by_bustle = counted * (near - expected / (1 + expected))
    return likelihood, np.c_[pairs.positions * by_odds[:, None], busy * by_bustle[:, None]]


def _covariance(pairs: SeenPairs, weights: np.ndarray, held: np.ndarray) -> np.ndarray:
    """Give the sandwich of the likelihood's bend and of the customers' scores."""
    step = 1e-4
    bend = np.diag(held)
    for place in range(len(weights)):
        aside = np.eye(len(weights))[place] * step
        ends = [_likelihood(pairs, weights + way * aside)[1].sum(axis=0) for way in (1, -1)]
        bend[place] -= (ends[0] - ends[1]) / (2 * step)
    bend = (bend + bend.T) / 2
    scores = _likelihood(pairs, weights)[1]
    _, owner = np.unique(pairs.customers, return_inverse=True)
    by_customer = np.zeros((owner.max() + 1, len(weights)))
    np.add.at(by_customer, owner, scores)
    inverse = np.linalg.pinv(bend, hermitian=True)
    return inverse @ (by_customer.T @ by_customer + np.diag(held)) @ inverse
