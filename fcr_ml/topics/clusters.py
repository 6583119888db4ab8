"""Clusters among a sample of note vectors: reduction, then HDBSCAN.

Enters: unit-length vectors of notes that say enough. Leaves: a cluster number for
each, -1 for none. The only place that imports umap and hdbscan; both are loaded
on use. How notes outside the sample are placed is not decided here.
"""

from __future__ import annotations

import warnings

import numpy as np

REDUCED_DIMENSIONS = 10
"""Density in hundreds of dimensions is flat; ten keep the groups apart."""


def minimum_cluster_size(notes: int) -> int:
    """Give the fewest notes that make a topic: 0.4 % of them, between 10 and 60.

    Examples
    --------
    >>> minimum_cluster_size(5_000)
    20
    """
    return int(np.clip(0.004 * notes, 10, 60))


def find_clusters(vectors: np.ndarray, random_state: int = 0) -> np.ndarray:
    """Number the clusters of a sample.

    Parameters
    ----------
    vectors : numpy.ndarray
        Shape (n, d), float32, unit length, no NaN. At least 50 rows.
    random_state : int
        Seed of the reduction.

    Returns
    -------
    numpy.ndarray
        Shape (n,), int: 0 upwards, -1 where the note lies in no dense region.
    """
    import hdbscan

    reduced = _reduce(vectors, random_state)
    found = hdbscan.HDBSCAN(
        min_cluster_size=minimum_cluster_size(len(vectors)),
        min_samples=5,
        approx_min_span_tree=False,  # the approximate tree differs between platforms
        core_dist_n_jobs=1,
    ).fit(reduced.astype(np.float64))
    return np.asarray(found.labels_, dtype=int)


def _reduce(vectors: np.ndarray, random_state: int) -> np.ndarray:
    with warnings.catch_warnings():
        # umap warns about tensorflow, which it would use for a part we do not use.
        warnings.simplefilter("ignore")
        import umap

        return umap.UMAP(
            n_components=min(REDUCED_DIMENSIONS, vectors.shape[1]),
            n_neighbors=15,
            min_dist=0.0,
            init="pca",
            n_jobs=1,  # one thread is what makes the seed hold
            random_state=random_state,
        ).fit_transform(vectors)


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
    kept = min(dimensions, int(has_vector.sum()), vectors.shape[1])
    reduced = np.full((len(vectors), kept), np.nan, dtype=np.float32)
    if kept:
        analysis = PCA(kept, svd_solver="covariance_eigh").fit(vectors[has_vector])
        reduced[has_vector] = analysis.transform(vectors[has_vector]).round(5)
    return reduced
