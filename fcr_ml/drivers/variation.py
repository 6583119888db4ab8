"""Variation inside a driver: how much lies between agents, teams, channels and the like.

Enters: the contacts of one driver with their outcomes, units and mix. Leaves: for each
kind of unit the spread of its repeat rates beyond what the others and the mix explain,
with an interval and a p-value. No unit is named; no lever either.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Numbers = NDArray[np.float64]

YES_OR_NO = ("was_transferred", "was_on_hold")
"""Units of which one value, 'yes', is held against the other."""

PEOPLE = ("agent_id", "team")
"""Units drawn from many alike: what varies between them varies between queues by chance."""

_SOFT = 0.05
"""Directions in which a unit has less than this share of its contacts to itself count less:
a team that is a queue under another name tells nothing beyond the queue."""


_RIDGE = 1.0
"""Each value of the mix and of the other units carries one made-up contact, as in the mix."""

_LEVEL = 0.05
_FEW_UNITS = 4
"""Under four units a typical one is not known; the best one is taken instead."""


@dataclass(frozen=True)
class Contrast:
    """A driver's contacts, ready to be compared by unit.

    Parameters
    ----------
    repeated : numpy.ndarray
        Probability that each contact was repeated, shape (contacts,).
    owners : numpy.ndarray
        Number of each contact's customer, from 0.
    units : mapping of str to numpy.ndarray
        For each kind of unit its number from 0 a contact, -1 where unknown. Of
        :data:`YES_OR_NO`, 1 is yes.
    mix : scipy.sparse.csr_matrix
        0/1 columns of the mix, a column of ones first.
    """

    repeated: Numbers
    owners: NDArray[np.intp]
    units: Mapping[str, NDArray[np.intp]]
    mix: Any


def measure_variation(contrast: Contrast) -> pd.DataFrame:
    """Give the spread of repeat rates between units of each kind.

    Parameters
    ----------
    contrast : Contrast
        Units with fewer than two values are left out.

    Returns
    -------
    pandas.DataFrame
        One row a kind of unit, indexed by it: ``units`` and ``contacts`` counted,
        ``spread_rate`` with ``_low`` and ``_high`` (the standard deviation between
        contacts' units, in repeats per contact), ``avoidable_rate`` with both ends
        (repeats per contact that would go, were every unit worse than the typical one
        like it; under four units, like the best; of yes and no, were yes like no) and
        ``p_value`` (no spread at all).

    Notes
    -----
    One least-squares model inside the driver holds the mix, channels, products, queues,
    transfers and holds; agents and teams are drawn at random, with the variance found for
    them, so that a few bad agents of a queue do not make a bad queue. With q what the
    rest of the model leaves of the outcome, summed by unit, and J what it leaves of the
    units themselves, W = q' (J + 0.05 D)^-1 q / s^2 follows a chi-squared distribution
    with tr((J + 0.05 D)^-1 J) degrees of freedom where units are alike, D being the
    contacts a unit. Else it is non-central with l = contacts x spread^2 / s^2, and the
    interval holds every l that W does not refuse (Steiger 2004, 'Beyond the F test'). s^2
    is raised by how much more alike contacts of one customer are (design effect). The
    interval is of the units that are there, not of others that might be drawn.

    *Avoidable.* The units' estimates keep their shape and are drawn together until they
    have the spread found. Of four units and more the upper end is at least that of a few bad
    ones among others alike.
    """
    kinds = _several(contrast.units)
    model = _fit(contrast, kinds) if kinds else None
    if model is None:
        nothing = pd.DataFrame([], columns=_FIGURES, index=pd.Index([], name="unit", dtype=object))
        return nothing.astype(float)
    rows = {}
    for kind in sorted(kinds, key=_place):
        rows[kind] = _told(model, contrast.units[kind], kind)
        spread = rows[kind]["spread_rate"]
        if kind in PEOPLE and np.isfinite(spread):
            # From here on they are drawn at random, with the variance found for them.
            model.ridges[model.columns[kind]] = model.variance / max(spread**2, 1e-9)
    told = pd.DataFrame([rows[kind] for kind in kinds], columns=_FIGURES)
    return told.set_index(pd.Index(kinds, name="unit"))


_FIGURES = [
    "units",
    "contacts",
    *(f"spread_rate{end}" for end in ("", "_low", "_high")),
    *(f"avoidable_rate{end}" for end in ("", "_low", "_high")),
    "p_value",
]


def _several(units: Mapping[str, NDArray[np.intp]]) -> list[str]:
    return [kind for kind, codes in units.items() if len(np.unique(codes[codes >= 0])) > 1]


def _place(kind: str) -> int:
    """Give the order of testing: agents, teams, then what may depend on them."""
    return PEOPLE.index(kind) if kind in PEOPLE else len(PEOPLE)


@dataclass
class _Model:
    """Products of the units with each other and the outcome, the mix taken out.

    Parameters
    ----------
    products, outcome : numpy.ndarray
        Shapes (units, units) and (units,).
    columns : dict of str to slice
        Where each kind's units stand.
    ridges : numpy.ndarray
        By how many made-up contacts each unit is held back.
    variance : float
        Of one contact's outcome inside its units.
    rest : numpy.ndarray
        What mix and units leave of each contact's outcome.
    owners : numpy.ndarray
        Number of each contact's customer.
    """

    products: Numbers
    outcome: Numbers
    columns: dict[str, slice]
    ridges: Numbers
    variance: float
    rest: Numbers
    owners: NDArray[np.intp]

    def leave(self, kind: str) -> tuple[Numbers, Numbers]:
        """Give what the other kinds leave of a kind's units and of the outcome by unit."""
        from scipy.linalg import solve

        own = self.columns[kind]
        is_other = np.ones(len(self.ridges), dtype=bool)
        is_other[own] = False
        if kind == "agent_id" and "team" in self.columns:
            is_other[self.columns["team"]] = False  # what teams differ by, their agents do
        inside, cross = self.products[own, own], self.products[own][:, is_other]
        if not is_other.any():
            return inside, self.outcome[own]
        others = self.products[np.ix_(is_other, is_other)] + np.diag(self.ridges[is_other])
        right = np.column_stack([cross.T, self.outcome[is_other]])
        solved = solve(others, right, assume_a="pos")
        return inside - cross @ solved[:, :-1], self.outcome[own] - cross @ solved[:, -1]


def _fit(contrast: Contrast, kinds: list[str]) -> _Model | None:
    """Take the mix out of units and outcome; None where too few contacts remain to tell."""
    from scipy.sparse import csr_matrix, hstack

    contacts = len(contrast.repeated)
    blocks, columns, begin = [], {}, 0
    for kind in kinds:
        codes = contrast.units[kind]
        known = np.flatnonzero(codes >= 0)
        width = int(codes.max()) + 1
        cells = (np.ones(len(known)), (known, codes[known]))
        blocks.append(csr_matrix(cells, shape=(contacts, width)))
        columns[kind] = slice(begin, begin := begin + width)
    units = hstack(blocks, format="csr")
    # Centred, so that holding values back holds back no overall rate.
    mix, y = contrast.mix, contrast.repeated - contrast.repeated.mean()
    take_out = _ridge_solver((mix.T @ mix).toarray(), _RIDGE)
    cross = (mix.T @ units).toarray()
    of_mix = take_out(np.column_stack([cross, mix.T @ y]))
    products = (units.T @ units).toarray() - cross.T @ of_mix[:, :-1]
    outcome = units.T @ y - cross.T @ of_mix[:, -1]
    fit = _ridge_solver(products, _RIDGE)
    effects = fit(outcome)
    fitted = mix @ (of_mix[:, -1] - of_mix[:, :-1] @ effects) + units @ effects
    spare = contacts - _used(take_out((mix.T @ mix).toarray())) - _used(fit(products))
    rest = y - fitted
    variance = float(rest @ rest) / spare if spare > _LEAST_SPARE else 0.0
    if variance <= _NO_VARIANCE:
        return None
    ridges = np.full(len(outcome), _RIDGE)
    return _Model(products, outcome, columns, ridges, variance, rest, contrast.owners)


def _used(fitted: Numbers) -> float:
    """Give how many contacts' worth of variance a held-back fit takes: tr(2 F - F F)."""
    return float(2 * np.trace(fitted) - (fitted * fitted.T).sum())


_LEAST_SPARE = 20
_NO_VARIANCE = 1e-9
"""All repeated alike, or all resolved: nothing varies."""


def _ridge_solver(products: Numbers, ridge: float) -> Callable[[Numbers], Numbers]:
    from scipy.linalg import cho_factor, cho_solve

    factor = cho_factor(products + ridge * np.eye(len(products)))
    return lambda right: np.asarray(cho_solve(factor, right))


def _told(model: _Model, codes: NDArray[np.intp], kind: str) -> dict[str, float]:
    own, outcome = model.leave(kind)
    sizes = np.bincount(codes[codes >= 0], minlength=len(outcome)).astype(float)
    variance = model.variance * _design_effect(model, codes, sizes)
    told = {"units": float((sizes > 0).sum()), "contacts": sizes.sum()}
    if kind in YES_OR_NO:
        return told | _signed(own, outcome, sizes, variance)
    return told | _between(own, outcome, sizes, variance)


def _design_effect(model: _Model, codes: NDArray[np.intp], sizes: Numbers) -> float:
    """Give by how much contacts of one customer in one unit are more alike than others."""
    known = codes >= 0
    codes, rest = codes[known], model.rest[known]
    pairs = model.owners[known] * len(sizes) + codes
    _, first, which = np.unique(pairs, return_index=True, return_inverse=True)
    sums = np.bincount(which, rest) ** 2 / sizes[codes[first]]
    alone = (rest**2 / sizes[codes]).sum()
    return max(float(sums.sum() / alone), 1.0) if alone > 0 else 1.0


def _signed(own: Numbers, outcome: Numbers, sizes: Numbers, variance: float) -> dict[str, float]:
    """Compare yes with no: only where yes repeats more can something go."""
    from scipy.stats import norm

    # The mix has a place for the rate of all, so the column of yes is its own contrast.
    left = own[1, 1]
    if left < _SOFT * sizes.min():
        return _untold()
    added = outcome[1] / left
    error = np.sqrt(variance / left)
    share = sizes[1] / sizes.sum()
    half = norm.ppf(1 - _LEVEL / 2) * error
    rates = [share * value for value in (added, added - half, added + half)]
    spread = np.sqrt(share * (1 - share)) * np.maximum([added, added - half, added + half], 0)
    return _figures(spread, rates, float(norm.sf(added / error)))


def _between(own: Numbers, outcome: Numbers, sizes: Numbers, variance: float) -> dict[str, float]:
    from scipy.linalg import cho_factor, cho_solve
    from scipy.stats import chi2

    softened = cho_factor(own + np.diag(_SOFT * np.maximum(sizes, 1.0)))
    effects = cho_solve(softened, outcome)
    degrees = float(np.trace(cho_solve(softened, own)))
    if degrees < _LEAST_DEGREES:
        return _untold()
    statistic = float(outcome @ effects) / variance
    excesses = np.array([max(statistic - degrees, 0.0), *_non_central(statistic, degrees)])
    spread = np.sqrt(excesses * variance / sizes.sum())
    shape = _shape(effects, sizes)
    is_many = (sizes > 0).sum() >= _FEW_UNITS
    rates = np.array([shape, shape, max(shape, _TWO_KINDS) if is_many else shape]) * spread
    return _figures(spread, rates, float(chi2.sf(statistic, degrees)))


_LEAST_DEGREES = 0.5
"""Units that are other units under another name have less than one degree of freedom."""


def _non_central(statistic: float, degrees: float) -> tuple[float, float]:
    """Give the smallest and the largest non-centrality that the statistic does not refuse."""
    from scipy.optimize import brentq
    from scipy.stats import chi2, ncx2

    tail = _LEVEL / 2
    widest = 4 * statistic + 40 * np.sqrt(statistic + degrees) + 100
    low = 0.0
    if chi2.sf(statistic, degrees) < tail:
        low = brentq(lambda at: ncx2.sf(statistic, degrees, at) - tail, 1e-9, statistic)
    # Units more alike than chance would make them are no more than that.
    least = max(statistic, degrees)
    high = brentq(lambda at: ncx2.cdf(least, degrees, at) - tail, 1e-9, widest)
    return float(low), float(high)


def _shape(effects: Numbers, sizes: Numbers) -> float:
    """Give what would go a unit of spread, were the worse units like the typical one."""
    is_there = sizes > 0
    effects, shares = effects[is_there], sizes[is_there] / sizes.sum()
    ordered = np.sort(effects)
    typical = ordered[0] if len(ordered) < _FEW_UNITS else ordered[(len(ordered) - 1) // 2]
    centred = effects - shares @ effects
    spread = np.sqrt(shares @ centred**2)
    if not spread > 0:
        return 0.0
    return min(float(shares @ np.maximum(effects - typical, 0) / spread), _MOST_SHAPE)


_TWO_KINDS = 0.8
"""Two in five units bad and the rest alike make 0.8 of their spread avoidable, units that
vary evenly 0.4. Noise hides which it is, so the upper end takes the former."""

_MOST_SHAPE = 1.0
"""A spread's worth: reached where half of the contacts are in bad units. More would hold
nearly all contacts against a small unit, whose rate is known least."""


def _figures(spread: Any, rates: Any, p_value: float) -> dict[str, float]:
    ends = ("", "_low", "_high")
    return {
        **{f"spread_rate{end}": float(value) for end, value in zip(ends, spread, strict=True)},
        **{f"avoidable_rate{end}": float(value) for end, value in zip(ends, rates, strict=True)},
        "p_value": p_value,
    }


def _untold() -> dict[str, float]:
    return _figures([np.nan] * 3, [np.nan] * 3, np.nan)
