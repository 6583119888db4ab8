"""What a reply says by its words and signs alone, in any language.

Enters: redacted replies and the answers they reply to. Leaves: some thirty plain features a
reply, for which no encoder is needed. What it will not do: weigh them.
"""

from __future__ import annotations

import re
from functools import reduce
from itertools import takewhile
from operator import or_

import numpy as np
import pandas as pd

from fcr_ml.links.reaction_cues import CUES, NAMES, read_clauses
from fcr_ml.notes.side_by_side import side_by_side

THANKS_WORDS = 40
"""A longer note with thanks in it also says something else."""

MOST_CHARACTERS, LAST_CHARACTERS = 500, 200
"""Of a longer text the beginning and the end are read: a reply opens with what happened and
closes with thanks or a question, and what lies between is mostly pasted."""

MOST_OF_ANSWER = 300
"""Of an answer less is read: it is only asked whether it asks."""

QUOTED = 30
"""Characters from which a piece of the answer in a reply is a quotation."""

OPENING = 3
"""Clauses in which a reply says what it is for; the first is often a greeting."""

_BIT = {name: 1 << place for place, name in enumerate(NAMES)}
_DENIES = _BIT["not"] | _BIT["still"]
_DENIES_OR_DREAMS = _DENIES | _BIT["unreal"]
_GOOD = _BIT["solved"] | _BIT["works"]

_SAID = (
    "not",
    "still",
    "but",
    "fault",
    "tried",
    "will",
    "appeal",
    "learnt",
    "lost",
    "gives",
    "new",
)
OF_REPLY = (
    "thanks",
    "is_plain_thanks",
    "opens_with_thanks",
    "ends_in_thanks",
    "ends_in_appeal",
    "is_good",
    "opens_good",
    "ends_good",
    "good_now",
    "is_solved",
    "good_comes_last",
    "opens_bad",
    "ends_bad",
    "bad_share",
    "asks",
    "ends_asking",
    "starts_with_yes_or_no",
    "figures_share",
)
"""Features of the reply alone, alike for short and long ones."""

OF_ALL = tuple(f"says_{name}" for name in _SAID)
"""Cues that a reply has the more of, the longer it is."""

OF_LENGTH = ("bad_clauses", "questions", "figures", "words")
"""Logarithms of counts, which grow with the length of a reply."""

OF_ANSWER = ("answer_asks", "answer_tests", "answer_question_share", "answer_words")
TOGETHER = ("asks_asked", "says_yes_or_no_asked", "tells_asked")
FEATURES = (*OF_REPLY, *OF_ALL, *OF_LENGTH, *OF_ANSWER, *TOGETHER)

_YES_OR_NO = re.compile("(?:" + "|".join(CUES["said_yes_or_no"].split()) + r")\b")
_FIGURES = re.compile(r"(?<!\S)[^\s\d\\/_=]*(?:\d|[\\/_=]\w)")


def is_thanks(note: str | None, words: int) -> bool:
    """Say whether a note does nothing but thank.

    Parameters
    ----------
    note : str or None
        Redacted plain text.
    words : int
        Its words as counted in NOTES.

    Examples
    --------
    >>> is_thanks("Thank you, that did it.", 5)
    True
    >>> is_thanks("Thanks, but it still fails.", 5)
    False
    """
    return bool(note) and _is_thanks(read_clauses(_read_part(str(note))), words)


def lay_out_words(replies: pd.DataFrame) -> np.ndarray:
    """Give the features of each reply.

    Parameters
    ----------
    replies : pandas.DataFrame
        ``note`` and ``earlier_answer``, redacted, either may be null; ``words``.

    Returns
    -------
    numpy.ndarray
        Shape (n, len(FEATURES)), in the order of ``FEATURES``. Zeros for what a missing
        note or answer would have said.
    """
    parts = side_by_side(
        _read_replies,
        replies["note"].fillna("").tolist(),
        replies["words"].fillna(0).tolist(),
        replies["earlier_answer"].fillna("").tolist(),
    )
    rows = [row for part in parts for row in part]
    features = np.array(rows, dtype=float).reshape(len(replies), len(FEATURES))
    for name in (*OF_LENGTH, "answer_words"):
        place = FEATURES.index(name)
        features[:, place] = np.log1p(features[:, place])
    return features


def _read_replies(notes: list[str], words: list[float], given: list[str]) -> list[list[float]]:
    answers = {answer: _read_answer(answer) for answer in dict.fromkeys(given)}
    return [
        _read_reply(_read_part(note), length, *answers[answer])
        for note, length, answer in zip(notes, words, given, strict=True)
    ]


def _read_part(text: str, most: int = MOST_CHARACTERS) -> str:
    if len(text) > most:
        text = f"{text[: most - LAST_CHARACTERS]} {text[-LAST_CHARACTERS:]}"
    return text.casefold()


def _read_answer(answer: str) -> tuple[str, list[float]]:
    """Give an answer's text and features.

    An answer may only test ("does it also fail on the phone?"): what it wants then is news
    of the trouble, which is told apart from asking for facts.
    """
    text = _read_part(answer, MOST_OF_ANSWER)
    clauses = read_clauses(text)
    questions = sum(asks for _, asks in clauses)
    bits = _any_bits(clauses)
    asks = questions > 0 or bool(bits & _BIT["request"])
    tests = bool(bits & _BIT["tests"])
    return text, [asks, tests, questions / max(len(clauses), 1), len(answer.split())]


def _read_reply(text: str, words: float, answer: str, of_answer: list[float]) -> list[float]:
    clauses = read_clauses(_unquoted(text, answer)) or [(0, False)]
    bits = _any_bits(clauses)
    good = [bool(b & _GOOD) and not (b & _DENIES_OR_DREAMS or asks) for b, asks in clauses]
    bad = [bool(b & _DENIES and (not b & _BIT["solved"] or b & _BIT["not"])) for b, _ in clauses]
    asking = sum(asks for _, asks in clauses)
    figures = len(_FIGURES.findall(text))
    closing = _any_bits(clauses[-2:])
    answers_yes_or_no = bool(_YES_OR_NO.match(text))
    asked = bool(of_answer[0])
    return [
        bool(bits & _BIT["thanks"]),
        _is_thanks(clauses, words),
        bool(clauses[0][0] & _BIT["thanks"]),
        bool(closing & _BIT["thanks"]),
        bool(closing & _BIT["appeal"]),
        *_outcome(clauses, good, bad),
        asking > 0,
        clauses[-1][1],
        answers_yes_or_no,
        figures / max(words, figures, 1),
        *(bool(bits & _BIT[name]) for name in _SAID),
        sum(bad),
        asking,
        figures,
        words,
        *of_answer,
        asked and asking > 0,
        asked and answers_yes_or_no,
        asked and not asking and not any(good),
    ]


def _outcome(clauses: list[tuple[int, bool]], good: list[bool], bad: list[bool]) -> list[float]:
    """Give what the reply says of the outcome: whether it went well, where, and last."""
    said = list(zip(clauses, good, strict=True))
    last_good = len(good) - good[::-1].index(True) if any(good) else 0
    return [
        any(good),
        any(good[:OPENING]),
        good[-1],
        any(well and bool(bits & _BIT["now"]) for (bits, _), well in said),
        any(well and bool(bits & _BIT["solved"]) for (bits, _), well in said),
        last_good > 0 and not any(bad[last_good:]),
        any(bad[:OPENING]),
        bad[-1],
        sum(bad) / len(bad),
    ]


def _is_thanks(clauses: list[tuple[int, bool]], words: float) -> bool:
    bits = _any_bits(clauses)
    is_troubled = bits & (_DENIES | _BIT["but"]) or any(asks for _, asks in clauses)
    is_faulty = bits & _BIT["fault"] and not bits & _BIT["solved"]
    return words <= THANKS_WORDS and bool(bits & _BIT["thanks"]) and not (is_troubled or is_faulty)


def _any_bits(clauses: list[tuple[int, bool]]) -> int:
    return reduce(or_, (bits for bits, _ in clauses), 0)


def _unquoted(text: str, answer: str) -> str:
    """Leave out of a reply what it quotes of the answer; those are not the customer's words."""
    begin = text.find(answer[:QUOTED]) if len(answer) >= QUOTED else -1
    if begin < 0:
        return text
    alike = takewhile(lambda pair: pair[0] == pair[1], zip(text[begin:], answer, strict=False))
    return f"{text[:begin]}\n{text[begin + sum(1 for _ in alike) :]}"
