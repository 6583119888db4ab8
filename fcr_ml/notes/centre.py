"""Take out of vectors what all notes of a language share.

What enters: vectors and the language of each. What leaves: vectors of unit length around a common
middle. What it will not do: change which vectors are missing.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

FEWEST_NOTES = 200
"""A language with fewer notes is centred with all others: the middle of a few notes is what those
few are about, and taking it out would take their topic out."""


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
        Language of each row. One with at least 200 vectors has a middle of its own; all other
        rows share the middle of all.

    Returns
    -------
    numpy.ndarray
        Same shape, float32. A vector that lies in the middle itself becomes zero.

    Examples
    --------
    >>> centre_vectors(np.array([[1.0, 0.0], [0.0, 1.0]])).round(2).tolist()
    [[0.7099999785423279, -0.7099999785423279], [-0.7099999785423279, 0.7099999785423279]]
    """
    groups = _groups(vectors, languages)
    has_vector = ~np.isnan(vectors).any(axis=1)
    centred = vectors.astype(np.float64)
    if has_vector.any():
        whole = centred[has_vector].mean(axis=0)
        for group in np.unique(groups):
            rows = groups == group
            own = group >= 0
            centred[rows] -= centred[rows & has_vector].mean(axis=0) if own else whole
    lengths = np.linalg.norm(centred, axis=1, keepdims=True)
    # A vector in the middle is left with rounding noise, which must not be blown up to a direction.
    return np.where(lengths > 1e-6, centred / np.maximum(lengths, 1e-6), centred * 0).astype(
        np.float32
    )


def _groups(vectors: np.ndarray, languages: Sequence[str | None] | pd.Series | None) -> np.ndarray:
    """Return the language of each row as a number, -1 where it has no middle of its own."""
    if languages is None:
        return np.full(len(vectors), -1)
    codes, names = pd.factorize(pd.Series(languages, dtype="string"), sort=True)
    with_vector = codes[~np.isnan(vectors).any(axis=1)]
    sizes = np.bincount(with_vector[with_vector >= 0], minlength=len(names))
    large = np.flatnonzero(sizes >= FEWEST_NOTES)
    return np.where(np.isin(codes, large), codes, -1)
