"""The topic model: small clusters of notes, the topics they make, and one rule that places
every note.

Enters: note vectors and their languages. Leaves: for each a topic and its strength, or the
reason for having none. Notes that the topics were found on are placed by the same rule as
new ones, so placing them again gives the same answer, in whatever batch they come.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from fcr_ml.frames.conform import empty
from fcr_ml.frames.tables import TOPIC_LINEAGE
from fcr_ml.topics.clusters import NEIGHBOURS, SMOOTHING_NEIGHBOURS, find_clusters
from fcr_ml.topics.continuity import keep_ids, number_ids
from fcr_ml.topics.neighbours import (
    Tongues,
    least_cosine,
    likeness_graph,
    measure_tongues,
    nearest,
    to_unit_length,
)
from fcr_ml.topics.outliving import clusters_without_notes, topics_to_keep
from fcr_ml.topics.space import Space, find_space
from fcr_ml.topics.tree import cut_tree, fewest_notes, tie_clusters
from fcr_ml.topics.voting import elect_topics, majority_before

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

log = logging.getLogger(__name__)

MINIMUM_NOTES = 100
"""Fewer different notes than this do not say which topics a log has."""

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
    fingerprint : str, optional
        Its fingerprint: two encoders may have one name.
    as_of : pandas.Timestamp, optional
        The moment whose knowledge the topics rest on.

    Attributes
    ----------
    reference_vectors_ : numpy.ndarray
        Shape (m, p), float32, unit length: the middles of the small clusters.
    reference_topics_ : numpy.ndarray
        Shape (m,), int: their topics, 0 being the largest; below 0 without one.
    floor_ : float
        Least cosine to the nearest cluster.
    space_ : Space
        How notes are brought into the dimensions they are compared in.
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
    fingerprint: str | None = None
    as_of: pd.Timestamp | None = None
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
        terms: csr_matrix | None = None,
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
            them, with their ids and with what was done by hand. They are carried on as
            they are where there are too few notes to find topics.
        """
        drawn = self._draw(len(vectors))
        if forerunner is not None and len(drawn) < MINIMUM_NOTES:
            told = "topics: %d different notes are too few to find topics; the %d before are kept"
            log.info(told, len(drawn), forerunner.topics)
            return self.carry_on(forerunner)
        sample = np.asarray(vectors[drawn], dtype=np.float32)
        spoken = None if languages is None else [languages[row] for row in drawn]
        said = None if terms is None else terms[drawn]
        earlier: Space | None = None if forerunner is None else forerunner.space_
        self.space_: Space = find_space(sample, spoken, said, earlier)
        kept: list[int] = []
        before = cells = np.full(len(sample), NOT_ALIKE)
        if forerunner is not None:
            self.names_, self.held_ = dict(forerunner.names_), set(forerunner.held_)
            self.edits_ = list(forerunner.edits_)
            before = forerunner.place(sample, spoken, said)[0]
            cells = forerunner.cells(sample, spoken, said)
            by_hand, fewest = (self.held_, set(self.names_)), fewest_notes(len(sample))
            kept = topics_to_keep(forerunner.ids_, forerunner.themes_, *by_hand, before, fewest)
            self._widen(forerunner, [*kept, BANNED], cells)
        if len(sample) >= MINIMUM_NOTES:
            short = self.space_.shorten(sample, spoken, said)
            tongues = measure_tongues(short, self.space_.middles.codes(len(sample), spoken))
            self._find(short, tongues, before, cells, kept, forerunner)
        else:
            self.reference_vectors_ = self.space_.shorten(sample[:0])
            self.reference_topics_ = np.empty(0, dtype=int)
            self.floor_ = 1.0
            self._give_ids(np.full(len(sample), NOT_ALIKE), np.empty(0, dtype=int), before)
        log.info("topics: %d found on %s notes", self.topics, f"{len(sample):,}")
        return self

    def carry_on(self, forerunner: TopicModel) -> TopicModel:
        """Take on the topics of an earlier fit as they are, for notes to be placed in."""
        own = {"as_of": self.as_of, "lineage_": empty(TOPIC_LINEAGE)}
        vars(self).update(vars(forerunner) | own)
        return self

    @property
    def topics(self) -> int:
        """Number of topics found."""
        return len(self.ids_)

    def place(
        self,
        vectors: np.ndarray,
        languages: Sequence[str | None] | None = None,
        terms: csr_matrix | None = None,
        refuse: bool = True,
    ) -> tuple[np.ndarray, np.ndarray]:
        """Place notes, known or new.

        Parameters
        ----------
        vectors : numpy.ndarray
            Shape (n, d), no NaN.
        languages : sequence of str or None, optional
            Language of each.
        terms : scipy.sparse.csr_matrix, optional
            Hashed terms of each, as they were given to ``fit``.
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
        voters = np.flatnonzero((self.reference_topics_ >= 0) | refuse)
        if not len(voters):
            return topics, strengths
        for rows, short in self._blocks(vectors, languages, terms):
            near, cosines = nearest(short, self.reference_vectors_[voters], VOTERS)
            chosen, shares = elect_topics(self.reference_topics_[voters][near], cosines, WARMTH)
            if refuse:
                chosen[cosines[:, 0] < self.floor_] = NOT_ALIKE
            topics[rows] = chosen
            strengths[rows] = np.where(chosen >= 0, shares, np.nan)
        return topics, strengths

    def cells(
        self,
        vectors: np.ndarray,
        languages: Sequence[str | None] | None = None,
        terms: csr_matrix | None = None,
    ) -> np.ndarray:
        """Give the small cluster that each note is nearest to, -1 for one like nothing seen."""
        cells = np.full(len(vectors), NOT_ALIKE)
        if len(self.reference_vectors_):
            for rows, short in self._blocks(vectors, languages, terms):
                near, cosines = nearest(short, self.reference_vectors_, 1)
                cells[rows] = np.where(cosines[:, 0] < self.floor_, NOT_ALIKE, near[:, 0])
        return cells

    def _blocks(
        self,
        vectors: np.ndarray,
        languages: Sequence[str | None] | None,
        terms: csr_matrix | None,
    ) -> Iterator[tuple[slice, np.ndarray]]:
        """Give the vectors as they are compared, some rows at a time."""
        for begin in range(0, len(vectors), _ROWS_AT_ONCE):
            rows = slice(begin, begin + _ROWS_AT_ONCE)
            spoken = None if languages is None else languages[rows]
            block = np.asarray(vectors[rows], dtype=np.float32)
            said = None if terms is None else terms[rows]
            yield rows, self.space_.shorten(block, spoken, said)

    def _draw(self, count: int) -> np.ndarray:
        if count <= self.sample_size:
            return np.arange(count)
        draws = np.random.default_rng(self.random_state)
        return np.sort(draws.choice(count, self.sample_size, replace=False))

    def _find(
        self,
        short: np.ndarray,
        tongues: Tongues,
        before: np.ndarray,
        cells: np.ndarray,
        kept: list[int],
        forerunner: TopicModel | None,
    ) -> None:
        width = max(NEIGHBOURS, SMOOTHING_NEIGHBOURS)
        rows, cosines = nearest(short, short, width, np.arange(len(short)), tongues)
        graph = likeness_graph(rows[:, :NEIGHBOURS], cosines[:, :NEIGHBOURS])
        clusters = find_clusters(short, rows, cosines, cells)
        tied = tie_clusters(short, clusters, graph, before, tongues)
        was = majority_before(clusters, before)
        held = np.isin(was, kept)
        self.reference_vectors_ = to_unit_length(tied.sums).astype(np.float32)
        self.reference_topics_ = np.full(len(was), BANNED)
        in_tree = was != BANNED
        # The clusters of a topic that is kept by hand enter the tree as one.
        entering = np.where(held, -1 - was, np.arange(len(was)))[in_tree]
        _, first, entry = np.unique(entering, return_index=True, return_inverse=True)
        topics, themes = cut_tree(
            tied.chosen(in_tree).joined(entry),
            held[in_tree][first],
            fewest_notes(len(short)),
            number_ids(forerunner.themes_ if forerunner else []),
        )
        self.reference_topics_[in_tree] = np.where(topics < 0, TOO_RARE, topics)[entry]
        self.floor_ = least_cosine(short, self.reference_vectors_, FLOOR_QUANTILE)
        now = self.reference_topics_[clusters]
        heirs = {int(old): int(self.reference_topics_[was == old][0]) for old in set(was[held])}
        absent = {old: len(themes) + place for place, old in enumerate(set(kept) - set(heirs))}
        for old, new in absent.items():
            now[before == old] = new
        if forerunner is not None:
            lost = clusters_without_notes(
                forerunner.reference_topics_, [*kept, BANNED], cells, was[clusters]
            )
            # Clusters of the few notes that lie in these are not there beside them.
            others = np.bincount(clusters, ~np.isin(cells, lost)) > 0
            stays = others | ~np.isin(was, [*kept, BANNED])
            self._take_in(forerunner, lost, stays, heirs | absent)
        self._give_ids(now, themes, before, forerunner, heirs | absent)

    def _widen(self, forerunner: TopicModel, kept: list[int], cells: np.ndarray) -> None:
        """Add to the axes what tells clusters that were kept by hand and are away."""
        away = np.isin(forerunner.reference_topics_, kept)
        away[cells[cells >= 0]] = False
        self.space_ = self.space_.widened(forerunner.reference_vectors_[away], forerunner.space_)

    def _take_in(
        self, forerunner: TopicModel, lost: np.ndarray, stays: np.ndarray, heirs: dict[int, int]
    ) -> None:
        """Add small clusters of an earlier fit that were kept by hand to those that stay."""
        turned = self.space_.turn(forerunner.reference_vectors_[lost], forerunner.space_)
        numbers = [heirs.get(int(old), BANNED) for old in forerunner.reference_topics_[lost]]
        self.reference_vectors_ = np.vstack([self.reference_vectors_[stays], turned])
        topics = [*self.reference_topics_[stays].tolist(), *numbers]
        self.reference_topics_ = np.array(topics, dtype=int)

    def _give_ids(
        self,
        now: np.ndarray,
        themes: np.ndarray,
        before: np.ndarray,
        forerunner: TopicModel | None = None,
        heirs: Mapping[int, int] | None = None,
    ) -> None:
        """Give topics and themes the ids of what they carry on, or new ones."""
        earlier, kept = forerunner or TopicModel(), heirs or {}
        absent = [old for old, new in sorted(kept.items(), key=itemgetter(1)) if new >= len(themes)]
        topics = keep_ids(
            before,
            now,
            earlier.ids_,
            earlier.next_topic_,
            kept={earlier.ids_[old]: new for old, new in kept.items()},
            topics=len(themes) + len(absent),
        )
        theme_ids = sorted(set(earlier.themes_))
        places = np.append(number_ids(earlier.themes_), -1)
        is_found = (now >= 0) & (now < len(themes))
        above = keep_ids(
            np.where(before >= 0, places[before.clip(-1)], -1),
            np.where(is_found, np.append(themes, -1)[np.where(is_found, now, -1)], -1),
            theme_ids,
            earlier.next_theme_,
            topics=int(themes.max(initial=-1)) + 1,
            prefix="g",
        )
        self.ids_, self.next_topic_, self.lineage_ = topics.ids, topics.next_topic, topics.table
        self.themes_ = [above.ids[theme] for theme in themes]
        # A topic without notes has no place among today's themes and stays in its own.
        self.themes_ += [earlier.themes_[old] for old in absent]
        self.next_theme_ = above.next_topic
