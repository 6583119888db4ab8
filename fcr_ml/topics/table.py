"""Topic tables: where every contact ended up, and a card for each topic.

Enters: CONTACTS, NOTES and their vectors. Leaves: TOPICS, with a topic or the
reason for having none for every contact, and TOPIC_CARDS.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from fcr_ml.frames.conform import empty
from fcr_ml.frames.tables import TOPIC_CARDS
from fcr_ml.topics.clusters import reduce_linearly
from fcr_ml.topics.model import TopicModel
from fcr_ml.topics.names import name_topics


@dataclass(frozen=True)
class PlacedTopics:
    """TOPICS and TOPIC_CARDS of a log, and the model that placed them."""

    topics: pd.DataFrame
    cards: pd.DataFrame
    model: TopicModel


def sort_into_topics(
    contacts: pd.DataFrame,
    notes: pd.DataFrame,
    vectors: np.ndarray,
    model: TopicModel | None = None,
) -> PlacedTopics:
    """Sort the contacts into topics by what their notes say.

    Parameters
    ----------
    contacts : pandas.DataFrame
        CONTACTS.
    notes : pandas.DataFrame
        NOTES, rows as in ``contacts``.
    vectors : numpy.ndarray
        Centred note vectors of unit length, shape (n, d), NaN rows without one.
    model : TopicModel, optional
        Unfitted; the default settings if left out.

    Returns
    -------
    PlacedTopics
    """
    usable = ~notes["is_thin"].to_numpy(bool) & ~np.isnan(vectors).any(axis=1)
    # One row a different note, ordered by hash: equal notes are placed once, and
    # the sample does not depend on how the log was sorted.
    hashes = notes.loc[usable, "note_hash"]
    different, where = np.unique(hashes.to_numpy(str), return_inverse=True)
    first = np.flatnonzero(usable)[~hashes.duplicated().to_numpy()]
    by_hash = pd.Series(first, index=notes["note_hash"].iloc[first])
    rows = by_hash.loc[different].to_numpy(int) if len(different) else np.empty(0, dtype=int)
    model = (model or TopicModel()).fit(vectors[rows])
    placed, strength = model.place(vectors[rows])
    topic = np.full(len(notes), -1)
    strengths = np.full(len(notes), np.nan)
    topic[usable], strengths[usable] = placed[where], strength[where]
    topics = pd.DataFrame(
        {
            "contact_id": notes["contact_id"].to_numpy(),
            "topic_id": _topic_ids(topic),
            "topic_strength": strengths,
            "no_topic_reason": _reasons(notes, usable, topic, model),
            "vector": _rows_or_null(reduce_linearly(vectors).round(4)),
        }
    )
    return PlacedTopics(topics, _cards(contacts, notes, vectors, topic, model), model)


def _topic_ids(topic: np.ndarray) -> pd.Series:
    ids = pd.Series([f"t{number + 1:03d}" for number in topic], dtype="string")
    return ids.mask(topic < 0)


def _reasons(
    notes: pd.DataFrame, usable: np.ndarray, topic: np.ndarray, model: TopicModel
) -> pd.Series:
    has_note = notes["note"].notna().to_numpy()
    chosen = np.select(
        [topic >= 0, ~has_note, ~usable, np.full(len(notes), not model.is_large_enough_)],
        ["", "no_note", "thin", "too_few_notes"],
        default="not_alike",
    )
    return pd.Series(chosen, dtype="string").mask(topic >= 0)


def _rows_or_null(vectors: np.ndarray) -> list[np.ndarray | None]:
    missing = np.isnan(vectors).any(axis=1) if vectors.shape[1] else np.ones(len(vectors), bool)
    return [None if gone else vector for vector, gone in zip(vectors, missing, strict=True)]


def _cards(
    contacts: pd.DataFrame,
    notes: pd.DataFrame,
    vectors: np.ndarray,
    topic: np.ndarray,
    model: TopicModel,
) -> pd.DataFrame:
    if not model.topics:
        return empty(TOPIC_CARDS)
    inside = topic >= 0
    names = name_topics(
        notes.loc[inside, "note"].tolist(),
        topic[inside],
        notes.loc[inside, "language"].astype(object).where(lambda x: x.notna(), None).tolist(),
    )
    rows = [
        _card(contacts, vectors, np.flatnonzero(topic == number), number, *names[number])
        for number in range(model.topics)
        if (topic == number).any()
    ]
    return pd.DataFrame(rows)


def _card(
    contacts: pd.DataFrame,
    vectors: np.ndarray,
    rows: np.ndarray,
    number: int,
    name: str,
    terms: list[str],
) -> dict[str, object]:
    centre = vectors[rows].mean(axis=0)
    central = rows[(vectors[rows] @ centre).round(5).argmax()]
    started = contacts["started_at"].iloc[rows]
    return {
        "topic_id": f"t{number + 1:03d}",
        "topic": name,
        "terms": " · ".join(terms),
        "contacts": len(rows),
        "example_contact_id": contacts["contact_id"].iloc[central],
        "parent_topic_id": None,
        "first_seen_at": started.min(),
        "last_seen_at": started.max(),
        "forerunners": None,
    }
