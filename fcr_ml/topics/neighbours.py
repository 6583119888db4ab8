"""Neighbours: which notes of a sample are alike, exactly, in blocks that bound the memory.

Enters: unit-length vectors of different notes and their languages. Leaves: each note's
nearest notes, and one graph of likeness that joins the languages. Nothing is approximate
or drawn, so two runs and two orders of the rows give the same graph.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import permutations
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

_MEASURED = 2_000

_THREADS = 2
_ROWS_AT_ONCE = 1_000
"""A block of cosines against 20,000 notes takes 80 MB."""


@dataclass(frozen=True)
class Tongues:
    """The language of each note, and what two languages lose between them.

    Notes of one matter in two languages have a lower cosine than in one. What is lost is
    added back, so that neighbours are found across languages as within them.

    Parameters
    ----------
    codes : numpy.ndarray
        Shape (n,), int: the language of each note.
    gains : numpy.ndarray
        Shape (l, l), symmetric: cosine added to pairs of two languages, zero within one.
    """

    codes: np.ndarray
    gains: np.ndarray


def to_unit_length(vectors: np.ndarray) -> np.ndarray:
    """Give vectors at unit length; shape (n, d) as given.

    One that is all but zero has no direction and becomes zero.
    """
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 1e-6)


def measure_tongues(vectors: np.ndarray, codes: np.ndarray) -> Tongues:
    """Measure what languages lose between them.

    Parameters
    ----------
    vectors : numpy.ndarray
        Shape (n, d), unit length.
    codes : numpy.ndarray
        Shape (n,), int from 0.

    Returns
    -------
    Tongues
        For two languages, the gain is the median cosine of a note to its nearest within
        its language, less that to its nearest in the other, over at most 2,000 notes of
        each; never negative, and zero for a language of one note.
    """
    count = int(codes.max(initial=0)) + 1
    gains = np.zeros((count, count))
    spoken, sizes = np.unique(codes, return_counts=True)
    of = {int(code): _evenly(vectors[codes == code]) for code in spoken[sizes > 1]}
    within = {
        code: np.median(nearest(own, own, 1, np.arange(len(own)))[1]) for code, own in of.items()
    }
    for one, two in permutations(of, 2):
        lost = within[one] - np.median(nearest(of[one], of[two], 1)[1])
        gains[one, two] += lost / 2
        gains[two, one] += lost / 2
    return Tongues(codes, gains.clip(0).round(5))


def _evenly(vectors: np.ndarray) -> np.ndarray:
    """Take some notes evenly: a median needs no more, and large languages get no nearer."""
    kept = min(len(vectors), _MEASURED)
    return vectors[np.linspace(0, len(vectors) - 1, kept).astype(int)]


def nearest(
    vectors: np.ndarray,
    others: np.ndarray,
    count: int,
    skip: np.ndarray | None = None,
    tongues: Tongues | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Give each vector's nearest others, nearest first.

    Parameters
    ----------
    vectors, others : numpy.ndarray
        Shape (n, d) and (m, d), float32, unit length.
    count : int
        How many; fewer where there are fewer others.
    skip : numpy.ndarray, optional
        Shape (n,), the row of ``others`` that is the vector itself.
    tongues : Tongues, optional
        Where both are the same notes: the languages they are in.

    Returns
    -------
    rows, cosines : numpy.ndarray
        Shape (n, count), int and float32. Cosines are rounded to five places, and
        equals are in the order of ``others``, so that the last bits of a product never
        decide.
    """
    kept = min(count, len(others) - (skip is not None))
    rows = np.empty((len(vectors), kept), dtype=np.int64)
    cosines = np.empty((len(vectors), kept), dtype=np.float32)
    gains = None if tongues is None else tongues.gains[:, tongues.codes].astype(np.float32)

    def find(begin: int) -> None:
        block = slice(begin, begin + _ROWS_AT_ONCE)
        like = vectors[block] @ others.T
        if tongues is not None and gains is not None and len(gains) > 1:
            like += gains[tongues.codes[block]]
        if skip is not None:
            like[np.arange(len(like)), skip[block]] = -2.0
        # A few more than asked for are rounded and sorted, so that ties fall by row.
        wide = min(kept + 8, like.shape[1])
        found = np.sort(np.argpartition(like, -wide, axis=1)[:, -wide:], axis=1)
        values = np.take_along_axis(like, found, axis=1).round(5)
        order = np.argsort(-values, axis=1, kind="stable")[:, :kept]
        rows[block] = np.take_along_axis(found, order, axis=1)
        cosines[block] = np.take_along_axis(values, order, axis=1)
        # Where even the last of the few more is an equal, there may be more of them.
        for row in np.flatnonzero(values.min(axis=1) == cosines[block][:, -1]) if kept else ():
            every = like[row].round(5)
            rows[begin + row] = np.argsort(-every, kind="stable")[:kept]
            cosines[begin + row] = every[rows[begin + row]]

    # Blocks know nothing of each other, and numpy lets others run while it works.
    with ThreadPoolExecutor(_THREADS) as pool:
        list(pool.map(find, range(0, len(vectors), _ROWS_AT_ONCE)))
    return rows, cosines


def least_cosine(vectors: np.ndarray, others: np.ndarray, quantile: float) -> float:
    """Give the cosine to its nearest other that so many of the vectors fall below."""
    return float(np.quantile(nearest(vectors, others, 1)[1][:, 0], quantile).round(4))


def likeness_graph(rows: np.ndarray, cosines: np.ndarray) -> csr_matrix:
    """Join every note to its nearest ones, both ways, weighed by their cosine.

    Parameters
    ----------
    rows, cosines : numpy.ndarray
        Shape (n, k), as ``nearest`` gives them for a sample against itself.

    Returns
    -------
    scipy.sparse.csr_matrix
        Shape (n, n), symmetric; no note is joined to itself.
    """
    from scipy.sparse import csr_matrix

    count, width = rows.shape
    starts = np.arange(0, count * width + 1, width)
    joined = csr_matrix((cosines.ravel().clip(1e-6), rows.ravel(), starts), shape=(count, count))
    return joined.maximum(joined.T).tocsr()
