"""Take out of vectors what all notes of a language share.

What enters: vectors and the language of each. What leaves: vectors of unit length around a common
middle. What it will not do: change which vectors are missing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

FEWEST_NOTES = 200
"""A language with fewer notes is centred with all others: the middle of a few notes is what those
few are about, and taking it out would take their topic out."""


@dataclass(frozen=True, eq=False)
class Middles:
    """The middle of a log's vectors, and of each language that has enough of them.

    Parameters
    ----------
    languages : tuple of str
        Those with a middle of their own, the commonest first.
    vectors : numpy.ndarray
        Shape (1 + languages, d): the middle of all, then of each language.
    """

    languages: tuple[str, ...]
    vectors: np.ndarray

    def codes(self, count: int, languages: Sequence[str | None] | None = None) -> np.ndarray:
        """Give for each of ``count`` rows the number of its middle; 0 is that of all.

        A note too short to tell its language is taken for one in the commonest.
        """
        place = {language: number for number, language in enumerate(self.languages, start=1)}
        unknown = min(len(place), 1)
        told = [None] * count if languages is None else languages
        return np.array(
            [place.get(language, 0) if isinstance(language, str) else unknown for language in told],
            dtype=int,
        )

    def centre(
        self, vectors: np.ndarray, languages: Sequence[str | None] | None = None
    ) -> np.ndarray:
        """Return vectors around their middles, brought to unit length.

        Shape and missing rows as given, float32. A vector that lies in its middle becomes
        zero.
        """
        centred = vectors - self.vectors[self.codes(len(vectors), languages)]
        lengths = np.linalg.norm(centred, axis=1, keepdims=True)
        # A vector in the middle is left with rounding noise, not to be blown up to a direction.
        return np.where(lengths > 1e-6, centred / np.maximum(lengths, 1e-6), centred * 0).astype(
            np.float32
        )

    def with_more(self, earlier: Middles) -> Middles:
        """Give these middles and, of further languages, those that were found earlier."""
        more = [place for place, told in enumerate(earlier.languages) if told not in self.languages]
        languages = (*self.languages, *(earlier.languages[place] for place in more))
        further = earlier.vectors[[place + 1 for place in more]]
        return Middles(languages, np.vstack([self.vectors, further]))


def find_middles(vectors: np.ndarray, languages: Sequence[str | None] | None = None) -> Middles:
    """Find the middles of vectors.

    Parameters
    ----------
    vectors : numpy.ndarray
        Shape (n, d); rows of NaN, where there is no note, do not count.
    languages : sequence of str or None, optional
        Language of each row. One with at least 200 vectors has a middle of its own.
    """
    has_vector = ~np.isnan(vectors).any(axis=1)
    whole = (
        vectors[has_vector].mean(axis=0, dtype=np.float64)
        if has_vector.any()
        else np.zeros(vectors.shape[1])
    )
    told = [None] * len(vectors) if languages is None else list(languages)
    known = pd.Series(np.array(told, dtype=object), dtype="string")
    counts = known[has_vector].value_counts()
    common = sorted(counts.items(), key=lambda told: (-told[1], str(told[0])))
    large = [str(language) for language, count in common if count >= FEWEST_NOTES]
    own = [
        vectors[has_vector & known.eq(language).fillna(False).to_numpy(bool)].mean(
            axis=0, dtype=np.float64
        )
        for language in large
    ]
    return Middles(tuple(large), np.vstack([whole, *own]))


def centre_vectors(
    vectors: np.ndarray, languages: Sequence[str | None] | pd.Series | None = None
) -> np.ndarray:
    """Return vectors around the middle of their language, brought to unit length.

    All notes of a log, and more so all notes of one language, point the same way; what is left
    once that is taken out says what a note is about.

    Parameters
    ----------
    vectors : numpy.ndarray
        Shape (n, dimensions). Rows of NaN, where there is no note, stay so. Not changed.
    languages : sequence of str or None, optional
        Language of each row. One with at least 200 vectors has a middle of its own; the others
        share the middle of all, and rows without a language that of the commonest.

    Returns
    -------
    numpy.ndarray
        Same shape, float32. A vector that lies in the middle itself becomes zero.

    Examples
    --------
    >>> centre_vectors(np.array([[1.0, 0.0], [0.0, 1.0]])).round(2).tolist()
    [[0.7099999785423279, -0.7099999785423279], [-0.7099999785423279, 0.7099999785423279]]
    """
    told = None if languages is None else list(languages)
    return find_middles(vectors, told).centre(vectors, told)
