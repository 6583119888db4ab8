"""The section on what rises now: topics and terms beyond what season and trend expect.

Enters: findings. Leaves: a section for the page's template, or none for a log without
notes, and a line for the screen. Why something rises is not said.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from fcr_ml.reports import wording
from fcr_ml.reports.findings import Findings
from fcr_ml.reports.tables import (
    Cell,
    Section,
    Table,
    count_cell,
    number_cell,
    numbers,
    text_cell,
    words,
)

NAMED_ON_SCREEN = 3
_BEYOND_COUNTING = 1_000
_FEWEST_DAYS = pd.Timedelta(days=28)


def rising_section(findings: Findings) -> Section | None:
    """Give the topics and terms that rise; None where they were not looked for."""
    if not len(findings.emerging.columns) or findings.share_without_topic is None:
        return None
    if findings.emerging.empty:
        return Section("rising", "Rising now", (_no_rise(findings),))
    rows = findings.emerging.to_dict("records")
    lead = (
        f"{_counted(findings.emerging)} beyond what season and trend expect, as of "
        f"{wording.instant(findings.as_of)}.",
        "The last days are compared with the same days of the twelve weeks before, as shares "
        "of the contacts of those days, so that a busy week alone is no rise. A customer "
        "counts once. Read a few of the contacts to learn what changed.",
    )
    return Section("rising", "Rising now", lead, (_table(rows, findings),))


def rising_line(findings: Findings) -> str | None:
    """Give the first rises in one line for the screen; None where nothing rises."""
    if findings.emerging.empty:
        return None
    rows = findings.emerging.sort_values(["q_value", "name"], kind="stable").to_dict("records")
    named = [
        f"{wording.name(row['name'])} ({wording.count(row['contacts'])} contacts in {row['days']} "
        f"days, {wording.number(row['expected_contacts'])} expected)"
        for row in rows[:NAMED_ON_SCREEN]
    ]
    rest = len(rows) - len(named)
    return f"Rising now: {', '.join(named)}{f' and {rest:,} more' if rest else ''}."


def _no_rise(findings: Findings) -> str:
    if findings.as_of - findings.first_contact_at < _FEWEST_DAYS:
        return "Nothing is said of rises: the log is too short to know what is usual."
    return "Nothing rises: no topic or term goes beyond what season and trend expect."


def _counted(emerging: pd.DataFrame) -> str:
    counts = emerging["kind"].value_counts()
    named = [
        f"{wording.count(counts[kind])} {kind}{'' if counts[kind] == 1 else 's'}"
        for kind in ("topic", "term")
        if kind in counts
    ]
    return f"{' and '.join(named)} {'rises' if len(emerging) == 1 else 'rise'}"


def _table(rows: list[dict[Any, Any]], findings: Findings) -> Table:
    topics = findings.topics
    names = dict(zip(topics["topic_id"], topics["topic"], strict=True)) if len(topics) else {}
    cells = tuple(
        (
            text_cell(row["name"], note=f"{row['kind']}, last {row['days']} days"),
            count_cell(row["contacts"]),
            number_cell(row["expected_contacts"]),
            Cell(_times(row), float(row["ratio"])),
            Cell(wording.q_value(row["q_value"]), float(row["q_value"])),
            text_cell(_where(row, names)),
        )
        for row in rows
    )
    return Table(
        "rising-table",
        "Topics and terms that rise, surest first, topics before terms; contacts are counted "
        "one a customer",
        words("Topic or term")
        + numbers("Contacts", "Expected", "Times as many (95 % interval)", "q")
        + words("Where"),
        cells,
    )


def _where(row: dict[Any, Any], names: dict[Any, Any]) -> Any:
    """Name the topic that holds most contacts of a term."""
    if row["kind"] == "topic":
        return None
    return None if pd.isna(row["topic_id"]) else names.get(row["topic_id"], row["topic_id"])


def _times(row: dict[Any, Any]) -> str:
    if row["ratio_high"] < _BEYOND_COUNTING:
        return wording.number_interval(row["ratio"], row["ratio_low"], row["ratio_high"], 1)
    # Where next to nothing was seen before, the upper end says nothing.
    return f"{wording.number(row['ratio'])} (at least {wording.number(row['ratio_low'])})"
