"""Rules of thumb that a model has to beat.

Enters: closed contacts. Leaves: the base rate, the repeat rate so far of a topic,
reason code or queue, the count of the customer's earlier contacts, five plain
fields in a logistic model, and, for a log too small for any of these, a rule that
only counts. All answer the same questions as the model.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from fcr_ml.risk.model import RiskModel, sigmoid
from fcr_ml.risk.split import TimeSplit

BASE_RATE = "base rate"
EARLIER_CONTACTS = "earlier contacts"
_SINGLE = {
    EARLIER_CONTACTS: "earlier_contacts",
    "topic's rate": "topic_repeat_rate",
    "reason code's rate": "reason_code_repeat_rate",
    "queue's rate": "queue_repeat_rate",
}
_FIVE_FIELDS = (
    "earlier_contacts_30d",
    "hours_since_previous",
    "reason_code_repeat_rate",
    "queue_repeat_rate",
    "hours_to_end",
)
# Hardly penalised: a handful of straight lines cannot learn a log by heart.
_PENALTY = 1.0
_RULE_FEATURE = "earlier_contacts_30d"
_RULE_PRIOR_CONTACTS = 20


def fit_baselines(rows: pd.DataFrame, split: TimeSplit) -> list[RiskModel]:
    """Fit every baseline that the log has the columns for.

    Parameters
    ----------
    rows : pandas.DataFrame
        From :func:`fcr_ml.risk.rows.closed_rows`.
    split : TimeSplit
        The split that the model is fitted on.

    Returns
    -------
    list of RiskModel
        The base rate first, the richest last.
    """
    fields: dict[str, list[str]] = {BASE_RATE: []}
    fields |= {name: [feature] for name, feature in _SINGLE.items()}
    fields["five fields"] = list(_FIVE_FIELDS)
    return [
        RiskModel(name, names, knots=0, penalty=_PENALTY).fit(rows, split)
        for name, names in fields.items()
        if not names or set(names) & set(rows.columns)
    ]


class CountingRule:
    """The more contacts in the last 30 days, the higher the risk.

    For logs on which nothing can be tested. The repeat rate is taken among closed
    contacts with 0, 1, 2 and 3 or more earlier contacts, each pulled towards the
    rate of all with the weight of 20 contacts, and never falls as the count rises.

    Attributes
    ----------
    rates_ : numpy.ndarray
        Shape (4,), the rates by count.
    overall_ : float
        (repeats + 1) / (closed + 2) over all.
    """

    name = "counting rule"

    def fit(self, rows: pd.DataFrame) -> CountingRule:
        """Count repeats among the closed contacts; none at all is allowed."""
        labels = rows["repeated_probability"].to_numpy(np.float64)
        counts = _capped(rows)
        self.overall_ = float((labels.sum() + 1) / (len(labels) + 2))
        repeats = np.bincount(counts, weights=labels, minlength=4)
        closed = np.bincount(counts, minlength=4)
        prior = _RULE_PRIOR_CONTACTS
        smoothed = (repeats + prior * self.overall_) / (closed + prior)
        self.rates_ = np.maximum.accumulate(smoothed)
        return self

    def to_dict(self) -> dict[str, Any]:
        """Give the fitted rule as plain numbers, for a release to keep."""
        return {"rates": self.rates_.tolist(), "overall": self.overall_}

    @classmethod
    def from_dict(cls, kept: dict[str, Any]) -> CountingRule:
        """Give the rule that :meth:`to_dict` described; it scores to the same bits."""
        rule = cls()
        rule.rates_, rule.overall_ = np.array(kept["rates"]), kept["overall"]
        return rule

    def risk(self, rows: pd.DataFrame) -> np.ndarray:
        """Give the rate of contacts with as many earlier ones, shape (n,)."""
        return sigmoid(self.log_odds(rows))

    def log_odds(self, rows: pd.DataFrame) -> np.ndarray:
        """Give the same as log-odds, shape (n,)."""
        return _logit(self.rates_)[_capped(rows)]

    def contributions(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Give what the count adds to the log-odds of the rate of all."""
        added = self.log_odds(rows) - _logit(np.array([self.overall_]))
        return pd.DataFrame({_RULE_FEATURE: added}, index=rows.index)


def _capped(rows: pd.DataFrame) -> np.ndarray:
    return rows[_RULE_FEATURE].fillna(0).clip(upper=3).to_numpy(np.int64)


def _logit(rates: np.ndarray) -> np.ndarray:
    return np.log(rates / (1 - rates))
