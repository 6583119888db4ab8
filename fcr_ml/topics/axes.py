"""The directions that notes are compared in, and how vectors change from those of one fit
to those of another.

Enters: vectors around the middles of their languages. Leaves: principal components, or
vectors turned to them.
"""

from __future__ import annotations

import numpy as np

from fcr_ml.topics.neighbours import to_unit_length

LEAST_BEYOND = 0.1
"""Less than a tenth of a vector's length says nothing about what notes are about."""


def principal_axes(centred: np.ndarray, most: int) -> np.ndarray:
    """Give the directions that notes differ in most, strongest first; shape (d, p).

    Parameters
    ----------
    centred : numpy.ndarray
        Shape (n, d), no NaN.
    most : int
        So many at most, and no more than there are notes.
    """
    if len(centred) < 2:
        return np.eye(centred.shape[1], dtype=np.float32)
    spread = np.cov(centred.astype(float), rowvar=False)
    kept = min(most, *centred.shape)
    return np.linalg.eigh(np.atleast_2d(spread))[1][:, ::-1][:, :kept].astype(np.float32)


def widen_axes(axes: np.ndarray, vectors: np.ndarray) -> np.ndarray:
    """Give axes with the further directions that vectors differ in from what they span.

    Parameters
    ----------
    axes : numpy.ndarray
        Shape (d, p): orthonormal directions.
    vectors : numpy.ndarray
        Shape (m, d), near unit length.

    Returns
    -------
    numpy.ndarray
        Shape (d, p + q), float32. A direction that no vector has more than a little of
        is left out.

    Examples
    --------
    >>> widen_axes(np.eye(3, 1), np.array([[0.6, 0.8, 0.0], [0.8, 0.6, 0.0]])).shape
    (3, 2)
    """
    beyond = vectors - vectors @ axes @ axes.T
    _, strengths, directions = np.linalg.svd(beyond.astype(float), full_matrices=False)
    return np.hstack([axes, directions[strengths > LEAST_BEYOND].T]).astype(np.float32)


def turn_to_axes(short: np.ndarray, axes: np.ndarray, new_axes: np.ndarray) -> np.ndarray:
    """Give vectors of one fit in the dimensions of another, at unit length.

    Both fits take the middles of their languages out; that these are nearly the same is
    taken for granted.

    Parameters
    ----------
    short : numpy.ndarray
        Shape (m, p), unit length.
    axes, new_axes : numpy.ndarray
        Shape (d, p) and (d, q): principal components of the two fits.
    """
    return to_unit_length(short @ axes.T @ new_axes).astype(np.float32)
