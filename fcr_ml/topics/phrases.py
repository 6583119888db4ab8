"""Phrases: units in a row that were met often enough to be looked at.

Enters: wording. Leaves: all phrases of one unit, of two and so on, with how often each
was met and how firmly its units belong together. What it will not do: say whether a
phrase would make a good name; that is judged in phrase_quality.py.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fcr_ml.topics.wording import Wording

FEWEST_TIMES = 3
"""Seen less often, nothing can be said of what goes before or after a phrase."""
LONGEST_SPACED, LONGEST_SYLLABIC, LONGEST_UNSPACED = 3, 4, 6
"""Units in the longest phrase: of words, of words that are syllables, of characters."""


@dataclass(frozen=True)
class Phrases:
    """All phrases of one length.

    Attributes
    ----------
    at : numpy.ndarray
        The phrase that begins at each place of the wording, or -1.
    parts : numpy.ndarray
        Shape (phrases, length): the units of each.
    times : numpy.ndarray
        How often each was met, form letters counted once.
    heads, tails : numpy.ndarray
        The phrase less its last and less its first unit, among those one unit shorter.
    head_bond, tail_bond : numpy.ndarray
        How firmly the last unit belongs to the head and the first to the tail, -1 to 1.
    """

    at: np.ndarray
    parts: np.ndarray
    times: np.ndarray
    heads: np.ndarray
    tails: np.ndarray
    head_bond: np.ndarray
    tail_bond: np.ndarray

    def __len__(self) -> int:
        return len(self.times)

    def starts(self) -> tuple[np.ndarray, np.ndarray]:
        """Give the places where phrases begin, and which phrase begins there."""
        places = np.flatnonzero(self.at >= 0)
        return places, self.at[places]

    def mean_at(self, marks: np.ndarray) -> np.ndarray:
        """Give each phrase's mean of a mark over the places where it begins."""
        places, which = self.starts()
        count = np.bincount(which, minlength=len(self))
        return np.bincount(which, marks[places], len(self)) / np.maximum(count, 1)


def find_phrases(wording: Wording) -> list[Phrases]:
    """Find the phrases of one unit, of two and so on.

    A phrase is looked for only where both its head and its tail were met often enough.

    Parameters
    ----------
    wording : Wording
        The notes, of one language.

    Returns
    -------
    list of Phrases
        By length, from one unit on; the last may be followed by none.
    """
    once = wording.counts_once & (wording.units > 0)
    times = np.bincount(wording.units, once, len(wording.words))
    kept = np.flatnonzero(times >= FEWEST_TIMES)
    number = np.full(len(wording.words), -1)
    number[kept] = np.arange(len(kept))
    none = np.zeros(len(kept), dtype=int)
    bond = np.ones(len(kept))
    by_length = [Phrases(number[wording.units], kept[:, None], times[kept], none, none, bond, bond)]
    while len(by_length[-1]) and len(by_length) < LONGEST_UNSPACED:
        by_length.append(_one_longer(by_length[-1], by_length[0], wording))
    return [phrases for phrases in by_length if len(phrases)]


def _one_longer(phrases: Phrases, alone: Phrases, wording: Wording) -> Phrases:
    after = np.append(phrases.at[1:], -1)
    where = np.flatnonzero((phrases.at >= 0) & (after >= 0))
    codes = phrases.at[where] * len(phrases) + after[where]
    codes, which = np.unique(codes, return_inverse=True)
    times = np.bincount(which, wording.counts_once[where], len(codes))
    heads, tails = np.divmod(codes, len(phrases))
    kept = times >= FEWEST_TIMES
    kept[kept] = _may_be_so_long(phrases, heads[kept], tails[kept], wording)
    at = np.full(len(phrases.at), -1)
    at[where] = np.where(kept, np.cumsum(kept) - 1, -1)[which]
    times, heads, tails = times[kept], heads[kept], tails[kept]
    parts = np.column_stack([phrases.parts[heads], phrases.parts[tails, -1]])
    unit_times = np.zeros(len(wording.words))
    unit_times[alone.parts[:, 0]] = alone.times
    head_bond = _bond(times, phrases.times[heads], unit_times[parts[:, -1]], alone.times.sum())
    tail_bond = _bond(times, phrases.times[tails], unit_times[parts[:, 0]], alone.times.sum())
    return Phrases(at, parts, times, heads, tails, head_bond, tail_bond)


def _may_be_so_long(
    phrases: Phrases, heads: np.ndarray, tails: np.ndarray, wording: Wording
) -> np.ndarray:
    first, last = phrases.parts[heads, 0], phrases.parts[tails, -1]
    unspaced = wording.is_unspaced[first] & wording.is_unspaced[last]
    spaced = LONGEST_SYLLABIC if wording.is_syllabic else LONGEST_SPACED
    return phrases.parts.shape[1] < np.where(unspaced, LONGEST_UNSPACED, spaced)


def _bond(together: np.ndarray, one: np.ndarray, other: np.ndarray, total: float) -> np.ndarray:
    """Give the normalised pointwise mutual information of two neighbours, -1 to 1.

    ``log(p(x, y) / (p(x) p(y))) / -log(p(x, y))``, after Bouma (2009).
    """
    return np.log(together * total / (one * other)) / np.log(total / together)
