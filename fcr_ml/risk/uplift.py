"""Whom a call helps: the gain by risk, and whether ranking by it beats ranking by risk.

Enters: flagged contacts whose window has run out, as drawn, with the risk each was flagged
at. Leaves: what a call prevents at any risk, and two Qini curves, one a ranking, with the
interval of their difference. Nothing is ranked anew before that interval lies above nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from fcr_ml.risk.metrics import customer_draws, interval
from fcr_ml.risk.model import fit_logistic, sigmoid

TENTHS = 10
DRAWS = 400

_PENALTY = 10.0
"""Draws the gain towards one that is alike for all, in log-odds."""

_EDGE = 1e-4


@dataclass(frozen=True)
class Uplift:
    """What a call prevents, by risk.

    Parameters
    ----------
    mean, scale : float
        Of the log-odds of the risk among the contacts learned from.
    intercept : float
        Log-odds of a return of the mean contact, left alone.
    weights : tuple of float
        Of the standardised log-odds, of being called, and of both together.
    """

    mean: float
    scale: float
    intercept: float
    weights: tuple[float, float, float]

    def of(self, risk: np.ndarray) -> np.ndarray:
        """Give the share of contacts of each risk that do not return because of a call, (n,)."""
        place = (_log_odds(risk) - self.mean) / self.scale
        own, called, both = self.weights
        alone = self.intercept + own * place
        return sigmoid(alone) - sigmoid(alone + called + both * place)


@dataclass(frozen=True)
class RankingsCompared:
    """Repeats that calls prevent when lists are cut short, by either ranking.

    Parameters
    ----------
    curve : pandas.DataFrame
        ``listed_share`` from 0.1 to 1, and ``by_uplift``, ``by_risk`` and ``by_chance``:
        repeats prevented over all flagged contacts when that share is called.
    by_uplift, by_risk : float
        Qini coefficients: the mean height of a curve above that of chance.
    difference, low, high : float
        Of the two, by uplift less by risk, with its 95 % interval by customer.
    """

    curve: pd.DataFrame
    by_uplift: float
    by_risk: float
    difference: float
    low: float
    high: float

    @property
    def is_better(self) -> bool:
        """Whether ranking by uplift is shown to prevent more."""
        return self.low > 0


def learn_uplift(rows: pd.DataFrame) -> Uplift:
    """Learn what a call prevents at each risk.

    Parameters
    ----------
    rows : pandas.DataFrame
        ``risk`` at which a contact was flagged, ``is_left_alone`` and ``is_returned``.

    Notes
    -----
    One logistic model of returning: the log-odds of the risk, being called, and both
    together (a ridge on all three). Compared as drawn, called or not.
    """
    place = _log_odds(rows["risk"].to_numpy(np.float64))
    mean, scale = float(place.mean()), float(place.std()) or 1.0
    standard = (place - mean) / scale
    called = (~rows["is_left_alone"].to_numpy(dtype=bool)).astype(np.float64)
    columns = np.column_stack([standard, called, called * standard])
    labels = rows["is_returned"].to_numpy(np.float64)
    intercept, weights = fit_logistic(columns, labels, _PENALTY)
    own, of_call, both = (float(weight) for weight in weights)
    return Uplift(mean, scale, intercept, (own, of_call, both))


def compare_rankings(rows: pd.DataFrame, random_state: int = 0) -> RankingsCompared:
    """Compare lists by uplift with lists by risk, on the same contacts.

    Parameters
    ----------
    rows : pandas.DataFrame
        As for :func:`learn_uplift`, with ``customer_id``.
    random_state : int
        Seed of the halves and of the bootstrap, both of customers.

    Notes
    -----
    The uplift of a contact is learned from the other half of the customers. A curve's
    height at k contacts is the difference of the two arms' rates among the first k, times
    k, over all (Radcliffe 2007); where an arm has none among them it is 0.
    """
    customers = pd.factorize(rows["customer_id"], sort=True)[0]
    half = np.random.default_rng(random_state).permutation(int(customers.max()) + 1)[customers] % 2
    risk = rows["risk"].to_numpy(np.float64)
    uplift = np.zeros(len(rows))
    for side in (0, 1):
        uplift[half == side] = learn_uplift(rows[half != side]).of(risk[half == side])
    alone = rows["is_left_alone"].to_numpy(dtype=bool)
    returned = rows["is_returned"].to_numpy(dtype=bool)
    orders = [np.lexsort((customers, -score)) for score in (uplift, risk)]
    once = np.ones(len(rows))
    heights = [_curve(order, alone, returned, once) for order in orders]
    drawn = np.array(
        [
            [_above_chance(_curve(order, alone, returned, counts)) for order in orders]
            for counts in customer_draws(customers, DRAWS, random_state).astype(np.float64)
        ]
    )
    low, high = interval(drawn[:, 0] - drawn[:, 1])
    shares = np.arange(1, TENTHS + 1) / TENTHS
    curve = pd.DataFrame(
        {
            "listed_share": shares,
            "by_uplift": heights[0],
            "by_risk": heights[1],
            "by_chance": shares * heights[1][-1],
        }
    )
    by_uplift, by_risk = (_above_chance(height) for height in heights)
    return RankingsCompared(curve, by_uplift, by_risk, by_uplift - by_risk, low, high)


def _curve(
    order: np.ndarray, alone: np.ndarray, returned: np.ndarray, counts: np.ndarray
) -> np.ndarray:
    """Give the height at every tenth of the list, each contact counted so often."""
    weights, arm, back = counts[order], alone[order], returned[order]
    listed = np.cumsum(weights)
    ends = np.searchsorted(listed, np.arange(1, TENTHS + 1) / TENTHS * listed[-1] - 1e-9)
    rates = []
    for inside in (arm, ~arm):
        contacts = np.cumsum(weights * inside)[ends]
        repeats = np.cumsum(weights * inside * back)[ends]
        rates.append(np.divide(repeats, contacts, out=np.full(TENTHS, np.nan), where=contacts > 0))
    return np.nan_to_num(rates[0] - rates[1]) * listed[ends] / listed[-1]


def _above_chance(heights: np.ndarray) -> float:
    """Give the mean height above the straight line to the curve's end."""
    shares = np.arange(1, TENTHS + 1) / TENTHS
    return float((heights - shares * heights[-1]).mean())


def _log_odds(risk: np.ndarray) -> np.ndarray:
    held = np.clip(risk, _EDGE, 1 - _EDGE)
    return np.log(held / (1 - held))
