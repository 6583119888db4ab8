"""What if: repeats a month less, if a driver came down to others' rate.

Enters: the drivers' estimates, the evidence on the segments beside them, and how many
months the log has. Leaves: ranges of repeats avoided a month. It is arithmetic on a
contrast: whether a change brings it about, only a trial on a part can say.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fcr_ml.drivers.rows import SegmentRows
from fcr_ml.drivers.search import Search

LEAST_BESIDE = 4
"""A best quarter needs four segments beside the driver; fewer have no quarter."""

DAYS_IN_MONTH = 365.25 / 12

_BEST = 0.25
_DRAWS = 2_000
"""Enough that the ends of a 95 % range move by a twentieth of its half width at most."""


def count_months(rows: SegmentRows) -> float:
    """Give the months between the first and the last closed contact, at least one day."""
    days = np.ptp(rows.contacts["started_epoch"].to_numpy()) / 86_400
    return max(float(days), 1.0) / DAYS_IN_MONTH


def measure_avoidable(
    search: Search,
    evidence: pd.DataFrame,
    shown: pd.DataFrame,
    months: float,
    random_state: int = 0,
) -> pd.DataFrame:
    """Give the repeats avoided a month at two aims, each with a 95 % range.

    Parameters
    ----------
    search : Search
        What was searched.
    evidence : pandas.DataFrame
        Of every segment looked at, each alone.
    shown : pandas.DataFrame
        The drivers' shrunk rates, indexed by segment.
    months : float
        Length of the log.
    random_state : int
        Seed of the draws behind the second range.

    Returns
    -------
    pandas.DataFrame
        In the order of ``shown``: ``avoidable_per_month`` and
        ``best_quarter_per_month``, each with ``_low`` and ``_high``, and
        ``best_quarter_of``, the segments beside it; null under four.

    Notes
    -----
    *Down to its mix*: the driver's shrunk excess, spread over the months.

    *Down to the best quarter*: the segments of the same columns, each with its own
    mix taken off. An estimate is a contrast with all other contacts, so it is first
    brought to a distance from the mean of all: estimate × (1 - share of contacts). The
    distances of the segments beside it are shrunk towards their mean (normal model,
    moments), since the best of many noisy ones is mostly luck; the lower quarter of
    2,000 draws from that model, held against draws of the driver, gives value and
    range. Where the driver is already better than that quarter, the value is negative.
    """
    contacts = np.asarray(search.segments.members.sum(axis=0)).ravel()
    per_month = contacts[shown.index] / months
    told = {
        f"avoidable_per_month{end}": shown[f"shrunk_rate{end}"].to_numpy() * per_month
        for end in ("", "_low", "_high")
    }
    draw = np.random.default_rng(random_state)
    quarters = [
        _quarter(search, evidence, shown, int(place), contacts, draw) for place in shown.index
    ]
    gaps = np.array([gap for gap, _ in quarters]).reshape(-1, 3) * per_month[:, None]
    for name, gap in zip(("", "_low", "_high"), gaps.T, strict=True):
        told[f"best_quarter_per_month{name}"] = gap
    return pd.DataFrame(told).assign(best_quarter_of=[beside for _, beside in quarters])


def _quarter(
    search: Search,
    evidence: pd.DataFrame,
    shown: pd.DataFrame,
    place: int,
    contacts: NDArray[np.float64],
    draw: np.random.Generator,
) -> tuple[tuple[float, float, float], int]:
    """Give how far the driver is above the best quarter beside it, and of how many."""
    columns = search.segments.columns(place)
    beside = [
        other
        for other in range(len(search.segments))
        if other != place and search.segments.columns(other) == columns
    ]
    told = evidence.loc[beside, ["excess_rate", "standard_error"]].dropna()
    if len(told) < LEAST_BESIDE:
        return (np.nan, np.nan, np.nan), len(told)
    others = 1 - contacts / len(search.mix.repeated)
    row = shown.loc[place]
    own_spread = (row["shrunk_rate_high"] - row["shrunk_rate_low"]) / 2 / 1.96
    own = draw.normal(row["shrunk_rate"], own_spread, _DRAWS) * others[place]
    gaps = own - np.quantile(_draw_beside(told, others[told.index], draw), _BEST, axis=1)
    low, middle, high = np.quantile(gaps, [0.025, 0.5, 0.975])
    return (float(middle), float(low), float(high)), len(told)


def _draw_beside(
    told: pd.DataFrame, others: NDArray[np.float64], draw: np.random.Generator
) -> NDArray[np.float64]:
    """Draw the distances of the segments beside, shrunk towards their mean, mean in doubt."""
    rates = told["excess_rate"].to_numpy() * others
    variances = (told["standard_error"].to_numpy() * others) ** 2
    weights = 1 / variances
    centre = np.average(rates, weights=weights)
    spread = max(np.var(rates, ddof=1) - variances.mean(), 0.0)
    kept = spread / (spread + variances)
    doubt = np.sqrt(1 / weights.sum() + spread / len(rates))
    shift = draw.normal(0, doubt, (_DRAWS, 1)) * (1 - kept)
    own = draw.normal(0, np.sqrt(kept * variances), (_DRAWS, len(rates)))
    return np.asarray(centre + kept * (rates - centre) + shift + own)
