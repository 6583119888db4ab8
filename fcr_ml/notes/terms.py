"""Cut notes into terms, with or without spaces between words.

Enters: one redacted note. Leaves: its terms in order. Scripts that write no
spaces (Chinese, Japanese, Thai, Lao, Khmer, Burmese) give overlapping pairs of
characters, which for counting serve as words do. No dictionary is needed and
none is loaded.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from fcr_ml.notes.side_by_side import side_by_side

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

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


def hash_terms(notes: Sequence[str], places: int) -> csr_matrix:
    """Count the terms of notes in a fixed number of places, so that no list of them is kept.

    Parameters
    ----------
    notes : sequence of str
        Redacted notes.
    places : int
        Columns; two terms may share one, the rarer the more there are.

    Returns
    -------
    scipy.sparse.csr_matrix
        Shape (n, places), float32 counts.

    Examples
    --------
    >>> hash_terms(["refund late", "late late"], 1024).sum(axis=1).ravel().tolist()
    [[2.0, 2.0]]
    """
    from scipy.sparse import csr_matrix, vstack

    if not len(notes):
        return csr_matrix((0, places), dtype="float32")
    return vstack(side_by_side(partial(_hash, places=places), list(notes)), format="csr")


def _hash(notes: list[str], places: int) -> csr_matrix:
    import numpy as np
    from sklearn.feature_extraction.text import HashingVectorizer

    hashing = HashingVectorizer(
        analyzer=terms, n_features=places, alternate_sign=False, norm=None, dtype=np.float32
    )
    return hashing.transform(notes)
