"""The answer key: what is true about simulated contacts.

Enters: simulated contacts in the order of their ids, and the plan. Leaves: four
small tables. Nothing in them may be used to fit anything.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations

import pandas as pd

from fcr_ml.frames.conform import conform, restore_types
from fcr_ml.frames.tables import Column, Table
from fcr_ml.simulate.handling import drivers_of
from fcr_ml.simulate.issues import ISSUES
from fcr_ml.simulate.matters import Contact
from fcr_ml.simulate.plan import CentrePlan

TRUE_ISSUES = Table(
    "issues",
    "a contact and what it was truly about",
    ("contact_id",),
    {
        "contact_id": Column("text", "the contact", True),
        "issue_id": Column("text", "the customer matter; contacts that share it are related", True),
        "true_topic": Column("text", "the issue", True),
        "kind": Column("text", "contact, double_post, thanks or call_back", True),
        "is_thin": Column("flag", "its note says too little", True),
        "has_wrong_code": Column("flag", "its reason code is not the issue's", True),
        "true_repeat_probability": Column(
            "share",
            "probability, known at its end, that a related follow-up begins within 7 days of "
            "that; null for double posts, thanks and call-backs, which are not counted",
        ),
    },
)

TRUE_FOLLOW_UPS = Table(
    "follow_ups",
    "two contacts of one customer matter",
    ("contact_id", "follow_up_id"),
    {
        "contact_id": Column("text", "the earlier contact", True),
        "follow_up_id": Column("text", "the later contact", True),
        "verdict": Column("text", "double_post, same_issue or next_issue", True),
        "reaction": Column("text", "for direct returns under the same case id"),
        "hours_between": Column("number", "hours from start to start", True),
        "is_direct": Column("flag", "the later contact follows this one, none between", True),
        "is_repeat": Column(
            "flag", "the later is a repeat: no double post, thanks, call-back, asked answer", True
        ),
    },
)

TRUE_DRIVERS = Table(
    "drivers",
    "a planted driver",
    ("segment",),
    {
        "segment": Column("text", "the segment in words", True),
        "columns": Column("text", "its columns, separated by ' + '", True),
        "values": Column("text", "their values, separated by ' + '", True),
        "extra_repeat_probability": Column("share", "what it adds", True),
        "lever": Column("text", "what the company can change", True),
        "contacts": Column("count", "counted contacts in the segment", True),
        "expected_extra_repeats": Column("number", "contacts times what it adds", True),
    },
)

TRUE_NEXT_ISSUES = Table(
    "next_issues",
    "an issue that another leads to",
    ("topic", "next_topic"),
    {
        "topic": Column("text", "the earlier issue", True),
        "next_topic": Column("text", "the next issue", True),
        "probability": Column("share", "share of the earlier issue's direct follow-ups", True),
    },
)

KEY_TABLES = {
    table.name: table for table in (TRUE_ISSUES, TRUE_FOLLOW_UPS, TRUE_DRIVERS, TRUE_NEXT_ISSUES)
}
"""The tables of the answer key by name."""


def answer_key(
    contacts: Sequence[Contact], contact_ids: Sequence[str], plan: CentrePlan
) -> dict[str, pd.DataFrame]:
    """Give the tables of the answer key.

    Parameters
    ----------
    contacts : sequence of Contact
        In the order of their ids.
    contact_ids : sequence of str
        Their ids.
    plan : CentrePlan
        What was planted.

    Returns
    -------
    dict of str to pandas.DataFrame
        By name, each as declared in ``KEY_TABLES``.
    """
    rows = {
        "issues": _issues(contacts, contact_ids),
        "follow_ups": _follow_ups(contacts, contact_ids),
        "drivers": _drivers(contacts, plan),
        "next_issues": _next_issues(plan),
    }
    return {
        name: _typed(table, pd.DataFrame(list(rows[name]), columns=list(table.columns)))
        for name, table in KEY_TABLES.items()
    }


def _typed(table: Table, frame: pd.DataFrame) -> pd.DataFrame:
    return restore_types(conform(table, frame), table.columns)


def _issues(contacts: Sequence[Contact], contact_ids: Sequence[str]) -> Iterator[tuple]:
    numbers: dict[int, str] = {}
    for contact, contact_id in zip(contacts, contact_ids, strict=True):
        issue_id = numbers.setdefault(id(contact.matter), f"issue-{len(numbers) + 1:06d}")
        yield (
            contact_id,
            issue_id,
            contact.topic,
            contact.kind,
            contact.is_thin,
            contact.has_wrong_code,
            contact.repeat_probability,
        )


def _follow_ups(contacts: Sequence[Contact], contact_ids: Sequence[str]) -> Iterator[tuple]:
    """Give every pair of contacts of one matter, the earlier first."""
    matters: dict[int, list[tuple[str, Contact]]] = defaultdict(list)
    for contact, contact_id in zip(contacts, contact_ids, strict=True):
        matters[id(contact.matter)].append((contact_id, contact))
    for told in matters.values():
        for (earlier_id, earlier), (later_id, later) in combinations(told, 2):
            is_direct = later.answered is earlier
            yield (
                earlier_id,
                later_id,
                _verdict(earlier, later),
                later.reaction if is_direct else None,
                (later.started - earlier.started) / 3_600,
                is_direct,
                later.kind == "contact" and later.reaction != "gives_asked_information",
            )


def _verdict(earlier: Contact, later: Contact) -> str:
    if later.kind == "double_post" and later.answered is earlier:
        return "double_post"
    return "same_issue" if later.topic == earlier.topic else "next_issue"


def _drivers(contacts: Sequence[Contact], plan: CentrePlan) -> Iterator[tuple]:
    counted = [contact for contact in contacts if contact.kind == "contact"]
    for driver in plan.drivers:
        size = sum(driver in drivers_of(contact, plan) for contact in counted)
        yield (
            driver.segment,
            " + ".join(column for column, _ in driver.conditions),
            " + ".join(value for _, value in driver.conditions),
            driver.extra_repeat_probability,
            driver.lever,
            size,
            size * driver.extra_repeat_probability,
        )


def _next_issues(plan: CentrePlan) -> Iterator[tuple]:
    for topic, issue in ISSUES.items():
        for next_topic, share in issue.next_topics:
            yield topic, next_topic, plan.next_issue_share * share
