"""Who holds what: topics and terms of contacts, counted by customer, week and language.

Enters: redacted notes and topics of the contacts that say something. Leaves: sparse
tables of contacts against items, and counts of customers. Whether a count is much is
not decided here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fcr_ml.notes.terms import UNSPACED, terms

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

Rows = NDArray[np.intp]
Floats = NDArray[np.float64]

NOTES_READ_BEFORE = 50_000
"""About so many notes of the weeks before say well enough how common a term was: those of
customers drawn by the hash of their id. All notes of the last days are read."""

_LETTER = re.compile(r"[^\W\d_]")
_VERSION = re.compile(r"\d{1,3}(?:\.\d{1,3}){1,3}")


TOLD = ("row", "age", "customer", "language", "drawn")
"""The contacts that say something, one row each: the place in the log, the days from the
start to the moment looked from, numbers of customer and language, and a number from 0
to 1 that the customer draws, the same in every log."""


@dataclass(frozen=True)
class Holders:
    """Which contacts hold which items.

    Parameters
    ----------
    kind : {'topic', 'term'}
    names : list of str
        The items: topic ids or terms.
    told : pandas.DataFrame
        The contacts, with the columns ``TOLD``.
    holds : scipy.sparse.csr_matrix
        Contacts by items, 1 where one holds the other.
    looked_at : int
        Items that were looked at to find these.
    """

    kind: str
    names: list[str]
    told: pd.DataFrame
    holds: csr_matrix
    looked_at: int

    def late(self, days: int) -> Holders:
        """Give the contacts younger than so many days alone."""
        is_late = (self.told["age"] < days).to_numpy()
        return replace(self, told=self.told[is_late], holds=self.holds[is_late])


def read_topics(topic_ids: pd.Series, told: pd.DataFrame) -> Holders:
    """Tell which topic each contact holds; topics in the order of their ids."""
    from scipy.sparse import csr_matrix

    codes, names = pd.factorize(topic_ids.iloc[told["row"]], sort=True)
    rows = np.flatnonzero(codes >= 0)
    cells = (np.ones(len(rows), dtype=np.int32), (rows, codes[rows]))
    holds = csr_matrix(cells, shape=(len(codes), len(names)))
    return Holders("topic", [str(name) for name in names], told, holds, len(names))


def read_terms(notes: pd.Series, told: pd.DataFrame, days: int, fewest_customers: int) -> Holders:
    """Tell which terms of the last days each contact holds; terms by the alphabet.

    Parameters
    ----------
    notes : pandas.Series
        Redacted notes of the whole log.
    told : pandas.DataFrame
        Columns ``TOLD``.
    days : int
        Terms are taken from the contacts younger than this.
    fewest_customers : int
        Only terms that so many customers hold in those days are kept; the others
        count as looked at all the same.
    """
    from scipy.sparse import csr_matrix, vstack
    from sklearn.feature_extraction.text import CountVectorizer

    late, early = told[told["age"] < days], told[told["age"] >= days]
    early = early[early["drawn"] * len(early) < NOTES_READ_BEFORE]
    counter = CountVectorizer(analyzer=said_terms, binary=True, dtype=np.int32)
    try:
        held = counter.fit_transform(notes.iloc[late["row"]])
    except ValueError:  # not one note of these days holds a term
        return Holders("term", [], late, csr_matrix((len(late), 0)), 0)
    customers = np.asarray(once_each(held, late["customer"].to_numpy()).sum(axis=0)).ravel()
    often = np.flatnonzero(customers >= fewest_customers)
    names = counter.get_feature_names_out()[often].tolist()
    if not names:
        return Holders("term", [], late, held[:, often], held.shape[1])
    counter = CountVectorizer(analyzer=said_terms, binary=True, dtype=np.int32, vocabulary=names)
    holds = [held[:, often], counter.transform(notes.iloc[early["row"]])]
    return Holders("term", names, pd.concat([late, early]), vstack(holds, "csr"), held.shape[1])


def said_terms(note: str) -> list[str]:
    """Give the words of a note and each two of them in a row.

    Numbers alone say nothing, except those of versions; single letters never do. In
    scripts without spaces the overlapping pairs of characters make threes.

    Examples
    --------
    >>> said_terms("Error 550 since 128.0.1")
    ['error', 'since', '128.0.1', 'error 550', '550 since', 'since 128.0.1']
    >>> said_terms("退款未")
    ['退款', '款未', '退款未']
    """
    words = [term for term in terms(note) if len(term) > 1]
    says = [bool(_LETTER.search(word) or _VERSION.fullmatch(word)) for word in words]
    alone = [word for word, does in zip(words, says, strict=True) if does]
    pairs = zip(pairwise(words), pairwise(says), strict=True)
    return alone + [_joined(*pair) for pair, does in pairs if any(does)]


def _joined(one: str, two: str) -> str:
    is_overlap = one[-1] == two[0] and len(one) == 2 and UNSPACED.fullmatch(one)
    return one + two[1:] if is_overlap and UNSPACED.match(two) else f"{one} {two}"


def once_each(holds: csr_matrix, groups: Rows) -> csr_matrix:
    """Give groups by items, 1 where any contact of the group holds the item."""
    from scipy.sparse import csr_matrix

    cells = (np.ones(len(groups), dtype=np.int32), (groups, np.arange(len(groups))))
    together = csr_matrix(cells, shape=(int(groups.max(initial=-1)) + 1, len(groups))) @ holds
    together.data[:] = 1
    return together


def count_customers(holders: Holders, days: int, weeks: int) -> tuple[Floats, Floats]:
    """Count the customers of the last days, and of the same days of the weeks before.

    Returns
    -------
    counts : numpy.ndarray
        Shape (weeks + 1, items, languages); row 0 is the last days, row 1 the same
        days of the week before.
    volume : numpy.ndarray
        Shape (weeks + 1, languages), whatever the customers hold. One who comes in two
        languages counts in both.
    """
    told = holders.told
    is_counted = ((told["age"] % 7 < days) & (told["age"] < 7 * (weeks + 1))).to_numpy()
    counted = told[is_counted]
    languages = int(told["language"].max()) + 1
    cell = (counted["age"] // 7).astype(int) * languages + counted["language"]
    visits, visit = np.unique(
        np.column_stack([cell, counted["customer"]]), axis=0, return_inverse=True
    )
    holds = once_each(holders.holds[is_counted], visit.ravel())
    cells, shape = visits[:, 0], (weeks + 1, languages)
    volume = np.bincount(cells, minlength=shape[0] * shape[1]).reshape(shape)
    return _summed(holds, cells, shape), volume.astype(float)


def _summed(holds: csr_matrix, cells: Rows, shape: tuple[int, int]) -> Floats:
    """Sum rows by week and language; shape (weeks, items, languages)."""
    from scipy.sparse import csr_matrix

    ones = (np.ones(len(cells)), (cells, np.arange(len(cells))))
    summed = (csr_matrix(ones, shape=(shape[0] * shape[1], len(cells))) @ holds).toarray()
    return np.asarray(summed.reshape(*shape, holds.shape[1]).transpose(0, 2, 1), dtype=float)
