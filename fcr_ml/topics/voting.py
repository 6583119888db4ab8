"""Who has the most votes: among the clusters near a note, and among the notes of a cluster.

Enters: topics as numbers, below 0 for none. Leaves: the one chosen.
"""

from __future__ import annotations

import numpy as np

NONE = -1


def majority_before(clusters: np.ndarray, before: np.ndarray) -> np.ndarray:
    """Give the earlier topic of most notes of each cluster, below 0 where there is none.

    Parameters
    ----------
    clusters : numpy.ndarray
        Shape (n,), int from 0: each note's cluster.
    before : numpy.ndarray
        Shape (n,), int: its topic in an earlier fit. Notes without one count against all.
    """
    shifted = before - before.min()
    counts = np.zeros((int(clusters.max()) + 1, int(shifted.max()) + 1))
    np.add.at(counts, (clusters, shifted), 1)
    most = counts.argmax(axis=1)
    sizes = counts.sum(axis=1)
    return np.where(counts.max(axis=1) > sizes / 2, most + before.min(), NONE)


def elect_topics(
    topics: np.ndarray, cosines: np.ndarray, warmth: float
) -> tuple[np.ndarray, np.ndarray]:
    """Give the topic that the nearest clusters vote for, and its share of the votes.

    Parameters
    ----------
    topics, cosines : numpy.ndarray
        Shape (n, k): the topics of the clusters nearest to each note, nearest first.
    warmth : float
        A vote weighs ``exp(cosine / warmth)``.
    """
    votes = np.exp((cosines - cosines[:, :1]) / warmth)
    # Summed over the voters of the same topic, so that no table of all topics is needed.
    alike = topics[:, :, None] == topics[:, None, :]
    sums = (alike * votes[:, None, :]).sum(axis=2).round(4)
    winner = sums.argmax(axis=1)  # among equals the nearest cluster's
    rows = np.arange(len(topics))
    return topics[rows, winner], (sums[rows, winner] / votes.sum(axis=1)).clip(0, 1).round(3)
