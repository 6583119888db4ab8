"""FCR by week as a control chart, for the page and the terminal.

Enters: rows of TREND. Leaves: a section for the page's template, and text for the
terminal. Open weeks are told apart from closed ones, never joined to them by a line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from fcr_ml.reports import wording
from fcr_ml.reports.control_drawing import LANES, control_drawing
from fcr_ml.reports.findings import Findings
from fcr_ml.reports.screen import as_text, grid, line
from fcr_ml.reports.tables import (
    Cell,
    Chart,
    Folded,
    Section,
    Table,
    count_cell,
    numbers,
    percent_cell,
    rate_cell,
    text_cell,
    words,
)
from fcr_ml.reports.trend_words import points, state, trend_sentences

if TYPE_CHECKING:
    from fcr_ml.reports.screen import Block

TITLE = "FCR by week"

WEEKS_DRAWN = 104
"""Two years: more weeks cannot be told apart on a page; the table has them all."""

ROWS_ON_SCREEN = 26


def weeks_section(findings: Findings) -> Section | None:
    """Give the control chart of the weeks; None where no trend was measured."""
    if not len(findings.trend.columns):
        return None
    rows = findings.trend[findings.trend["by"] == "week"].reset_index(drop=True)
    if rows.empty:
        return Section("weeks", TITLE, ("No weeks: there is no contact whose window has begun.",))
    reading, window = rows["reading"].iloc[0], rows["window"].iloc[0]
    rule = f"{wording.reading(reading)}, {wording.window(window)}"
    lead = (f"Weeks from Monday, UTC; {rule}.", *trend_sentences(rows))
    table = Folded("Figures behind the chart", _table(rows, rule))
    records = [_record(row) for row in rows.tail(WEEKS_DRAWN).to_dict("records")]
    for place, record in enumerate(record for record in records if record["shift"]):
        record["lane"] = place % LANES
    if sum(record["value"] is not None for record in records) < 2:
        return Section("weeks", TITLE, lead, (table,))
    in_words = (
        f"Points: FCR by week, {records[0]['period']} to {records[-1]['period']}, with the limits "
        "of the control chart as a band and the level as a line. Hollow points are survival "
        "estimates of open weeks. The table below holds the same figures."
    )
    return Section(
        "weeks", TITLE, lead, (Chart("chart-weeks", control_drawing(records), in_words), table)
    )


def render_trend(trend: pd.DataFrame, width: int = 100, colour: bool = False) -> str:
    """Give the trend as text for the terminal.

    Parameters
    ----------
    trend : pandas.DataFrame
        The table TREND, weeks or months.
    width : int
        Columns of the terminal.
    colour : bool
        Whether to add the codes for bold and quiet text.
    """
    if trend.empty:
        return as_text(
            [[line("No trend: there is no contact whose window has begun.")]], width, colour
        )
    first = trend.iloc[0]
    of = "" if first["group"] == "all" else f", {first['group']} {wording.name(first['value'])}"
    rule = f"{wording.reading(first['reading'])}, {wording.window(first['window'])}"
    blocks: list[Block] = [
        [line(f"FCR by {first['by']} ({rule}){of}", "bold")],
        [line(text) for text in trend_sentences(trend)],
        _grid(trend),
    ]
    return as_text(blocks, width, colour)


def _grid(trend: pd.DataFrame) -> Block:
    shown = trend.tail(ROWS_ON_SCREEN)
    cells = [
        (
            str(row["period"]),
            wording.count(row["closed_contacts"]),
            wording.count(row["open_contacts"]),
            _rate(row),
            _limits(row),
            state(row),
        )
        for row in shown.to_dict("records")
    ]
    by = trend["by"].iloc[0]
    headings = [by, "#closed", "#open", "#FCR (95 %)", "#limits", "what it is"]
    block: Block = [grid(headings, cells)]
    if rest := len(trend) - len(shown):
        block.append(line(f"and {wording.count(rest)} earlier {by}s", "dim"))
    if (shown["is_open"] & shown["survival_fcr_rate"].notna()).any():
        block.append(line(f"~ is the survival estimate of an open {by}.", "dim"))
    return block


def _rate(row: dict[Any, Any]) -> str:
    if row["is_open"]:
        text = wording.percent_interval(*(row[name] for name in _columns("survival_fcr_rate")))
        return text if text == wording.NOTHING else f"~ {text}"
    return wording.percent_interval(*(row[name] for name in _columns("fcr_rate")))


def _columns(name: str) -> tuple[str, str, str]:
    return name, f"{name}_low", f"{name}_high"


def _limits(row: dict[Any, Any]) -> str:
    if pd.isna(row["limit_low"]):
        return wording.NOTHING
    return wording.interval(row["limit_low"], row["limit_high"])


def _record(row: dict[Any, Any]) -> dict[str, Any]:
    """Give a week as it is drawn: closed with its rate, or open with its estimate."""
    is_open = bool(row["is_open"])
    names = _columns("survival_fcr_rate" if is_open else "fcr_rate")
    drawn = {
        name: None if pd.isna(row[name]) else float(row[name])
        for name in ("level_fcr_rate", "limit_low", "limit_high")
    }
    rate, low, high = (None if pd.isna(row[name]) else float(row[name]) for name in names)
    figure = f"{_rate(row)}, {wording.count(row['closed_contacts'])} closed"
    return drawn | {
        "period": str(row["period"]),
        "value": None if is_open else rate,
        "survival": rate if is_open else None,
        "low": low,
        "high": high,
        "is_alarm": bool(row["is_alarm"]),
        "shift": points(row["shift"]) if pd.notna(row["shift"]) else None,
        "figure": f"{figure}, {told}" if (told := state(row)) else figure,
        "limits": _limits(row),
    }


def _table(rows: pd.DataFrame, rule: str) -> Table:
    cells = tuple(
        (
            text_cell(row["period"]),
            count_cell(row["closed_contacts"]),
            count_cell(row["open_contacts"]),
            rate_cell(*(row[name] for name in _columns("fcr_rate"))),
            rate_cell(*(row[name] for name in _columns("survival_fcr_rate"))),
            Cell(_limits(row), None if pd.isna(row["limit_low"]) else float(row["limit_low"])),
            percent_cell(row["level_fcr_rate"]),
            Cell(told, told, is_mark=bool(row["is_alarm"] or pd.notna(row["shift"])))
            if (told := state(row))
            else Cell(""),
        )
        for row in rows.to_dict("records")
    )
    headings = words("Week")
    headings += numbers("Closed", "Open", "FCR", "Survival estimate", "Limits, %", "Level")
    return Table(
        "weeks-table",
        f"FCR by the ISO week in which the contact began ({rule})",
        headings + words("State"),
        cells,
    )
