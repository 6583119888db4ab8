"""Spread between units: how far they differ beyond chance, and what that does to each.

Enters: estimates with their variances. Leaves: the same drawn towards their mean, and
the limits of a funnel. Nothing here knows what a unit is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

FEWEST_FOR_SPREAD = 5
"""Fewer units cannot say how far units differ as a rule; limits are then chance alone."""

_WINSOR = 0.1


@dataclass(frozen=True)
class Shrunk:
    """Estimates drawn towards their mean, with 95 % intervals."""

    value: Floats
    low: Floats
    high: Floats


def least_variance(kish: Any) -> Any:
    """Give the variance that a rate of so many equal customers has at least.

    That of a rate which has never been seen to happen, all rates alike beforehand
    (Laplace), times ``(kish + 3) / kish``: contacts that agree leave doubt all the same.

    Examples
    --------
    >>> round(float(least_variance(40.0)) ** 0.5, 3)
    0.024
    """
    return (kish + 1) / (kish + 2) ** 2 / kish


def shrink_to_mean(estimates: Floats, variances: Floats) -> Shrunk:
    """Draw estimates towards their mean by as much as they are uncertain.

    Parameters
    ----------
    estimates, variances : numpy.ndarray
        Of k units; none is NaN.

    Returns
    -------
    Shrunk
        Where there are three units or fewer they stay as they are: two cannot say how
        far two differ as a rule.

    Notes
    -----
    Normal model, empirical Bayes after Morris (1983), Journal of the American
    Statistical Association 78: the spread A by moments, the shrinkage
    B = (k - 3) / (k - 1) · V / (V + A), and an interval that holds the doubt of both
    the mean and A.

    Examples
    --------
    Equal estimates are their mean:

    >>> shrink_to_mean(np.full(6, 0.02), np.full(6, 0.01)).value.round(3).tolist()
    [0.02, 0.02, 0.02, 0.02, 0.02, 0.02]
    """
    units = len(estimates)
    if units <= 3:
        half = 1.96 * np.sqrt(variances)
        return Shrunk(estimates, estimates - half, estimates + half)
    spread = _moments_spread(estimates, variances)
    weights = 1 / (variances + spread)
    mean = float(np.average(estimates, weights=weights))
    pull = (units - 3) / (units - 1) * variances * weights
    value = estimates - pull * (estimates - mean)
    # Share of the mean's doubt that falls on each unit; Morris's r of one column of ones.
    own = units * weights / weights.sum()
    usual = (weights * variances).sum() / weights.sum()
    doubt = 2 / (units - 3) * pull**2 * (usual + spread) * weights
    variance = variances * (1 - (units - own) / units * pull) + doubt * (estimates - mean) ** 2
    half = 1.96 * np.sqrt(np.maximum(variance, 0))
    return Shrunk(value, value - half, value + half)


def _moments_spread(estimates: Floats, variances: Floats) -> float:
    """Give the variance of the true values, weighted moments iterated; 0 at the least."""
    units, spread = len(estimates), 0.0
    for _ in range(200):
        weights = 1 / (variances + spread)
        mean = np.average(estimates, weights=weights)
        seen = units / (units - 1) * (estimates - mean) ** 2 - variances
        new = max(float(np.average(seen, weights=weights)), 0.0)
        if abs(new - spread) <= 1e-9 * (variances.mean() + spread):
            break
        spread = new
    return spread


def ordinary_spread(estimates: Floats, variances: Floats) -> float:
    """Give the variance between units as a rule, the outermost tenths drawn in.

    Parameters
    ----------
    estimates, variances : numpy.ndarray
        Distances from what is expected, and their variances.

    Returns
    -------
    float
        0 where chance alone explains them, or with fewer than
        :data:`FEWEST_FOR_SPREAD` units.

    Notes
    -----
    Spiegelhalter (2005), Statistics in Medicine 24: z-scores beyond their 10 % and 90 %
    quantiles are set to these (winsorised), so that the few units that a funnel is to
    show do not widen it; φ = mean of z², and the additive spread that explains φ is
    (kφ - (k - 1)) / (Σw - Σw² / Σw), with w = 1 / variance.
    """
    units = len(estimates)
    if units < FEWEST_FOR_SPREAD:
        return 0.0
    z = estimates / np.sqrt(variances)
    z = np.clip(z, *np.quantile(z, [_WINSOR, 1 - _WINSOR]))
    weights = 1 / variances
    beyond = float((z**2).sum()) - (units - 1)
    return max(beyond / float(weights.sum() - (weights**2).sum() / weights.sum()), 0.0)
