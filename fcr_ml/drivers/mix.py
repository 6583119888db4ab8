"""The mix: what the company did not choose, counted once for every estimate.

Enters: outcomes, customers, the columns of the mix and the segments. Leaves: how often
every two values come together, and which columns must stay out of a segment's mix. What
a mix explains is estimated in :mod:`fcr_ml.drivers.estimates`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fcr_ml.drivers.segments import Levels, Parts, Segments

NEARLY_DETERMINED = 0.64
"""Share of a segment's membership that a column may explain and still stay in its
mix: a correlation of 0.8. Beyond it the column is the segment under another name."""


_AT_ONCE = 2_000_000
"""Memberships counted at once: some 50 MB of numbers."""


@dataclass(frozen=True)
class Mix:
    """Outcomes, customers and columns, ready for any number of estimates.

    Parameters
    ----------
    repeated : numpy.ndarray
        Probability that each contact was repeated, shape (contacts,).
    customer_starts : numpy.ndarray
        Where each customer's contacts begin; contacts are ordered by customer.
    levels : dict of str to Levels
        Every column of the mix and of the segments.
    mix_columns : list of str
        Columns that make up the mix.
    """

    repeated: NDArray[np.float64]
    customer_starts: NDArray[np.intp]
    levels: dict[str, Levels]
    mix_columns: list[str]

    @cached_property
    def spans(self) -> dict[str, slice]:
        """Where each column's values stand among all of them: place 0 is a column of ones,
        then come the columns of the mix, then the others.
        """
        others = [name for name in self.levels if name not in self.mix_columns]
        ends, spans = 1, {}
        for name in [*self.mix_columns, *others]:
            spans[name] = slice(ends, ends + self.levels[name].size)
            ends += self.levels[name].size
        return spans

    @property
    def width(self) -> int:
        """How many values the mix has, the column of ones included."""
        return 1 + sum(self.levels[name].size for name in self.mix_columns)

    @cached_property
    def counts(self) -> NDArray[np.float64]:
        """Contacts that have both of any two values of any columns."""
        whole = 1 + sum(numbered.size for numbered in self.levels.values())
        told = np.zeros((whole, whole))
        told[0, 0] = len(self.repeated)
        for one, first in self.spans.items():
            codes, size = self.levels[one].codes, self.levels[one].size
            told[0, first] = told[first, 0] = np.bincount(codes, minlength=size)
            for other, second in self.spans.items():
                if first.start <= second.start:
                    wide = self.levels[other].size
                    cells = codes * np.int32(wide) + self.levels[other].codes
                    both = np.bincount(cells, minlength=size * wide).reshape(size, wide)
                    told[first, second], told[second, first] = both, both.T
        return told

    @cached_property
    def repeats(self) -> NDArray[np.float64]:
        """Repeated contacts of every value of any column."""
        parts = [
            np.bincount(self.levels[name].codes, self.repeated, self.levels[name].size)
            for name in self.spans
        ]
        return np.concatenate([[self.repeated.sum()], *parts])

    @cached_property
    def customers(self) -> NDArray[np.intp]:
        """The number of each contact's customer."""
        sizes = np.diff(self.customer_starts, append=len(self.repeated))
        return np.repeat(np.arange(len(sizes)), sizes)

    def picked(self, columns: Sequence[str]) -> NDArray[np.intp]:
        """Give the places of some columns' values, after that of the ones."""
        spans = [self.spans[name] for name in columns]
        return np.concatenate([[0], *(np.arange(span.start, span.stop) for span in spans)])

    def crosses(self, members: Any) -> NDArray[np.float64]:
        """Count the contacts of every segment by value of the mix, (segments, values)."""
        sizes = np.diff(members.indptr)
        told = np.empty((len(sizes), self.width))
        told[:, 0] = sizes
        for part in np.array_split(np.arange(len(sizes)), sizes.sum() // _AT_ONCE + 1):
            rows = members.indices[members.indptr[part[:1].sum()] :][: sizes[part].sum()]
            owner = np.repeat(np.arange(len(part), dtype=np.int32), sizes[part])
            for name in self.mix_columns:
                size = np.int32(self.levels[name].size)
                cells = owner * size + self.levels[name].codes[rows]
                counts = np.bincount(cells, minlength=len(part) * size)
                told[part, self.spans[name]] = counts.reshape(len(part), size)
        return told

    def sums_by_customer(self, numbers: NDArray[np.float64]) -> Any:
        """Sum a number a contact over each customer's contacts of every value, sparse.

        In four bytes, which is good for five digits of a t statistic and takes half the time.
        """
        from scipy.sparse import csr_matrix

        ends, values, cells = self._cells
        shape = (len(self.customer_starts), self.width)
        return csr_matrix(((cells @ numbers).astype(np.float32), values, ends), shape=shape)

    def members_of(self, wanted: Sequence[Parts]) -> Any:
        """Give the membership of any values together, looked at or not, sparse."""
        from scipy.sparse import csc_matrix

        inside = np.empty((len(self.repeated), len(wanted)))
        for place, parts in enumerate(wanted):
            inside[:, place] = np.all(
                [self.levels[name].codes == self.levels[name].code(value) for name, value in parts],
                axis=0,
            )
        return csc_matrix(inside)

    @cached_property
    def _indicators(self) -> Any:
        """A column of ones, then one 0/1 column a value of the mix, sparse."""
        from scipy.sparse import csr_matrix

        codes = [np.zeros(len(self.repeated), dtype=np.int32)]
        codes += [self.levels[n].codes + np.int32(self.spans[n].start) for n in self.mix_columns]
        places = np.column_stack(codes)
        ends = np.arange(len(places) + 1) * places.shape[1]
        # Four bytes count exactly to 16 million.
        ones = np.ones(places.size, dtype=np.float32)
        return csr_matrix((ones, places.ravel(), ends), shape=(len(places), self.width))

    @cached_property
    def _cells(self) -> tuple[NDArray[np.intp], NDArray[np.intp], Any]:
        """Every value of every customer: where a customer's begin, which they are, and the
        contacts of each, sparse.
        """
        from scipy.sparse import csr_matrix

        wide = len(self.mix_columns) + 1
        owners = np.repeat(self.customers, wide)
        keys, where = np.unique(owners * self.width + self._indicators.indices, return_inverse=True)
        contacts = np.repeat(np.arange(len(self.repeated), dtype=np.int32), wide)
        cells = csr_matrix((np.ones(len(where)), (where.astype(np.int32), contacts)))
        bounds = np.arange(len(self.customer_starts) + 1) * self.width
        return np.searchsorted(keys, bounds), keys % self.width, cells


def names_for_the_same(
    mix: Mix, segments: Segments, crosses: NDArray[np.float64]
) -> list[frozenset[str]]:
    """Give, for each segment, the columns that must stay out of its mix.

    A column stays out of a segment's mix when it forms the segment, or when its
    values explain more than :data:`NEARLY_DETERMINED` of the segment's membership
    (squared correlation ratio). Otherwise a queue that takes one reason code
    would be explained away by that code, and neither would ever be found. Which of
    two such names is reported is decided afterwards, and a lever is named only
    where they agree. A pair also leaves out what its singles leave out.
    """
    explained = {name: _explained(mix, name, crosses) for name in mix.mix_columns}
    kept_out = [
        {name for name in mix.mix_columns if explained[name][place] > NEARLY_DETERMINED}
        | set(segments.columns(place))
        for place in range(len(segments))
    ]
    of_single = dict(zip(segments.parts, kept_out, strict=True))
    return [
        frozenset(names.union(*(of_single.get((part,), set()) for part in parts)))
        for parts, names in zip(segments.parts, kept_out, strict=True)
    ]


def _explained(mix: Mix, name: str, crosses: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the share of each segment's membership that one column explains."""
    in_both = crosses[:, mix.spans[name]]
    in_level = np.maximum(mix.counts[0, mix.spans[name]], 1)
    in_segment = crosses[:, 0]
    by_chance = in_segment**2 / max(len(mix.repeated), 1)
    spread = np.maximum(in_segment - by_chance, 1e-9)
    return np.asarray(((in_both**2 / in_level).sum(axis=1) - by_chance) / spread)
