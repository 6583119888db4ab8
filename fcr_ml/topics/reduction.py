"""Short vectors of notes: their principal components, for models that need few numbers.

Enters: note vectors. Leaves: the same in few dimensions, and the axes, so that notes of a
later log get the numbers that they would have had.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

DIMENSIONS = 32
"""Components that are kept, where nobody asks for another number."""


@dataclass(frozen=True, eq=False)
class Reduction:
    """Principal axes of vectors.

    Parameters
    ----------
    middle : numpy.ndarray
        Shape (d,).
    axes : numpy.ndarray
        Shape (k, d), orthonormal; all zero where the vectors did not differ.
    """

    middle: np.ndarray
    axes: np.ndarray

    def reduce(self, vectors: np.ndarray) -> np.ndarray:
        """Give vectors of shape (n, d) as (n, k), float32; NaN rows stay so."""
        reduced = np.full((len(vectors), len(self.axes)), np.nan, dtype=np.float32)
        has_vector = ~np.isnan(vectors).any(axis=1)
        reduced[has_vector] = ((vectors[has_vector] - self.middle) @ self.axes.T).round(5)
        return reduced


def find_reduction(vectors: np.ndarray, dimensions: int = DIMENSIONS) -> Reduction:
    """Find the axes along which vectors differ most.

    Parameters
    ----------
    vectors : numpy.ndarray
        Shape (n, d), NaN rows where there is no note.
    dimensions : int
        Axes kept; fewer where the log has fewer notes.
    """
    from sklearn.decomposition import PCA

    known = vectors[~np.isnan(vectors).any(axis=1)]
    kept = min(dimensions, *known.shape)
    if not (known != known[:1]).any():
        # One note, or equal ones, are the middle of all.
        middle = known[0] if len(known) else np.zeros(vectors.shape[1], vectors.dtype)
        return Reduction(middle, np.zeros((kept, vectors.shape[1]), vectors.dtype))
    analysis = PCA(kept, svd_solver="covariance_eigh").fit(known)
    return Reduction(analysis.mean_, analysis.components_)


def reduce_linearly(vectors: np.ndarray, dimensions: int = DIMENSIONS) -> np.ndarray:
    """Give each vector's principal components.

    Parameters
    ----------
    vectors, dimensions
        As in :func:`find_reduction`.

    Returns
    -------
    numpy.ndarray
        Shape (n, k) with k at most ``dimensions``, float32, NaN rows kept.
    """
    return find_reduction(vectors, dimensions).reduce(vectors)
