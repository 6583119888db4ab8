"""Cue words in several languages, and nothing found where there is nothing."""

from __future__ import annotations

import pandas as pd
import pytest

from fcr_ml.features.wording import count_cues


def cues(note: str | None, answer: str | None = None) -> pd.Series:
    notes = pd.DataFrame({"contact_id": ["c"], "note": [note], "resolution_note": [answer]})
    return count_cues(notes).iloc[0]


@pytest.mark.parametrize(
    "note",
    [
        "It is STILL not working",
        "Das Programm ist schon wieder abgestürzt",
        "Ça ne marche toujours pas",
        "À nouveau en panne",
        "Sigue sin funcionar",
        "È di nuovo rotto",
        "Ainda não recebi",
        "Het werkt nog steeds niet",
        "Nadal nie działa",
        "Не работает до сих пор",
        "还是不行",
        "まだ動きません",
    ],
)
def test_a_returning_customers_words_are_found_in_each_language(note: str) -> None:
    assert cues(note)["again_words"] >= 1


@pytest.mark.parametrize("note", ["I am against it", "Gainful", "Das Tackern", "Installation"])
def test_words_inside_words_do_not_count(note: str) -> None:
    assert cues(note)[["again_words", "thanks_words"]].tolist() == [0, 0]


def test_counts_by_hand() -> None:
    counted = cues("Why? And why now? Thanks, again thank you", "Which one?")
    assert counted["note_questions"] == 2
    assert counted["answer_questions"] == 1
    assert counted["answer_characters"] == 10
    assert counted["thanks_words"] == 2
    assert counted["again_words"] == 1
    assert counted["has_answer"] == 1


def test_no_text_is_no_count() -> None:
    counted = cues(None)
    assert counted.drop(["contact_id", "has_answer"]).isna().all()
    assert counted["has_answer"] == 0


def test_readability_by_hand_with_and_without_spaces() -> None:
    # Two sentences of 7 words, of which "Thunderbird" and "settings" have more than six letters.
    counted = cues(None, "Please restart Thunderbird. Then open the settings!")
    assert counted["answer_sentence_words"] == 3.5
    assert counted["answer_long_word_rate"] == pytest.approx(3 / 7)
    # Thirteen signs are six and a half words in two sentences; no word can be long or short.
    counted = cues(None, "请重新启动程序。然后打开设置！")
    assert counted["answer_sentence_words"] == pytest.approx(13 / 2 / 2)
    assert pd.isna(counted["answer_long_word_rate"])
    # A point inside a number ends no sentence; without an end there is one.
    assert cues(None, "See version 3.5 for details")["answer_sentence_words"] == 6
    assert cues(None, "…")[["answer_sentence_words", "answer_long_word_rate"]].isna().all()
