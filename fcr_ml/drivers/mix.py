"""The mix: what a segment's contacts would repeat without what sets them apart.

Enters: outcomes, customers, the columns of the mix and the segments. Leaves: for
each segment its excess per contact with a standard error by customer. Nothing is
chosen here; what is a driver is decided in :mod:`fcr_ml.drivers.excess`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fcr_ml.drivers.segments import Levels, Segments

NEARLY_DETERMINED = 0.64
"""Share of a segment's membership that a column may explain and still stay in its
mix: a correlation of 0.8. Beyond it the column is the segment under another name."""

_RIDGE = 1.0
"""Each value of a column carries one made-up contact at the overall rate."""

_LEAST_OWN = 0.05
"""A segment whose membership the mix explains but for this share is not tested."""

_BLOCK_NUMBERS = 4_000_000
"""Contacts times segments worked on at once: some 32 MB a table of numbers."""


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

    def indicators(self, columns: Sequence[str]) -> Any:
        """Give a column of ones, then one 0/1 column a value of each column, sparse."""
        from scipy.sparse import csr_matrix

        sizes = [1, *(self.levels[name].size for name in columns)]
        begins = np.cumsum([0, *sizes])
        codes = [np.zeros(len(self.repeated), dtype=np.int64)]
        codes += [self.levels[name].codes for name in columns]
        places = np.column_stack(codes) + begins[:-1]
        ends = np.arange(len(self.repeated) + 1) * len(sizes)
        ones = np.ones(places.size)
        return csr_matrix((ones, places.ravel(), ends), shape=(len(self.repeated), begins[-1]))


def names_for_the_same(mix: Mix, segments: Segments) -> list[frozenset[str]]:
    """Give, for each segment, the columns that must stay out of its mix.

    A column stays out of a segment's mix when it forms the segment, or when its
    values explain more than :data:`NEARLY_DETERMINED` of the segment's membership
    (squared correlation ratio). Otherwise a queue that takes one reason code
    would be explained away by that code, and neither would ever be found. Which of
    two such names is reported is decided afterwards, and a lever is named only
    where they agree. A pair also leaves out what its singles leave out.
    """
    explained = {name: _explained(mix.levels[name], segments) for name in mix.mix_columns}
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


def _explained(levels: Levels, segments: Segments) -> NDArray[np.float64]:
    """Give the share of each segment's membership that one column explains."""
    from scipy.sparse import csr_matrix

    rows = np.arange(len(levels.codes))
    indicators = csr_matrix(
        (np.ones(len(rows)), (levels.codes, rows)), shape=(levels.size, len(rows))
    )
    in_both = (indicators @ segments.members).toarray()
    in_level = np.maximum(np.bincount(levels.codes, minlength=levels.size), 1)
    in_segment = in_both.sum(axis=0)
    by_chance = in_segment**2 / max(len(rows), 1)
    spread = np.maximum(in_segment - by_chance, 1e-9)
    return ((in_both**2 / in_level[:, None]).sum(axis=0) - by_chance) / spread


def estimate_excess(mix: Mix, columns: Sequence[str], others: Any, members: Any) -> pd.DataFrame:
    """Give the excess per contact of segments beyond what a mix explains.

    Parameters
    ----------
    mix : Mix
        Outcomes and columns.
    columns : sequence of str
        The mix to adjust for.
    others : scipy.sparse matrix
        Further 0/1 columns to adjust for, such as drivers found before; may have
        no columns.
    members : scipy.sparse.csc_matrix
        Shape (contacts, segments), at least one segment.

    Returns
    -------
    pandas.DataFrame
        One row a segment: ``excess_rate`` (repeats per contact beyond the mix),
        ``standard_error``, ``degrees`` of freedom, ``evidence`` (a t statistic)
        and ``p_value``, one-sided for an excess above nothing.

    Notes
    -----
    Least squares of the outcome on the mix and the segment's own 0/1 column; the
    excess per contact is that column's coefficient, so the model has a place for
    the segment and what is expected of it is read with that place left out. By
    Frisch, Waugh and Lovell this is d'y / d'z, where z is the 0/1 column and d
    what the mix leaves of it. Effects add up on the scale of rates, in which an
    excess is counted; where they multiply instead, the search still asks a pair to
    keep half of its excess once its singles are known.

    The test divides d'r, r being what the mix leaves of the outcome, by the root of
    its sum of squares over customers. In a small segment with a high rate that
    divisor grows with the numerator, which keeps the chance of a false find below
    what is stated where a normal approximation would exceed it. The t distribution
    has as many degrees of freedom as the segment's customers are worth (Kish),
    less one: one busy customer cannot make a driver.
    """
    from scipy.sparse import hstack
    from scipy.stats import t

    design = hstack([mix.indicators(columns), others], format="csr")
    solve = _solver(design)
    rest = mix.repeated - design @ solve(design.T @ mix.repeated)
    width = max(_BLOCK_NUMBERS // max(len(rest), 1), 1)
    blocks = [
        _estimates(mix, design, solve, rest, members[:, start : start + width])
        for start in range(0, members.shape[1], width)
    ]
    found = pd.concat(blocks, ignore_index=True)
    p_value = t.sf(found["evidence"], found["degrees"])
    return found.assign(p_value=np.where(found["evidence"].isna(), 1.0, p_value))


def _solver(design: Any) -> Callable[[Any], NDArray[np.float64]]:
    """Give what turns products with the outcome into coefficients."""
    from scipy.linalg import cho_factor, cho_solve

    weights = np.full(design.shape[1], _RIDGE)
    # The overall rate itself is not drawn towards anything.
    weights[0] = 1e-9
    factor = cho_factor((design.T @ design).toarray() + np.diag(weights))
    return lambda right: cho_solve(factor, right)


def _estimates(
    mix: Mix, design: Any, solve: Any, rest: NDArray[np.float64], members: Any
) -> pd.DataFrame:
    """Estimate some segments densely; ``rest`` is what the mix leaves of the outcome."""
    inside = members.toarray()
    own = inside - design @ solve((design.T @ members).toarray())
    size = inside.sum(axis=0)
    left = (own * inside).sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        excess = np.where(left > _LEAST_OWN * size, rest @ own / left, np.nan)
    starts, contacts = mix.customer_starts, len(rest)
    scores = np.add.reduceat(own * rest[:, None], starts, axis=0)
    spread = np.add.reduceat(own**2, starts, axis=0)
    small = _small_sample(contacts, design.shape[1], len(starts))
    with np.errstate(divide="ignore", invalid="ignore"):
        evidence = (rest @ own) / np.sqrt(small * (scores**2).sum(axis=0))
        error = np.sqrt(small * ((scores - excess * spread) ** 2).sum(axis=0)) / left
        degrees = np.maximum(size**2 / _squared_sizes(starts, members) - 1, 1)
    return pd.DataFrame(
        {
            "excess_rate": excess,
            "standard_error": error,
            "degrees": degrees,
            "evidence": np.where(np.isnan(excess), np.nan, evidence),
        }
    )


def _squared_sizes(starts: NDArray[np.intp], members: Any) -> NDArray[np.float64]:
    """Give each segment's sum over customers of their squared number of contacts."""
    from scipy.sparse import csr_matrix

    contacts = members.shape[0]
    ends = np.append(starts, contacts)
    customers = csr_matrix((np.ones(contacts), np.arange(contacts), ends))
    return np.asarray((customers @ members).power(2).sum(axis=0)).ravel()


def _small_sample(contacts: int, columns: int, customers: int) -> float:
    """Give the usual correction for fitted columns and counted customers (CR1)."""
    spare = max(contacts - columns, 1)
    return (contacts - 1) / spare * customers / max(customers - 1, 1)
