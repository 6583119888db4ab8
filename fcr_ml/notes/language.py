"""The language a note is written in.

What enters: redacted notes. What leaves: a two-letter language for each, or nothing where the note
is too short or the answer too doubtful. What it will not do: overrule a language that the contact
brought with it; that is for the caller to prefer.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Any

from fcr_ml.notes.spans import MARK

LEAST_PROBABILITY = 0.7
"""From 0.7 on, 998 of 1,000 answers for short English requests are right; from 0.5 on, 994."""
FEWEST_LETTERS = 12
"""Below twelve letters a guess in an alphabet that many languages share is little better than a
coin: "ok super" is right in six of them."""

_MOST_CHARACTERS = 150  # more text changes three answers in a thousand and costs in proportion
# Code, links and paths read as English or Latin whatever language surrounds them.
_NOT_PROSE = re.compile(r"\w+://\S+|\S+@\S+|\S*[\\/_=]\S*|\S*\d\S*")

# Scripts that one language of a contact centre writes. Kana comes before Han: Japanese uses both.
_SCRIPTS = tuple(
    (language, re.compile(f"[{letters}]"), share)
    for language, letters, share in (
        ("ja", "\u3041-\u30ff", 0.10),
        ("ko", "\u1100-\u11ff\uac00-\ud7af", 0.2),
        ("zh", "\u3400-\u4dbf\u4e00-\u9fff", 0.2),
        ("th", "\u0e01-\u0e5b", 0.2),
        ("lo", "\u0e81-\u0edf", 0.2),
        ("km", "\u1780-\u17ff", 0.2),
        ("my", "\u1000-\u109f", 0.2),
        ("he", "\u0590-\u05ff", 0.2),
        ("el", "\u0370-\u03ff\u1f00-\u1fff", 0.2),
        ("ka", "\u10a0-\u10ff", 0.2),
        ("hy", "\u0530-\u058f", 0.2),
        ("ta", "\u0b80-\u0bff", 0.2),
        ("te", "\u0c00-\u0c7f", 0.2),
        ("kn", "\u0c80-\u0cff", 0.2),
        ("ml", "\u0d00-\u0d7f", 0.2),
        ("gu", "\u0a80-\u0aff", 0.2),
        ("pa", "\u0a00-\u0a7f", 0.2),
        ("si", "\u0d80-\u0dff", 0.2),
        ("am", "\u1200-\u137f", 0.2),
    )
)
_LANGUAGES = (
    "af ar az be bg bn bs ca cs cy da de el en es et eu fa fi fr ga gl gu he hi hr hu hy id is it "
    "ja ka kk km kn ko lt lv mk ml mn mr ms my ne nl no pa pl pt ro ru si sk sl sq sr sv sw ta te "
    "th tl tr uk ur uz vi xh zh zu"
)
_LETTER = re.compile(r"[^\W\d_]")


def detect_languages(notes: Sequence[str | None]) -> list[str | None]:
    """Return the two-letter language of each note, or None.

    The script settles it where one language has a script to itself and at least a fifth of the
    letters are in it (a tenth for kana): product names in Latin letters do not make a Chinese note
    English. Otherwise ``py3langid`` is asked, for the languages of whole countries only, so that a
    short Spanish note is not taken for Aragonese, and believed from a probability of 0.7 and
    twelve letters on.

    Examples
    --------
    >>> detect_languages(["My invoice is wrong, who can help me?", "退款没有到账", "ok", None])
    ['en', 'zh', None, None]
    """
    return [None if note is None else _detect(note) for note in notes]


def _detect(note: str) -> str | None:
    text = _NOT_PROSE.sub(" ", MARK.sub(" ", note[:_MOST_CHARACTERS]))
    letters = len(_LETTER.findall(text))
    if letters and not text.isascii():
        for language, script, share in _SCRIPTS:
            if len(script.findall(text)) >= max(2, share * letters):
                return language
    if letters < FEWEST_LETTERS:
        return None
    language, probability = _identifier().classify(text)
    return language if probability >= LEAST_PROBABILITY else None


@cache
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(_LANGUAGES.split())
    return identifier
