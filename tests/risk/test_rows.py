"""Who is learned from and who is scored, one contact for each rule."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from fcr_ml.features import build_features
from fcr_ml.frames import Casebook, write_casebook
from fcr_ml.risk.rows import closed_rows, open_rows
from tests.risk.planted_log import AS_OF, SETTINGS, WEEK

DAY = pd.Timedelta(days=1)

# contact: days before as of at which it ended, hours to its return, counted, direction
CASES: dict[str, tuple[float | None, float | None, bool, str | None]] = {
    "closed": (20, None, True, "inbound"),
    "repeated": (20, 30, True, None),
    "back before its end": (20, -2, True, "inbound"),
    "back in the second it ended": (20, 0, True, "inbound"),
    "not counted": (20, None, False, "inbound"),
    "started by the company": (20, None, True, "Outbound"),
    "open": (2, None, True, "inbound"),
    "open and already back": (2, 5, True, "inbound"),
    "open, started by the company": (2, None, True, "outbound"),
    "still running": (None, None, True, "inbound"),
}


def casebook_of_cases(
    folder: Path, links: pd.DataFrame | None = None, probability: float = 0.0, **settings: Any
) -> Casebook:
    rows = []
    for name, (days, hours, is_counted, direction) in CASES.items():
        ended = pd.NaT if days is None else AS_OF - days * DAY
        closes = ended + WEEK
        is_closed = bool(closes <= AS_OF)
        outcome = "repeated" if hours is not None else "resolved" if is_closed else "open"
        rows.append((name, ended, hours, is_counted, direction, closes, is_closed, outcome))
    names = ["contact_id", "ended_at", "hours_to_return", "is_counted", "direction"]
    cases = pd.DataFrame(rows, columns=[*names, "closes_at", "is_closed", "outcome"])
    cases["ended_at"] = pd.to_datetime(cases["ended_at"], utc=True)
    cases["closes_at"] = pd.to_datetime(cases["closes_at"], utc=True)
    started = cases["ended_at"].fillna(AS_OF) - DAY
    contacts = cases[["contact_id", "ended_at", "direction"]].assign(
        customer_id="u" + cases["contact_id"], started_at=started
    )
    outcomes = cases.drop(columns=["ended_at", "direction"]).assign(
        reading="related",
        window="7d",
        repeated_probability=(cases["outcome"] == "repeated").astype(float).clip(probability),
        episode_id=cases["contact_id"],
    )
    other = outcomes.assign(reading="any_return", outcome="repeated", repeated_probability=1.0)
    tables = {"contacts": contacts, "outcomes": pd.concat([outcomes, other])}
    if links is not None:
        tables["links"] = links
    return write_casebook(folder, tables, AS_OF, SETTINGS | settings)


def test_only_contacts_with_something_left_to_predict_are_learned_from(tmp_path: Path) -> None:
    casebook = casebook_of_cases(tmp_path / "c")
    rows = closed_rows(casebook, build_features(casebook)).set_index("contact_id")
    assert sorted(rows.index) == ["closed", "repeated"]
    assert rows.loc["repeated", "repeated_probability"] == 1
    assert not rows.loc["closed", "is_repeated"]


def test_only_open_contacts_are_scored(tmp_path: Path) -> None:
    casebook = casebook_of_cases(tmp_path / "c")
    assert open_rows(casebook, build_features(casebook))["contact_id"].tolist() == ["open"]


def test_a_return_begun_before_the_moment_is_no_part_of_the_label(tmp_path: Path) -> None:
    # One of 0.3 before the contact ended, one of 0.2 after it: 1 - 0.7 * 0.8 in all.
    links = pd.DataFrame(
        {
            "contact_id": "closed",
            "follow_up_id": ["x", "y"],
            "hours_between": [23.0, 30.0],
            "hours_since_end": [-1.0, 6.0],
            "link_probability": [0.3, 0.2],
            "same_issue_probability": 0.1,
            "verdict": "unrelated",
            "reasons": "",
        }
    )
    casebook = casebook_of_cases(tmp_path / "c", links=links, probability=0.44)
    rows = closed_rows(casebook, build_features(casebook)).set_index("contact_id")
    assert rows.loc["closed", "repeated_probability"] == pytest.approx(0.2)
    assert rows.loc["repeated", "repeated_probability"] == 1


def test_contacts_that_were_acted_on_are_not_learned_from(tmp_path: Path) -> None:
    casebook = casebook_of_cases(tmp_path / "c")
    rows = closed_rows(casebook, build_features(casebook), acted_on=["repeated"])
    assert rows["contact_id"].tolist() == ["closed"]


def test_the_main_reading_makes_the_label(tmp_path: Path) -> None:
    casebook = casebook_of_cases(tmp_path / "c", reading="any_return")
    rows = closed_rows(casebook, build_features(casebook))
    assert rows["is_repeated"].all()
