"""The survival estimate of FCR: what open contacts already tell.

Enters: how long contacts were followed and how many returned when. Leaves: the
Kaplan-Meier estimate of the share that stays resolved. It assumes that open
contacts go on as earlier ones did; it is always labelled and never mixed with the
rate of closed contacts.
"""

from __future__ import annotations

import pandas as pd

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
