"""Rises that were planted are found days before a month is over; elsewhere it is silent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_matrix

from fcr_ml.frames.tables import EMERGING
from fcr_ml.topics.emerging import find_emerging
from fcr_ml.topics.expectation import Expectation, expect_counts
from fcr_ml.topics.holders import count_customers, read_topics, said_terms
from fcr_ml.topics.thinning import is_personal_name, thin_terms

AS_OF = pd.Timestamp("2025-06-12 15:00", tz="UTC")
TOPICS = 12
WORDS = np.array([f"word{'abcdefghij'[n % 10]}{n}" for n in range(400)])


@dataclass
class Log:
    """A simulated log with notes and topics, rows alike."""

    contacts: pd.DataFrame
    notes: pd.DataFrame
    topics: pd.DataFrame
    cards: pd.DataFrame

    def emerging(self, as_of: pd.Timestamp = AS_OF) -> pd.DataFrame:
        return find_emerging(self.contacts, self.notes, self.topics, self.cards, as_of)

    def rows(self, places: Any) -> Log:
        tables = (self.contacts, self.notes, self.topics)
        kept = [table.iloc[places].reset_index(drop=True) for table in tables]
        return Log(kept[0], kept[1], kept[2], self.cards)

    def joined(self, other: Log) -> Log:
        pairs = zip(
            (self.contacts, self.notes, self.topics),
            (other.contacts, other.notes, other.topics),
            strict=True,
        )
        both = [pd.concat(pair, ignore_index=True) for pair in pairs]
        return Log(both[0], both[1], both[2], self.cards)


def log_of(ids: Any, customers: Any, started: Any, notes: Any, topics: Any) -> Log:
    cards = pd.DataFrame(
        {
            "topic_id": [f"t{n:03d}" for n in range(TOPICS + 2)],
            "topic": [f"matter {n}" for n in range(TOPICS + 2)],
        }
    )
    return Log(
        pd.DataFrame({"contact_id": ids, "customer_id": customers, "started_at": started}),
        pd.DataFrame({"contact_id": ids, "note": notes, "language": "en", "is_thin": False}),
        pd.DataFrame({"contact_id": ids, "topic_id": topics}),
        cards,
    )


def quiet_log(
    seed: int, weeks: int = 14, weekly: int = 150, surge: float = 1, rise: float = 1
) -> Log:
    """Give a log in which nothing rises, but much stirs.

    Weekdays differ in volume and in what they bring, topics grow and shrink by two per
    cent a week, their shares leap by a fifth from day to day, volume leaps too, and every
    fourth contact is of a customer who was there before. In the last five days volume is
    ``surge`` times as large, and the share of topic ``t004`` ``rise`` times.
    """
    rng = np.random.default_rng(seed)
    days = np.arange(weeks * 7)
    weekday = np.array([1.3, 1.1, 1.0, 1.0, 0.9, 0.5, 0.4])[days % 7]
    volume = rng.poisson(weekly / 6.2 * weekday * rng.gamma(25, 1 / 25, len(days)))
    volume[-5:] = (surge * volume[-5:]).astype(int)
    shares = rng.dirichlet(np.full(TOPICS, 3.0))
    trend = np.exp(np.outer(days / 7, rng.normal(0, 0.02, TOPICS)))
    season = rng.gamma(20, 1 / 20, (7, TOPICS))[days % 7]
    daily = shares * trend * season * rng.gamma(25, 1 / 25, (len(days), TOPICS))
    daily[-5:, 4] *= rise
    daily /= daily.sum(axis=1, keepdims=True)
    topic = np.concatenate([rng.choice(TOPICS, n, p=p) for n, p in zip(volume, daily, strict=True)])
    day = np.repeat(days, volume)
    count = len(day)
    started = AS_OF - pd.to_timedelta(weeks * 7 - day - rng.random(count), unit="D")
    back = rng.random(count) < 0.25
    customer = np.where(back, (np.arange(count) * rng.random(count)).astype(int), np.arange(count))
    common = np.minimum(rng.zipf(1.6, (count, 4)), 200) - 1
    own = 200 + topic[:, None] * 15 + rng.integers(0, 15, (count, 3))
    notes = [" ".join(words) for words in WORDS[np.hstack([common, own])]]
    ids = [f"c{n:05d}" for n in range(count)]
    topics = [f"t{n:03d}" for n in topic]
    return log_of(ids, [f"k{n}" for n in customer], started, notes, topics)


def test_at_most_one_in_twenty_quiet_logs_reports_anything() -> None:
    assert sum(len(quiet_log(seed).emerging()) > 0 for seed in range(40)) <= 2


def test_more_contacts_of_every_kind_are_no_rise() -> None:
    assert sum(len(quiet_log(seed, surge=4).emerging()) > 0 for seed in range(20)) <= 1


@pytest.mark.parametrize("surge", [0.5, 1, 3])
def test_a_topic_that_triples_is_found_whatever_the_volume(surge: float) -> None:
    found = quiet_log(3, weekly=1_000, surge=surge, rise=3).emerging()
    topics = found[found["kind"] == "topic"]
    assert topics["topic_id"].tolist() == ["t004"]
    assert topics["name"].tolist() == ["matter 4"]
    assert topics["ratio_low"].iloc[0] < 3 < topics["ratio_high"].iloc[0] + 1


@pytest.fixture(scope="module")
def quiet() -> Log:
    return quiet_log(1, weeks=16, weekly=400)


def outage(customers: int = 14, contacts_each: int = 1) -> Log:
    """Give contacts of an outage that began five days ago, evenly over the days."""
    count = customers * contacts_each
    notes = [f"{WORDS[n % 40]} gateway timeout {WORDS[n % 7]} still" for n in range(count)]
    started = [AS_OF - pd.Timedelta(days=age) for age in np.linspace(4.9, 0.1, count)]
    names = [f"o{n % customers}" for n in range(count)]
    return log_of([f"x{n:03d}" for n in range(count)], names, started, notes, ["t001"] * count)


def test_a_new_term_is_found_and_named_by_its_longest_phrase(quiet: Log) -> None:
    found = quiet.joined(outage()).emerging()
    terms = found[found["kind"] == "term"]
    assert terms["name"].tolist() == ["gateway timeout"]
    row = terms.iloc[0]
    assert (row["contacts"], row["days"], row["topic_id"]) == (14, 7, "t001")
    assert row["example_contact_id"] == "x013"
    assert row["expected_contacts"] < 0.5
    assert 5 < row["ratio_low"] < row["ratio"] < row["ratio_high"]


def test_a_new_term_is_found_on_its_third_day(quiet: Log) -> None:
    found = quiet.joined(outage(customers=20)).emerging(AS_OF - pd.Timedelta(days=2))
    assert found.loc[found["kind"] == "term", "name"].tolist() == ["gateway timeout"]


def test_a_topic_seen_first_in_these_days_is_a_rise(quiet: Log) -> None:
    born = outage()
    born.topics["topic_id"] = "t013"
    found = quiet.joined(born).emerging()
    assert found["name"].tolist() == ["matter 13", "gateway timeout"]


def test_one_customer_who_comes_often_is_no_rise(quiet: Log) -> None:
    assert quiet.joined(outage(customers=2, contacts_each=20)).emerging().empty


@pytest.mark.parametrize("agents", [1, 4])
def test_what_one_agent_writes_is_not_told_and_what_several_write_is(
    quiet: Log, agents: int
) -> None:
    # Twenty agents share the log's work; the outage is noted by one, or by four of them.
    log = quiet.joined(outage(customers=20))
    handled = np.arange(len(log.contacts)) % 20
    is_new = (log.contacts["contact_id"].str[0] == "x").to_numpy()
    handled[is_new] = np.arange(20) % agents
    log.contacts["agent_id"] = [f"a{agent}" for agent in handled]

    terms = log.emerging().query("kind == 'term'")["name"].tolist()

    assert terms == ([] if agents == 1 else ["gateway timeout"])


def test_contacts_that_the_company_started_are_no_rise(quiet: Log) -> None:
    campaign = quiet.joined(outage())
    campaign.contacts["direction"] = "inbound"
    campaign.contacts.loc[campaign.contacts["contact_id"].str[0] == "x", "direction"] = "outbound"
    assert campaign.emerging().empty


def test_a_language_that_comes_in_anew_is_no_rise(quiet: Log) -> None:
    rng = np.random.default_rng(0)
    started = [AS_OF - pd.Timedelta(days=age) for age in rng.uniform(0, 7, 60)]
    notes = [" ".join(rng.choice(["slowo", "poczta", "nowa", "wersja"], 3)) for _ in started]
    ids = [f"x{n}" for n in range(60)]
    polish = log_of(ids, ids, started, notes, [None] * 60)
    polish.notes["language"] = "pl"
    assert quiet.joined(polish).emerging().empty


def test_nothing_later_than_the_moment_is_read(quiet: Log) -> None:
    log = quiet.joined(outage(customers=30))
    as_of = AS_OF - pd.Timedelta(days=2)
    known = log.rows(np.flatnonzero(log.contacts["started_at"] <= as_of))
    assert len(known.emerging(as_of))
    pd.testing.assert_frame_equal(log.emerging(as_of), known.emerging(as_of))


def test_the_order_of_the_rows_does_not_matter(quiet: Log) -> None:
    log = quiet.joined(outage())
    shuffled = log.rows(np.random.default_rng(0).permutation(len(log.contacts)))
    pd.testing.assert_frame_equal(log.emerging(), shuffled.emerging())


@pytest.mark.parametrize("weeks", [0, 1, 3])
def test_a_log_shorter_than_four_weeks_says_nothing(quiet: Log, weeks: int) -> None:
    first = AS_OF - pd.Timedelta(days=7 * weeks)
    log = quiet.rows(np.flatnonzero(quiet.contacts["started_at"] >= first)).joined(outage())
    found = log.emerging()
    assert found.empty
    assert list(found.columns) == list(EMERGING.columns)


def test_a_log_without_notes_or_topics_says_nothing(quiet: Log) -> None:
    bare = quiet.rows(slice(None))
    bare.notes["note"] = pd.Series(pd.NA, index=bare.notes.index, dtype="string")
    bare.notes["is_thin"] = True
    bare.topics["topic_id"] = pd.Series(pd.NA, index=bare.topics.index, dtype="string")
    assert bare.emerging().empty


def test_customers_are_counted_once_in_the_days_of_each_week() -> None:
    ages = [0.5, 1.5, 2.5, 2.6, 7.1, 9.9, 10.1, 15.0]
    told = pd.DataFrame(
        {
            "row": range(8),
            "age": ages,
            "customer": [0, 0, 1, 2, 0, 1, 1, 3],
            "language": 0,
            "drawn": 0.0,
        }
    )
    topics = pd.Series(["a", "a", "a", "b", "a", None, "a", "b"])
    counts, volume = count_customers(read_topics(topics, told), days=3, weeks=2)
    # Ten days and more ago is the fourth day of the week before: not one of the last three.
    assert counts[:, :, 0].tolist() == [[2, 1], [1, 0], [0, 1]]
    assert volume[:, 0].tolist() == [3, 2, 1]


def test_the_expectation_holds_a_known_trend_and_volume() -> None:
    weeks = np.arange(1, 13)
    volume = np.array([[3_000.0]] + [[1_000.0 + 100 * (n % 3)] for n in weeks])
    share = 0.1 * np.exp(-0.03 * np.arange(13))
    counts = (volume[:, 0] * share).round()[:, None, None]
    expected = expect_counts(counts, volume, weeks.astype(float))
    assert expected.counts[0] == pytest.approx(300, rel=0.03)
    assert expected.tail(np.array([300.0]))[0] == pytest.approx(0.5, abs=0.1)


def test_the_interval_holds_one_just_where_the_tail_is_not_small() -> None:
    expected = Expectation(np.full(200, 20.0), np.full(200, 0.05))
    seen = np.arange(200.0)
    low, high = expected.interval(seen)
    assert ((low > 1) == (expected.tail(seen) < 0.025)).all()
    assert ((high < 1) == (expected.tail(seen) > 0.975)).all()


def test_terms_are_words_pairs_and_versions() -> None:
    assert said_terms("Since 128.0.1 <mail> I get error 550") == [
        *("since", "128.0.1", "get", "error"),
        *("since 128.0.1", "128.0.1 get", "get error", "error 550"),
    ]
    assert said_terms("退款未到") == ["退款", "款未", "未到", "退款未", "款未到"]
    assert said_terms("") == []


def test_months_and_names_are_left_out() -> None:
    notes = ["Hi Anna, the gateway is down", "Thanks Anna! gateway", "the May gateway\nAnna"]
    names = ["anna", "may gateway", "gateway"]
    holds = csr_matrix(np.array([[1, 0, 1], [1, 0, 1], [1, 1, 1]]))
    assert thin_terms(names, holds, notes) == [2]
    assert not is_personal_name("gateway", notes)
