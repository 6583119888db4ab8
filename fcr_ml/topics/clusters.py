"""Small dense clusters among a sample of note vectors: smoothing, reduction, HDBSCAN.

Enters: unit-length vectors of notes that say enough, and their nearest neighbours. Leaves:
a cluster number for each. The only place that imports hdbscan, on use. Which clusters make
a topic together is decided in ``fcr_ml.topics.tree``.
"""

from __future__ import annotations

import numpy as np

from fcr_ml.topics.neighbours import to_unit_length
from fcr_ml.topics.reduction import reduce_linearly

NEIGHBOURS = 10
"""Notes that each note is joined to in the likeness graph."""
SMOOTHING_NEIGHBOURS = 15
"""Each vector is replaced by the mean of itself and so many nearest ones, once: notes of
one matter draw together, and those between matters stay between them."""
REDUCED_DIMENSIONS = 8
"""Density in hundreds of dimensions is flat; eight keep the groups apart."""
SMALLEST_CLUSTER, CORE_NEIGHBOURS = 5, 2
"""Clusters are the leaves of HDBSCAN's tree: as small as may be, because joining is the
work of the tree of topics, which sees links and meaning and not density alone."""
USUAL_SIZE = 24
"""Where notes lie in one cloud without dense places, most of a log may end in one cluster;
one of twice this size or more is cut into parts of about this size."""


def find_clusters(
    vectors: np.ndarray, rows: np.ndarray, cosines: np.ndarray, cells: np.ndarray | None = None
) -> np.ndarray:
    """Number the small dense clusters of a sample; every note ends in one.

    Parameters
    ----------
    vectors : numpy.ndarray
        Shape (n, d), float32, unit length. More than 15 rows.
    rows, cosines : numpy.ndarray
        Shape (n, k), each note's nearest others and their cosines; see
        ``fcr_ml.topics.neighbours.nearest``.
    cells : numpy.ndarray, optional
        Shape (n,), int: the cluster of an earlier fit that each note lies in, -1 for
        none. Notes that lie in one stay together; only where a cluster has grown large
        is it cut anew.

    Returns
    -------
    numpy.ndarray
        Shape (n,), int from 0. Notes outside the dense regions join the cluster that
        their neighbours are in.
    """
    near = rows[:, :SMOOTHING_NEIGHBOURS]
    smooth = to_unit_length(vectors + vectors[near].sum(axis=1))
    is_new = np.ones(len(vectors), dtype=bool) if cells is None else cells < 0
    clusters = np.full(len(vectors), -1) if cells is None else cells.copy()
    if is_new.sum() > SMOOTHING_NEIGHBOURS:
        dense = _dense(smooth[is_new])
        clusters[is_new] = np.where(dense < 0, -1, dense + clusters.max() + 1)
    if (clusters < 0).all():
        return _cut(np.zeros(len(vectors), dtype=int), smooth)
    rows, cosines = rows[:, :NEIGHBOURS], cosines[:, :NEIGHBOURS]
    grown = _grown(clusters, rows, cosines)
    settled = np.where(is_new, _settled(grown, rows, cosines), grown)
    return _cut(settled, smooth)


def _dense(smooth: np.ndarray) -> np.ndarray:
    """Give the dense clusters among vectors, -1 outside them."""
    import hdbscan

    reduced = reduce_linearly(smooth, REDUCED_DIMENSIONS).astype(np.float64)
    if (reduced == reduced[:1]).all():
        return np.full(len(smooth), -1)
    found = hdbscan.HDBSCAN(
        min_cluster_size=SMALLEST_CLUSTER,
        min_samples=CORE_NEIGHBOURS,
        cluster_selection_method="leaf",
        approx_min_span_tree=False,  # the approximate tree differs between platforms
        core_dist_n_jobs=1,
    ).fit(reduced)
    return np.asarray(found.labels_, dtype=int)


def _cut(clusters: np.ndarray, smooth: np.ndarray) -> np.ndarray:
    """Cut large clusters into parts, so that the tree decides what belongs together."""
    from sklearn.cluster import KMeans

    parts = clusters.copy()
    for large in np.flatnonzero(np.bincount(clusters) >= 2 * USUAL_SIZE):
        own = np.flatnonzero(clusters == large)
        different = len(np.unique(smooth[own].round(5), axis=0))
        count = min(len(own) // USUAL_SIZE, different)
        cut = KMeans(count, n_init=1, max_iter=15, random_state=0).fit(smooth[own])
        parts[own] = parts.max() + 1 + cut.labels_
    return np.unique(parts, return_inverse=True)[1]


def _grown(clusters: np.ndarray, rows: np.ndarray, cosines: np.ndarray) -> np.ndarray:
    """Let notes outside join their neighbours' clusters."""
    while (clusters < 0).any():
        chosen, weight = _elected(clusters, rows, cosines)
        joining = (clusters < 0) & (weight > 0)
        if not joining.any():
            clusters = np.where(clusters < 0, clusters.max() + 1, clusters)  # an island
        else:
            clusters = np.where(joining, chosen, clusters)
    return clusters


def _settled(clusters: np.ndarray, rows: np.ndarray, cosines: np.ndarray) -> np.ndarray:
    """Let every note go where most of its neighbours are, three times."""
    for _ in range(3):
        clusters = _elected(clusters, rows, cosines)[0]
    return clusters


def _elected(
    clusters: np.ndarray, rows: np.ndarray, cosines: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Give the cluster that holds most of each note's neighbours, and its weight."""
    from scipy.sparse import csr_matrix

    seen = clusters[rows]
    votes = np.where(seen >= 0, cosines.clip(1e-6), 0.0)
    starts = np.arange(0, rows.size + 1, rows.shape[1])
    shape = (len(rows), int(clusters.max()) + 1)
    table = csr_matrix((votes.ravel(), seen.ravel().clip(0), starts), shape=shape)
    own = csr_matrix(
        (np.where(clusters >= 0, 0.5, 0.0), (np.arange(len(rows)), clusters.clip(0))), shape=shape
    )
    table = (table + own).tocsr()
    weight = np.asarray(table.max(axis=1).todense()).ravel()
    return np.asarray(table.argmax(axis=1)).ravel(), weight
