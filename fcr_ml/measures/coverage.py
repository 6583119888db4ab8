"""How much of a period the log covers.

Enters: a casebook, and where periods begin and end. Leaves: the share that lies before
the log's first day or after its last. Holes inside the log are not looked for.
"""

from __future__ import annotations

import pandas as pd

from fcr_ml.frames import Casebook

_DAY = pd.Timedelta(days=1)


def uncovered_share(casebook: Casebook, begins_at: pd.Series, ends_at: pd.Series) -> pd.Series:
    """Give the share of each period before the log's first contact, or after its last day.

    Parameters
    ----------
    casebook : Casebook
        As of its moment.
    begins_at, ends_at : pandas.Series
        The first instant of each period and the first after it, UTC.

    Returns
    -------
    pandas.Series
        Between 0 and 1 for periods in which there is a contact.
    """
    started = casebook.table("contacts", ["started_at"])["started_at"]
    until = min(casebook.as_of, started.max().floor("D") + _DAY)
    nothing = pd.Timedelta(0)
    missing = (started.min() - begins_at).clip(lower=nothing)
    missing += (ends_at - until).clip(lower=nothing)
    return missing / (ends_at - begins_at)
