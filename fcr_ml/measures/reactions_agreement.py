"""Agreement of told reactions with replies that people judged.

Enters: the probability of each reaction, and judgements. Leaves: figures with their
intervals. Nothing is learnt from the judgements here.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from fcr_ml.errors import DataError
from fcr_ml.measures.agreement import auc, by_customer, macro_f1, named

NEEDS_HELP = ("still_broken", "follow_on_question", "new_issue")
"""Reactions after which the desk has to work again because its answer was not enough."""


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
    figures = {
        "thanks_auc": (auc, judged == thanks, told[:, thanks]),
        "needs_help_auc": (auc, np.isin(judged, helped), told[:, helped].sum(axis=1)),
        "reaction_macro_f1": (macro_f1, judged, told.argmax(axis=1)),
    }
    found: dict[str, float] = {}
    for name, (figure, *columns) in figures.items():
        found |= named(name, by_customer(figure, columns, customers, random_state))
    return found
