"""The tree of topics: small dense clusters joined step by step, cut once for topics and,
higher up, once more for themes.

Enters: small clusters of notes with the links between them, and which topic each of their
notes had in an earlier fit. Leaves: for every cluster its topic, for every topic its theme.
How clusters are found and how other notes are placed is not decided here.

Two clusters are as close as their notes are linked, by links and by meaning::

    closeness(a, b) = log(links(a, b) / (n_a n_b)) + 4 cosine(a, b)

with the summed weight of the likeness graph between them and the mean cosine over all their
pairs of notes: average linkage on both. The first term falls as clusters grow, so large
topics need more evidence to join; the second does not know sizes. Cutting at one height is
the constant Potts model (Traag, Van Dooren and Nesterov 2011) with meaning added, which
needs no number of topics. The height falls a little as logs grow.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from fcr_ml.topics.neighbours import Tongues, to_unit_length

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

MEANING_WEIGHT = 4.0
TOPIC_CUT, USUAL_NOTES, FALL = -4.6, 20_000, 0.5
"""Joining stops at ``-4.6 - 0.5 log(notes / 20,000)``. Each note has as many links in a log
of any size: at one height for all a log would get finer topics merely by growing, and falling
by the whole logarithm it would never get more of them. Half of it suits labelled sets of 800
to 18,000 texts best; they are as well sorted from -4.6 to -4.2, and the coarser end keeps a
matter that is told in several languages together (docs/decisions/0004-topics.md)."""
RARE_STEP = 1.5
"""A cluster too small to be a topic joins the closest topic so much further down, or is too
rare."""
THEME_LOYALTY = 0.5
"""How far topics of two earlier themes are set apart, middles being of length one."""
LOYALTY = 1.5
"""What notes of one earlier topic add to closeness, and notes of two take away. A refit
changes a topic where the log says so by more than this, and not by chance."""


@dataclass(frozen=True)
class Clusters:
    """Clusters of notes and what ties each two of them.

    Parameters
    ----------
    sizes : numpy.ndarray
        Shape (k,), notes in each.
    links : numpy.ndarray
        Shape (k, k), summed weight of the likeness graph between their notes.
    sums : numpy.ndarray
        Shape (k, d), summed unit-length vectors.
    before : numpy.ndarray
        Shape (k, b), how many of their notes an earlier fit had in each of its b topics.
    spoken : numpy.ndarray
        Shape (k, l), how many of their notes are in each of l languages.
    gains : numpy.ndarray
        Shape (l, l), what is added to the cosine of notes in two languages.
    """

    sizes: np.ndarray
    links: np.ndarray
    sums: np.ndarray
    before: np.ndarray
    spoken: np.ndarray
    gains: np.ndarray

    def joined(self, group: np.ndarray) -> Clusters:
        """Give the clusters that arise when those of one group number become one."""
        member = np.zeros((int(group.max(initial=-1)) + 1, len(group)))
        member[group, np.arange(len(group))] = 1.0
        return Clusters(
            member @ self.sizes,
            member @ self.links @ member.T,
            member @ self.sums,
            member @ self.before,
            member @ self.spoken,
            self.gains,
        )

    def chosen(self, rows: np.ndarray) -> Clusters:
        """Give some of the clusters alone."""
        return Clusters(
            self.sizes[rows],
            self.links[rows][:, rows],
            self.sums[rows],
            self.before[rows],
            self.spoken[rows],
            self.gains,
        )

    def closeness(self, cluster: int | slice = slice(None)) -> np.ndarray:
        """Give how close one cluster, or each, is to all; shape (k,) or (k, k)."""
        sizes = self.sizes[cluster]
        pairs = np.multiply.outer(sizes, self.sizes)
        meaning = self.sums[cluster] @ self.sums.T
        meaning = (meaning + self.spoken[cluster] @ self.gains @ self.spoken.T) / pairs
        linked = np.log(self.links[cluster] / pairs + 1e-5)
        known = np.multiply.outer(self.before[cluster].sum(axis=-1), self.before.sum(axis=1))
        loyal = (2 * self.before[cluster] @ self.before.T - known) / pairs
        return linked + MEANING_WEIGHT * meaning + LOYALTY * loyal


def tie_clusters(
    short: np.ndarray,
    clusters: np.ndarray,
    graph: csr_matrix,
    before: np.ndarray,
    tongues: Tongues,
) -> Clusters:
    """Add up over the notes of each cluster what ties clusters to each other.

    Parameters
    ----------
    short : numpy.ndarray
        Shape (n, p), unit length.
    clusters : numpy.ndarray
        Shape (n,), int from 0.
    graph : scipy.sparse.csr_matrix
        Shape (n, n), the likeness graph.
    before : numpy.ndarray
        Shape (n,), int: each note's topic in an earlier fit; below 0 for none.
    tongues : Tongues
        The language of each.
    """
    from scipy.sparse import csr_matrix

    notes = np.arange(len(short))
    shape = (int(clusters.max()) + 1, len(short))
    member = csr_matrix((np.ones(len(short)), (clusters, notes)), shape=shape)
    placed = before >= 0
    earlier = np.zeros((len(short), int(before.max(initial=-1)) + 1))
    earlier[notes[placed], before[placed]] = 1.0
    spoken = np.eye(len(tongues.gains))[tongues.codes]
    return Clusters(
        np.asarray(member.sum(axis=1)).ravel(),
        (member @ graph @ member.T).toarray(),
        member @ short.astype(float),
        member @ earlier,
        member @ spoken,
        tongues.gains,
    )


def join_clusters(clusters: Clusters, cut: float, apart: np.ndarray) -> np.ndarray:
    """Join the closest two clusters until none are closer than a height.

    Parameters
    ----------
    clusters : Clusters
        k of them.
    cut : float
        Height; see the module.
    apart : numpy.ndarray
        Shape (k,), bool: clusters that join nothing.

    Returns
    -------
    numpy.ndarray
        Shape (k,), int: group numbers from 0, in the order of their first clusters.
    """
    now = clusters.joined(np.arange(len(clusters.sizes)))
    close = now.closeness()
    close[apart] = close[:, apart] = -np.inf
    np.fill_diagonal(close, -np.inf)
    group = np.arange(len(close))
    best = close.argmax(axis=1) if len(close) else group
    while len(close) > 1:
        first = int(close[np.arange(len(best)), best].argmax())
        second = int(best[first])
        if not close[first, second] >= cut:
            break
        first, second = min(first, second), max(first, second)
        group[group == second] = first
        _join(now, first, second)
        fresh = np.where(np.isneginf(close[first]), -np.inf, now.closeness(first).round(9))
        close[second] = close[:, second] = -np.inf
        fresh[[first, second]] = -np.inf
        close[first] = close[:, first] = fresh
        # Only rows that pointed at one of the two, or now point at the new one, can change.
        stale = np.isin(best, (first, second))
        best[stale] = close[stale].argmax(axis=1)
        best[first] = close[first].argmax()
        rows = np.arange(len(best))
        better = close[:, first] > close[rows, best]
        best[better] = first
    return np.unique(group, return_inverse=True)[1]


def _join(now: Clusters, first: int, second: int) -> None:
    """Put the second cluster into the first, in place; its row no longer counts."""
    within = now.links[first, first] + now.links[second, second] + 2 * now.links[first, second]
    now.links[first] += now.links[second]
    now.links[:, first] = now.links[first]
    now.links[first, first] = within
    now.sums[first] += now.sums[second]
    now.before[first] += now.before[second]
    now.spoken[first] += now.spoken[second]
    now.sizes[first] += now.sizes[second]


def take_in_rare(
    clusters: Clusters, fewest: int, apart: np.ndarray, cut: float = TOPIC_CUT - RARE_STEP
) -> np.ndarray:
    """Let clusters too small to be topics join the closest that is large enough.

    Parameters
    ----------
    clusters : Clusters
        k of them, joined as far as topics go.
    fewest : int
        Notes that a topic has at least.
    apart : numpy.ndarray
        Shape (k,), bool: clusters that stay as they are, whatever their size.
    cut : float
        Height down to which they join.

    Returns
    -------
    numpy.ndarray
        Shape (k,), int: the cluster each belongs to, itself if it is large enough, -1
        where it is too rare and like none.
    """
    home = np.arange(len(clusters.sizes))
    # What was a topic before may shrink to half before it is none any more.
    carried_on = clusters.before.max(axis=1, initial=0) > clusters.sizes / 2
    is_rare = (clusters.sizes < np.where(carried_on, fewest / 2, fewest)) & ~apart
    if is_rare.any():
        close = clusters.closeness()[is_rare]
        close[:, is_rare | apart] = -np.inf
        nearest = close.argmax(axis=1)
        taken = close[np.arange(len(close)), nearest] >= cut
        home[is_rare] = np.where(taken, nearest, -1)
    return home


def cut_tree(
    clusters: Clusters,
    apart: np.ndarray,
    fewest: int,
    earlier_themes: np.ndarray | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Join clusters to topics, and topics to themes.

    Parameters
    ----------
    clusters : Clusters
        k of them.
    apart : numpy.ndarray
        Shape (k,), bool: clusters that are a topic each, by hand.
    fewest : int
        Notes that any other topic has at least.
    earlier_themes : numpy.ndarray, optional
        Shape (b,), int: the theme of each topic of an earlier fit.

    Returns
    -------
    topics : numpy.ndarray
        Shape (k,), int: 0 is the topic with the most notes; -1 for a cluster too rare.
    themes : numpy.ndarray
        Shape (t,), int: the theme of topic 0, 1 and so on; 0 has the most notes.
    """
    height = topic_height(clusters.sizes.sum())
    group = join_clusters(clusters, height, apart)
    is_apart = np.zeros(int(group.max(initial=-1)) + 1, dtype=bool)
    is_apart[group[apart]] = True
    joined = clusters.joined(group)
    home = take_in_rare(joined, fewest, is_apart, height - RARE_STEP)
    topics = _by_size(home[group], clusters.sizes)
    placed = topics >= 0
    if not placed.any():
        return topics, np.empty(0, dtype=int)
    kept = clusters.chosen(placed).joined(topics[placed])
    return topics, _by_size(_themes(kept, earlier_themes), kept.sizes)


def topic_height(notes: float) -> float:
    """Give the closeness at which clusters of so many notes cease to join.

    Examples
    --------
    >>> topic_height(20_000), round(topic_height(5_000), 2)
    (-4.6, -3.91)
    """
    return float(TOPIC_CUT - FALL * np.log(max(notes, 1) / USUAL_NOTES))


def _themes(topics: Clusters, earlier: np.ndarray | None) -> np.ndarray:
    """Join topics further by what they mean, into as many themes as a theme has topics.

    Between topics there are hardly any links to count, so it is Ward's rule on their
    middles that goes on; it also keeps one theme from taking in most of a log.
    """
    from sklearn.cluster import AgglomerativeClustering

    count = len(topics.sizes)
    themes = max(round(count**0.5), 1)
    if themes == count:
        return np.arange(count)
    middles = to_unit_length(topics.sums)
    if earlier is not None and earlier.size:
        ways = np.zeros((len(earlier), int(earlier.max()) + 1))
        ways[np.arange(len(earlier)), earlier] = 1.0
        was = topics.before @ ways[: topics.before.shape[1]] / topics.sizes[:, None]
        middles = np.hstack([middles, THEME_LOYALTY * was])
    # Rounded, so that the last bits of a product never decide which two are joined.
    found = AgglomerativeClustering(themes).fit_predict(middles.round(6))
    return pd.factorize(found)[0]


def _by_size(groups: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """Number groups anew, the one with the most notes first; below 0 stays."""
    numbers = np.full(len(groups), -1)
    inside = groups >= 0
    found, place = np.unique(groups[inside], return_inverse=True)
    notes = np.bincount(place, sizes[inside], minlength=len(found))
    rank = np.empty(len(found), dtype=int)
    # Among equals the one whose first cluster comes first.
    rank[np.lexsort((np.arange(len(found)), -notes))] = np.arange(len(found))
    numbers[inside] = rank[place]
    return numbers


def fewest_notes(notes: int) -> int:
    """Give the fewest different notes that make a topic: one in a thousand, 10 at least.

    Examples
    --------
    >>> fewest_notes(20_000)
    20
    """
    return max(10, notes // 1_000)
