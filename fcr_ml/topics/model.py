"""The topic model: a sample of placed notes, and one rule that places every note.

Enters: note vectors. Leaves: for each a topic, its strength, or the reason for
having none. Notes of the sample are placed by the same rule as new ones, so
placing them again gives the same answer, in whatever batch they come.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

import numpy as np

from fcr_ml.topics.clusters import find_clusters

log = logging.getLogger(__name__)

MINIMUM_NOTES = 100
"""Fewer different notes than this do not say which topics a log has."""

NEIGHBOURS = 10
FLOOR_QUANTILE = 0.02
"""A note less alike to its nearest placed note than 98 % of the placed notes are to
theirs is like nothing seen. Measured: refuses over 90 % of foreign notes."""


@dataclass
class TopicModel:
    """Topics of a log.

    Parameters
    ----------
    sample_size : int
        Different notes that the topics are found on; the rest are placed. Bounds
        time and memory whatever the size of the log.

    Attributes
    ----------
    reference_vectors_ : numpy.ndarray
        Shape (m, d), float32: the notes that lie in a cluster.
    reference_topics_ : numpy.ndarray
        Shape (m,), int: their topics, 0 being the largest.
    floor_ : float
        Least cosine to the nearest reference note.
    """

    sample_size: int = 12_000

    def fit(self, vectors: np.ndarray) -> TopicModel:
        """Find the topics.

        Parameters
        ----------
        vectors : numpy.ndarray
            Shape (n, d), unit length, no NaN: one row a different note, in an
            order that does not depend on how the log was sorted. The first
            ``sample_size`` rows are used.
        """
        sample = vectors[: self.sample_size]
        dimensions = vectors.shape[1] if vectors.ndim == 2 else 0
        self.reference_vectors_ = np.empty((0, dimensions), dtype=np.float32)
        self.reference_topics_ = np.empty(0, dtype=int)
        self.floor_ = 1.0
        self.is_large_enough_ = len(sample) >= MINIMUM_NOTES
        if self.is_large_enough_:
            self._remember(sample, find_clusters(sample))
        log.info("topics: %d found on %s notes", self.topics, f"{len(sample):,}")
        return self

    @property
    def topics(self) -> int:
        """Number of topics found."""
        return int(self.reference_topics_.max()) + 1 if len(self.reference_topics_) else 0

    def place(self, vectors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Place notes, known or new.

        Parameters
        ----------
        vectors : numpy.ndarray
            Shape (n, d), unit length, no NaN.

        Returns
        -------
        topics : numpy.ndarray
            Shape (n,), int; -1 for a note like nothing seen.
        strengths : numpy.ndarray
            Shape (n,), the winning topic's share of the neighbours' similarity.
        """
        topics = np.full(len(vectors), -1)
        strengths = np.full(len(vectors), np.nan)
        if not self.topics:
            return topics, strengths
        for begin in range(0, len(vectors), 2_000):
            rows = slice(begin, begin + 2_000)
            topics[rows], strengths[rows] = self._vote(vectors[rows])
        return topics, strengths

    def _remember(self, sample: np.ndarray, clusters: np.ndarray) -> None:
        inside = clusters >= 0
        if not inside.any():
            return
        sizes = np.bincount(clusters[inside])
        # Largest first; among equals the one whose first note comes first.
        order = np.lexsort((np.arange(len(sizes)), -sizes))
        rank = np.empty(len(sizes), dtype=int)
        rank[order] = np.arange(len(sizes))
        self.reference_vectors_ = sample[inside].astype(np.float32)
        self.reference_topics_ = rank[clusters[inside]]
        self.floor_ = float(np.quantile(self._nearest_other(), FLOOR_QUANTILE))

    def _nearest_other(self) -> np.ndarray:
        reference = self.reference_vectors_
        nearest = np.empty(len(reference))
        for begin in range(0, len(reference), 2_000):
            cosines = reference[begin : begin + 2_000] @ reference.T
            rows = np.arange(len(cosines))
            cosines[rows, begin + rows] = -1.0
            nearest[begin : begin + 2_000] = cosines.max(axis=1)
        return nearest

    def _vote(self, vectors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        cosines = vectors.astype(np.float32) @ self.reference_vectors_.T
        voters = min(NEIGHBOURS, cosines.shape[1])
        nearest = np.argpartition(cosines, -voters, axis=1)[:, -voters:]
        # Rounded, so that the last bits of a product never decide between two topics.
        weights = np.take_along_axis(cosines, nearest, axis=1).round(5).clip(1e-6)
        votes = np.zeros((len(vectors), self.topics))
        rows = np.repeat(np.arange(len(vectors)), voters)
        np.add.at(votes, (rows, self.reference_topics_[nearest].ravel()), weights.ravel())
        topics = votes.round(5).argmax(axis=1)
        strengths = votes.max(axis=1) / votes.sum(axis=1)
        topics[weights.max(axis=1) < self.floor_] = -1
        return topics, np.where(topics < 0, np.nan, strengths.round(4))
