"""A function of the user's names topics from the Python door, and only where it may."""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from fcr_ml.analysis import SECTIONS
from fcr_ml.assembly import CasebookBuilder
from fcr_ml.contacts.clean import clean_log
from fcr_ml.contacts.read import RawLog
from fcr_ml.errors import SettingsError
from fcr_ml.frames import Casebook
from fcr_ml.settings import read_settings
from fcr_ml.topics.edits import rename
from fcr_ml.topics.forerunner import Forerunner
from fcr_ml.topics.model import TopicModel
from fcr_ml.topics.names import Namer, TopicToName
from fcr_ml.topics.table import sort_into_topics

from .test_table import _log

AS_OF = pd.Timestamp("2025-03-01T00:00Z")
MATTERS = {
    "refund": "money refund late account paid back still missing",
    "parcel": "parcel courier door delivery lost address street",
    "login": "password login locked code browser reset screen",
}
SECRET = "+46 70 123 45 67"


def _built(folder: Path, namer: Namer | None) -> Casebook:
    random = np.random.default_rng(0)
    notes = [
        f"{' '.join(random.permutation(words.split())[:5])} about {name}, call {SECRET}. "
        + "and so on " * 40
        for name, words in MATTERS.items()
        for _ in range(60)
    ]
    rows = pd.DataFrame({"note": notes}).assign(
        contact_id=[f"c{n:03d}" for n in range(len(notes))],
        customer_id=[f"u{n:03d}" for n in range(len(notes))],
        started_at=pd.Timestamp("2025-01-01T08:00Z"),
    )
    contacts = clean_log(RawLog(rows, ["by hand"], []), as_of=AS_OF).contacts
    builder = CasebookBuilder(encoder="words", cache_folder=folder / "cache", namer=namer)
    return builder.build(contacts, AS_OF, folder / "casebook")


def test_the_builder_hands_topics_and_themes_to_the_function(tmp_path: Path) -> None:
    shown: list[TopicToName] = []

    def name_it(topic: TopicToName) -> str:
        shown.append(topic)
        return f"  All \x1b[1mabout\n {topic.terms}"

    casebook = _built(tmp_path, name_it)

    cards = casebook.table("topic_cards")
    assert len(shown) == len(cards) >= 4
    assert {topic.level for topic in shown} == {"topic", "theme"}
    # The answers are all alike: the first line, without what cannot be shown, told apart.
    assert cards["topic"].str.startswith("All [1mabout").all()
    assert cards["topic"].is_unique
    assert all(1 <= len(topic.notes) <= 5 and topic.terms for topic in shown)
    notes = [note for topic in shown for note in topic.notes]
    assert max(map(len, notes)) <= 300
    assert not any("123 45" in note for note in notes)
    assert casebook.settings["topics_named_by"] == "a function of yours"


def test_without_a_function_nothing_is_asked_and_none_is_told_of(tmp_path: Path) -> None:
    assert "topics_named_by" not in _built(tmp_path, None).settings


@pytest.mark.parametrize("answer", [None, "", "\n", "–", "t012", "\x00", 7])
def test_an_answer_that_is_no_name_leaves_the_made_one(answer, caplog) -> None:
    contacts, notes, vectors, _ = _log()
    made = sort_into_topics(contacts, notes, vectors).cards["topic"].tolist()

    with caplog.at_level(logging.WARNING):
        cards = sort_into_topics(contacts, notes, vectors, namer=lambda topic: answer).cards

    assert cards["topic"].tolist() == made
    assert caplog.text.count("the naming function gave no name") == len(made)


def test_a_name_given_by_hand_is_neither_asked_for_nor_given_twice() -> None:
    contacts, notes, vectors, _ = _log()
    first = sort_into_topics(contacts, notes, vectors)
    by_hand = first.model.ids_[1]
    named = rename(first.model, by_hand, "Late refund", AS_OF)
    asked = []

    def name_it(topic: TopicToName) -> str:
        asked.append(topic.name)
        return "LATE REFUND"

    cards = sort_into_topics(
        contacts, notes, vectors, TopicModel(), Forerunner(named, first.topics), name_it
    ).cards

    assert "Late refund" not in asked
    assert len(asked) == len(cards) - 1
    assert cards.set_index("topic_id")["topic"][by_hand] == "Late refund"
    assert cards["topic"].str.casefold().is_unique


def test_a_function_cannot_be_set_in_a_file_and_must_be_one(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text('[casebook]\nnamer = "gpt"\n')

    with pytest.raises(SettingsError, match="namer is unknown"):
        read_settings(path, SECTIONS)
    with pytest.raises(SettingsError, match="namer: this is no function"):
        CasebookBuilder(namer="gpt")
