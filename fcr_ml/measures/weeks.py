"""The latest week against earlier ones, by the log's own usual movement.

Enters: when contacts began, and counts of them by week. Leaves: how far the latest week
lies from the weeks of a reference, and how far those lie from each other. A log moves from
week to week by itself; only what moves further than it ever did is worth a word.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

WEEK = 7 * 86_400
FEWEST_WEEKS = 4
MOST_WEEKS = 16
"""Weeks of the reference: a season's worth; older ones say little about today."""

Floats = NDArray[np.float64]
Distance = Callable[[Floats, Floats], float]


@dataclass(frozen=True)
class Weeks:
    """The week of every contact, counted back from a moment.

    Parameters
    ----------
    numbers : numpy.ndarray
        0 in the seven days before the moment, 1 in the seven before those, and so on; -1
        at the moment or later. Every week holds each weekday once.
    reference : numpy.ndarray
        Numbers of the whole weeks that ended by the seam, the latest first.
    """

    numbers: NDArray[np.int64]
    reference: NDArray[np.int64]

    @classmethod
    def of(cls, epochs: NDArray[np.int64], as_of: int, seam: int) -> Weeks:
        """Place contacts in weeks.

        Parameters
        ----------
        epochs : numpy.ndarray
            Second at which each contact began.
        as_of : int
            The moment.
        seam : int
            Where the reference ends; the latest week is never part of it.
        """
        back = as_of - epochs.astype(np.int64)
        numbers = np.where(back > 0, (back - 1) // WEEK, -1)
        first = max(-(-(as_of - seam) // WEEK), 1)
        # The earliest week is whole only if something came before it.
        whole = int((as_of - epochs.min()) // WEEK) if len(epochs) else 0
        return cls(numbers, np.arange(first, min(whole, first + MOST_WEEKS)))

    @property
    def is_enough(self) -> bool:
        """Whether the log can be its own yardstick."""
        return len(self.reference) >= FEWEST_WEEKS

    def counts(self, codes: NDArray[np.int64], bins: int) -> Floats:
        """Count contacts by week and bin, shape (weeks, bins); codes below 0 count nowhere."""
        weeks = int(self.reference.max()) + 1 if len(self.reference) else 1
        kept = (self.numbers >= 0) & (self.numbers < weeks) & (codes >= 0)
        cells = self.numbers[kept] * bins + codes[kept]
        return np.bincount(cells, minlength=weeks * bins).reshape(weeks, bins).astype(float)

    def compare(self, table: Floats, distance: Distance) -> tuple[float, float]:
        """Give how far the latest week lies from the reference, and how far its own weeks do.

        Parameters
        ----------
        table : numpy.ndarray
            One row a week, by its number.
        distance : callable
            Takes one row and the rows it is held against.

        Returns
        -------
        lately, usual : float
            The second is the largest over the weeks of the reference, each against all the
            others, and each against those that lie as far before it, at the least, as the
            reference lies before the latest week: so a steady trend is part of what is usual.
        """
        weeks = self.reference
        lately = distance(table[0], table[weeks])
        usual = [distance(table[w], table[weeks[weeks != w]]) for w in weeks]
        gap = int(weeks[0])
        for week in weeks:
            older = weeks[weeks >= week + gap]
            if len(older) >= FEWEST_WEEKS - 1:
                usual.append(distance(table[week], table[older]))
        return lately, max(usual)


def volume_distance(week: Floats, others: Floats) -> float:
    """Give the log of a week's contacts over the mean of others, without its sign.

    Examples
    --------
    >>> round(volume_distance(np.array([50.0]), np.array([[100.0], [100.0]])), 2)
    0.69
    """
    return float(abs(np.log((week.sum() + 0.5) / (others.sum() / len(others) + 0.5))))


def fall_by_chance(expected: float, alike: float, sigmas: float) -> float:
    """Give the furthest that chance makes a count fall: the log of expected over what is left.

    Parameters
    ----------
    expected : float
        The count to be expected. What is left says nothing of the noise: the fewer are
        left, the noisier they look, and a count of none would never be a fall.
    alike : float
        By how much contacts of one customer widen its variance, 1 or more.
    sigmas : float
        Standard errors of the count's root.

    Returns
    -------
    float
        Half a count added to both; infinite where chance can leave none.

    Notes
    -----
    The root of a count has a standard error of about a half, whatever the count (Bartlett
    1936, Supplement to the Journal of the Royal Statistical Society 3): with it the lower
    tail of a Poisson count of ten is right, which that of its logarithm is not.

    Examples
    --------
    >>> round(fall_by_chance(100.0, 1.0, 4.0), 2)  # 64 are left: (10 - 2)²
    0.44
    >>> fall_by_chance(4.0, 1.0, 4.0)
    inf
    """
    root = np.sqrt(expected) - sigmas / 2 * np.sqrt(alike)
    return float(np.log((expected + 0.5) / (root**2 + 0.5))) if root > 0 else float("inf")


def psi_distance(week: Floats, others: Floats) -> float:
    """Give the population stability index of a week's bins against those of others.

    Bins with fewer than ten contacts expected in the week are counted together, half a
    contact is added to each; see :func:`fcr_ml.measures.drift.measure_drift`.
    """
    before = others.sum(axis=0)
    pooled = (before + week) / max(before.sum() + week.sum(), 1.0)
    is_rare = pooled * week.sum() < 10
    old, new = (np.append(c[~is_rare], c[is_rare].sum()) for c in (before, week))
    if old[-1] + new[-1] == 0:
        old, new = old[:-1], new[:-1]
    p, q = ((c + 0.5) / (c.sum() + len(c) / 2) for c in (old, new))
    return float(((q - p) * np.log(q / p)).sum())


def rise_distance(week: Floats, others: Floats) -> float:
    """Give by how much the share of the second of two bins rose; below 0 where it fell."""
    before = others.sum(axis=0)
    return float(week[1] / max(week.sum(), 1.0) - before[1] / max(before.sum(), 1.0))


def new_values(table: Floats, known: Floats, weeks: Weeks) -> tuple[float, float]:
    """Give the share of the latest week whose value was never seen before the seam.

    Parameters
    ----------
    table : numpy.ndarray
        Contacts by week and value.
    known : numpy.ndarray
        Contacts of each value in all that came before the seam.
    weeks : Weeks

    Returns
    -------
    lately, usual : float
        The second is the largest share of a reference week that no other week has seen.
    """
    shares = []
    for week in (0, *weeks.reference):
        seen = known - table[week] if week else known
        shares.append(float(table[week][seen <= 0].sum() / max(table[week].sum(), 1.0)))
    return shares[0], max(shares[1:])
