"""The moment of the analysis: chosen soberly, and nothing after it is seen."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from fcr_ml.contacts import CleanLog, RawLog, clean_log
from fcr_ml.contacts.moment import given_moment, usual_moment
from fcr_ml.errors import DataError


def daily(first: str, last: str, per_day: int) -> list[pd.Timestamp]:
    days = pd.date_range(first, last, tz="UTC")
    return [day + pd.Timedelta(hours=9) for day in days for _ in range(per_day)]


def test_regular_log_ends_with_its_last_day():
    starts = pd.Series(daily("2025-01-01", "2025-03-31", 10))
    assert usual_moment(starts) == pd.Timestamp("2025-04-01", tz="UTC")


def test_ragged_end_and_mistyped_years_do_not_count():
    starts = daily("2025-01-01", "2025-03-31", 10) + daily("2025-04-01", "2025-06-30", 1)
    starts += [pd.Timestamp("2099-01-01", tz="UTC"), pd.Timestamp("9999-12-31", tz="UTC")]
    starts_series = pd.Series(starts).astype("datetime64[us, UTC]")
    assert usual_moment(starts_series) == pd.Timestamp("2025-04-01", tz="UTC")


def test_one_busy_week_is_not_the_usual():
    # An outage brought ten times the contacts for a week in the middle of two months.
    starts = daily("2025-01-01", "2025-02-28", 10) + daily("2025-02-01", "2025-02-07", 90)
    assert usual_moment(pd.Series(starts)) == pd.Timestamp("2025-03-01", tz="UTC")


def test_quiet_sunday_at_the_end_counts():
    # 2025-03-30 is a Sunday; Sundays have 2 contacts where other days have 50.
    starts = [
        moment
        for day in pd.date_range("2025-01-01", "2025-03-30", tz="UTC")
        for moment in [day] * (2 if day.day_of_week == 6 else 50)
    ]
    assert usual_moment(pd.Series(starts)) == pd.Timestamp("2025-03-31", tz="UTC")


def test_single_contact_has_a_moment():
    assert usual_moment(pd.Series([pd.Timestamp("2025-03-01T10:00Z")])) == pd.Timestamp(
        "2025-03-02", tz="UTC"
    )


def test_moment_does_not_depend_on_row_order():
    starts = pd.Series(daily("2025-01-01", "2025-02-20", 3) + daily("2025-02-21", "2025-04-01", 1))
    shuffled = starts.sample(frac=1, random_state=0)
    assert usual_moment(starts) == usual_moment(shuffled)


@pytest.mark.parametrize(
    ("given", "moment"),
    [
        ("2025-06-30", "2025-06-30T00:00:00Z"),
        ("2025-06-30T12:00", "2025-06-30T12:00:00Z"),
        ("2025-06-30T12:00:00+02:00", "2025-06-30T10:00:00Z"),
        (pd.Timestamp("2025-06-30"), "2025-06-30T00:00:00Z"),
    ],
)
def test_given_moments(given, moment):
    faults: list[str] = []
    assert given_moment(given, faults) == pd.Timestamp(moment)
    assert faults == []


@pytest.mark.parametrize("given", ["today", "now", "30/06/2025", "2025-02-30", ""])
def test_moments_that_are_none_are_faults(given, raw_log):
    with pytest.raises(
        DataError, match=r"--as-of: '.*' is not a date; give one such as 2025-06-30"
    ):
        clean_log(raw_log(), as_of=given)


def log_with_everything(seed: int) -> RawLog:
    """Give 300 contacts with all columns, some faulty rows, some repeated ids."""
    draws = np.random.default_rng(seed)
    rows = 300
    starts = pd.Timestamp("2025-01-01", tz="UTC") + pd.to_timedelta(
        draws.integers(0, 60 * 86_400, rows), unit="s"
    )
    ends = starts + pd.to_timedelta(draws.integers(-3_600, 10 * 86_400, rows), unit="s")
    ended = pd.Series(ends.strftime("%Y-%m-%dT%H:%M:%SZ")).mask(draws.random(rows) < 0.2)
    table = pd.DataFrame(
        {
            "contact_id": [f"c{n}" for n in draws.integers(0, 280, rows)],
            "customer_id": [f"u{n}" for n in draws.integers(0, 50, rows)],
            "started_at": starts.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "ended_at": ended,
            "agent_id": "a1",
            "reason_code": "r1",
            "case_id": "k1",
            "direction": "in",
            "talk_seconds": "60",
            "csat": "5",
            "note": "words",
            "resolution_note": "answer",
            "symptom": "s1",
            "made_sla": "yes",
            "city": "x",
        }
    ).astype("string")
    return RawLog(table, ["made"], [])


ATTRIBUTES = {"symptom": "at_start", "made_sla": "later"}
HIDDEN = [
    *("ended_at", "agent_id", "talk_seconds", "csat", "resolution_note", "made_sla", "city"),
]


def cut_by_hand(raw: RawLog, as_of: pd.Timestamp) -> RawLog:
    """Give the log as it would have been exported at a moment."""
    started, ended = (pd.to_datetime(raw.rows[name]) for name in ("started_at", "ended_at"))
    rows = raw.rows[started <= as_of].reset_index(drop=True)
    running = (ended > as_of)[started <= as_of].to_numpy()
    return RawLog(rows.assign(**{name: rows[name].mask(running) for name in HIDDEN}), ["cut"], [])


# Whoever reads the whole log as of a moment must see what a log exported at that
# moment says: otherwise a replay of the past would know its future.
@pytest.mark.parametrize("seed", range(5))
def test_full_log_as_of_a_moment_equals_the_log_cut_at_it(seed):
    raw = log_with_everything(seed)
    as_of = pd.Timestamp("2025-02-01T12:00:00Z")
    full = clean_log(raw, as_of=as_of, attributes=ATTRIBUTES)
    cut = clean_log(cut_by_hand(raw, as_of), as_of=as_of, attributes=ATTRIBUTES)
    pd.testing.assert_frame_equal(full.contacts, cut.contacts)
    assert (full.contacts["started_at"] <= as_of).all()
    assert not (full.contacts["ended_at"] > as_of).any()
    assert len(full.set_aside) > len(cut.set_aside)


def running_contact(raw: RawLog) -> tuple[pd.Series, CleanLog]:
    clean = clean_log(raw, as_of="2025-02-01", attributes=ATTRIBUTES)
    rows = raw.rows.drop_duplicates("contact_id", keep=False).set_index("contact_id")
    ended = pd.to_datetime(rows["ended_at"])
    late = clean.contacts[clean.contacts["contact_id"].map(ended) > clean.as_of]
    return late.iloc[0], clean


def test_running_contact_keeps_what_was_there_from_the_beginning():
    contact, clean = running_contact(log_with_everything(0))
    kept = ["note", "reason_code", "case_id", "direction", "symptom"]
    assert contact[kept].notna().all()
    assert contact[HIDDEN].isna().all()
    assert any("contacts end after the moment of the analysis" in r for r in clean.remarks)
    assert any("1 further columns" in r and "city" in r for r in clean.remarks)


def test_contact_that_ends_at_the_moment_has_ended(raw_log):
    clean = clean_log(raw_log(), as_of="2025-03-03T10:05:00Z")
    assert clean.contacts["ended_at"].notna().all()
    assert len(clean.contacts) == 3
    earlier = clean_log(raw_log(), as_of="2025-03-03T10:04:59Z")
    assert earlier.contacts["ended_at"].isna().tolist() == [False, False, True]
