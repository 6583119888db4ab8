"""Two halves of a topic, and the reference vectors that tell them apart.

Enters: a fitted model, one of its topics and the vectors of that topic's notes. Leaves:
reference vectors in the place of the topic's own, each in one of two parts. Whether the
topic should be cut is the analyst's to say.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from fcr_ml.topics.model import TopicModel
from fcr_ml.topics.neighbours import to_unit_length

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

SMALLEST_PART = 10
"""Different notes in the smaller part: the fewest that ever make a topic."""

SMALLEST_GROUP = 3
"""Notes whose middle is a reference vector; the middle of fewer is the wording of one."""


def cut_in_two(
    model: TopicModel,
    number: int,
    vectors: np.ndarray,
    languages: Sequence[str | None] | None = None,
    terms: csr_matrix | None = None,
) -> tuple[np.ndarray, np.ndarray] | None:
    """Give reference vectors for two halves of a topic, and which half each is in.

    The notes are parted by 2-means; on pairs of neighbouring intents that were put
    together it finds them again better than linkage or density do. Each cluster of the
    topic then has a reference vector in each part that holds some of its notes.

    Parameters
    ----------
    model : TopicModel
        Fitted.
    number : int
        The topic.
    vectors : numpy.ndarray
        Shape (n, d), as encoded: its different notes, in an order that does not depend
        on how the log was sorted.
    languages : sequence of str or None, optional
        Language of each.
    terms : scipy.sparse.csr_matrix, optional
        Hashed terms of each, as the model was fitted with.

    Returns
    -------
    references : numpy.ndarray
        Shape (m, p), float32, unit length.
    parts : numpy.ndarray
        Shape (m,), int: 0 the larger part, 1 the smaller.

    None where a part would have fewer than ten notes.
    """
    from sklearn.cluster import KMeans

    if len(vectors) < 2 * SMALLEST_PART:
        return None
    # Rounded, so that the last bits of a product never part two equal notes.
    short = model.space_.shorten(np.asarray(vectors, dtype=np.float32), languages, terms).round(5)
    if len(np.unique(short, axis=0)) < 2:
        return None
    half = KMeans(2, n_init=10, random_state=0).fit_predict(short)
    sizes = np.bincount(half, minlength=2)
    if sizes.min() < SMALLEST_PART:
        return None
    # The larger is 0; of equals the one with the first note.
    larger = half[0] if sizes[0] == sizes[1] else int(sizes.argmax())
    return _references(
        model.reference_vectors_[model.reference_topics_ == number],
        short,
        (half != larger).astype(int),
    )


def _references(
    clusters: np.ndarray, short: np.ndarray, half: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Part the clusters of a topic as its notes are parted."""
    middles = to_unit_length(np.array([short[half == part].mean(axis=0) for part in (0, 1)]))
    home = (short @ clusters.T).round(5).argmax(axis=1)
    references, parts = [*middles], [0, 1]
    for place, cluster in enumerate(clusters):
        groups = [short[(home == place) & (half == part)] for part in (0, 1)]
        large = [part for part in (0, 1) if len(groups[part]) >= SMALLEST_GROUP]
        references += [groups[part].mean(axis=0) for part in large]
        if not large:  # too few of the notes given are its own
            large = [int((middles @ cluster).round(5).argmax())]
            references.append(cluster)
        parts += large
    return to_unit_length(np.array(references)).astype(np.float32), np.array(parts)
