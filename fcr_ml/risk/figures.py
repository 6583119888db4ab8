"""The plain figures of a risk on contacts that came after everything it learned from.

Enters: closed contacts of a test period and the risks they were given. Leaves: each
figure with its 95 % interval by customer, figures by group, and what lists caught.
Labels are weighed by their probability throughout.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from fcr_ml.risk.evaluate import CAPACITY_SHARES
from fcr_ml.risk.metrics import Ranking, brier_score, calibration_error, interval

LIFT_SHARE = 0.05
"""``lift_at_5``: repeat rate of the riskiest 5 % over that of all."""

_FEWEST = 100
_FEWEST_OF_A_KIND = 10

Figure = Callable[[np.ndarray, np.ndarray], float]


def risk_figures(rows: pd.DataFrame, risks: np.ndarray, draws: np.ndarray) -> dict[str, float]:
    """Give every figure of one scorer with ``_low`` and ``_high``.

    Parameters
    ----------
    rows : pandas.DataFrame
        Closed contacts of the test period, from :func:`fcr_ml.risk.rows.closed_rows`.
    risks : numpy.ndarray
        Shape (n,), between 0 and 1.
    draws : numpy.ndarray
        From :func:`fcr_ml.risk.metrics.customer_draws`, shape (draws, n).

    Returns
    -------
    dict
        ``auc``, ``ap`` (average precision), ``base_rate``, ``brier``,
        ``calibration_error`` (mean distance over ten equally filled bins), ``lift_at_5``,
        ``first_time_auc`` (customers without an earlier contact), ``prior_count_auc``
        (the count of the customer's earlier contacts in the risk's place) and
        ``gain_over_prior_count`` (the difference of the two AUC, drawn together).
    """
    labels = rows["repeated_probability"].to_numpy(np.float64)
    counts = rows["earlier_contacts"].to_numpy(np.float64)
    first = counts == 0
    told: dict[str, float] = {}
    told |= _with_interval("auc", _auc, risks, labels, draws)
    told |= _with_interval("ap", _ap, risks, labels, draws)
    told |= _with_interval("base_rate", lambda _, truth: float(truth.mean()), risks, labels, draws)
    told |= _with_interval("brier", brier_score, risks, labels, draws)
    told |= _with_interval("calibration_error", calibration_error, risks, labels, draws)
    told |= _with_interval("lift_at_5", _lift, risks, labels, draws)
    told |= _with_interval("first_time_auc", _auc, risks[first], labels[first], draws[:, first])
    told |= _with_interval("prior_count_auc", _auc, counts, labels, draws)
    gained = [_auc(risks[p], labels[p]) - _auc(counts[p], labels[p]) for p in _places(draws)]
    low, high = interval(np.array(gained))
    gain = told["auc"] - told["prior_count_auc"]
    named = "gain_over_prior_count"
    return told | {named: gain, f"{named}_low": low, f"{named}_high": high}


def _places(draws: np.ndarray) -> list[np.ndarray]:
    """Give the row positions that each draw holds, as often as it holds them."""
    return [np.repeat(np.arange(len(counts)), counts) for counts in draws]


def _with_interval(
    name: str, figure: Figure, risks: np.ndarray, labels: np.ndarray, draws: np.ndarray
) -> dict[str, float]:
    if len(labels) == 0:
        return {name: float("nan"), f"{name}_low": float("nan"), f"{name}_high": float("nan")}
    drawn = [figure(risks[p], labels[p]) for p in _places(draws) if len(p)]
    low, high = interval(np.array(drawn, dtype=np.float64))
    return {name: figure(risks, labels), f"{name}_low": low, f"{name}_high": high}


def _auc(risks: np.ndarray, labels: np.ndarray) -> float:
    return Ranking.of(risks, labels).auc()


def _ap(risks: np.ndarray, labels: np.ndarray) -> float:
    return Ranking.of(risks, labels).average_precision()


def _lift(risks: np.ndarray, labels: np.ndarray) -> float:
    listed = max(1, round(LIFT_SHARE * len(labels)))
    rate = labels.mean()
    return Ranking.of(risks, labels).caught(listed)[0] / listed / rate if rate else float("nan")


def figures_by_group(rows: pd.DataFrame, risks: np.ndarray) -> list[dict[str, Any]]:
    """Give contacts, base rate, mean risk, AUC and AP by channel, language and month.

    ``expected_auc`` and ``expected_ap`` are those that the risks alone let expect, were each
    the true probability: what is known of contacts whose window still runs. They are told
    beside the true ones, so that it is seen how far such an estimate holds.

    Groups under 100 contacts, or with fewer than 10 of either outcome, carry the remark
    ``not enough contacts`` and no figure.
    """
    months = pd.to_datetime(rows["moment_epoch"], unit="s").dt.strftime("%Y-%m")
    groups: dict[str, pd.Series] = {
        name: rows[name].astype(object).fillna("unknown")
        for name in ("channel", "language")
        if name in rows.columns
    } | {"month": months}
    labels = rows["repeated_probability"].to_numpy(np.float64)
    found = []
    for group, values in groups.items():
        for value in sorted(set(values)):
            inside = (values == value).to_numpy()
            told = _group(risks[inside], labels[inside])
            found.append({"group": group, "value": str(value)} | told)
    return found


def _group(risks: np.ndarray, labels: np.ndarray) -> dict[str, Any]:
    told: dict[str, Any] = {"contacts": len(labels), "repeats": float(labels.sum())}
    if len(labels) < _FEWEST or min(labels.sum(), (1 - labels).sum()) < _FEWEST_OF_A_KIND:
        return told | {"remark": "not enough contacts"}
    return told | {
        "base_rate": float(labels.mean()),
        "mean_risk": float(risks.mean()),
        "auc": _auc(risks, labels),
        "ap": _ap(risks, labels),
        "expected_auc": _auc(risks, risks),
        "expected_ap": _ap(risks, risks),
    }


def caught_by_lists(
    rows: pd.DataFrame, risks: np.ndarray, per_day: int | None = None
) -> list[dict[str, float]]:
    """Give what lists of 1, 5, 10 and 20 % catch, and one of so many contacts each day.

    Returns
    -------
    list of dict
        ``listed`` contacts, ``listed_share``, ``repeats_caught`` with ``_low`` and
        ``_high`` over the orders that ties leave open, ``caught_rate``, ``precision``,
        ``lift``; the list by the day has ``per_day``.
    """
    labels = rows["repeated_probability"].to_numpy(np.float64)
    ranking = Ranking.of(risks, labels)
    lengths = [max(1, round(share * len(labels))) for share in CAPACITY_SHARES]
    found = [_caught(labels, n, np.array(ranking.caught(n))) for n in lengths]
    if per_day:
        days = rows["moment_epoch"].to_numpy() // 86_400
        parts = [np.flatnonzero(days == day) for day in np.unique(days)]
        caught = sum(np.array(Ranking.of(risks[p], labels[p]).caught(per_day)) for p in parts)
        listed = sum(min(per_day, len(part)) for part in parts)
        found.append(_caught(labels, listed, np.asarray(caught)) | {"per_day": per_day})
    return found


def _caught(labels: np.ndarray, listed: int, caught: np.ndarray) -> dict[str, float]:
    repeats = float(labels.sum())
    return {
        "listed": listed,
        "listed_share": listed / len(labels),
        "repeats_caught": float(caught[0]),
        "repeats_caught_low": float(caught[1]),
        "repeats_caught_high": float(caught[2]),
        "caught_rate": float(caught[0]) / repeats if repeats else float("nan"),
        "precision": float(caught[0]) / listed,
        "lift": float(caught[0]) / listed / (repeats / len(labels)) if repeats else float("nan"),
    }


def plain_figures(
    rows: pd.DataFrame, risks: Mapping[str, np.ndarray]
) -> dict[str, dict[str, float]]:
    """Give AUC, AP, Brier score and calibration error of several scorers, by name."""
    labels = rows["repeated_probability"].to_numpy(np.float64)
    return {
        name: {
            "auc": _auc(given, labels),
            "ap": _ap(given, labels),
            "brier": brier_score(given, labels),
            "calibration_error": calibration_error(given, labels),
        }
        for name, given in risks.items()
    }
