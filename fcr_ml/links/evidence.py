"""Evidence: how much two contacts have in common, rung by rung.

Enters: pairs of contact ids and what is known of each contact. Leaves: the same
pairs with one column an evidence. A missing value stays missing: it is a rung of
its own, neither agreement nor disagreement.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from fcr_ml.links.meaning import learn_turnings, turn_to_shared
from fcr_ml.links.word_evidence import TermCounts, count_terms

EVIDENCE = ("shared_meaning", "word_similarity")
"""What the pair model weighs, more of it never against a link. Time and case id are
weighed apart. Topic and length of the notes add nothing to these two; the reason code
misleads beside notes, since customers keep theirs from one matter to the next
(docs/decisions/0003-links.md)."""

EVIDENCE_WITHOUT_NOTES = ("is_same_reason_code",)
"""All that a log without notes has to say about what a contact was about."""

SOON_SECONDS = 72 * 3_600
"""Of two contacts of one customer within three days, most belong together."""


class EvidenceBook:
    """What is known of each contact, ready to be compared pair by pair.

    Parameters
    ----------
    contacts : pandas.DataFrame
        CONTACTS; ``reason_code`` and ``case_id`` may be absent.
    notes : pandas.DataFrame
        NOTES, rows as in ``contacts``.
    topics : pandas.DataFrame
        TOPICS, rows as in ``contacts``.
    vectors : numpy.ndarray
        Centred note vectors of unit length, shape (n, d), NaN rows without one.
    term_counts : TermCounts, optional
        How rare terms are, where another log has said so.
    """

    def __init__(
        self,
        contacts: pd.DataFrame,
        notes: pd.DataFrame,
        topics: pd.DataFrame,
        vectors: np.ndarray,
        term_counts: TermCounts | None = None,
    ) -> None:
        self._places = pd.Series(np.arange(len(contacts)), index=contacts["contact_id"])
        self._vectors = vectors
        self._turned = vectors
        self._customers, names = pd.factorize(contacts["customer_id"])
        # By its name, so that a customer keeps its half from month to month.
        halves = pd.util.hash_array(np.asarray(names, dtype=object)) % 2
        self._halves = halves.astype(int)[self._customers]
        counted = count_terms(notes["note"])
        self.term_counts = TermCounts.of(counted) if term_counts is None else term_counts
        self._words = self.term_counts.weigh(counted)
        self._codes = _codes(contacts, "reason_code")
        self._cases = _codes(contacts, "case_id")
        self._topics = _codes(topics, "topic_id")

    def learn_meaning(self, near: pd.DataFrame) -> np.ndarray:
        """Learn from pairs that follow soon after one another what a matter's notes share.

        Parameters
        ----------
        near : pandas.DataFrame
            Pairs of one customer, with ``started_epoch`` and ``follow_up_epoch``.

        Returns
        -------
        numpy.ndarray
            What was learnt; see :func:`~fcr_ml.links.meaning.learn_turnings`.
        """
        soon = near[near["follow_up_epoch"] - near["started_epoch"] <= SOON_SECONDS]
        turnings = learn_turnings(self._vectors, *self._rows(soon), self._halves)
        self.take_meaning(turnings)
        return turnings

    def take_meaning(self, turnings: np.ndarray) -> None:
        """Take what notes of one matter share as it was learnt before."""
        self._turned = turn_to_shared(self._vectors, self._halves, turnings)

    def _rows(self, pairs: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
        first, second = pairs["contact_id"], pairs["follow_up_id"]
        return self._places.loc[first].to_numpy(), self._places.loc[second].to_numpy()

    def lay_out(self, pairs: pd.DataFrame) -> pd.DataFrame:
        """Give the pairs with their evidence, rows in the same order.

        Returns
        -------
        pandas.DataFrame
            ``pairs`` with ``note_similarity`` and ``shared_meaning`` (cosines, -1
            to 1; the latter NaN for customers of different halves), ``customer``
            (a number) and ``half`` (0 or 1, one value a customer),
            ``word_similarity`` (TF-IDF cosine, 0 to 1) and ``is_same_*`` (1, 0, or
            NaN where either side lacks it), all float64.
        """
        first, second = self._rows(pairs)
        shared = _cosines(self._turned, first, second)
        is_one_half = self._halves[first] == self._halves[second]
        return pairs.assign(
            note_similarity=_cosines(self._vectors, first, second),
            customer=self._customers[first],
            half=self._halves[first],
            shared_meaning=np.where(is_one_half, shared, np.nan),
            word_similarity=_word_cosines(self._words, first, second),
            is_same_reason_code=_agreement(self._codes, first, second),
            is_same_case=_agreement(self._cases, first, second),
            is_same_topic=_agreement(self._topics, first, second),
        )


def _codes(frame: pd.DataFrame, column: str) -> np.ndarray:
    """Number the values of a column; -1 stands for missing."""
    if column not in frame.columns:
        return np.full(len(frame), -1)
    return pd.factorize(frame[column])[0]


def _agreement(codes: np.ndarray, first: np.ndarray, second: np.ndarray) -> np.ndarray:
    missing = (codes[first] < 0) | (codes[second] < 0)
    return np.where(missing, np.nan, codes[first] == codes[second])


def _cosines(vectors: np.ndarray, first: np.ndarray, second: np.ndarray) -> np.ndarray:
    cosines = np.empty(len(first))
    for begin in range(0, len(first), 50_000):  # bounds memory at about 150 MB
        rows = slice(begin, begin + 50_000)
        cosines[rows] = np.einsum("ij,ij->i", vectors[first[rows]], vectors[second[rows]])
    return cosines.round(6)


def _word_cosines(words, first: np.ndarray, second: np.ndarray) -> np.ndarray:  # type: ignore[no-untyped-def]
    cosines = np.empty(len(first))
    for begin in range(0, len(first), 50_000):
        rows = slice(begin, begin + 50_000)
        product = words[first[rows]].multiply(words[second[rows]]).sum(axis=1)
        cosines[rows] = np.asarray(product).ravel()
    has_words = np.asarray(words.getnnz(axis=1) > 0)
    cosines[~(has_words[first] & has_words[second])] = np.nan
    return cosines.clip(0, 1).round(6)
