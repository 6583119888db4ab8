"""The survival estimate of FCR: what open contacts already tell.

Enters: how long contacts were followed and how many returned when. Leaves: the
Kaplan-Meier estimate of the share that stays resolved, by group, or of one group with
an interval by customer. It assumes that open
contacts go on as earlier ones did; it is always labelled and never mixed with the
rate of closed contacts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fcr_ml.measures.intervals import effective_interval

_KEYS = ["reading", "repeat_window", "value"]


def survival_curve(times: pd.DataFrame) -> pd.DataFrame:
    """Give the share not yet returned after every second with a return or an end.

    Parameters
    ----------
    times : pandas.DataFrame
        ``reading``, ``repeat_window``, ``value``, ``seconds``, ``returns`` and
        ``leaves``: at that many seconds after the window began, how many contacts
        returned and how many left unreturned (window over, or nothing later
        known). Ordered by group and seconds, each second once.

    Returns
    -------
    pandas.DataFrame
        The same rows with ``at_risk`` and ``survival_rate``.

    Notes
    -----
    S(t) = product over times up to t of 1 - returns / at risk (Kaplan and Meier
    1958). Those who leave at a second are still at risk in it, so a return exactly
    at the window's end counts.

    Examples
    --------
    Four contacts: one returns at once, one leaves, one returns, one stays.

    >>> times = pd.DataFrame({
    ...     "reading": "related", "repeat_window": "7d", "value": "all",
    ...     "seconds": [10, 20, 30, 40], "returns": [1, 0, 1, 0], "leaves": [0, 1, 0, 1]})
    >>> survival_curve(times)["survival_rate"].tolist()
    [0.75, 0.75, 0.375, 0.375]
    """
    gone = times["returns"] + times["leaves"]
    groups = times.groupby(_KEYS).ngroup()
    at_risk = gone.groupby(groups).transform("sum") - gone.groupby(groups).cumsum() + gone
    factors = 1 - times["returns"] / at_risk
    return times.assign(at_risk=at_risk, survival_rate=factors.groupby(groups).cumprod())


def survival_rates(times: pd.DataFrame) -> pd.DataFrame:
    """Give the Kaplan-Meier estimate of FCR at the window's end for every group.

    Parameters
    ----------
    times : pandas.DataFrame
        As for :func:`survival_curve`.

    Returns
    -------
    pandas.DataFrame
        ``reading``, ``repeat_window``, ``value`` and ``survival_fcr_rate``. Where
        no contact was followed to the window's end, the estimate is that at the
        longest time anybody was followed, and so an upper bound.
    """
    curve = survival_curve(times)
    last = curve.groupby(_KEYS, as_index=False).tail(1)
    return last[_KEYS].assign(survival_fcr_rate=last["survival_rate"].clip(0, 1))


@dataclass(frozen=True)
class Estimate:
    """A survival estimate with its interval.

    Parameters
    ----------
    rate, low, high : float
        The share that stays resolved to the window's end, and its 95 % interval.
    followed_seconds : int
        As far as the contacts' own returns tell; from there on as contacts before.
    """

    rate: float
    low: float
    high: float
    followed_seconds: int


def survival_estimate(
    customer: NDArray[np.int64],
    seconds: NDArray[np.int64],
    returned: NDArray[np.int64],
    before: pd.DataFrame,
    window_seconds: int,
    minimum_contacts: int = 30,
) -> Estimate | None:
    """Give the Kaplan-Meier estimate of one group with an interval by customer.

    Parameters
    ----------
    customer, seconds, returned : numpy.ndarray
        A contact's customer (from 0), how long it was followed, and whether it returned
        then (1) or left unreturned (0).
    before : pandas.DataFrame
        Times of contacts before, one group, as for :func:`survival_curve`.
    window_seconds : int
        The window's length.
    minimum_contacts : int
        The contacts' own returns are used as far as so many are still followed.

    Returns
    -------
    Estimate or None
        None where fewer than the minimum are followed at all, or where the contacts
        before do not tell how it goes on.

    Notes
    -----
    The variance is Greenwood's with customers in place of contacts: to the first order a
    contact moves S(t) by -S(t) (1 / at risk, at its return, less the sum of returns / at
    risk², up to where it was followed); these are summed by customer and squared (Williams
    1995, Biometrics 51). It is turned into an effective count and given as a score
    interval. Beyond where enough contacts were followed, S goes on as that of the contacts
    before, S(window) / S(followed). That is assumed, and taken as known: they are many.

    Examples
    --------
    Two of four contacts returned, all followed to the end:

    >>> none_before = pd.DataFrame({
    ...     "reading": "all", "repeat_window": "all", "value": "all",
    ...     "seconds": [50], "returns": [0], "leaves": [9]})
    >>> told = survival_estimate(
    ...     np.arange(4), np.array([10, 20, 50, 50]), np.array([1, 1, 0, 0]), none_before, 50, 1)
    >>> told.rate, told.followed_seconds
    (0.5, 50)
    """
    if len(seconds) < max(minimum_contacts, 1):
        return None
    times, places = np.unique(seconds, return_inverse=True)
    returns = np.bincount(places, returned)
    at_risk = len(seconds) - np.r_[0, np.cumsum(np.bincount(places))[:-1]]
    last = int(np.flatnonzero(at_risk >= max(minimum_contacts, 1)).max())
    until = int(times[last])
    goes_on = _going_on(before, until, window_seconds, minimum_contacts)
    if goes_on is None:
        return None
    rate = float(np.prod(1 - returns[: last + 1] / at_risk[: last + 1]))
    hazard = np.cumsum(np.where(np.arange(len(times)) <= last, returns / at_risk**2, 0))
    own = np.where(places <= last, returned / at_risk[places], 0) - hazard[places]
    moved = np.bincount(customer, own).astype(np.float64)
    contacts = np.bincount(customer).astype(np.float64)
    effective, equal = _worth(rate, moved, contacts[contacts > 0])
    low, high = (float(end) for end in effective_interval(rate, effective, equal))
    return Estimate(rate * goes_on, low * goes_on, high * goes_on, until)


def _worth(
    rate: float, moved: NDArray[np.float64], contacts: NDArray[np.float64]
) -> tuple[float, float]:
    """Give the effective count of contacts, and of equal customers."""
    size = float(contacts.sum())
    equal = size**2 / float((contacts**2).sum())
    variance = rate**2 * float((moved**2).sum()) * len(contacts) / max(len(contacts) - 1, 1)
    # Nobody returned, or everybody: each customer is taken to be of one piece.
    effective = rate * (1 - rate) / variance if variance > 0 and rate > 0 else equal
    return min(effective, size), equal


def _going_on(before: pd.DataFrame, until: int, window: int, minimum_contacts: int) -> float | None:
    """Give S(window) / S(until) of the contacts before; None where they do not tell."""
    if until >= window:
        return 1.0
    curve = survival_curve(before)
    if not (curve["seconds"].iloc[-1:] >= window).any():
        return None
    if curve["at_risk"].iloc[-1] < max(minimum_contacts, 1):
        return None
    reached = curve.loc[curve["seconds"] <= until, "survival_rate"]
    start = float(reached.iloc[-1]) if len(reached) else 1.0
    return float(curve["survival_rate"].iloc[-1]) / start if start > 0 else None
