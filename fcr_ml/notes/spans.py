"""Reading notes so that one pattern serves every script.

What enters: a note. What leaves: the same note, character for character as long, with the digits
and signs of all scripts written as ASCII; and stretches cut at a sensible place. What it will not
do: change what is shown: only positions are taken from the reading.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Iterable
from functools import cache

from fcr_ml.notes.terms import UNSPACED

Span = tuple[int, int]
"""Start and end (exclusive) of a stretch of a note, in characters."""

UNSPACED_CLASS = UNSPACED.pattern.strip("[]+")
"""The inside of a character class: scripts that write no spaces between words."""

MARK = re.compile(r"<[a-z]{2,8}>")
"""A mark that redaction has set."""

_SIGNS = {
    "‐‑‒–—―−﹣－ー": "-",
    "\u00a0\u2002\u2003\u2005\u2007\u2009\u202f\u3000": " ",
    "。．｡․": ".",
    "，､、": ",",
    "：": ":",
    "／": "/",
    "（": "(",
    "）": ")",
    "＋": "+",
    "＠﹫": "@",
    "＝": "=",
    "＿": "_",
}


def read_alike(note: str) -> str:
    """Return the note with digits, Latin letters and signs of every script in their ASCII form.

    Examples
    --------
    >>> read_alike("０９１２－３４ ٠٩١٢ ＡＢ")
    '0912-34 0912 AB'
    """
    return note if note.isascii() else note.translate(_ascii_forms())


def mentions(note: str, words: Iterable[str]) -> bool:
    """Say whether any of the words, given in lower case, occurs in the note."""
    lowered = note.lower()
    for word in words:  # noqa: SIM110 - twice as fast as any(), and asked of every note
        if word in lowered:
            return True
    return False


def cut_at_space(note: str, most: int) -> str:
    """Return at most so many characters, cut where no address or number is torn.

    The cut moves back over what could be the head of an address, up to 200 characters.
    """
    if len(note) <= most:
        return note
    head = note[:most]
    if note[most].isspace():
        return head.rstrip()
    last_space = max(head.rfind(" "), head.rfind("\n"))
    return (head[:last_space] if last_space >= most - 200 else head[: most - 200]).rstrip()


@cache
def _ascii_forms() -> dict[int, str]:
    forms = {ord(sign): ascii_form for signs, ascii_form in _SIGNS.items() for sign in signs}
    for code in range(0x80, sys.maxunicode + 1):
        digit = unicodedata.decimal(chr(code), None)
        if digit is not None:
            forms[code] = str(digit)
    # Full-width Latin letters lie 0xFEE0 above their ASCII forms.
    for first, last in ("AZ", "az"):
        forms |= {code + 0xFEE0: chr(code) for code in range(ord(first), ord(last) + 1)}
    return forms
