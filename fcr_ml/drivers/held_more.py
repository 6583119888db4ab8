"""What repeated contacts hold more often than resolved ones, tested by customer.

Enters: 0/1 columns, outcomes, customers. Leaves: shares, differences with intervals and
p-values. Nothing is chosen here.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray


def compare_sides(
    held: Any, is_repeated: NDArray[np.bool_], owners: NDArray[np.intp]
) -> pd.DataFrame:
    """Compare what repeated and resolved contacts hold.

    Parameters
    ----------
    held : scipy.sparse.csr_matrix
        Shape (contacts, things), 0/1.
    is_repeated : numpy.ndarray
        Which contacts were repeated; the others were resolved. Both occur.
    owners : numpy.ndarray
        Number of each contact's customer, from 0.

    Returns
    -------
    pandas.DataFrame
        One row a thing: ``repeated_contacts``, ``repeated_looked_at`` and the same of
        resolved, ``repeated_share``, ``resolved_share``, ``difference`` with ``_low`` and
        ``_high``, ``customers``, ``evidence`` (a t statistic) and ``p_value``, two-sided.

    Notes
    -----
    The difference of two shares, linearised by customer: a customer's part is the sum over
    their contacts of (x - p) a, with a one over the repeated contacts, or minus one over
    the resolved ones. The interval takes p from each side, the test from both together,
    since that is what holds where nothing differs. The t distribution has one degree of
    freedom less than customers hold the thing: what few hold tells little.
    """
    from scipy.stats import t

    sides = np.where(is_repeated, 1 / is_repeated.sum(), -1 / (~is_repeated).sum())
    number = int(owners.max()) + 1
    sums = _by_customer(held.multiply(sides[:, None]).tocsr(), owners, number)
    in_each = _by_customer(held, owners, number)
    counts = np.asarray(held[is_repeated].sum(axis=0)).ravel()
    others = np.asarray(held[~is_repeated].sum(axis=0)).ravel()
    repeated, resolved = counts / is_repeated.sum(), others / (~is_repeated).sum()
    customers = np.asarray((in_each > 0).sum(axis=0)).ravel()
    weight = np.bincount(owners, np.where(is_repeated, sides, 0), number)
    against = np.bincount(owners, np.where(is_repeated, 0, sides), number)
    pooled = (counts + others) / len(owners)
    difference = repeated - resolved
    error = np.sqrt(_variance(sums, weight, against, repeated, resolved))
    null_error = np.sqrt(_variance(sums, weight, against, pooled, pooled))
    degrees = np.maximum(customers - 1, 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        evidence = np.where(null_error > 0, difference / null_error, 0.0)
    half = t.ppf(0.975, degrees) * error
    return pd.DataFrame(
        {
            "repeated_contacts": counts.astype(int),
            "repeated_looked_at": int(is_repeated.sum()),
            "resolved_contacts": others.astype(int),
            "resolved_looked_at": int((~is_repeated).sum()),
            "repeated_share": repeated,
            "resolved_share": resolved,
            "difference": difference,
            "difference_low": difference - half,
            "difference_high": difference + half,
            "customers": customers,
            "evidence": evidence,
            "p_value": 2 * t.sf(np.abs(evidence), degrees),
        }
    )


def _by_customer(held: Any, owners: NDArray[np.intp], number: int) -> Any:
    from scipy.sparse import csr_matrix

    ones = np.ones(len(owners))
    places = (owners, np.arange(len(owners)))
    return csr_matrix((ones, places), shape=(number, len(owners))) @ held


def _variance(sums: Any, weight: Any, against: Any, one: Any, other: Any) -> Any:
    """Sum over customers the square of (what they hold) - one * weight - other * against."""
    squares = np.asarray(sums.multiply(sums).sum(axis=0)).ravel()
    crossed = one * (sums.T @ weight) + other * (sums.T @ against)
    level = one**2 * (weight @ weight) + other**2 * (against @ against)
    level = level + 2 * one * other * (weight @ against)
    return np.maximum(squares - 2 * crossed + level, 0.0)
