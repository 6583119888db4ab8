"""Thinning: the few segments that hold once the others are known.

Enters: a search and the evidence on everything looked at. Leaves: the drivers, each
estimated with all others known, so that no driver is another under a second name.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.linalg import cho_solve
from scipy.stats import t

from fcr_ml.drivers.estimates import LEAST_OWN, RIDGE, factor_of
from fcr_ml.drivers.mix import Mix
from fcr_ml.drivers.search import Search, with_q_values

MOST_DRIVERS = 25
"""A list that a person can act on; what else holds is smaller."""

_OWN_SHARE = 0.5
"""Of a driver's excess, at least this share must remain once the others are known."""


def thin_out(search: Search, evidence: pd.DataFrame, q: float) -> pd.DataFrame:
    """Give the segments that hold once the others are known.

    From the strongest evidence down, a segment joins if with those before it known
    it still passes the search's threshold and keeps half of its excess. What joined
    is then tested again, each with all others known. The many segments that only
    overlap a true driver are gone by then, so the q-values of this second test, in
    which every segment looked at still counts as a look, are those that hold for
    the list; the weakest that fails leaves until none does.

    Parameters
    ----------
    search : Search
        What was searched.
    evidence : pandas.DataFrame
        From :func:`~fcr_ml.drivers.search.gather_evidence`.
    q : float
        Accepted rate of false drivers.

    Returns
    -------
    pandas.DataFrame
        The evidence on each with all others known, indexed by segment, in the order
        in which they joined; equal evidence joins in the order of the segments. At most
        :data:`MOST_DRIVERS`.

    Notes
    -----
    While segments join, the evidence on one of them is its evidence alone, scaled by
    its excess and the root of its own contacts that remain: excess and own contacts follow
    exactly from counts, and only how far contacts of one customer agree is taken to stay
    as it was. The last test takes nothing over.
    """
    found = Joining(search, evidence[evidence["q_value"] <= q]).join_up()
    beyond = {place: search.test_beyond(place) for place in found}
    while found:
        joint = estimate_jointly(search, found)
        told = with_q_values(search, joint, np.array([beyond[place] for place in found]))
        failed = told[(told["q_value"] > q) | ~_keeps_half(told, evidence)]
        if len(failed) == 0:
            return told
        found.remove(failed.index[int(failed["evidence"].fillna(0).argmin())])
    return evidence.iloc[:0]


class Joining:
    """Segments that join one by one, each round told from counts alone.

    Parameters
    ----------
    search : Search
        What was searched.
    passed : pandas.DataFrame
        The evidence on each that may join, alone.
    """

    def __init__(self, search: Search, passed: pd.DataFrame) -> None:
        self._passed = passed
        self._weights = search.weights[passed.index.to_numpy(dtype=int)]
        self._members = search.segments.members[:, passed.index.to_numpy(dtype=int)]
        rows = {place: row for row, place in enumerate(passed.index)}
        crosses, repeats = search.crosses[list(rows)], self._members.T @ search.mix.repeated
        self._left = [
            (np.array([rows[place] for place in places]), _Left(search.mix, mix, crosses, repeats))
            for mix, places in search.by_mix(list(rows)).items()
        ]

    def join_up(self) -> list[int]:
        """Give the segments that join, in their order."""
        passed = self._passed
        found: list[int] = []
        threshold = (passed["p_value"] / self._weights).max()
        evidence = passed["evidence"].to_numpy(copy=True)
        while np.isfinite(evidence).any() and len(found) < MOST_DRIVERS:
            row = int(np.nanargmax(evidence))
            found.append(int(passed.index[row]))
            given, excess = self.with_known(row)
            p_value = t.sf(given, passed["degrees"])
            is_left = (p_value / self._weights <= threshold) & (
                excess >= _OWN_SHARE * passed["excess_rate"]
            )
            evidence = np.where(is_left & np.isfinite(evidence), given, np.nan)
            evidence[row] = np.nan
        return found

    def with_known(self, row: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Give every segment's evidence and excess once one more is known."""
        together = self._members.T @ self._members[:, [row]].toarray().ravel()
        alone = self._passed
        evidence, excess = np.full(len(alone), np.nan), np.full(len(alone), np.nan)
        for rows, left in self._left:
            left.know(row, together)
            excess[rows], own = left.excess(rows)
            scale = np.sqrt(own / alone["own_contacts"].to_numpy()[rows])
            share = excess[rows] / alone["excess_rate"].to_numpy()[rows]
            evidence[rows] = alone["evidence"].to_numpy()[rows] * share * scale
        return evidence, excess


class _Left:
    """What one mix, and the segments known, leave of segments' contacts and repeats."""

    def __init__(
        self,
        mix: Mix,
        columns: Sequence[str],
        crosses: NDArray[np.float64],
        repeats: NDArray[np.float64],
    ) -> None:
        picked = mix.picked(columns)
        self._crosses, self._size = crosses[:, picked], crosses[:, 0]
        self._factor = factor_of(mix.counts[np.ix_(picked, picked)])
        self._repeats = repeats - self._crosses @ cho_solve(self._factor, mix.repeats[picked])
        explained = cho_solve(self._factor, self._crosses.T)
        self._own = self._size - np.einsum("ij,ji->i", self._crosses, explained)
        self._known: list[tuple[NDArray[np.float64], float]] = []

    def know(self, row: int, together: NDArray[np.float64]) -> None:
        """Take one more segment as known; ``together`` is its contacts within each."""
        shared = together - self._crosses @ cho_solve(self._factor, self._crosses[row])
        for other, size in self._known:
            shared = shared - other * (other[row] / size)
        size = shared[row] + RIDGE
        self._repeats = self._repeats - shared * (self._repeats[row] / size)
        self._own = self._own - shared**2 / size
        self._known.append((shared, size))

    def excess(self, rows: NDArray[np.intp]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Give the excess rate and the own contacts; null where nothing is left."""
        own = np.where(self._own > LEAST_OWN * self._size, self._own, np.nan)[rows]
        return self._repeats[rows] / own, own


def estimate_jointly(search: Search, found: list[int]) -> pd.DataFrame:
    """Give the estimate of each segment with all others of the list known."""
    return pd.concat(
        [search.estimate(place, [other for other in found if other != place]) for place in found]
    )


def _keeps_half(given: pd.DataFrame, alone: pd.DataFrame) -> pd.Series:
    return given["excess_rate"] >= _OWN_SHARE * alone.loc[given.index, "excess_rate"]
