"""What comes back every year or month in a rate, as columns of a fit.

Enters: when periods begin. Leaves: columns and a sentence on what they stand for. A log
that does not hold every month twice is too short for a season, and is told so.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from fcr_ml.measures.rate_model import Floats, Rates, block_p_value

_YEARS = 2
_HARMONICS = 2
"""A rise and a fall a year and half a year: four figures out of two years of weeks."""

_MONTHS = 6
_SUPPORT = 0.01

TOO_SHORT = "too short for a season (it does not hold every month twice)"


def season_columns(begins: pd.DatetimeIndex, by: str, rates: Rates) -> tuple[Floats, str]:
    """Give the season's columns and what they stand for.

    Parameters
    ----------
    begins : pandas.DatetimeIndex
        When the judged periods begin, in order.
    by : str
        ``week`` or ``month``.
    rates : Rates
        Of the same periods.

    Returns
    -------
    tuple of numpy.ndarray and str
        Shape (periods, columns), without a column where there is no season.

    Notes
    -----
    Two harmonics of the year (a smooth season; a single week such as Christmas is not
    caught), taken in wherever every month is there in two years. One harmonic of the month,
    for weeks, where six months are there and Wald's test on the rates is below 0.01.
    """
    middle = begins + pd.Timedelta(days=3.5 if by == "week" else 15)
    days = np.asarray((begins - begins[0]).days, dtype=float)
    length = days[-1] + (7 if by == "week" else 30)
    years = pd.DataFrame({"year": middle.year, "month": middle.month}).drop_duplicates()
    is_twice = years["month"].value_counts().reindex(range(1, 13), fill_value=0) >= _YEARS
    columns, told = np.empty((len(begins), 0)), TOO_SHORT
    if is_twice.all():
        turn = 2 * np.pi * np.asarray(middle.day_of_year, dtype=float) / 365.25
        columns = _harmonics(turn, _HARMONICS)
        told = "of the year"
    if by == "week" and length >= _MONTHS * 30:
        turn = 2 * np.pi * np.asarray(middle.day, dtype=float) / np.asarray(middle.days_in_month)
        block = _harmonics(turn, 1)
        whole = np.hstack([np.ones((len(begins), 1)), columns])
        if block_p_value(rates, whole, block) < _SUPPORT:
            columns = np.hstack([columns, block])
            told = "of the year and of the month" if told != TOO_SHORT else "of the month"
    return columns, told


def _harmonics(turn: Floats, count: int) -> Floats:
    waves = [wave(n * turn) for n in range(1, count + 1) for wave in (np.sin, np.cos)]
    return np.column_stack(waves)
