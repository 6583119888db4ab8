"""The two sides of a comparison: which contacts are before, and which after.

Enters: a casebook on the engine, and two periods or two values of a column. Leaves:
the side of every contact compared, under the name ``sided``. Periods are UTC.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass

import pandas as pd

from fcr_ml.engine import DuckEngine, statement
from fcr_ml.errors import SettingsError
from fcr_ml.frames import Casebook
from fcr_ml.measures.coverage import uncovered_share
from fcr_ml.measures.fcr import main_reading
from fcr_ml.measures.groups import casebook_engine, check_column, put_asked, put_group, put_split

READY_RATE = 0.9
"""A month is ready when nine of ten windows that began in it have closed. Windows close in
the order in which they began, so what is missing are its last three days: at four of five
a week is missing, and a month end with it, when invoices are sent."""

_PERIOD = re.compile(r"\d{4}(-\d{2}(-\d{2})?|-?Q[1-4])?")


@dataclass(frozen=True)
class Sides:
    """What is compared: the names of the two sides, as they are shown."""

    before: str
    after: str


def put_sides(
    engine: DuckEngine,
    casebook: Casebook,
    column: str | None,
    after: str | None,
    before: str | None,
) -> Sides | None:
    """Make the side of every contact compared known as ``sided``.

    Parameters
    ----------
    engine : DuckEngine
        From ``casebook_engine``, with the main reading ``asked`` for.
    casebook : Casebook
        Says which columns there are.
    column : str or None
        Compares two of its values; None compares two periods.
    after, before : str or None
        Two values of the column, or two periods (:func:`period_seconds`). Without
        ``before``: the period of the same length before it. Without both: the latest
        month that is ready (:data:`READY_RATE`) and the month before it, if the log
        has nine tenths of that too.

    Returns
    -------
    Sides or None
        None where there are no two such months.

    Raises
    ------
    SettingsError
        When a period or a value has no contact, the two are one, or one is missing.
    """
    if column is not None:
        return _put_values(engine, casebook, column, after, before)
    if after is None and before is None:
        found = _ready_months(engine, casebook)
        return None if found is None else _put_periods(engine, casebook, *found)
    if after is None:
        raise SettingsError(f"change: what is compared with {before}? Give the period as well.")
    return _put_periods(engine, casebook, after, before or _period_before(after))


def period_seconds(text: str) -> tuple[int, int]:
    """Give the first second of a period and the first one after it, UTC.

    Parameters
    ----------
    text : str
        A year, quarter, month or day, or two of them with a stroke between, the last
        one included: ``2025``, ``2025Q2``, ``2025-05``, ``2025-05-12/2025-05-18``.

    Examples
    --------
    >>> begins, ends = period_seconds("2025-05")
    >>> (ends - begins) // 86_400
    31
    """
    ends = text.split("/")
    if len(ends) > 2 or not all(_PERIOD.fullmatch(end) for end in ends):
        raise SettingsError(
            f"change: '{text}' is no period; write a month such as 2025-05, a day, a quarter "
            "such as 2025Q2, or two days with a stroke between: 2025-05-12/2025-05-18."
        )
    try:
        first, last = pd.Period(ends[0]), pd.Period(ends[-1])
    except ValueError as fault:
        raise SettingsError(f"change: there is no such period as '{text}'.") from fault
    begins, after = first.start_time, (last + 1).start_time
    if after <= begins:
        raise SettingsError(f"change: '{text}' ends before it begins; turn it round.")
    return int(begins.timestamp()), int(after.timestamp())


def put_segments(engine: DuckEngine, casebook: Casebook, column: str, agents: bool) -> None:
    """Make every contact's value of a column known as ``grouped``.

    Raises
    ------
    SettingsError
        When the column is none of :func:`~fcr_ml.measures.groups.known_columns`, or the
        log lacks it.
    """
    check_column(casebook, column, agents, "change")
    if not put_split(engine, casebook, column):
        raise SettingsError(f"change: the log has no {column}; give another column.")


def _put_values(
    engine: DuckEngine, casebook: Casebook, column: str, after: str | None, before: str | None
) -> Sides:
    if after is None or before is None:
        raise SettingsError(f"change: give the two values of {column} that are compared.")
    if after == before:
        raise SettingsError(f"change: {column} {after} would be compared with itself.")
    names = pd.DataFrame({"value": [before, after], "side": [0, 1]})
    engine.put("sides", names.astype({"value": "string"}))
    engine.run(statement("change_values"), out="sided")
    found = set(engine.ask("SELECT DISTINCT side FROM sided")["side"])
    for side, value in enumerate((before, after)):
        if side not in found:
            values = engine.ask("SELECT DISTINCT value FROM grouped ORDER BY value")["value"]
            near = difflib.get_close_matches(value, [str(name) for name in values], n=1)
            hint = f"did you mean {near[0]}?" if near else f"it has {len(values):,} others."
            raise SettingsError(f"change: no contact has the {column} '{value}'; {hint}")
    return Sides(before, after)


def _put_periods(engine: DuckEngine, casebook: Casebook, after: str, before: str) -> Sides:
    spans = (period_seconds(before), period_seconds(after))
    if spans[0][0] < spans[1][1] and spans[1][0] < spans[0][1]:
        raise SettingsError(
            f"change: {after} and {before} overlap; a contact would be compared with itself."
        )
    names = ("before_begins", "before_ends", "after_begins", "after_ends")
    ends = dict(zip(names, (*spans[0], *spans[1]), strict=True))
    engine.run(statement("change_periods", **ends), out="sided")
    found = set(engine.ask("SELECT DISTINCT side FROM sided")["side"])
    for side, period in enumerate((before, after)):
        if side not in found:
            started = casebook.table("contacts", ["started_at"])["started_at"]
            raise SettingsError(
                f"change: no contact began in {period}; the log has "
                f"{started.min():%Y-%m-%d} to {started.max():%Y-%m-%d}."
            )
    return Sides(before, after)


def _period_before(text: str) -> str:
    period_seconds(text)
    if "/" not in text:
        return str(pd.Period(text) - 1)
    begins, ends = (pd.Timestamp(second, unit="s") for second in period_seconds(text))
    day = pd.Timedelta(days=1)
    return f"{begins - (ends - begins):%Y-%m-%d}/{begins - day:%Y-%m-%d}"


def latest_ready_month(casebook: Casebook) -> str | None:
    """Give the latest month that is ready; None where it or the month before is not whole."""
    with casebook_engine(casebook) as engine:
        put_asked(engine, main_reading(casebook), casebook.as_of)
        found = _ready_months(engine, casebook)
    return None if found is None else found[0]


def _ready_months(engine: DuckEngine, casebook: Casebook) -> tuple[str, str] | None:
    """Give the latest month that is ready and the one before it; None without both."""
    put_group(engine, casebook, "month")
    engine.run(statement("change_months"), out="months")
    months = engine.fetch("months").set_index("month")
    begun = months["closed_contacts"] + months["open_contacts"]
    is_ready = (months["closed_contacts"] > 0) & (months["closed_contacts"] >= READY_RATE * begun)
    whole = _whole_months(casebook, months.index[months["closed_contacts"] > 0])
    for month in reversed(list(months.index[is_ready])):
        before = str(pd.Period(month) - 1)
        if month in whole and before in whole:
            return month, before
    return None


def _whole_months(casebook: Casebook, months: pd.Index[str]) -> set[str]:
    """Give the months of which the log has nine tenths.

    A log from 29 February on has a February of one day; one until 15 June half a June,
    however short the window.
    """
    begins = pd.Series(pd.to_datetime([f"{month}-01" for month in months], utc=True), index=months)
    missing = uncovered_share(casebook, begins, begins + pd.offsets.MonthBegin(1))
    return set(missing.index[missing <= 1 - READY_RATE])
