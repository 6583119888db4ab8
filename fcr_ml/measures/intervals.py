"""Intervals of rates: by contact, by customer, and by resampling.

Enters: counts, or sums over customers. Leaves: the ends of a confidence
interval. Nothing here knows what a contact is, and nothing is drawn except in
:func:`bootstrap_interval`.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def wilson_interval(
    successes: ArrayLike, trials: ArrayLike, level: float = 0.95
) -> tuple[Floats, Floats]:
    """Give Wilson's score interval of a share, for independent contacts.

    Parameters
    ----------
    successes, trials : array_like
        Counts; they need not be whole, so that an effective count fits too.
    level : float
        Share of such intervals that hold the true value.

    Returns
    -------
    tuple of numpy.ndarray
        Lower and upper ends; NaN where there are no trials.

    Notes
    -----
    Wilson, E. B. (1927), Journal of the American Statistical Association 22.

    Examples
    --------
    >>> low, high = wilson_interval(8, 10)
    >>> round(float(low), 3), round(float(high), 3)
    (0.49, 0.943)
    """
    from scipy.stats import norm

    return _score_interval(successes, trials, norm.ppf((1 + level) / 2))


def customer_interval(
    successes: ArrayLike,
    trials: ArrayLike,
    squared_successes: ArrayLike,
    cross_products: ArrayLike,
    squared_trials: ArrayLike,
    customers: ArrayLike,
    level: float = 0.95,
    added_variance: ArrayLike = 0.0,
) -> tuple[Floats, Floats]:
    """Give the interval of a share whose contacts come in customers.

    Contacts of one customer are alike, so there is less to be known than their
    number promises. The variance of the rate is taken between customers, turned
    into the number of independent contacts that would have the same variance,
    and Wilson's interval is given for that number, with a t quantile because
    the variance is itself estimated from few customers.

    Parameters
    ----------
    successes, trials : array_like
        Counts of contacts.
    squared_successes, cross_products, squared_trials : array_like
        Sums over customers of s², s·n and n², where s and n are one customer's
        successes and contacts.
    customers : array_like
        Customers with at least one contact.
    level : float
        Share of such intervals that hold the true value.
    added_variance : array_like
        Variance of the rate from another source than the draw of customers.

    Returns
    -------
    tuple of numpy.ndarray
        Lower and upper ends; NaN where there are no trials.

    Notes
    -----
    Linearised variance of a ratio: Cochran, Sampling Techniques, chapter 6;
    effective count in a score interval: Dean and Pagano (2015), Statistical
    Science 30. Over 2,000 draws with 25 to 500 customers of very unequal size it
    held the true rate in 91 to 97 of 100 cases, a bootstrap by customer of 500
    draws in 84 to 96, Wilson's plain interval in 61 to 97.

    Examples
    --------
    Ten customers with two contacts each, both resolved or both repeated, are
    worth ten contacts, not twenty:

    >>> low, high = customer_interval(12, 20, 24, 24, 40, 10)
    >>> round(float(low), 2), round(float(high), 2)
    (0.27, 0.86)
    """
    squared_trials = np.asarray(squared_trials, dtype=float)
    trials = np.asarray(trials, dtype=float)
    counted = effective_trials(
        successes,
        trials,
        squared_successes,
        cross_products,
        squared_trials,
        customers,
        added_variance,
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = np.asarray(successes, dtype=float) / trials
        # Kish's count: how many equal customers these unequal ones are worth.
        equal_customers = trials**2 / squared_trials
    return effective_interval(rate, counted, equal_customers, level)


def effective_interval(
    rate: ArrayLike, effective: ArrayLike, equal_customers: ArrayLike, level: float = 0.95
) -> tuple[Floats, Floats]:
    """Give the score interval of a share that is worth so many independent contacts.

    Parameters
    ----------
    rate, effective : array_like
        The share, and the number of independent contacts that would be as telling.
    equal_customers : array_like
        How many equal customers its customers are worth; gives the t quantile.
    level : float
        Share of such intervals that hold the true value.
    """
    from scipy.stats import t

    share, counted = np.asarray(rate, dtype=float), np.asarray(effective, dtype=float)
    customers = np.asarray(equal_customers, dtype=float)
    quantile = t.ppf((1 + level) / 2, np.maximum(customers - 1, 1))
    return _score_interval(share * counted, counted, quantile)


def effective_trials(
    successes: ArrayLike,
    trials: ArrayLike,
    squared_successes: ArrayLike,
    cross_products: ArrayLike,
    squared_trials: ArrayLike,
    customers: ArrayLike,
    added_variance: ArrayLike = 0.0,
) -> Floats:
    """Give the number of independent contacts that would be as telling.

    Parameters are those of :func:`customer_interval`. Never more than
    ``trials``. Where all contacts agree, nothing can be learnt about how alike
    a customer's contacts are, and each customer is taken to be of one piece.
    """
    s, n, ss, sn, nn, c = (
        np.asarray(values, dtype=float)
        for values in (
            successes,
            trials,
            squared_successes,
            cross_products,
            squared_trials,
            customers,
        )
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = s / n
        between = (ss - 2 * rate * sn + rate**2 * nn) / n**2 * c / np.maximum(c - 1, 1)
        # Where no customer differs from another, each is taken to be of one piece.
        between = np.where(between > 0, between, rate * (1 - rate) * nn / n**2)
        variance = between + np.asarray(added_variance, dtype=float)
        effective = np.minimum(rate * (1 - rate) / variance, n)
        return np.where(variance > 0, effective, n**2 / nn)


def product_interval(
    one: ArrayLike,
    one_interval: tuple[ArrayLike, ArrayLike],
    other: ArrayLike,
    other_interval: tuple[ArrayLike, ArrayLike],
) -> tuple[Floats, Floats]:
    """Give the interval of the product of two shares that err independently.

    Parameters
    ----------
    one, other : array_like
        The shares.
    one_interval, other_interval : tuple of array_like
        Lower and upper end of each, all at one level.

    Returns
    -------
    tuple of numpy.ndarray
        Lower and upper ends, at the same level.

    Notes
    -----
    Square and add, on the logarithm: the distance from the product to its end is
    the root of the two squared distances (Zou and Donner 2008, Statistics in
    Medicine 27). Unlike a variance by derivative it stays open where one share
    was 0 or 1 in the sample.

    Examples
    --------
    A certain share leaves the other's interval as it is:

    >>> low, high = product_interval(0.5, (0.4, 0.6), 1.0, (1.0, 1.0))
    >>> round(float(low), 2), round(float(high), 2)
    (0.4, 0.6)
    """
    a, b = np.asarray(one, dtype=float), np.asarray(other, dtype=float)
    product = a * b
    low, high = (
        np.asarray(a_end, dtype=float) * np.asarray(b_end, dtype=float)
        for a_end, b_end in zip(one_interval, other_interval, strict=True)
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        down, up = (
            np.hypot(np.log(np.asarray(a_end) / a), np.log(np.asarray(b_end) / b))
            for a_end, b_end in zip(one_interval, other_interval, strict=True)
        )
        # Nothing seen of one share: the product reaches as far as its parts may.
        low = np.where(product > 0, product * np.exp(-down), low)
        high = np.where(product > 0, product * np.exp(up), high)
    return np.clip(low, 0, 1), np.clip(high, 0, 1)


def bootstrap_interval(
    statistic: Callable[[NDArray[np.intp]], float],
    rows: int,
    random_state: int = 0,
    draws: int = 500,
    level: float = 0.95,
) -> tuple[float, float]:
    """Give the percentile interval of any figure by drawing rows anew.

    Parameters
    ----------
    statistic : callable
        Takes row positions, repeated ones included, and gives a figure or NaN
        where the draw does not allow one (only one class, say).
    rows : int
        How many rows there are to draw from.
    random_state : int
        Seed; equal seeds give equal intervals.
    draws : int
        500 place the ends to about a tenth of the interval's width.
    level : float
        Share of such intervals that hold the true value.

    Returns
    -------
    tuple of float
        NaN twice where no draw allowed a figure.
    """
    generator = np.random.default_rng(random_state)
    figures = np.array([statistic(generator.integers(0, rows, rows)) for _ in range(draws)])
    figures = figures[~np.isnan(figures)]
    if len(figures) == 0:
        return float("nan"), float("nan")
    low, high = np.quantile(figures, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def _score_interval(
    successes: ArrayLike, trials: ArrayLike, quantile: ArrayLike
) -> tuple[Floats, Floats]:
    s, n, z = (np.asarray(values, dtype=float) for values in (successes, trials, quantile))
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = s / n
        centre = (rate + z**2 / (2 * n)) / (1 + z**2 / n)
        half = z / (1 + z**2 / n) * np.sqrt(rate * (1 - rate) / n + z**2 / (4 * n**2))
    return np.clip(centre - half, 0, 1), np.clip(centre + half, 0, 1)
