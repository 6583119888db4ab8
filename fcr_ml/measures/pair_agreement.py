"""Agreement of links with pairs of which something is known.

Enters: LINKS, and pairs that people judged, with the weights of their draw, that were
confirmed, that share a case id, or that are of different customers. Leaves: figures with
their intervals. Pairs are only compared with, never learned from here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from fcr_ml.errors import DataError
from fcr_ml.measures.agreement import (
    UNKNOWN,
    Figure,
    auc,
    average_precision,
    by_customer,
    calibration_error,
    macro_f1,
    named,
    weighted_share,
)
from fcr_ml.measures.intervals import wilson_interval

PAIR = ["contact_id", "follow_up_id"]

RELATED = ("double_post", "same_issue", "next_issue")
"""Verdicts under which two contacts belong together."""

VERDICTS = (*RELATED, "unrelated")

BANDS = (0.0, 0.05, 0.25, 0.75, 0.95, 1.0)
"""Link probabilities in five bands: as sure as the draw parts them."""

OF_NOTES = ["meaning_weight", "words_weight", "code_weight"]
"""The evidence that two contacts share whatever the time between them."""

LINK_COLUMNS = [*PAIR, "link_probability", "same_issue_probability", "verdict"]

_RELATED = ["is_related", "link_probability"]
_SAME_ISSUE = ["is_same_issue", "same_issue_probability"]

FIGURES: dict[str, tuple[Callable[..., Any], list[str], str | None]] = {
    "related_rate": (weighted_share, ["is_related"], None),
    "related_precision": (weighted_share, ["is_related"], "is_linked"),
    "related_recall": (weighted_share, ["is_linked"], "is_related"),
    "related_auc": (auc, _RELATED, None),
    "related_auc_high_confidence": (auc, _RELATED, "is_sure"),
    "related_average_precision": (average_precision, _RELATED, None),
    "same_issue_auc": (auc, _SAME_ISSUE, "is_single"),
    "same_issue_average_precision": (average_precision, _SAME_ISSUE, "is_single"),
    "calibration_error": (calibration_error, _RELATED, None),
    "verdict_macro_f1": (macro_f1, ["verdict_place", "told_place"], None),
    "verdict_accuracy": (weighted_share, ["is_agreed"], None),
}
"""Each figure: how, of which columns of :func:`score_judged`, and among which pairs."""


def score_judged(links: pd.DataFrame, judged_pairs: pd.DataFrame) -> pd.DataFrame:
    """Put beside each judged pair what the links say of it.

    Parameters
    ----------
    links : pandas.DataFrame
        LINKS. A judged pair that is no link has probability 0 and the verdict
        'unrelated'.
    judged_pairs : pandas.DataFrame
        ``contact_id``, ``follow_up_id``, ``verdict`` (pairs without one of the four
        verdicts are left out) and, where they are known, ``customer_id`` (else every
        pair stands for itself), ``confidence`` and ``sampling_weight``.

    Returns
    -------
    pandas.DataFrame
        One row a pair: ``customer_id``, ``sampling_weight``, the two probabilities,
        and what the figures of :func:`pair_agreement` are taken of.

    Raises
    ------
    DataError
        When a column is missing or a pair was judged twice.
    """
    judged = _checked(judged_pairs)
    judged = judged[judged["verdict"].isin(VERDICTS)].reset_index(drop=True)
    told = judged[PAIR].merge(links[LINK_COLUMNS], how="left", on=PAIR)
    place, told_place = (
        pd.Categorical(verdicts, categories=VERDICTS).codes
        for verdicts in (judged["verdict"], told["verdict"].fillna("unrelated"))
    )
    probability = _floats(told["link_probability"])
    return judged[["customer_id", "sampling_weight"]].assign(
        link_probability=probability,
        same_issue_probability=_floats(told["same_issue_probability"]),
        verdict_place=place,
        told_place=told_place,
        is_related=place < len(RELATED),
        is_linked=probability >= 0.5,
        is_same_issue=place == VERDICTS.index("same_issue"),
        is_agreed=place == told_place,
        is_single=place != VERDICTS.index("double_post"),
        is_sure=judged["confidence"].eq("high").fillna(False).to_numpy(bool),
    )


def pair_agreement(
    scored: pd.DataFrame, figures: Iterable[str], random_state: int = 0, draws: int = 500
) -> dict[str, float]:
    """Give how well the links agree with judged pairs.

    Parameters
    ----------
    scored : pandas.DataFrame
        From :func:`score_judged`.
    figures : iterable of str
        Which of :data:`FIGURES`: ``related_rate`` is the share judged related, the floor
        of average precision; precision and recall are those at 0.5; ``same_issue_...``
        leaves double posts out, ``..._high_confidence`` takes sure judgements only.
    random_state, draws : int
        Of the bootstrap.

    Returns
    -------
    dict
        Each figure, weighted, with ``_low`` and ``_high`` (95 %, by customer); NaN
        where the pairs do not allow one.
    """
    told: dict[str, float] = {}
    for name in figures:
        figure, columns, among = FIGURES[name]
        rows = scored if among is None else scored[scored[among]]
        weights, customers = rows["sampling_weight"], rows["customer_id"]
        if figure is weighted_share:
            found = weighted_share(rows[columns[0]], weights, customers)
        else:
            given = [*(rows[column] for column in columns), weights]
            found = by_customer(figure, given, customers, random_state, draws)
        told |= named(name, found)
    return told


def calibration_bands(scored: pd.DataFrame) -> pd.DataFrame:
    """Give the share judged related in each band of link probability that holds pairs.

    Returns
    -------
    pandas.DataFrame
        ``low_probability, high_probability, pairs, predicted, related_rate, low, high``.
    """
    ends = np.array(BANDS)
    place = np.searchsorted(ends[1:-1], scored["link_probability"], side="right")
    rows = []
    for band, inside in scored.groupby([ends[place], ends[place + 1]]):
        weight = inside["sampling_weight"]
        predicted = float(np.average(inside["link_probability"], weights=weight))
        rate = weighted_share(inside["is_related"], weight, inside["customer_id"])
        rows.append((*band, len(inside), predicted, *rate))
    names = ["low_probability", "high_probability", "pairs", "predicted"]
    return pd.DataFrame(rows, columns=[*names, "related_rate", "low", "high"])


def same_case_agreement(links: pd.DataFrame, contacts: pd.DataFrame) -> dict[str, float]:
    """Hold links that were made without case ids against the case ids.

    Recall is of contacts with an earlier one of their case among the links: those linked
    to one. Precision is of the linked pairs whose later contact is such a one: those that
    share a case.
    """
    cases = contacts.set_index("contact_id")["case_id"]
    earlier, later = (links[name].map(cases) for name in PAIR)
    is_same = (earlier == later).fillna(False).to_numpy(bool)
    is_linked = (links["link_probability"] >= 0.5).to_numpy(bool)
    follow_ups = links["follow_up_id"]
    replies = follow_ups[is_same].unique()
    found = follow_ups[is_same & is_linked].nunique()
    of_replies = is_linked & follow_ups.isin(replies).to_numpy()
    right = (of_replies & is_same).sum()
    told = named("same_case_recall", _counted(found, len(replies)))
    return told | named("same_case_precision", _counted(right, of_replies.sum()))


def confirmed_agreement(
    links: pd.DataFrame,
    contacts: pd.DataFrame,
    confirmed: pd.DataFrame,
    least_evidence: float | None,
) -> dict[str, float]:
    """Give how many of the pairs that are known to belong together are linked.

    Parameters
    ----------
    links, contacts, confirmed : pandas.DataFrame
        LINKS of 30 days, CONTACTS, and ``contact_id follow_up_id`` of the pairs. Rows that
        name an unknown contact or lie not within 30 days are set aside and counted.
    least_evidence : float or None
        Evidence of the notes that one pair of different customers in 200 has; where it
        is known, the confirmed pairs that reach it are counted too.
    """
    started = contacts.set_index("contact_id")["started_at"]
    gap = confirmed["follow_up_id"].map(started) - confirmed["contact_id"].map(started)
    is_within = (gap >= pd.Timedelta(0)) & (gap <= pd.Timedelta(days=30))
    found = confirmed.loc[is_within, PAIR].drop_duplicates().merge(links, "left", PAIR)
    linked = (found["link_probability"] >= 0.5).sum()
    told = named("confirmed_recall", _counted(linked, len(found))) | {
        "confirmed_pairs": len(found),
        "confirmed_set_aside": int((~is_within).sum()),
    }
    if least_evidence is None:
        return told
    surer = (found[OF_NOTES].sum(axis=1, min_count=1) >= least_evidence).sum()
    return told | named("confirmed_recall_at_half_percent", _counted(surer, len(found)))


def strangers_agreement(strangers: Mapping[str, Any]) -> dict[str, float]:
    """Give how many pairs of different customers, weighed as one's, would be linked.

    ``strangers`` holds ``pairs``, their number, and ``linked_rate``.
    """
    pairs = strangers["pairs"]
    accepted = _counted(strangers["linked_rate"] * pairs, pairs) if pairs else UNKNOWN
    return named("random_pairs_accepted_rate", accepted) | {"random_pairs": pairs}


def _checked(judged_pairs: pd.DataFrame) -> pd.DataFrame:
    """Refuse what cannot be compared; take for granted what need not be known."""
    missing = [name for name in (*PAIR, "verdict") if name not in judged_pairs.columns]
    if missing:
        raise DataError(f"judged pairs: the columns {', '.join(missing)} are missing; add them.")
    twice = int(judged_pairs.duplicated(PAIR).sum())
    if twice:
        raise DataError(
            f"judged pairs: {twice:,} of {len(judged_pairs):,} rows judge a pair again; "
            "keep one judgement a pair."
        )
    rows = range(len(judged_pairs))
    usual: dict[str, Any] = {"customer_id": rows, "confidence": "", "sampling_weight": 1.0}
    unknown = {name: value for name, value in usual.items() if name not in judged_pairs}
    return judged_pairs.assign(**unknown)


def _floats(values: pd.Series) -> np.ndarray:
    return values.astype("Float64").fillna(0.0).to_numpy(dtype=float)


def _counted(hits: float, trials: int) -> Figure:
    if not trials:
        return UNKNOWN
    low, high = wilson_interval(hits, trials)
    return float(hits / trials), float(low), float(high)
