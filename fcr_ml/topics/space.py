"""The space that notes are compared in: what they mean, and beside it the words they say.

Enters: note vectors as encoded, the language of each and its hashed terms. Leaves: short
vectors of unit length. Everything is a matrix found on a sample, so a note has the same
short vector alone as among a million.

Meaning alone takes two matters told in like sentences for one ("my card has not come", "my
money has not come"); words alone do not know that a refund is money back. Words serve pairs
of notes in one language and set those in two languages apart, so they weigh by how many more
there are of the first than of the second, and nothing where there are fewer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from fcr_ml.notes.centre import Middles, find_middles
from fcr_ml.notes.terms import hash_terms
from fcr_ml.topics.neighbours import to_unit_length

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

HASHED_TERMS = 2**14
"""Places for terms. Of those that tell topics apart few share one, and the axes stay small."""
MEANING_DIMENSIONS = 96
"""Principal components of meaning: what lies beyond is more the wording of single notes
than what they are about."""
WORD_DIMENSIONS = 64
"""Components of the words; 128 and 256 sort labelled texts no better."""
WORD_WEIGHT = 0.5
"""Length of the words beside that of meaning, in a log of one language. With 0.3 and 0.7
labelled texts are sorted less well (docs/decisions/0004-topics.md)."""
FEWEST_NOTES, LARGEST_SHARE = 2, 0.5
"""A term of one note ties it to no other, and one of half the notes tells nothing apart."""
LEAST_BEYOND = 0.1
"""Less than a tenth of a vector's length says nothing about what notes are about."""


@dataclass(frozen=True, eq=False)
class Space:
    """How notes are brought into one space.

    Parameters
    ----------
    middles : Middles
        What is taken out of vectors, by language.
    axes : numpy.ndarray
        Shape (d, p), float32: orthonormal directions of meaning.
    rarity : numpy.ndarray
        Shape (t,), float32: weights of hashed terms, the rarer the more; 0 for unknown ones.
    word_axes : numpy.ndarray
        Shape (t, q), float32: orthonormal directions of weighed terms; q is 0 where the
        sample came without terms.
    word_weight : float
        Length of the words beside that of meaning.
    """

    middles: Middles
    axes: np.ndarray
    rarity: np.ndarray
    word_axes: np.ndarray
    word_weight: float

    def shorten(
        self,
        vectors: np.ndarray,
        languages: Sequence[str | None] | None = None,
        terms: csr_matrix | None = None,
    ) -> np.ndarray:
        """Give short vectors.

        Parameters
        ----------
        vectors : numpy.ndarray
            Shape (n, d), no NaN.
        languages : sequence of str or None, optional
            Language of each.
        terms : scipy.sparse.csr_matrix, optional
            Shape (n, t), from :func:`note_terms`; without them notes
            are compared by meaning alone.

        Returns
        -------
        numpy.ndarray
            Shape (n, p + q), float32, unit length; zero for a note in the middle of all
            that says no known word.
        """
        meaning = to_unit_length(self.middles.centre(vectors, languages) @ self.axes)
        words = np.zeros((len(vectors), self.word_axes.shape[1]), dtype=np.float32)
        if terms is not None and words.shape[1]:
            words = _damp(terms) @ (self.rarity[:, None] * self.word_axes)
        return self._beside(meaning, to_unit_length(words) * self.word_weight)

    def turn(self, short: np.ndarray, earlier: Space) -> np.ndarray:
        """Give short vectors of an earlier space in this one, at unit length.

        Middles of languages and weights of terms are taken to be nearly those of then.
        """
        words = np.zeros((len(short), self.word_axes.shape[1]))
        if earlier.word_axes.size and self.word_axes.size:
            said = short[:, earlier.axes.shape[1] :]
            words = said @ earlier.word_axes.T @ self.word_axes
        return self._beside(earlier.meaning(short) @ self.axes, words)

    def widened(self, short: np.ndarray, earlier: Space) -> Space:
        """Give the space with what tells short vectors of an earlier one apart added to it."""
        return replace(self, axes=widen_axes(self.axes, to_unit_length(earlier.meaning(short))))

    def meaning(self, short: np.ndarray) -> np.ndarray:
        """Give the meaning of short vectors in the encoder's own dimensions."""
        return short[:, : self.axes.shape[1]] @ self.axes.T

    def _beside(self, meaning: np.ndarray, words: np.ndarray) -> np.ndarray:
        return to_unit_length(np.hstack([meaning, words])).astype(np.float32)


def find_space(
    vectors: np.ndarray,
    languages: Sequence[str | None] | None = None,
    terms: csr_matrix | None = None,
    earlier: Space | None = None,
) -> Space:
    """Find the space of a sample of notes.

    Parameters
    ----------
    vectors, languages, terms
        As of :meth:`Space.shorten`.
    earlier : Space, optional
        Of an earlier fit; gives the middles of languages that the sample has not.
    """
    middles = find_middles(vectors, languages)
    if earlier is not None:
        middles = middles.with_more(earlier.middles)
    axes = principal_axes(middles.centre(vectors, languages), MEANING_DIMENSIONS)
    if terms is None:
        return Space(middles, axes, np.zeros(0, np.float32), np.zeros((0, 0), np.float32), 0.0)
    rarity = _rarity(terms)
    weight = WORD_WEIGHT * max(2 * _pairs_in_one(languages) - 1, 0.0)
    return Space(middles, axes, rarity, _word_axes(terms, rarity), weight)


def _pairs_in_one(languages: Sequence[str | None] | None) -> float:
    """Give the share of pairs of notes in one language, unknown ones being in the commonest."""
    spoken = pd.Series(list(languages or []), dtype="object")
    counts = spoken.value_counts().to_numpy(dtype=float)
    if not len(counts):
        return 1.0
    counts[0] += len(spoken) - counts.sum()
    return float(((counts / len(spoken)) ** 2).sum())


def note_terms(notes: Sequence[str]) -> csr_matrix:
    """Give the hashed terms of redacted notes as a space takes them."""
    return hash_terms(notes, HASHED_TERMS)


def principal_axes(centred: np.ndarray, most: int) -> np.ndarray:
    """Give the directions that notes differ in most, strongest first; shape (d, p).

    Parameters
    ----------
    centred : numpy.ndarray
        Shape (n, d), no NaN.
    most : int
        So many at most, and no more than there are notes.
    """
    if len(centred) < 2:
        return np.eye(centred.shape[1], dtype=np.float32)
    spread = np.cov(centred.astype(float), rowvar=False)
    kept = min(most, *centred.shape)
    return np.linalg.eigh(np.atleast_2d(spread))[1][:, ::-1][:, :kept].astype(np.float32)


def widen_axes(axes: np.ndarray, vectors: np.ndarray) -> np.ndarray:
    """Give axes with the further directions that vectors differ in from what they span.

    Parameters
    ----------
    axes : numpy.ndarray
        Shape (d, p): orthonormal directions.
    vectors : numpy.ndarray
        Shape (m, d), near unit length.

    Returns
    -------
    numpy.ndarray
        Shape (d, p + q), float32. A direction that no vector has more than a little of
        is left out.

    Examples
    --------
    >>> widen_axes(np.eye(3, 1), np.array([[0.6, 0.8, 0.0], [0.8, 0.6, 0.0]])).shape
    (3, 2)
    """
    beyond = vectors - vectors @ axes @ axes.T
    _, strengths, directions = np.linalg.svd(beyond.astype(float), full_matrices=False)
    return np.hstack([axes, directions[strengths > LEAST_BEYOND].T]).astype(np.float32)


def _damp(terms: csr_matrix) -> csr_matrix:
    """Count a term said twice as 1.7 and not as 2: one plus the logarithm of its count."""
    damped = terms.astype(np.float32)
    damped.data = 1 + np.log(damped.data)
    return damped


def _rarity(terms: csr_matrix) -> np.ndarray:
    """Give the inverse document frequency of each place, 0 for what tells nothing."""
    notes, places = terms.shape
    told = np.bincount(terms.indices, minlength=places)
    is_known = (told >= FEWEST_NOTES) & (told <= LARGEST_SHARE * notes)
    return np.where(is_known, 1 + np.log((1 + notes) / (1 + told)), 0).astype(np.float32)


def _word_axes(terms: csr_matrix, rarity: np.ndarray) -> np.ndarray:
    """Give the strongest components of the sample's weighed terms; shape (t, q)."""
    from sklearn.decomposition import TruncatedSVD
    from sklearn.preprocessing import normalize

    kept = min(WORD_DIMENSIONS, int((rarity > 0).sum()) - 1, terms.shape[0] - 1)
    if kept < 1:
        return np.zeros((len(rarity), 0), dtype=np.float32)
    # In double precision and rounded: how many processors share a product must not decide.
    weighed = normalize(_damp(terms).astype(float).multiply(rarity.astype(float)).tocsr())
    axes = TruncatedSVD(kept, random_state=0).fit(weighed).components_.T
    return axes.round(6).astype(np.float32)
