"""What the weeks before let one expect of this week, and how far it may stray.

Enters: counts of customers by week, item and language, the week looked at first.
Leaves: for every item the count expected in that week, the spread of what may be
seen, probabilities of seeing as much, and intervals. What an item is, a topic or a
term, is not known here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

USUAL_DRIFT = 0.05
"""Most shares grow or shrink by less than five per cent a week (the prior's standard
deviation): a steeper slope is damped unless the counts insist on it."""

LEAST_SPREAD = 0.001
"""Relative variance of a share between weeks, at least: no share keeps still to three per cent."""

ALLOWANCE = 1.25
"""The unrest is estimated too, and shares leap more often than a gamma law has it: with a
quarter more of it, logs in which nothing rises are as silent as the q-value says."""

LENT_WEEKS = 10
"""So many weeks of all items together stand beside an item's own: a rare one borrows."""


@dataclass(frozen=True)
class Expectation:
    """What is expected of each of k items.

    Parameters
    ----------
    counts : numpy.ndarray
        Shape (k,), expected customers in the week looked at.
    spreads : numpy.ndarray
        Shape (k,), relative variance beyond Poisson: a share's own unrest from week to
        week, and how little is known of its level and slope.
    """

    counts: Floats
    spreads: Floats

    def tail(self, seen: Floats, ratio: float | Floats = 1.0) -> Floats:
        """Give the mid-p probability of seeing at least so many at ratio times the expected.

        Negative binomial: mean m, variance m + spread m².
        """
        from scipy.stats import nbinom

        size = 1 / self.spreads
        chance = size / (size + ratio * self.counts)
        tail = nbinom.sf(seen, size, chance) + nbinom.pmf(seen, size, chance) / 2
        return np.asarray(tail, dtype=float)

    def interval(self, seen: Floats, level: float = 0.95) -> tuple[Floats, Floats]:
        """Give the ratios of seen to expected that such a count does not speak against.

        The ends are where the mid-p tail is as large as the interval leaves on either
        side, found by halving; the interval holds 1 just where the test finds no rise
        or fall.
        """
        outside = (1 - level) / 2
        return self._ratio_of(seen, outside), self._ratio_of(seen, 1 - outside)

    def _ratio_of(self, seen: Floats, probability: float) -> Floats:
        low, high = np.full(len(seen), -20.0), np.full(len(seen), 20.0)
        for _ in range(60):
            middle = (low + high) / 2
            is_enough = self.tail(seen, np.exp(middle)) >= probability
            low, high = np.where(is_enough, low, middle), np.where(is_enough, middle, high)
        return np.asarray(np.exp((low + high) / 2), dtype=float)


def expect_counts(counts: Floats, volume: Floats, weeks_ago: Floats) -> Expectation:
    """Expect each item's count from the weeks before.

    Parameters
    ----------
    counts : numpy.ndarray
        Shape (w + 1, k, l): customers by week, item and language. Row 0 is the week
        looked at; the model learns from the others.
    volume : numpy.ndarray
        Shape (w + 1, l): customers by week and language, whatever they held.
    weeks_ago : numpy.ndarray
        Shape (w,): how long before the week looked at each of the others lies.

    Returns
    -------
    Expectation

    Notes
    -----
    Within a language an item is expected in proportion to the volume of the week, so a
    busy week is no rise. Half a customer is added to what was seen before (Jeffreys'
    prior), in the languages in which the item is held now: an item never seen before is
    still expected, the more so the less of its language was seen. Around that usual
    count a log-linear trend is fitted to the weeks by Newton's method under a normal
    prior on its slope. The relative variance of shares between weeks is estimated by
    moments over all items and, shrunk towards that, of each item; the larger one counts.
    It stands for the unrest of the week looked at as well; to it are added the variances
    of level and slope.
    """
    before = counts[1:].sum(axis=2)
    level, known = _usual_counts(counts, volume)
    borrowed = level[1:] / np.maximum(level[1:].sum(axis=0), 1e-9) / 2
    trend = _Trend(before + borrowed, level[1:], -np.asarray(weeks_ago, dtype=float)[:, None])
    unrest = np.full(counts.shape[1], LEAST_SPREAD)
    for _ in range(3):
        unrest = _unrest(trend.counts, trend.fit(unrest).fitted)
    growth, variance = trend.fit(unrest).ahead()
    # Where one language lends its level to a week that speaks another, less is known.
    variance = np.maximum(variance, known)
    return Expectation(level[0] * growth, variance + unrest)


def _usual_counts(counts: Floats, volume: Floats) -> tuple[Floats, Floats]:
    """Give counts at an unchanging share by language, and the relative variance of row 0."""
    now = counts[0]
    # A language never spoken before counts as spoken once, which tells next to nothing.
    volume = np.vstack([volume[:1], np.maximum(volume[1:], 1 / (len(volume) - 1))])
    seen = counts[1:].sum(axis=0) + now / np.maximum(now.sum(axis=1, keepdims=True), 1) / 2
    offered = volume[1:].sum(axis=0)
    usual = volume @ (seen / offered).T
    variance = ((volume[0] / offered) ** 2 * seen).sum(axis=1)
    return usual, variance / np.maximum(usual[0], 1e-9) ** 2


class _Trend:
    """Log-linear trends of k items over w weeks, the slopes damped.

    ``counts`` and ``usual`` have the shape (w, k), ``moments`` (w, 1) with 0 for the
    week looked at.
    """

    def __init__(self, counts: Floats, usual: Floats, moments: Floats) -> None:
        self.counts, self._usual, self._moments = counts, usual, moments
        self._level = np.zeros(counts.shape[1])
        self._slope = np.zeros(counts.shape[1])

    def fit(self, unrest: Floats) -> _Trend:
        """Fit level and slope given the relative variance beyond Poisson of each item."""
        for _ in range(8):
            fitted = self.fitted
            damped = 1 + unrest * fitted
            left = (self.counts - fitted) / damped
            self._weigh(fitted / damped)
            of_level = left.sum(axis=0)
            of_slope = (left * self._moments).sum(axis=0) - self._slope / USUAL_DRIFT**2
            self._level += np.clip(self._vl * of_level + self._vls * of_slope, -1, 1)
            self._slope += np.clip(self._vls * of_level + self._vs * of_slope, -1, 1)
        return self

    @property
    def fitted(self) -> Floats:
        """Fitted counts, shape (w, k); never nothing."""
        trend = self._level + self._slope * self._moments
        return np.maximum(self._usual * np.exp(np.clip(trend, -20, 20)), 1e-9)

    def ahead(self) -> tuple[Floats, Floats]:
        """Give the growth up to the week looked at, and the variance of its logarithm."""
        return np.exp(self._level), self._vl

    def _weigh(self, weights: Floats) -> None:
        """Invert the information on level and slope."""
        ll = weights.sum(axis=0)
        ls = (weights * self._moments).sum(axis=0)
        ss = (weights * self._moments**2).sum(axis=0) + USUAL_DRIFT**-2
        determinant = np.maximum(ll * ss - ls**2, 1e-12)
        self._vl, self._vls, self._vs = ss / determinant, -ls / determinant, ll / determinant


def _unrest(counts: Floats, fitted: Floats) -> Floats:
    """Give the relative variance beyond Poisson of each item, shape (k,).

    A cell's own guess is ``((y - m)² - m) / m²``, and its variance about
    ``2 (1 / m + d)²`` where ``d`` is what is sought: cells are weighed by that, so that
    neither rare items, which know little, nor the few commonest ones decide. Two weeks
    are spent on level and slope.
    """
    weeks = len(counts)
    guesses = (weeks / max(weeks - 2, 1) * (counts - fitted) ** 2 - fitted) / fitted**2
    pooled = 0.01
    for _ in range(20):
        weights = 1 / (1 / fitted + pooled) ** 2
        pooled = max(float((weights * guesses).sum() / weights.sum()), LEAST_SPREAD)
    worth = weights * pooled**2  # 1 is a week in which chance adds nothing to the unrest
    own = (LENT_WEEKS * pooled + (worth * guesses).sum(axis=0)) / (LENT_WEEKS + worth.sum(axis=0))
    return ALLOWANCE * np.maximum(own, pooled)
