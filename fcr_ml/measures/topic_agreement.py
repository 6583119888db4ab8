"""Agreement of topics with labels that people gave to the same texts.

Enters: a label and a topic for each text. Leaves: figures, 1 where all agree. Names of topics
are not looked at, and nothing is learnt from the labels.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from fcr_ml.errors import DataError


def topic_agreement(labels: ArrayLike, topics: ArrayLike, placed: ArrayLike) -> dict[str, float]:
    """Give how well topics agree with labels.

    Parameters
    ----------
    labels : array_like
        The label of each text, none missing.
    topics : array_like of int
        The topic of each text, below 0 where it has none.
    placed : array_like of int
        The same, every text put into the topic it is nearest to; below 0 only where
        there is nothing to go by, as with an empty text.

    Returns
    -------
    dict
        ``accuracy``: the share of all texts that agree when each topic is taken for one
        label at most, and each label for one topic, as suits best; a text without a
        topic does not agree. ``accuracy_all_placed``: the same of ``placed``. ``nmi`` and
        ``ari``: normalised mutual information (by the arithmetic mean) and adjusted Rand
        index of ``placed``, texts that could not be placed being a group of their own;
        NaN where there is one label only. ``share_without_topic``: of all texts.

    Raises
    ------
    DataError
        When there is no text.

    References
    ----------
    Kuhn 1955 (assignment); Vinh, Epps and Bailey 2010 (NMI); Hubert and Arabie 1985 (ARI).

    Examples
    --------
    >>> told = topic_agreement(["pay", "pay", "ship", "ship"], [0, -1, 1, 1], [0, 0, 1, 1])
    >>> told["accuracy"], told["accuracy_all_placed"], told["share_without_topic"]
    (0.75, 1.0, 0.25)
    """
    from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score

    truth, given = pd.factorize(np.asarray(labels, dtype=object))[0], np.asarray(topics)
    everywhere = np.asarray(placed)
    if not len(truth):
        raise DataError("topics: there is no text with a label; give at least one.")
    told = {
        "accuracy": _matched_share(truth, given),
        "accuracy_all_placed": _matched_share(truth, everywhere),
        "nmi": float("nan"),
        "ari": float("nan"),
        "share_without_topic": float(np.mean(given < 0)),
    }
    if truth.max() > 0:
        told["nmi"] = float(normalized_mutual_info_score(truth, everywhere))
        told["ari"] = float(adjusted_rand_score(truth, everywhere))
    return told


def _matched_share(truth: np.ndarray, topics: np.ndarray) -> float:
    """Give the share of all texts that agree under the best one-to-one assignment."""
    from scipy.optimize import linear_sum_assignment

    inside = topics >= 0
    if not inside.any():
        return 0.0
    both = np.zeros((truth.max() + 1, topics.max() + 1))
    np.add.at(both, (truth[inside], topics[inside]), 1)
    return float(both[linear_sum_assignment(both, maximize=True)].sum() / len(truth))
