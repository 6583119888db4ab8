"""A doubly robust estimate of what a lever does to the contacts it was set for.

Enters: numbered columns, outcomes, customers, and how the lever was set. Leaves: the
estimate with its interval, and how far the two sides are alike. Which lever it is, and
which columns may be adjusted for, is decided in :mod:`fcr_ml.drivers.effect`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fcr_ml.drivers.segments import Levels
from fcr_ml.drivers.spread import least_variance
from fcr_ml.drivers.within_mix import add_up, products_of, sums_of

Floats = NDArray[np.float64]

FOLDS = 3
"""Each contact's models are learnt from the customers of the other two thirds."""

MOST_LIKELY = 0.95
"""A contact that the lever is set for in more than 19 of 20 cases has too few others like
it to be compared; it is left out, and the share of such contacts is told."""

CONTACTS_TO_LEARN_FROM = 50_000
"""Of the other folds at most so many contacts, whole customers drawn at random, teach how
likely the lever is, and where columns meet; what columns add one by one is learnt from all."""

_TREES = {"max_iter": 40, "max_leaf_nodes": 8, "min_samples_leaf": 50, "l2_regularization": 10.0}
"""Small trees: beside an additive model they are to find where two columns meet."""

_RIDGE, _STEPS = 1.0, 25


@dataclass(frozen=True, eq=False)
class Sides:
    """Contacts with the lever set one way or the other.

    Parameters
    ----------
    is_set : numpy.ndarray
        Whether the lever was set.
    repeated : numpy.ndarray
        Probability that the contact was repeated.
    customers : numpy.ndarray
        Numbered from 0.
    columns : list of Levels
        What is adjusted for.
    """

    is_set: NDArray[np.bool_]
    repeated: Floats
    customers: NDArray[np.int64]
    columns: list[Levels]


@dataclass(frozen=True)
class Estimate:
    """A figure with its 95 % interval, and the degrees of freedom behind it."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Effect:
    """What was estimated, and on what footing.

    Parameters
    ----------
    effect, ratio : Estimate
        What the lever adds to the repeat rate of the contacts that it was set for, and
        their rate over what it would be without.
    overlap_rate : float
        Share of the contacts with the lever set that have others like them.
    effective_contacts, largest_weight : float
        How many equal contacts the others are worth, and the largest share of one.
    imbalance_before, imbalance_after : float
        Largest standardised difference of a value's share between the sides.
    """

    effect: Estimate
    ratio: Estimate
    overlap_rate: float
    effective_contacts: float
    largest_weight: float
    imbalance_before: float
    imbalance_after: float


def estimate_effect(sides: Sides, random_state: int = 0) -> Effect:
    """Give what the lever adds to the contacts that it was set for.

    Parameters
    ----------
    sides : Sides
        Both sides have contacts.
    random_state : int
        Seed of the folds.

    Notes
    -----
    The effect on the treated by augmented inverse probability weighting, cross-fitted
    (Robins, Rotnitzky and Zhao 1994; Chernozhukov et al. 2018, Econometrics Journal 21).
    With m(x) the repeat rate without the lever and e(x) the probability of the lever,
    both learnt from other customers, r = y - m(x) and w = e / (1 - e):

        effect = mean of r over contacts set - weighed mean of r over the others, by w.

    It is right when either m or e is. m is least squares with a ridge of one contact a
    value, and boosted trees on what that leaves; e is logistic with a ridge of one.
    The interval takes the linearised sum of every customer, with a t quantile; that of
    the ratio is taken on its logarithm.

    It is the effect on the contacts that the lever was set for, not on all: a desk that
    transfers one contact in ten asks what these would have done otherwise, and all that
    is needed for it are others like them.
    """
    levels = [Levels(np.zeros(len(sides.repeated), dtype=np.int64), []), *sides.columns]
    draw = np.random.default_rng(random_state)
    order = draw.permutation(int(sides.customers.max(initial=0)) + 1)[sides.customers]
    fold = order % FOLDS
    rest = sides.repeated - _rates_without(sides, levels, fold, order)
    likely = _likelihoods(sides, levels, fold, order)
    is_alike = likely <= MOST_LIKELY
    weights = np.where(sides.is_set, 1.0, likely / (1 - np.minimum(likely, MOST_LIKELY))) * is_alike
    is_told = sides.is_set & is_alike
    others = np.where(sides.is_set, 0.0, weights)
    effect, ratio = _estimates(sides, is_told, others, rest)
    total = max(float(others.sum()), 1e-12)
    return Effect(
        effect,
        ratio,
        float(is_told.sum() / max(sides.is_set.sum(), 1)),
        total**2 / max(float((others**2).sum()), 1e-12),
        float(others.max(initial=0)) / total,
        imbalance(sides, sides.is_set.astype(float), (~sides.is_set).astype(float)),
        imbalance(sides, is_told.astype(float), others),
    )


def _rates_without(
    sides: Sides, levels: list[Levels], fold: NDArray[np.int64], order: NDArray[np.int64]
) -> Floats:
    """Give the repeat rate expected without the lever, learnt from the other folds."""
    parts = []
    for place in range(FOLDS):
        rows = np.flatnonzero((fold == place) & ~sides.is_set)
        theirs = _of_rows(levels, rows)
        parts.append((products_of(theirs), sums_of(theirs, sides.repeated[rows])))
    whole = sum(part[0] for part in parts), sum(part[1] for part in parts)
    rates = np.empty(len(fold))
    for place, (products, sums) in enumerate(parts):
        effects = np.linalg.solve(whole[0] - products + _ridge(len(sums)), whole[1] - sums)
        rows = np.flatnonzero(fold == place)
        rates[rows] = add_up(_of_rows(levels, rows), effects)
    return rates + _where_columns_meet(sides, fold, order, sides.repeated - rates)


def _where_columns_meet(
    sides: Sides, fold: NDArray[np.int64], order: NDArray[np.int64], rest: Floats
) -> Floats:
    """Give what boosted trees still find in the contacts without the lever of other folds."""
    from sklearn.ensemble import HistGradientBoostingRegressor

    found = np.zeros(len(fold))
    if len(sides.columns) < 2:
        return found
    codes = np.column_stack([levels.codes for levels in sides.columns]).astype(np.float32)
    for place in range(FOLDS):
        others = _to_learn_from(np.flatnonzero((fold != place) & ~sides.is_set), order)
        rows = np.flatnonzero(fold == place)
        if len(rows) and len(others) >= 2 * int(_TREES["min_samples_leaf"]):
            trees = HistGradientBoostingRegressor(**_TREES, early_stopping=False, random_state=0)
            found[rows] = trees.fit(codes[others], rest[others]).predict(codes[rows])
    return found


def _to_learn_from(rows: NDArray[np.intp], order: NDArray[np.int64]) -> NDArray[np.intp]:
    """Give the rows, or where they are many those of some customers drawn at random."""
    if len(rows) <= CONTACTS_TO_LEARN_FROM:
        return rows
    # Customers stand in random order, so the first are a draw of whole ones.
    last = np.partition(order[rows], CONTACTS_TO_LEARN_FROM)[CONTACTS_TO_LEARN_FROM]
    return np.asarray(rows[order[rows] < last])


def _likelihoods(
    sides: Sides, levels: list[Levels], fold: NDArray[np.int64], order: NDArray[np.int64]
) -> Floats:
    """Give the probability that the lever is set, learnt from the other folds."""
    likely = np.empty(len(fold))
    for place in range(FOLDS):
        others = _to_learn_from(np.flatnonzero(fold != place), order)
        effects = fit_logistic(_of_rows(levels, others), sides.is_set[others].astype(float))
        rows = np.flatnonzero(fold == place)
        likely[rows] = _logistic(add_up(_of_rows(levels, rows), effects))
    return likely


def fit_logistic(columns: Sequence[Levels], is_set: Floats) -> Floats:
    """Give the log-odds that each value of the columns adds, the first column unpenalised.

    Parameters
    ----------
    columns : sequence of Levels
        The first has one value, for the mean of all.
    is_set : numpy.ndarray
        0 or 1.

    Notes
    -----
    Logistic regression with half a squared log-odds of penalty a value, by Newton's
    method; the penalty keeps every step finite, and a step that goes too far is halved.
    """
    size = sum(levels.size for levels in columns)
    effects = np.zeros(size)
    mean = np.clip(is_set.mean() if len(is_set) else 0.5, 1e-3, 1 - 1e-3)
    effects[0] = np.log(mean / (1 - mean))
    ridge = _ridge(size)
    for _ in range(_STEPS):
        chance = _logistic(add_up(columns, effects))
        slope = sums_of(columns, is_set - chance) - np.diag(ridge) * effects
        products = products_of(columns, np.maximum(chance * (1 - chance), 1e-6))
        step = np.linalg.solve(products + ridge, slope)
        effects = effects + step / max(np.abs(step).max() / 4, 1.0)
        if np.abs(step).max() < 1e-6:
            break
    return effects


def _estimates(
    sides: Sides, is_told: NDArray[np.bool_], others: Floats, rest: Floats
) -> tuple[Estimate, Estimate]:
    told, total = max(float(is_told.sum()), 1.0), max(float(others.sum()), 1e-12)
    of_set = float(rest @ is_told) / told
    of_others = float(rest @ others) / total
    effect = of_set - of_others
    rate = float(sides.repeated @ is_told) / told
    of_each = is_told * (rest - of_set) / told, others * (rest - of_others) / total
    moves = of_each[0] - of_each[1]
    own = is_told * (sides.repeated - rate) / told
    degrees = _degrees(sides.customers, is_told.astype(float), others)
    both = zip((is_told.astype(float), others), of_each, strict=True)
    lacking = sum(_lacking(sides, side, part) for side, part in both)
    value = _interval(effect, moves, sides.customers, degrees, lacking)
    without = rate - effect
    if rate <= 0 or without <= 0:
        return value, Estimate(np.nan, np.nan, np.nan)
    log = _interval(
        np.log(rate / without),
        own / rate - (own - moves) / without,
        sides.customers,
        degrees,
        lacking / without**2,
    )
    return value, Estimate(*(float(np.exp(end)) for end in (log.value, log.low, log.high)))


def difference_of_rates(sides: Sides) -> Estimate:
    """Give the difference in repeat rate between the two sides, nothing adjusted."""
    is_set, others = sides.is_set.astype(float), (~sides.is_set).astype(float)
    moves, value, lacking = np.zeros(len(is_set)), 0.0, 0.0
    for side, sign in ((is_set, 1), (others, -1)):
        rate = float(sides.repeated @ side) / side.sum()
        own = side * (sides.repeated - rate) / side.sum()
        moves, value = moves + sign * own, value + sign * rate
        lacking += _lacking(sides, side, own)
    degrees = _degrees(sides.customers, is_set, others)
    return _interval(value, moves, sides.customers, degrees, lacking)


def _lacking(sides: Sides, side: Floats, moves: Floats) -> float:
    """Give what the variance of one side's rate lacks of the least that it has."""
    sums = np.bincount(sides.customers, moves)
    least = float(least_variance(_degrees(sides.customers, side) + 1))
    return max(least - float(sums @ sums), 0.0)


def _interval(
    value: float, moves: Floats, customers: NDArray[np.int64], degrees: float, added: float
) -> Estimate:
    from scipy.stats import t

    sums = np.bincount(customers, moves)
    count = max(len(sums), 2)
    half = t.ppf(0.975, degrees) * np.sqrt((sums**2).sum() * count / (count - 1) + added)
    return Estimate(float(value), float(value - half), float(value + half))


def _degrees(customers: NDArray[np.int64], *sides: Floats) -> float:
    """Give how many equal customers the poorer side is worth, less one."""
    worth = []
    for side in sides:
        sums = np.bincount(customers, side)
        worth.append(sums.sum() ** 2 / max(float((sums**2).sum()), 1e-12))
    return max(min(worth) - 1, 1.0)


def imbalance(sides: Sides, one: Floats, other: Floats) -> float:
    """Give the largest standardised difference of a value's share between two weighings.

    Values that less than one in a hundred contacts have are passed over.
    """
    shares = [sums_of(sides.columns, side) / max(side.sum(), 1e-12) for side in (one, other)]
    spread = np.sqrt(sum(share * (1 - share) for share in shares) / 2)
    is_common = (shares[0] + shares[1]) / 2 >= 0.01
    with np.errstate(divide="ignore", invalid="ignore"):
        apart = np.abs(shares[0] - shares[1]) / spread
    apart = apart[is_common & (spread > 1e-9)]
    return float(apart.max(initial=0.0))


def _of_rows(levels: Sequence[Levels], rows: NDArray[np.intp]) -> list[Levels]:
    return [Levels(one.codes[rows], one.names) for one in levels]


def _logistic(log_odds: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-np.clip(log_odds, -30, 30))))


def _ridge(size: int) -> Any:
    ridge = np.full(size, _RIDGE)
    ridge[0] = 1e-9
    return np.diag(ridge)
