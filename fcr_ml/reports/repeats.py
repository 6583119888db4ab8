"""The sections that say where repeats come from: drivers and topics.

Enters: findings. Leaves: sections for the page's template. A driver is shown as a
contrast; nothing here says why.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from fcr_ml.reports import charts, wording
from fcr_ml.reports.contrasts import inside_drivers, lever_words
from fcr_ml.reports.figures import rule_of
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

DRIVERS_DRAWN = 10
"""As many bars as are still told apart at a glance."""

TOPICS_SHOWN = 200


def drivers_section(findings: Findings) -> Section:
    """Give the segments that repeat more than their mix explains."""
    looked_at = wording.count(findings.segments_looked_at)
    if findings.drivers.empty:
        return Section("drivers", "Drivers of repeats", (no_drivers(findings.segments_looked_at),))
    drivers = findings.drivers.sort_values(["rank", "segment"], kind="stable")
    lead = [
        f"{wording.count(len(drivers))} of {looked_at} segments repeat more than their mix "
        "explains. A driver is a contrast, not a cause: it suggests where to look and what "
        "could be changed, it does not prove why.",
        confirmed_words(drivers),
    ]
    if findings.more_drivers:
        lead.append("The list ends with the surest of them; more hold than can be acted on.")
    rows = drivers.to_dict("records")
    parts: tuple[Part, ...] = (
        _drivers_chart(rows[:DRIVERS_DRAWN]),
        _drivers_table(rows),
        _what_if_table(rows[:DRIVERS_DRAWN]),
        *inside_drivers(findings),
    )
    return Section("drivers", "Drivers of repeats", tuple(lead), parts)


def no_drivers(segments_looked_at: int) -> str:
    """Say that no driver was found, and among how many segments."""
    if not segments_looked_at:
        return "No drivers: no segment has enough closed contacts to be looked at."
    looked_at = wording.count(segments_looked_at)
    return (
        f"No drivers: none of {looked_at} segments was found to repeat more than its mix explains."
    )


def confirmed_words(drivers: pd.DataFrame) -> str:
    """Say how many drivers held in the latest closed month."""
    told = drivers["confirmation"].value_counts()
    if told.get("log too short"):
        return (
            "None is confirmed: the log has no two whole months of which nine of ten windows "
            "have closed, so no month can be held out."
        )
    parts = [
        f"{wording.count(told[verdict])} {words}"
        for verdict, words in _CONFIRMATIONS.items()
        if told.get(verdict)
    ]
    return (
        f"Found on contacts before {drivers['confirmation_month'].iloc[0]} and held against that "
        f"month alone: {', '.join(parts)}."
    )


_CONFIRMATIONS = {
    "held": "held",
    "not held": "did not hold",
    "too few contacts to tell": "had too few contacts to tell",
    "not found before": "could not be found on those contacts alone",
}


def _confirmation_cell(row: dict[Any, Any]) -> Cell:
    """Give the verdict, and below it the month's excess per contact with its count."""
    if pd.isna(row["confirmation_month"]):
        return text_cell(row["confirmation"])
    note = f"{wording.count(row['confirmed_contacts'])} closed in {row['confirmation_month']}"
    if not pd.isna(row["confirmed_excess_rate"]):
        rates = (row[f"confirmed_excess_rate{end}"] for end in ("", "_low", "_high"))
        note = f"excess {wording.percent_interval(*rates)}, {note}"
    return text_cell(row["confirmation"], note=note)


def _drivers_chart(rows: list[dict[Any, Any]]) -> Chart:
    records = [
        {
            "rank": int(row["rank"]),
            "segment": wording.name(row["segment"]),
            "value": float(row["excess_repeats"]),
            "low": float(row["excess_repeats_low"]),
            "high": float(row["excess_repeats_high"]),
            "figure": f"{_excess(row)} excess repeats, "
            f"{wording.count(row['closed_contacts'])} closed",
        }
        for row in rows
    ]
    in_words = (
        f"Bars with intervals: excess repeats of the first {len(records)} drivers. "
        "The table below holds the same figures."
    )
    return Chart("chart-drivers", charts.drivers_chart(records), in_words)


def _range_cell(row: dict[Any, Any], name: str, digits: int) -> Cell:
    """Give a figure with the range that the excess gives it."""
    if pd.isna(row.get(name)):
        return number_cell(None)
    low, high = row.get(f"{name}_low"), row.get(f"{name}_high")
    return Cell(wording.number_interval(row[name], low, high, digits), float(row[name]))


def _drivers_table(rows: list[dict[Any, Any]]) -> Table:
    is_priced = any(not pd.isna(row.get("cost")) for row in rows)
    cells = tuple(
        (
            count_cell(row["rank"]),
            text_cell(row["segment"], note=lever_words(row)),
            count_cell(row["closed_contacts"]),
            percent_cell(row["repeat_rate"]),
            percent_cell(row["expected_repeat_rate"]),
            Cell(_excess(row), float(row["excess_repeats"])),
            Cell(wording.q_value(row["q_value"]), float(row["q_value"])),
            _range_cell(row, "handle_hours", 1),
            *([_range_cell(row, "cost", 0)] if is_priced else []),
            _confirmation_cell(row),
        )
        for row in rows
    )
    rule = f"{wording.reading(rows[0]['reading'])}, {wording.window(rows[0]['window'])}"
    return Table(
        "drivers-table",
        f"Drivers by excess repeats ({rule}). Rates weigh every link by its probability; "
        "the excess is shrunk towards none.",
        numbers("Rank")
        + words("Segment")
        + numbers(
            "Closed",
            "Repeat rate",
            "Its mix gives",
            "Excess repeats (95 % interval)",
            "q",
            "Handle hours (range)",
            *(["Cost (range)"] if is_priced else []),
        )
        + words("Latest month"),
        cells,
        row_heading=1,
    )


def _what_if_table(rows: list[dict[Any, Any]]) -> Table:
    cells = tuple(
        (
            text_cell(row["segment"]),
            count_cell(row["closed_contacts"]),
            _range_cell(row, "avoidable_per_month", 1),
            _range_cell(row, "best_quarter_per_month", 1),
            count_cell(row.get("best_quarter_of")),
        )
        for row in rows
    )
    rule = f"{wording.reading(rows[0]['reading'])}, {wording.window(rows[0]['window'])}"
    return Table(
        "drivers-what-if-table",
        f"What if: repeats a month less, were the first {len(rows)} drivers to come down ({rule}). "
        "Arithmetic on a contrast; only a trial on a part shows what a change does.",
        words("Segment")
        + numbers(
            "Closed",
            "To what its mix gives (95 % interval)",
            "To the best quarter of its column (95 % range)",
            "Segments beside it",
        ),
        cells,
    )


def _excess(row: dict[Any, Any]) -> str:
    return wording.number_interval(
        row["excess_repeats"], row["excess_repeats_low"], row["excess_repeats_high"]
    )


def topics_section(findings: Findings) -> Section:
    """Give what the notes say the contacts were about."""
    share = findings.share_without_topic
    if share is None:
        return Section("topics", "Topics", ("No topics: the log has no notes.",))
    if findings.topics.empty:
        found = "No topics: the notes are too few or too unlike each other."
        return Section("topics", "Topics", (found,))
    topics = findings.topics.sort_values(
        ["contacts", "topic_id"], ascending=[False, True], kind="stable"
    )
    themes = topics["theme"].nunique()
    lead = [
        f"{wording.count(len(topics))} topics{f' in {themes} themes' if themes > 1 else ''} "
        f"found in the notes. {wording.percent(share)} of contacts have no topic"
        + _without(findings.no_topic_rates)
    ]
    if len(topics) > TOPICS_SHOWN:
        lead.append(f"The {TOPICS_SHOWN} largest are shown.")
    rows = topics.head(TOPICS_SHOWN).to_dict("records")
    return Section("topics", "Topics", tuple(lead), (_topics_table(rows, findings),))


_NO_TOPIC = {
    "no_note": "have no note",
    "thin": "say too little",
    "not_alike": "are like nothing else",
    "too_rare": "are about something too rare",
    "too_few_notes": "are in a log with too few notes",
    "banned": "belong to a topic that was banned by hand",
}


def _without(rates: Mapping[str, float]) -> str:
    """Say why contacts have no topic, the commonest reason first."""
    ordered = sorted(rates.items(), key=lambda item: (-item[1], item[0]))
    told = [f"{wording.percent(rate)} {_NO_TOPIC[reason]}" for reason, rate in ordered]
    return f": {', '.join(told)}." if told else "."


def _topics_table(rows: list[dict[Any, Any]], findings: Findings) -> Table:
    cells = tuple(
        (
            text_cell(row["topic"], "" if pd.isna(row["theme"]) else f"theme: {row['theme']}"),
            text_cell(row["terms"]),
            count_cell(row["contacts"]),
            count_cell(row["closed_contacts"]),
            _rate_with_bar(row),
        )
        for row in rows
    )
    return Table(
        "topics-table",
        f"Topics with their most telling terms and repeat rate ({rule_of(findings)})",
        words("Topic", "Terms") + numbers("Contacts", "Closed", "Repeat rate (95 % interval)"),
        cells,
    )


def _rate_with_bar(row: dict[Any, Any]) -> Cell:
    rate = row["repeat_rate"]
    cell = rate_cell(rate, row["low"], row["high"], "not enough contacts")
    return cell if pd.isna(rate) else Cell(cell.text, cell.order, share=float(rate))
