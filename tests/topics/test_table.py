import numpy as np
import pandas as pd

from fcr_ml.frames.conform import conform
from fcr_ml.frames.tables import TOPIC_CARDS, TOPICS
from fcr_ml.topics.edits import rename
from fcr_ml.topics.forerunner import Forerunner
from fcr_ml.topics.model import TopicModel
from fcr_ml.topics.table import sort_into_topics

from .test_model import planted


def _log(size: int = 60):
    vectors, truth = planted(4, size)
    count = len(truth)
    contacts = pd.DataFrame(
        {
            "contact_id": [f"c{i:03d}" for i in range(count)],
            "started_at": pd.date_range("2025-01-01", periods=count, freq="h", tz="UTC"),
        }
    )
    notes = pd.DataFrame(
        {
            "contact_id": contacts["contact_id"],
            "note": pd.Series([f"matter {t} told as {i}" for i, t in enumerate(truth)]),
            "language": pd.Series(["en"] * count, dtype="string"),
            "is_thin": False,
            "note_hash": [f"h{i:03d}" for i in range(count)],
        }
    )
    return contacts, notes, vectors, truth


def test_every_contact_has_a_topic_or_a_reason() -> None:
    contacts, notes, vectors, _ = _log()
    notes.loc[0, "note"], vectors[0] = None, np.nan
    notes.loc[1, "is_thin"] = True

    placed = sort_into_topics(contacts, notes, vectors)
    topics = conform(TOPICS, placed.topics)

    assert (topics["topic_id"].isna() == topics["no_topic_reason"].notna()).all()
    assert topics["no_topic_reason"].tolist()[:2] == ["no_note", "thin"]
    assert topics["topic_id"].notna().mean() > 0.95
    cards = conform(TOPIC_CARDS, placed.cards).query("level == 'topic'")
    assert cards["contacts"].sum() == topics["topic_id"].notna().sum()
    assert set(cards["topic_id"]) == set(topics["topic_id"].dropna())


def test_row_order_changes_nothing_and_equal_notes_share_a_topic() -> None:
    contacts, notes, vectors, _ = _log()
    notes.loc[3, "note_hash"], vectors[3] = notes.loc[2, "note_hash"], vectors[2]
    order = np.random.default_rng(0).permutation(len(notes))

    placed = sort_into_topics(contacts, notes, vectors).topics.set_index("contact_id")
    shuffled = sort_into_topics(
        contacts.iloc[order].reset_index(drop=True),
        notes.iloc[order].reset_index(drop=True),
        vectors[order],
    ).topics.set_index("contact_id")

    assert placed.loc["c002", "topic_id"] == placed.loc["c003", "topic_id"]
    assert placed["topic_id"].equals(shuffled["topic_id"].reindex(placed.index))


def test_a_log_without_notes_has_no_topics_and_says_why() -> None:
    contacts, notes, vectors, _ = _log(5)
    notes["note"], notes["note_hash"] = None, None

    placed = sort_into_topics(contacts, notes, np.full_like(vectors, np.nan))

    assert placed.topics["topic_id"].isna().all()
    assert set(placed.topics["no_topic_reason"]) == {"no_note"}
    assert len(placed.cards) == 0


def test_a_small_log_says_that_it_is_small() -> None:
    contacts, notes, vectors, _ = _log(5)

    placed = sort_into_topics(contacts, notes, vectors)

    assert set(placed.topics["no_topic_reason"]) == {"too_few_notes"}


def test_names_by_hand_are_unique_among_topics_and_themes_after_a_refit() -> None:
    contacts, notes, vectors, _ = _log()
    first = sort_into_topics(contacts, notes, vectors)
    found = first.cards.set_index("topic_id")["topic"]
    topic, other, theme = *first.model.ids_[:2], first.model.themes_[0]
    as_of = pd.Timestamp("2025-06-01T00:00Z")
    # A theme is given the name that one topic was found under, which is called otherwise
    # for now; a topic is given the name that its theme was found under.
    named = rename(first.model, topic, "For now", as_of)
    named = rename(named, theme, found[topic].upper(), as_of)
    named = rename(named, other, found[theme], as_of)
    named = rename(named, topic, None, as_of)

    for refit in (True, False):
        again = sort_into_topics(
            contacts, notes, vectors, TopicModel(), Forerunner(named, first.topics, refit)
        ).cards

        given = again.set_index("topic_id")["topic"]
        assert given[theme] == found[topic].upper()
        assert given[other] == found[theme]
        assert again["topic"].str.casefold().is_unique
