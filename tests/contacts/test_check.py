"""The check: everything to be known of a log at once, and never an error for data."""

from __future__ import annotations

import pandas as pd
import pytest

from fcr_ml.contacts import RawLog, check_log, clean_log


def test_usable_log_agrees_with_cleaning_it(raw_log):
    raw = raw_log(customer_id=["u1", None, "u1"])
    check, clean = check_log(raw), clean_log(raw)
    assert check.is_usable
    assert check.faults == []
    assert (check.records, check.contacts, check.customers) == (3, 2, 1)
    assert check.as_of == clean.as_of
    assert check.remarks == clean.remarks
    assert check.set_aside.to_numpy().tolist() == [["customer_id missing", 1]]


def test_faults_are_collected_and_not_raised(raw_log):
    rows = raw_log(started_at="2025-03-01 10:00").rows.drop(columns="contact_id")
    check = check_log(RawLog(rows, ["a"], []), time_zone="Mars/Base", as_of="soon")
    assert not check.is_usable
    assert len(check.faults) == 3
    assert check.as_of is None
    assert check.contacts == 0
    assert len(check.set_aside) == 0
    missing = check.columns[check.columns["column"] == "contact_id"].iloc[0]
    assert missing["understood"] == "missing"


def test_log_without_a_contact_left_is_not_usable(raw_log):
    check = check_log(raw_log(customer_id=None))
    assert not check.is_usable
    assert check.faults[0].startswith("no contact is left: all 3 rows are set aside")


def test_columns_table_tells_how_and_how_much(raw_log):
    check = check_log(raw_log(Reason=["a", "", None], mood="x"), attributes={"mood": "at_end"})
    table = check.columns.set_index("column")
    assert table.loc["reason_code", ["source", "understood"]].tolist() == ["Reason", "usual name"]
    assert table.loc["reason_code", "filled_rate"] == pytest.approx(1 / 3)
    assert table.loc["mood", "understood"] == "attribute, known at end"
    assert table.loc["contact_id", "filled_rate"] == 1


def test_switched_off_parts_name_what_is_missing(raw_log):
    bare = raw_log().rows.drop(columns="ended_at")
    off = dict(check_log(RawLog(bare, ["a"], [])).switched_off)
    assert off["topics, and evidence from text in links"] == "note"
    assert off["the reading same_code"] == "reason_code or case_id"
    assert off["windows that begin at the contact's end: they begin at its start"] == "ended_at"
    assert off["the cost of drivers in handle hours"] == "handle_seconds"


def test_column_without_a_value_counts_as_missing(raw_log):
    off = dict(check_log(raw_log(note=["", "NULL", None], case_id="k")).switched_off)
    assert off["topics, and evidence from text in links"] == "note"
    assert "the reading same_code" not in off


def test_handle_time_from_its_parts_is_not_missing(raw_log):
    raw = raw_log(talk_seconds="60")
    assert "handle_seconds" not in dict(map(reversed, check_log(raw).switched_off))


def test_short_logs_and_single_contacts_are_told(raw_log):
    # Three days: less than twice the windows 48h, 7d and 30d.
    raw = raw_log(customer_id=["u1", "u2", "u3"])
    off = dict(check_log(raw).switched_off)
    assert off["figures for the window 48h"] == "time: the log spans 2.6 days"
    assert "figures for the window 7d" in off
    assert off["everything about repeats"] == "customers with a second contact"
    days = pd.date_range("2025-01-01", periods=100, tz="UTC").strftime("%Y-%m-%dT10:00:00Z")
    long = raw_log(started_at=list(days), ended_at=None, contact_id=[f"c{n}" for n in range(100)])
    assert not any(
        "window" in part for part, lack in check_log(long).switched_off if "time" in lack
    )
