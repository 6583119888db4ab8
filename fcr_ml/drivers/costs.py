"""Costs: what the excess of a driver took, in handle hours and in money.

Enters: excess repeats with their interval, closed contacts, and what an hour or a
contact costs where the desk says so. Leaves: the same ranges in hours and in money.
The mean handle time of the follow-ups is taken as known; the range is the excess's.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from fcr_ml.drivers.rows import SegmentRows
from fcr_ml.errors import SettingsError
from fcr_ml.frames import Casebook

ENDS = ("", "_low", "_high")


def check_costs(cost_per_hour: float | None, cost_per_contact: float | None) -> None:
    """Refuse two prices for one thing, and prices below nothing.

    Raises
    ------
    SettingsError
        When both are given, or one is not a number from 0 up.
    """
    given = {"cost_per_hour": cost_per_hour, "cost_per_contact": cost_per_contact}
    told = {name: value for name, value in given.items() if value is not None}
    if len(told) > 1:
        raise SettingsError(
            "drivers: cost_per_hour and cost_per_contact price the same follow-ups twice; give one."
        )
    for name, value in told.items():
        if not 0 <= value < np.inf:
            raise SettingsError(f"drivers: {name} is {value}; give a number from 0 up.")


def cost_of_excess(
    excess: pd.DataFrame,
    follow_up_hours: np.ndarray,
    cost_per_hour: float | None = None,
    cost_per_contact: float | None = None,
) -> pd.DataFrame:
    """Give handle hours and cost of excess repeats, each with its range.

    Parameters
    ----------
    excess : pandas.DataFrame
        ``excess_repeats`` with ``_low`` and ``_high``.
    follow_up_hours : numpy.ndarray
        Mean handle time of each driver's follow-ups; NaN where unknown.
    cost_per_hour, cost_per_contact : float or None
        In the desk's own currency; at most one of them.

    Returns
    -------
    pandas.DataFrame
        ``handle_hours`` and ``cost`` with ``_low`` and ``_high``; NaN where unknown.

    Examples
    --------
    >>> excess = pd.DataFrame({
    ...     "excess_repeats": [60.0], "excess_repeats_low": [30.0], "excess_repeats_high": [90.0]})
    >>> cost_of_excess(excess, np.array([0.5]), cost_per_hour=40)["cost_high"].item()
    1800.0
    """
    told = {}
    for end in ENDS:
        repeats = excess[f"excess_repeats{end}"].to_numpy()
        hours = repeats * follow_up_hours
        told[f"handle_hours{end}"] = hours
        told[f"cost{end}"] = np.full(len(hours), np.nan)
        if cost_per_hour is not None:
            told[f"cost{end}"] = hours * cost_per_hour
        if cost_per_contact is not None:
            told[f"cost{end}"] = repeats * cost_per_contact
    return pd.DataFrame(told)


def follow_up_hours(casebook: Casebook, rows: SegmentRows, inside: list[np.ndarray]) -> np.ndarray:
    """Give the mean handle time of each segment's follow-ups, in hours; NaN if unknown."""
    handled = casebook.table("contacts", ["contact_id", "handle_seconds"])
    seconds = rows.contacts["follow_up_id"].map(handled.set_index("contact_id")["handle_seconds"])
    hours = seconds.astype("Float64").to_numpy(dtype=float, na_value=np.nan) / 3600
    known = [hours[members][~np.isnan(hours[members])] for members in inside]
    return np.array([part.mean() if len(part) else np.nan for part in known])
