"""``fcr topics``: look at the topics of results, and change them by hand.

Enters: a results folder and what an analyst wants. Leaves: text, and after an edit the
folder ``topics`` with the changed model, whole or not at all. The figures of the
results stay as they are: they follow with the next analysis.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from fcr_ml.errors import SettingsError, StorageError
from fcr_ml.frames import Casebook
from fcr_ml.frames.storage import replaced_folder
from fcr_ml.notes.encoders import open_encoder
from fcr_ml.reports.topic_lists import (
    TopicRows,
    Waiting,
    as_typed,
    render_edit,
    render_history,
    render_topic,
    render_topics,
)
from fcr_ml.topics.edits import EDITS, banned_topics, edits_naming, marks, number_of
from fcr_ml.topics.given_names import name_key
from fcr_ml.topics.model import TopicModel
from fcr_ml.topics.neighbours import to_unit_length
from fcr_ml.topics.saved import load_topics, save_topics
from fcr_ml.topics.space import note_terms

TOPICS, BEFORE = "topics", "before"
"""The folder of the model in the results, and in it the models before each edit."""

CLOSEST = 3

MOST_NOTES = 1_000
"""So many notes of a topic say where it falls apart; they are encoded for it anew."""


@dataclass(frozen=True, eq=False)
class OpenTopics:
    """Topics of results, as they are after edits and as they were before each.

    Parameters
    ----------
    results : pathlib.Path
        The results folder.
    casebook : Casebook
        Its figures; edits made since are not in them.
    model : TopicModel
        After all edits.
    before : list of TopicModel
        Before each edit made since the results; the first is as it was fitted.
    """

    results: Path
    casebook: Casebook
    model: TopicModel
    before: list[TopicModel]

    @property
    def new_edits(self) -> list[dict[str, Any]]:
        """The edits made since the results."""
        return self.model.edits_[len(self.model.edits_) - len(self.before) :]

    @property
    def waiting(self) -> Waiting:
        """Those edits in words."""
        return Waiting([as_typed(edit) for edit in self.new_edits], self.results)


def open_topics(results: Path) -> OpenTopics:
    """Open the topics of a results folder.

    Raises
    ------
    StorageError
        When the folder holds no topics, or they are damaged.
    """
    results = Path(results)
    folder = results / TOPICS
    casebook = Casebook.open(results / "casebook")
    if not folder.is_dir():
        raise StorageError(
            f"topics: {results} holds no folder {TOPICS}; analyze the log once more with "
            f"--out {results}."
        )
    before = [load_topics(path) for path in sorted((folder / BEFORE).glob("*"))]
    return OpenTopics(results, casebook, load_topics(folder), before)


def tell_topics(results: Path, width: int = 100, colour: bool = False) -> str:
    """List the topics of a results folder as text.

    Parameters
    ----------
    results : pathlib.Path
        Holds the folders ``casebook`` and ``topics``.
    width : int
        Columns of the terminal.
    colour : bool
        Whether to add the codes for bold and quiet text.
    """
    found = open_topics(results)
    return render_topics(_rows(found), found.waiting, width, colour)


def tell_topic(results: Path, topic_id: str, width: int = 100, colour: bool = False) -> str:
    """Tell what one topic holds, what is closest to it and where it comes from.

    Raises
    ------
    SettingsError
        When the topic is unknown.
    """
    found = open_topics(results)
    told = _rows(found)
    rows = told.rows.set_index("topic_id", drop=False)
    if topic_id not in rows.index:
        number_of(found.model, topic_id)
    return render_topic(
        rows.loc[topic_id].to_dict(),
        _closest(found.model, topic_id, rows),
        _lineage(found.casebook, topic_id),
        _edits_of(found.model, topic_id),
        told,
        found.waiting,
        width,
        colour,
    )


def tell_history(results: Path, topic_id: str, width: int = 100, colour: bool = False) -> str:
    """Tell how many contacts a topic had by month, and what became of it.

    Raises
    ------
    SettingsError
        When no contact ever had the topic.
    """
    found = open_topics(results)
    topics = found.casebook.table("topics", ["topic_id", "first_topic_id"])
    lineage = _lineage(found.casebook, topic_id)
    today, then = ((topics[name] == topic_id).fillna(False) for name in topics.columns)
    if lineage.empty and not (today | then).any():
        number_of(found.model, topic_id)
    started = found.casebook.table("contacts", ["started_at"])["started_at"]
    months = pd.DataFrame(
        {
            "month": started.dt.strftime("%Y-%m"),
            "today": today.astype(int),
            "then": then.astype(int),
            "contacts": 1,
        }
    )
    counted = months.groupby("month", as_index=False).sum()
    rows = _rows(found).rows.set_index("topic_id")["topic"]
    title = f"{topic_id} {rows.get(topic_id, '')}".strip()
    edits = _edits_of(found.model, topic_id)
    return render_history(title, counted, lineage, edits, width, colour)


def change_topics(
    results: Path, edit: str, topic_id: str, width: int = 100, **what: str | Sequence[str] | None
) -> str:
    """Change topics by hand and say what was changed.

    Parameters
    ----------
    results : pathlib.Path
        Its folder ``topics`` is replaced, whole or not at all.
    edit : {'rename', 'merge', 'split', 'pin', 'unpin', 'ban', 'unban'}
        What to do; see :mod:`fcr_ml.topics.edits`.
    topic_id : str
        The topic.
    width : int
        Columns of the terminal.
    **what
        ``name`` of a rename, None to take the one given by hand back; ``others`` of a merge.

    Raises
    ------
    SettingsError
        When the edit cannot be made.
    """
    found = open_topics(results)
    given: dict[str, Any] = dict(what)
    if edit == "rename":
        given["shown"] = _shown_names(found)
    if edit == "split":
        given |= _notes_of(found, topic_id)
    model = EDITS[edit](found.model, topic_id, as_of=found.casebook.as_of, **given)
    changed = replace(found, model=model, before=[*found.before, found.model])
    _save(changed)
    said = _said(model.edits_[-1])
    if edit == "split":
        placed = model.place(given["vectors"], given["languages"], given["terms"])[0]
        smaller = int((placed == model.topics - 1).sum())
        said += f" It has {smaller:,} of the {len(placed):,} different notes looked at."
    return render_edit(said, changed.waiting, width)


def undo_edit(results: Path, width: int = 100) -> str:
    """Take back the last change by hand and say which it was.

    Raises
    ------
    SettingsError
        When nothing was changed since the results.
    """
    found = open_topics(results)
    if not found.before:
        raise SettingsError(
            "undo: nothing was changed by hand since these results; what was changed before is "
            "part of their topics and can be changed anew."
        )
    restored = replace(found, model=found.before[-1], before=found.before[:-1])
    _save(restored)
    return render_edit(f"Taken back: {found.waiting.edits[-1]}.", restored.waiting, width)


def _save(found: OpenTopics) -> None:
    with replaced_folder(found.results / TOPICS) as beside:
        save_topics(found.model, beside)
        for number, model in enumerate(found.before):
            save_topics(model, beside / BEFORE / f"{number:03d}")


def _notes_of(found: OpenTopics, topic_id: str) -> dict[str, Any]:
    """Give the vectors and languages of a topic's different notes."""
    number = number_of(found.model, topic_id)
    sources = {topic_id}
    for edit in reversed(found.new_edits):
        if edit["topic_id"] in sources:
            sources |= set(edit.get("others", ()))
        elif edit.get("new_topic_id") in sources:
            sources.add(edit["topic_id"])
    topics = found.casebook.table("topics", ["contact_id", "topic_id"])
    mine = topics.loc[topics["topic_id"].isin(list(sources)), "contact_id"]
    notes = found.casebook.table("notes", ["contact_id", "note", "note_hash", "language"])
    notes = notes[notes["contact_id"].isin(mine)].drop_duplicates("note_hash")
    notes = notes.sort_values("note_hash").head(MOST_NOTES)
    spoken = notes["language"].astype(object).where(notes["language"].notna(), None).tolist()
    encoder = open_encoder(found.model.encoder or "auto")
    if found.model.fingerprint not in (None, encoder.fingerprint):
        raise SettingsError(
            f"split: these topics were made with an encoder '{encoder.name}' of other weights or "
            "settings; bring that one back, or analyze the log once more with this one."
        )
    vectors = encoder.encode(notes["note"].tolist())
    terms = note_terms(notes["note"].tolist())
    # Edits made since the results have moved notes that the results still count elsewhere.
    inside = np.flatnonzero(found.model.place(vectors, spoken, terms)[0] == number)
    said = [spoken[row] for row in inside]
    return {"vectors": vectors[inside], "languages": said, "terms": terms[inside]}


def _said(edit: dict[str, Any]) -> str:
    topic = edit["topic_id"]
    if edit["edit"] == "rename" and edit["name"] is None:
        return f"{topic} has no name given by hand any more; the next analysis makes it one."
    words = {
        "rename": f"{topic} is called '{edit.get('name')}' from now on.",
        "merge": f"{', '.join(edit.get('others', ()))} will be part of {topic}.",
        "split": f"{topic} will be two topics; the smaller part is {edit.get('new_topic_id')}.",
        "pin": f"{topic} is pinned: later fits neither split it nor join it with others.",
        "unpin": f"{topic} is no longer held: later fits may split it or join it with others.",
        "ban": f"{topic} is banned: notes like its own will have no topic.",
        "unban": f"{topic} will be a topic again.",
    }
    return words[edit["edit"]]


def _rows(found: OpenTopics) -> TopicRows:
    """Give a row for each topic of the figures and each that edits have added since."""
    cards = found.casebook.table("topic_cards")
    shown = _shown_names(found)
    topics = cards[cards["level"] == "topic"].set_index("topic_id")
    ids = [*topics.index, *(new for new in found.model.ids_ if new not in topics.index)]
    rows = topics.reindex(pd.Index(ids, name="topic_id", dtype="object")).reset_index()
    rows["topic"] = rows["topic_id"].map(shown)
    rows["contacts"] = rows["contacts"].to_numpy(float, na_value=np.nan)
    parents = rows["parent_topic_id"]
    rows["theme"] = [None if pd.isna(p) else f"{p} {shown.get(p, '')}".strip() for p in parents]
    rows["by_hand"] = [_by_hand(found, topic_id) for topic_id in ids]
    banned = [topic for topic in banned_topics(found.model) if topic not in topics.index]
    contacts = len(found.casebook.table("contacts", ["contact_id"]))
    return TopicRows(rows, parents.nunique(), contacts, found.casebook.as_of, banned)


def _by_hand(found: OpenTopics, topic_id: str) -> str:
    if topic_id in found.model.ids_:
        return ", ".join(marks(found.model, topic_id))
    for edit in reversed(found.model.edits_):
        if topic_id in edit.get("others", ()):
            return f"merged into {edit['topic_id']}"
    return "banned" if topic_id in banned_topics(found.model) else ""


def _shown_names(found: OpenTopics) -> dict[str, str]:
    """Give the names by id: those given by hand, and those of the results where they still hold.

    A name taken back holds no longer, nor does one that another topic was given since.
    """
    cards = found.casebook.table("topic_cards", ["topic_id", "topic"])
    given = found.model.names_
    living = {*found.model.ids_, *found.model.themes_}
    in_use = {name_key(name) for topic_id, name in given.items() if topic_id in living}
    fitted = [*found.before, found.model][0]
    shown = dict(zip(cards["topic_id"], cards["topic"], strict=True))
    stale = {
        topic_id
        for topic_id, name in shown.items()
        if topic_id in living and (name_key(name) in in_use or fitted.names_.get(topic_id) == name)
    }
    return {key: name for key, name in shown.items() if key not in stale} | dict(given)


def _closest(model: TopicModel, topic_id: str, rows: pd.DataFrame) -> pd.DataFrame:
    """Give the topics whose middles are closest, with the cosine."""
    columns = ["topic_id", "topic", "contacts", "cosine"]
    if topic_id not in model.ids_ or len(model.ids_) < 2:
        return pd.DataFrame(columns=columns)
    groups = [model.reference_vectors_[model.reference_topics_ == n] for n in range(model.topics)]
    middles = to_unit_length(np.array([group.mean(axis=0) for group in groups]))
    cosines = pd.Series((middles @ middles[number_of(model, topic_id)]).round(4), model.ids_)
    near = cosines.drop(topic_id).sort_values(ascending=False, kind="stable").head(CLOSEST)
    return rows.loc[near.index].assign(cosine=near)[columns]


def _edits_of(model: TopicModel, topic_id: str) -> list[tuple[pd.Timestamp, str]]:
    """Give the moments and words of all edits that a topic had a part in."""
    return [(pd.Timestamp(edit["as_of"]), as_typed(edit)) for edit in edits_naming(model, topic_id)]


def _lineage(casebook: Casebook, topic_id: str) -> pd.DataFrame:
    if "topic_lineage" not in casebook.table_names:
        return pd.DataFrame()
    table = casebook.table("topic_lineage")
    names_it = (table["topic_id"] == topic_id) | (table["forerunner_id"] == topic_id)
    return table[names_it.fillna(False)]
