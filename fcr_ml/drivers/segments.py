"""Segments: which slices of contacts are looked at.

Enters: closed contacts with their columns. Leaves: the membership of every
segment, of single columns and of two or three together. What is looked at is settled by
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
"""One (column, value) of a segment, or several."""

MOST_LEVELS = 200
"""Values of a column kept apart, by count; the rest are one."""

MOST_COMBINED = 2_000
"""Pairs, and triples, looked at, by count: more looks would cost more evidence than they
give."""

DEEPEST = 3
"""Columns that a segment is made of at most: more, and nobody can act on it."""

_UNCOMBINED = (
    *("weekday", "hour_band", "agent_id"),
    *("answer_length", "answer_asks", "answer_links", "answer_time"),
)
_ROOM = 8
"""Possible combinations a contact up to which a table of all of them is counted."""

_NEARLY_THE_SAME = 0.9
"""A pair that holds more than this share of one of its singles is that single; likewise
a triple and its pairs."""


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

    codes: NDArray[np.int32]
    names: list[str]

    @property
    def size(self) -> int:
        """How many codes there are."""
        return len(self.names) + 2

    def code(self, name: str) -> int:
        """The code of a kept value."""
        return self.names.index(name) + 1


@dataclass(frozen=True)
class Segments:
    """Slices of contacts.

    Parameters
    ----------
    parts : list of tuple
        For each segment its (column, value) pairs: one, two or three.
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


def number_levels(
    values: pd.Series, minimum_contacts: int, most: int | None = MOST_LEVELS
) -> Levels:
    """Number the values of a column that come often enough to be told apart.

    Parameters
    ----------
    values : pandas.Series
        Text, with nulls.
    minimum_contacts : int
        Values below this count are taken together.
    most : int or None
        Values kept apart at most; None keeps all.

    Returns
    -------
    Levels
        Most frequent value first, ties in alphabetical order.
    """
    numbers, uniques = pd.factorize(values)
    counts = np.bincount(numbers[numbers >= 0], minlength=len(uniques))
    told = pd.DataFrame({"value": uniques.astype(str), "contacts": counts}).sort_values(
        ["contacts", "value"], ascending=[False, True]
    )
    kept = told[told["contacts"] >= minimum_contacts][:most]
    codes = np.full(len(uniques) + 1, len(kept) + 1)
    codes[kept.index] = np.arange(1, len(kept) + 1)
    # Where a value is null its number is -1: the last place.
    codes[-1] = 0
    return Levels(codes[numbers].astype(np.int32), kept["value"].tolist())


def form_segments(
    levels: dict[str, Levels],
    columns: list[str],
    minimum_contacts: int,
    depth: int = DEEPEST,
    contacts: int = 0,
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
    contacts : int
        Closed contacts in all, where there is no column to tell.
    depth : {1, 2, 3}
        How many columns a segment may be made of. Of pairs, and of triples, the most
        frequent :data:`MOST_COMBINED` are looked at that are not nearly one of their
        singles, or pairs. The hour, the weekday, the agent and
        the shape of the answer are not combined.

    Returns
    -------
    Segments
        Singles in the order of the columns, then pairs, then triples, each by count.
    """
    least = max(minimum_contacts, 1)
    contacts = max([contacts, *(len(numbered.codes) for numbered in levels.values())])
    combined = [name for name in columns if name not in _UNCOMBINED]
    known: dict[Parts, int] = {}
    cells: list[Cell] = []
    for wide in range(1, depth + 1):
        counted = [
            _counted(some, levels, least)
            for some in combinations(columns if wide == 1 else combined, wide)
        ]
        found = _most_frequent(counted, levels, known) if wide > 1 else _named(counted, levels)
        known |= {cell.parts: cell.contacts for cell in found}
        cells += found
    return Segments([cell.parts for cell in cells], _members(cells, levels, contacts))


@dataclass(frozen=True)
class Cell:
    """A value of one column, or of some together, and how many contacts have it."""

    parts: Parts
    codes: tuple[int, ...]
    contacts: int


@dataclass(frozen=True)
class Counted:
    """The values of some columns together, shape (cells, columns), and contacts of each."""

    names: tuple[str, ...]
    codes: NDArray[np.int64]
    contacts: NDArray[np.int64]


def _counted(names: tuple[str, ...], levels: dict[str, Levels], least: int) -> Counted:
    """Count the values of some columns together; nulls and rare values form none."""
    sizes = [levels[name].size for name in names]
    combined = _combined(names, levels)
    if np.prod(sizes) <= _ROOM * len(combined):
        every = np.bincount(combined)
        keys = np.flatnonzero(every >= least)
        counts = every[keys]
    else:
        keys, counts = np.unique(combined, return_counts=True)
        keys, counts = keys[counts >= least], counts[counts >= least]
    codes = np.column_stack(np.unravel_index(keys, sizes))
    is_kept = ((codes > 0) & (codes < np.array(sizes) - 1)).all(axis=1)
    return Counted(names, codes[is_kept], counts[is_kept])


def _named(counted: list[Counted], levels: dict[str, Levels], least: int = 0) -> list[Cell]:
    """Give the counted cells with the names of their values."""
    return [
        Cell(
            tuple((n, levels[n].names[c - 1]) for n, c in zip(some.names, codes, strict=True)),
            tuple(codes),
            contacts,
        )
        for some in counted
        for codes, contacts in zip(
            some.codes[some.contacts >= least].tolist(),
            some.contacts[some.contacts >= least].tolist(),
            strict=True,
        )
    ]


def _most_frequent(
    counted: list[Counted], levels: dict[str, Levels], known: dict[Parts, int]
) -> list[Cell]:
    """Give the most frequent cells that are not nearly a wider one, ties by name."""
    counts = np.sort(np.concatenate([np.empty(0, dtype=int), *(c.contacts for c in counted)]))
    # Names are made for few of what may be many: twice as many until enough remain.
    wanted = 2 * MOST_COMBINED
    while True:
        least = int(counts[-wanted]) if wanted <= len(counts) else 0
        told = [c for c in _named(counted, levels, least) if not _is_nearly_known(c, known)]
        if len(told) >= MOST_COMBINED or least == 0:
            return sorted(told, key=lambda cell: (-cell.contacts, cell.parts))[:MOST_COMBINED]
        wanted *= 2


def _combined(names: Sequence[str], levels: dict[str, Levels]) -> NDArray[np.int64]:
    """Number the values of some columns together."""
    codes = levels[names[0]].codes.astype(np.int64)
    for name in names[1:]:
        codes = codes * levels[name].size + levels[name].codes
    return codes


def _is_nearly_known(cell: Cell, known: dict[Parts, int]) -> bool:
    """Say whether a wider segment holds hardly more contacts than this one."""
    wider = combinations(cell.parts, len(cell.parts) - 1)
    return any(cell.contacts > _NEARLY_THE_SAME * known[p] for p in wider if p in known)


def _members(cells: list[Cell], levels: dict[str, Levels], contacts: int) -> Any:
    """Give the membership of cells, ordered, as a sparse matrix."""
    from scipy.sparse import csc_matrix

    rows: list[NDArray[np.int32]] = [np.empty(0, dtype=np.int32)] * len(cells)
    for names in dict.fromkeys(tuple(name for name, _ in cell.parts) for cell in cells):
        places = [k for k, cell in enumerate(cells) if tuple(n for n, _ in cell.parts) == names]
        for place, members in zip(
            places, _rows(names, [cells[k] for k in places], levels), strict=True
        ):
            rows[place] = members
    ends = np.cumsum([0, *(len(members) for members in rows)])
    indices = np.concatenate([np.empty(0, dtype=np.int32), *rows])
    # Four bytes count exactly to 16 million.
    ones = np.ones(len(indices), dtype=np.float32)
    return csc_matrix((ones, indices, ends), shape=(contacts, len(cells)))


def _rows(
    names: tuple[str, ...], cells: list[Cell], levels: dict[str, Levels]
) -> list[NDArray[np.int32]]:
    """Give the rows of some cells of the same columns, ascending."""
    sizes = [levels[name].size for name in names]
    # Sixteen bits, in which an argsort takes time in proportion.
    wanted = np.full(int(np.prod(sizes)), -1, dtype=np.int16)
    wanted[np.ravel_multi_index(np.array([cell.codes for cell in cells]).T, sizes)] = np.arange(
        len(cells)
    )
    which = wanted[_combined(names, levels)]
    kept = np.flatnonzero(which >= 0).astype(np.int32)
    kept = kept[np.argsort(which[kept], kind="stable")]
    return np.split(kept, np.cumsum([cell.contacts for cell in cells])[:-1])
