"""The rows that drivers are sought in."""

from __future__ import annotations

import pandas as pd

from fcr_ml.drivers.rows import read_segment_rows
from fcr_ml.frames.conform import empty
from fcr_ml.frames.tables import CONTACTS, OUTCOMES

from .conftest import CasebookOf, draw_rows


def _outcomes(contact_ids: list[str], **columns: object) -> pd.DataFrame:
    plain = {
        "reading": "related",
        "window": "7d",
        "is_counted": True,
        "is_closed": True,
        "outcome": "resolved",
        "repeated_probability": 0.0,
        "follow_up_id": None,
        "episode_id": contact_ids,
    }
    return pd.DataFrame({"contact_id": contact_ids, **(plain | columns)})


def _contacts(started: list[str], **columns: object) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "contact_id": [f"c-{row}" for row in range(len(started))],
            "customer_id": "k",
            "started_at": pd.to_datetime(started, utc=True),
            **columns,
        }
    )


def test_earlier_contacts_are_those_about_other_matters(casebook_of: CasebookOf) -> None:
    # c-2 continues c-1's matter, so only c-0 counts before it; c-4 comes 91 days
    # after c-3, when everything earlier is forgotten.
    contacts = _contacts(
        ["2025-01-01", "2025-01-05", "2025-01-06", "2025-01-20", "2025-04-21"],
        channel=["voice", "chat", "voice", "chat", "voice"],
    )
    episodes = ["c-0", "c-1", "c-1", "c-3", "c-4"]
    outcomes = _outcomes(list(contacts["contact_id"]), episode_id=episodes)
    casebook = casebook_of(
        draw_rows(5, 0).contacts, tables={"contacts": contacts, "outcomes": outcomes}
    )
    rows = read_segment_rows(casebook)
    assert rows.contacts["earlier_contacts"].tolist() == ["0", "1", "1", "3 to 5", "0"]
    assert "earlier_contacts" in rows.mix_columns
    assert "earlier_contacts" not in rows.segment_columns


def test_only_closed_and_counted_contacts_of_the_main_reading(casebook_of: CasebookOf) -> None:
    contacts = _contacts(["2025-01-01", "2025-01-02", "2025-01-03"])
    ids = list(contacts["contact_id"])
    outcomes = pd.concat(
        [
            _outcomes(ids, is_closed=[True, False, True], is_counted=[True, True, False]),
            _outcomes(ids, reading="any_return"),
            _outcomes(ids, window="48h"),
        ]
    )
    casebook = casebook_of(
        draw_rows(3, 0).contacts, tables={"contacts": contacts, "outcomes": outcomes}
    )
    assert read_segment_rows(casebook).contacts["contact_id"].tolist() == ["c-0"]


def test_what_is_known_only_later_is_never_used(casebook_of: CasebookOf) -> None:
    drawn = draw_rows(60, 0).contacts
    drawn = drawn.assign(
        severity=["low", "high"] * 30,
        closing_code=["x", "y", "z"] * 20,
        reopened=["yes", "no"] * 30,
        unnamed=["p", "q"] * 30,
        amount=[0.5, 1.5] * 30,
        agent_id=["ann", "bob"] * 30,
        csat=[1.0, 5.0] * 30,
    )
    when = {
        "severity": "at_start",
        "closing_code": "at_end",
        "reopened": "later",
        "amount": "at_start",
        "csat": "at_end",
    }
    rows = read_segment_rows(casebook_of(drawn, attributes=when))
    assert {"severity", "closing_code"} <= set(rows.segment_columns)
    assert "severity" in rows.mix_columns
    assert "closing_code" not in rows.mix_columns
    # Later ones, those nobody vouched for, measured ones, and people.
    unused = {"reopened", "unnamed", "amount", "csat", "agent_id"}
    assert not unused & set(rows.segment_columns)
    assert "agent_id" in read_segment_rows(casebook_of(drawn), agents=True).segment_columns


def test_columns_without_a_difference_are_left_out(casebook_of: CasebookOf) -> None:
    drawn = draw_rows(60, 0).contacts.assign(team="North", queue=None)
    rows = read_segment_rows(casebook_of(drawn))
    assert not {"team", "queue", "topic", "language"} & set(rows.segment_columns)
    assert "channel" in rows.segment_columns


def test_an_empty_casebook_gives_no_rows(casebook_of: CasebookOf) -> None:
    nothing = {"contacts": empty(CONTACTS), "outcomes": empty(OUTCOMES)}
    rows = read_segment_rows(casebook_of(draw_rows(3, 0).contacts, tables=nothing))
    assert len(rows.contacts) == 0
    assert rows.segment_columns == []
