"""The split: a difference of two repeat rates in parts that add up to it exactly.

Enters: closed and repeated contacts of every customer in every segment, before and
after. Leaves: the parts as exact fractions, and their standard errors by customer.
What is compared, and what a segment is, is decided in :mod:`fcr_ml.drivers.change`.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fcr_ml.drivers.spread import least_variance

Floats = NDArray[np.float64]

BEFORE, AFTER = 0, 1

PARTS = ("rate", "mix", "new", "vanished", "not_split")
"""In the order in which they are told."""

_SIGN = np.array([[-1.0], [1.0]])
"""What counts before is taken away, what counts after is added."""


@dataclass(frozen=True, eq=False)
class Cells:
    """What each customer has in each segment.

    Parameters
    ----------
    closed, repeated : tuple of scipy.sparse.csr_matrix
        Before and after, shape (customers, segments): counts of contacts.
    """

    closed: tuple[Any, Any]
    repeated: tuple[Any, Any]

    @property
    def measures(self) -> tuple[Any, Any, Any, Any]:
        """Closed before, repeated before, closed after, repeated after."""
        return self.closed[0], self.repeated[0], self.closed[1], self.repeated[1]

    def counts(self, which: tuple[Any, Any]) -> NDArray[np.int64]:
        """Give the sums over customers, shape (2, segments)."""
        return np.array([np.asarray(one.sum(axis=0)).ravel().round() for one in which], np.int64)


def name_parts(closed: NDArray[np.int64], minimum_contacts: int) -> list[tuple[str, ...]]:
    """Say in which parts each segment's contribution is told.

    Parameters
    ----------
    closed : numpy.ndarray
        Closed contacts before and after, shape (2, segments).
    minimum_contacts : int
        Closed contacts a segment must have before and after for its two rates to be
        told apart.

    Returns
    -------
    list of tuple of str
        ('rate', 'mix') with enough contacts on both sides; ('new',) with none before,
        ('vanished',) with none after, else ('not_split',).
    """
    named: list[tuple[str, ...]] = []
    for before, after in closed.T.tolist():
        if min(before, after) >= max(minimum_contacts, 1):
            named.append(("rate", "mix"))
        elif not before:
            named.append(("new",))
        else:
            named.append(("vanished",) if not after else ("not_split",))
    return named


def split_exactly(
    closed: NDArray[np.int64], repeated: NDArray[np.int64], parts: list[tuple[str, ...]]
) -> dict[tuple[int, str], Fraction]:
    """Give every part of the difference between two repeat rates as an exact fraction.

    Parameters
    ----------
    closed, repeated : numpy.ndarray
        Counts before and after, shape (2, segments), some closed on both sides.
    parts : list of tuple of str
        From :func:`name_parts`.

    Returns
    -------
    dict
        By segment and part. The values add up to rate after less rate before.

    Notes
    -----
    With shares s and repeat rates p of a segment before (0) and after (1), s̄ and p̄
    their means, R₀ and R₁ the rates of all, and c = (R₀ + R₁) / 2:

    rate = s̄ (p₁ - p₀), mix = (s₁ - s₀) (p̄ - c), and where the two are not told apart
    (new, vanished, not_split) s₁ (p₁ - c) - s₀ (p₀ - c), which is their sum.

    Kitagawa (1955), Components of a difference between two rates, Journal of the
    American Statistical Association 50; Oaxaca and Blinder's with equal weights. It
    has no interaction left over and is symmetric: exchanging before and after turns
    every sign. The shares' differences add up to nothing, so that taking c away
    changes no sum. It says what growing means: a share is gained at the cost of the
    rest, so a segment that repeats less than all others lowers the rate by growing.

    Examples
    --------
    Two segments of 50 contacts, at 10 and 30 %; then 20 and 80 of them, at 10 and 40 %:

    >>> closed, repeated = np.array([[50, 50], [20, 80]]), np.array([[5, 15], [2, 32]])
    >>> told = split_exactly(closed, repeated, [("rate", "mix")] * 2)
    >>> [(segment, part, float(change)) for (segment, part), change in told.items()]
    [(0, 'rate', 0.0), (0, 'mix', 0.051), (1, 'rate', 0.065), (1, 'mix', 0.024)]
    >>> sum(told.values()) == Fraction(34, 100) - Fraction(20, 100)
    True
    """
    sides = [[int(count) for count in side] for side in closed]
    returned = [[int(count) for count in side] for side in repeated]
    totals = [sum(side) for side in sides]
    centre = Fraction(1, 2) * sum(
        Fraction(sum(r), n) for r, n in zip(returned, totals, strict=True)
    )
    told: dict[tuple[int, str], Fraction] = {}
    for place, names in enumerate(parts):
        share = [Fraction(side[place], n) for side, n in zip(sides, totals, strict=True)]
        if names == ("rate", "mix"):
            rate = [Fraction(returned[t][place], sides[t][place]) for t in (BEFORE, AFTER)]
            told[place, "rate"] = (share[0] + share[1]) / 2 * (rate[1] - rate[0])
            told[place, "mix"] = (share[1] - share[0]) * ((rate[0] + rate[1]) / 2 - centre)
        else:
            came = [Fraction(returned[t][place], totals[t]) for t in (BEFORE, AFTER)]
            told[place, names[0]] = came[1] - came[0] - centre * (share[1] - share[0])
    return told


@dataclass(frozen=True, eq=False)
class Influence:
    """How each contact moves a part, for every segment as if it were told in it.

    A contact on a side moves the part by ``everywhere[side]`` plus ``everywhere_repeated``
    if it was repeated, and by ``own`` and ``own_repeated`` more if it lies in the segment.
    Each has the shape (2, segments). ``rate`` is how much the segment's own rate on a
    side moves the part.
    """

    everywhere: Floats
    everywhere_repeated: Floats
    own: Floats
    own_repeated: Floats
    rate: Floats

    def stacked(self) -> tuple[Floats, Floats]:
        """Give both in the order of ``Cells.measures``, shape (4, segments)."""
        common = (self.everywhere, self.everywhere_repeated)
        own = (self.own, self.own_repeated)
        return tuple(np.stack(two, axis=1).reshape(4, -1) for two in (common, own))  # type: ignore[return-value]


def influences(closed: NDArray[np.int64], repeated: NDArray[np.int64]) -> dict[str, Influence]:
    """Give the derivatives of every part by the contacts it is made of."""
    n, r = closed.astype(float), repeated.astype(float)
    total = n.sum(axis=1, keepdims=True)
    overall = r.sum(axis=1, keepdims=True) / total
    with np.errstate(divide="ignore", invalid="ignore"):
        rate, per = np.nan_to_num(r / n), np.where(n > 0, 1 / n, 0.0)
    share, centre = n / total, overall.mean()
    grown, step = share[1] - share[0], rate[1] - rate[0]
    height, mean_share = rate.mean(axis=0) - centre, share.mean(axis=0)
    # Each contact moves the mean rate of all, which is taken away as often as grown says.
    drift, drift_repeated = 0.5 * grown * overall / total, -0.5 * grown / total
    none = np.zeros_like(n)
    together = Influence(
        _SIGN * (centre * share - r / total) / total + drift,
        drift_repeated,
        -_SIGN * centre / total + none,
        _SIGN / total + none,
        _SIGN * share,
    )
    return {
        "rate": Influence(
            -0.5 * share * step / total,
            none,
            0.5 * step / total - _SIGN * mean_share * rate * per,
            _SIGN * mean_share * per,
            _SIGN * mean_share,
        ),
        "mix": Influence(
            -_SIGN * share * height / total + drift,
            drift_repeated,
            _SIGN * height / total - 0.5 * grown * rate * per,
            0.5 * grown * per,
            0.5 * grown + none,
        ),
    } | dict.fromkeys(("new", "vanished", "not_split"), together)


def standard_errors(cells: Cells, parts: list[tuple[str, ...]]) -> pd.DataFrame:
    """Give the standard error of every part, of their sums and of the difference.

    Returns
    -------
    pandas.DataFrame
        ``standard_error`` and ``degrees`` of freedom, indexed by ``segment`` and
        ``part``; segment -1 holds the sums over segments and the difference.

    Notes
    -----
    Linearised by customer (Cochran, Sampling Techniques, chapter 6): a part is a
    smooth function of sums over customers; u is what its derivatives give for one
    customer, and the variance C / (C - 1) Σ u². A customer with contacts on both sides
    is one customer. Where all contacts of a segment on a side agree, nothing can be
    learnt of its rate's spread; the variance of one repeat more and one fewer among
    its customers (Agresti and Caffo 2000) is taken. The degrees are those of the side
    whose customers are worth fewer (Kish), less one.
    """
    closed, repeated = cells.counts(cells.closed), cells.counts(cells.repeated)
    told = influences(closed, repeated)
    sums = _sums(cells)
    doubt = _agreeing(closed, repeated, sums.kish)
    customers = sums.mine.shape[0]
    small = customers / max(customers - 1, 1)
    rows = []
    for part in PARTS:
        places = [place for place, names in enumerate(parts) if part in names]
        if not places:
            continue
        common, own = told[part].stacked()
        added = (told[part].rate ** 2 * doubt).sum(axis=0)
        variance = small * sums.quadratic(common, own) + added
        degrees = _degrees(sums.kish, closed)
        rows += [(place, part, variance[place], degrees[place]) for place in places]
        moved = sums.mine @ common[:, places].sum(axis=1) + sum(
            measure[:, places] @ own[row, places] for row, measure in enumerate(cells.measures)
        )
        # A sum of one segment is as sure as that segment.
        alone = degrees[places[0]] if len(places) == 1 else sums.degrees
        rows.append((-1, part, small * moved @ moved + added[places].sum(), alone))
    rows.append((-1, "difference", _difference(closed, repeated, sums, small), sums.degrees))
    frame = pd.DataFrame(rows, columns=["segment", "part", "variance", "degrees"])
    error = np.sqrt(frame.pop("variance").clip(lower=0))
    return frame.assign(standard_error=error).set_index(["segment", "part"])


def rate_p_values(cells: Cells) -> Floats:
    """Give for every segment how surprising its two rates would be if they were one.

    Two-sided, t by customer. The spread is taken around the common rate, so that it
    grows with the difference where contacts are few; 1 where nothing differs.
    """
    from scipy.stats import t

    closed, repeated = (
        cells.counts(which).astype(float) for which in (cells.closed, cells.repeated)
    )
    sums = _sums(cells)
    with np.errstate(divide="ignore", invalid="ignore"):
        common = repeated.sum(axis=0) / closed.sum(axis=0)
        own = np.stack([common, -np.ones_like(common), -common, np.ones_like(common)])
        own = np.nan_to_num(own / np.repeat(closed, 2, axis=0), posinf=0, neginf=0)
        step = np.nan_to_num(repeated[1] / closed[1] - repeated[0] / closed[0])
        customers = sums.mine.shape[0]
        variance = sums.quadratic(np.zeros_like(own), own) * customers / max(customers - 1, 1)
        evidence = np.where(variance > 0, np.abs(step) / np.sqrt(variance), 0.0)
    return np.asarray(2 * t.sf(evidence, _degrees(sums.kish, closed)))


@dataclass(frozen=True, eq=False)
class _Sums:
    """Sums over customers: each one's own totals, and products of them, by segment."""

    mine: Floats
    crossed: Floats
    inside: Floats
    kish: Floats
    degrees: float

    def quadratic(self, common: Floats, own: Floats) -> Floats:
        """Give Σ u² for every segment, u = common · totals + own · what lies inside."""
        products = self.mine.T @ self.mine
        return np.asarray(
            np.einsum("ik,ij,jk->k", common, products, common)
            + 2 * np.einsum("ik,ijk,jk->k", common, self.crossed, own)
            + np.einsum("ik,ijk,jk->k", own, self.inside, own)
        )


def _sums(cells: Cells) -> _Sums:
    measures = cells.measures
    mine = np.column_stack([np.asarray(one.sum(axis=1)).ravel() for one in measures])
    crossed = np.array([[one.T @ total for one in measures] for total in mine.T])
    inside = np.array(
        [[np.asarray(a.multiply(b).sum(axis=0)).ravel() for b in measures] for a in measures]
    )
    closed = cells.counts(cells.closed).astype(float)
    with np.errstate(divide="ignore", invalid="ignore"):
        kish = np.nan_to_num(closed**2 / np.stack([inside[0, 0], inside[2, 2]]))
    whole = min(mine[:, row].sum() ** 2 / (mine[:, row] @ mine[:, row]) for row in (0, 2))
    return _Sums(mine, crossed, inside, kish, max(whole - 1, 1.0))


def _degrees(kish: Floats, closed: NDArray[Any]) -> Floats:
    return np.maximum(np.where(closed > 0, kish, np.inf).min(axis=0) - 1, 1.0)


def _agreeing(closed: NDArray[Any], repeated: NDArray[Any], kish: Floats) -> Floats:
    """Give the variance of a rate whose contacts all agree, else nothing."""
    agrees = (closed > 0) & ((repeated == 0) | (repeated == closed))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(agrees, least_variance(kish), 0.0)


def _difference(
    closed: NDArray[np.int64], repeated: NDArray[np.int64], sums: _Sums, small: float
) -> float:
    total, returned = closed.sum(axis=1), repeated.sum(axis=1)
    rate = returned / total
    moved = sums.mine @ np.array(
        [rate[0] / total[0], -1 / total[0], -rate[1] / total[1], 1 / total[1]]
    )
    whole = np.array([total[t] ** 2 / (sums.mine[:, 2 * t] @ sums.mine[:, 2 * t]) for t in (0, 1)])
    return float(small * moved @ moved + _agreeing(total, returned, whole).sum())
