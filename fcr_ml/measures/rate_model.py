"""Rates of successive periods as a level, a season and what was found in them.

Enters: closed and repeated contacts of every customer in every period. Leaves: a
weighted fit, how much the rates vary beside it, and what any further pattern would add.
Nothing here knows what a contact is.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_TRIMMED = 0.9
_TRIMMED_MEAN = 0.6229
"""Mean of the lowest nine tenths of squared standard normal values."""


@dataclass(frozen=True)
class Rates:
    """Rates of successive periods, and how they vary by the draw of customers.

    Parameters
    ----------
    rate : numpy.ndarray
        Shape (periods,).
    likeness : numpy.ndarray
        Shape (periods, periods): the covariance of the rates over rate (1 - rate). On
        its diagonal stands one over the effective count of the period.
    """

    rate: Floats
    likeness: Floats


@dataclass(frozen=True)
class Fit:
    """A fit by weighted least squares.

    Parameters
    ----------
    fitted, residuals, weights : numpy.ndarray
        Shape (periods,).
    remover : numpy.ndarray
        Shape (periods, periods): takes out of any values what the columns explain.
    covariance : numpy.ndarray
        Shape (periods, periods): by the draw of customers.
    spread : float
        Standard deviation from period to period beyond that draw.
    coefficients : numpy.ndarray
        One a column.
    """

    fitted: Floats
    residuals: Floats
    weights: Floats
    remover: Floats
    covariance: Floats
    spread: float
    coefficients: Floats

    @property
    def whole(self) -> Floats:
        """The covariance of the rates, the spread between periods included."""
        return self.covariance + self.spread**2 * np.eye(len(self.fitted))


def customer_rates(
    customer: Ints, period: Ints, closed: Floats, repeated: Floats, periods: int
) -> Rates:
    """Give FCR of periods with its covariance by customer.

    Parameters
    ----------
    customer, period : numpy.ndarray
        Numbers from 0; each pair once.
    closed, repeated : numpy.ndarray
        Counts of the pair, at least one closed.
    periods : int
        Each with at least one pair.

    Notes
    -----
    The linearised covariance of two ratios between customers (Cochran, Sampling
    Techniques, chapter 6), each period over its own rate (1 - rate): what is kept of a
    period is how alike the contacts of its customers are, not how well it went, since a
    good period would seem surer than a bad one. Never less than that of independent
    contacts. A customer of several periods makes them alike.

    Examples
    --------
    Two customers of one contact each in two periods, one of them repeated both times:

    >>> both = customer_rates(
    ...     np.array([0, 1, 0, 1]), np.array([0, 0, 1, 1]), np.ones(4), np.array([1.0, 0, 1, 0]), 2)
    >>> both.rate.tolist(), both.likeness.round(6).tolist()
    ([0.5, 0.5], [[1.0, 1.0], [1.0, 1.0]])
    """
    from scipy.sparse import csr_matrix

    n = np.bincount(period, closed, periods)
    rate = np.bincount(period, repeated, periods) / n
    customers = np.bincount(period, minlength=periods)
    spread = np.sqrt(rate * (1 - rate))
    scale = np.divide(1, n * spread, out=np.zeros(periods), where=spread > 0)
    scale *= np.sqrt(customers / np.maximum(customers - 1, 1))
    off = (repeated - rate[period] * closed) * scale[period]
    shape = (int(customer.max(initial=0)) + 1, periods)
    table = csr_matrix((off, (customer, period)), shape=shape)
    likeness = np.asarray((table.T @ table).todense())
    # All repeated or none: each customer is taken to be of one piece.
    of_one_piece = np.bincount(period, closed**2, periods) / n**2
    diagonal = np.where(spread > 0, np.diag(likeness), of_one_piece)
    np.fill_diagonal(likeness, np.maximum(diagonal, 1 / n))
    return Rates(1 - rate, likeness)


def fit_rates(rates: Rates, columns: Floats) -> Fit:
    """Fit rates by columns, each period weighed by how surely it is known.

    Parameters
    ----------
    rates : Rates
    columns : numpy.ndarray
        Shape (periods, columns), the level among them.

    Notes
    -----
    The variance of a period is that of the fitted rate, at its effective count, and the
    spread between periods; level and spread depend on each other and are taken twice.
    """
    y = rates.rate
    fitted, spread = np.full(len(y), y.mean()), 0.0
    for _ in range(2):
        drawn = np.sqrt(np.clip(fitted * (1 - fitted), 1e-4, None))
        covariance = rates.likeness * np.outer(drawn, drawn)
        weights = 1 / (np.diag(covariance) + spread**2)
        root = np.sqrt(weights)[:, None]
        solver = np.linalg.pinv(root * columns) * root.T
        coefficients = solver @ y
        fitted = columns @ coefficients
        spread = float(spread_between((y - fitted)[None, :], covariance)[0])
    remover = np.eye(len(y)) - columns @ solver
    return Fit(fitted, y - fitted, weights, remover, covariance, spread, coefficients)


def spread_between(residuals: Floats, covariance: Floats) -> Floats:
    """Give the standard deviation from period to period beyond the draw of customers.

    Parameters
    ----------
    residuals : numpy.ndarray
        Shape (charts, periods).
    covariance : numpy.ndarray
        Shape (periods, periods): by the draw.

    Returns
    -------
    numpy.ndarray
        One a chart, 0 where the draw explains all.

    Notes
    -----
    From differences of neighbours (von Neumann 1941), as Laney's chart (2002, Quality
    Engineering 14) does: a lasting shift touches one of them. The largest tenth is left
    out, since single periods that stand out are there.
    """
    squares = np.diff(residuals, axis=1) ** 2
    diagonal = np.diag(covariance)
    drawn = diagonal[1:] + diagonal[:-1] - 2 * np.diag(covariance, 1)
    drawn = np.maximum(drawn, 1e-12)
    kept = max(int(np.ceil(_TRIMMED * squares.shape[1])), 1)
    lowest = np.partition(squares / drawn, kept - 1, axis=1)[:, :kept]
    ratio = lowest.mean(axis=1) / _TRIMMED_MEAN
    return np.asarray(np.sqrt(np.maximum(ratio - 1, 0) / (2 * np.mean(1 / drawn))))


def contrasts(fit: Fit, candidates: Floats) -> Floats:
    """Give the weights of the rates that estimate each candidate beside the fit.

    Parameters
    ----------
    fit : Fit
    candidates : numpy.ndarray
        Shape (periods, candidates): columns that might be added.

    Returns
    -------
    numpy.ndarray
        Shape (candidates, periods); zeros where the columns fitted already tell it.
        Applied to the rates, a row gives the coefficient the candidate would have.
    """
    apart = fit.remover @ candidates
    weighted = fit.weights[:, None] * apart
    own = np.sum(weighted * apart, axis=0)
    whole = np.sum(fit.weights[:, None] * candidates**2, axis=0)
    is_told = own > 1e-6 * whole
    return np.asarray(np.where(is_told, weighted / np.where(is_told, own, 1), 0).T)


def block_p_value(rates: Rates, columns: Floats, block: Floats) -> float:
    """Give the p-value of several columns that would be added together.

    Notes
    -----
    Wald's test with the covariance of the rates as drawn by customer.
    """
    from scipy.stats import chi2

    fit = fit_rates(rates, columns)
    apart = (fit.weights[:, None] * (fit.remover @ block)).T
    score = apart @ fit.residuals
    told = float(score @ np.linalg.pinv(apart @ fit.whole @ apart.T) @ score)
    return float(chi2.sf(told, block.shape[1]))
