"""Levers: what each shape of evidence points at."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from fcr_ml.drivers.excess import rank_drivers
from fcr_ml.drivers.own_lever import lever_of

from .conftest import CasebookOf, draw_rows


@pytest.mark.parametrize(
    ("columns", "lever"),
    [
        (("queue",), "routing"),
        (("was_transferred",), "transfer"),
        (("channel",), "channel fit"),
        (("product",), "product"),
        (("team",), "training"),
        (("was_on_hold",), "authority"),
        (("topic",), "knowledge"),
        # The same subject handled otherwise repeats less.
        (("channel", "reason_code"), "channel fit"),
        (("reason_code", "topic"), "knowledge"),
        # Two ways of handling, or two subjects: it could be either.
        (("queue", "channel"), "not enough evidence"),
        # The same subject about another product repeats less.
        (("product", "topic"), "product"),
        (("hour_band",), "not enough evidence"),
        (("severity",), "not enough evidence"),
    ],
)
def test_the_lever_follows_the_column(columns: tuple[str, ...], lever: str) -> None:
    assert lever_of(columns) == lever


def test_two_names_with_two_levers_leave_it_open(casebook_of: CasebookOf) -> None:
    # The queue takes exactly one reason code each: routing or knowledge, who knows.
    contacts = draw_rows(5_000, 0, {(("reason_code", "bill"),): 0.2}).contacts
    contacts = contacts.assign(queue="for " + contacts["reason_code"])
    found = rank_drivers(casebook_of(contacts))
    assert len(found) == 1
    assert found["lever"].iloc[0] == "not enough evidence"


@pytest.mark.parametrize(("share", "lever"), [(0.8, "expectation setting"), (0.3, "routing")])
def test_next_issues_point_at_expectations(
    casebook_of: CasebookOf, share: float, lever: str
) -> None:
    contacts = draw_rows(5_000, 0, {(("queue", "Tech"),): 0.2}).contacts
    returned = contacts[contacts["follow_up_id"].notna()]
    is_next = np.random.default_rng(0).random(len(returned)) < share
    links = pd.DataFrame(
        {
            "contact_id": returned["contact_id"],
            "follow_up_id": returned["follow_up_id"],
            "hours_between": 30.0,
            "link_probability": 0.9,
            "same_issue_probability": 0.5,
            "verdict": np.where(is_next, "next_issue", "same_issue"),
            "reasons": "notes alike",
        }
    )
    found = rank_drivers(casebook_of(contacts, tables={"links": links}))
    assert found.set_index("segment").loc["queue = Tech", "lever"] == lever
