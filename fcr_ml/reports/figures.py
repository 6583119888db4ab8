"""The sections that say how much: headline, readings, groups.

Enters: findings. Leaves: sections for the page's template, every rate with its
count, reading, window and interval.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from fcr_ml.frames import READINGS
from fcr_ml.reports import charts, wording
from fcr_ml.reports.findings import Findings
from fcr_ml.reports.tables import (
    Cell,
    Chart,
    Part,
    Section,
    Table,
    count_cell,
    number_cell,
    numbers,
    percent_cell,
    rate_cell,
    text_cell,
    words,
)

GROUP_ROWS_SHOWN = 200
"""More rows than this are scrolled past, not read; the tables on disk hold them all."""

_ESTIMATES = numbers("By link probability", "Survival estimate")
COUNTS = numbers("Closed", "Repeated", "Open", "FCR (95 % interval)")


@dataclass(frozen=True)
class Headline:
    """The first thing read: one figure, its interval, its sentence, its facts."""

    figure: str
    interval: str
    sentence: str
    facts: tuple[tuple[str, str], ...]


def rule_of(findings: Findings) -> str:
    """Give the main reading and window in words, to stand beside a figure."""
    return f"{wording.reading(findings.reading)}, {wording.window(findings.window)}"


def headline(findings: Findings) -> Headline:
    """Give FCR under the main reading and window, with what it rests on."""
    main = findings.main
    reading, window = wording.reading(findings.reading), wording.window(findings.window)
    facts = _log_facts(findings)
    if main is None or pd.isna(main["fcr_rate"]):
        closed = 0 if main is None else main["closed_contacts"]
        sentence = (
            f"There are not enough contacts for a rate: {wording.count(closed)} closed contacts "
            f"under the reading ‘{reading}’ with a repeat window of {window}."
        )
        return Headline("no rate", "not enough contacts", sentence, facts)
    resolved = main["closed_contacts"] - main["repeated_contacts"]
    sentence = (
        f"Of {wording.count(main['closed_contacts'])} closed contacts, {wording.count(resolved)} "
        f"were resolved: no follow-up that counts under the reading ‘{reading}’ "
        f"within {window}."
    )
    return Headline(
        wording.percent(main["fcr_rate"]),
        f"95 % interval {wording.interval(main['fcr_rate_low'], main['fcr_rate_high'])}",
        sentence,
        facts + _estimate_facts(main),
    )


def _log_facts(findings: Findings) -> tuple[tuple[str, str], ...]:
    first, last = wording.day(findings.first_contact_at), wording.day(findings.last_contact_at)
    set_aside = findings.set_aside["rows"].sum() if len(findings.set_aside) else 0
    return (
        ("Contacts", wording.count(findings.contacts)),
        ("Customers", wording.count(findings.customers)),
        ("From – to", f"{first} – {last}"),
        *_open_facts(findings),
        ("Rows set aside", wording.count(set_aside)),
    )


def _open_facts(findings: Findings) -> tuple[tuple[str, str], ...]:
    """Give how many windows still run, and how many of these customers could be called."""
    silent = ("Open, without a return", wording.count(findings.open_contacts))
    if findings.main is None:
        return (silent,)
    return (("Open", wording.count(findings.main["open_contacts"])), silent)


def _estimate_facts(main: pd.Series) -> tuple[tuple[str, str], ...]:
    estimates = (
        ("FCR by link probability", expected_cell(main)),
        ("FCR, survival estimate", percent_cell(main.get("survival_fcr_rate"))),
    )
    return tuple((title, cell.text) for title, cell in estimates if cell.order is not None)


def readings_section(findings: Findings) -> Section:
    """Give FCR under every reading and window, side by side."""
    rows = wording.in_reading_order(findings.overall).to_dict("records")
    lead = (
        "The same contacts, read in different ways. A figure means little until it is known "
        "which later contacts counted and for how long.",
    )
    parts: list[Part] = []
    if any(pd.notna(row["fcr_rate"]) for row in rows):
        parts.append(_readings_chart(rows, findings))
    parts.append(_readings_table(rows, findings))
    if len(findings.verdicts):
        parts.append(_verdicts_table(findings.verdicts))
    return Section("readings", "Readings and windows side by side", lead, tuple(parts))


def _readings_chart(rows: list[dict[Any, Any]], findings: Findings) -> Chart:
    records = [
        {
            "reading": wording.reading(row["reading"]),
            "window": wording.window(row["window"]),
            "place": wording.window_seconds(row["window"]),
            "is_main": _is_main(row, findings),
            "figure": f"{rate_text(row)}, {wording.count(row['closed_contacts'])} closed",
            **rate_values(row),
        }
        for row in rows
        if pd.notna(row["fcr_rate"])
    ]
    readings = list(dict.fromkeys(wording.reading(row["reading"]) for row in rows))
    in_words = (
        "Dots with intervals: FCR of all contacts under "
        f"{len(records)} combinations of reading and repeat window. "
        "The table below holds the same figures."
    )
    return Chart("chart-readings", charts.readings_chart(records, readings), in_words)


def _readings_table(rows: list[dict[Any, Any]], findings: Findings) -> Table:
    cells = tuple(
        (
            Cell(wording.reading(row["reading"]), wording.reading_place(row["reading"])),
            Cell(wording.window(row["window"]), wording.window_seconds(row["window"])),
            *count_cells(row),
            expected_cell(row),
            percent_cell(row.get("survival_fcr_rate")),
        )
        for row in rows
    )
    cells += tuple(_strict_cells(row) for row in strict_rows(findings))
    main_row = next((i for i, row in enumerate(rows) if _is_main(row, findings)), None)
    return Table(
        "readings-table",
        "FCR of all contacts under every reading and repeat window. The strict rule: no related "
        "contact in the window before and none in the window after.",
        words("Reading", "Repeat window") + COUNTS + _ESTIMATES,
        cells,
        main_row=main_row,
    )


def _strict_cells(strict: dict[Any, Any]) -> tuple[Cell, ...]:
    rate = rate_cell(
        strict["fcr_rate"], strict["fcr_rate_low"], strict["fcr_rate_high"], "not enough contacts"
    )
    return (
        Cell("strict rule", len(READINGS)),
        Cell(wording.window(strict["window"]), wording.window_seconds(strict["window"])),
        count_cell(strict["closed_contacts"]),
        count_cell(strict["failed_contacts"]),
        *(Cell(wording.NOTHING), rate, Cell(wording.NOTHING), Cell(wording.NOTHING)),
    )


def strict_rows(findings: Findings) -> list[dict[Any, Any]]:
    """Give the strict two-sided rule, as one row; none where the casebook cannot tell it."""
    definitions = findings.definitions
    if definitions.empty:
        return []
    return definitions[definitions["definition"] == "strict"].to_dict("records")


def _verdicts_table(verdicts: pd.DataFrame) -> Table:
    cells = tuple(
        (
            text_cell(wording.verdict(row["verdict"])),
            count_cell(row["pairs"]),
            number_cell(row["expected_pairs"], 0),
        )
        for row in verdicts.to_dict("records")
    )
    return Table(
        "verdicts-table",
        "Pairs of contacts of one customer, by verdict. Expected pairs weigh every pair by its "
        "probability.",
        words("Verdict") + numbers("Pairs", "Expected pairs"),
        cells,
    )


def groups_section(findings: Findings) -> Section:
    """Give FCR by channel, queue, language and whatever else was asked for."""
    title = "FCR by group"
    groups = findings.groups()
    if groups.empty:
        return Section("groups", title, ("No groups: the log has none of the usual columns.",))
    lead = [
        f"Main reading and window: {rule_of(findings)}. Plain rates: groups differ in what they "
        "are asked, so compare drivers, not these rows."
    ]
    if len(groups) > GROUP_ROWS_SHOWN:
        lead.append(f"The first {GROUP_ROWS_SHOWN} of {wording.count(len(groups))} rows are shown.")
    cells = tuple(
        (
            text_cell(str(row["group"]).replace("_", " ")),
            text_cell(row["value"]),
            *count_cells(row),
            expected_cell(row),
        )
        for row in groups.head(GROUP_ROWS_SHOWN).to_dict("records")
    )
    headings = words("Group", "Value") + COUNTS + numbers("By link probability")
    caption = f"FCR by group ({rule_of(findings)})"
    table = Table("groups-table", caption, headings, cells, row_heading=1)
    return Section("groups", title, tuple(lead), (table,))


def count_cells(row: dict[Any, Any]) -> tuple[Cell, ...]:
    """Give the cells under ``COUNTS`` of an FCR row."""
    return (
        count_cell(row["closed_contacts"]),
        count_cell(row["repeated_contacts"]),
        count_cell(row["open_contacts"]),
        rate_cell(row["fcr_rate"], row["fcr_rate_low"], row["fcr_rate_high"], row.get("remark")),
    )


def expected_cell(row: Any) -> Cell:
    """Give FCR by link probability with its interval, which includes link error."""
    names = ("expected_fcr_rate", "expected_fcr_rate_low", "expected_fcr_rate_high")
    return rate_cell(*(row.get(name) for name in names))


def rate_text(row: dict[Any, Any]) -> str:
    """Give the FCR of a row with its interval."""
    return wording.percent_interval(row["fcr_rate"], row["fcr_rate_low"], row["fcr_rate_high"])


def rate_values(row: dict[Any, Any]) -> dict[str, float | None]:
    """Give the FCR of a row and its interval for a chart."""
    return {
        "value": plain(row["fcr_rate"]),
        "low": plain(row["fcr_rate_low"]),
        "high": plain(row["fcr_rate_high"]),
    }


def _is_main(row: dict[Any, Any], findings: Findings) -> bool:
    return bool(row["reading"] == findings.reading and row["window"] == findings.window)


def plain(value: Any) -> float | None:
    """Give a number that JSON can carry; a missing one becomes None."""
    return None if pd.isna(value) else float(value)
