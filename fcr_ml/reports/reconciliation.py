"""The sections that set the main figure beside others: its doubts, other definitions.

Enters: findings. Leaves: sections for the page's template. Contacts are shown by
their id, never by a note.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from fcr_ml.reports import wording
from fcr_ml.reports.figures import expected_cell, rule_of
from fcr_ml.reports.findings import Findings
from fcr_ml.reports.tables import (
    Cell,
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

_COUNTED = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight")
_EXAMPLES = ("examples_only_here", "examples_only_in_main")


def estimates_section(findings: Findings) -> Section:
    """Give the main figure beside what it would be if less were taken for granted."""
    title = "The main figure and its doubts"
    main = findings.main
    if main is None or pd.isna(main["fcr_rate"]):
        return Section("estimates", title, ("No estimates: there are not enough contacts.",))
    rows = [*_estimates(main), *_net(findings), *_corrected(findings)]
    lead = (
        "The same reading and window throughout. Each row takes one thing less for granted "
        "than the first, and says what it rests on in its place.",
    )
    table = Table(
        "estimates-table",
        f"FCR of all contacts ({rule_of(findings)})",
        words("Estimate") + numbers("Contacts", "FCR (95 % interval)") + words("What it rests on"),
        tuple(rows),
        main_row=0,
    )
    return Section("estimates", title, lead, (table,))


def _estimates(main: pd.Series) -> list[tuple[Cell, ...]]:
    closed = main["closed_contacts"]
    rows: list[tuple[Cell, ...]] = [
        (
            text_cell("Closed contacts"),
            count_cell(closed),
            rate_cell(main["fcr_rate"], main["fcr_rate_low"], main["fcr_rate_high"]),
            text_cell("Resolved over closed. A link counts or does not."),
        )
    ]
    if pd.notna(main.get("expected_fcr_rate")):
        assumes = "Every link weighed by its probability. The interval holds their doubt too."
        weighed = (text_cell("By link probability"), count_cell(closed), expected_cell(main))
        rows.append((*weighed, text_cell(assumes)))
    if pd.notna(main.get("survival_fcr_rate")):
        assumes = "Open contacts too, as if they went on as earlier ones did. Without an interval."
        everybody = count_cell(closed + main["open_contacts"])
        survival = rate_cell(main["survival_fcr_rate"], None, None)
        rows.append((text_cell("Survival estimate"), everybody, survival, text_cell(assumes)))
    return rows


def _net(findings: Findings) -> list[tuple[Cell, ...]]:
    if findings.net.empty:
        return []
    net = findings.net.iloc[-1]
    assumes = (
        f"Without the {wording.percent(net['left_out_rate'])} of closed contacts tagged as not "
        "resolvable at first contact."
    )
    rate = rate_cell(net["fcr_rate"], net["fcr_rate_low"], net["fcr_rate_high"])
    return [(text_cell("Net"), count_cell(net["closed_contacts"]), rate, text_cell(assumes))]


def _corrected(findings: Findings) -> list[tuple[Cell, ...]]:
    return [
        (
            text_cell(f"Corrected by {row['evidence']}"),
            count_cell(row["closed_contacts"]),
            rate_cell(
                row["corrected_fcr_rate"],
                row["corrected_fcr_rate_low"],
                row["corrected_fcr_rate_high"],
                "not enough answers",
            ),
            text_cell(
                f"Of {wording.count(row['resolved_contacts'])} resolved contacts, "
                f"{wording.count(row['answered_contacts'])} have an answer, and "
                f"{wording.count(row['denied_contacts'])} of those say otherwise. "
                f"{row['assumes']}",
            ),
        )
        for row in findings.silence.to_dict("records")
    ]


def reconciliation_section(findings: Findings) -> Section:
    """Give one log under the definitions in common use, and what makes each differ."""
    rows = findings.definitions.to_dict("records")
    if not rows:
        sentence = "No definitions: there is no closed contact under any reading."
        return Section("reconciliation", "One log, other definitions", (sentence,))
    count = _COUNTED[len(rows)] if len(rows) < len(_COUNTED) else str(len(rows))
    main = next(row for row in rows if row["is_main"])
    lead = (
        "Two centres with the same contacts report different FCR because they count "
        "differently. Here the same log is counted in each way; the main one is set in bold: "
        f"{rule_of(findings)}.",
        "The last two columns count the contacts that make the difference: those not resolved "
        "only here, and those not resolved only in the main one. Its "
        f"{wording.count(main['failed_contacts'])}, plus the former, less the latter, are those "
        "not resolved here. What a definition does not count cannot fail under it.",
    )
    parts: list[Part] = [_definitions_table(rows)]
    if any(pd.notna(row[name]) for row in rows for name in _EXAMPLES):
        parts.append(Folded("Contacts that make the difference", _examples_table(rows)))
    return Section("reconciliation", f"One log, {count} definitions", lead, tuple(parts))


def _definitions_table(rows: list[dict[Any, Any]]) -> Table:
    cells = tuple(
        (
            text_cell(row["name"], row["failure"]),
            Cell(wording.window(row["window"]), wording.window_seconds(row["window"])),
            count_cell(row["closed_contacts"]),
            rate_cell(
                row["fcr_rate"], row["fcr_rate_low"], row["fcr_rate_high"], "not enough contacts"
            ),
            count_cell(row["failed_contacts"]),
            count_cell(row["failed_only_here"]),
            count_cell(row["failed_only_in_main"]),
        )
        for row in rows
    )
    return Table(
        "definitions-table",
        "FCR of one log under the definitions in common use. Under each name: what tells "
        "against a contact.",
        words("Definition", "Window")
        + numbers("Closed", "FCR (95 % interval)", "Not resolved", "Only here", "Only in main"),
        cells,
        main_row=next(place for place, row in enumerate(rows) if row["is_main"]),
    )


def _examples_table(rows: list[dict[Any, Any]]) -> Table:
    cells = tuple(
        (text_cell(row["name"]), *(text_cell(row[name]) for name in _EXAMPLES))
        for row in rows
        if not row["is_main"]
    )
    return Table(
        "examples-table",
        "The first few contacts by their id that are not resolved under one of the two alone",
        words("Definition", "Only here", "Only in main"),
        cells,
    )
