"""Wording: notes cut into units, with what each unit is like.

Enters: redacted notes. Leaves: one long row of units, a unit being a word or, in scripts
that write no spaces, a character (a syllable in Thai and its neighbours, a run of
katakana); zero stands between clauses. Numbers and redaction marks end a clause. What it
will not do: look a word up. There is no dictionary and no list of stop words.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

import numpy as np

READ_CHARACTERS = 400
"""What a note is about is said at its beginning; the rest is history and logs."""
SHORT_CLAUSE = 4
"""Units of the longest clause that may be a greeting or a sign-off and nothing else."""
OWN_CLAUSE = 3
"""A clause as short as this may be the name itself ("password reset") and counts each
time; a longer one that returns word for word is a form letter and counts once."""
SYLLABLE_LETTERS = 4.5
"""Different words of fewer letters on average are syllables, as in Vietnamese."""

_SOUTH_EAST = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
_HAN = "\u3005\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_HIRAGANA, _KATAKANA = "\u3040-\u309f", "\u30a0-\u30ff"
_UNSPACED = f"{_SOUTH_EAST}{_HAN}{_HIRAGANA}{_KATAKANA}"
# A vowel written before its consonant, the consonant, and what hangs on it.
_SYLLABLE = (
    "[\u0e40-\u0e44\u0ec0-\u0ec4]?[\u0e01-\u0e2e\u0e81-\u0eae\u1000-\u102a\u1780-\u17b3]"
    "(?:\u17d2[\u1780-\u17b3]|\u1039[\u1000-\u102a]"
    "|[\u0e2f-\u0e3a\u0e45-\u0e4e\u0eb0-\u0ebc\u0ec8-\u0ecd\u102b-\u103e\u17b6-\u17d1])*"
)
_LETTERS = f"[^\\W_{_UNSPACED}]+"
_PIECES = re.compile(
    "<[a-z]+>"  # a mark of redaction
    "|(?:[^\\W\\d_]|[Qq]u)['’](?=[^\\W\\d_]{2})"  # an article that leans on its noun: l'adresse
    f"|{_LETTERS}(?:[-./'’&]{_LETTERS})*"
    f"|[{_KATAKANA}]+|{_SYLLABLE}|[{_HAN}{_HIRAGANA}]|\n|[^\\w\\s]+"
)
_WIDE = re.compile("[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uff60]")
_IS_UNSPACED = re.compile(f"[{_UNSPACED}]")


@dataclass(frozen=True)
class Wording:
    """Notes as one row of units.

    Attributes
    ----------
    units : numpy.ndarray
        Number of the unit at each place, 0 between clauses.
    rows : numpy.ndarray
        Note of each place.
    counts_once : numpy.ndarray
        True where a place is in a clause that was not met word for word before.
    at_edge : numpy.ndarray
        True in a short clause that opens or closes a note of several.
    closes_note : numpy.ndarray
        True at the last unit of a note.
    words : list of str
        Each unit, case folded; the first is empty.
    shown : list of str
        Each unit as it is most often written.
    is_unspaced : numpy.ndarray
        True for a unit of a script without spaces.
    letters : numpy.ndarray
        Letters of each unit.
    is_acronym : numpy.ndarray
        True for a unit most often written in capitals.
    capital_share : numpy.ndarray
        How often a unit inside a clause begins with a capital and goes on without.
    """

    units: np.ndarray
    rows: np.ndarray
    counts_once: np.ndarray
    at_edge: np.ndarray
    closes_note: np.ndarray
    words: list[str]
    shown: list[str]
    is_unspaced: np.ndarray
    letters: np.ndarray
    is_acronym: np.ndarray
    capital_share: np.ndarray

    @cached_property
    def is_syllabic(self) -> bool:
        """Whether spaces stand between syllables, as in Vietnamese."""
        known = np.bincount(self.units, minlength=len(self.words)) > 2  # no codes, no slips
        spaced = self.letters[known & ~self.is_unspaced]
        return bool(spaced.sum() < SYLLABLE_LETTERS * np.count_nonzero(spaced))


def read_wording(notes: Sequence[str]) -> Wording:
    """Cut the notes into units.

    Parameters
    ----------
    notes : sequence of str
        Redacted notes.

    Returns
    -------
    Wording

    Examples
    --------
    >>> wording = read_wording(["Refund missing, 退款", "refund missing"])
    >>> [wording.words[unit] for unit in wording.units]
    ['', 'refund', 'missing', '', '退', '款', '', '', 'refund', 'missing', '']
    """
    pieces = [["\n", *_cut(note), "\n"] for note in notes]
    number: defaultdict[str, int] = defaultdict()
    number.default_factory = number.__len__
    written = np.array([number[piece] for piece in chain.from_iterable(pieces)], dtype=np.int64)
    forms = list(number)
    words, folded = _fold(forms)
    units = folded[written] if len(written) else np.zeros(0, dtype=np.int64)
    rows = np.repeat(np.arange(len(notes)), [len(found) for found in pieces])
    is_unspaced = np.array([bool(_IS_UNSPACED.match(word)) for word in words])
    clauses = _Clauses(units, rows, is_unspaced)
    inside = np.ones(len(units), dtype=bool)
    inside[1:] = units[:-1] > 0  # the first word of a clause is capital in any case
    capital = np.array([form[:1].isupper() and not form[1:].isupper() for form in forms])
    capitals = np.bincount(units[inside], capital[written[inside]], len(words))
    shown = _most_written(forms, folded, written, inside)
    return Wording(
        units,
        rows,
        clauses.count_once(),
        clauses.at_edge(),
        clauses.last_of_note(),
        words,
        shown,
        is_unspaced,
        np.array([len(word) for word in words]),
        np.array([len(form) > 1 and form.isupper() for form in shown]),
        capitals / np.maximum(np.bincount(units[inside], minlength=len(words)), 1),
    )


def _cut(note: str) -> list[str]:
    pieces = _PIECES.findall(note[:READ_CHARACTERS])
    return pieces[:-1] if len(note) > READ_CHARACTERS else pieces  # the last may be half a word


def written_width(text: str) -> int:
    """Give how wide a text is written: ideographs and kana take the room of two letters.

    Examples
    --------
    >>> written_width("refund"), written_width("退款")
    (6, 4)
    """
    return len(text) + len(_WIDE.findall(text))


def _fold(forms: list[str]) -> tuple[list[str], np.ndarray]:
    """Give the units that written forms stand for; what names nothing is unit 0."""
    number = {"": 0}
    folded = [
        number.setdefault(form.casefold().replace("’", "'") if _speaks(form) else "", len(number))
        for form in forms
    ]
    return list(number), np.array(folded, dtype=np.int64)


def _speaks(form: str) -> bool:
    return not form.startswith("<") and any(map(str.isalpha, form))


def _most_written(
    forms: list[str], folded: np.ndarray, written: np.ndarray, inside: np.ndarray
) -> list[str]:
    """Give each unit as most often written inside a clause; the alphabet settles ties."""
    times = np.bincount(written[inside], minlength=len(forms))
    anywhere = np.bincount(written, minlength=len(forms))
    best = {
        int(folded[form]): forms[form]
        for form in sorted(range(len(forms)), key=lambda f: (times[f], anywhere[f], forms[f]))
    }
    return [best.get(unit, "") for unit in range(int(folded.max(initial=0)) + 1)]


class _Clauses:
    """Where clauses begin and end in a row of units."""

    def __init__(self, units: np.ndarray, rows: np.ndarray, is_unspaced: np.ndarray) -> None:
        self.units, self.rows = units, rows
        self.breaks = np.flatnonzero(units == 0)
        self.of = np.cumsum(units == 0) - 1
        lengths = np.bincount(self.of, minlength=len(self.breaks)) - 1
        # Two characters are about a word.
        characters = np.bincount(self.of, is_unspaced[units], len(self.breaks))
        self.lengths = lengths - characters / 2

    def count_once(self) -> np.ndarray:
        """Mark the places of clauses that are short or were not met before."""
        if not len(self.units):
            return np.zeros(0, dtype=bool)
        draw = np.random.default_rng(0)
        keys = draw.integers(1, 2**63, self.units.max() + 1, dtype=np.uint64)
        place = np.arange(len(self.units)) - self.breaks[self.of]
        odd = np.uint64(2) * place.astype(np.uint64) + np.uint64(1)
        hashes = np.add.reduceat(keys[self.units] * odd, self.breaks)
        is_first = np.zeros(len(hashes), dtype=bool)
        is_first[np.unique(hashes, return_index=True)[1]] = True
        return (is_first | (self.lengths <= OWN_CLAUSE))[self.of]

    def at_edge(self) -> np.ndarray:
        """Mark the places of short clauses that open or close a note of several."""
        spoken = np.flatnonzero(self.units > 0)
        rows, clauses = self.rows[spoken], self.of[spoken]
        count = int(self.rows.max(initial=-1)) + 1
        opening, closing = np.full(count, -1), np.full(count, -1)
        closing[rows] = clauses
        opening[rows[::-1]] = clauses[::-1]
        edge = (clauses == opening[rows]) | (clauses == closing[rows])
        edge &= (opening[rows] != closing[rows]) & (self.lengths[clauses] <= SHORT_CLAUSE)
        marked = np.zeros(len(self.units), dtype=bool)
        marked[spoken] = edge
        return marked

    def last_of_note(self) -> np.ndarray:
        """Mark the last unit of each note."""
        spoken = np.flatnonzero(self.units > 0)
        marked = np.zeros(len(self.units), dtype=bool)
        marked[spoken[np.flatnonzero(np.diff(self.rows[spoken], append=-1))]] = True
        return marked
