"""Coincidence: how many of a customer's returns would have come anyway.

Enters: pairs of one customer's contacts, near in time and seven weeks apart. Leaves: the
share of the near ones that is coincidence, with its interval. No evidence is read.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

DAY = 86_400
NEAR_SPAN_SECONDS = 14 * DAY
"""As long as the far span, so that coincidence falls equally often into both."""


@dataclass(frozen=True)
class Coincidence:
    """The share of unrelated pairs among those within a fortnight, with its 95 % interval.

    ``near_pairs`` and ``far_pairs`` are the counts that it rests on; NaN without any.
    """

    near_pairs: int
    far_pairs: int
    rate: float
    low: float
    high: float


def count_coincidence(near: pd.DataFrame, far: pd.DataFrame) -> Coincidence:
    """Count how many of the returns within a fortnight are coincidence.

    Among customers who are still there after the far span, as many coincidental
    pairs fall into the near fortnight as into the far one: the rate is far over near.

    Parameters
    ----------
    near, far : pandas.DataFrame
        Pairs with ``customer`` (any number that tells customers apart),
        ``started_epoch``, ``follow_up_epoch`` and ``is_exposed``.

    Notes
    -----
    The interval is normal on the logarithm of the ratio, its variance the sum over
    customers of (far share - near share) squared, as for any ratio of totals.
    """
    near = near[is_counted(near)]
    far = far[far["is_exposed"] == 1]
    if not len(near) or not len(far):
        return Coincidence(len(near), len(far), np.nan, np.nan, np.nan)
    rate = len(far) / len(near)
    shares = pd.concat(
        [far["customer"].value_counts() / len(far), near["customer"].value_counts() / -len(near)]
    )
    customers = shares.groupby(level=0).sum()
    spread = 1.96 * np.sqrt(float((customers**2).sum()))
    return Coincidence(len(near), len(far), rate, rate * np.exp(-spread), rate * np.exp(spread))


def is_counted(near: pd.DataFrame) -> np.ndarray:
    """Say which pairs lie within the fortnight and belong to customers who stay long enough."""
    gap = (near["follow_up_epoch"] - near["started_epoch"]).to_numpy()
    return (gap <= NEAR_SPAN_SECONDS) & (near["is_exposed"].to_numpy() == 1)
