"""The moment of the analysis, and what was known then.

Enters: when contacts started, perhaps a moment given by the user, cleaned contacts.
Leaves: one instant, and the contacts as they stood at it: whoever reads a log to a
day sees what a log exported on that day would have said.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np
import pandas as pd

from fcr_ml.frames.tables import CONTACTS

WRITTEN_AT_START = ("note", "reason_code", "case_id", "direction")
"""Columns that the contacts table counts as known at the end, but that exist from the
beginning of a contact: an unanswered one has its note and its case already."""

_DAY_SECONDS = 86_400
# A quarter of the usual volume: weekends and holidays stay above it, a ragged end
# of late replies and mistyped dates does not.
_LEAST_SHARE = 0.25
# Months of late replies are many days and few contacts; they must not be the usual.
_BODY_SHARE = 0.95
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?)?(Z|[+-]\d{2}:\d{2})?")


def given_moment(as_of: str | pd.Timestamp, faults: list[str]) -> pd.Timestamp | None:
    """Read a moment; a date means its first instant, no zone means UTC.

    Examples
    --------
    >>> given_moment("2025-06-30", [])
    Timestamp('2025-06-30 00:00:00+0000', tz='UTC')
    """
    is_readable = isinstance(as_of, pd.Timestamp) or bool(_ISO.fullmatch(as_of.strip()))
    try:
        moment = pd.Timestamp(as_of) if is_readable else pd.NaT
    except ValueError:
        moment = pd.NaT
    if not isinstance(moment, pd.Timestamp):
        faults.append(
            f"--as-of: '{as_of}' is not a date; give one such as 2025-06-30, which means its "
            "first instant in UTC, or 2025-06-30T12:00:00Z"
        )
        return None
    zoned = moment.tz_localize("UTC") if moment.tzinfo is None else moment.tz_convert("UTC")
    return zoned.as_unit("us")


def usual_moment(started_at: pd.Series) -> pd.Timestamp:
    """Give the end of the last day that has the log's usual volume.

    A day has it when it holds at least a quarter of the contacts of the median
    day of that weekday, and the seven days up to it a quarter of those of the
    median week. Medians are taken over days that have contacts. So a quiet
    Sunday counts, but neither one date in 2099 nor a ragged end makes earlier
    contacts look fully observed.

    Parameters
    ----------
    started_at : pandas.Series
        When contacts started, UTC, at least one and none null.

    Examples
    --------
    Ten contacts a day through January, and one in 2099:

    >>> days = list(pd.date_range("2025-01-01", "2025-01-31", tz="UTC")) * 10
    >>> usual_moment(pd.Series([*days, pd.Timestamp("2099-01-01", tz="UTC")]))
    Timestamp('2025-02-01 00:00:00+0000', tz='UTC')
    """
    seconds = started_at.dt.as_unit("s").astype("int64").to_numpy()
    days, contacts = np.unique(seconds // _DAY_SECONDS, return_counts=True)
    so_far = np.concatenate([[0], np.cumsum(contacts)])
    week_begins = np.searchsorted(days, days - 6)
    in_week = so_far[1:] - so_far[week_begins]
    is_body = so_far[:-1] < _BODY_SHARE * so_far[-1]
    weekdays = pd.Series(contacts[is_body]).groupby(days[is_body] % 7).median()
    on_weekday = weekdays.reindex(days % 7).fillna(weekdays.median()).to_numpy()
    is_usual = (contacts >= _LEAST_SHARE * on_weekday) & (
        in_week >= _LEAST_SHARE * np.median(in_week[is_body])
    )
    # The busiest week always qualifies, but perhaps not with a day of usual volume.
    last_day = days[is_usual].max() if is_usual.any() else days.max()
    end = pd.Timestamp(int(last_day + 1) * _DAY_SECONDS, unit="s", tz="UTC")
    return end.as_unit("us")


def as_known(
    contacts: pd.DataFrame, as_of: pd.Timestamp, known: Mapping[str, str]
) -> tuple[pd.DataFrame, int]:
    """Give contacts without what became known after ``as_of``, and how many had such.

    Parameters
    ----------
    contacts : pandas.DataFrame
        Cleaned contacts, none started after ``as_of``.
    as_of : pandas.Timestamp
        The moment, UTC. A contact that ends at it has ended.
    known : mapping of str to str
        Attribute to when it becomes known. One of which this is not said is
        taken as known when the contact ends.
    """
    if "ended_at" not in contacts:
        return contacts, 0
    is_running = (contacts["ended_at"] > as_of).fillna(False).astype(bool)
    hidden = [
        name
        for name, column in CONTACTS.columns.items()
        if name in contacts and column.known != "at_start" and name not in WRITTEN_AT_START
    ]
    hidden += [name for name, when in known.items() if name in contacts and when != "at_start"]
    if not is_running.any():
        return contacts, 0
    return contacts.assign(**{name: contacts[name].mask(is_running) for name in hidden}), int(
        is_running.sum()
    )
