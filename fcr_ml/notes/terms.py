"""Cut notes into terms, with or without spaces between words.

Enters: one redacted note. Leaves: its terms in order. Scripts that write no
spaces (Chinese, Japanese, Thai, Lao, Khmer, Burmese) give overlapping pairs of
characters, which for counting serve as words do. No dictionary is needed and
none is loaded.
"""

from __future__ import annotations

import re

_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
)
UNSPACED = re.compile(f"[{_UNSPACED}]+")
"""A run of characters in a script that writes no spaces between words."""

# A word keeps inner hyphens, dots and slashes, so 0x800ccc0e, e-4711 and 115.3 stay whole.
_SPACED = f"[^\\W_{_UNSPACED}]+(?:[-./'’][^\\W_{_UNSPACED}]+)*"
_WORDS = re.compile(_SPACED)
_PIECES = re.compile(f"[{_UNSPACED}]+|{_SPACED}")
_MARKS = re.compile("<[a-z]+>")


def terms(note: str) -> list[str]:
    """Give the terms of a note, lower case, in order; redaction marks left out.

    Examples
    --------
    >>> terms("Error E-4711 again, call <phone>")
    ['error', 'e-4711', 'again', 'call']
    >>> terms("退款未到")
    ['退款', '款未', '未到']
    """
    text = _MARKS.sub(" ", note)
    # Words are found before they are folded, which may take a letter apart ("İ").
    if not UNSPACED.search(text):
        return [word.casefold() for word in _WORDS.findall(text)]
    found: list[str] = []
    for piece in map(str.casefold, _PIECES.findall(text)):
        if UNSPACED.match(piece) and len(piece) > 1:
            found.extend(piece[place : place + 2] for place in range(len(piece) - 1))
        else:
            found.append(piece)
    return found
