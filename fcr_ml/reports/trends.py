"""The sections on time: FCR by month, and how much the window's length decides.

Enters: findings. Leaves: sections for the page's template. Open months are told apart
from closed ones, never joined to them by a line.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from fcr_ml.frames import RepeatWindow
from fcr_ml.frames.trend import RUNNING_RATE
from fcr_ml.reports import charts, wording
from fcr_ml.reports.figures import (
    COUNTS,
    count_cells,
    plain,
    rate_text,
    rate_values,
    rule_of,
)
from fcr_ml.reports.findings import Findings
from fcr_ml.reports.tables import (
    Cell,
    Chart,
    Folded,
    Part,
    Section,
    Table,
    count_cell,
    numbers,
    rate_cell,
    text_cell,
    words,
)


def months_section(findings: Findings) -> Section:
    """Give FCR by month, the months that are not over yet told apart."""
    months = findings.groups("month")
    title = "FCR by month"
    if months.empty:
        return Section("months", title, ("No months: the findings hold no figure by month.",))
    rows = _with_estimates(months.sort_values("value", kind="stable"), findings)
    records = [_month_record(row, findings) for row in rows]
    lead = [f"Main reading and window: {rule_of(findings)}."]
    open_months = [record["month"] for record in records if record["is_open"]]
    if open_months:
        lead.append(
            "In an open month some windows still run, and its closed contacts are those of its "
            "first days. The chart shows its survival estimate instead, which uses the others for "
            f"as long as they were followed: {', '.join(open_months)}."
        )
    in_part = [record["month"] for record in records if record["state"] == "in part"]
    if in_part:
        lead.append(
            f"The log covers only a part of {', '.join(in_part)}: what that month's rate says "
            "holds for those days alone."
        )
    parts: list[Part] = [_months_table(rows, records, findings)]
    drawn = [r for r in records if r["value"] is not None or r["survival"] is not None]
    if len(drawn) > 1:
        in_words = (
            f"Line with intervals: FCR by month, {drawn[0]['month']} to {drawn[-1]['month']}, "
            f"{len(open_months)} of {len(drawn)} months open. "
            "The table below holds the same figures."
        )
        parts.insert(0, Chart("chart-months", charts.trend_chart(drawn), in_words))
    return Section("months", title, tuple(lead), tuple(parts))


def _with_estimates(months: pd.DataFrame, findings: Findings) -> list[dict[Any, Any]]:
    """Give the months' rows, open ones with the trend's survival estimate and its interval."""
    trend, names = findings.trend, [f"survival_fcr_rate{end}" for end in ("", "_low", "_high")]
    rows = months.to_dict("records")
    if trend.empty:
        return rows
    by_month = trend[trend["by"].eq("month")].set_index("period")
    estimates = by_month.loc[by_month["is_open"], names].to_dict("index")
    partial = set(by_month.index[by_month["is_partial"].astype(bool)])
    return [
        row | estimates.get(row["value"], {}) | {"is_partial": row["value"] in partial}
        for row in rows
    ]


def _month_record(row: dict[Any, Any], findings: Findings) -> dict[str, Any]:
    is_open = row["open_contacts"] > RUNNING_RATE * row["closed_contacts"]
    survival, *ends = (row.get(f"survival_fcr_rate{end}") for end in ("", "_low", "_high"))
    figure = f"{rate_text(row)}, {wording.count(row['closed_contacts'])} closed"
    if is_open:
        estimate = wording.percent_interval(survival, *ends)
        figure = f"survival estimate {estimate}, month still open"
    return {
        "month": wording.name(row["value"]),
        "is_open": is_open,
        "state": _state(is_open, bool(row.get("is_partial"))),
        "survival": float(survival) if is_open and pd.notna(survival) else None,
        "figure": figure,
        **(_open_values(*ends) if is_open else rate_values(row)),
    }


def _state(is_open: bool, is_partial: bool) -> str:
    """Give a month's state in the words of the control chart."""
    if is_open:
        return "open"
    return "in part" if is_partial else "closed"


def _open_values(low: Any, high: Any) -> dict[str, float | None]:
    """Give the ends of an estimate's interval; an open month has no other rate."""
    return {"value": None, "low": plain(low), "high": plain(high)}


def _months_table(
    rows: list[dict[Any, Any]], records: list[dict[str, Any]], findings: Findings
) -> Table:
    cells = tuple(
        (
            text_cell(row["value"]),
            *count_cells(row),
            rate_cell(*(row.get(f"survival_fcr_rate{end}") for end in ("", "_low", "_high"))),
            Cell(record["state"], record["state"], is_mark=record["state"] != "closed"),
        )
        for row, record in zip(rows, records, strict=True)
    )
    return Table(
        "months-table",
        f"FCR by the month in which the contact began ({rule_of(findings)})",
        words("Month") + COUNTS + numbers("Survival estimate") + words("State"),
        cells,
    )


def window_section(findings: Findings) -> Section:
    """Give how the repeat rate depends on the window's length."""
    title = "How much the window decides"
    curve = findings.curve[findings.curve["repeat_rate"].notna()] if len(findings.curve) else None
    if curve is None or curve.empty:
        return Section("window", title, ("No curve: there are not enough closed contacts.",))
    rows = sorted(
        curve.to_dict("records"),
        key=lambda row: (row["hours"], wording.reading_place(row["reading"])),
    )
    records = [
        {
            "reading": wording.reading(row["reading"]),
            "hours": float(row["hours"]),
            "value": float(row["repeat_rate"]),
            "low": plain(row.get("low")),
            "high": plain(row.get("high")),
            "figure": f"{wording.percent(row['repeat_rate'])} within {wording.hours(row['hours'])}"
            f", {wording.count(row['closed_contacts'])} closed",
        }
        for row in rows
    ]
    readings = sorted(curve["reading"].unique(), key=wording.reading_place)
    readings.sort(key=lambda value: value != findings.reading)
    spec = charts.curve_chart(
        records,
        [wording.reading(value) for value in readings],
        RepeatWindow.parse(findings.window).hours,
    )
    lead = (
        "The repeat rate grows with the repeat window. Where the lines part, the reading "
        f"matters; the upright line is the main window, {wording.window(findings.window)}. "
        f"{_missed_by_main(findings)}",
    )
    in_words = (
        f"Lines: repeat rate by the length of the repeat window, {len(readings)} readings. "
        "The table below holds the same figures."
    )
    folded = Folded("Figures behind the chart", _curve_table(rows))
    return Section("window", title, lead, (Chart("chart-window", spec, in_words), folded))


def _missed_by_main(findings: Findings) -> str:
    """Say which share of the repeats the main window misses."""
    curve, hours = findings.curve, RepeatWindow.parse(findings.window).hours
    if "missed_rate" not in curve:
        return ""
    of_main = curve[(curve["reading"] == findings.reading) & (curve["hours"] == hours)]
    missed = of_main["missed_rate"].dropna()
    longest = curve["hours"].max()
    if missed.empty or hours == longest:
        return ""
    row = of_main.loc[missed.index[0]]
    rate = wording.percent_interval(
        row["missed_rate"], row["missed_rate_low"], row["missed_rate_high"]
    )
    return (
        f"It misses {rate} of the {wording.count(row['longest_repeated_contacts'])} repeats that "
        f"come within {wording.window(f'{round(longest * 60)}m')} under the main reading."
    )


def _curve_table(rows: list[dict[Any, Any]]) -> Table:
    ordered = sorted(rows, key=lambda row: wording.reading_place(row["reading"]))
    cells = tuple(
        (
            Cell(wording.reading(row["reading"]), wording.reading_place(row["reading"])),
            Cell(wording.hours(row["hours"]), float(row["hours"])),
            rate_cell(row["repeat_rate"], row.get("low"), row.get("high")),
            count_cell(row["closed_contacts"]),
            rate_cell(
                row.get("missed_rate"), row.get("missed_rate_low"), row.get("missed_rate_high")
            ),
            count_cell(row.get("longest_repeated_contacts")),
        )
        for row in ordered
    )
    headings = words("Reading")
    headings += numbers("Window", "Repeat rate", "Closed", "Repeats missed", "Of repeats")
    caption = (
        "Repeat rate by reading and length of window. Repeats missed: of the repeats that the "
        "longest window sees, the share that comes after this one."
    )
    return Table("window-table", caption, headings, cells)
