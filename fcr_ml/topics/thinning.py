"""Rising terms made readable: one term for one rise, no personal names, no months.

Enters: terms that rise, the surest first, and the notes that hold them. Leaves: the
terms worth showing. Nothing is tested here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

SAME_RISE = 0.5
"""A term whose contacts are at least half another's too rises with it."""

_GREETINGS = (
    "hi|hello|hey|dear|sorry|mr|mrs|ms|hallo|liebe|lieber|herr|herrn|frau|hej|bonjour|madame|"
    "monsieur|hola|señora?|ciao|olá|beste|chào"
)
_THANKS = (
    "thank|thanks|thank you|thank you so much|thx|cheers|regards|sincerely|danke|grüße|tack|"
    "hälsningar|merci|cordialement|gracias|saludos|grazie|saluti|obrigad[oa]|bedankt|groet|"
    "groeten|cảm ơn"
)
_SAID = "said|says|wrote|posted|replied|schrieb|skrev|a écrit|escribió|ha scritto"
_ORDINAL = re.compile(r"\d+(?:st|nd|rd|th)")
_MONTH_NAMES = (
    "january february march april may june july august september october november december "
    "jan feb mar apr jun jul aug sep sept oct nov dec januar februar märz mai juni juli oktober "
    "dezember janvier février mars avril juin juillet août septembre octobre novembre décembre "
    "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre "
    "gennaio febbraio aprile maggio giugno luglio settembre ottobre novembre dicembre "
    "janeiro fevereiro março maio junho julho setembro outubro dezembro januari februari maart "
    "mei augustus maj augusti"
)
_MONTHS = frozenset(_MONTH_NAMES.split())


def thin_terms(names: Sequence[str], holds: csr_matrix, notes: Sequence[str]) -> list[int]:
    """Choose one term for each rise.

    Parameters
    ----------
    names : sequence of str
        Rising terms, the surest first.
    holds : scipy.sparse.csr_matrix
        Notes by terms, 1 where a note holds a term.
    notes : sequence of str
        Redacted notes.

    Returns
    -------
    list of int
        Places of the terms chosen. The surest term leads; those of whose notes at least
        half are the leader's rise with it, and of them the longest that more than half
        of the leader's notes hold is chosen. Then the surest of the rest leads. Terms
        with a personal name, a month or a day of it in them are left out.
    """
    together = (holds.T @ holds).toarray()
    held = together.diagonal()
    by_term = holds.tocsc()
    left = [
        place
        for place, name in enumerate(names)
        if not _is_left_out(name, [notes[row] for row in by_term[:, [place]].indices])
    ]
    chosen = []
    while left:
        leader = left[0]
        same = [place for place in left if together[place, leader] >= SAME_RISE * held[place]]
        common = [place for place in same if together[place, leader] > held[leader] / 2]
        chosen.append(max(common, key=lambda place: (_length(names[place]), -left.index(place))))
        left = [place for place in left if place not in same]
    return chosen


def _length(name: str) -> tuple[int, int]:
    return len(name.split()), len(name)


def _is_left_out(term: str, notes: Sequence[str]) -> bool:
    return any(
        word in _MONTHS or _ORDINAL.fullmatch(word) or is_personal_name(word, notes)
        for word in term.split()
    )


def is_personal_name(word: str, notes: Sequence[str]) -> bool:
    """Say whether a word serves to address, to quote or to sign.

    It does where at least half of the notes that hold it have it after a greeting, thanks
    or ``@``, before "said" or the like, before a comma at their beginning, or alone on
    their first or last line.

    Examples
    --------
    >>> is_personal_name("anna", ["Hi Anna, it works", "Tack Anna!", "Ask Anna"])
    True
    >>> is_personal_name("outlook", ["Hi, Outlook is down", "No mail in Outlook"])
    False
    """
    written = re.escape(word)
    used = re.compile(
        rf"(?:@|\b(?:{_GREETINGS})\s+|\b(?:{_THANKS})[\s,.!:;-]+){written}\b"
        rf"|\b{written}\s+(?:\w+\s+)?(?:{_SAID})\b"
        rf"|\A\W*{written}\s*[,!\n]|\n\W*{written}\W*\Z",
        re.IGNORECASE,
    )
    return bool(notes) and float(np.mean([bool(used.search(note)) for note in notes])) >= 0.5
