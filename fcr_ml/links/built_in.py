"""Weights of evidence for a log too small to learn its own.

Enters: evidence. Leaves: its log ratio, related over unrelated, by weights set by hand.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

MINIMUM_COUNTED = 60
"""From fewer pairs nothing is counted: a share would be good to a fifth at best."""

BUILT_IN_WEIGHTS = {"shared_meaning": 3.6, "word_similarity": 4.4}
BUILT_IN_INTERCEPT = -2.2
BUILT_IN_CODE_WEIGHTS, BUILT_IN_CODE_INTERCEPT = {"is_same_reason_code": 1.6}, -1.0
"""Log-odds ratios for a log too small to learn its own, set by hand so that two notes
with nothing in common are ten times likelier unrelated and two that share half of
their words as much likelier related. Missing evidence weighs nothing."""


def weigh_by_hand(evidence: np.ndarray, names: Sequence[str]) -> np.ndarray:
    """Give the log ratio of evidence, shape (n, names), before the intercept; shape (n,)."""
    weights = BUILT_IN_WEIGHTS | BUILT_IN_CODE_WEIGHTS
    return np.nansum(evidence * np.array([weights[name] for name in names]), axis=1)


def intercept_by_hand(unrelated: np.ndarray, names: Sequence[str]) -> float:
    """Give the intercept under which the ratio has mean one over unrelated pairs.

    As any ratio to their density has; by hand where they are too few.
    """
    heard = unrelated[~np.isnan(unrelated).all(axis=1)] if names else unrelated[:0]
    if len(heard) >= MINIMUM_COUNTED:
        return -float(np.log(np.exp(weigh_by_hand(heard, names)).mean()))
    return BUILT_IN_CODE_INTERCEPT if "is_same_reason_code" in names else BUILT_IN_INTERCEPT
