"""Agreement of told reactions with replies that people judged.

Enters: the probability of each reaction, and judgements. Leaves: figures with their
intervals. Nothing is learnt from the judgements here.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from fcr_ml.errors import DataError
from fcr_ml.measures.agreement import auc
from fcr_ml.measures.intervals import bootstrap_interval

NEEDS_HELP = ("still_broken", "follow_on_question", "new_issue")
"""Reactions after which the desk has to work again because its answer was not enough."""

Figure = Callable[[np.ndarray, np.ndarray], float]


def reaction_agreement(
    probabilities: pd.DataFrame,
    reactions: pd.Series,
    customers: pd.Series,
    random_state: int = 0,
) -> dict[str, float]:
    """Give how well told reactions agree with judged ones.

    Parameters
    ----------
    probabilities : pandas.DataFrame
        One column a reaction, one row a judged reply.
    reactions : pandas.Series
        The judged reaction of each, one of the columns.
    customers : pandas.Series
        Who wrote each; the bootstrap draws customers.
    random_state : int
        Seed of the bootstrap.

    Returns
    -------
    dict
        ``thanks_auc`` (thanks against the rest), ``needs_help_auc`` (still broken, a
        follow-on question or a new issue against the rest) and ``reaction_macro_f1``
        (the plain mean over the reactions that were judged at least once, each reply
        taken for its likeliest reaction), each with ``_low`` and ``_high`` (95 %). NaN
        where the judged replies do not allow a figure.

    Raises
    ------
    DataError
        When a judged reaction has no column.
    """
    names = list(probabilities.columns)
    strange = sorted(set(reactions) - set(names))
    if strange:
        raise DataError(
            f"judged replies: no probability was given for {', '.join(map(str, strange))}. "
            "Give one column for each judged reaction."
        )
    told = probabilities.to_numpy(dtype=float)
    judged = np.array([names.index(reaction) for reaction in reactions], dtype=int)
    thanks = names.index("thanks")
    helped = [names.index(name) for name in NEEDS_HELP]
    figures: dict[str, Figure] = {
        "thanks_auc": lambda truth, score: auc(truth == thanks, score[:, thanks]),
        "needs_help_auc": lambda truth, score: auc(
            np.isin(truth, helped), score[:, helped].sum(axis=1)
        ),
        "reaction_macro_f1": lambda truth, score: macro_f1(truth, score.argmax(axis=1)),
    }
    owner = np.asarray(customers)
    by_customer = [np.flatnonzero(owner == customer) for customer in np.unique(owner)]
    return _with_intervals(figures, judged, told, by_customer, random_state)


def macro_f1(truth: np.ndarray, called: np.ndarray) -> float:
    """Give the plain mean of F1 over the kinds that are true at least once.

    Examples
    --------
    >>> macro_f1(np.array([0, 0, 1]), np.array([0, 1, 1])) == (2 / 3 + 2 / 3) / 2
    True
    """
    kinds = np.unique(truth)
    if len(kinds) == 0:
        return float("nan")
    hits = [((truth == kind) & (called == kind)).sum() for kind in kinds]
    sizes = [(truth == kind).sum() + (called == kind).sum() for kind in kinds]
    return float(np.mean([2 * hit / size for hit, size in zip(hits, sizes, strict=True)]))


def _with_intervals(
    figures: dict[str, Figure],
    judged: np.ndarray,
    told: np.ndarray,
    by_customer: list[np.ndarray],
    random_state: int,
) -> dict[str, float]:
    found: dict[str, float] = {}
    for key, figure in figures.items():

        def drawn(chosen: np.ndarray, figure: Figure = figure) -> float:
            rows = np.concatenate([by_customer[place] for place in chosen])
            return figure(judged[rows], told[rows])

        found[key] = figure(judged, told) if len(judged) else float("nan")
        found[f"{key}_low"], found[f"{key}_high"] = (
            bootstrap_interval(drawn, len(by_customer), random_state)
            if len(judged)
            else (float("nan"), float("nan"))
        )
    return found
