"""Counts and rates as of the moment: a naive re-computation over random logs agrees."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from fcr_ml.features import build_features
from fcr_ml.features.history import PRIOR_CONTACTS
from fcr_ml.features.moments import read_contacts
from fcr_ml.frames import write_casebook
from tests.features.random_log import SETTINGS, instants, random_casebook

DAY = 86_400
SEEDS = range(3)


Row = dict[str, Any]


def naive_counts(
    contacts: list[Row], one: Row, key: str, clock: str, days: int, point: str = "moment_epoch"
) -> int:
    """Count, in a loop, other contacts of the same key inside the days before the point."""
    return sum(
        other["contact_id"] != one["contact_id"]
        and other[key] == one[key]
        and one[point] - days * DAY <= other[clock] < one[point]
        for other in contacts
    )


def naive_rate(contacts: list[Row], one: Row, key: str) -> float:
    """Take the smoothed rate, in a loop, over labels closed strictly before the moment."""
    known = [other for other in contacts if other["closes_epoch"] < one["moment_epoch"]]
    if not known or one[key] is None:
        return np.nan
    overall = sum(other["repeats"] for other in known) / len(known)
    same = [other["repeats"] for other in known if other[key] == one[key]]
    return float((sum(same) + PRIOR_CONTACTS * overall) / (len(same) + PRIOR_CONTACTS))


def plain_rows(contacts: pd.DataFrame) -> list[Row]:
    """Give contacts with floats and Nones instead of nullable types, for loops."""
    shown = contacts.astype(object).where(contacts.notna(), None)
    for name in ("moment_epoch", "started_epoch", "closes_epoch"):
        shown[name] = contacts[name].astype("Float64").to_numpy(float, na_value=np.nan)
    repeats = contacts["repeats_millionths"].astype("Float64")
    shown["repeats"] = repeats.to_numpy(float, na_value=np.nan) / 1e6
    return [{str(k): v for k, v in row.items()} for row in shown.to_dict("records")]


@pytest.mark.parametrize("seed", SEEDS)
def test_counts_and_rates_equal_a_loop(tmp_path: Path, seed: int) -> None:
    casebook = random_casebook(tmp_path / "c", seed)
    contacts = plain_rows(read_contacts(casebook))
    rows = build_features(casebook).frame.set_index("contact_id").to_dict("index")
    ended = [one for one in contacts if not np.isnan(one["moment_epoch"])]
    assert list(rows) == [one["contact_id"] for one in ended]
    for one in ended:
        row = rows[one["contact_id"]]
        for days, name in ((7, "_7d"), (30, "_30d"), (365, "_365d"), (9_999, "")):
            counted = naive_counts(
                contacts, one, "customer_id", "started_epoch", days, point="started_epoch"
            )
            assert row[f"earlier_contacts{name}"] == counted
        in_case = np.nan
        if one["case_id"] is not None:
            in_case = naive_counts(contacts, one, "case_id", "moment_epoch", 9_999)
        np.testing.assert_equal(row["earlier_in_case"], in_case)
        for key in ("customer_id", "channel", "queue", "agent_id", "reason_code", "topic_id"):
            rate = row[f"{key.removesuffix('_id')}_repeat_rate"]
            np.testing.assert_allclose(rate, naive_rate(contacts, one, key))


@pytest.mark.parametrize("seed", SEEDS)
def test_the_previous_contact_is_the_last_one_begun_before(tmp_path: Path, seed: int) -> None:
    casebook = random_casebook(tmp_path / "c", seed)
    contacts = plain_rows(read_contacts(casebook))
    rows = build_features(casebook).frame.set_index("contact_id").to_dict("index")
    for one in contacts:
        if np.isnan(one["moment_epoch"]):
            continue
        row = rows[one["contact_id"]]
        before = [
            other
            for other in contacts
            if other["customer_id"] == one["customer_id"]
            and other["started_epoch"] < one["started_epoch"]
        ]
        if not before:
            assert np.isnan(row["hours_since_previous"])
            continue
        last = max(before, key=lambda other: (other["started_epoch"], other["contact_id"]))
        seconds = one["started_epoch"] - last["started_epoch"]
        assert row["hours_since_previous"] == seconds / 3_600
        has_ended = last["moment_epoch"] < one["moment_epoch"]
        assert row["is_previous_running"] == (0 if has_ended else 1)
        is_same = float(one["reason_code"] == last["reason_code"])
        is_known = has_ended and None not in (one["reason_code"], last["reason_code"])
        np.testing.assert_equal(row["is_previous_reason_code"], is_same if is_known else np.nan)


def test_a_history_told_by_hand(tmp_path: Path) -> None:
    # One customer, all in January; each handled for an hour, windows of 7 days.
    # a: day 0, repeated by b on day 2; b resolved after that; c: day 20; d: day 20 and 30 minutes,
    # while c is still running; e of another customer in the same queue: day 21.
    begin = 1_704_067_200
    started = begin + np.array([0, 2 * DAY, 20 * DAY, 20 * DAY + 1_800, 21 * DAY])
    contacts = pd.DataFrame(
        {
            "contact_id": list("abcde"),
            "customer_id": ["u", "u", "u", "u", "v"],
            "started_at": instants(started),
            "ended_at": instants(started + 3_600),
            "queue": "billing",
            "reason_code": ["x", "y", "x", "x", "x"],
        }
    )
    repeated = np.array([1.0, 0.0, 1.0, 0.0, 0.0])
    outcomes = pd.DataFrame(
        {
            "contact_id": contacts["contact_id"],
            "reading": "any_return",
            "window": "7d",
            "is_counted": True,
            "is_closed": [True, True, False, False, False],
            "outcome": ["repeated", "resolved", "repeated", "open", "open"],
            "repeated_probability": repeated,
            "closes_at": contacts["ended_at"] + pd.Timedelta(days=7),
            "episode_id": contacts["contact_id"],
        }
    )
    as_of = instants(np.array([begin + 22 * DAY]))[0]
    casebook = write_casebook(
        tmp_path / "c", {"contacts": contacts, "outcomes": outcomes}, as_of, SETTINGS
    )
    rows = build_features(casebook).frame.set_index("contact_id")

    # Nothing had closed when a and b ended: the rate is unknown, not zero.
    assert rows["queue_repeat_rate"].isna().tolist() == [True, True, False, False, False]
    # By c's end a (repeated) and b (resolved) had closed: 1 of 2, pulled towards 1 of 2.
    assert rows.loc["c", "queue_repeat_rate"] == 0.5
    assert rows.loc["c", "queue_closed"] == 2
    # Day 20: a lies 20 days back, b 18; d began while c ran, which does not make it earlier.
    assert rows.loc["c", ["earlier_contacts_7d", "earlier_contacts_30d"]].tolist() == [0, 2]
    assert rows.loc["c", "contacts_while_running"] == 1
    assert rows.loc["d", "contacts_while_running"] == 0
    assert rows.loc["d", "hours_since_previous"] == 0.5
    # c ended at 20 days and 1 hour, before d did: its reason code was known by then.
    assert rows.loc["d", "is_previous_reason_code"] == 1
    assert rows.loc["c", "earlier_same_reason_code"] == 1
    assert rows.loc["e", "earlier_contacts"] == 0
    # 24 hours before e ended at 21 days and 1 hour: nobody but e itself, begun an hour ago;
    # c and d began 25 and 24.5 hours before.
    assert rows.loc["e", "desk_load"] == 0


def test_equal_seconds_are_not_before(tmp_path: Path) -> None:
    # p's window runs out in the very second in which q ends, and r begins in it.
    begin = 1_704_067_200
    contacts = pd.DataFrame(
        {
            "contact_id": ["p", "q", "r"],
            "customer_id": "u",
            "started_at": instants(np.array([begin, begin + 7 * DAY, begin + 7 * DAY + 60])),
            "ended_at": instants(np.array([begin + 60, begin + 7 * DAY + 60, np.nan])),
        }
    )
    outcomes = pd.DataFrame(
        {
            "contact_id": ["p"],
            "reading": "any_return",
            "window": "7d",
            "is_counted": True,
            "is_closed": True,
            "outcome": "repeated",
            "repeated_probability": 1.0,
            "closes_at": instants(np.array([begin + 7 * DAY + 60])),
            "episode_id": "p",
        }
    )
    as_of = instants(np.array([begin + 30 * DAY]))[0]
    casebook = write_casebook(
        tmp_path / "c", {"contacts": contacts, "outcomes": outcomes}, as_of, SETTINGS
    )
    rows = build_features(casebook).frame.set_index("contact_id")
    assert np.isnan(rows.loc["q", "desk_repeat_rate"])
    assert rows.loc["q", "earlier_contacts"] == 1
