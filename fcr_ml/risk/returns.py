"""When customers return: one model for every window, learned from open contacts too.

Enters: contacts with features, as far as they were followed. Leaves: the probability of a
return within any number of hours. A contact whose window still runs counts for as long as
it was silent, not as resolved. What is within 48 hours is within seven days.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from fcr_ml.risk.model import FIT_ROWS, RiskModel

_STEPS = 12
"""Steps in which the rate of returns may change with time, each with as many returns."""

_SLOPE_PENALTY = 1e-6


class ReturnModel(RiskModel):
    """Weigh one curve a feature into the rate of returns, at all times alike.

    Parameters
    ----------
    name, names, knots, penalty
        As :class:`~fcr_ml.risk.model.RiskModel` takes them.

    Attributes
    ----------
    ends_ : numpy.ndarray
        Where the steps end, in hours from the moment; the last is the window.
    rates_ : numpy.ndarray
        Returns an hour of the mean contact in each step.

    Notes
    -----
    Proportional hazards: the rate of returns of a contact is that of the mean contact
    times ``exp(sum of curves)``, with a rate of the mean contact that is constant within
    each step (the weights are those of the partial likelihood of Cox 1972, with the
    penalty of the risk model). A return that is only probable counts as that much of one,
    and one whose hour is not known at the hours at which others return. A curve's share is
    exact in the logarithm of the rate.
    """

    def fit_followed(self, rows: pd.DataFrame, newer_from: pd.Timestamp) -> ReturnModel:
        """Learn the curves, then how far they reach and the level of the newest contacts.

        Parameters
        ----------
        rows : pandas.DataFrame
            From :func:`fcr_ml.risk.rows.followed_rows`.
        newer_from : pandas.Timestamp
            UTC. The slope is that of curves learned from contacts that had closed by then
            on those after; the level is that of those after.

        Returns
        -------
        ReturnModel
            Itself.
        """
        seam = int(newer_from.timestamp())
        older, newer = rows[rows["closes_epoch"] < seam], rows[rows["moment_epoch"] >= seam]
        self._place_steps(rows)
        self._learn(older)
        self.slope_, self.shift_ = self._slope(newer), 0.0
        self._learn(rows)
        self.rates_ = self._rates(rows)
        self.shift_ = self._level(newer)
        return self

    def risk(self, rows: pd.DataFrame, hours: float | None = None) -> np.ndarray:
        """Give the probability of a return within some hours of the moment, shape (n,).

        The whole window where no hours are given.
        """
        within = self.ends_[-1] if hours is None else min(hours, self.ends_[-1])
        rate = float(np.clip(within - self._begins, 0, self._lengths) @ self.rates_)
        return -np.expm1(-np.exp(self.log_odds(rows)) * rate)

    def share_due(self, rows: pd.DataFrame, hours: np.ndarray) -> np.ndarray:
        """Give the share of each contact's probable return that comes within its hours.

        Parameters
        ----------
        rows : pandas.DataFrame
            Contacts with their features.
        hours : numpy.ndarray
            Shape (n,), from the moment.

        Returns
        -------
        numpy.ndarray
            Shape (n,): the probability within the hours over that within the window.
        """
        rate = np.exp(self.log_odds(rows))
        passed = np.clip(np.asarray(hours)[:, None] - self._begins, 0, self._lengths) @ self.rates_
        whole = -np.expm1(-rate * float(self._lengths @ self.rates_))
        come = -np.expm1(-rate * passed)
        # Where no return is to be expected at all, none is due before the end.
        return np.divide(come, whole, out=(passed > 0).astype(np.float64), where=whole > 1e-12)

    def to_dict(self) -> dict[str, Any]:
        """Give the fitted model as plain numbers and text, for a release to keep."""
        return super().to_dict() | {"ends": self.ends_.tolist(), "rates": self.rates_.tolist()}

    @classmethod
    def from_dict(cls, kept: dict[str, Any]) -> ReturnModel:
        """Give the model that :meth:`to_dict` described; it scores to the same bits."""
        model = super().from_dict(kept)
        assert isinstance(model, ReturnModel)
        model.ends_, model.rates_ = np.array(kept["ends"]), np.array(kept["rates"])
        return model

    @property
    def _begins(self) -> np.ndarray:
        return np.concatenate([[0.0], self.ends_[:-1]])

    @property
    def _lengths(self) -> np.ndarray:
        return self.ends_ - self._begins

    def _place_steps(self, rows: pd.DataFrame) -> None:
        """Let steps end where equally many of the returns have come."""
        window = float(rows["followed_hours"].max())
        known = rows["return_hours"].dropna().to_numpy(np.float64)
        shares = np.linspace(0, 1, _STEPS + 1)[1:-1]
        cuts = np.quantile(known, shares) if len(known) else np.empty(0)
        self.ends_ = np.unique(np.append(cuts[(cuts > 0) & (cuts < window)], window))
        step = np.searchsorted(self.ends_, known, side="left")
        weights = rows.loc[rows["return_hours"].notna(), "repeated_probability"]
        came = np.bincount(step, weights.to_numpy(np.float64), len(self.ends_))
        # Where no hour is known, as over the whole window.
        self._usual = came / came.sum() if came.sum() > 0 else self._lengths / window

    def _counted(self, rows: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
        """Give each contact's returns and the hours it was silent, by step, both (n, steps)."""
        chance = rows["repeated_probability"].to_numpy(np.float64)
        followed = rows["followed_hours"].to_numpy(np.float64)[:, None]
        at = rows["return_hours"].to_numpy(np.float64)
        came = np.zeros((len(rows), len(self.ends_)))
        is_known = ~np.isnan(at)
        came[is_known, np.searchsorted(self.ends_, at[is_known], side="left")] = 1.0
        seen = np.clip(followed - self._begins, 0, self._lengths) / self._lengths
        came[~is_known] = self._usual * seen[~is_known]
        returns = chance[:, None] * came
        silent = seen * self._lengths
        # A contact is silent through a step before it returns, and half of it in one where
        # its hour is not known; where it is, to that hour.
        before = np.cumsum(returns, axis=1) - returns / 2
        hours = silent * (1 - before)
        until = np.clip(at[is_known][:, None] - self._begins, 0, self._lengths)
        stays = 1 - chance[is_known][:, None]
        hours[is_known] = stays * silent[is_known] + chance[is_known][:, None] * until
        return returns, hours

    def _learn(self, rows: pd.DataFrame) -> None:
        fitted = rows.tail(FIT_ROWS)
        self.intercept_ = 0.0
        self.weights_ = fit_rates(
            self._standardised(fitted), *self._counted(fitted), penalty=self.penalty
        )

    def _slope(self, rows: pd.DataFrame) -> float:
        raw = self._raw_log_odds(rows)[:, None]
        if np.ptp(raw) < 1e-9:
            return 0.0
        weights = fit_rates(raw - raw.mean(), *self._counted(rows), penalty=_SLOPE_PENALTY)
        return max(float(weights[0]), 0.0)

    def _level(self, rows: pd.DataFrame) -> float:
        """Give the shift by which as many returns are expected of these rows as they had.

        Expected as probabilities: what the curves do not tell of a contact takes the risky
        out first, so that rates alone would expect too few.
        """
        from scipy.optimize import brentq

        returns, _ = self._counted(rows)
        seen = np.clip(rows["followed_hours"].to_numpy(np.float64)[:, None] - self._begins, 0, None)
        passed = np.exp(self.log_odds(rows)) * (np.minimum(seen, self._lengths) @ self.rates_)
        came = float(np.clip(returns.sum(), 1e-6, len(rows) - 1e-6))
        return float(brentq(lambda c: -np.expm1(-np.exp(c) * passed).sum() - came, -30.0, 30.0))

    def _rates(self, rows: pd.DataFrame) -> np.ndarray:
        returns, hours = self._counted(rows)
        silent = (np.exp(self.slope_ * self._raw_log_odds(rows))[:, None] * hours).sum(axis=0)
        return np.asarray(returns.sum(axis=0) / np.maximum(silent, 1e-9))


def fit_rates(
    columns: np.ndarray, returns: np.ndarray, hours: np.ndarray, penalty: float
) -> np.ndarray:
    """Fit the weights of proportional rates, the rate of each step left free.

    Minimises ``sum_k D_k log(sum_i exp(x_i w) E_ik) - sum_i D_i x_i w + penalty / 2 *
    sum(w²)``, D being returns and E hours; with one return a step it is Cox's partial
    likelihood.

    Parameters
    ----------
    columns : numpy.ndarray
        Shape (n, c), standardised; c may be 0.
    returns, hours : numpy.ndarray
        Shape (n, steps): returns, and hours in which one could come.
    penalty : float
        Ridge weight.

    Returns
    -------
    numpy.ndarray
        Shape (c,).
    """
    from scipy.optimize import minimize
    from threadpoolctl import threadpool_limits

    each, of_step = returns.sum(axis=1), returns.sum(axis=0)

    def loss_and_slope(weights: np.ndarray) -> tuple[float, np.ndarray]:
        score = columns @ weights
        at_risk = np.exp(score)[:, None] * hours
        silent = np.maximum(at_risk.sum(axis=0), 1e-12)
        loss = of_step @ np.log(silent) - each @ score + penalty / 2 * weights @ weights
        expected = at_risk @ (of_step / silent)
        return float(loss), columns.T @ (expected - each) + penalty * weights

    if not columns.shape[1]:
        return np.empty(0)
    # One thread: with more, sums are taken in another order and end in other bits.
    with threadpool_limits(limits=1):
        found = minimize(
            loss_and_slope,
            np.zeros(columns.shape[1]),
            jac=True,
            method="L-BFGS-B",
            options={"maxiter": 500, "ftol": 1e-12, "gtol": 1e-6 * max(len(columns), 1)},
        )
    return np.asarray(found.x)
