"""Topics changed by hand: every edit gives a new model that has it written down.

Enters: a fitted model and what an analyst wants. Leaves: a new model; the one given
stays as it was. No note is placed and no contact counted here: figures follow with the
next analysis that starts from the new model.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from fcr_ml.errors import SettingsError
from fcr_ml.topics.given_names import fault_of_name, name_key, tidy_name
from fcr_ml.topics.halves import SMALLEST_PART, cut_in_two
from fcr_ml.topics.model import BANNED, TopicModel
from fcr_ml.topics.neighbours import to_unit_length

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

_HOLDING = ("pin", "merge", "split")
"""Edits after which a topic is kept together until it is unpinned."""


def rename(
    model: TopicModel,
    topic_id: str,
    name: str | None,
    as_of: pd.Timestamp,
    shown: Mapping[str, str] | None = None,
) -> TopicModel:
    """Give a topic or theme a name that stays with its id, or take one back.

    Parameters
    ----------
    model : TopicModel
        Fitted.
    topic_id : str
        A topic or theme of it.
    name : str or None
        At most 60 characters; runs of spaces count as one. None takes back the name given
        by hand: the next analysis makes one.
    as_of : pandas.Timestamp
        The moment of the results that the edit was made on.
    shown : mapping of str to str, optional
        The names that all topics and themes have in those results, by id.

    Raises
    ------
    SettingsError
        When the topic is unknown, the name cannot be one, another topic or theme has it, or
        there is none to take back.
    """
    if topic_id not in model.themes_:
        number_of(model, topic_id)
    if name is None:
        return _unnamed(model, topic_id, as_of)
    name = tidy_name(name)
    fault = fault_of_name(name)
    if fault:
        raise SettingsError(f"rename: {fault}.")
    if model.names_.get(topic_id) == name:
        raise SettingsError(f"rename: {topic_id} is called '{name}' by hand already.")
    _refuse_taken(model, topic_id, name, {**(shown or {}), **model.names_})
    # A topic that is gone gives its name up: should it come back, it gets another.
    living = {*model.ids_, *model.themes_}
    names = {
        other: theirs
        for other, theirs in model.names_.items()
        if other in living or name_key(theirs) != name_key(name)
    }
    edit = _edit("rename", topic_id, as_of, name=name)
    return _edited(model, edit, names_={**names, topic_id: name})


def _unnamed(model: TopicModel, topic_id: str, as_of: pd.Timestamp) -> TopicModel:
    if topic_id not in model.names_:
        raise SettingsError(f"rename: {topic_id} has no name given by hand; it has the one found.")
    names = {other: name for other, name in model.names_.items() if other != topic_id}
    return _edited(model, _edit("rename", topic_id, as_of, name=None), names_=names)


def _refuse_taken(model: TopicModel, topic_id: str, name: str, taken: Mapping[str, str]) -> None:
    """Refuse a name that a topic or theme there is has; those merged or banned have none."""
    for other in sorted({*model.ids_, *model.themes_} - {topic_id}):
        if name_key(taken.get(other, "")) == name_key(name):
            raise SettingsError(
                f"rename: {other} is called '{taken[other]}' already; choose another name, or "
                f"rename {other} first."
            )


def merge(
    model: TopicModel, topic_id: str, others: Sequence[str], as_of: pd.Timestamp
) -> TopicModel:
    """Put other topics into one, which keeps its id, name and theme.

    Raises
    ------
    SettingsError
        When a topic is unknown, or one is merged with itself.
    """
    into = number_of(model, topic_id)
    gone = [number_of(model, other) for other in others]
    if not gone or into in gone or len(set(gone)) < len(gone):
        raise SettingsError(
            f"merge: {', '.join([topic_id, *others])} are not different topics; give the one that "
            "stays and at least one other."
        )
    edit = _edit("merge", topic_id, as_of, others=list(others))
    topics = np.where(np.isin(model.reference_topics_, gone), into, model.reference_topics_)
    held = (model.held_ - set(others)) | {topic_id}
    return _without(_edited(model, edit, reference_topics_=topics, held_=held), others)


def split(
    model: TopicModel,
    topic_id: str,
    as_of: pd.Timestamp,
    vectors: np.ndarray,
    languages: Sequence[str | None] | None = None,
    terms: csr_matrix | None = None,
) -> TopicModel:
    """Cut a topic in two by what its notes mean; the larger part keeps the id.

    The parts are those of 2-means on the notes. Later fits keep them apart.

    Parameters
    ----------
    vectors : numpy.ndarray
        Shape (n, d), as encoded: the topic's different notes, or enough of them.
    languages : sequence of str or None, optional
        Language of each.
    terms : scipy.sparse.csr_matrix, optional
        Hashed terms of each, as the model was fitted with.

    Raises
    ------
    SettingsError
        When the topic is unknown, or a part would be too small for a topic.
    """
    number = number_of(model, topic_id)
    cut = cut_in_two(model, number, vectors, languages, terms)
    if cut is None:
        raise SettingsError(
            f"split: {topic_id} has {len(vectors):,} different notes and does not fall into two "
            f"parts of at least {SMALLEST_PART}; it stays as it is."
        )
    references, parts = cut
    others = model.reference_topics_ != number
    new_id = f"t{model.next_topic_:03d}"
    return _edited(
        model,
        _edit("split", topic_id, as_of, new_topic_id=new_id),
        reference_vectors_=np.vstack([model.reference_vectors_[others], references]),
        reference_topics_=np.concatenate(
            [model.reference_topics_[others], np.where(parts == 0, number, len(model.ids_))]
        ),
        ids_=[*model.ids_, new_id],
        themes_=[*model.themes_, model.themes_[number]],
        next_topic_=model.next_topic_ + 1,
        held_=model.held_ | {topic_id, new_id},
    )


def pin(model: TopicModel, topic_id: str, as_of: pd.Timestamp) -> TopicModel:
    """Keep a topic as it is: later fits neither split it nor join it with others.

    Raises
    ------
    SettingsError
        When the topic is unknown or held already.
    """
    number_of(model, topic_id)
    if "pinned" in marks(model, topic_id):
        raise SettingsError(f"pin: {topic_id} is pinned already.")
    return _edited(model, _edit("pin", topic_id, as_of), held_=model.held_ | {topic_id})


def unpin(model: TopicModel, topic_id: str, as_of: pd.Timestamp) -> TopicModel:
    """Let later fits split or join a topic that was pinned, merged or split by hand.

    Raises
    ------
    SettingsError
        When the topic is unknown or not held.
    """
    number_of(model, topic_id)
    if topic_id not in model.held_:
        raise SettingsError(f"unpin: {topic_id} is neither pinned, merged nor split by hand.")
    return _edited(model, _edit("unpin", topic_id, as_of), held_=model.held_ - {topic_id})


def ban(model: TopicModel, topic_id: str, as_of: pd.Timestamp) -> TopicModel:
    """Give up a topic: notes like its own have no topic, for the reason ``banned``.

    Raises
    ------
    SettingsError
        When the topic is unknown or pinned.
    """
    number = number_of(model, topic_id)
    if "pinned" in marks(model, topic_id):
        raise SettingsError(f"ban: {topic_id} is pinned; unpin it first.")
    rows = model.reference_topics_ == number
    # In the encoder's own dimensions: a later fit has other axes, and must find it again.
    middle = model.space_.meaning(model.reference_vectors_[rows]).mean(axis=0)
    edit = _edit(
        "ban",
        topic_id,
        as_of,
        theme_id=model.themes_[number],
        middle=[round(float(value), 4) for value in middle],
    )
    topics = np.where(rows, BANNED, model.reference_topics_)
    held = model.held_ - {topic_id}
    return _without(_edited(model, edit, reference_topics_=topics, held_=held), [topic_id])


def unban(model: TopicModel, topic_id: str, as_of: pd.Timestamp) -> TopicModel:
    """Take a banned topic back under its old id.

    Raises
    ------
    SettingsError
        When it is not banned, or no later fit has seen a note like it.
    """
    bans = banned_topics(model)
    if topic_id not in bans:
        told = f"banned are {', '.join(bans)}" if bans else "nothing is"
        raise SettingsError(f"unban: {topic_id} is not banned; {told}.")
    rows = np.flatnonzero(model.reference_topics_ == BANNED)
    middles = to_unit_length(np.array([bans[other]["middle"] for other in bans]))
    meaning = model.space_.meaning(model.reference_vectors_[rows])
    nearest = (meaning @ middles.T).round(5).argmax(axis=1)
    mine = rows[nearest == list(bans).index(topic_id)]
    if not len(mine):
        raise SettingsError(f"unban: no note like those of {topic_id} is left in this log.")
    topics = model.reference_topics_.copy()
    topics[mine] = len(model.ids_)
    return _edited(
        model,
        _edit("unban", topic_id, as_of),
        reference_topics_=topics,
        ids_=[*model.ids_, topic_id],
        themes_=[*model.themes_, bans[topic_id]["theme_id"]],
    )


EDITS: dict[str, Callable[..., TopicModel]] = {
    edit.__name__: edit for edit in (rename, merge, split, pin, unpin, ban, unban)
}


def banned_topics(model: TopicModel) -> dict[str, Mapping[str, Any]]:
    """Give the edits that banned what is banned, by topic id."""
    bans: dict[str, Mapping[str, Any]] = {}
    for edit in model.edits_:
        if edit["edit"] == "ban":
            bans[edit["topic_id"]] = edit
        elif edit["edit"] == "unban":
            del bans[edit["topic_id"]]
    return bans


def marks(model: TopicModel, topic_id: str) -> list[str]:
    """Say what about a topic was decided by hand: renamed; pinned, merged or split."""
    told = ["renamed"] if topic_id in model.names_ else []
    words = {"pin": "pinned", "merge": "merged", "split": "split"}
    holds = [
        edit["edit"]
        for edit in model.edits_
        if edit["edit"] in _HOLDING and topic_id in (edit["topic_id"], edit.get("new_topic_id"))
    ]
    return [*told, words[holds[-1]]] if topic_id in model.held_ and holds else told


def edits_naming(model: TopicModel, topic_id: str) -> list[dict[str, Any]]:
    """Give all edits that a topic had a part in, in their order."""
    parts = ("topic_id", "new_topic_id")
    return [
        edit
        for edit in model.edits_
        if topic_id in [*map(edit.get, parts), *edit.get("others", ())]
    ]


def number_of(model: TopicModel, topic_id: str) -> int:
    """Give a topic's number, or say in words why there is none."""
    if topic_id in model.ids_:
        return model.ids_.index(topic_id)
    if topic_id in banned_topics(model):
        raise SettingsError(f"topics: {topic_id} is banned; unban it first.")
    if topic_id in model.themes_:
        raise SettingsError(f"topics: {topic_id} is a theme; this is done to topics, one by one.")
    for edit in reversed(model.edits_):
        if topic_id in edit.get("others", ()):
            raise SettingsError(f"topics: {topic_id} was merged into {edit['topic_id']}.")
    known = sorted({*model.ids_, *model.themes_})
    near = get_close_matches(topic_id.lower(), known, 1)
    hint = f"did you mean {near[0]}?" if near else "`fcr topics list` shows those there are."
    raise SettingsError(f"topics: there is no topic '{topic_id}'; {hint}")


def _edit(kind: str, topic_id: str, as_of: pd.Timestamp, **what: Any) -> dict[str, Any]:
    return {"edit": kind, "topic_id": topic_id, **what, "as_of": as_of.isoformat()}


def _edited(model: TopicModel, edit: dict[str, Any], **changed: Any) -> TopicModel:
    """Give a copy of the model that shares with it only what did not change."""
    edited = copy.copy(model)
    for name, value in {**changed, "edits_": [*model.edits_, edit]}.items():
        setattr(edited, name, value)
    return edited


def _without(model: TopicModel, gone: Sequence[str]) -> TopicModel:
    """Take topics without reference vectors off an edited model, and close the numbers up."""
    stays = np.array([topic_id not in gone for topic_id in model.ids_])
    numbers = np.cumsum(stays) - 1
    topics = model.reference_topics_
    model.reference_topics_ = np.where(topics >= 0, numbers[topics.clip(0)], topics)
    model.ids_ = [topic_id for topic_id in model.ids_ if topic_id not in gone]
    model.themes_ = [theme for theme, stay in zip(model.themes_, stays, strict=True) if stay]
    merged = model.edits_[-1].get("others", ())
    model.names_ = {key: name for key, name in model.names_.items() if key not in merged}
    return model
