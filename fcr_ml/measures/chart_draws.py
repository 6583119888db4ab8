"""Charts of an undisturbed rate: how large anything becomes there by chance.

Enters: a fit. Leaves: residuals of charts drawn as the fit says, and the standard errors
of contrasts. Nothing here knows what is looked for.
"""

from __future__ import annotations

import numpy as np

from fcr_ml.measures.rate_model import Fit, Floats

_DRAWS = 1_999
_NEARLY_NOTHING = 1e-9


def variances(rows: Floats, fit: Fit) -> tuple[Floats, Floats]:
    """Give each contrast's variance by the draw of customers, and its squared weights."""
    return np.sum((rows @ fit.covariance) * rows, axis=1), np.sum(rows**2, axis=1)


def over(sizes: Floats, errors: Floats) -> Floats:
    """Give sizes in standard errors; 0 where there is none to tell by."""
    return np.divide(
        sizes, errors, out=np.zeros(np.broadcast(sizes, errors).shape), where=errors > 0
    )


def drawn_residuals(fit: Fit, random_state: int) -> Floats:
    """Draw residuals of undisturbed charts, one a row.

    Normal values with the rates' covariance are skewed as a share of the effective count
    is, by the first term of Cornish and Fisher: without it charts of fifty contacts at a
    repeat rate of 7 % show something in 13 of 100 cases.
    """
    whole, drawn = fit.whole, np.diag(fit.covariance)
    deviations = np.sqrt(np.diag(whole))
    generator = np.random.default_rng(random_state)
    # With fewer customers than periods the covariance has no full rank, and no root without.
    root = np.linalg.cholesky(whole + _NEARLY_NOTHING * np.diag(np.diag(whole)))
    normal = generator.standard_normal((_DRAWS, len(drawn))) @ root.T
    normal /= deviations
    # Third moment of a share of n over the whole variance: p (1 - p) / n = drawn.
    skewness = (
        (1 - 2 * np.clip(fit.fitted, 0.01, 0.99))
        * drawn
        / np.clip(fit.fitted * (1 - fit.fitted), 0.01, None)
    )
    skewness = skewness * drawn / deviations**3
    noise = (normal + skewness / 6 * (normal**2 - 1)) * deviations
    return np.asarray(noise @ fit.remover.T)


def standard_errors(rows: Floats, fit: Fit) -> Floats:
    """Give each contrast's standard error, the spread between periods included."""
    drawn, own = variances(rows, fit)
    return np.asarray(np.sqrt(drawn + fit.spread**2 * own))
