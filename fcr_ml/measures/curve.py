"""FCR along the length of the window.

Enters: a casebook. Leaves: one row a window length, for charts. Closed contacts
only.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from fcr_ml.engine import statement
from fcr_ml.frames import Casebook, RepeatWindow
from fcr_ml.measures.fcr import with_rates
from fcr_ml.measures.groups import casebook_engine, put_asked, put_group
from fcr_ml.measures.intervals import customer_interval

WINDOW_MARKS = (
    *("10m", "30m", "1h", "2h", "4h", "8h", "12h", "24h", "36h", "48h"),
    *("3d", "4d", "5d", "7d", "10d", "14d", "21d", "30d"),
)
"""Window lengths at which the curve is told: about evenly spaced on a log scale."""


def window_curve(casebook: Casebook, reading: str | None = None) -> pd.DataFrame:
    """Give the repeat rate as the repeat window grows.

    Parameters
    ----------
    casebook : Casebook
        Its longest window bounds the curve.
    reading : str, optional
        The main reading if left out.

    Returns
    -------
    pandas.DataFrame
        ``reading``, ``window``, ``hours``, ``closed_contacts``,
        ``repeated_contacts``, ``repeat_rate``, ``repeat_rate_low`` and
        ``repeat_rate_high`` (95 %, by customer), shortest window first. A contact
        counts under every window that it was followed through, so each row agrees
        with the FCR of a casebook built with that window.
        ``longest_repeated_contacts`` repeated under the longest window, which
        they were followed through; ``missed_rate`` is the share of them that
        returned only after this window, with ``missed_rate_low`` and
        ``missed_rate_high``. Empty without outcomes.
    """
    longest = max(RepeatWindow.parse(window) for window in casebook.settings["windows"])
    marks = [m for m in map(RepeatWindow.parse, WINDOW_MARKS) if m <= longest]
    asked = {"reading": [reading or casebook.settings["reading"]], "repeat_window": [str(longest)]}
    with casebook_engine(casebook) as engine:
        put_asked(engine, pd.DataFrame(asked), casebook.as_of)
        put_group(engine, casebook, "all")
        engine.put("marks", pd.DataFrame({"seconds": [mark.seconds for mark in marks]}))
        engine.run(statement("fcr_curve"), out="counts")
        counts = engine.fetch("counts")
    rates = with_rates(counts)
    longest_repeated = rates["longest_repeated_contacts"].astype(float)
    missed_low, missed_high = customer_interval(
        rates["missed_contacts"],
        longest_repeated,
        rates["squared_missed"],
        rates["missed_cross_products"],
        rates["squared_seen"],
        rates["repeat_customers"],
    )
    is_longest = rates["seconds"] == longest.seconds
    return pd.DataFrame(
        {
            "reading": pd.Series(asked["reading"] * len(rates), dtype="string"),
            "window": [str(RepeatWindow(int(seconds))) for seconds in rates["seconds"]],
            "hours": rates["seconds"] / 3600,
            "closed_contacts": rates["closed_contacts"],
            "repeated_contacts": rates["repeated_contacts"],
            "repeat_rate": 1 - rates["fcr_rate"],
            "repeat_rate_low": 1 - rates["fcr_rate_high"],
            "repeat_rate_high": 1 - rates["fcr_rate_low"],
            "longest_repeated_contacts": rates["longest_repeated_contacts"],
            "missed_rate": rates["missed_contacts"] / longest_repeated.where(longest_repeated > 0),
            # The longest misses nothing by definition: there is nothing to estimate.
            "missed_rate_low": np.where(is_longest, 0.0, missed_low),
            "missed_rate_high": np.where(is_longest, 0.0, missed_high),
        }
    )
