"""What words alone say: plain thanks, and cues in several scripts."""

from __future__ import annotations

import pytest

from fcr_ml.links.reaction_cues import CUES, NAMES, read_clauses
from fcr_ml.links.reaction_words import is_thanks


def _named(text: str) -> list[set[str]]:
    return [
        {name for place, name in enumerate(NAMES) if bits >> place & 1}
        for bits, _ in read_clauses(text)
    ]


def test_cues_of_each_clause_by_hand() -> None:
    assert _named("thanks, but it doesn't start. no luck") == [
        {"thanks"},
        {"but", "not"},
        {"not", "said_yes_or_no"},
    ]
    assert _named("") == []


def test_a_question_mark_of_any_script_asks() -> None:
    for text in ("is it safe? yes", "安全吗？是", "هل هذا آمن؟ نعم", "safe ?"):
        assert read_clauses(text)[0][1], text
    assert not read_clauses("see page.example/?id=3")[0][1]


def test_a_version_is_one_clause() -> None:
    assert len(read_clauses("it is 115.3.1 now")) == 1


def test_no_cue_lists_a_word_twice() -> None:
    for name, words in CUES.items():
        listed = words.split()
        assert len(listed) == len(set(listed)), name
        assert words == words.casefold(), name


@pytest.mark.parametrize(
    "note",
    [
        "Thank you, that did it.",
        "谢谢，解决了",
        "Tack, det fungerar nu.",
        "Cảm ơn, được rồi.",
        "Vielen Dank!",
        "Thanks, problem solved",
        "ありがとうございました",
    ],
)
def test_plain_thanks_is_thanks_in_any_language(note: str) -> None:
    assert is_thanks(note, words=5)


@pytest.mark.parametrize(
    "note",
    [
        "Thanks, but it still fails.",
        "Thank you. Where do I find that menu?",
        "谢谢，但还是不行",
        "Tack, men det fungerar fortfarande inte.",
        "Cảm ơn nhưng vẫn lỗi.",
        "Danke, aber der Fehler ist noch da.",
        "It does not start.",
        "",
        None,
    ],
)
def test_thanks_with_trouble_in_it_is_not_thanks(note: str | None) -> None:
    assert not is_thanks(note, words=8)
