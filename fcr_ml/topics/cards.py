"""Cards: what a person sees of a topic or theme.

Enters: a log whose notes are placed, and the model that placed them. Leaves: TOPIC_CARDS.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from fcr_ml.topics.carriers import read_carriers
from fcr_ml.topics.model import TopicModel
from fcr_ml.topics.names import Namer, name_topics
from fcr_ml.topics.representatives import representative_rows


@dataclass(frozen=True)
class _Log:
    """Contacts, redacted notes and centred vectors, in the same rows."""

    contacts: pd.DataFrame
    notes: pd.DataFrame
    vectors: np.ndarray


def fill_cards(
    contacts: pd.DataFrame,
    notes: pd.DataFrame,
    vectors: np.ndarray,
    topic: np.ndarray,
    model: TopicModel,
    namer: Namer | None = None,
) -> pd.DataFrame:
    """Give a card to every topic that has a contact, and to every theme.

    Parameters
    ----------
    contacts, notes : pandas.DataFrame
        CONTACTS and NOTES, in the same rows.
    vectors : numpy.ndarray
        Shape (n, d), centred, NaN rows without one.
    topic : numpy.ndarray
        Shape (n,), int: each contact's topic number, below 0 without one.
    model : TopicModel
        Gives ids, themes and names given by hand.
    namer : callable, optional
        Is asked for a name of each topic and theme that has none given by hand.

    Returns
    -------
    pandas.DataFrame
        TOPIC_CARDS; topics by number, then themes, the largest first.
    """
    log = _Log(contacts, notes, vectors)
    themes = sorted(set(model.themes_))
    theme_of = np.array([themes.index(theme) for theme in model.themes_])
    theme = np.where(topic >= 0, theme_of[topic.clip(0)], -1)
    # Names given by hand to topics and themes alike come first; those made give way.
    living = {*model.ids_, *themes}
    given = {key: name for key, name in model.names_.items() if key in living}
    topic_cards = _level(log, topic, model.ids_, "topic", given, namer)
    of_topics = tuple(topic_cards["topic"])
    theme_cards = _level(log, theme, themes, "theme", given, namer, of_topics)
    cards = pd.concat([topic_cards, theme_cards], ignore_index=True)
    above = dict(zip(model.ids_, model.themes_, strict=True))
    cards["parent_topic_id"] = cards["topic_id"].map(above).astype("string")
    came_from = cards["topic_id"].map(_forerunners(model.lineage_))
    cards["forerunners"] = came_from.astype("string")
    return cards


def _level(
    log: _Log,
    group: np.ndarray,
    ids: Sequence[str],
    level: str,
    given: Mapping[str, str],
    namer: Namer | None,
    taken: tuple[str, ...] = (),
) -> pd.DataFrame:
    """Give the cards of one level; groups without a contact have none."""
    inside = np.flatnonzero(group >= 0)
    present, numbers = np.unique(group[inside], return_inverse=True)
    notes = log.notes["note"].iloc[inside].tolist()
    language = log.notes["language"].astype(object).where(log.notes["language"].notna(), None)
    named = name_topics(
        notes,
        numbers,
        language.iloc[inside].tolist(),
        carriers=read_carriers(log.contacts.iloc[inside]),
        level=level,
        taken=(*taken, *given.values()),
        given={place: given[ids[n]] for place, n in enumerate(present) if ids[n] in given},
        vectors=log.vectors[inside],
        namer=namer,
    )
    examples = representative_rows(
        notes, numbers, [name.terms for name in named], log.vectors[inside]
    )
    return pd.DataFrame(
        [
            {
                "topic_id": ids[number],
                "level": level,
                "topic": named[place].name,
                "terms": " · ".join(named[place].terms),
                "example_contact_id": log.contacts["contact_id"].iloc[inside[examples[place][0]]],
            }
            | _counted(log.contacts["started_at"].iloc[inside[numbers == place]])
            for place, number in enumerate(present)
        ]
    )


def _counted(started: pd.Series) -> dict[str, object]:
    return {
        "contacts": len(started),
        "first_seen_at": started.min(),
        "last_seen_at": started.max(),
    }


def _forerunners(lineage: pd.DataFrame) -> dict[str, str]:
    told = lineage.dropna(subset=["topic_id", "forerunner_id"])
    joined = told.groupby("topic_id")["forerunner_id"].agg(" · ".join)
    return {str(topic_id): ids for topic_id, ids in joined.items()}
