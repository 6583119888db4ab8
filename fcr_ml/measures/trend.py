"""FCR by week or month, with season, control chart and estimates of open periods.

Enters: a casebook. Leaves: the table TREND. Periods whose windows have closed are held
against each other; open ones get a survival estimate and are not judged, nor are those
that the log covers only in part.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from fcr_ml.engine import DuckEngine, statement
from fcr_ml.errors import SettingsError
from fcr_ml.frames import Casebook, RepeatWindow
from fcr_ml.frames.conform import conform, empty
from fcr_ml.frames.trend import RUNNING_RATE, TREND
from fcr_ml.measures.coverage import uncovered_share
from fcr_ml.measures.fcr import NOT_ENOUGH, main_reading, with_rates
from fcr_ml.measures.groups import (
    casebook_engine,
    check_column,
    put_asked,
    put_group,
    put_split,
)
from fcr_ml.measures.judged_periods import judge_periods
from fcr_ml.measures.survival import survival_estimate

MIX = ("topic", "channel", "queue")
"""What a period's mix is told by; where there are no topics, the reason code."""

COVERED_RATE = 0.9
"""Share of a period that the log must cover; a centre that closes on Sundays covers it."""

_DAY = pd.Timedelta(days=1)
_BEFORE = 91
"""Days whose contacts tell how open windows go on: a quarter, so that a change of level
is in it before long."""


def measure_trend(
    casebook: Casebook,
    by: str | Sequence[str] = "week",
    column: str | None = None,
    value: str | None = None,
    minimum_contacts: int = 30,
    agents: bool = False,
) -> pd.DataFrame:
    """Give FCR by week or month with what stands out and what has shifted.

    Parameters
    ----------
    casebook : Casebook
        Its main reading and window are used.
    by : str or sequence of str
        ``week`` (ISO, from Monday, UTC), ``month``, or both.
    column, value : str, optional
        Restrict the trend to contacts with this value of this column.
    minimum_contacts : int
        Closed contacts below which a period has no rate and is not judged.
    agents : bool
        Whether the column may be the agent. Off: people are not drivers.

    Returns
    -------
    pandas.DataFrame
        The table TREND, one row a period from the first contact to the last, empty ones
        included; no row without a contact whose window has begun.

    Raises
    ------
    SettingsError
        When ``by``, the column or the value is unknown, or one of the two is missing.

    Notes
    -----
    The rate is that of closed contacts, its interval by customer. The estimate of an open
    period is :func:`~fcr_ml.measures.survival.survival_estimate`; what stands out is found
    by :func:`~fcr_ml.measures.shifts.control_chart`; the season is that of
    :func:`~fcr_ml.measures.season.season_columns`.
    """
    asked = [by] if isinstance(by, str) else list(by)
    for name in asked:
        if name not in ("week", "month"):
            raise SettingsError(f"trend: '{name}' is no period; give week or month.")
    with casebook_engine(casebook) as engine:
        put_asked(engine, main_reading(casebook), casebook.as_of)
        _put_kept(engine, casebook, column, value, agents)
        _put_mixed(engine, casebook)
        parts = [_measured(engine, casebook, name, minimum_contacts) for name in asked]
    main = main_reading(casebook).iloc[0]
    told = {"group": column or "all", "value": value if column else "all"}
    told |= {"reading": main["reading"], "window": main["repeat_window"]}
    parts = [part for part in parts if len(part)]
    if not parts:
        return empty(TREND)
    rows = pd.concat(parts, ignore_index=True).assign(**told)
    return conform(TREND, rows.reindex(columns=list(TREND.columns)))


def _measured(engine: DuckEngine, casebook: Casebook, by: str, minimum: int) -> pd.DataFrame:
    put_group(engine, casebook, by)
    engine.run(statement("trend_outcomes"), out="followed")
    periods = engine.ask(statement("trend_periods"))
    if periods.empty:
        return empty(TREND)
    rows = _with_periods(periods, by, casebook)
    cells = engine.ask(statement("trend_cells"))
    rows = _with_closed_rates(rows, cells, minimum)
    rows = _with_survival(engine, rows, casebook, minimum)
    rows["mix_fcr_rate"] = _mix_rates(engine, rows)
    rows["is_judged"] = ~rows["is_open"] & ~rows["is_partial"] & rows["fcr_rate"].notna()
    return judge_periods(rows, cells, by).assign(by=by)


def _put_kept(
    engine: DuckEngine, casebook: Casebook, column: str | None, value: str | None, agents: bool
) -> None:
    """Make the contacts that the trend is of known as ``kept``."""
    if (column is None) != (value is None):
        raise SettingsError("trend: give a column together with its value, such as queue Billing.")
    if column is None:
        engine.run(statement("trend_all"), out="kept")
        return
    check_column(casebook, column, agents, "trend")
    if not put_split(engine, casebook, column):
        raise SettingsError(f"trend: the log has no {column}; give another column.")
    engine.put("wanted", pd.DataFrame({"value": pd.Series([value], dtype="string")}))
    engine.run(statement("trend_kept"), out="kept")
    if not int(engine.ask("SELECT COUNT(*) AS contacts FROM kept")["contacts"].iloc[0]):
        names = engine.ask("SELECT DISTINCT value FROM grouped ORDER BY value")["value"]
        near = difflib.get_close_matches(str(value), [str(name) for name in names], n=1)
        hint = f"did you mean {near[0]}?" if near else f"it has {len(names):,} others."
        raise SettingsError(f"trend: no contact has the {column} '{value}'; {hint}")


def _put_mixed(engine: DuckEngine, casebook: Casebook) -> None:
    """Make the cell of the mix that every contact is in known as ``mixed``."""
    engine.run(statement("trend_mix_first"), out="mixed")
    has_topics = put_group(engine, casebook, "topic")
    for column in MIX if has_topics else ("reason_code", *MIX[1:]):
        if put_group(engine, casebook, column):
            engine.run(statement("trend_mix_next"), out="mixed_next")
            engine.run("SELECT * FROM mixed_next", out="mixed")


def _with_periods(periods: pd.DataFrame, by: str, casebook: Casebook) -> pd.DataFrame:
    """Give every period from first to last, where it begins and ends, and its state."""
    first, last = (_begins(str(period), by) for period in periods["period"].iloc[[0, -1]])
    begins = pd.date_range(first, last, freq="7D" if by == "week" else "MS")
    ends = begins + (7 * _DAY if by == "week" else pd.offsets.MonthBegin(1))
    names = [_name(moment, by) for moment in begins]
    rows = periods.set_index("period").reindex(names, fill_value=0).rename_axis("period")
    rows = rows.reset_index().assign(begins_at=begins, ends_at=ends)
    rows["is_open"] = rows["open_contacts"] > RUNNING_RATE * rows["closed_contacts"]
    missing = uncovered_share(casebook, rows["begins_at"], rows["ends_at"])
    return rows.assign(is_partial=missing > 1 - COVERED_RATE)


def _begins(period: str, by: str) -> pd.Timestamp:
    """Give the first moment of a period: Monday of 2025-W01 is 2024-12-30."""
    if by == "month":
        return pd.Timestamp(f"{period}-01", tz="UTC")
    year, week = (int(part) for part in period.split("-W"))
    return pd.Timestamp.fromisocalendar(year, week, 1).tz_localize("UTC")


def _name(moment: pd.Timestamp, by: str) -> str:
    if by == "month":
        return f"{moment:%Y-%m}"
    year, week, _ = moment.isocalendar()
    return f"{year:04d}-W{week:02d}"


def _with_closed_rates(rows: pd.DataFrame, cells: pd.DataFrame, minimum: int) -> pd.DataFrame:
    """Give FCR of closed contacts with its interval; none under the minimum count."""
    places = pd.Index(rows["period"]).get_indexer(pd.Index(cells["period"]))
    n, r = cells["closed"].to_numpy(), cells["repeated"].to_numpy()
    sums = {"squared_repeated": r * r, "cross_products": r * n, "squared_closed": n * n}
    told = {name: np.bincount(places, values, len(rows)) for name, values in sums.items()}
    customers = np.bincount(places, minlength=len(rows))
    rated = with_rates(rows.assign(**told, customers=customers))
    names = ["fcr_rate", "fcr_rate_low", "fcr_rate_high"]
    is_small = rated["closed_contacts"] < max(minimum, 1)
    rated[names] = rated[names].mask(is_small)
    return rated.drop(columns=[*told, "customers"])


def _with_survival(
    engine: DuckEngine, rows: pd.DataFrame, casebook: Casebook, minimum: int
) -> pd.DataFrame:
    """Give open periods their survival estimate, with the hours that were followed."""
    open_periods = rows.loc[rows["is_open"], "period"]
    engine.put("open_periods", pd.DataFrame({"period": open_periods.astype("string")}))
    is_near = rows["ends_at"] > casebook.as_of - pd.Timedelta(days=_BEFORE)
    earlier = rows.loc[is_near & ~rows["is_open"], "period"]
    if earlier.empty:
        earlier = rows["period"]
    engine.put("earlier_periods", pd.DataFrame({"period": earlier.astype("string")}))
    before = engine.ask(statement("trend_before"))
    followed = engine.ask(statement("trend_followed"))
    window = RepeatWindow.parse(casebook.settings["window"]).seconds
    told: dict[str, Any] = {}
    for period, own in followed.groupby("period", sort=True):
        told[str(period)] = survival_estimate(
            own["customer"].to_numpy(),
            own["seconds"].to_numpy(),
            own["returned"].to_numpy(),
            before,
            window,
            minimum,
        )
    found = [told.get(period) for period in rows["period"]]
    return rows.assign(
        survival_fcr_rate=[np.nan if e is None else e.rate for e in found],
        survival_fcr_rate_low=[np.nan if e is None else e.low for e in found],
        survival_fcr_rate_high=[np.nan if e is None else e.high for e in found],
        followed_hours=[np.nan if e is None else e.followed_seconds / 3600 for e in found],
        remark=pd.Series(_remarks(rows, found, minimum), index=rows.index, dtype="string"),
    )


def _remarks(rows: pd.DataFrame, found: list[Any], minimum: int) -> list[str | None]:
    """Say why a period has no rate or is not judged."""
    remarks: list[str | None] = []
    for row, estimate in zip(rows.to_dict("records"), found, strict=True):
        closed, running = int(row["closed_contacts"]), int(row["open_contacts"])
        if row["is_open"] and estimate is None:
            few = closed + running < minimum
            remarks.append(NOT_ENOUGH if few else "no window has run out before")
        elif closed < minimum and not row["is_open"]:
            remarks.append(NOT_ENOUGH)
        elif row["is_partial"]:
            remarks.append("the log covers a part of it")
        else:
            remarks.append("windows still run" if row["is_open"] else None)
    return remarks


def _mix_rates(engine: DuckEngine, rows: pd.DataFrame) -> np.ndarray[Any, Any]:
    """Give the FCR that every period's mix gives at the cells' rates of the whole log.

    A cell's rate is drawn towards that of all by thirty contacts, so that rare cells
    do not tell their own periods' repeats.
    """
    cells = engine.ask(statement("trend_mix"))
    places = pd.Index(rows["period"]).get_indexer(pd.Index(cells["period"]))
    sums = cells.groupby("cell")[["closed", "repeated"]].transform("sum")
    rate = cells["repeated"].sum() / max(cells["closed"].sum(), 1)
    drawn = (sums["repeated"] + 30 * rate) / (sums["closed"] + 30)
    closed = np.bincount(places, cells["closed"], len(rows))
    expected = np.bincount(places, cells["closed"] * drawn, len(rows))
    gives = np.divide(expected, closed, out=np.full(len(rows), np.nan), where=closed > 0)
    return 1 - gives
