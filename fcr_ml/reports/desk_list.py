"""The section about open contacts: the flags.

Enters: findings. Leaves: a section for the page's template. How good the flags are stands
beside it, in flag_quality.py.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from fcr_ml.reports import wording
from fcr_ml.reports.figures import rule_of
from fcr_ml.reports.findings import Findings
from fcr_ml.reports.flag_words import capacity_told, listed_told
from fcr_ml.reports.tables import (
    Cell,
    Section,
    Table,
    number_cell,
    numbers,
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
        f"{listed_told(len(flags), findings.open_contacts)}, {_order(flags)}; no "
        f"customer is listed twice. {wording.count(left_alone)} of them were drawn at random to "
        "be left alone, so that help can be proved: do not call those.",
        *capacity_told(len(flags), left_alone, findings.open_contacts),
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
    if not row["is_left_alone"]:
        reasons += [f"{say}: {row[k]}" for k, say in _ADVICE if pd.notna(row.get(k))]
    named = tuple(wording.name(reason) for reason in reasons if pd.notna(reason))
    return (
        Cell(wording.count(row["rank"]), float(row["rank"]), note=_tie(row)),
        text_cell(row["contact_id"], note=_behind(row)),
        Cell(
            wording.percent(row["risk"]),
            float(row["risk"]),
            note=_soon(row),
            share=float(row["risk"]),
        ),
        number_cell(row["hours_left"], 0),
        _about(row),
        Cell("", named[0].casefold(), items=named),
        Cell("left alone", "left alone", is_mark=True) if row["is_left_alone"] else Cell(""),
    )


def _tie(row: dict[Any, Any]) -> str:
    """Say between which ranks equal risk would allow the contact to stand."""
    low, high = int(row["tie_low"]), int(row["tie_high"])
    return "" if low == high else f"tied {low:,} – {high:,}"


def _soon(row: dict[Any, Any]) -> str:
    """Say how probable it is that the return comes within 48 hours."""
    soon = row.get("within_48h_probability")
    return "" if pd.isna(soon) else f"{wording.percent(soon)} within 48 hours"


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
