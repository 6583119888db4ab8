"""Next issues on the page and the screen: what to settle in the same contact.

Enters: findings. Leaves: a section for the page's template, and a sentence for the
screen. That one topic follows another is shown as a contrast; nothing here says why.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from fcr_ml.reports import charts, wording
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
    rate_cell,
    text_cell,
    words,
)

NEXT_OF_A_TOPIC = 3
"""More than three things cannot be settled in one contact."""

CARDS_SHOWN = 100
PAIRS_DRAWN = 12
"""As many lines as the eye can follow from side to side."""


def next_issues_section(findings: Findings) -> Section:
    """Give the pairs of topics of which one leads to the other."""
    found = cards(findings.transitions)
    lead = [_found(findings)]
    parts: list[Part] = []
    if len(found):
        lead.append(
            "Coincidence is what the same customers contact about in as long a time just before "
            f"{_and_later(findings.later_weeks)}. A pair suggests what to settle in the same "
            "contact; it does not prove that the first topic brings the second about."
        )
        if len(found) > CARDS_SHOWN:
            lead.append(f"The first {CARDS_SHOWN} are shown.")
        rows = found.head(CARDS_SHOWN).to_dict("records")
        parts = [_chart(rows[:PAIRS_DRAWN]), _cards_table(rows)]
    if len(findings.avoidance):
        title = "How many contacts no next issue follows beyond coincidence"
        parts.append(Folded(title, _avoidance(findings)))
    return Section("next-issues", "Next issues", tuple(lead), tuple(parts))


def cards(transitions: pd.DataFrame) -> pd.DataFrame:
    """Give at most three next issues a topic, topics with the largest excess first."""
    if transitions.empty:
        return transitions
    order = ["excess_contacts", "topic_id", "next_topic_id"]
    rows = transitions.sort_values(order, ascending=[False, True, True], kind="stable")
    kept = rows[rows.groupby("topic_id").cumcount() < NEXT_OF_A_TOPIC]
    most = kept.groupby("topic_id")["excess_contacts"].transform("max")
    place = pd.DataFrame({"most": -most, "topic": kept["topic_id"]})
    return kept.loc[place.sort_values(["most", "topic"], kind="stable").index]


def next_issues_line(findings: Findings) -> str | None:
    """Give the first pair in one sentence for the screen; None where none was found."""
    found = cards(findings.transitions)
    if found.empty:
        return None
    first = found.iloc[0]
    rest = len(findings.transitions) - 1
    return (
        f"Next issues ({wording.window(first['window'])}): when you solve "
        f"‘{wording.name(first['topic'])}’, also settle ‘{wording.name(first['next_topic'])}’. It "
        f"follows {share_beyond(first)} of {wording.count(first['compared_contacts'])} closed "
        f"contacts beyond coincidence, after {_hours(first['median_hours'])} by the median"
        f"{f'; {rest:,} more on the page' if rest else ''}."
    )


def no_next_issues(topics: int, pairs_looked_at: int) -> str:
    """Say that no next issue was found, and among how many pairs."""
    if not topics:
        return "No next issues: there are no topics whose closed contacts could be compared."
    if not pairs_looked_at:
        return "No next issues: no pair of topics has enough customers to be looked at."
    looked_at = f"{wording.count(pairs_looked_at)} pairs of topics"
    return f"No next issues: none of {looked_at} was found to go beyond coincidence."


def _found(findings: Findings) -> str:
    if findings.share_without_topic is None:
        return "No next issues: the log has no notes, and so no topics."
    if findings.transitions.empty:
        return no_next_issues(len(findings.avoidance), findings.pairs_looked_at)
    count = len(findings.transitions)
    return (
        f"{wording.count(count)} of {wording.count(findings.pairs_looked_at)} pairs of topics "
        f"{'goes' if count == 1 else 'go'} beyond coincidence: customers who contacted about the "
        f"first next came about the second within {wording.window(findings.window)}."
    )


def _and_later(weeks: int | None) -> str:
    if weeks is None:
        return "(the log is too short to look some weeks later as well)"
    return f"and {weeks} weeks later, whichever is more"


def _chart(rows: list[dict[Any, Any]]) -> Chart:
    left = list(dict.fromkeys(row["topic_id"] for row in rows))
    right = list(dict.fromkeys(row["next_topic_id"] for row in rows))
    records = [
        {
            "topic": wording.name(row["topic"]),
            "next_topic": wording.name(row["next_topic"]),
            "place": _spread(left, row["topic_id"]),
            "next_place": _spread(right, row["next_topic_id"]),
            "excess": float(row["excess_contacts"]),
            # A name is written once, however many lines meet at it.
            "is_named": row["topic_id"] not in [other["topic_id"] for other in rows[:number]],
            "is_next_named": row["next_topic_id"]
            not in [other["next_topic_id"] for other in rows[:number]],
            "figure": f"{_excess(row)} beyond coincidence, "
            f"{wording.count(row['compared_contacts'])} compared",
        }
        for number, row in enumerate(rows)
    ]
    in_words = (
        f"Lines from topics on the left to their next issues on the right, the {len(rows)} with "
        "the most contacts beyond coincidence; the thicker, the more. The table below holds the "
        "same figures."
    )
    spec = charts.next_issues_chart(records, max(len(left), len(right)))
    return Chart("chart-next-issues", spec, in_words)


def _spread(names: list[str], name: str) -> float:
    """Give the place of a name among its column's, each column filling the height."""
    return (names.index(name) + 0.5) / len(names)


def _cards_table(rows: list[dict[Any, Any]]) -> Table:
    cells = tuple(
        (
            text_cell(row["topic"], note=f"{wording.count(row['compared_contacts'])} compared"),
            text_cell(row["next_topic"], note=_when(row)),
            count_cell(row["followed_contacts"]),
            number_cell(row["expected_contacts"], 0),
            Cell(share_beyond(row), float(row["excess_rate"]), note=f"{_excess(row)} contacts"),
            Cell(_lift(row), float(row["lift"])),
            _spared(row),
            Cell(wording.q_value(row["q_value"]), float(row["q_value"])),
        )
        for row in rows
    )
    return Table(
        "next-issues-table",
        f"When you solve one topic, also settle the other (next issue, "
        f"{wording.window(rows[0]['window'])}); at most {NEXT_OF_A_TOPIC} a topic, the most "
        "contacts beyond coincidence first",
        words("When you solve", "also settle")
        + numbers(
            "Followed",
            "By coincidence",
            "Beyond coincidence (95 % interval)",
            "Times as many (95 % interval)",
            "Share of the other spared (95 % interval)",
            "q",
        ),
        cells,
    )


def _avoidance(findings: Findings) -> Table:
    cells = tuple(
        (
            text_cell(row["topic"]),
            count_cell(row["compared_contacts"]),
            count_cell(row["followed_contacts"]),
            number_cell(row["expected_contacts"], 0),
            rate_cell(
                row["avoidance_rate"],
                row["avoidance_rate_low"],
                row["avoidance_rate_high"],
                row["remark"],
            ),
        )
        for row in findings.avoidance.head(CARDS_SHOWN).to_dict("records")
    )
    return Table(
        "avoidance-table",
        f"Contacts that no next issue follows beyond coincidence, by topic (next issue, "
        f"{wording.window(findings.window)}), the {CARDS_SHOWN} largest topics at most",
        words("Topic")
        + numbers("Compared", "Followed", "By coincidence", "Next-issue avoidance (95 % interval)"),
        cells,
    )


def share_beyond(row: Any) -> str:
    """Give the share of a topic's contacts that the next issue follows beyond coincidence."""
    return wording.percent_interval(
        row["excess_rate"], row["excess_rate_low"], row["excess_rate_high"]
    )


def _excess(row: dict[Any, Any]) -> str:
    return wording.number_interval(
        row["excess_contacts"], row["excess_contacts_low"], row["excess_contacts_high"]
    )


def _lift(row: dict[Any, Any]) -> str:
    return wording.number_interval(row["lift"], row["lift_low"], row["lift_high"], 1)


def _spared(row: dict[Any, Any]) -> Cell:
    rate = row["spared_rate"]
    text = wording.percent_interval(rate, row["spared_rate_low"], row["spared_rate_high"])
    of = f"of {wording.count(row['next_topic_contacts'])} contacts"
    return Cell(text, float(rate), note=of)


def _when(row: dict[Any, Any]) -> str:
    quartiles = f"{_hours(row['quarter_hours'])} – {_hours(row['three_quarter_hours'])}"
    return f"after {_hours(row['median_hours'])}, half of them {quartiles}"


def _hours(value: Any) -> str:
    """Give hours that were measured, to the hour up to two days; less than none is at once."""
    if float(value) <= 0:
        return "0 h"
    return wording.hours(float(value) if value < 1 else round(float(value)))
