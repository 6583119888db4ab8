"""Times as logs write them, turned into instants.

Enters: columns of times: text, epochs, spreadsheet numbers or typed. Leaves: UTC
instants, null where nothing could be read, with what to know about them. A time
without a zone is never taken for UTC silently, and a date such as 03/04/2025 is not
read unless other rows tell day from month.

Local times that occur twice when the clock is set back are taken as the earlier
one; local times that the clock skips are moved to the end of the gap.
"""

from __future__ import annotations

import difflib
import zoneinfo
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, tzinfo

import numpy as np
import pandas as pd

from fcr_ml.contacts.time_cells import TimeCells


@dataclass(frozen=True)
class Times:
    """A column of times.

    Parameters
    ----------
    instants : pandas.Series
        UTC, microseconds; null where the cell is empty or unreadable.
    later : pandas.Series
        The same, but the later instant for local times that occur twice.
    is_filled : pandas.Series
        Whether the cell says anything.
    moved : pandas.Series
        Whether the clock skips the local time, so that it was moved.
    """

    instants: pd.Series
    later: pd.Series
    is_filled: pd.Series
    moved: pd.Series

    @property
    def unreadable(self) -> pd.Series:
        """Whether the cell says something that is not a time."""
        return self.is_filled & self.instants.isna()


def read_times(
    columns: Mapping[str, pd.Series], time_zone: str | None, faults: list[str], remarks: list[str]
) -> dict[str, Times]:
    """Read columns of times together, so that one tells day from month for all.

    Parameters
    ----------
    columns : mapping of str to pandas.Series
        By our column name.
    time_zone : str or None
        Zone of times that carry none, such as ``Europe/Stockholm``.
    faults, remarks : list of str
        What is found is added to them. With a fault the times are not to be used.
    """
    zone = checked_zone(time_zone, faults)
    cells = {name: TimeCells(values) for name, values in columns.items()}
    day_first = _day_order(cells, faults)
    for column in cells.values():
        column.read_ordered(day_first)
    if time_zone is None and any(column.is_naive.any() for column in cells.values()):
        faults.append(_zone_missing(cells))
    times = {name: _localised(column, zone) for name, column in cells.items()}
    for name, read in times.items():
        _tell(name, read, zone, faults, remarks)
    return times


def _localised(cells: TimeCells, zone: tzinfo) -> Times:
    """Give instants; times without a zone are read in ``zone``."""
    local = cells.wall[cells.is_naive]
    is_earlier = np.ones(len(local), dtype=bool)
    # Of the two readings of a repeated hour, daylight saving time comes first.
    earlier, later = (
        local.dt.tz_localize(zone, ambiguous=which, nonexistent="shift_forward")
        for which in (is_earlier, ~is_earlier)
    )
    instants = cells.wall.dt.tz_localize("UTC")
    second = instants.copy()
    moved = pd.Series(False, index=instants.index)
    instants.loc[local.index] = earlier.dt.tz_convert("UTC")
    second.loc[local.index] = later.dt.tz_convert("UTC")
    moved.loc[local.index] = earlier.dt.tz_localize(None) != local
    return Times(instants, second, cells.is_filled.astype(bool), moved)


def _day_order(cells: Mapping[str, TimeCells], faults: list[str]) -> bool | None:
    """Say whether the day stands first in dates such as 03/04/2025; None without any."""
    frames = {name: c.numeric for name, c in cells.items() if not c.numeric.empty}
    if not frames:
        return None
    numeric = pd.concat(list(frames.values()))
    numeric = numeric[numeric["mark"] != "."]
    day_first = numeric.index[numeric["a"].astype("int64") > 12]
    month_first = numeric.index[numeric["b"].astype("int64") > 12]
    where = ", ".join(frames)
    if len(day_first) and len(month_first):
        faults.append(
            f"{where}: the day stands first in at least {len(day_first):,} dates (row "
            f"{day_first.min() + 1:,}) and the month in at least {len(month_first):,} (row "
            f"{month_first.min() + 1:,}); export dates as YYYY-MM-DD"
        )
    elif len(numeric) and not len(day_first) and not len(month_first):
        faults.append(
            f"{where}: in all {len(numeric):,} dates such as 03/04/2025 the day may be the month; "
            "export dates as YYYY-MM-DD, or bring rows after the 12th of a month"
        )
    return len(month_first) == 0


def checked_zone(time_zone: str | None, faults: list[str]) -> tzinfo:
    """Give a time zone by its name; UTC and a fault when there is none of that name."""
    if time_zone is None or time_zone.upper() in ("UTC", "Z"):
        return UTC
    try:
        return zoneinfo.ZoneInfo(time_zone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        by_lower = {name.lower(): name for name in sorted(zoneinfo.available_timezones())}
        near = difflib.get_close_matches(time_zone.lower(), list(by_lower), n=1)
        hint = f"the nearest is {by_lower[near[0]]}" if near else "give UTC or Europe/Stockholm"
        faults.append(f"--time-zone: there is no zone '{time_zone}'; {hint}")
        return UTC


def _zone_missing(cells: Mapping[str, TimeCells]) -> str:
    naive = {name: column.is_naive for name, column in cells.items() if column.is_naive.any()}
    total = sum(int(cells[name].is_filled.sum()) for name in naive)
    count = sum(int(column.sum()) for column in naive.values())
    first = min(int(np.argmax(column)) for column in naive.values()) + 1
    return (
        f"{', '.join(naive)}: {count:,} of {total:,} times carry no zone (first: row {first}); "
        "give the export's own with --time-zone, such as UTC or Europe/Stockholm"
    )


def shape(text: str) -> str:
    """Give how a cell is written without what it says: digits as 9, letters as a.

    Examples
    --------
    >>> shape("den 3 april kl 14")
    'aaa 9 aaaaa aa 99'
    """
    signs = ("9" if sign.isdigit() else "a" if sign.isalpha() else sign for sign in text[:30])
    return "".join(signs)


def _tell(name: str, times: Times, zone: tzinfo, faults: list[str], remarks: list[str]) -> None:
    """Add what happened to a column's times: nothing readable, hours twice or skipped."""
    filled, unread = int(times.is_filled.sum()), int(times.unreadable.sum())
    if filled and unread == filled:
        faults.append(
            f"{name}: none of {filled:,} times can be read; export them as 2025-06-30T14:05:00Z"
        )
    twice = int((times.instants != times.later).sum() - times.instants.isna().sum())
    if twice:
        remarks.append(
            f"{name}: {twice:,} of {filled:,} times occur twice in {zone}, when the clock "
            "is set back; the earlier instant is taken, unless the contact then ended before "
            "it started."
        )
    if times.moved.any():
        remarks.append(
            f"{name}: {int(times.moved.sum()):,} of {filled:,} times do not occur in "
            f"{zone}, when the clock is set forward; the end of the gap is taken."
        )
