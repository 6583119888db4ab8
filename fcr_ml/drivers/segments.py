"""Segments: which slices of contacts are looked at.

Enters: closed contacts with their columns. Leaves: the membership of every
segment, single columns and pairs of columns. What is looked at is settled by
counts alone, before any outcome is seen, so that every look can be paid for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from numpy.typing import NDArray

Parts = tuple[tuple[str, str], ...]
"""One (column, value) of a segment, or two."""

MOST_LEVELS = 200
"""Values of a column kept apart, by count; the rest are one."""

MOST_PAIRS = 2_000
"""Pairs looked at, by count: more looks would cost more evidence than they give."""

_UNPAIRED = ("weekday", "hour_band", "agent_id")
_NEARLY_A_SINGLE = 0.9
"""A pair that holds more than this share of one of its singles is that single."""


@dataclass(frozen=True)
class Levels:
    """The values of one column, numbered.

    Parameters
    ----------
    codes : numpy.ndarray
        Shape (contacts,): 0 null, 1 to n the kept values, n + 1 all others.
    names : list of str
        The kept values; value k has code k + 1.
    """

    codes: NDArray[np.int64]
    names: list[str]

    @property
    def size(self) -> int:
        """How many codes there are."""
        return len(self.names) + 2


@dataclass(frozen=True)
class Segments:
    """Slices of contacts.

    Parameters
    ----------
    parts : list of tuple
        For each segment its (column, value) pairs: one, or two.
    members : scipy.sparse.csc_matrix
        Shape (contacts, segments), 1 where the contact lies in the segment.
    """

    parts: list[Parts]
    members: Any

    def __len__(self) -> int:
        return len(self.parts)

    def columns(self, segment: int) -> tuple[str, ...]:
        """Names of the columns that form a segment."""
        return tuple(column for column, _ in self.parts[segment])

    def rows(self, segments: Sequence[int]) -> list[NDArray[np.intp]]:
        """Rows of the contacts in each segment."""
        return [self.members[:, segment].indices for segment in segments]

    def words(self, segment: int) -> str:
        """Say a segment in words, such as 'queue = Billing'."""
        return " and ".join(f"{column} = {value}" for column, value in self.parts[segment])


def number_levels(values: pd.Series, minimum_contacts: int) -> Levels:
    """Number the values of a column that come often enough to be told apart.

    Parameters
    ----------
    values : pandas.Series
        Text, with nulls.
    minimum_contacts : int
        Values below this count are taken together.

    Returns
    -------
    Levels
        Most frequent value first, ties in alphabetical order.
    """
    counts = values.value_counts().rename_axis("value").reset_index(name="contacts")
    counts = counts.sort_values(["contacts", "value"], ascending=[False, True])
    kept = counts.loc[counts["contacts"] >= minimum_contacts, "value"].head(MOST_LEVELS)
    names = [str(value) for value in kept]
    places = pd.Index(names, dtype="object").get_indexer(pd.Index(values.astype("object")))
    codes = np.where(places >= 0, places + 1, len(names) + 1)
    return Levels(np.where(values.isna(), 0, codes).astype(np.int64), names)


def form_segments(
    levels: dict[str, Levels], columns: list[str], minimum_contacts: int, pairs: bool = True
) -> Segments:
    """Give every segment with enough contacts.

    Parameters
    ----------
    levels : dict of str to Levels
        By column.
    columns : list of str
        Columns that may form segments.
    minimum_contacts : int
        Closed contacts a segment must have.
    pairs : bool
        Whether pairs of columns are looked at too: the most frequent
        :data:`MOST_PAIRS` that are not nearly one of their singles. The hour,
        the weekday and the agent form no pairs.

    Returns
    -------
    Segments
        Singles in the order of the columns, then pairs, each by count.
    """
    cells = [cell for column in columns for cell in _cells((column,), levels, minimum_contacts)]
    if pairs:
        contacts = {parts[0]: len(rows) for parts, rows in cells}
        paired = [name for name in columns if name not in _UNPAIRED]
        found = [
            (parts, rows)
            for two in combinations(paired, 2)
            for parts, rows in _cells(two, levels, minimum_contacts)
            if len(rows) <= _NEARLY_A_SINGLE * min(contacts[part] for part in parts)
        ]
        cells += sorted(found, key=lambda cell: (-len(cell[1]), cell[0]))[:MOST_PAIRS]
    contacts_in_all = len(next(iter(levels.values())).codes) if levels else 0
    return Segments([parts for parts, _ in cells], _members([r for _, r in cells], contacts_in_all))


def _cells(
    columns: tuple[str, ...], levels: dict[str, Levels], minimum_contacts: int
) -> list[tuple[Parts, NDArray[np.intp]]]:
    """Give the value, or pair of values, and the rows of every large enough cell."""
    codes = np.zeros(len(levels[columns[0]].codes), dtype=np.int64)
    is_kept = np.ones(len(codes), dtype=bool)
    for column in columns:
        of_column = levels[column]
        codes = codes * of_column.size + of_column.codes
        is_kept &= (of_column.codes > 0) & (of_column.codes <= len(of_column.names))
    rows = np.flatnonzero(is_kept)
    rows = rows[np.argsort(codes[rows], kind="stable")]
    starts = np.flatnonzero(np.diff(codes[rows], prepend=-1))
    cells = [cell for cell in np.split(rows, starts[1:]) if len(cell) >= max(minimum_contacts, 1)]
    return [(_parts(columns, levels, cell[0]), cell) for cell in cells]


def _parts(columns: tuple[str, ...], levels: dict[str, Levels], row: int) -> Parts:
    """Name the segment of some columns that a row lies in."""
    return tuple((name, levels[name].names[levels[name].codes[row] - 1]) for name in columns)


def _members(rows: list[NDArray[np.intp]], contacts: int) -> Any:
    from scipy.sparse import csc_matrix

    ends = np.cumsum([0, *(len(cell) for cell in rows)])
    indices = np.concatenate([np.empty(0, dtype=np.intp), *rows])
    return csc_matrix((np.ones(len(indices)), indices, ends), shape=(contacts, len(rows)))
