"""How well risks did on contacts that came after everything they learned from.

Enters: closed contacts of the test period and the risks that models gave them.
Leaves: figures with intervals, what lists of given lengths caught with the bounds
that ties leave, figures by group, calibration by bin, and remarks in words. Labels
count twice: weighed by their probability, and as ``repeated`` or ``resolved``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from fcr_ml.measures.intervals import customer_interval
from fcr_ml.risk.baselines import BASE_RATE, EARLIER_CONTACTS
from fcr_ml.risk.metrics import (
    Ranking,
    brier_score,
    calibration_error,
    customer_draws,
    equal_bins,
    interval,
)

CAPACITY_SHARES = (0.01, 0.05, 0.10, 0.20)
"""Lengths of the list, as shares of the contacts, at which catches are counted."""

TOO_GOOD = 0.85
"""An AUC above this on returns is treated as a leak until shown otherwise."""

DRAWS = 300
_FEWEST_IN_GROUP = 100
_FEWEST_REPEATS_IN_GROUP = 10


@dataclass(frozen=True)
class Evaluation:
    """Figures of every scorer on the same contacts.

    Parameters
    ----------
    figures : pandas.DataFrame
        By ``scorer`` and ``labels`` (``expected``, ``thresholded``): ``contacts``,
        ``repeats``, ``base_rate``, ``auc``, ``auc_low``, ``auc_high``,
        ``average_precision``, ``brier_score``, ``calibration_error``, and
        ``auc_gain`` over the count of earlier contacts with its interval.
    capacities : pandas.DataFrame
        By ``scorer`` and ``listed``: ``repeats_caught`` with its tie bounds,
        ``caught_rate`` of all repeats, ``precision``, ``lift``.
    groups : pandas.DataFrame
        The chosen scorer by ``group`` and ``value``; ``remark`` says where there
        are not enough contacts for a figure.
    calibration : pandas.DataFrame
        The chosen scorer by bin: ``mean_risk``, ``repeat_rate``, ``contacts``,
        and ``low`` and ``high`` of the repeat rate, by customer.
    chosen : str
        The scorer that is used.
    remarks : tuple of str
        What a reader must know, in words.
    """

    figures: pd.DataFrame
    capacities: pd.DataFrame
    groups: pd.DataFrame
    calibration: pd.DataFrame
    chosen: str
    remarks: tuple[str, ...]


def evaluate_risks(
    rows: pd.DataFrame,
    risks: Mapping[str, np.ndarray],
    model: str,
    capacity: int = 50,
    random_state: int = 0,
) -> Evaluation:
    """Compare scorers on the contacts of a test period.

    Parameters
    ----------
    rows : pandas.DataFrame
        Closed contacts, from :func:`fcr_ml.risk.rows.closed_rows`.
    risks : mapping of str to numpy.ndarray
        By scorer's name, a probability for every row.
    model : str
        Which of them is the model; the others are what it has to beat. It is
        chosen only if its AUC is above the best baseline's with the whole
        95 % interval of the difference; otherwise that baseline is.
    capacity : int
        A length of the list that the desk is interested in.
    random_state : int
        Seed of the bootstrap, which draws customers.

    Returns
    -------
    Evaluation
    """
    customers = pd.factorize(rows["customer_id"], sort=True)[0]
    draws = customer_draws(customers, DRAWS, random_state)
    labels = {
        "expected": rows["repeated_probability"].to_numpy(np.float64),
        "thresholded": rows["is_repeated"].to_numpy(np.float64),
    }
    aucs = {kind: _drawn_aucs(risks, truth, draws) for kind, truth in labels.items()}
    figures = pd.concat(
        [_figures(risks, kind, truth, aucs[kind]) for kind, truth in labels.items()],
        ignore_index=True,
    )
    chosen, remarks = _choose(figures, aucs["expected"], model)
    truth = labels["expected"]
    return Evaluation(
        figures,
        _capacities(risks, truth, capacity),
        _groups(rows, risks[chosen], truth, draws),
        _calibration(risks[chosen], truth, customers),
        chosen,
        (*remarks, *_alarms(figures, chosen)),
    )


def _drawn_aucs(
    risks: Mapping[str, np.ndarray], truth: np.ndarray, draws: np.ndarray
) -> dict[str, np.ndarray]:
    """Give the AUC of every scorer in every draw; the same customers for all."""
    rankings = {name: Ranking.of(given, truth) for name, given in risks.items()}
    return {name: ranking.aucs(draws) for name, ranking in rankings.items()}


def _figures(
    risks: Mapping[str, np.ndarray],
    kind: str,
    truth: np.ndarray,
    drawn: Mapping[str, np.ndarray],
) -> pd.DataFrame:
    rows = []
    for name, given in risks.items():
        ranking = Ranking.of(given, truth)
        low, high = interval(drawn[name])
        row = {
            "scorer": name,
            "labels": kind,
            "contacts": len(truth),
            "repeats": truth.sum(),
            "base_rate": truth.mean(),
            "auc": ranking.auc(),
            "auc_low": low,
            "auc_high": high,
            "average_precision": ranking.average_precision(),
            "brier_score": brier_score(given, truth),
            "calibration_error": calibration_error(given, truth),
        }
        if EARLIER_CONTACTS in risks:
            row["auc_gain"] = row["auc"] - Ranking.of(risks[EARLIER_CONTACTS], truth).auc()
            gains = drawn[name] - drawn[EARLIER_CONTACTS]
            row["auc_gain_low"], row["auc_gain_high"] = interval(gains)
        rows.append(row)
    return pd.DataFrame(rows)


def _choose(
    figures: pd.DataFrame, drawn: Mapping[str, np.ndarray], model: str
) -> tuple[str, list[str]]:
    """Choose the model if it is better than the best baseline beyond chance."""
    aucs = figures[figures["labels"] == "expected"].set_index("scorer")["auc"]
    rivals = aucs.drop(model)
    if rivals.empty:
        return model, []
    best = str(rivals.idxmax())
    low, high = interval(drawn[model] - drawn[best])
    gain = f"AUC {aucs[model]:.3f} against {aucs[best]:.3f}, difference {low:+.3f} to {high:+.3f}"
    if low > 0:
        return model, [f"The {model} ranks better than the best baseline, {best}: {gain}."]
    return best, [
        f"The {model} is not shown to rank better than {best}, so {best} is used: {gain}."
    ]


def _alarms(figures: pd.DataFrame, chosen: str) -> list[str]:
    row = figures[(figures["scorer"] == chosen) & (figures["labels"] == "expected")].iloc[0]
    if row["auc"] > TOO_GOOD:
        return [
            f"AUC {row['auc']:.3f} is too good for returns: treat it as a leak until shown "
            "otherwise. Look for a column that is filled in after the contact has ended."
        ]
    if chosen == BASE_RATE or not row["auc_low"] > 0.5:
        bounds = f"AUC {row['auc']:.3f}, {row['auc_low']:.3f} to {row['auc_high']:.3f}"
        return [
            f"Nothing in this log is shown to tell who comes back ({bounds}): the list is "
            "little better than a draw."
        ]
    return []


def _capacities(risks: Mapping[str, np.ndarray], truth: np.ndarray, capacity: int) -> pd.DataFrame:
    lengths = {max(1, round(share * len(truth))) for share in CAPACITY_SHARES}
    lengths |= {min(capacity, len(truth))}
    repeats = truth.sum()
    rows = []
    for name, given in risks.items():
        ranking = Ranking.of(given, truth)
        for listed in sorted(lengths):
            mean, low, high = ranking.caught(listed)
            rows.append(
                {
                    "scorer": name,
                    "listed": listed,
                    "listed_share": listed / len(truth),
                    "repeats_caught": mean,
                    "repeats_caught_low": low,
                    "repeats_caught_high": high,
                    "caught_rate": mean / repeats if repeats else np.nan,
                    "precision": mean / listed,
                    "lift": mean / listed / truth.mean() if repeats else np.nan,
                }
            )
    return pd.DataFrame(rows)


def _calibration(risks: np.ndarray, truth: np.ndarray, customers: np.ndarray) -> pd.DataFrame:
    """Give risk and repeat rate by equally filled bins, intervals by customer."""
    found = []
    for rows in equal_bins(risks, 10):
        n = np.bincount(customers[rows]).astype(np.float64)
        s = np.bincount(customers[rows], weights=truth[rows])
        different = int((n > 0).sum())
        low, high = customer_interval(s.sum(), n.sum(), s @ s, s @ n, n @ n, different)
        found.append(
            {
                "mean_risk": risks[rows].mean(),
                "repeat_rate": truth[rows].mean(),
                "contacts": len(rows),
                "low": float(low),
                "high": float(high),
            }
        )
    return pd.DataFrame(found, columns=["mean_risk", "repeat_rate", "contacts", "low", "high"])


def _groups(
    rows: pd.DataFrame, risks: np.ndarray, truth: np.ndarray, draws: np.ndarray
) -> pd.DataFrame:
    """Give the chosen scorer's figures for first-time customers, languages and channels."""
    is_first = (rows["earlier_contacts"] == 0).to_numpy()
    groups = {"customer": np.where(is_first, "first contact", "has contacted before")}
    for name in ("language", "channel"):
        if name in rows.columns:
            groups[name] = rows[name].astype(object).fillna("unknown").to_numpy()
    found = []
    for group, values in groups.items():
        for value in sorted(set(values)):
            inside = values == value
            found.append(
                {"group": group, "value": value}
                | _group_figures(risks[inside], truth[inside], draws[:, inside])
            )
    return pd.DataFrame(found)


def _group_figures(
    risks: np.ndarray, truth: np.ndarray, draws: np.ndarray
) -> dict[str, float | str | None]:
    row: dict[str, float | str | None] = {"contacts": len(truth), "repeats": float(truth.sum())}
    rarer = min(truth.sum(), len(truth) - truth.sum())
    if len(truth) < _FEWEST_IN_GROUP or rarer < _FEWEST_REPEATS_IN_GROUP:
        blank = dict.fromkeys(("base_rate", "mean_risk", "auc", "auc_low", "auc_high"), np.nan)
        return row | blank | {"remark": "not enough contacts"}
    ranking = Ranking.of(risks, truth)
    low, high = interval(ranking.aucs(draws))
    return row | {
        "base_rate": float(truth.mean()),
        "mean_risk": float(risks.mean()),
        "auc": ranking.auc(),
        "auc_low": low,
        "auc_high": high,
        "remark": None,
    }
