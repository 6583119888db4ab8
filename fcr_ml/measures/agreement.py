"""Agreement of links with pairs that people judged.

Enters: scores and judgements, with the weights of the draw. Leaves: figures with
their intervals. Judgements are only compared with, never learned from here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from fcr_ml.errors import DataError
from fcr_ml.measures.intervals import bootstrap_interval

RELATED = ("double_post", "same_issue", "next_issue")
"""Verdicts under which two contacts belong together."""

VERDICTS = (*RELATED, "unrelated")

Figure = Callable[[np.ndarray, np.ndarray, np.ndarray], float]


def auc(is_positive: ArrayLike, scores: ArrayLike, weights: ArrayLike | None = None) -> float:
    """Give the chance that a positive scores above a negative, ties counted half.

    NaN where all are of one kind. Written out because the bootstrap calls it
    thousands of times.

    Examples
    --------
    >>> auc([1, 0, 1, 0], [0.9, 0.2, 0.4, 0.4])
    0.875
    """
    positives, negatives = _weights_by_score(is_positive, scores, weights)
    beaten = np.cumsum(negatives) - negatives / 2
    return _share((positives * beaten).sum(), positives.sum() * negatives.sum())


def average_precision(
    is_positive: ArrayLike, scores: ArrayLike, weights: ArrayLike | None = None
) -> float:
    """Give the mean precision over all recalls; its floor is the share of positives.

    Equal scores are called together. NaN where there is no positive.

    Examples
    --------
    >>> average_precision([1, 0, 1, 0], [0.9, 0.6, 0.4, 0.2]) == (1 / 1 + 2 / 3) / 2
    True
    """
    positives, negatives = (side[::-1] for side in _weights_by_score(is_positive, scores, weights))
    found, called = np.cumsum(positives), np.cumsum(positives + negatives)
    precision = np.divide(found, called, out=np.zeros(len(found)), where=called > 0)
    return _share((positives * precision).sum(), positives.sum())


def precision_recall_at(
    is_positive: ArrayLike,
    scores: ArrayLike,
    threshold: float = 0.5,
    weights: ArrayLike | None = None,
) -> tuple[float, float]:
    """Give precision and recall when scores from the threshold up count as positive.

    NaN in place of a share of nothing.
    """
    truth = np.asarray(is_positive, dtype=bool)
    called = np.asarray(scores) >= threshold
    weight = _given(weights, len(truth))
    found = weight[truth & called].sum()
    return _share(found, weight[called].sum()), _share(found, weight[truth].sum())


def by_customer(
    figure: Callable[[pd.DataFrame], float],
    pairs: pd.DataFrame,
    random_state: int = 0,
    draws: int = 300,
) -> tuple[float | None, float | None, float | None]:
    """Give a figure of judged pairs and its 95 % interval, customers drawn anew.

    Parameters
    ----------
    figure : callable
        Takes rows of ``pairs``, some of them several times.
    pairs : pandas.DataFrame
        ``customer_id`` where it is known, else every pair stands for itself.
    random_state, draws : int
        Of the bootstrap.

    Returns
    -------
    tuple of float
        Value, low and high; None where the figure cannot be told.
    """
    owner = pairs["customer_id"] if "customer_id" in pairs else pd.Series(range(len(pairs)))
    groups = list(pairs.groupby(owner.to_numpy(), sort=True).indices.values())

    def drawn(chosen: np.ndarray) -> float:
        return figure(pairs.iloc[np.concatenate([groups[place] for place in chosen])])

    if not len(pairs):
        return None, None, None
    low, high = bootstrap_interval(drawn, len(groups), random_state, draws)
    return _told(figure(pairs)), _told(low), _told(high)


def link_agreement(
    links: pd.DataFrame, judged_pairs: pd.DataFrame, random_state: int = 0
) -> dict[str, Any]:
    """Give how well the links' probabilities agree with judged pairs.

    Parameters
    ----------
    links : pandas.DataFrame
        LINKS. A judged pair that is no link has probability 0 and the verdict
        'unrelated'.
    judged_pairs : pandas.DataFrame
        ``contact_id``, ``follow_up_id``, ``verdict`` (pairs without one of the
        four verdicts are left out and counted) and, where the draw was not even,
        ``sampling_weight``.
    random_state : int
        Seed of the bootstrap.

    Returns
    -------
    dict
        ``judged_pairs``, ``pairs_left_out``, ``pairs_without_link``,
        ``related_rate`` (the weighted share of related pairs, which is the floor
        of average precision); for 'related' and for 'same_issue' (double posts
        left out): ``<name>_auc``, ``<name>_average_precision`` with ``_low`` and
        ``_high`` (95 %, bootstrap by customer where ``customer_id`` is given,
        otherwise by pair); ``related_precision`` and ``related_recall`` at 0.5;
        ``verdict_accuracy``. Every figure is weighted.

    Raises
    ------
    DataError
        When a column is missing or a pair was judged twice.
    """
    judged = _checked(judged_pairs)
    is_told = judged["verdict"].isin(VERDICTS)
    keys = ["contact_id", "follow_up_id"]
    scored = judged[is_told].merge(
        links[[*keys, "link_probability", "same_issue_probability", "verdict"]],
        how="left",
        on=keys,
        suffixes=("", "_of_link"),
    )
    related = scored["verdict"].isin(RELATED).to_numpy()
    score = _floats(scored["link_probability"])
    weight = _floats(scored["sampling_weight"])
    precision, recall = precision_recall_at(related, score, weights=weight)
    is_agreed = scored["verdict_of_link"].fillna("unrelated") == scored["verdict"]
    told: dict[str, Any] = {
        "judged_pairs": len(scored),
        "pairs_left_out": int((~is_told).sum()),
        "pairs_without_link": int(scored["link_probability"].isna().sum()),
        "related_rate": _share(weight[related].sum(), weight.sum()),
        "related_precision": precision,
        "related_recall": recall,
        "verdict_accuracy": _share(weight[is_agreed].sum(), weight.sum()),
    }
    told |= _ranked("related", related, score, scored, random_state)
    single = scored[scored["verdict"] != "double_post"].reset_index(drop=True)
    is_same = (single["verdict"] == "same_issue").to_numpy()
    same_score = _floats(single["same_issue_probability"])
    return told | _ranked("same_issue", is_same, same_score, single, random_state)


def _told(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _ranked(
    name: str, truth: np.ndarray, score: np.ndarray, pairs: pd.DataFrame, random_state: int
) -> dict[str, float]:
    weight = _floats(pairs["sampling_weight"])
    owner = pairs["customer_id"] if "customer_id" in pairs else pd.Series(range(len(pairs)))
    groups = list(pairs.groupby(owner.to_numpy(), sort=True).indices.values())
    figures: dict[str, Figure] = {"auc": auc, "average_precision": average_precision}
    told = {}
    for measure, figure in figures.items():

        def drawn(chosen: np.ndarray, figure: Figure = figure) -> float:
            rows = np.concatenate([groups[place] for place in chosen])
            return figure(truth[rows], score[rows], weight[rows])

        key = f"{name}_{measure}"
        told[key] = figure(truth, score, weight) if len(truth) else float("nan")
        low, high = (
            bootstrap_interval(drawn, len(groups), random_state)
            if len(truth)
            else (float("nan"), float("nan"))
        )
        told |= {f"{key}_low": low, f"{key}_high": high}
    return told


def _checked(judged_pairs: pd.DataFrame) -> pd.DataFrame:
    needed = ["contact_id", "follow_up_id", "verdict"]
    missing = [name for name in needed if name not in judged_pairs.columns]
    if missing:
        raise DataError(f"judged pairs: the columns {', '.join(missing)} are missing; add them.")
    twice = int(judged_pairs.duplicated(["contact_id", "follow_up_id"]).sum())
    if twice:
        raise DataError(
            f"judged pairs: {twice:,} of {len(judged_pairs):,} rows judge a pair again; "
            "keep one judgement a pair."
        )
    if "sampling_weight" in judged_pairs.columns:
        return judged_pairs
    return judged_pairs.assign(sampling_weight=1.0)


def _floats(values: pd.Series) -> np.ndarray:
    return values.astype("Float64").fillna(0.0).to_numpy(dtype=float)


def _weights_by_score(
    is_positive: ArrayLike, scores: ArrayLike, weights: ArrayLike | None
) -> tuple[np.ndarray, np.ndarray]:
    """Give the weight of positives and of negatives at each score, lowest first."""
    truth = np.asarray(is_positive, dtype=bool)
    levels, place = np.unique(np.asarray(scores, dtype=float), return_inverse=True)
    weight = _given(weights, len(truth))
    positives = np.bincount(place, weights=weight * truth, minlength=len(levels))
    return positives, np.bincount(place, weights=weight * ~truth, minlength=len(levels))


def _given(weights: ArrayLike | None, rows: int) -> np.ndarray:
    return np.ones(rows) if weights is None else np.asarray(weights, dtype=float)


def _share(part: float, whole: float) -> float:
    return float(part / whole) if whole > 0 else float("nan")
