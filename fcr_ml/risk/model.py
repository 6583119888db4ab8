"""The risk model: a calibrated sum of one curve a feature.

Enters: closed contacts with features and labels, divided by time. Leaves: the
probability that a contact will be repeated, and each feature's exact share in it.
Labels are probabilities themselves: a contact that was repeated with 0.7 counts
as 0.7 of a repeat and 0.3 of a resolution. It does not choose between models; that
is the work of :mod:`fcr_ml.risk.study`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd

from fcr_ml.risk.shapes import Shape
from fcr_ml.risk.split import TimeSplit

FIT_ROWS = 100_000
"""The latest contacts that are learned from: more cost memory and change no coefficient."""

_FEW = 1_000


class RiskModel:
    """Weigh one curve a feature into a calibrated probability.

    A ridge-penalised logistic regression on piecewise straight lines: the log-odds
    are a plain sum, so every feature's contribution is exact and the whole model is
    a page of numbers. With one feature and no knots it is also every baseline.

    Parameters
    ----------
    name : str
        How tables and remarks call it.
    names : sequence of str
        Feature columns used; one that a log lacks is left out. None gives the
        base rate.
    knots : int
        Bends in each curve.
    penalty : float
        Weight of the ridge penalty, in squared standardised coefficients.

    Attributes
    ----------
    shapes_ : dict of str to Shape
        By feature, in order; features that do not vary are left out.
    intercept_, slope_, shift_ : float
        Log-odds of the mean contact, and the calibration's line.
    """

    def __init__(
        self,
        name: str,
        names: Sequence[str],
        # One bend ranked as well as three on the earlier quarters of every log it was tried on.
        knots: int = 1,
        # Between 300 and 1,000 the AUC differs by less than 0.005 on the logs it was tried on,
        # of 5,000 to 23,000 contacts.
        penalty: float = 500.0,
    ) -> None:
        self.name = name
        self.names = list(names)
        self.knots = knots
        self.penalty = penalty

    def fit(self, rows: pd.DataFrame, split: TimeSplit) -> RiskModel:
        """Learn the curves from the older part and the probabilities from the newer.

        The slope is that of curves learned from the older part alone. Then the curves are
        learned again, from both, and only the level is set on the newer: contacts of last
        month tell more of the next than older ones do.

        Parameters
        ----------
        rows : pandas.DataFrame
            From :func:`fcr_ml.risk.rows.closed_rows`; features may be missing.
        split : TimeSplit
            Over the same rows.

        Returns
        -------
        RiskModel
            Itself.
        """
        self._learn(rows[split.fit])
        newer = rows[split.calibration]
        slope = self._slope(newer)
        self._learn(rows[split.fit | split.calibration])
        self._set_level(newer, slope)
        return self

    def _learn(self, rows: pd.DataFrame) -> None:
        """Fit one curve a feature to the latest rows."""
        fitted = rows.tail(FIT_ROWS)
        labels = fitted["repeated_probability"].to_numpy(np.float64)
        self.intercept_, self.weights_ = fit_logistic(
            self._standardised(fitted), labels, self.penalty
        )

    def _standardised(self, fitted: pd.DataFrame) -> np.ndarray:
        """Place the curves and give their columns, each of mean 0 and length 1."""
        shapes = {
            name: Shape.fit(fitted[name].to_numpy(np.float64), self.knots)
            for name in self.names
            if name in fitted.columns
        }
        self.shapes_ = {name: shape for name, shape in shapes.items() if shape is not None}
        parts = [_columns(fitted, name, shape) for name, shape in self.shapes_.items()]
        columns = np.hstack(parts) if parts else np.empty((len(fitted), 0))
        self.means_ = columns.mean(axis=0)
        # A column that is constant among the rows stays out by having no length.
        spread = columns.std(axis=0)
        self.scales_ = np.where(spread > 1e-9, spread, np.inf)
        return np.asarray((columns - self.means_) / self.scales_)

    def _slope(self, rows: pd.DataFrame) -> float:
        """Give the slope of the line through the log-odds that makes them probabilities."""
        raw = self._raw_log_odds(rows)[:, None]
        labels = rows["repeated_probability"].to_numpy(np.float64)
        if np.ptp(raw) < 1e-9:
            return 0.0
        _, weights = fit_logistic(raw - raw.mean(), labels, penalty=1e-6)
        # What ranked contacts before may rank them no longer: the rate alone remains.
        return max(float(weights[0]), 0.0)

    def _set_level(self, rows: pd.DataFrame, slope: float) -> None:
        """Set the shift so that the mean risk of these rows is their repeat rate."""
        labels = rows["repeated_probability"].to_numpy(np.float64)
        level = slope * self._raw_log_odds(rows)
        shift, _ = fit_logistic(level[:, None][:, :0], labels, penalty=0.0, offset=level)
        self.slope_, self.shift_ = slope, shift

    def log_odds(self, rows: pd.DataFrame) -> np.ndarray:
        """Give the calibrated log-odds of being repeated, shape (n,)."""
        return self.shift_ + self.slope_ * self._raw_log_odds(rows)

    def risk(self, rows: pd.DataFrame) -> np.ndarray:
        """Give the calibrated probability of being repeated, shape (n,)."""
        return sigmoid(self.log_odds(rows))

    def contributions(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Give each feature's exact share in the calibrated log-odds.

        Returns
        -------
        pandas.DataFrame
            Same rows, one column a feature. A row's sum is its log-odds less those
            of the mean contact, ``shift_ + slope_ * intercept_``.
        """
        shares = {name: self.slope_ * share for name, share in self._shares(rows)}
        return pd.DataFrame(shares, index=rows.index)

    def to_dict(self) -> dict[str, Any]:
        """Give the fitted model as plain numbers and text, for a release to keep."""
        return {
            "name": self.name,
            "names": self.names,
            "knots": self.knots,
            "penalty": self.penalty,
            "shapes": {name: asdict(shape) for name, shape in self.shapes_.items()},
            "means": self.means_.tolist(),
            "scales": [None if np.isinf(scale) else scale for scale in self.scales_.tolist()],
            "weights": self.weights_.tolist(),
            "intercept": self.intercept_,
            "slope": self.slope_,
            "shift": self.shift_,
        }

    @classmethod
    def from_dict(cls, kept: dict[str, Any]) -> RiskModel:
        """Give the model that :meth:`to_dict` described; it scores to the same bits."""
        model = cls(kept["name"], kept["names"], kept["knots"], kept["penalty"])
        # Weights follow the order of the fit, and a file may keep its keys in another.
        shapes = {name: Shape(**shape) for name, shape in kept["shapes"].items()}
        model.shapes_ = {name: shapes[name] for name in model.names if name in shapes}
        model.means_ = np.array(kept["means"], dtype=np.float64)
        scales = [np.inf if scale is None else scale for scale in kept["scales"]]
        model.scales_ = np.array(scales, dtype=np.float64)
        model.weights_ = np.array(kept["weights"], dtype=np.float64)
        model.intercept_ = kept["intercept"]
        model.slope_, model.shift_ = kept["slope"], kept["shift"]
        return model

    def _raw_log_odds(self, rows: pd.DataFrame) -> np.ndarray:
        # Added up one feature after the other: little memory, and bits that do not
        # depend on how many rows are scored together.
        log_odds = np.full(len(rows), self.intercept_)
        for _, share in self._shares(rows):
            log_odds += share
        return log_odds

    def _shares(self, rows: pd.DataFrame) -> Iterator[tuple[str, np.ndarray]]:
        """Give each feature's uncalibrated share, in the order of the fit."""
        begin = 0
        given: pd.DataFrame | _AsTaken = rows
        if len(rows) <= _FEW:
            held = [name for name in self.shapes_ if name in rows.columns]
            given = _AsTaken(held, rows[held].to_numpy(np.float64))
        for name, shape in self.shapes_.items():
            place = slice(begin, begin + shape.width)
            begin = place.stop
            columns = (_columns(given, name, shape) - self.means_[place]) / self.scales_[place]
            yield name, (columns * self.weights_[place]).sum(axis=1)


class _AsTaken:
    """A few rows as one array: taking them column by column would cost more than all else."""

    def __init__(self, columns: list[str], values: np.ndarray) -> None:
        self.columns = dict(zip(columns, values.T, strict=True))
        self._rows = len(values)

    def __len__(self) -> int:
        return self._rows

    def __getitem__(self, name: str) -> np.ndarray:
        return self.columns[name]


def _columns(rows: pd.DataFrame | _AsTaken, name: str, shape: Shape) -> np.ndarray:
    """Give a feature's columns; one that the rows lack is missing everywhere."""
    if name not in rows.columns:
        return shape.columns(np.full(len(rows), np.nan))
    return shape.columns(np.asarray(rows[name], dtype=np.float64))


def sigmoid(log_odds: np.ndarray) -> np.ndarray:
    """Give the probabilities of log-odds, safe far from zero."""
    return np.where(
        log_odds >= 0,
        1 / (1 + np.exp(-np.abs(log_odds))),
        np.exp(-np.abs(log_odds)) / (1 + np.exp(-np.abs(log_odds))),
    )


def fit_logistic(
    columns: np.ndarray, labels: np.ndarray, penalty: float, offset: np.ndarray | None = None
) -> tuple[float, np.ndarray]:
    """Fit a ridge-penalised logistic regression to labels between 0 and 1.

    Minimises ``-sum(y log p + (1 - y) log(1 - p)) + penalty / 2 * sum(w²)``; the
    intercept is not penalised.

    Parameters
    ----------
    columns : numpy.ndarray
        Shape (n, k), standardised; k may be 0.
    labels : numpy.ndarray
        Shape (n,); a probability counts as that much of both outcomes.
    penalty : float
        Ridge weight.
    offset : numpy.ndarray, optional
        Shape (n,), log-odds that are added as they are.

    Returns
    -------
    tuple of float and numpy.ndarray
        The intercept and the weights, shape (k,).
    """
    from scipy.optimize import minimize
    from threadpoolctl import threadpool_limits

    def loss_and_slope(point: np.ndarray) -> tuple[float, np.ndarray]:
        log_odds = given + point[0] + columns @ point[1:]
        loss = np.logaddexp(0.0, log_odds).sum() - labels @ log_odds
        misses = sigmoid(log_odds) - labels
        slope = np.concatenate([[misses.sum()], columns.T @ misses + penalty * point[1:]])
        return float(loss + penalty / 2 * point[1:] @ point[1:]), slope

    given = 0.0 if offset is None else offset
    rate = np.clip(labels.mean(), 1e-6, 1 - 1e-6)
    start = np.zeros(columns.shape[1] + 1)
    start[0] = np.log(rate / (1 - rate))
    # One thread: with more, sums are taken in another order and end in other bits.
    with threadpool_limits(limits=1):
        found = minimize(
            loss_and_slope,
            start,
            jac=True,
            method="L-BFGS-B",
            options={"maxiter": 500, "ftol": 1e-12, "gtol": 1e-6 * max(len(labels), 1)},
        )
    return float(found.x[0]), found.x[1:]
