"""The map of the notes: a place on the plane for every note, near for near in meaning.

Enters: note vectors and the topic of each. Leaves: two numbers from 0 to 1 a note. The
axes mean nothing, and distances only roughly: a map is to look at, and nothing is
counted or decided by it.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

NOTES_ON_MAP = 50_000
"""More dots than this are neither told apart on a screen nor quick to draw."""

SAMPLE = 2_400
"""Notes laid out by their neighbourhoods, which takes about 8 s; all others are put
beside the most alike of them. With twice as many it takes 20 s, and the topics lie apart
no better (94 % of a dot's neighbours are of its topic either way)."""

SAMPLE_OF_TOPIC = 8
"""So many of every topic are among them, however small it is."""

TOPIC_PULL = 0.35
"""Each vector leans towards its topic's centre by so much of its own length, so that topics
show as islands. On a simulated centre 94 % of a dot's neighbours are of its topic, without
it 75 %."""

_NEIGHBOURS = 3
_SHARPNESS = 0.1
"""A note's places are weighed by exp(cosine / 0.1): 0.1 less alike, a third the weight."""

_ROWS_AT_ONCE = 4_000


def lay_out_map(
    vectors: np.ndarray, topics: np.ndarray, contact_ids: pd.Series, random_state: int = 0
) -> np.ndarray:
    """Give every note its place on the map.

    Parameters
    ----------
    vectors : numpy.ndarray
        Centred note vectors of unit length, shape (n, d), NaN rows without one.
    topics : numpy.ndarray
        Shape (n,), int: topic numbers, negative for none.
    contact_ids : pandas.Series
        Shape (n,). Their hashes choose the notes shown where there are more than
        50,000, the sample, and the spread: the order of the rows does not matter.
    random_state : int
        Seed of the layout.

    Returns
    -------
    numpy.ndarray
        Shape (n, 2), float64, 0 to 1, four decimals; NaN without a vector and for
        notes not chosen.

    Notes
    -----
    The sample is laid out by t-SNE (van der Maaten and Hinton 2008, Journal of Machine
    Learning Research 9), beginning from its two principal components, on one thread:
    with more, sums come in another order and two runs differ.
    """
    places = np.full((len(vectors), 2), np.nan)
    hashes = pd.util.hash_array(contact_ids.to_numpy(object), categorize=False)
    known = np.flatnonzero(~np.isnan(vectors.sum(axis=1)))  # no copy of a million rows
    shown = known[np.argsort(hashes[known], kind="stable")][:NOTES_ON_MAP]
    if not len(shown):
        return places
    drawn = _drawn_to_topics(vectors[shown], topics[shown])
    sample = _sample(drawn, topics[shown])
    sampled = _lay_out_sample(drawn[sample], random_state)
    near = _place_beside(drawn, drawn[sample], sampled)
    places[shown] = _to_unit(near + _spread(near, sampled, hashes[shown])).round(4)
    return places


def _drawn_to_topics(vectors: np.ndarray, topics: np.ndarray) -> np.ndarray:
    drawn = vectors.astype(np.float32)
    for topic in np.unique(topics[topics >= 0]):
        rows = topics == topic
        centre = drawn[rows].mean(axis=0)
        length = max(float(np.linalg.norm(centre)), 1e-9)
        drawn[rows] += TOPIC_PULL * centre / length
    return drawn / np.linalg.norm(drawn, axis=1, keepdims=True).clip(1e-9)


def _sample(vectors: np.ndarray, topics: np.ndarray) -> np.ndarray:
    """Choose the first notes, which come by hash, and the first of every topic."""
    # Equal notes have one place; many of them would push all others aside.
    different = np.sort(np.unique(vectors, axis=0, return_index=True)[1])
    place_in_topic = pd.Series(topics[different]).groupby(topics[different]).cumcount()
    is_first = np.arange(len(different)) < SAMPLE
    is_of_topic = (place_in_topic < SAMPLE_OF_TOPIC) & (topics[different] >= 0)
    return different[is_first | is_of_topic]


def _lay_out_sample(vectors: np.ndarray, random_state: int) -> np.ndarray:
    from sklearn.manifold import TSNE
    from threadpoolctl import threadpool_limits

    if len(vectors) < 10 or vectors.shape[1] < 2:  # too few for neighbourhoods: round a circle
        angle = 2 * np.pi * np.arange(len(vectors)) / len(vectors)
        return np.column_stack([np.cos(angle), np.sin(angle)])
    layout = TSNE(
        perplexity=min(30, (len(vectors) - 1) / 3),
        init="pca",
        max_iter=600,
        random_state=random_state,
        n_jobs=1,
    )
    with threadpool_limits(1):
        return np.asarray(layout.fit_transform(vectors), dtype=float)


def _place_beside(vectors: np.ndarray, sample: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Put each note at the weighted mean of the places of its nearest sample notes."""
    beside = np.empty((len(vectors), 2))
    kept = min(_NEIGHBOURS, len(sample))
    for begin in range(0, len(vectors), _ROWS_AT_ONCE):
        # Rounded, so that the last bits of a product never decide between neighbours.
        cosines = (vectors[begin : begin + _ROWS_AT_ONCE] @ sample.T).round(5)
        nearest = np.argpartition(-cosines, kept - 1, axis=1)[:, :kept]
        alike = np.take_along_axis(cosines, nearest, axis=1).astype(float)
        weights = np.exp((alike - alike.max(axis=1, keepdims=True)) / _SHARPNESS)
        weights /= weights.sum(axis=1, keepdims=True)
        beside[begin : begin + len(cosines)] = np.einsum("nk,nkp->np", weights, places[nearest])
    return beside


def _spread(near: np.ndarray, sampled: np.ndarray, hashes: np.ndarray) -> np.ndarray:
    """Move each note within the room that the sample leaves there, so that none hide others."""
    from scipy.spatial import cKDTree

    room = cKDTree(sampled).query(near, k=min(4, len(sampled)))[0].reshape(len(near), -1)[:, -1]
    room = np.minimum(room, np.quantile(room, 0.9))
    angle = 2 * np.pi * (hashes & 0xFFFF) / 0x10000
    # The root spreads evenly over a disc.
    radius = room * np.sqrt((hashes >> np.uint64(16) & 0xFFFF) / 0x10000)
    return np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])


def _to_unit(places: np.ndarray) -> np.ndarray:
    """Turn the longer side level and scale both to 0..1."""
    middle = places - places.mean(axis=0)
    turned = middle @ np.linalg.eigh(middle.T @ middle)[1][:, ::-1]
    low, high = turned.min(axis=0), turned.max(axis=0)
    return (turned - low) / np.maximum(high - low, 1e-9)
