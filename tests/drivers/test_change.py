"""What changed, from a casebook: what is compared, by which segments, and what is said."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from fcr_ml.drivers.change import SMALLER_ONES, measure_change
from fcr_ml.drivers.sides import period_seconds
from fcr_ml.errors import SettingsError
from fcr_ml.frames import Casebook, write_casebook
from fcr_ml.frames.storage import write_csv

AS_OF = pd.Timestamp("2025-06-10", tz="UTC")


def book(folder: Path, contacts: pd.DataFrame, **more: Any) -> Casebook:
    """Write contacts with ``started_at, is_repeated`` as a casebook of 7 day windows.

    ``tables`` adds tables, the rest are settings. A row with ``has_ended`` false has no
    window. The log goes on to the day before :data:`AS_OF` with a contact that does not
    count.
    """
    last = contacts.tail(1).assign(started_at="2025-06-09", is_counted=False)
    contacts = pd.concat([contacts.assign(is_counted=contacts.get("is_counted", True)), last])
    contacts = contacts.reset_index(drop=True)
    size = len(contacts)
    ids = pd.Series([f"c-{row:06d}" for row in range(size)], dtype="string")
    if "customer_id" not in contacts:
        contacts = contacts.assign(customer_id=[f"k-{row:06d}" for row in range(size)])
    started = pd.to_datetime(contacts["started_at"], utc=True, format="ISO8601").dt.as_unit("us")
    ended = started.mask(~contacts.get("has_ended", pd.Series(True, index=contacts.index)))
    closes = ended + pd.Timedelta(days=7)
    is_closed = (closes <= AS_OF).fillna(False)
    outcome = contacts["is_repeated"].map({True: "repeated", False: "resolved"})
    outcomes = pd.DataFrame(
        {
            "contact_id": ids,
            "reading": "related",
            "window": "7d",
            "is_counted": contacts["is_counted"].astype(bool),
            "is_closed": is_closed,
            "outcome": outcome.where(is_closed, "open"),
            "repeated_probability": contacts["is_repeated"].astype(float),
            "closes_at": closes,
            "episode_id": ids,
        }
    )
    handled = contacts.drop(columns=["is_repeated", "is_counted"]).assign(
        contact_id=ids, started_at=started
    )
    tables = {"contacts": handled, "outcomes": outcomes} | more.pop("tables", {})
    settings = {"windows": ["7d"], "window": "7d", "reading": "related"} | more
    return write_casebook(folder / "casebook", tables, AS_OF, settings)


def rows_of(*groups: tuple[str, str, int, int]) -> pd.DataFrame:
    """Give contacts of (when, queue, how many, how many of them repeated)."""
    return pd.DataFrame(
        [
            {"started_at": when, "queue": queue, "is_repeated": number < repeated}
            for when, queue, contacts, repeated in groups
            for number in range(contacts)
        ]
    )


TWO_QUEUES = rows_of(
    ("2025-04-03", "Money", 60, 6),
    ("2025-04-09", "Access", 40, 20),
    ("2025-05-03", "Money", 40, 8),
    ("2025-05-09", "Access", 60, 30),
)
"""Worked by hand in ``test_split``: 26 % and 38 %."""


def _changes(told: pd.DataFrame) -> dict[tuple[str, str, str], float]:
    keys = told[["group", "value", "part"]].itertuples(index=False, name=None)
    return dict(zip(keys, told["change"], strict=True))


def test_two_queues_by_hand(tmp_path: Path) -> None:
    told = measure_change(book(tmp_path, TWO_QUEUES), by="queue")
    assert _changes(told) == {
        ("all", "all", "difference"): 0.12,
        ("all", "all", "rate"): 0.05,
        ("all", "all", "mix"): 0.07,
        ("queue", "Money", "rate"): 0.05,
        ("queue", "Money", "mix"): 0.034,
        ("queue", "Access", "rate"): 0.0,
        ("queue", "Access", "mix"): 0.036,
    }
    first = told.iloc[0]
    assert (first["before"], first["after"]) == ("2025-04", "2025-05")
    assert (first["reading"], first["window"]) == ("related", "7d")
    assert (first["closed_before"], first["repeated_before"]) == (100, 26)
    assert (first["closed_after"], first["repeated_after"]) == (100, 38)
    assert first["open_before"] == first["open_after"] == 0
    money = told[(told["value"] == "Money") & (told["part"] == "rate")].iloc[0]
    assert (money["share_before"], money["repeat_rate_after"]) == (0.6, 0.2)
    assert (told["change_low"] <= told["change"]).all()
    assert (told["change"] <= told["change_high"]).all()
    # Independent contacts: .26 x .74 / 100 + .38 x .62 / 100, root .0655, t about 1.98.
    assert first["change_high"] - first["change"] == pytest.approx(0.130, abs=0.003)
    is_tested = (told["part"] == "rate") & (told["group"] == "queue")
    assert (told["q_value"].notna() == is_tested).all()


def test_exchanging_the_sides_turns_every_sign(tmp_path: Path) -> None:
    casebook = book(tmp_path, TWO_QUEUES)
    there = measure_change(casebook, "queue", "2025-05", "2025-04")
    back = measure_change(casebook, "queue", "2025-04", "2025-05")
    assert _changes(back) == {key: -change for key, change in _changes(there).items()}
    pd.testing.assert_series_equal(back["change_low"], -there["change_high"], check_names=False)


def _random_log(seed: int) -> pd.DataFrame:
    """Give two months of contacts in topics of very unequal size, some new, some gone."""
    generator = np.random.default_rng(seed)
    parts = []
    for side, month in enumerate(("2025-04", "2025-05")):
        weights = generator.zipf(1.6, 40).astype(float)
        weights[side * 5 : side * 5 + 5] = 0
        size = int(generator.integers(60, 900))
        queue = generator.choice(40, size, p=weights / weights.sum())
        parts.append(
            pd.DataFrame(
                {
                    "started_at": f"{month}-02",
                    "queue": [f"q{number}" for number in queue],
                    "is_repeated": generator.random(size) < 0.1 + queue / 60,
                    "customer_id": [f"k{n}" for n in generator.integers(0, 300, size)],
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def test_printed_parts_add_up_to_the_last_digit(tmp_path: Path) -> None:
    kinds = set()
    for seed in range(20):
        told = measure_change(book(tmp_path / str(seed), _random_log(seed)), by="queue")
        write_csv(told, tmp_path / "changes.csv")
        # As text, not as floats: what stands in the file.
        printed = pd.read_csv(tmp_path / "changes.csv", dtype=str, encoding="utf-8-sig")
        change = printed["change"].map(lambda text: Fraction(text))
        is_segment = printed["group"] == "queue"
        sums = dict(zip(printed["part"][~is_segment], change[~is_segment], strict=True))
        for part, found in change[is_segment].groupby(printed["part"]):
            assert found.sum() == sums.pop(part)
        assert list(sums) == ["difference"]
        first = printed.iloc[0]
        difference = Fraction(first["repeat_rate_after"]) - Fraction(first["repeat_rate_before"])
        assert change[is_segment].sum() == change[0] == difference
        # Nothing is lost: every closed contact is in one segment.
        once = told[told["group"] == "queue"].drop_duplicates("value")
        assert once["closed_before"].sum() == told["closed_before"].iloc[0]
        assert once["closed_after"].sum() == told["closed_after"].iloc[0]
        kinds |= set(told["part"]) | set(told["value"])
    assert {"rate", "mix", "not_split", SMALLER_ONES} <= kinds


def test_new_and_vanished_segments_stand_apart(tmp_path: Path) -> None:
    log = rows_of(
        ("2025-04-03", "Money", 80, 16),
        ("2025-04-03", "Gone", 40, 10),
        ("2025-05-03", "Money", 80, 16),
        ("2025-05-03", "Fresh", 50, 25),
        ("2025-05-03", "Rare", 3, 3),
    )
    told = measure_change(book(tmp_path, log), by="queue")
    parts = set(told.loc[told["group"] == "queue", ["value", "part"]].itertuples(index=False))
    assert {tuple(pair) for pair in parts} == {
        ("Money", "rate"),
        ("Money", "mix"),
        ("Gone", "vanished"),
        ("Fresh", "new"),
        (SMALLER_ONES, "new"),
    }
    fresh = told[told["value"] == "Fresh"].iloc[0]
    assert fresh["closed_before"] == 0
    assert pd.isna(fresh["repeat_rate_before"])
    # Half of the new ones are repeated, so they raise the rate; a quarter of those gone were,
    # of 21.7 and 33.1 %: what has vanished was below, and its absence raises it a little.
    assert fresh["change"] > 0.05
    assert 0 < told.loc[told["value"] == "Gone", "change"].iloc[0] < 0.02
    # A rate of three contacts is none.
    assert pd.isna(told.loc[told["value"] == SMALLER_ONES, "repeat_rate_after"].iloc[0])


def test_open_contacts_are_counted_and_left_out(tmp_path: Path) -> None:
    log = pd.concat(
        [
            TWO_QUEUES,
            rows_of(("2025-06-01", "Money", 50, 9), ("2025-06-08", "Money", 70, 70)),
            rows_of(("2025-05-30", "Money", 5, 5)).assign(has_ended=False),
            rows_of(("2025-05-30", "Money", 5, 5)).assign(is_counted=False),
        ],
        ignore_index=True,
    ).fillna({"has_ended": True, "is_counted": True})
    log = log.astype({"has_ended": bool, "is_counted": bool})
    casebook = book(tmp_path, log)
    # June has 50 of 120 windows closed and is not ready; May is.
    assert measure_change(casebook, by="queue")["after"].iloc[0] == "2025-05"
    told = measure_change(casebook, "queue", after="2025-06")
    first = told.iloc[0]
    assert (first["before"], first["closed_after"], first["open_after"]) == ("2025-05", 50, 70)
    assert first["repeat_rate_after"] == 0.18
    assert (first["closed_before"], first["open_before"]) == (100, 0)


def test_a_period_without_enough_closed_contacts_has_no_rate(tmp_path: Path) -> None:
    log = pd.concat([TWO_QUEUES, rows_of(("2025-06-08", "Money", 70, 70))], ignore_index=True)
    casebook = book(tmp_path, log)
    told = measure_change(casebook, "queue", after="2025-06")
    assert told["part"].tolist() == ["difference"]
    assert told["remark"].tolist() == ["no closed contact in 2025-06"]
    assert told[["change", "change_low", "repeat_rate_after"]].isna().all(axis=None)
    assert (told["closed_before"][0], told["repeated_before"][0]) == (100, 38)
    assert (told["closed_after"][0], told["open_after"][0]) == (0, 70)
    few = measure_change(casebook, "queue", minimum_contacts=101)
    assert few["remark"].tolist() == ["not enough contacts in 2025-04 and 2025-05"]
    # One month alone leaves nothing to compare.
    alone = book(tmp_path / "alone", rows_of(("2025-05-03", "Money", 60, 6)))
    assert len(measure_change(alone)) == 0


def test_a_month_that_the_log_has_only_the_end_of_is_not_compared(tmp_path: Path) -> None:
    # As in a log from 29 February on: one day would stand for a month.
    log = TWO_QUEUES[~TWO_QUEUES["started_at"].str.startswith("2025-04")]
    log = pd.concat([log, rows_of(("2025-04-30", "Money", 60, 6))], ignore_index=True)
    casebook = book(tmp_path, log)
    assert len(measure_change(casebook)) == 0
    # Asked for, it is.
    assert measure_change(casebook, after="2025-05")["closed_before"].iloc[0] == 60


def test_two_queues_against_each_other(tmp_path: Path) -> None:
    log = TWO_QUEUES.assign(channel=["voice", "chat"] * 100)
    casebook = book(tmp_path, log)
    told = measure_change(casebook, "channel", "Access", "Money", column="queue")
    first = told.iloc[0]
    assert (first["before"], first["after"], first["change"]) == ("Money", "Access", 0.5 - 0.14)
    assert set(told["group"]) == {"all", "channel"}
    # A column is not split by itself, asked for or not.
    assert measure_change(casebook, None, "Access", "Money", "queue")["group"].iloc[-1] == "channel"
    with pytest.raises(SettingsError, match="compared and split by at once"):
        measure_change(casebook, "queue", "Access", "Money", "queue")


@pytest.mark.parametrize(("repeated", "rate"), [(True, 1.0), (False, 0.0)])
def test_all_or_none_repeated(tmp_path: Path, repeated: bool, rate: float) -> None:
    told = measure_change(book(tmp_path, TWO_QUEUES.assign(is_repeated=repeated)), by="queue")
    assert (told["change"] == 0).all()
    assert told["repeat_rate_after"].iloc[0] == rate
    # Nothing seen is not nothing possible: the interval stays open.
    assert told["change_high"].iloc[0] > 0.01
    assert (told["q_value"].dropna() == 1).all()


def test_a_constant_column_is_all_rate(tmp_path: Path) -> None:
    casebook = book(tmp_path, TWO_QUEUES.assign(product="phone"))
    told = _changes(measure_change(casebook, by="product"))
    assert told["product", "phone", "rate"] == told["all", "all", "difference"] == 0.12
    assert told["product", "phone", "mix"] == 0
    # Not asked for, it is passed over.
    assert measure_change(casebook)["group"].iloc[-1] == "queue"


def test_without_a_column_to_split_by_the_difference_stands_alone(tmp_path: Path) -> None:
    told = measure_change(book(tmp_path, TWO_QUEUES.drop(columns="queue")))
    assert told["part"].tolist() == ["difference"]
    assert told["change"].tolist() == [0.12]


def test_contacts_without_a_topic_are_told_by_the_reason(tmp_path: Path) -> None:
    size = len(TWO_QUEUES)
    ids = [f"c-{row:06d}" for row in range(size)]
    began = pd.Timestamp("2025-04-03", tz="UTC")
    card = {
        "terms": "a · b",
        "contacts": 1,
        "example_contact_id": ids[0],
        "first_seen_at": began,
        "last_seen_at": began,
    }
    cards = pd.DataFrame(
        [
            {"topic_id": "t1", "level": "topic", "topic": "invoice", "parent_topic_id": "h1"},
            {"topic_id": "h1", "level": "theme", "topic": "paying", "parent_topic_id": None},
        ]
    ).assign(**card)
    is_placed = np.arange(size) % 2 == 0
    topics = pd.DataFrame(
        {
            "contact_id": ids,
            "topic_id": np.where(is_placed, "t1", None),
            "no_topic_reason": np.where(is_placed, None, "not_alike"),
        }
    )
    casebook = book(tmp_path, TWO_QUEUES, tables={"topics": topics, "topic_cards": cards})
    # Without being asked the topic comes first.
    told = measure_change(casebook)
    assert set(told["value"]) == {"all", "invoice", "no topic: not alike"}
    by_theme = measure_change(casebook, by="theme")
    assert set(by_theme["value"]) == {"all", "paying", "no topic: not alike"}


def test_agents_are_people_unless_asked_for(tmp_path: Path) -> None:
    generator = np.random.default_rng(0)
    months = generator.choice(["2025-04-03", "2025-05-03"], 9_000)
    log = pd.DataFrame({"started_at": months, "is_repeated": generator.random(9_000) < 0.2})
    casebook = book(tmp_path, log.assign(agent_id=[f"a{n % 2_000}" for n in range(9_000)]))
    for asked in ({"by": "agent_id"}, {"column": "agent_id", "after": "a1", "before": "a2"}):
        with pytest.raises(SettingsError, match="people are no drivers"):
            measure_change(casebook, **asked)
    told = measure_change(casebook, by="agent_id", agents=True)
    # Four or five contacts each: not one agent is told apart.
    assert set(told["value"]) == {"all", SMALLER_ONES}


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "a slip": ({"by": "topics"}, "did you mean topic?"),
    "no column at all": ({"by": "shoe_size"}, "give one of topic, theme, reason_code, queue"),
    "an attribute known later": ({"by": "reopened"}, "cannot be split by 'reopened'"),
    "a column the log lacks": ({"by": "team"}, "the log has no team"),
    "topics of a log without": ({"by": "topic"}, "the log has no topic"),
    "a month before the log": ({"after": "2024-05"}, "no contact began in 2024-0"),
    "no period": ({"after": "May"}, "'May' is no period"),
    "a month that is none": ({"after": "2025-13"}, "no such period"),
    "a period turned round": ({"after": "2025-05/2025-04"}, "ends before it begins"),
    "one period twice": ({"after": "2025-05", "before": "2025-05"}, "overlap"),
    "a month and its quarter": ({"after": "2025-05", "before": "2025Q2"}, "overlap"),
    "before alone": ({"before": "2025-04"}, "Give the period as well"),
    "one value alone": ({"column": "queue", "after": "Money"}, "give the two values"),
    "a value twice": (
        {"column": "queue", "after": "Money", "before": "Money"},
        "compared with itself",
    ),
    "a value misspelt": (
        {"column": "queue", "after": "Acess", "before": "Money"},
        "did you mean Access?",
    ),
}


@pytest.mark.parametrize("name", list(REFUSED))
def test_what_cannot_be_compared_is_refused_with_the_mend(tmp_path: Path, name: str) -> None:
    asked, message = REFUSED[name]
    log = TWO_QUEUES.assign(reopened="yes")
    casebook = book(tmp_path, log, attributes={"reopened": "later"})
    with pytest.raises(SettingsError, match=message.replace("?", r"\?")):
        measure_change(casebook, **asked)


def test_an_attribute_that_is_named_splits(tmp_path: Path) -> None:
    log = TWO_QUEUES.assign(priority=np.where(np.arange(200) % 2, "high", "low"))
    casebook = book(tmp_path, log, attributes={"priority": "at_start"})
    assert set(measure_change(casebook, by="priority")["value"]) == {"all", "high", "low"}


@pytest.mark.parametrize(
    ("period", "first", "after"),
    [
        ("2025-05", "2025-05-01", "2025-06-01"),
        ("2025-12", "2025-12-01", "2026-01-01"),
        ("2025Q2", "2025-04-01", "2025-07-01"),
        ("2024", "2024-01-01", "2025-01-01"),
        ("2024-02-29", "2024-02-29", "2024-03-01"),
        ("2025-05-12/2025-05-18", "2025-05-12", "2025-05-19"),
        ("2025-04/2025-05", "2025-04-01", "2025-06-01"),
    ],
)
def test_periods_are_utc_and_hold_their_last_day(period: str, first: str, after: str) -> None:
    ends = [int(pd.Timestamp(day, tz="UTC").timestamp()) for day in (first, after)]
    assert list(period_seconds(period)) == ends


def test_a_contact_at_the_turn_of_the_month_is_in_one_period(tmp_path: Path) -> None:
    turn = pd.Series(
        ["2025-04-30T23:59:59.999999Z", "2025-05-01T00:00:00Z", "2025-05-31T23:59:59Z"] * 30
    )
    log = pd.DataFrame({"started_at": turn, "is_repeated": False, "channel": "voice"})
    told = measure_change(book(tmp_path, log), after="2025-05", before="2025-04")
    assert (told["closed_before"][0], told["closed_after"][0]) == (30, 60)


@pytest.mark.parametrize(
    ("codes", "taken"),
    [
        # 25 reason codes have 8 contacts a month: none is told apart, so queues are taken.
        (25, "queue"),
        # Four have 50 each.
        (4, "reason_code"),
    ],
)
def test_the_first_column_that_tells_half_of_the_contacts_apart_is_taken(
    tmp_path: Path, codes: int, taken: str
) -> None:
    contacts = rows_of(
        *((f"2025-{month}-05", queue, 100, 20) for month in ("04", "05") for queue in "AB")
    )
    contacts["reason_code"] = [f"code {row % codes:02d}" for row in range(len(contacts))]

    told = measure_change(book(tmp_path, contacts), after="2025-05", before="2025-04")

    assert set(told["group"]) == {"all", taken}
    assert SMALLER_ONES not in set(told["value"])


def test_where_no_column_tells_half_apart_the_one_that_comes_nearest_is_taken(
    tmp_path: Path,
) -> None:
    contacts = rows_of(*((f"2025-{month}-05", "any", 200, 20) for month in ("04", "05")))
    rows = np.arange(len(contacts))
    # Of 200 a month 40 have the code 'often' and 60 the queue 'main'; the rest are small.
    contacts["reason_code"] = np.where(rows % 5 == 0, "often", [f"c{row % 40}" for row in rows])
    contacts["queue"] = np.where(rows % 10 < 3, "main", [f"q{row % 50}" for row in rows])

    told = measure_change(book(tmp_path, contacts), after="2025-05", before="2025-04")

    assert set(told["group"]) == {"all", "queue"}


def test_half_a_month_is_no_month(tmp_path: Path) -> None:
    # A log until 15 June of which every window has closed by then: June is not compared.
    days = pd.date_range("2025-04-01", "2025-06-15", tz="UTC", freq="6h")
    contacts = pd.DataFrame(
        {
            "contact_id": [f"c-{row:06d}" for row in range(len(days))],
            "customer_id": [f"k-{row:06d}" for row in range(len(days))],
            "started_at": days,
            "queue": "Money",
        }
    )
    outcomes = contacts[["contact_id"]].assign(
        reading="related",
        window="24h",
        is_counted=True,
        is_closed=True,
        outcome="resolved",
        repeated_probability=0.0,
        closes_at=days,
        episode_id=contacts["contact_id"],
    )
    tables = {"contacts": contacts, "outcomes": outcomes}
    settings = {"windows": ["24h"], "window": "24h", "reading": "related"}
    as_of = pd.Timestamp("2025-06-16", tz="UTC")
    told = measure_change(write_casebook(tmp_path / "half", tables, as_of, settings))
    assert told[["before", "after"]].iloc[0].tolist() == ["2025-04", "2025-05"]
