"""Topic tables: where every contact ended up, and a card for each topic and theme.

Enters: CONTACTS, NOTES and their vectors, and the topics of an earlier fit where there are
any. Leaves: TOPICS, with a topic or the reason for having none for every contact,
TOPIC_CARDS and TOPIC_LINEAGE.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from fcr_ml.frames.conform import empty
from fcr_ml.frames.tables import TOPIC_CARDS
from fcr_ml.notes.centre import centre_vectors
from fcr_ml.topics.cards import fill_cards
from fcr_ml.topics.forerunner import Forerunner
from fcr_ml.topics.map import lay_out_map
from fcr_ml.topics.model import BANNED, NOT_ALIKE, TOO_RARE, TopicModel
from fcr_ml.topics.names import Namer
from fcr_ml.topics.reduction import Reduction, find_reduction
from fcr_ml.topics.space import note_terms

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

REASONS = {NOT_ALIKE: "not_alike", BANNED: "banned", TOO_RARE: "too_rare"}


@dataclass(frozen=True)
class PlacedTopics:
    """TOPICS, TOPIC_CARDS and TOPIC_LINEAGE of a log, and what placed and shortened its notes."""

    topics: pd.DataFrame
    cards: pd.DataFrame
    lineage: pd.DataFrame
    model: TopicModel
    reduction: Reduction


def sort_into_topics(
    contacts: pd.DataFrame,
    notes: pd.DataFrame,
    vectors: np.ndarray,
    model: TopicModel | None = None,
    forerunner: Forerunner | None = None,
    namer: Namer | None = None,
) -> PlacedTopics:
    """Sort the contacts into topics by what their notes say.

    Parameters
    ----------
    contacts : pandas.DataFrame
        CONTACTS. Without customers each contact is taken for a customer of its own.
    notes : pandas.DataFrame
        NOTES, rows as in ``contacts``.
    vectors : numpy.ndarray
        Note vectors as encoded, shape (n, d), NaN rows without one.
    model : TopicModel, optional
        Unfitted; the default settings if left out.
    forerunner : Forerunner, optional
        Topics that live on.
    namer : callable, optional
        Is asked for names; see :func:`~fcr_ml.topics.names.name_topics`.

    Returns
    -------
    PlacedTopics
    """
    told = _DifferentNotes.of(notes, vectors)
    fitted = _fitted(told, model or TopicModel(), forerunner)
    centred = centre_vectors(vectors, notes["language"])
    reduction = find_reduction(centred)
    topic, topics = _place(notes, told, fitted, reduction.reduce(centred))
    topics["first_topic_id"] = _first_ids(topics, forerunner)
    places = lay_out_map(centred, topic, topics["contact_id"])
    topics["map_x"], topics["map_y"] = places[:, 0], places[:, 1]
    cards = (
        fill_cards(contacts, notes, centred, topic, fitted, namer)
        if (topic >= 0).any()
        else empty(TOPIC_CARDS)
    )
    return PlacedTopics(topics, cards, fitted.lineage_, fitted, reduction)


def place_in_topics(
    notes: pd.DataFrame,
    vectors: np.ndarray,
    centred: np.ndarray,
    model: TopicModel,
    reduction: Reduction,
) -> pd.DataFrame:
    """Place the notes of a log in topics that another one was sorted into.

    Parameters
    ----------
    notes, vectors
        As in :func:`sort_into_topics`.
    centred : numpy.ndarray
        The vectors around the middles that ``reduction`` was found on.
    model : TopicModel
        Fitted.
    reduction : Reduction
        As :class:`PlacedTopics` gave it.

    Returns
    -------
    pandas.DataFrame
        ``contact_id topic_id topic_strength no_topic_reason vector`` of TOPICS.
    """
    told = _DifferentNotes.of(notes, vectors)
    return _place(notes, told, model, reduction.reduce(centred))[1]


@dataclass(frozen=True, eq=False)
class _DifferentNotes:
    """One row a different note that says enough, ordered by hash.

    Equal notes are placed once, and the sample does not depend on how the log was sorted.
    """

    usable: np.ndarray
    where: np.ndarray
    vectors: np.ndarray
    spoken: list[str | None]
    terms: csr_matrix

    @classmethod
    def of(cls, notes: pd.DataFrame, vectors: np.ndarray) -> _DifferentNotes:
        usable = ~notes["is_thin"].to_numpy(bool) & ~np.isnan(vectors).any(axis=1)
        hashes = notes.loc[usable, "note_hash"].to_numpy(str)
        _, first, where = np.unique(hashes, return_index=True, return_inverse=True)
        rows = np.flatnonzero(usable)[first]
        spoken = notes["language"].iloc[rows].astype(object).tolist()
        terms = note_terms(notes["note"].iloc[rows].tolist())
        return cls(usable, where, vectors[rows], spoken, terms)


def _place(
    notes: pd.DataFrame, told: _DifferentNotes, fitted: TopicModel, reduced: np.ndarray
) -> tuple[np.ndarray, pd.DataFrame]:
    """Give each contact's topic number, and the columns of TOPICS that follow from it."""
    placed, strength = fitted.place(told.vectors, told.spoken, told.terms)
    topic = np.full(len(notes), NOT_ALIKE)
    strengths = np.full(len(notes), np.nan)
    topic[told.usable], strengths[told.usable] = placed[told.where], strength[told.where]
    ids = pd.Series(np.array([*fitted.ids_, None], dtype=object)[topic.clip(-1)], dtype="string")
    return topic, pd.DataFrame(
        {
            "contact_id": notes["contact_id"].to_numpy(),
            "topic_id": ids,
            "topic_strength": strengths,
            "no_topic_reason": _reasons(notes, told.usable, topic, fitted),
            "vector": _rows_or_null(reduced.round(4)),
        }
    )


def _fitted(told: _DifferentNotes, model: TopicModel, forerunner: Forerunner | None) -> TopicModel:
    if forerunner is None:
        return model.fit(told.vectors, told.spoken, terms=told.terms)
    if forerunner.refit:
        return model.fit(told.vectors, told.spoken, forerunner.model, told.terms)
    return model.carry_on(forerunner.model)


def _first_ids(topics: pd.DataFrame, forerunner: Forerunner | None) -> pd.Series:
    """Give the topic each contact had in the first fit that saw it."""
    now = topics["topic_id"]
    if forerunner is None:
        return now
    seen = forerunner.topics.set_index("contact_id")["first_topic_id"]
    is_known = topics["contact_id"].isin(seen.index)
    return topics["contact_id"].map(seen).astype("string").where(is_known, now)


def _reasons(
    notes: pd.DataFrame, usable: np.ndarray, topic: np.ndarray, model: TopicModel
) -> pd.Series:
    has_note = notes["note"].notna().to_numpy()
    told = pd.Series(topic).map(REASONS).to_numpy(object)
    chosen = np.select(
        [topic >= 0, ~has_note, ~usable, np.full(len(notes), not len(model.reference_vectors_))],
        ["", "no_note", "thin", "too_few_notes"],
        default=told,
    )
    return pd.Series(chosen, dtype="string").mask(topic >= 0)


def _rows_or_null(vectors: np.ndarray) -> list[np.ndarray | None]:
    missing = np.isnan(vectors).any(axis=1) if vectors.shape[1] else np.ones(len(vectors), bool)
    return [None if gone else vector for vector, gone in zip(vectors, missing, strict=True)]
