"""Edges of time and shape: ties, clocks, overlaps, windows, and logs of next to nothing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from fcr_ml.contacts import RawLog, clean_log
from fcr_ml.frames import Casebook
from fcr_ml.frames.window import READINGS

from .edge_logs import AS_OF, casebook_of, cleaned, log_at, log_of, outcomes_of, pairs_of

# Ties in time


def _tied_in_time() -> pd.DataFrame:
    notes = ["The router blinks red", "Please send my invoice", "The line is dead"]
    return log_of(
        ("a2", "anna", "2025-03-01T10:00Z", "2025-03-01T10:05Z"),
        ("a1", "anna", "2025-03-01T10:00Z", "2025-03-01T10:05Z"),
        ("b10", "bo", "2025-03-01T10:00Z", "2025-03-01T10:05Z"),
        ("b9", "bo", "2025-03-01T10:00Z", "2025-03-01T10:05Z"),
        ("b1", "bo", "2025-03-01T10:00Z", "2025-03-01T10:05Z"),
        note=[notes[0], notes[1], notes[2], notes[1], notes[0]],
        reason_code=["fault", "billing", "fault", "billing", "fault"],
    )


def test_of_contacts_of_one_second_the_contact_id_decides_which_is_first(tmp_path: Path) -> None:
    # Ids are text: b10 stands before b9.
    returns = {"a1": "a2", "b1": "b10", "b10": "b9"}
    pairs = {("a1", "a2"), ("b1", "b10"), ("b1", "b9"), ("b10", "b9")}

    casebook = casebook_of(_tied_in_time(), tmp_path)

    told = outcomes_of(casebook, "any_return")
    assert told["follow_up_id"].dropna().to_dict() == returns
    assert set(told.index[told["outcome"] == "repeated"]) == set(returns)
    assert set(told.index[told["outcome"] == "resolved"]) == {"a2", "b9"}
    assert pairs_of(casebook) == pairs
    assert (casebook.table("links")["hours_between"] == 0).all()


def test_the_order_of_rows_decides_nothing(tmp_path: Path) -> None:
    told = casebook_of(_tied_in_time(), tmp_path / "told")

    again = casebook_of(_tied_in_time().iloc[::-1], tmp_path / "again")

    for name in ("links", "outcomes"):
        pd.testing.assert_frame_equal(again.table(name), told.table(name))


# Clocks that go backwards


def test_a_contact_that_ends_before_it_starts_is_set_aside_and_said(tmp_path: Path) -> None:
    log = log_of(
        ("a1", "anna", "2025-03-01T10:00Z", "2025-03-01T10:05Z"),
        ("a2", "anna", "2025-03-02T10:00Z", "2025-03-02T08:30Z"),
        ("b1", "bo", "2025-03-01T10:00Z", "2025-03-01T10:05Z"),
    )

    clean = clean_log(RawLog(log, ["by hand"], []), as_of=AS_OF)

    assert len(clean.contacts) + len(clean.set_aside) == len(log)
    [aside] = clean.set_aside.to_dict("records")
    assert aside["contact_id"] == "a2"
    assert aside["reason"] == "ends before it starts"
    assert aside["detail"] == "by 1.50 hours"
    assert any("ends before it starts, 1 of 3 rows" in remark for remark in clean.remarks)
    told = outcomes_of(casebook_of(clean.contacts, tmp_path), "any_return")
    assert told["outcome"].to_dict() == {"a1": "resolved", "b1": "resolved"}


def test_a_contact_over_the_hour_that_comes_twice_is_kept(tmp_path: Path) -> None:
    # Sunday 26 October 2025, 03:00 in Stockholm: the clock goes back to 02:00.
    local = {"started_at": ["2025-10-26 02:50"], "ended_at": ["2025-10-26 02:10"]}
    log = pd.DataFrame({"contact_id": ["a1"], "customer_id": ["anna"], **local})

    clean = clean_log(RawLog(log, ["by hand"], []), time_zone="Europe/Stockholm")

    assert len(clean.set_aside) == 0
    handled = clean.contacts["ended_at"] - clean.contacts["started_at"]
    assert handled.tolist() == [pd.Timedelta("20min")]


def test_a_log_written_backwards_is_read_forwards(tmp_path: Path) -> None:
    log = log_of(
        ("a1", "anna", "2025-03-03T10:00Z", "2025-03-03T10:05Z"),
        ("a2", "anna", "2025-03-02T10:00Z", "2025-03-02T10:05Z"),
        ("a3", "anna", "2025-03-01T10:00Z", "2025-03-01T10:05Z"),
    )

    casebook = casebook_of(log, tmp_path)

    assert pairs_of(casebook) == {("a3", "a2"), ("a3", "a1"), ("a2", "a1")}
    assert (casebook.table("links")["hours_between"] > 0).all()
    told = outcomes_of(casebook, "any_return")
    assert told["follow_up_id"].dropna().to_dict() == {"a3": "a2", "a2": "a1"}


# Returns before the first contact has ended


OVERLAPPING = (
    ("a1", "anna", "2025-03-01T10:00Z", "2025-03-01T14:00Z"),
    ("a2", "anna", "2025-03-01T10:30Z", "2025-03-01T11:00Z"),
)


def test_a_return_while_the_contact_is_still_handled_counts(tmp_path: Path) -> None:
    log = log_of(*OVERLAPPING, note=["The router blinks red all day", "Please send my invoice"])

    told = outcomes_of(casebook_of(cleaned(log), tmp_path), "any_return")

    first = told.loc["a1"]
    assert first["outcome"] == "repeated"
    # Hours are from the window's beginning, the end: three and a half before it.
    assert first["hours_to_return"] == -3.5
    assert first["closes_at"] == pd.Timestamp("2025-03-08T14:00Z")


def test_a_request_sent_twice_before_its_answer_is_one_contact(tmp_path: Path) -> None:
    note = "The router blinks red all day since the thunderstorm on Monday"
    other = ("b1", "bo", "2025-03-01T10:00Z", "2025-03-01T10:30Z")
    log = log_of(*OVERLAPPING, other, note=[note, note, "Please send my invoice again"])

    casebook = casebook_of(cleaned(log), tmp_path)

    assert casebook.table("links")["verdict"].tolist() == ["double_post"]
    told = outcomes_of(casebook, "related")
    assert told["outcome"].to_dict() == {"a1": "resolved", "a2": "resolved", "b1": "resolved"}
    assert told["is_counted"].to_dict() == {"a1": True, "a2": False, "b1": True}
    # The copy was answered first, and so the request was.
    assert told.loc["a1", "closes_at"] == pd.Timestamp("2025-03-08T11:00Z")
    assert outcomes_of(casebook, "any_return").loc["a1", "outcome"] == "repeated"


def test_a_contact_that_never_ended_has_no_window(tmp_path: Path) -> None:
    log = log_of(
        ("a1", "anna", "2025-03-01T10:00Z", None),
        ("a2", "anna", "2025-03-02T10:00Z", "2025-03-02T10:05Z"),
        ("b1", "bo", "2025-03-01T10:00Z", None),
    )

    outcomes = casebook_of(log, tmp_path).table("outcomes").set_index("contact_id")

    unended = outcomes.loc[["a1", "b1"]]
    assert not unended["is_closed"].any()
    assert unended["closes_at"].isna().all()
    assert "resolved" not in set(unended["outcome"])
    assert set(outcomes.loc["b1", "outcome"]) == {"open"}


# Very short and very long windows


def test_a_minute_closes_at_once_and_ten_years_never(tmp_path: Path) -> None:
    log = log_of(
        ("a1", "anna", "2025-03-01T10:00:00Z", "2025-03-01T10:05:00Z"),
        ("a2", "anna", "2025-03-01T10:06:00Z", "2025-03-01T10:10:00Z"),  # the last second
        ("a3", "anna", "2025-03-01T10:11:01Z", "2025-03-01T10:15:00Z"),  # a second too late
        ("b1", "bo", "2025-01-01T10:00:00Z", "2025-01-01T10:05:00Z"),
        ("b2", "bo", "2025-06-30T10:00:00Z", "2025-06-30T10:05:00Z"),
        ("c1", "chi", "2025-03-01T10:00:00Z", "2025-03-01T10:05:00Z"),
    )

    casebook = casebook_of(log, tmp_path, window="1m", windows=("3650d",))

    minute = outcomes_of(casebook, "any_return", "1m")
    assert minute["is_closed"].all()
    assert minute["outcome"].value_counts().to_dict() == {"resolved": 5, "repeated": 1}
    assert minute["follow_up_id"].dropna().to_dict() == {"a1": "a2"}
    decade = outcomes_of(casebook, "any_return", "3650d")
    assert not decade["is_closed"].any()
    assert decade["outcome"].value_counts().to_dict() == {"open": 3, "repeated": 3}
    assert decade["follow_up_id"].dropna().to_dict() == {"a1": "a2", "a2": "a3", "b1": "b2"}
    assert decade.loc["c1", "closes_at"] == pd.Timestamp("2035-02-27T10:05Z")
    assert ("b1", "b2") in pairs_of(casebook)


# Small and odd shapes


def _rates_hold(casebook: Casebook, contacts: int) -> pd.DataFrame:
    """Check that every contact has each outcome once, and give the related ones."""
    outcomes = casebook.table("outcomes")
    assert len(outcomes) == contacts * len(READINGS) * outcomes["window"].nunique()
    assert outcomes["repeated_probability"].between(0, 1).all()
    assert np.isfinite(casebook.table("links")["link_probability"].astype(float)).all()
    return outcomes_of(casebook, "related")


def test_one_contact(tmp_path: Path) -> None:
    log = log_of(("a1", "anna", "2025-03-01T10:00Z", "2025-03-01T10:05Z"))

    casebook = casebook_of(cleaned(log.assign(note="The router blinks red")), tmp_path)

    assert pairs_of(casebook) == set()
    told = _rates_hold(casebook, 1)
    assert told["outcome"].to_dict() == {"a1": "resolved"}
    assert told["episode_id"].to_dict() == {"a1": "a1"}


@pytest.mark.parametrize("customers", [1, 2])
def test_one_customer_and_two(tmp_path: Path, customers: int) -> None:
    ids = [f"u{place % customers}" for place in range(12)]
    days = np.arange(12) * 2.0

    casebook = casebook_of(log_at(ids, days, "c"), tmp_path, windows=("48h", "7d"))

    owner = dict(zip([f"c{place:06d}" for place in range(12)], ids, strict=True))
    pairs = pairs_of(casebook)
    assert pairs
    assert all(owner[first] == owner[second] for first, second in pairs)
    _rates_hold(casebook, 12)
    told = outcomes_of(casebook, "any_return")
    # The last contact of each customer has no return, every other one has.
    assert (told["outcome"] == "resolved").sum() == customers


def test_a_log_of_outbound_contacts_has_nothing_to_count(tmp_path: Path) -> None:
    days = np.arange(6) * 1.0
    log = log_at(["anna"] * 6, days, "c").assign(direction="outbound")

    casebook = casebook_of(cleaned(log), tmp_path)

    assert pairs_of(casebook) == set()
    outcomes = casebook.table("outcomes")
    assert not outcomes["is_counted"].any()
    assert set(outcomes["outcome"]) == {"resolved"}


@pytest.mark.parametrize("nothing", ["", "  ", None, "n/a"])
def test_two_empty_case_ids_are_not_the_same_case(tmp_path: Path, nothing: str | None) -> None:
    log = log_of(
        ("a1", "anna", "2025-03-01T10:00Z", "2025-03-01T10:05Z"),
        ("a2", "anna", "2025-03-02T10:00Z", "2025-03-02T10:05Z"),
        ("b1", "bo", "2025-03-01T10:00Z", "2025-03-01T10:05Z"),
        ("b2", "bo", "2025-03-02T10:00Z", "2025-03-02T10:05Z"),
        case_id=[nothing, nothing, "case-7", "case-7"],
    )

    casebook = casebook_of(cleaned(log), tmp_path)

    links = casebook.table("links").set_index("contact_id")
    assert pd.isna(links.loc["a1", "is_same_case"])
    assert links.loc["a1", "desk_weight"] == 0
    assert links.loc["b1", "is_same_case"]
    assert outcomes_of(casebook, "same_code")["outcome"].to_dict() == {
        "a1": "resolved",
        "a2": "resolved",
        "b1": "repeated",
        "b2": "resolved",
    }
