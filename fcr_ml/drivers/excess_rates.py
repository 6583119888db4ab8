"""Excess rates: what remains of an estimate once its doubt is taken off.

Enters: estimates with standard errors. Leaves: the same, drawn towards nothing by as
much as they are uncertain. No segment is chosen here.
"""

from __future__ import annotations

import numpy as np
import pandas as pd


def shrink(estimates: pd.DataFrame) -> pd.DataFrame:
    """Draw the estimates towards nothing by as much as they are uncertain.

    Parameters
    ----------
    estimates : pandas.DataFrame
        ``excess_rate``, ``standard_error``, ``degrees`` and ``q_value``.

    Returns
    -------
    pandas.DataFrame
        With ``shrunk_rate``, ``shrunk_rate_low`` and ``shrunk_rate_high`` added.

    Examples
    --------
    >>> told = shrink(pd.DataFrame({
    ...     "excess_rate": [0.1], "standard_error": [0.02], "degrees": [200.0],
    ...     "q_value": [0.01]}))
    >>> told[["shrunk_rate", "shrunk_rate_low", "shrunk_rate_high"]].round(3).iloc[0].tolist()
    [0.095, 0.056, 0.134]
    """
    from scipy.stats import t

    variance = estimates["standard_error"] ** 2
    spread = max((estimates["excess_rate"] ** 2 - variance).mean(), 0.0)
    kept = spread / (spread + variance)
    centre = (1 - estimates["q_value"]) * kept * estimates["excess_rate"]
    half = t.ppf(0.975, estimates["degrees"]) * np.sqrt(kept * variance)
    return estimates.assign(
        shrunk_rate=centre, shrunk_rate_low=centre - half, shrunk_rate_high=centre + half
    )
