"""Words of notes as 0/1 columns, and which of them may be shown.

Enters: the beginnings of redacted notes. Leaves: a sparse table of notes and words. Scripts
that write no spaces give pairs of characters. What it will not do: know a name by a list.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

CHARACTERS = 400
"""As much of a note or an answer is read; the rest is history and logs."""

EXCERPT = 160
"""Characters of a note that are shown."""

FEWEST_CUSTOMERS = 5
"""What fewer customers' contacts hold may tell who one of them is, and is not shown."""

_ONE_AGENT = 0.9
"""A word of which so many contacts are one agent's is likely that agent's name or habit."""

_NAME_CAPITAL, _NAME_EDGE = 0.9, 0.5
"""A word nearly always written with a capital, and as often as not among the first or last
words of a note, greets or signs."""

_EDGE_WORDS = 3

_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
)
_SPACED = f"[^\\W_{_UNSPACED}]+(?:[-./'’][^\\W_{_UNSPACED}]+)*"
_PIECES = re.compile(f"<[a-z]+>|[{_UNSPACED}]+|{_SPACED}")
_IS_UNSPACED = re.compile(f"[{_UNSPACED}]")


def words_of(note: str) -> list[str]:
    """Give the words of a note, lower case; marks of redaction and bare numbers left out.

    Examples
    --------
    >>> words_of("Error E-4711 again, call <phone> 12")
    ['error', 'e-4711', 'again', 'call']
    >>> words_of("退款未到")
    ['退款', '款未', '未到']
    """
    return [piece.casefold() for piece in _cut(note)]


@dataclass(frozen=True)
class Words:
    """Which note holds which word.

    Parameters
    ----------
    held : scipy.sparse.csr_matrix
        Shape (notes, words), 0/1.
    words : list of str
        In the order in which they were met.
    may_be_name : numpy.ndarray
        True for a word nearly always written with a capital that, as often as not, stands
        among the first or the last words of a note: it may greet or sign.
    """

    held: Any
    words: list[str]
    may_be_name: NDArray[np.bool_]


def count_words(notes: Sequence[str]) -> Words:
    """Give which note holds which word.

    Parameters
    ----------
    notes : sequence of str
        An empty one holds nothing. Words of fewer than five notes are left out.

    Examples
    --------
    >>> told = count_words(["Hi Ann, it is late"] * 5)
    >>> told.words, told.may_be_name.tolist()
    (['hi', 'ann', 'it', 'is', 'late'], [True, True, False, False, False])
    """
    from scipy.sparse import csr_matrix

    pieces = [_cut(note) for note in notes]
    number: defaultdict[str, int] = defaultdict()
    number.default_factory = number.__len__
    written = np.array([number[piece] for piece in chain.from_iterable(pieces)], dtype=np.int64)
    forms = list(number)
    folded: defaultdict[str, int] = defaultdict()
    folded.default_factory = folded.__len__
    of_form = np.array([folded[form.casefold()] for form in forms], dtype=np.int64)
    which = of_form[written] if len(written) else written
    lengths = np.array([len(found) for found in pieces], dtype=np.int64)
    rows = np.repeat(np.arange(len(notes)), lengths)
    pairs = np.unique(rows * max(len(folded), 1) + which)
    in_rows, in_words = np.divmod(pairs, max(len(folded), 1))
    is_kept = np.bincount(in_words, minlength=len(folded)) >= FEWEST_CUSTOMERS
    kept = np.flatnonzero(is_kept)
    cells = (np.ones(len(pairs)), (in_rows, in_words))
    held = csr_matrix(cells, shape=(len(notes), len(folded)))[:, kept]
    is_name = _may_be_names(forms, written, which, lengths, len(folded))
    words = list(folded)
    return Words(held, [words[place] for place in kept], is_name[kept])


def _cut(note: str) -> list[str]:
    pieces = _PIECES.findall(note)
    if _IS_UNSPACED.search(note):
        pieces = [part for piece in pieces for part in _pairs(piece)]
    return [piece for piece in pieces if _speaks(piece)]


def _pairs(piece: str) -> list[str]:
    if not _IS_UNSPACED.match(piece):
        return [piece]
    return [piece[at : at + 2] for at in range(max(len(piece) - 1, 1))]


def _speaks(piece: str) -> bool:
    is_short = len(piece) < 2 and not _IS_UNSPACED.match(piece)
    return not (is_short or piece.isdigit() or piece[0] == "<")


def _may_be_names(
    forms: list[str],
    written: NDArray[np.int64],
    which: NDArray[np.int64],
    lengths: NDArray[np.int64],
    count: int,
) -> NDArray[np.bool_]:
    # Who writes in capitals throughout signs in capitals too.
    capital = np.array([form[:1].isupper() for form in forms], dtype=float)
    ends = np.repeat(np.cumsum(lengths), lengths)
    places = np.arange(len(written))
    begins = np.repeat(np.cumsum(lengths) - lengths, lengths)
    edge = (places - begins < _EDGE_WORDS) | (ends - places <= _EDGE_WORDS)
    times = np.maximum(np.bincount(which, minlength=count), 1)
    capitals = np.bincount(which, capital[written] if len(written) else None, count) / times
    return (capitals >= _NAME_CAPITAL) & (np.bincount(which, edge, count) >= _NAME_EDGE * times)


def is_one_agents(held: Any, agents: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Tell the words of which nine in ten contacts are one agent's.

    Parameters
    ----------
    held : scipy.sparse.csr_matrix
        Shape (contacts, words), 0/1.
    agents : numpy.ndarray
        Number of each contact's agent from 0, -1 where unknown.

    Notes
    -----
    Where one agent handles as much of all contacts that are looked at, all words are theirs
    and none tells who they are.
    """
    from scipy.sparse import csr_matrix

    known = np.flatnonzero(agents >= 0)
    if not len(known):
        return np.zeros(held.shape[1], dtype=bool)
    cells = (np.ones(len(known)), (agents[known], known))
    by_agent = csr_matrix(cells, shape=(int(agents.max()) + 1, len(agents))) @ held
    most = by_agent.max(axis=0).toarray().ravel()
    in_all = np.asarray(by_agent.sum(axis=0)).ravel()
    is_only = np.bincount(agents[known]).max() >= _ONE_AGENT * len(known)
    return (most >= _ONE_AGENT * in_all) & (in_all > 0) & (not is_only)


def hide_words(note: str, shown: set[str]) -> str:
    """Give a note with a mark in place of every word that may not be shown.

    Redaction finds no names; a word of few customers, of one agent or that looks like a
    name is none of those shown, and so a greeting or a signature does not show who wrote.

    Examples
    --------
    >>> hide_words("Johan said the router fails, best regards David", {"the", "router", "fails"})
    '… the router fails, …'
    >>> hide_words("退款未到", {"退款"})
    '退款…'
    """
    hidden = _PIECES.sub(lambda found: _shown(found.group(), shown), note)
    return re.sub("…(?:[\\s…]*…)?", "…", hidden)


def _shown(piece: str, shown: set[str]) -> str:
    if _IS_UNSPACED.match(piece) and len(piece) > 1:
        known = [piece[at : at + 2] in shown for at in range(len(piece) - 1)]
        at_either = [a or b for a, b in zip([False, *known], [*known, False], strict=True)]
        return "".join(c if keeps else "…" for c, keeps in zip(piece, at_either, strict=True))
    return piece if not _speaks(piece) or piece.casefold() in shown else "…"


def excerpt(note: str, word: str | None = None) -> str:
    """Give at most 160 characters of a note, around a word where one is given.

    Examples
    --------
    >>> excerpt("refund   late")
    'refund late'
    """
    text = " ".join(note.split())
    if len(text) <= EXCERPT:
        return text
    at = max(text.casefold().find(word), 0) if word else 0
    begin = 0 if at < EXCERPT // 2 else _next_word(text, at - EXCERPT // 3)
    shown = text[begin : begin + EXCERPT - 2]
    opening = "…" if begin else ""
    return opening + shown.rstrip() + ("…" if begin + len(shown) < len(text) else "")


def _next_word(text: str, at: int) -> int:
    space = text.find(" ", at, at + 20)
    return at if space < 0 else space + 1
