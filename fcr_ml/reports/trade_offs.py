"""Do we buy short contacts with repeats? The answer for the page and the terminal.

Enters: rows of TRADE_OFFS, and units in groups. Leaves: a section for the page's
template, and sentences for the terminal. Nobody is named.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from fcr_ml.reports import comparison_charts, wording
from fcr_ml.reports.comparisons import points_interval, signed
from fcr_ml.reports.findings import Findings
from fcr_ml.reports.tables import Cell, Chart, Part, Section, Table, count_cell, numbers, words

Row = dict[Any, Any]

_MEASURES = {
    "handle_minutes": "a minute more of handle time",
    "csat": "a point more of CSAT",
    "cost": "one more of cost",
}
_UNITS = {"agent_id": "agents", "team": "teams", "queue": "queues"}


def trade_offs_section(findings: Findings) -> Section | None:
    """Give how the repeat rate goes with handle time, CSAT and cost; None without them."""
    rows = findings.trade_offs
    if rows.empty:
        return None
    lead = (
        *told_in_words(rows),
        "A slope between units is a contrast: units that take longer may differ in more than "
        "their time. Between contacts of one mix, hard contacts take longer and come back more, "
        "so that slope does not say what hurrying does.",
    )
    parts: list[Part] = []
    if len(findings.trade_groups):
        parts.append(_chart(findings.trade_groups, rows))
    parts.append(_table(rows.to_dict("records")))
    return Section("trade-offs", "Short contacts and repeats", lead, tuple(parts))


def told_in_words(rows: pd.DataFrame) -> list[str]:
    """Say whether short contacts are bought with repeats, and what a saved hour buys."""
    found = rows[(rows["measure"] == "handle_minutes") & (rows["level"] == "between units")]
    if found.empty:
        return [
            "Whether short contacts are bought with repeats cannot be told: the log has no "
            "handle time, or fewer than eight agents, teams or queues with enough contacts."
        ]
    row = found.iloc[0]
    units = f"{wording.count(row['units'])} {_UNITS[row['column']]}"
    if pd.isna(row["slope"]):
        return [
            f"Whether short contacts are bought with repeats cannot be told: {units} hardly differ "
            "in handle time once their mix is taken off."
        ]
    slope = points_interval(row["slope"], row["slope_low"], row["slope_high"])
    told = (
        f"Between {units}, a minute more of handle time goes with {slope} percentage points of "
        "the repeat rate, the mix taken off."
    )
    if row["verdict"] == "cannot tell":
        return [
            f"{told} The interval holds 0: whether short contacts are bought with repeats "
            "cannot be told."
        ]
    if row["verdict"] == "more repeats":
        return [f"{told} Units that take less time have fewer repeats, not more."]
    bought = wording.number_interval(
        row["repeats_per_hour"], row["repeats_per_hour_low"], row["repeats_per_hour_high"], 2
    )
    back = float(row["repeats_per_hour"]) * float(row["handle_minutes"]) / 60
    return [
        told,
        f"At that slope an hour saved by shorter contacts goes with {bought} repeats more, and "
        f"{wording.percent(back)} of it would be taken up by handling them.",
    ]


def _chart(groups: pd.DataFrame, rows: pd.DataFrame) -> Chart:
    records: list[dict[str, Any]] = [
        {
            "minutes": float(row["handle_minutes_excess"]),
            "excess": float(row["excess_rate"]),
            "low": float(row["excess_rate_low"]),
            "high": float(row["excess_rate_high"]),
            "figure": f"{signed(row['handle_minutes_excess'])} min, "
            f"{_excess(row)} points, {wording.count(row['closed_contacts'])} closed, "
            f"{wording.count(row['units'])} units",
        }
        for row in groups.to_dict("records")
    ]
    between = rows[(rows["measure"] == "handle_minutes") & (rows["level"] == "between units")]
    slope: list[dict[str, Any]] = []
    if len(between) and not pd.isna(between["slope"].iloc[0]):
        ends = (min(r["minutes"] for r in records), max(r["minutes"] for r in records))
        value = float(between["slope"].iloc[0])
        slope = [{"minutes": end, "excess": value * end} for end in ends]
    in_words = (
        "Dots with intervals: units in groups by how long they usually handle, their handle time "
        "against the mix across and their repeat rate against the mix upwards; the broken line "
        "is the slope between units. A group has at least three, none with more than half of it."
    )
    spec = comparison_charts.trade_off_chart(records, slope)
    return Chart("chart-trade-offs", spec, in_words)


def _excess(row: Row) -> str:
    return points_interval(row["excess_rate"], row["excess_rate_low"], row["excess_rate_high"])


def _table(rows: list[Row]) -> Table:
    cells = tuple(
        (
            Cell(_MEASURES[row["measure"]], note=_level(row)),
            count_cell(row["closed_contacts"]),
            Cell(_slope(row), None if pd.isna(row["slope"]) else float(row["slope"])),
            Cell(_p_value(row["p_value"])),
            Cell(_hours(row)),
            Cell(str(row["verdict"])),
        )
        for row in rows
    )
    rule = f"{wording.reading(rows[0]['reading'])}, {wording.window(rows[0]['window'])}"
    return Table(
        "trade-offs-table",
        f"How the repeat rate goes with other measures, the mix taken off ({rule}); in percentage "
        "points with 95 % intervals, by unit between units and by customer between contacts.",
        words("With")
        + numbers("Closed", "Points of the repeat rate", "p", "Repeats an hour saved buys")
        + words("Verdict"),
        cells,
    )


def _level(row: Row) -> str:
    if pd.isna(row["column"]):
        return "between contacts of one mix"
    return f"between {wording.count(row['units'])} {_UNITS[row['column']]}"


def _slope(row: Row) -> str:
    if pd.isna(row["slope"]):
        return wording.NOTHING
    return points_interval(row["slope"], row["slope_low"], row["slope_high"])


def _p_value(value: Any) -> str:
    return wording.q_value(value)


def _hours(row: Row) -> str:
    if pd.isna(row["repeats_per_hour"]):
        return wording.NOTHING
    value, low, high = (row[f"repeats_per_hour{end}"] for end in ("", "_low", "_high"))
    return wording.number_interval(value, low, high, 2)


def trade_off_lines(rows: pd.DataFrame) -> list[str]:
    """Give the answer as sentences for the terminal; none without the measures."""
    return [] if rows.empty else [*told_in_words(rows), *_others(rows)]


def _others(rows: pd.DataFrame) -> list[str]:
    return [
        f"{_level(row).capitalize()}, {_MEASURES[row['measure']]} goes with {_slope(row)} "
        f"percentage points of the repeat rate: {row['verdict']} "
        f"({wording.count(row['closed_contacts'])} closed contacts)."
        for row in rows.to_dict("records")
        if row["measure"] != "handle_minutes" and not pd.isna(row["slope"])
    ]
