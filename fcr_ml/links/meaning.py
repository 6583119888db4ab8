"""What two notes of one matter share, learnt from the log itself.

Enters: note vectors and pairs of one customer's contacts that follow soon after one
another, most of which belong together. Leaves: vectors turned so that the directions
in which such pairs agree weigh most. No label is seen.

In whitened vectors, the cross-covariance of the pairs says along which directions the
notes of one matter agree (canonical correlation analysis); every direction is weighed
by the root of its correlation, so that the inner product of two turned vectors is the
best linear guess of one note from the other. Half of the customers teach the turning
that the other half is weighed by: no pair is judged by what was learnt from it.
"""

from __future__ import annotations

import numpy as np

SHRINKAGE = 1.0
"""Added to every direction's variance, in mean variances: few notes vary in most
directions, and whitening alone would blow those up."""

PRIOR_PAIRS = 2_000
"""Pairs that 'notes of one matter agree in everything' is worth, before any are seen."""

MOST_DIRECTIONS = 128
"""On the forum's judged pairs all 384 rank no better, and take three times the memory."""

LEARNT_NOTES, LEARNT_PAIRS = 20_000, 50_000
"""More of them settle the directions no further, and take memory."""


def learn_turnings(
    vectors: np.ndarray, first: np.ndarray, second: np.ndarray, halves: np.ndarray
) -> np.ndarray:
    """Learn how note vectors are turned towards what notes of one matter share.

    Parameters
    ----------
    vectors : numpy.ndarray
        Centred note vectors of unit length, shape (n, d), NaN rows without a note.
    first, second : numpy.ndarray
        Rows of the pairs to learn from.
    halves : numpy.ndarray
        0 or 1 for every row, one value a customer; shape (n,).

    Returns
    -------
    numpy.ndarray
        Shape (2, d, at most 128), float32: what turns the vectors of each half. Empty
        where no row has a note.

    Notes
    -----
    Hotelling, H. (1936), Relations between two sets of variates, Biometrika 28.
    """
    has_note = ~np.isnan(vectors[:, 0])
    known = has_note[first] & has_note[second]
    first, second = first[known], second[known]
    if not has_note.any():
        return np.empty((0, vectors.shape[1], 0), dtype=np.float32)
    spread = _spread(np.flatnonzero(has_note), LEARNT_NOTES)
    variance = _products(vectors[spread], vectors[spread])
    whitening = _inverse_root(variance)
    turnings = []
    for half in (0, 1):
        teaches = halves[first] != half
        taught = _spread(np.flatnonzero(teaches), LEARNT_PAIRS)
        shared = _products(vectors[first[taught]], vectors[second[taught]])
        pairs = len(taught)
        agreed = (pairs * shared + PRIOR_PAIRS * variance) / (pairs + PRIOR_PAIRS)
        turnings.append(_directions(whitening, (agreed + agreed.T) / 2))
    return np.stack(turnings).astype(np.float32)


def turn_to_shared(vectors: np.ndarray, halves: np.ndarray, turnings: np.ndarray) -> np.ndarray:
    """Turn note vectors towards what notes of one matter share.

    Parameters
    ----------
    vectors, halves : numpy.ndarray
        As in :func:`learn_turnings`.
    turnings : numpy.ndarray
        From there.

    Returns
    -------
    numpy.ndarray
        Shape (n, at most 128), unit length, float32; as given where nothing was learnt.
        Rows of the two halves are not to be compared with each other.
    """
    if not len(turnings):
        return vectors
    turned = np.full((len(vectors), turnings.shape[2]), np.nan, np.float32)
    for half in (0, 1):
        inside = np.flatnonzero(halves == half)
        for begin in range(0, len(inside), 50_000):  # bounds memory at about 150 MB
            part = inside[begin : begin + 50_000]
            turned[part] = _unit(vectors[part] @ turnings[half])
    return turned


def _spread(rows: np.ndarray, most: int) -> np.ndarray:
    """Give at most so many of the rows, evenly spread."""
    return rows[np.linspace(0, len(rows) - 1, min(len(rows), most)).astype(int)]


def _unit(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)


def _products(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Give the mean outer product of two sets of centred rows, shape (d, d)."""
    return left.T.astype(np.float64) @ right / max(len(left), 1)


def _inverse_root(variance: np.ndarray) -> np.ndarray:
    values, axes = np.linalg.eigh(variance)
    return axes * (values.clip(0) + SHRINKAGE * max(values.mean(), 1e-12)) ** -0.5 @ axes.T


def _directions(whitening: np.ndarray, agreed: np.ndarray) -> np.ndarray:
    values, axes = np.linalg.eigh(whitening @ agreed @ whitening)
    strongest = np.argsort(-values, kind="stable")[:MOST_DIRECTIONS]
    return whitening @ axes[:, strongest] * np.sqrt(values[strongest].clip(0))
