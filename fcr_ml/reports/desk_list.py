"""The sections about open contacts: the flags, and how good they are.

Enters: findings. Leaves: sections for the page's template. The model never stands
without its baselines, nor a risk without how far it can be trusted.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from fcr_ml.reports import charts, wording
from fcr_ml.reports.figures import rule_of
from fcr_ml.reports.findings import Findings
from fcr_ml.reports.tables import (
    Cell,
    Chart,
    Folded,
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

FLAGS_SHOWN = 50
"""A page is read, not worked through; the list itself is a file of its own."""

_ADVICE = (("what_to_do", "to do"), ("also_settle", "also settle"))
"""What stands below the reasons, in the same cell."""


def flags_section(findings: Findings) -> Section:
    """Give the open contacts most worth a call before the customer has to come back."""
    open_contacts = wording.count(findings.open_contacts)
    if findings.flags.empty:
        found = f"No flags: nothing is on the list out of {open_contacts} open contacts."
        return Section("flags", "Flags", (found,))
    flags = findings.flags.sort_values(["rank", "contact_id"], kind="stable")
    left_alone = int(flags["is_left_alone"].astype(bool).sum())
    lead = [
        f"{wording.count(len(flags))} of {open_contacts} open contacts, {_order(flags)}; no "
        f"customer is listed twice. {wording.count(left_alone)} of them were drawn at random to "
        "be left alone, so that help can be proved: do not call those."
    ]
    if len(flags) > FLAGS_SHOWN:
        lead.append(f"The first {FLAGS_SHOWN} are shown; the list of flags holds them all.")
    cells = tuple(_flag_row(row) for row in flags.head(FLAGS_SHOWN).to_dict("records"))
    table = Table(
        "flags-table",
        f"Flags by risk of being repeated ({rule_of(findings)}), as of "
        f"{wording.instant(findings.as_of)}",
        numbers("Rank")
        + words("Contact")
        + numbers("Risk", "Hours left")
        + words("About", "What raises the risk, and what to do", "Mark"),
        cells,
        row_heading=1,
    )
    return Section("flags", "Flags", tuple(lead), (table,))


def _order(flags: pd.DataFrame) -> str:
    if "saving" in flags.columns and flags["saving"].notna().any():
        return "those whose call is expected to save most first"
    return "those at the highest risk of being repeated first"


def _flag_row(row: dict[Any, Any]) -> tuple[Cell, ...]:
    reasons = [row["reason_1"], row.get("reason_2"), row.get("reason_3")]
    reasons += [f"{say}: {row[k]}" for k, say in _ADVICE if pd.notna(row.get(k))]
    named = tuple(wording.name(reason) for reason in reasons if pd.notna(reason))
    return (
        Cell(wording.count(row["rank"]), float(row["rank"]), note=_tie(row)),
        text_cell(row["contact_id"], note=_behind(row)),
        Cell(wording.percent(row["risk"]), float(row["risk"]), share=float(row["risk"])),
        number_cell(row["hours_left"], 0),
        _about(row),
        Cell("", named[0].casefold(), items=named),
        Cell("left alone", "left alone", is_mark=True) if row["is_left_alone"] else Cell(""),
    )


def _tie(row: dict[Any, Any]) -> str:
    """Say between which ranks equal risk would allow the contact to stand."""
    low, high = int(row["tie_low"]), int(row["tie_high"])
    return "" if low == high else f"tied {low:,} – {high:,}"


def _behind(row: dict[Any, Any]) -> str:
    customer = f"customer {wording.name(row['customer_id'])}"
    if pd.isna(row.get("earlier_contact_id")):
        return customer
    return f"{customer}, after {wording.name(row['earlier_contact_id'])}"


def _about(row: dict[Any, Any]) -> Cell:
    """Give the topic over channel and queue, or those alone where there is no topic."""
    places = [wording.name(row[k]) for k in ("channel", "queue") if pd.notna(row.get(k))]
    if pd.isna(row.get("topic")):
        return text_cell(" · ".join(places) or None)
    return text_cell(row["topic"], note=" · ".join(places))


def evaluation_section(findings: Findings) -> Section:
    """Give the model beside its baselines, and whether its risks hold."""
    title = "How good are the flags"
    lead = (findings.risk_remark,) if findings.risk_remark else ()
    parts: list[Part] = []
    if len(findings.risk):
        parts.append(_evaluation_table(findings))
    if len(findings.calibration):
        filled = findings.calibration.dropna(subset=["predicted", "observed"])
        parts += _calibration_parts(filled) if len(filled) else []
    if not parts and not lead:
        lead = ("No model was evaluated, so nothing is known about the flags.",)
    return Section("evaluation", title, lead, tuple(parts))


def _evaluation_table(findings: Findings) -> Table:
    cells = tuple(
        (
            text_cell(row["measure"]),
            text_cell(row["name"]),
            Cell(
                wording.number_interval(row["value"], row["low"], row["high"], 3),
                None if pd.isna(row["value"]) else float(row["value"]),
            ),
            count_cell(row["contacts"]),
        )
        for row in findings.risk.to_dict("records")
    )
    return Table(
        "evaluation-table",
        f"The model and its baselines on later contacts ({rule_of(findings)})",
        words("Measure", "Ordered by") + numbers("Value (95 % interval)", "Contacts"),
        cells,
        row_heading=1,
    )


def _calibration_parts(calibration: pd.DataFrame) -> list[Part]:
    rows = calibration.sort_values("predicted", kind="stable").to_dict("records")
    records = [
        {
            "predicted": float(row["predicted"]),
            "observed": float(row["observed"]),
            "low": None if pd.isna(row["low"]) else float(row["low"]),
            "high": None if pd.isna(row["high"]) else float(row["high"]),
            "figure": f"predicted {wording.percent(row['predicted'])}, observed {_observed(row)}, "
            f"{wording.count(row['contacts'])} contacts",
        }
        for row in rows
    ]
    cells = tuple(
        (
            percent_cell(row["predicted"]),
            rate_cell(row["observed"], row["low"], row["high"]),
            count_cell(row["contacts"]),
        )
        for row in rows
    )
    headings = numbers("Predicted risk", "Observed repeat rate (95 % interval)", "Contacts")
    table = Table("calibration-table", "Calibration of the risk, by bin", headings, cells)
    in_words = (
        f"Dots with intervals: observed repeat rate against predicted risk in {len(rows)} bins; "
        "on the dashed line both agree. The table below holds the same figures."
    )
    chart = Chart("chart-calibration", charts.calibration_chart(records), in_words, is_square=True)
    return [chart, Folded("Figures behind the chart", table)]


def _observed(row: dict[Any, Any]) -> str:
    return wording.percent_interval(row["observed"], row["low"], row["high"])
