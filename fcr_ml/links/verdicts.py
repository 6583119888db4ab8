"""Verdicts: what a pair is.

Enters: candidate pairs with evidence and the weights behind their probability. Leaves:
the four verdicts' probabilities, which add to one, and the verdict of each pair. The
rules here read only the two contacts of the pair.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

SAME_CASE_PROBABILITY = 0.98
"""The desk itself filed both under one case id; now and then it files wrongly."""

COPY_SIMILARITY, COPY_HOURS = 0.80, 72.0
"""Word cosine from which two notes say nothing new, and for how long; notes told twice in
other words seldom pass 0.6. Later it is a reminder."""

RESENT_SIMILARITY, RESENT_HOURS = 0.40, 1.0
"""Within the hour a note that means the same is the first one sent again, mended."""

DOUBLE_SLOPE = 20.0
DOUBLE_HOURS_SLOPE = 3.0
"""Log-odds of a double post for each unit of similarity, and of log hours, inside the rules."""

SAME_ISSUE_MIDPOINT, SAME_ISSUE_SLOPE = 0.25, 6.0
"""A related pair without topics is as likely the same issue as the next one at this mean
of the cosines of meaning and words; the slope is how fast that changes."""

SAME_TOPIC_WEIGHT, OTHER_TOPIC_WEIGHT = 1.5, -1.0
"""Log-odds that topics add: a next issue is by its meaning mostly about something else."""

_SAME_CASE = float(np.log(SAME_CASE_PROBABILITY / (1 - SAME_CASE_PROBABILITY)))
_CERTAIN = float(np.log(1e6))


def judge_pairs(pairs: pd.DataFrame, weights: pd.DataFrame, has_ends: bool = True) -> pd.DataFrame:
    """Give each pair its verdict and probabilities.

    Parameters
    ----------
    pairs : pandas.DataFrame
        Candidates with evidence.
    weights : pandas.DataFrame
        Of the same pairs, in log-odds; their sum is that of a link.
    has_ends : bool
        Whether the log says when any contact ended.

    Returns
    -------
    pandas.DataFrame
        ``pairs`` and ``weights`` with ``desk_weight`` (what a common case id, or a
        request sent twice, adds), ``link_probability``, the probabilities of the
        three verdicts that it divides into, and ``verdict``.
    """
    is_same_case = pairs["is_same_case"].to_numpy(float) == 1
    double = _double_share(pairs, has_ends)
    is_double = double >= 0.5
    log_odds = weights.sum(axis=1).to_numpy(float)
    settled = np.where(is_same_case | is_double, np.maximum(log_odds, _SAME_CASE), log_odds)
    link = 1 / (1 + np.exp(-settled.clip(-_CERTAIN, _CERTAIN)))
    double = link * np.where(is_same_case & ~is_double, 0.0, double)
    single = link - double
    same = single * np.where(is_same_case, 1.0, _same_issue_share(pairs))
    verdict = np.select(
        [link < 0.5, is_double, same >= single / 2],
        ["unrelated", "double_post", "same_issue"],
        default="next_issue",
    )
    return pairs.assign(
        **weights.round(6),
        desk_weight=(settled - log_odds).round(6),
        link_probability=link.round(6),
        double_post_probability=double.round(6),
        same_issue_probability=same.round(6),
        next_issue_probability=(single - same).round(6),
        verdict=verdict,
    )


def _double_share(pairs: pd.DataFrame, has_ends: bool) -> np.ndarray:
    """Give the chance that a pair is one request sent twice before any answer could help.

    One half at the similarity or the hour where a rule above ends, less beyond it. In a
    log without ends nobody knows whether an answer came between: there only the next
    hour counts.
    """
    hours = pairs["hours_between"].to_numpy(float)
    since_end = pairs["hours_since_end"].to_numpy(float)
    words = pairs["word_similarity"].to_numpy(float)
    rules = (
        (words, COPY_SIMILARITY, COPY_HOURS),
        (_alike(pairs), RESENT_SIMILARITY, RESENT_HOURS),
    )
    in_time = np.log(np.maximum(hours, 1e-3))
    log_odds = [
        np.minimum(DOUBLE_SLOPE * (alike - least), DOUBLE_HOURS_SLOPE * (np.log(most) - in_time))
        for alike, least, most in rules
    ]
    chance = 1 / (1 + np.exp(-np.nan_to_num(np.fmax(*log_odds), nan=-_CERTAIN)))
    no_answer_yet = np.isnan(since_end) if has_ends else hours <= RESENT_HOURS
    return np.where(no_answer_yet | (since_end < 0), chance, 0.0)


def _same_issue_share(pairs: pd.DataFrame) -> np.ndarray:
    """Give the share of the same issue among related pairs of such evidence.

    Without notes the reason code decides; without any evidence a related pair
    counts as the same issue, the commoner of the two.
    """
    topic = pairs["is_same_topic"].to_numpy(float)
    by_topic = np.select([topic == 1, topic == 0], [SAME_TOPIC_WEIGHT, OTHER_TOPIC_WEIGHT], 0.0)
    log_odds = SAME_ISSUE_SLOPE * (_alike(pairs) - SAME_ISSUE_MIDPOINT) + by_topic
    code = pairs["is_same_reason_code"].fillna(1.0).to_numpy(float)
    without_notes = np.where(code == 1, 0.8, 0.3)
    return np.where(np.isnan(log_odds), without_notes, 1 / (1 + np.exp(-log_odds)))


def _alike(pairs: pd.DataFrame) -> np.ndarray:
    """Give the mean cosine of meaning and words, NaN where there are no notes."""
    return pairs[["shared_meaning", "word_similarity"]].astype(float).mean(axis=1).to_numpy()
