"""What boosted trees say of one or two kinds of evidence, as the table that it is.

Enters: a fitted classifier. Leaves: the thresholds of each kind of evidence and the
log-odds between them. Trees are constant between their thresholds, so nothing is lost,
the table is looked up faster than the trees, and it is kept as plain numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np


@dataclass(frozen=True, eq=False)
class EvidenceGrid:
    """Log-odds by evidence.

    Parameters
    ----------
    thresholds : tuple of numpy.ndarray
        For each kind of evidence where the log-odds change, ascending; a value that
        equals a threshold lies below it.
    log_odds : numpy.ndarray
        One dimension a kind of evidence, of length thresholds + 2: between the
        thresholds, and last where the evidence is missing.
    """

    thresholds: tuple[np.ndarray, ...]
    log_odds: np.ndarray

    @classmethod
    def of(cls, classifier: Any) -> EvidenceGrid:
        """Give the table of a fitted ``HistGradientBoostingClassifier`` of two classes."""
        nodes = np.concatenate([trees[0].nodes for trees in classifier._predictors])
        split = nodes[nodes["is_leaf"] == 0]
        thresholds = tuple(
            np.unique(split["num_threshold"][split["feature_idx"] == place])
            for place in range(classifier.n_features_in_)
        )
        # A point in every cell: each threshold lies below itself, the last cell lies beyond.
        points = [np.r_[known, np.inf, np.nan] for known in thresholds]
        corners = np.array(list(product(*points)), dtype=float)
        told = classifier.decision_function(corners)
        return cls(thresholds, told.reshape([len(along) for along in points]))

    def decision_function(self, evidence: np.ndarray) -> np.ndarray:
        """Give the log-odds of evidence of shape (n, kinds), NaN where missing; shape (n,)."""
        cells = []
        for values, known in zip(evidence.T, self.thresholds, strict=True):
            cell = np.searchsorted(known, values, side="left")
            cells.append(np.where(np.isnan(values), len(known) + 1, cell))
        return np.asarray(self.log_odds[tuple(cells)])

    def to_dict(self) -> dict[str, Any]:
        """Give the table as plain lists."""
        return {
            "thresholds": [known.tolist() for known in self.thresholds],
            "log_odds": self.log_odds.tolist(),
        }

    @classmethod
    def from_dict(cls, kept: dict[str, Sequence[Any]]) -> EvidenceGrid:
        """Give the table that :meth:`to_dict` described, to the last bit."""
        thresholds = tuple(np.array(known, dtype=float) for known in kept["thresholds"])
        return cls(thresholds, np.array(kept["log_odds"], dtype=float))
