"""Clusters among a sample of note vectors: smoothing, reduction, then HDBSCAN.

Enters: unit-length vectors of notes that say enough. Leaves: a cluster number for
each, -1 for none. The only place that imports hdbscan, on use. How notes outside
the sample are placed is not decided here.
"""

from __future__ import annotations

import numpy as np

SMOOTHING_NEIGHBOURS = 15
"""Each vector is replaced by the mean of itself and so many nearest ones, once: notes of
one matter draw together, and those between matters stay between them. Done twice,
it breaks matters into splinters (docs/decisions/0004-topics.md)."""

REDUCED_DIMENSIONS = 10
"""Density in hundreds of dimensions is flat; ten keep the groups apart."""

_ROWS_AT_ONCE = 2_000
"""Bounds the memory of a block of cosines at about 100 MB."""


def minimum_cluster_size(notes: int) -> int:
    """Give the fewest notes that make a topic: 0.4 % of them, between 10 and 60.

    Examples
    --------
    >>> minimum_cluster_size(5_000)
    20
    """
    return int(np.clip(0.004 * notes, 10, 60))


def find_clusters(vectors: np.ndarray) -> np.ndarray:
    """Number the clusters of a sample.

    Parameters
    ----------
    vectors : numpy.ndarray
        Shape (n, d), float32, unit length, no NaN. More than 15 rows.

    Returns
    -------
    numpy.ndarray
        Shape (n,), int: 0 upwards, -1 where the note lies in no dense region.
    """
    import hdbscan

    reduced = reduce_linearly(_smooth(vectors), REDUCED_DIMENSIONS)
    found = hdbscan.HDBSCAN(
        min_cluster_size=minimum_cluster_size(len(vectors)),
        min_samples=5,
        approx_min_span_tree=False,  # the approximate tree differs between platforms
        core_dist_n_jobs=1,
    ).fit(reduced.astype(np.float64))
    return np.asarray(found.labels_, dtype=int)


def _smooth(vectors: np.ndarray) -> np.ndarray:
    smooth = np.empty_like(vectors)
    for begin in range(0, len(vectors), _ROWS_AT_ONCE):
        cosines = vectors[begin : begin + _ROWS_AT_ONCE] @ vectors.T
        # A note is its own nearest, so one more than the neighbours are averaged.
        near = np.argpartition(cosines, -SMOOTHING_NEIGHBOURS - 1, axis=1)
        near = near[:, -SMOOTHING_NEIGHBOURS - 1 :]
        smooth[begin : begin + _ROWS_AT_ONCE] = vectors[near].mean(axis=1)
    return smooth / np.linalg.norm(smooth, axis=1, keepdims=True)


def reduce_linearly(vectors: np.ndarray, dimensions: int = 32) -> np.ndarray:
    """Give each vector's principal components, for models that need a short vector.

    Parameters
    ----------
    vectors : numpy.ndarray
        Shape (n, d), NaN rows where there is no note.
    dimensions : int
        Components kept; fewer where the log has fewer notes.

    Returns
    -------
    numpy.ndarray
        Shape (n, k) with k at most ``dimensions``, float32, NaN rows kept.
    """
    from sklearn.decomposition import PCA

    has_vector = ~np.isnan(vectors).any(axis=1)
    known = vectors[has_vector]
    kept = min(dimensions, *known.shape)
    reduced = np.full((len(vectors), kept), np.nan, dtype=np.float32)
    if (known != known[:1]).any():
        analysis = PCA(kept, svd_solver="covariance_eigh").fit(known)
        reduced[has_vector] = analysis.transform(known).round(5)
    else:
        reduced[has_vector] = 0.0  # one note, or equal ones, are the middle of all
    return reduced
