"""Confirmation: whether drivers found on earlier months held in the latest closed one.

Enters: what was searched, and the drivers of the whole log. Leaves: for each what the
month held out says of it. The month decides nothing about the ranking, and a driver
that only the month itself made stand out is never confirmed by it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fcr_ml.drivers.excess_rates import shrink
from fcr_ml.drivers.rows import SegmentRows
from fcr_ml.drivers.search import Search, gather_evidence
from fcr_ml.drivers.sides import latest_ready_month, period_seconds
from fcr_ml.drivers.thinning import estimate_jointly
from fcr_ml.frames import Casebook, RepeatWindow

HELD = "held"
NOT_HELD = "not held"
TOO_FEW = "too few contacts to tell"
NOT_BEFORE = "not found before"
TOO_SHORT = "log too short"

LEAST_CONTACTS = 30
"""The house's minimum count: below it a segment has no rate, in the month either."""

_RATES = (
    "confirmed_excess_rate",
    "confirmed_excess_rate_low",
    "confirmed_excess_rate_high",
    "confirmation_p_value",
)

_LEVEL = 0.025
"""One-sided: of segments that are none, one in forty holds by chance."""

_BESIDE = 200
"""Segments searched again besides the drivers: more would hardly lower a q-value."""

_HALF = 0.5
"""Half of the effect is what a driver keeps at least, here as in the search."""


@dataclass(frozen=True)
class Periods:
    """Which contacts are searched, and which are held out.

    Parameters
    ----------
    month : str
        The month held out, such as ``2025-05``.
    is_earlier, is_later : numpy.ndarray
        Shape (contacts,). Earlier contacts had their window closed before the month
        began, so none of their outcomes is made of the month's contacts.
    """

    month: str
    is_earlier: NDArray[np.bool_]
    is_later: NDArray[np.bool_]


def hold_out_month(casebook: Casebook, rows: SegmentRows) -> Periods | None:
    """Hold out the latest month that is ready; None where the log is too short.

    Ready is a month of which nine of ten windows have closed and that, like the month
    before it, the log has nine tenths of.
    """
    month = latest_ready_month(casebook)
    if month is None:
        return None
    begins, ends = period_seconds(month)
    window = RepeatWindow.parse(casebook.settings["window"]).seconds
    started = rows.contacts["started_epoch"].to_numpy()
    is_earlier, is_later = started < begins - window, (started >= begins) & (started < ends)
    return Periods(month, is_earlier, is_later) if is_earlier.any() and is_later.any() else None


def confirm_drivers(
    search: Search,
    places: list[int],
    periods: Periods | None,
    q: float,
    strong: Sequence[int] = (),
) -> pd.DataFrame:
    """Say of each driver whether it was found before the month and held in it.

    Parameters
    ----------
    search : Search
        What was searched, the whole log.
    places : list of int
        Segments that are drivers of the whole log.
    periods : Periods or None
        From :func:`hold_out_month`.
    q : float
        Accepted rate of false drivers, of the earlier search too.
    strong : sequence of int
        Segments with the strongest evidence in the whole log. All others count as p = 1
        in the earlier search, which only makes its q-values larger, and saves the time
        of looking at thousands again.

    Returns
    -------
    pandas.DataFrame
        In the order given: ``confirmation``, ``confirmation_month``,
        ``confirmed_contacts``, ``earlier_excess_rate``, ``confirmed_excess_rate`` with
        ``_low`` and ``_high``, ``confirmation_p_value``. Rates are null where there is
        nothing to confirm or nothing to confirm it with.

    Notes
    -----
    *Found before*: on earlier contacts alone the segment's q-value over everything
    looked at is at most q. *Not held*: the month's 95 % interval ends below half of the
    excess per contact found before, which is shrunk, so that the luck of having been
    found does not raise the bar. *Held*: it does not, the interval lies above nothing, and
    so does the test: the one-sided p-value of the month is at most 0.025. Both estimates
    know the other drivers of the list. Customers may stand on both sides: what is
    confirmed is that the segment goes on repeating, not that other customers would repeat
    alike.
    """
    if periods is None:
        nothing = dict.fromkeys(["confirmation_month", *_RATES, "confirmed_contacts"], np.nan)
        told = pd.DataFrame({"confirmation": [TOO_SHORT] * len(places)})
        return told.assign(earlier_excess_rate=np.nan, **nothing)
    looked_at = [*places, *(place for place in strong[:_BESIDE] if place not in places)]
    listed = list(range(len(places)))
    earlier = search.only(periods.is_earlier, looked_at)
    later = search.only(periods.is_later, places)
    found = gather_evidence(earlier, q).loc[listed, "q_value"]
    before = shrink(estimate_jointly(earlier, listed).assign(q_value=found))["shrunk_rate"]
    contacts = later.crosses[:, 0].astype(int)
    told = _told(estimate_jointly(later, listed), before.to_numpy(), contacts)
    was_found = (found <= q).to_numpy()
    told["confirmation"] = told["confirmation"].where(was_found, NOT_BEFORE)
    is_rated = was_found & (contacts >= LEAST_CONTACTS)
    told.loc[~is_rated, list(_RATES)] = np.nan
    return told.assign(
        confirmation_month=periods.month,
        confirmed_contacts=contacts,
        earlier_excess_rate=before.where(was_found).to_numpy(),
    )


def _told(
    month: pd.DataFrame, before: NDArray[np.float64], contacts: NDArray[np.int64]
) -> pd.DataFrame:
    from scipy.stats import t

    rate = month["excess_rate"].to_numpy()
    half = t.ppf(0.975, month["degrees"]) * month["standard_error"].to_numpy()
    p_value = month["p_value"].to_numpy()
    is_enough = (contacts >= LEAST_CONTACTS) & np.isfinite(rate + half)
    is_less = rate + half < _HALF * before
    verdicts = np.select(
        [~is_enough, is_less, (p_value <= _LEVEL) & (rate > half)],
        [TOO_FEW, NOT_HELD, HELD],
        TOO_FEW,
    )
    return pd.DataFrame(
        {
            "confirmation": verdicts,
            "confirmed_excess_rate": rate,
            "confirmed_excess_rate_low": rate - half,
            "confirmed_excess_rate_high": rate + half,
            "confirmation_p_value": p_value,
        }
    )
