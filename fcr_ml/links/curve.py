"""The curve of time: how the chance of a link falls with the days between.

Enters: where near and far pairs lie in time, and what the notes of the near ones say.
Leaves: the curve's weights and their doubt. Neither a note nor a label is read here.

A customer's contacts come by coincidence at some rate, seven weeks later as now. Links
come on top: the more likely they are, the more near pairs there are for each far one,
and the more alike are their notes. Both are heard at once, as of a Poisson process with
marks. Where near pairs are many and their notes not alike, the customer was only busy;
a bustle of that kind raises coincidence nearby, most of all within one session, and is
fitted along with the links.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

SESSION_DAYS = 0.25
"""Who asks several things at once does so within hours."""

RIDGE = 0.1
"""Holds weights where a log says nothing of them; thousands of pairs outweigh it."""

BUSTLE_SPREADS = (0.2, 3.0)
"""How far, in logs, coincidence may lie above the far rate: at all near times, and within
a session. Never below it."""


LINK_OVER_BUSTLE = np.array(
    [[1, 0, 0, -1, 0], [0, 1, 0, 0, 0], [0, 0, 1, 0, 0], [0, 0, 0, 0, -1]], dtype=float
)
"""From the weights of links and of bustle to those of the log-odds, link over coincidence."""


@dataclass(frozen=True, eq=False)
class SeenPairs:
    """Pairs where the curve is learnt.

    Parameters
    ----------
    positions : numpy.ndarray
        As :func:`positions_in_time` gives them, shape (n, 4). Far pairs lie where they
        would, had they come seven weeks earlier.
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


def positions_in_time(days: np.ndarray, coincidence_a_year: np.ndarray) -> np.ndarray:
    """Give 1, days, the log of coincidental contacts a year, and how far within a session.

    Were links to come like a decay, and coincidence at any time, the log-odds of a link
    would fall in proportion to the days between.
    """
    # A contact in a hundred years keeps the logarithm finite.
    rate = np.log(coincidence_a_year + 0.01)
    return np.c_[np.ones(len(days)), days, rate, np.exp(-days / SESSION_DAYS)]


def fit_curve(pairs: SeenPairs, start: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give the weights under which the pairs are likeliest, and their covariance.

    Parameters
    ----------
    pairs : SeenPairs
    start : numpy.ndarray
        Weights to begin with, shape (4,).

    Returns
    -------
    weights : numpy.ndarray
        Log-odds of a link for each column of the positions, shape (4,).
    covariance : numpy.ndarray
        Shape (4, 4), robust to several pairs of one customer.
    """
    from scipy.optimize import minimize

    held = np.r_[np.full(3, RIDGE), 1 / np.square(BUSTLE_SPREADS)]

    def unlikeliness(weights: np.ndarray) -> tuple[float, np.ndarray]:
        likelihood, scores = _likelihood(pairs, weights)
        value = likelihood.sum() - (held * weights**2).sum() / 2
        return -value, held * weights - scores.sum(axis=0)

    found = minimize(
        unlikeliness,
        np.r_[start[:3], 0.0, -start[3]],
        jac=True,
        method="L-BFGS-B",
        bounds=[(None, None)] * 3 + [(0.0, None)] * 2,
    )
    covariance = _covariance(pairs, found.x, held)
    return LINK_OVER_BUSTLE @ found.x, LINK_OVER_BUSTLE @ covariance @ LINK_OVER_BUSTLE.T


def _likelihood(pairs: SeenPairs, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give each pair's log-likelihood and its slope along every weight.

    For each far pair there are, near, ``busy`` pairs of coincidence and ``odds`` of links.
    """
    links, bustle = pairs.positions[:, :-1], pairs.positions[:, [0, -1]]
    odds = np.exp((links @ weights[:-2]).clip(-30, 30))
    busy = np.exp(bustle @ weights[-2:])
    heard = busy + odds * pairs.ratio
    expected = busy + odds + pairs.is_counted
    likelihood = pairs.is_near * np.log(heard) - np.log(expected)
    by_odds = pairs.is_near * odds * pairs.ratio / heard - odds / expected
    by_busy = pairs.is_near * busy / heard - busy / expected
    return likelihood, np.c_[links * by_odds[:, None], bustle * by_busy[:, None]]


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
