"""Phrase quality: how well a phrase would read as the name of a topic.

Enters: wording, phrases and the topic of each note. Leaves: the phrases that some topic
uses, in how many of its notes, and a quality told from the log alone: whether a phrase
is whole, holds together, can end a clause, and is made of more than the words that hold
sentences together. What it will not do: choose a name; that is done in names.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from fcr_ml.topics.carriers import Carriers, may_be_shown
from fcr_ml.topics.phrases import Phrases, find_phrases
from fcr_ml.topics.wording import Wording

FEWEST_NOTES, LEAST_SHARE = 3, 0.02
"""Of a topic's notes: what fewer hold is no name of it."""
TELLING, TELLING_UNSPACED = 0.38, 0.3
"""Content below which a word, a phrase of characters, holds sentences together."""
BOUND = 0.55
"""Mutual information from which a neighbour belongs to a phrase whatever it says."""
CUT_SHARE = 0.75
"""A run of characters that the same one follows this often is a cut word."""
WHOLE_POWER = 0.6
"""Below 1: a word that is often said with another may still stand for both."""
COHERENT = 0.35
"""Mutual information from which the units of a phrase hold together in full."""
CLOSING, SELDOM_CLOSING = 0.7, 0.06
"""A phrase closes clauses well enough if it does so 0.7 times as often as words on average."""
GREETING_SHARE, GREETING_SPREAD = 0.38, 0.3
"""A greeting stands in a short clause at an edge this often, in this share of topics."""
NAME_CAPITAL, NAME_SPREAD = 0.7, 0.2
"""A personal name is capital this often; it is widely known in this share of topics, two at
least."""
NAME_PLACE, NAME_PLACE_OF_FEW = 0.2, 0.3
"""It stands by a greeting or signs off this often if it is widely known, and if it is not."""
NAME_PLACE_AMONG_CAPITALS, MANY_CAPITALS = 0.5, 0.2
"""Where many words are capital, as in German, only widely known names are told from nouns,
and those that stand there this often."""
HOLLOW_WORTH = 0.65
"""Of a phrase with a word that says little ("change my PIN", "an account", "how")."""
SHORT_WORD = 3
"""Words of so few letters seldom say much, whatever the language; acronyms do."""

_WORTH = np.array([0, 1.0, 1.4, 1.3, 1.3])
_WORTH_UNSPACED = np.array([0, 0.05, 1.0, 1.4, 1.6, 1.6, 1.5])
"""By units. Two words say more than one; one character says nothing."""


@dataclass(frozen=True)
class JudgedPhrases:
    """Phrases that may name a topic.

    Attributes
    ----------
    texts : list of str
        Each as it is most often written.
    parts : list of tuple of str
        Its units, case folded.
    notes : numpy.ndarray
        Shape (phrases, topics): notes of the topic that hold the phrase.
    is_common : numpy.ndarray
        The same shape: True where those are enough to name the topic by it.
    quality : numpy.ndarray
        From 0 to about 1.6.
    is_greeting : numpy.ndarray
        True for greetings, thanks and sign-offs.
    """

    texts: list[str]
    parts: list[tuple[str, ...]]
    notes: np.ndarray
    is_common: np.ndarray
    quality: np.ndarray
    is_greeting: np.ndarray


def judge_phrases(
    wording: Wording, topics: np.ndarray, count: int, carriers: Carriers | None = None
) -> JudgedPhrases:
    """Judge the phrases that may name a topic.

    Parameters
    ----------
    wording : Wording
        The notes, of one language.
    topics : numpy.ndarray
        Topic of each note, int from 0.
    count : int
        Number of topics; some may have no note.
    carriers : Carriers, optional
        Customer and agent of each note: a phrase that too few customers carry, or one
        agent alone, has no quality. If left out, each note is a customer's of its own.

    Returns
    -------
    JudgedPhrases
        Each by its length and then as first met.
    """
    by_length = find_phrases(wording)
    if not by_length:
        none, empty = np.zeros((0, count)), np.zeros(0)
        return JudgedPhrases([], [], none, none > 0, empty, empty > 0)
    known = carriers or Carriers.unknown(len(topics))
    judge = _Judge(wording, topics, count, by_length[0], known)
    judged = [
        judge.judged(phrases, longer)
        for phrases, longer in zip(by_length, [*by_length[1:], None], strict=True)
    ]
    return JudgedPhrases(
        [text for part in judged for text in part.texts],
        [units for part in judged for units in part.parts],
        np.concatenate([part.notes for part in judged]),
        np.concatenate([part.is_common for part in judged]),
        np.concatenate([part.quality for part in judged]),
        np.concatenate([part.is_greeting for part in judged]),
    )


def unevenness(notes: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """Give how unevenly phrases are spread over the topics, 0 to 1.

    Words that hold sentences together are in all topics alike. The Kullback-Leibler
    divergence of a phrase's rates from even ones, less what chance alone would give
    (Miller and Madow), as a share of the most it could be. Where there is but one topic,
    nothing can be told from the spread, and the fewer notes hold a phrase the more it says.

    Parameters
    ----------
    notes : numpy.ndarray
        Shape (phrases, topics): notes of the topic that hold the phrase.
    sizes : numpy.ndarray
        Notes of each topic, none of them zero.

    Returns
    -------
    numpy.ndarray
        Shape (phrases,).
    """
    held = notes.sum(axis=1)
    if len(sizes) < 2:
        return np.log(sizes.sum() / np.maximum(held, 1)) / np.log(max(sizes.sum(), 2))
    rates = (notes + 0.5 * (held / sizes.sum())[:, None]) / (sizes + 0.5)
    shares = rates / np.maximum(rates.sum(axis=1, keepdims=True), 1e-12)
    divergence = (shares * np.log(np.maximum(shares, 1e-12) * len(sizes))).sum(axis=1)
    chance = (len(sizes) - 1) / (2 * np.maximum(held, 1))
    return np.maximum(divergence - chance, 0) / np.log(len(sizes))


class _Judge:
    """Judges phrases by the company that they keep in one wording."""

    def __init__(
        self,
        wording: Wording,
        topics: np.ndarray,
        count: int,
        alone: Phrases,
        carriers: Carriers,
    ) -> None:
        self.wording, self.topics, self.carriers = wording, topics, carriers
        self.sizes = np.bincount(topics, minlength=count)
        held = self._held(alone).toarray()
        uneven = self._unevenness(held)
        # Half of all that is said are words that hold sentences together.
        self.even = max(_weighted_median(uneven, alone.times), 1e-3)
        self.usual_end = float(np.average(self._ends(alone), weights=alone.times))
        units = alone.parts[:, 0]
        self.content = np.zeros(len(wording.words))
        self.content[units] = self._content(uneven)
        self.content[(wording.letters == 1) & ~wording.is_unspaced] = 0
        self.greets = np.zeros(len(wording.words), dtype=bool)
        self.greets[units] = self._greets(alone, held)
        self.tells_who = np.zeros(len(wording.words), dtype=bool)
        self.tells_who[units] = self._names_people(alone, held) | ~self._may_be_shown(alone)

    def judged(self, phrases: Phrases, longer: Phrases | None) -> JudgedPhrases:
        """Judge phrases of one length; ``longer`` are those one unit longer."""
        held = self._held(phrases)
        enough = np.maximum(FEWEST_NOTES, LEAST_SHARE * self.sizes)
        kept = _common(held, enough)
        notes = held[kept].toarray()
        quality = self._wholeness(phrases, longer) * self._firmness(phrases)
        quality = quality[kept] * self._meaning(phrases.parts[kept], notes)
        unspaced = self._is_unspaced(phrases.parts[kept])
        quality *= np.where(unspaced, 1, self._closing(phrases)[kept])
        quality *= self._may_be_shown(phrases)[kept]
        return JudgedPhrases(
            [self._text(units) for units in phrases.parts[kept]],
            [tuple(self.wording.words[unit] for unit in units) for units in phrases.parts[kept]],
            notes,
            notes >= enough,
            quality,
            self._greets(phrases, held)[kept],
        )

    def _held(self, phrases: Phrases) -> Any:
        """Give in how many notes of each topic each phrase is, as a sparse matrix."""
        from scipy.sparse import csr_matrix

        which, rows = self._pairs(phrases)
        shape = (len(phrases), len(self.sizes))
        ones = np.ones(len(rows), dtype=np.float32)
        return csr_matrix((ones, (which, self.topics[rows])), shape=shape)

    def _pairs(self, phrases: Phrases) -> tuple[np.ndarray, np.ndarray]:
        """Give which phrase is in which note, each pair once."""
        places, which = phrases.starts()
        pairs = np.unique(which * len(self.topics) + self.wording.rows[places])
        return np.divmod(pairs, len(self.topics))

    def _may_be_shown(self, phrases: Phrases) -> np.ndarray:
        """Tell the phrases that neither few customers nor one agent alone carry."""
        pairs = self._pairs(phrases)
        return may_be_shown(*pairs, len(phrases), self.carriers, self.topics)

    def _unevenness(self, notes: np.ndarray) -> np.ndarray:
        spoken = self.sizes > 0
        return unevenness(notes[:, spoken], self.sizes[spoken])

    def _content(self, uneven: np.ndarray) -> np.ndarray:
        return uneven / (uneven + 2 * self.even)

    def _is_unspaced(self, parts: np.ndarray) -> np.ndarray:
        return self.wording.is_unspaced[parts[:, 0]] & self.wording.is_unspaced[parts[:, -1]]

    def _ends(self, phrases: Phrases) -> np.ndarray:
        """Give how often each phrase ends a clause."""
        length = phrases.parts.shape[1]
        ends = np.append(self.wording.units[length:] == 0, np.zeros(length, dtype=bool))
        return phrases.mean_at(ends)

    def _closing(self, phrases: Phrases) -> np.ndarray:
        """Give how well phrases close a clause, as names do and articles cannot, 0 to 1."""
        times = phrases.times
        drawn_in = (self._ends(phrases) * times + 5 * self.usual_end) / (times + 5)
        return np.clip(drawn_in / (CLOSING * max(self.usual_end, 1e-9)), SELDOM_CLOSING, 1)

    def _wholeness(self, phrases: Phrases, longer: Phrases | None) -> np.ndarray:
        """Give how seldom a phrase is but a part of one longer phrase, 0 to 1."""
        covered = np.zeros(len(phrases))
        if longer is not None:
            sides = (
                (longer.heads, longer.head_bond, longer.parts[:, -1]),
                (longer.tails, longer.tail_bond, longer.parts[:, 0]),
            )
            for shorter, bond, added in sides:
                share = longer.times / phrases.times[shorter]
                belongs = (self.content[added] > self._threshold(added)) | (bond > BOUND)
                belongs |= self.wording.is_unspaced[added] & (share > CUT_SHARE)
                np.maximum.at(covered, shorter, belongs * share)
        return np.clip(1 - covered, 0, 1) ** WHOLE_POWER

    def _firmness(self, phrases: Phrases) -> np.ndarray:
        """Give how firmly the units of phrases hold together, 0 to 1."""
        return np.clip(np.minimum(phrases.head_bond, phrases.tail_bond) / COHERENT, 0, 1)

    def _threshold(self, units: np.ndarray) -> np.ndarray:
        return np.where(self.wording.is_unspaced[units], TELLING_UNSPACED, TELLING)

    def _meaning(self, parts: np.ndarray, notes: np.ndarray) -> np.ndarray:
        """Give how much phrases say by what their units say, and by their length."""
        length = parts.shape[1]
        unspaced = self._is_unspaced(parts)
        edges = np.minimum(self.content[parts[:, 0]], self.content[parts[:, -1]])
        content = np.where(unspaced, self._content(self._unevenness(notes)), edges)
        least = np.where(unspaced, TELLING_UNSPACED, TELLING)
        meaning = np.where(content > least, content, 0.3 * content**2)
        meaning *= np.where(unspaced, _WORTH_UNSPACED[length], _WORTH[min(length, 4)])
        meaning *= np.where(~unspaced & self._is_hollow(parts), HOLLOW_WORTH, 1)
        return np.where(self.tells_who[parts].any(axis=1), 0, meaning)

    def _is_hollow(self, parts: np.ndarray) -> np.ndarray:
        """Tell the phrases with a word that says little, and the short words and syllables."""
        letters = np.where(self.wording.is_acronym[parts], 99, self.wording.letters[parts])
        hollow = letters.sum(axis=1) <= SHORT_WORD
        hollow |= parts.shape[1] == 1 and self.wording.is_syllabic
        if parts.shape[1] > 2:
            hollow |= self.content[parts[:, 1:-1]].min(axis=1) <= TELLING
        opening = (letters[:, 0] < SHORT_WORD) & (not self.wording.is_syllabic)
        return hollow | opening  # "an account"; but "log in" may close with a short word

    def _greets(self, phrases: Phrases, held: Any) -> np.ndarray:
        """Tell the phrases that stand by themselves at the edge of notes on any topic."""
        topics = np.asarray((held > 0).sum(axis=1)).ravel()
        spread = topics >= GREETING_SPREAD * (self.sizes > 0).sum()
        return spread & (phrases.mean_at(self.wording.at_edge) > GREETING_SHARE)

    def _names_people(self, alone: Phrases, held: Any) -> np.ndarray:
        """Tell the words that are capital, and stand by a greeting or sign a note off."""
        topics = np.asarray((held > 0).sum(axis=1)).ravel()
        spread = topics >= max(2, NAME_SPREAD * (self.sizes > 0).sum())
        capital = self.wording.capital_share[alone.parts[:, 0]]
        many = np.average(capital, weights=alone.times) > MANY_CAPITALS
        least = np.where(spread, NAME_PLACE, NAME_PLACE_OF_FEW)
        if many:
            least = np.where(spread, NAME_PLACE_AMONG_CAPITALS, np.inf)
        placed = alone.mean_at(self._beside_greetings()) >= least
        called_upon = self.greets[alone.parts[:, 0]] & spread & (not many)  # "Hi," and "Yorick,"
        return (capital >= NAME_CAPITAL) & (placed | called_upon)

    def _beside_greetings(self) -> np.ndarray:
        """Mark the places after a greeting, and those that sign a note off."""
        units = self.wording.units
        # A single character, as of Chinese, greets nobody by itself.
        greets = (self.greets & ~self.wording.is_unspaced)[units]
        beside = self.wording.closes_note & self.wording.at_edge
        beside[1:] |= greets[:-1]
        beside[2:] |= greets[:-2]
        return beside

    def _text(self, units: np.ndarray) -> str:
        """Write a phrase out, with spaces where its script has them."""
        text = ""
        closed_up = True
        for unit in units:
            unspaced = bool(self.wording.is_unspaced[unit])
            text += ("" if closed_up and (unspaced or not text) else " ") + self.wording.shown[unit]
            closed_up = unspaced
        return text.replace("' ", "'").replace("’ ", "’")


def _common(held: Any, enough: np.ndarray) -> np.ndarray:
    """Give the phrases that enough notes of at least one topic hold."""
    cells = held.tocoo()
    return np.unique(cells.row[cells.data >= enough[cells.col]])


def _weighted_median(values: np.ndarray, weights: np.ndarray) -> float:
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(reached, reached[-1] / 2)])
