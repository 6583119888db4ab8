"""What few customers or one agent alone carry is not shown."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from fcr_ml.topics.carriers import Carriers, may_be_shown, read_carriers
from fcr_ml.topics.names import name_topics

SAYINGS = {
    "refund": ("refund has not come", "where the refund stays", "asks for a refund"),
    "router": ("router shows no light", "router drops the line", "new router wanted"),
    "parcel": ("parcel never arrived", "parcel was left outside", "asks for the parcel"),
    "invoice": ("invoice is too high", "invoice was sent twice", "wants the invoice"),
}
EACH = 60


def _log() -> tuple[list[str], np.ndarray]:
    """Give sixty notes on each of four matters, no two alike."""
    opened = ("customer says", "caller tells that", "today", "again", "since monday")
    notes = [
        f"{opened[n % 5]} {sayings[n % 3]} order {'abcdefghijkl'[n // 5]}"
        for sayings in SAYINGS.values()
        for n in range(EACH)
    ]
    return notes, np.repeat(np.arange(4), EACH)


def _terms(notes: list[str], topics: np.ndarray, carriers: Carriers) -> str:
    named = name_topics(notes, topics, ["en"] * len(notes), carriers=carriers)
    for topic, matter in zip(named, SAYINGS, strict=True):
        assert matter in " ".join([topic.name, *topic.terms])
    return " ".join(" · ".join([topic.name, *topic.terms]) for topic in named)


def _signed(notes: list[str], rows: range) -> list[str]:
    return [f"{note}, wickham" if row in rows else note for row, note in enumerate(notes)]


@pytest.mark.parametrize(("customers", "is_told"), [(1, False), (4, False), (5, True)])
def test_a_word_needs_five_customers_to_be_told(customers: int, is_told: bool) -> None:
    notes, topics = _log()
    signing = range(60, 72)
    of = np.arange(len(notes))
    of[60:72] = 1_000 + np.arange(12) % customers

    told = _terms(_signed(notes, signing), topics, Carriers(of, np.full(len(notes), -1)))

    assert ("wickham" in told) == is_told


def test_copies_of_a_note_by_several_customers_count_as_several() -> None:
    notes, topics = _log()
    notes[60:66] = ["unlock gateway"] * 6
    one, several = np.arange(len(notes)), np.arange(len(notes))
    one[60:66] = 60
    unknown = np.full(len(notes), -1)

    assert "unlock" in _terms(notes, topics, Carriers(several, unknown))
    assert "unlock" not in _terms(notes, topics, Carriers(one, unknown))


def test_what_one_agent_signs_with_is_not_told_and_what_two_say_is() -> None:
    # Ten agents share the work; in the second topic twelve notes of twelve customers are signed.
    notes, topics = _log()
    signing = range(60, 72)
    everyone = np.arange(len(notes))
    one, two = everyone % 10, everyone % 10
    one[60:72] = 3
    two[60:72] = [3, 4] * 6
    signed = _signed(notes, signing)

    assert "wickham" not in _terms(signed, topics, Carriers(everyone, one))
    assert "wickham" in _terms(signed, topics, Carriers(everyone, two))
    assert "wickham" in _terms(signed, topics, Carriers(everyone, np.full(len(notes), -1)))


def test_a_name_that_one_topic_knows_is_told_by_where_it_stands() -> None:
    # Notes on all matters end in thanks; in one topic twelve customers thank Yorick, in
    # another twelve speak of Outlook.
    notes, topics = _log()
    signed = [f"{note}. Thanks" if row % 3 else note for row, note in enumerate(notes)]
    signed[60:72] = [f"{note}. Thanks Yorick" for note in notes[60:72]]
    signed[120:132] = [f"{note} in Outlook" for note in notes[120:132]]
    everyone = Carriers.unknown(len(notes))

    told = _terms(signed, topics, everyone)

    assert "Yorick" not in told
    assert "Outlook" in told


def test_a_matter_that_one_agent_handles_keeps_its_name() -> None:
    notes, topics = _log()
    everyone = np.arange(len(notes))
    agents = np.where(topics == 1, 99, everyone % 10)
    agents[64] = 1

    assert "router" in _terms(notes, topics, Carriers(everyone, agents))
    assert "router" in _terms(notes, topics, Carriers(everyone, np.zeros_like(agents)))


def test_with_fewer_than_five_customers_topics_are_numbered_and_the_log_says_why(caplog) -> None:
    notes, topics = _log()
    four = Carriers(np.arange(len(notes)) % 4, np.full(len(notes), -1))

    with caplog.at_level("INFO"):
        named = name_topics(notes, topics, ["en"] * len(notes), carriers=four)

    assert [topic.name for topic in named] == ["topic 1", "topic 2", "topic 3", "topic 4"]
    assert not any(topic.terms for topic in named)
    assert "the notes in 'en' are of 4 customers" in caplog.text
    assert "fcr topics rename" in caplog.text


@pytest.mark.parametrize("seed", range(5))
def test_it_is_what_counting_one_by_one_gives(seed: int) -> None:
    random = np.random.default_rng(seed)
    holds = random.random((40, 60)) < random.random((40, 1)) / 2
    carriers = Carriers(random.integers(0, 12, 60), random.integers(-1, 3, 60))
    topics = random.integers(0, 4, 60)
    phrases, rows = holds.nonzero()

    shown = may_be_shown(phrases, rows, 40, carriers, topics)

    assert shown.tolist() == [_counted(held, carriers, topics) for held in holds]
    assert 0 < shown.sum() < 40


def _counted(held: np.ndarray, carriers: Carriers, topics: np.ndarray) -> bool:
    if len(set(carriers.customers[held])) < 5:
        return False
    of = carriers.agents[held & (carriers.agents >= 0)].tolist()
    top = max(sorted(set(of)), key=of.count, default=-1)
    if len(of) < 5 or of.count(top) < 0.9 * len(of):
        return True
    told = carriers.agents >= 0
    usual = [
        np.mean(carriers.agents[told & (topics == topic)] == top) for topic in topics[held & told]
    ]
    return bool(np.mean(usual) >= 0.8)


def test_carriers_are_read_from_contacts_and_a_log_without_customers_has_one_each() -> None:
    bare = pd.DataFrame({"contact_id": list("abc")})
    full = bare.assign(customer_id=["u", "u", "v"], agent_id=["x", None, "x"])

    assert read_carriers(bare).customers.tolist() == [0, 1, 2]
    assert read_carriers(bare).agents.tolist() == [-1, -1, -1]
    assert read_carriers(full).customers.tolist() == [0, 0, 1]
    assert read_carriers(full).agents.tolist() == [0, -1, 0]


def test_nothing_held_is_nothing_shown() -> None:
    none = np.zeros(0, dtype=int)

    assert may_be_shown(none, none, 2, Carriers(none, none), none).tolist() == [False, False]
