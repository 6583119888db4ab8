"""Next issues: the counts by hand and by a plain loop, and where there is nothing to say."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from fcr_ml.drivers.next_counts import count_next_issues, next_issues_engine
from fcr_ml.drivers.transitions import NextIssues, find_next_issues, judge_pairs
from fcr_ml.frames.conform import empty
from fcr_ml.frames.next_issues import AVOIDANCE, TRANSITIONS
from tests.linked_casebook import link

from .next_log import draw_contacts, write_log

X, Y, Z = 0, 1, 2
DAYS = 60


def rows_of(*contacts: tuple[int, int, float]) -> pd.DataFrame:
    """Give ``(customer, topic, day)`` as a log by time, handled at once."""
    log = pd.DataFrame(contacts, columns=["customer", "topic", "day"])
    log = log.assign(began=log.pop("day") * 24, hours=0.0)
    return log.sort_values(["began", "customer"], ignore_index=True)


def by_hand() -> pd.DataFrame:
    """Give fourteen compared contacts about X: ten followed by Y, one before, one later.

    A contact is compared from day 9, a window after the log began, to day 32, four weeks
    before it ends.
    """
    followed = [row for k in range(10) for row in ((k, X, 10.0), (k, Y, 11.0))]
    return rows_of(
        *followed,
        *((10, Y, 9.0), (10, X, 10.0)),  # before
        *((11, X, 10.0), (11, Y, 32.0)),  # later: in the window that begins on day 31
        *((12, X, 10.0), (12, Z, 10.5), (12, Y, 11.0)),  # something else came next
        *((13, X, 10.0), (13, Y, 18.0)),  # after the window
        *((14, X, 2.0), (14, Y, 3.0)),  # too early to know the time before
        *((15, X, 50.0), (15, Y, 51.0)),  # too late to know the time later
    )


def told(folder: Path, log: pd.DataFrame, **given: Any) -> NextIssues:
    return find_next_issues(write_log(folder / "casebook", log, **({"days": DAYS} | given)))


def test_the_figures_are_those_counted_by_hand(tmp_path: Path) -> None:
    found = told(tmp_path, by_hand())

    row = found.transitions.iloc[0]
    assert len(found.transitions) == 1
    assert (row["topic"], row["next_topic"]) == ("topic 0", "topic 1")
    assert row["compared_contacts"] == 14
    assert row["followed_contacts"] == row["followed_customers"] == 10
    assert (row["before_contacts"], row["later_contacts"], row["expected_contacts"]) == (1, 1, 1)
    assert row["lift"] == 10.5 / 1.5
    assert row["excess_contacts"] == 9
    assert row["excess_rate"] == 9 / 14
    # Variance between the 14 customers: (11 - 81 / 14) 14 / 13; t with 10 degrees: 2.228.
    assert row["excess_contacts_low"] == pytest.approx(9 - 2.22814 * 2.36966, abs=1e-4)
    assert row["excess_contacts_high"] == 14
    assert row["median_hours"] == row["quarter_hours"] == 24
    assert row["next_topic_contacts"] == 14
    assert row["spared_rate"] == 9 / 14
    # Eleven customers differ, ten of them one way: (11 + 1) / 2^11, and two pairs were
    # looked at, X to Y and Y to X.
    assert found.pairs_looked_at == 2
    assert row["q_value"] == pytest.approx(2 * 12 / 2**11)
    assert (row["reading"], row["window"]) == ("next_issue", "7d")


def test_avoidance_is_one_less_what_goes_beyond_the_later_time(tmp_path: Path) -> None:
    casebook = write_log(tmp_path / "casebook", by_hand(), days=DAYS)
    avoidance = find_next_issues(casebook, minimum_contacts=14).avoidance.set_index("topic")

    # Ten followed by Y and one by Z; one contact about Y in the later time.
    assert avoidance.loc["topic 0", "followed_contacts"] == 11
    assert avoidance.loc["topic 0", "expected_contacts"] == 1
    assert avoidance.loc["topic 0", "avoidance_rate"] == pytest.approx(1 - 10 / 14)
    assert avoidance.loc["topic 2", "remark"] == "not enough contacts"
    assert pd.isna(avoidance.loc["topic 2", "avoidance_rate"])


def test_the_test_is_an_exact_sign_test_of_the_worse_side() -> None:
    counts = {
        "more_than_before": [10, 10],
        "less_than_before": [0, 0],
        "more_than_later": [9, 10],
        "less_than_later": [1, 0],
    }
    judged = judge_pairs(pd.DataFrame(counts), is_later=True)
    assert judged["p_value"].tolist() == pytest.approx([11 / 2**10, 1 / 2**10])
    assert judge_pairs(pd.DataFrame(counts), is_later=False)["p_value"].max() == 1 / 2**10


def test_a_return_while_the_contact_is_still_handled_follows_it(tmp_path: Path) -> None:
    # The log begins two days earlier: a contact that lasts two days looks back as far.
    log = pd.concat([rows_of((20, Z, 0.0)), by_hand()], ignore_index=True)
    log = log.assign(hours=lambda log: np.where(log["topic"] == X, 48.0, 0.0))
    found = told(tmp_path, log)
    assert found.transitions["median_hours"].tolist() == [-24]


def test_windows_from_the_start_and_contacts_that_have_not_ended(tmp_path: Path) -> None:
    log = pd.concat([rows_of((20, Z, 0.0)), by_hand()], ignore_index=True)
    log = log.assign(hours=lambda log: np.where(log["topic"] == X, 48.0, 0.0))
    from_start = told(tmp_path / "start", log, window_from="start").transitions
    assert from_start["median_hours"].tolist() == [24]
    # A contact about Y that has not ended is still what came next.
    log["hours"] = log["hours"].mask((log["topic"] == Y) & (log["customer"] < 5))
    assert told(tmp_path / "open", log).transitions["followed_contacts"].tolist() == [11]


def test_contacts_in_the_same_second_have_no_order(tmp_path: Path) -> None:
    log = by_hand()
    assert (
        told(tmp_path, log.assign(began=log["began"].replace(11 * 24.0, 240.0))).pairs_looked_at
        == 0
    )


def plain_counts(log: pd.DataFrame, days: int, weeks: int) -> Counter[tuple[str, int, int]]:
    """Count by a loop over customers what stands beside each compared contact."""
    counts: Counter[tuple[str, int, int]] = Counter()
    first = log["began"].min()
    for _, own in log[log["is_kept"]].groupby("customer"):
        contacts = [(row.began, row.topic, row.hours) for row in own.itertuples()]
        for began, topic, hours in contacts:
            reach = hours + 168
            if began - reach < first or began + weeks * 168 + reach > days * 24:
                continue
            counts["compared", topic, -1] += 1
            after = [(b, t) for b, t, _ in contacts if began < b <= began + reach]
            before = [(-b, t) for b, t, _ in contacts if began - reach <= b < began]
            moment = began + weeks * 168
            later = [(b, t) for b, t, _ in contacts if moment < b <= moment + reach]
            for side, beside in (("near", after), ("before", before), ("later", later)):
                if beside and min(beside)[1] != topic:
                    counts[side, topic, min(beside)[1]] += 1
    return counts


@pytest.mark.parametrize("seed", range(3))
def test_the_statements_count_what_a_plain_loop_counts(tmp_path: Path, seed: int) -> None:
    draw = np.random.default_rng(seed)
    log = draw_contacts(seed, {(0, 1): 0.2, (2, 3): 0.2}, size=1_500, topics=5, days=90)
    log = log.assign(began=(log["began"] * 3_600).round() / 3_600)
    log["topic"] = np.where(draw.random(len(log)) < 0.15, -1, log["topic"])
    log["is_counted"] = draw.random(len(log)) < 0.9
    is_asked_for = draw.random(len(log)) < 0.05
    log["is_kept"] = log["is_counted"] & ~is_asked_for & (log["topic"] >= 0)
    asked_for = [
        link("c-x", f"c-{place:07d}", 1.0, reaction="gives_asked_information")
        for place in np.flatnonzero(is_asked_for)
    ]
    casebook = write_log(tmp_path / "c", log, days=90, links=pd.DataFrame(asked_for))

    with next_issues_engine(casebook) as engine:
        counted = count_next_issues(engine, casebook)

    assert counted.later_weeks == 3
    expected = plain_counts(log, 90, weeks=3)
    found = {("compared", int(t[1:]), -1): n for t, n in counted.topics["contacts"].items()}
    for side in ("near", "before", "later"):
        for row in counted.pairs[counted.pairs[side] > 0].to_dict("records"):
            pair = (side, int(row["topic_id"][1:]), int(row["next_topic_id"][1:]))
            found[pair] = row[side]
    assert found == dict(expected)


def test_two_runs_and_any_row_order_give_the_same_tables(tmp_path: Path) -> None:
    log = draw_contacts(5, {(0, 1): 0.25}, size=2_000, topics=6)
    one, two = (told(tmp_path / name, log, days=180) for name in "ab")
    pd.testing.assert_frame_equal(one.transitions, two.transitions)
    pd.testing.assert_frame_equal(one.avoidance, two.avoidance)


NOTHING = {
    "one topic": (draw_contacts(0, size=500, topics=1), 180),
    "no topics at all": (draw_contacts(0, size=500).assign(topic=-1), 180),
    "an empty log": (draw_contacts(0, size=500).iloc[:0], 180),
    "all windows open": (by_hand(), 15),
    "as many topics as contacts": (rows_of(*((n, n, n / 10) for n in range(500))), 180),
}


@pytest.mark.parametrize("name", NOTHING)
def test_where_there_is_nothing_to_compare_both_tables_say_so(tmp_path: Path, name: str) -> None:
    log, days = NOTHING[name]
    found = told(tmp_path, log, days=days)

    pd.testing.assert_frame_equal(found.transitions, empty(TRANSITIONS))
    assert found.pairs_looked_at == 0
    assert list(found.avoidance.columns) == list(AVOIDANCE.columns)
    if name != "one topic":
        assert found.avoidance["avoidance_rate"].isna().all()


def test_a_log_too_short_for_later_is_held_against_before_alone(tmp_path: Path) -> None:
    log = by_hand()
    found = told(tmp_path, log[log["began"] < 30 * 24], days=30)
    assert found.later_weeks is None
    assert found.transitions["later_contacts"].isna().all()
    assert found.transitions["expected_contacts"].tolist() == [1]
    assert set(found.avoidance["remark"]) == {"log too short"}


def test_one_customer_with_ten_thousand_contacts_makes_no_transition(tmp_path: Path) -> None:
    usual = draw_contacts(1, size=2_000, topics=6)
    # The same customer goes from X to Y five thousand times, and from Y on to anything.
    turns = np.tile([X, Y], 5_000)
    busy = pd.DataFrame(
        {"customer": 999_999, "topic": turns, "began": np.arange(10_000) * 0.4 + 200, "hours": 0.1}
    )
    busy.loc[busy.index % 2 == 0, "began"] += 0.35
    log = pd.concat([usual, busy]).sort_values(["began", "customer"], ignore_index=True)
    assert told(tmp_path, log, days=180).transitions.empty


def test_three_hundred_topics_cost_seconds(tmp_path: Path) -> None:
    log = draw_contacts(2, {(0, 1): 0.5, (2, 3): 0.5}, size=20_000, topics=300)
    found = told(tmp_path, log, days=180)
    assert {("t000", "t001"), ("t002", "t003")} >= set(
        found.transitions[["topic_id", "next_topic_id"]].itertuples(index=False, name=None)
    )
    assert len(found.avoidance) == 300
