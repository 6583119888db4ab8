"""What was done by hand outlives a log that holds no note of it.

Enters: an earlier fit's topics and small clusters, and where today's notes lie in them.
Leaves: the topics that a refit keeps whatever the log says, and those of their clusters that
no cluster of today stands for. What became of all other topics is
decided in ``fcr_ml.topics.tree``.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np

FEWEST = 5
"""Fewer notes than this do not stand for a cluster that was kept by hand: its middle would
become that of the few notes at its border that a log without it still has."""


def topics_to_keep(
    ids: Sequence[str],
    themes: Sequence[str],
    held: Collection[str],
    named: Collection[str],
    before: np.ndarray,
    fewest: int,
) -> list[int]:
    """Give the numbers of the earlier topics that a refit keeps.

    Parameters
    ----------
    ids, themes : sequence of str
        Topic id and theme id of the earlier topics 0, 1 and so on.
    held : collection of str
        Topics kept together by hand: always kept.
    named : collection of str
        Topics and themes named by hand: kept where the log has too few of their notes
        to say anything about them.
    before : numpy.ndarray
        Shape (n,), int: each note's earlier topic; below 0 for none.
    fewest : int
        Notes that a topic has at least.

    Examples
    --------
    >>> topics_to_keep(["t1", "t2"], ["g1", "g1"], [], ["t1", "t2"], np.array([0] * 30), 10)
    [1]
    """
    notes = np.bincount(before[before >= 0], minlength=len(ids))
    return [
        number
        for number, (topic, theme) in enumerate(zip(ids, themes, strict=True))
        if topic in held or (notes[number] < fewest and {topic, theme} & set(named))
    ]


def clusters_without_notes(
    topics: np.ndarray, kept: Sequence[int], cells: np.ndarray, now: np.ndarray
) -> np.ndarray:
    """Give the earlier clusters of kept topics that fewer than five notes stand for.

    Parameters
    ----------
    topics : numpy.ndarray
        Shape (m,), int: the topic of each earlier cluster.
    kept : sequence of int
        Topics to keep.
    cells : numpy.ndarray
        Shape (n,), int: the earlier cluster that each note lies in, -1 for none.
    now : numpy.ndarray
        Shape (n,), int: the earlier topic of most notes of the cluster that it lies in today.

    Examples
    --------
    >>> topics, cells = np.array([0, 0, 1]), np.array([0] * 5 + [1] * 4 + [2])
    >>> clusters_without_notes(topics, [0], cells, topics[cells]).tolist()
    [1]
    """
    inside = np.flatnonzero(cells >= 0)
    stood_for = cells[inside[now[inside] == topics[cells[inside]]]]
    notes = np.bincount(stood_for, minlength=len(topics))
    return np.flatnonzero(np.isin(topics, kept) & (notes < FEWEST))
