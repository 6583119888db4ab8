"""The topic model: small clusters of notes, the topics they make, and one rule that places
every note.

Enters: note vectors and their languages. Leaves: for each a topic and its strength, or the
reason for having none. Notes that the topics were found on are placed by the same rule as
new ones, so placing them again gives the same answer, in whatever batch they come.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from fcr_ml.frames.conform import empty
from fcr_ml.frames.tables import TOPIC_LINEAGE
from fcr_ml.notes.centre import find_middles
from fcr_ml.topics.clusters import NEIGHBOURS, SMOOTHING_NEIGHBOURS, find_clusters
from fcr_ml.topics.continuity import keep_ids
from fcr_ml.topics.neighbours import Tongues, likeness_graph, measure_tongues, nearest
from fcr_ml.topics.tree import cut_tree, tie_clusters

log = logging.getLogger(__name__)

MINIMUM_NOTES = 100
"""Fewer different notes than this do not say which topics a log has."""

DIMENSIONS = 96
"""Principal components that notes are compared in: what lies beyond is more the wording of
single notes than what they are about."""
VOTERS, WARMTH = 10, 0.05
"""The nearest clusters vote with ``exp(cosine / 0.05)``: one a tenth of cosine further off
has an eighth of the say."""
FLOOR_QUANTILE = 0.02
"""A note less alike to its nearest cluster than 98 % of the notes that topics were found on
are to theirs is like nothing seen."""

_ROWS_AT_ONCE = 20_000

NOT_ALIKE, BANNED, TOO_RARE = -1, -2, -3
"""Numbers in the place of a topic, for notes that have none."""


@dataclass
class TopicModel:
    """Topics of a log.

    Parameters
    ----------
    sample_size : int
        Different notes that the topics are found on; the rest are placed. Bounds
        time and memory whatever the size of the log.
    random_state : int
        Draws the sample of a log with more notes than that.
    encoder : str, optional
        Name of what made the vectors: those of another encoder mean nothing here.

    Attributes
    ----------
    reference_vectors_ : numpy.ndarray
        Shape (m, p), float32, unit length: the middles of the small clusters.
    reference_topics_ : numpy.ndarray
        Shape (m,), int: their topics, 0 being the largest; below 0 without one.
    floor_ : float
        Least cosine to the nearest cluster.
    middles_ : Middles
        What is taken out of vectors, by language.
    axes_ : numpy.ndarray
        Shape (d, p), float32: principal components.
    ids_, themes_ : list of str
        Topic id and theme id of topic 0, 1 and so on.
    next_topic_, next_theme_ : int
        Numbers that the next new ids get; no number is ever given twice.
    names_ : dict of str to str
        Names given by hand, by topic id.
    held_ : set of str
        Topics kept as they are by hand; a refit neither splits nor joins them.
    edits_ : list of dict
        What was done by hand, in order.
    lineage_ : pandas.DataFrame
        TOPIC_LINEAGE against the forerunner; all born without one.
    """

    sample_size: int = 60_000
    random_state: int = 0
    encoder: str | None = None
    ids_: list[str] = field(default_factory=list, init=False)
    themes_: list[str] = field(default_factory=list, init=False)
    next_topic_: int = field(default=1, init=False)
    next_theme_: int = field(default=1, init=False)
    names_: dict[str, str] = field(default_factory=dict, init=False)
    held_: set[str] = field(default_factory=set, init=False)
    edits_: list[dict[str, Any]] = field(default_factory=list, init=False)

    def fit(
        self,
        vectors: np.ndarray,
        languages: Sequence[str | None] | None = None,
        forerunner: TopicModel | None = None,
    ) -> TopicModel:
        """Find the topics.

        Parameters
        ----------
        vectors : numpy.ndarray
            Shape (n, d), no NaN: one row a different note, in an order that does
            not depend on how the log was sorted.
        languages : sequence of str or None, optional
            Language of each.
        forerunner : TopicModel, optional
            An earlier fit whose topics live on where the log does not speak against
            them, with their ids and with what was done by hand.
        """
        drawn = self._draw(len(vectors))
        sample = np.asarray(vectors[drawn], dtype=np.float32)
        spoken = None if languages is None else [languages[row] for row in drawn]
        self.middles_ = find_middles(sample, spoken)
        centred = self.middles_.centre(sample, spoken)
        self.axes_ = _principal_axes(centred)
        self.lineage_ = empty(TOPIC_LINEAGE)
        before = cells = np.full(len(sample), NOT_ALIKE)
        if forerunner is not None:
            self.names_, self.held_ = dict(forerunner.names_), set(forerunner.held_)
            self.edits_ = list(forerunner.edits_)
            before = forerunner.place(sample, spoken)[0]
            cells = forerunner.cells(sample, spoken)
        if len(sample) >= MINIMUM_NOTES:
            short = self._shorten(centred)
            tongues = measure_tongues(short, self.middles_.codes(len(sample), spoken))
            self._find(short, tongues, before, cells, forerunner)
        else:
            self.reference_vectors_ = np.empty((0, self.axes_.shape[1]), dtype=np.float32)
            self.reference_topics_ = np.empty(0, dtype=int)
            self.floor_ = 1.0
            none = np.empty(0, dtype=int)
            self._give_ids(np.full(len(sample), NOT_ALIKE), none, before, forerunner)
        log.info("topics: %d found on %s notes", self.topics, f"{len(sample):,}")
        return self

    @property
    def topics(self) -> int:
        """Number of topics found."""
        return len(self.ids_)

    def place(
        self,
        vectors: np.ndarray,
        languages: Sequence[str | None] | None = None,
        refuse: bool = True,
    ) -> tuple[np.ndarray, np.ndarray]:
        """Place notes, known or new.

        Parameters
        ----------
        vectors : numpy.ndarray
            Shape (n, d), no NaN.
        languages : sequence of str or None, optional
            Language of each.
        refuse : bool
            Whether a note may be left without a topic.

        Returns
        -------
        topics : numpy.ndarray
            Shape (n,), int; ``NOT_ALIKE``, ``BANNED`` or ``TOO_RARE`` without one.
        strengths : numpy.ndarray
            Shape (n,), the topic's share of the votes of the nearest clusters; NaN
            without one.
        """
        topics = np.full(len(vectors), NOT_ALIKE)
        strengths = np.full(len(vectors), np.nan)
        if not self.topics:
            return topics, strengths
        voters = np.flatnonzero((self.reference_topics_ >= 0) | refuse)
        for rows, short in self._blocks(vectors, languages):
            near, cosines = nearest(short, self.reference_vectors_[voters], VOTERS)
            chosen, shares = _elect(self.reference_topics_[voters][near], cosines)
            if refuse:
                chosen[cosines[:, 0] < self.floor_] = NOT_ALIKE
            topics[rows] = chosen
            strengths[rows] = np.where(chosen >= 0, shares, np.nan)
        return topics, strengths

    def cells(
        self, vectors: np.ndarray, languages: Sequence[str | None] | None = None
    ) -> np.ndarray:
        """Give the small cluster that each note is nearest to, -1 for one like nothing seen."""
        cells = np.full(len(vectors), NOT_ALIKE)
        if len(self.reference_vectors_):
            for rows, short in self._blocks(vectors, languages):
                near, cosines = nearest(short, self.reference_vectors_, 1)
                cells[rows] = np.where(cosines[:, 0] < self.floor_, NOT_ALIKE, near[:, 0])
        return cells

    def _blocks(
        self, vectors: np.ndarray, languages: Sequence[str | None] | None
    ) -> Iterator[tuple[slice, np.ndarray]]:
        """Give the vectors as they are compared, some rows at a time."""
        for begin in range(0, len(vectors), _ROWS_AT_ONCE):
            rows = slice(begin, begin + _ROWS_AT_ONCE)
            spoken = None if languages is None else languages[rows]
            block = np.asarray(vectors[rows], dtype=np.float32)
            yield rows, self._shorten(self.middles_.centre(block, spoken))

    def _draw(self, count: int) -> np.ndarray:
        if count <= self.sample_size:
            return np.arange(count)
        draws = np.random.default_rng(self.random_state)
        return np.sort(draws.choice(count, self.sample_size, replace=False))

    def _shorten(self, centred: np.ndarray) -> np.ndarray:
        short = centred @ self.axes_
        lengths = np.linalg.norm(short, axis=1, keepdims=True)
        return np.divide(short, lengths, out=np.zeros_like(short), where=lengths > 1e-6)

    def _find(
        self,
        short: np.ndarray,
        tongues: Tongues,
        before: np.ndarray,
        cells: np.ndarray,
        forerunner: TopicModel | None,
    ) -> None:
        width = max(NEIGHBOURS, SMOOTHING_NEIGHBOURS)
        rows, cosines = nearest(short, short, width, np.arange(len(short)), tongues)
        graph = likeness_graph(rows[:, :NEIGHBOURS], cosines[:, :NEIGHBOURS])
        clusters = find_clusters(short, rows, cosines, cells)
        tied = tie_clusters(short, clusters, graph, before, tongues)
        was = _majority(clusters, before)
        held = np.isin(was, self._held_numbers(forerunner))
        self.reference_vectors_ = _unit(tied.sums).astype(np.float32)
        self.reference_topics_ = np.full(len(was), BANNED)
        in_tree = was != BANNED
        # The clusters of a topic that is held by hand enter the tree as one.
        entering = np.where(held, -1 - was, np.arange(len(was)))[in_tree]
        _, first, entry = np.unique(entering, return_index=True, return_inverse=True)
        topics, themes = cut_tree(
            tied.chosen(in_tree).joined(entry), held[in_tree][first], fewest_notes(len(short))
        )
        self.reference_topics_[in_tree] = np.where(topics < 0, TOO_RARE, topics)[entry]
        self.floor_ = _floor(short, self.reference_vectors_)
        self._give_ids(self.reference_topics_[clusters], themes, before, forerunner)

    def _give_ids(
        self,
        now: np.ndarray,
        themes: np.ndarray,
        before: np.ndarray,
        forerunner: TopicModel | None,
    ) -> None:
        """Give topics and themes the ids of what they carry on, or new ones."""
        earlier = forerunner or TopicModel()
        topics = keep_ids(
            before, now, earlier.ids_, earlier.next_topic_, held=self.held_, topics=len(themes)
        )
        theme_ids = sorted(set(earlier.themes_))
        places = np.array([*map(theme_ids.index, earlier.themes_), -1])
        above = keep_ids(
            np.where(before >= 0, places[before.clip(-1)], -1),
            np.where(now >= 0, np.append(themes, -1)[now.clip(-1)], -1),
            theme_ids,
            earlier.next_theme_,
            topics=int(themes.max(initial=-1)) + 1,
            prefix="g",
        )
        self.ids_, self.next_topic_, self.lineage_ = topics.ids, topics.next_topic, topics.table
        self.themes_ = [above.ids[theme] for theme in themes]
        self.next_theme_ = above.next_topic

    def _held_numbers(self, forerunner: TopicModel | None) -> list[int]:
        ids = forerunner.ids_ if forerunner is not None else []
        return [number for number, topic_id in enumerate(ids) if topic_id in self.held_]


def fewest_notes(notes: int) -> int:
    """Give the fewest different notes that make a topic: one in a thousand, 10 at least.

    Examples
    --------
    >>> fewest_notes(20_000)
    20
    """
    return max(10, notes // 1_000)


def _majority(clusters: np.ndarray, before: np.ndarray) -> np.ndarray:
    """Give the earlier topic of most notes of each cluster, below 0 where there is none."""
    shifted = before - before.min()
    counts = np.zeros((int(clusters.max()) + 1, int(shifted.max()) + 1))
    np.add.at(counts, (clusters, shifted), 1)
    most = counts.argmax(axis=1)
    sizes = counts.sum(axis=1)
    return np.where(counts.max(axis=1) > sizes / 2, most + before.min(), NOT_ALIKE)


def _elect(topics: np.ndarray, cosines: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give the topic that the nearest clusters vote for, and its share of the votes."""
    votes = np.exp((cosines - cosines[:, :1]) / WARMTH)
    # Summed over the voters of the same topic, so that no table of all topics is needed.
    alike = topics[:, :, None] == topics[:, None, :]
    sums = (alike * votes[:, None, :]).sum(axis=2).round(4)
    winner = sums.argmax(axis=1)  # among equals the nearest cluster's
    rows = np.arange(len(topics))
    return topics[rows, winner], (sums[rows, winner] / votes.sum(axis=1)).clip(0, 1).round(4)


def _floor(short: np.ndarray, references: np.ndarray) -> float:
    return float(np.quantile(nearest(short, references, 1)[1][:, 0], FLOOR_QUANTILE).round(4))


def _unit(vectors: np.ndarray) -> np.ndarray:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 1e-6)


def _principal_axes(centred: np.ndarray) -> np.ndarray:
    """Give the directions that notes differ in most, strongest first; shape (d, p)."""
    if len(centred) < 2:
        return np.eye(centred.shape[1], dtype=np.float32)
    spread = np.cov(centred.astype(float), rowvar=False)
    kept = min(DIMENSIONS, *centred.shape)
    return np.linalg.eigh(np.atleast_2d(spread))[1][:, ::-1][:, :kept].astype(np.float32)
