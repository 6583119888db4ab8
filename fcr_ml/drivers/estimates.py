"""Estimates: what segments repeat beyond what one mix explains.

Enters: a mix, and 0/1 columns of segments. Leaves: for each segment its excess per
contact with its evidence by customer. Nothing is chosen here; what is a driver is
decided in :mod:`fcr_ml.drivers.thinning`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fcr_ml.drivers.mix import Mix

RIDGE = 1.0
"""Each value of a column carries one made-up contact at the overall rate."""

LEAST_OWN = 0.05
"""A segment whose membership the mix explains but for this share is not tested."""

_ROUNDING = 1e-9

_BLOCK = 32
"""Segments looked at together: half a million customers are then 64 MB."""


Owners = tuple[NDArray[np.intp], NDArray[np.intp]]
"""A segment's customers, and where the contacts of each begin among its own."""


class MixModel:
    """Least squares of the outcome on some columns and some segments.

    Parameters
    ----------
    mix : Mix
        Outcomes and columns.
    columns : sequence of str
        The columns to adjust for.
    others : scipy.sparse.csc_matrix
        Further 0/1 columns to adjust for, such as drivers found before; may have none.
    crosses : numpy.ndarray, optional
        Their contacts by value of the mix, where counted before; the columns must then be
        the mix's.

    Notes
    -----
    The excess per contact of a segment is the coefficient of its own 0/1 column beside
    the mix, so the model has a place for the segment, and what is expected of it is read
    with that place left out. By Frisch, Waugh and Lovell this is d'y / d'z, where z is
    the 0/1 column and d what the mix leaves of it. Effects add up on the scale of rates,
    in which an excess is counted; where they multiply instead, the search still asks a
    pair to keep half of its excess once its singles are known.

    The test divides d'r, r being what the mix leaves of the outcome, by the root of its
    sum of squares over customers. In a small segment with a high rate that divisor
    grows with the numerator, which keeps the chance of a false find below what is
    stated where a normal approximation would exceed it. The t distribution has as many
    degrees of freedom as the segment's customers are worth (Kish), less one: one busy
    customer cannot make a driver.
    """

    def __init__(
        self,
        mix: Mix,
        columns: Sequence[str],
        others: Any,
        crosses: NDArray[np.float64] | None = None,
    ) -> None:
        from scipy.linalg import cho_solve

        self._mix, self._columns, self._others = mix, list(columns), others
        self._picked = mix.picked(columns)
        self._inside = len(self._picked)
        if crosses is None:
            with_others = count_values(mix, columns, others)
        else:
            with_others = crosses[:, self._picked]
        both = (others.T @ others).toarray()
        counts = np.block(
            [[mix.counts[np.ix_(self._picked, self._picked)], with_others.T], [with_others, both]]
        )
        self._factor = factor_of(counts)
        repeats = np.concatenate([mix.repeats[self._picked], others.T @ mix.repeated])
        self._rest = mix.repeated - self._fitted(cho_solve(self._factor, repeats))

    def screen(self, members: Any, crosses: NDArray[np.float64]) -> pd.DataFrame:
        """Give the evidence on any number of segments; the columns must be the mix's.

        Parameters
        ----------
        members : scipy.sparse.csc_matrix
            Shape (contacts, segments).
        crosses : numpy.ndarray
            Their contacts by value of the mix, as :meth:`Mix.crosses` counts them.

        Returns
        -------
        pandas.DataFrame
            One row a segment: ``excess_rate`` (repeats per contact beyond the mix),
            ``own_contacts`` (d'z, what the mix leaves of its contacts),
            ``standard_error`` as it would be without excess, ``degrees`` of freedom,
            ``evidence`` (a t statistic) and ``p_value``, one-sided for an excess above
            nothing. All null but the last, which is 1, where the mix determines the
            segment.
        """
        told = crosses[:, self._picked]
        own = self._explained(members, told)
        owners = [self._owners(rows) for rows in _each(members)]
        return self._told(members, told, own, owners, self._squares(members, own, owners))

    def estimate(self, members: Any) -> pd.DataFrame:
        """Give the same with the standard error at the estimate itself.

        Meant for few segments, each of which takes a walk through all contacts, and for
        columns of any kind.
        """
        crosses = count_values(self._mix, self._columns, members)
        own, starts = self._explained(members, crosses), self._mix.customer_starts
        scores, spreads = [], []
        for place in range(members.shape[1]):
            inside = np.zeros(len(self._rest))
            inside[members[:, [place]].indices] = 1.0
            left = inside - self._fitted(own[:, place])
            scores.append(np.add.reduceat(left * self._rest, starts))
            spreads.append(np.add.reduceat(left**2, starts))
        owners = [self._owners(rows) for rows in _each(members)]
        squares = np.array([score @ score for score in scores])
        told = self._told(members, crosses, own, owners, squares)
        rest = [s - e * d for s, e, d in zip(scores, told["excess_rate"], spreads, strict=True)]
        errors = np.sqrt(self._small_sample() * np.array([part @ part for part in rest]))
        return told.assign(standard_error=errors / told["own_contacts"])

    def _fitted(self, coefficients: NDArray[np.float64]) -> NDArray[np.float64]:
        """Give each contact the sum of its values' coefficients."""
        fitted = self._others @ coefficients[self._inside :] + coefficients[0]
        begin = 1
        for name in self._columns:
            levels = self._mix.levels[name]
            fitted += coefficients[begin : begin + levels.size][levels.codes]
            begin += levels.size
        return np.asarray(fitted)

    def _explained(self, members: Any, crosses: NDArray[np.float64]) -> NDArray[np.float64]:
        """Give the coefficients of every segment's own column on the model."""
        from scipy.linalg import cho_solve

        return np.asarray(cho_solve(self._factor, self._right(members, crosses).T))

    def _right(self, members: Any, crosses: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.hstack([crosses, (members.T @ self._others).toarray()])

    def _owners(self, rows: NDArray[np.int32]) -> Owners:
        """Give a segment's customers, and where the contacts of each begin."""
        owners = self._mix.customers[rows]
        is_first = np.ones(len(owners), dtype=bool)
        is_first[1:] = owners[1:] != owners[:-1]
        starts = np.flatnonzero(is_first)
        return owners[starts], starts

    def _squares(
        self, members: Any, own: NDArray[np.float64], owners: list[Owners]
    ) -> NDArray[np.float64]:
        """Give the squared scores of every segment, summed over customers.

        A customer's score is the segment's part of what the mix leaves of the outcomes,
        less what the mix explains of it; only customers of the segment have the first.
        """
        of_values = self._mix.sums_by_customer(self._rest)
        spread = np.zeros((self._mix.width, own.shape[1]), dtype=np.float32)
        spread[self._picked] = own
        squares = np.empty(own.shape[1])
        inside = [
            np.add.reduceat(self._rest[rows], starts) if len(rows) else self._rest[rows]
            for rows, (_, starts) in zip(_each(members), owners, strict=True)
        ]
        for begin in range(0, own.shape[1], _BLOCK):
            explained = of_values @ spread[:, begin : begin + _BLOCK]
            told = np.einsum("ij,ij->j", explained, explained, dtype=np.float64)
            for place, whole in enumerate(told, start=begin):
                expected = explained[owners[place][0], place - begin].astype(np.float64)
                squares[place] = whole + ((inside[place] - expected) ** 2 - expected**2).sum()
        return squares

    def _told(
        self,
        members: Any,
        crosses: NDArray[np.float64],
        own: NDArray[np.float64],
        owners: list[Owners],
        squares: NDArray[np.float64],
    ) -> pd.DataFrame:
        from scipy.stats import t

        left = crosses[:, 0] - np.einsum("ij,ji->i", self._right(members, crosses), own)
        score = members.T @ self._rest
        spread = np.sqrt(self._small_sample() * squares)
        sizes = np.diff(members.indptr)
        degrees = [_worth(begin, n) - 1 for (_, begin), n in zip(owners, sizes, strict=True)]
        with np.errstate(divide="ignore", invalid="ignore"):
            told = pd.DataFrame(
                {
                    "excess_rate": score / left,
                    "own_contacts": left,
                    "standard_error": spread / left,
                    "degrees": degrees,
                    "evidence": score / spread,
                }
            )
        # What is left of outcomes that are all alike is rounding.
        is_there = float(np.abs(self._rest).max(initial=0.0)) > _ROUNDING
        is_told = (left > LEAST_OWN * crosses[:, 0]) & is_there
        told.loc[~is_told, ["excess_rate", "standard_error", "evidence"]] = np.nan
        p_value = t.sf(told["evidence"], told["degrees"])
        return told.assign(p_value=np.where(told["evidence"].isna(), 1.0, p_value))

    def _small_sample(self) -> float:
        """Give the usual correction for fitted columns and counted customers (CR1)."""
        contacts, customers = len(self._rest), len(self._mix.customer_starts)
        spare = max(contacts - len(self._factor[0]), 1)
        return (contacts - 1) / spare * customers / max(customers - 1, 1)


def _each(members: Any) -> list[NDArray[np.int32]]:
    """Give the rows of every segment."""
    return np.split(members.indices, members.indptr[1:-1])


def _worth(starts: NDArray[np.intp], contacts: int) -> float:
    """Give how many customers of one contact each a segment's customers are worth, at least 2."""
    each = np.diff(starts, append=contacts)
    return max(contacts**2 / max(float(each @ each), 1.0), 2.0)


def count_values(mix: Mix, columns: Sequence[str], members: Any) -> NDArray[np.float64]:
    """Count the contacts of a few segments by value of any columns, ones first."""
    levels = [mix.levels[name] for name in columns]
    told = np.empty((members.shape[1], 1 + sum(part.size for part in levels)))
    for place in range(members.shape[1]):
        rows = members[:, [place]].indices
        parts = [np.bincount(part.codes[rows], minlength=part.size) for part in levels]
        told[place] = np.concatenate([[len(rows)], *parts])
    return told


def factor_of(counts: NDArray[np.float64]) -> tuple[NDArray[np.float64], bool]:
    """Give the Cholesky factor of counts of values that come together, with the ridge."""
    from scipy.linalg import cho_factor

    weights = np.full(len(counts), RIDGE)
    # The overall rate itself is not drawn towards anything.
    weights[0] = 1e-9
    factor, is_lower = cho_factor(counts + np.diag(weights))
    return factor, bool(is_lower)
