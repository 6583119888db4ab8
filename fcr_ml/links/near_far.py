"""Near against far: the probability of a link, learnt from the log without labels.

Enters: near pairs (a mixture of related and coincidental), unrelated pairs (far
apart, or of different customers) and each customer's rate of coincidental
contacts. Leaves: a probability for each near pair.

* A classifier tells near pairs from unrelated ones by their evidence; its odds are
  the ratio of densities ``f_near / f_unrelated``. The near side is a mixture with a
  known share ``s`` of related pairs, ``f_near = s f_related + (1 - s) f_unrelated``,
  which is solved for the ratio ``f_related / f_unrelated``.
* How the chance of a link falls with the hours between, and with how often the
  customer contacts anyway, is a logistic curve whose labels are those ratios, by
  expectation and maximisation. Sessions in which a customer asks several things at
  once are thereby seen by what the notes say and not by a rate.

What it will not do: see a label, or anything later than ``as_of``.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

import numpy as np
import pandas as pd

from fcr_ml.links.evidence import EVIDENCE, EVIDENCE_WITHOUT_NOTES

log = logging.getLogger(__name__)

DAY = 86_400
NEAR_SPAN_SECONDS = 14 * DAY
"""As long as the far span, so that coincidence falls equally often into both."""

MINIMUM_PAIRS = 150
"""Fewer pairs on either side teach less than the built-in weights know."""

LEARNT_PAIRS = 50_000
"""Drawn from more; they settle the curve to the third digit and bound the time."""

USUAL_SHARE = 0.5
"""Taken for the share of related pairs where the log is too short to count it."""

MAXIMISATIONS = 30
"""The share moves by less than a thousandth after some twenty rounds."""

BUILT_IN_WEIGHTS = {
    "intercept": -2.2,
    "note_similarity": 3.6,
    "word_similarity": 4.4,
    "is_same_topic": 0.9,
}
BUILT_IN_WITHOUT_NOTES = {"intercept": -1.0, "is_same_reason_code": 1.6}
"""Log-odds ratios for a log too small to learn its own, set by hand so that two notes
with nothing in common are ten times likelier unrelated and two that share half of
their words as much likelier related. Missing evidence weighs nothing."""


@dataclass
class NearFarModel:
    """Probability that a near pair belongs together.

    Attributes
    ----------
    method_ : str
        ``far pairs``, ``far pairs and other customers`` or ``built-in weights``.
    near_share_ : float
        Share of related pairs among the near ones, before any evidence.
    gap_weights_ : numpy.ndarray
        Intercept and weights of log hours and of log coincidental contacts a
        year, in log-odds.

    Parameters
    ----------
    random_state : int
        Seed of the boosting.
    """

    random_state: int = 0

    def fit(
        self,
        near: pd.DataFrame,
        far: pd.DataFrame,
        others: pd.DataFrame,
        coincidence_per_day: pd.Series,
    ) -> NearFarModel:
        """Learn the ratio of the evidence and the curve of time.

        Parameters
        ----------
        near, far, others : pandas.DataFrame
            Pairs with evidence; pairs under one case id left out by the caller,
            because the desk itself has already tied those.
        coincidence_per_day : pandas.Series
            By contact id.
        """
        self.near_share_ = _related_share(near, far)
        near, far = (_at_most(pairs, LEARNT_PAIRS, self.random_state) for pairs in (near, far))
        # Far pairs know how alike two matters of one customer are, but some of them are
        # one matter that dragged on; pairs of different customers are never that.
        unrelated = pd.concat([far, others], ignore_index=True)
        self._fit_ratio(near, unrelated)
        self._fit_curve(near, coincidence_per_day)
        log.info(
            "links: %s near and %s unrelated pairs, %s, related share %.2f",
            f"{len(near):,}",
            f"{len(unrelated):,}",
            self.method_,
            self.near_share_,
        )
        return self

    def predict(self, near: pd.DataFrame, coincidence_per_day: pd.Series) -> np.ndarray:
        """Give the probability of a link for each pair, shape (n,), float64."""
        if not len(near):
            return np.empty(0)
        position = _position(near, coincidence_per_day) @ self.gap_weights_
        odds = np.exp(position) * self._ratio(near)
        return (odds / (1 + odds)).round(6)

    def _fit_ratio(self, near: pd.DataFrame, unrelated: pd.DataFrame) -> None:
        self._classifier = None
        self.method_ = "built-in weights"
        sides = pd.concat([near, unrelated])
        ways = EVIDENCE if sides["word_similarity"].notna().any() else EVIDENCE_WITHOUT_NOTES
        # Evidence that the log does not have at all cannot be weighed.
        self._weighed = [name for name in ways if sides[name].nunique() > 1]
        if min(len(near), len(unrelated)) < MINIMUM_PAIRS or not self._weighed:
            return
        from sklearn.ensemble import HistGradientBoostingClassifier

        self.method_ = "near against far"
        is_near = np.r_[np.ones(len(near)), np.zeros(len(unrelated))]
        # Both sides weigh the same, so that the odds are a ratio of densities.
        weights = np.where(is_near == 1, 0.5 / len(near), 0.5 / len(unrelated)) * len(is_near)
        self._classifier = HistGradientBoostingClassifier(
            max_iter=30,
            max_leaf_nodes=4,
            min_samples_leaf=max(20, len(is_near) // 200),
            monotonic_cst=[ways[name] for name in self._weighed],
            early_stopping=False,
            random_state=self.random_state,
        ).fit(sides[self._weighed].to_numpy(float), is_near, sample_weight=weights)

    def _ratio(self, pairs: pd.DataFrame) -> np.ndarray:
        """Give ``f_related / f_unrelated`` of each pair's evidence.

        Never below a fiftieth: no evidence here proves that two contacts differ.
        """
        if self._classifier is None:
            has_notes = pairs["note_similarity"].notna() | pairs["word_similarity"].notna()
            return np.exp(
                np.where(
                    has_notes,
                    _score(pairs, BUILT_IN_WEIGHTS),
                    _score(pairs, BUILT_IN_WITHOUT_NOTES),
                )
            )
        chance_near = self._classifier.predict_proba(pairs[self._weighed].to_numpy(float))[:, 1]
        mixture = chance_near / (1 - chance_near)
        share = self.near_share_
        return np.maximum((mixture - (1 - share)) / share, 0.02)

    def _fit_curve(self, near: pd.DataFrame, coincidence: pd.Series) -> None:
        self.gap_weights_ = np.array([_logit(self.near_share_), 0.0, 0.0])
        if len(near) < MINIMUM_PAIRS:
            return
        from sklearn.linear_model import LogisticRegression

        ratio = self._ratio(near)
        positions = _position(near, coincidence)
        both = np.r_[positions, positions]
        labels = np.r_[np.ones(len(near)), np.zeros(len(near))]
        for _ in range(MAXIMISATIONS):
            odds = np.exp(positions @ self.gap_weights_) * ratio
            related = odds / (1 + odds)
            curve = LogisticRegression(fit_intercept=False, C=10.0)
            curve.fit(both, labels, sample_weight=np.r_[related, 1 - related])
            self.gap_weights_ = curve.coef_[0]
        self._keep_share(near, positions, ratio)

    def _keep_share(self, near: pd.DataFrame, positions: np.ndarray, ratio: np.ndarray) -> None:
        """Shift the curve until the pairs whose share was counted have that share.

        The evidence of coincidental pairs near in time is a little more alike
        than that of pairs far apart, so the curve alone believes too much.
        """
        from scipy.optimize import brentq

        counted = _is_counted(near)
        log_odds = (positions @ self.gap_weights_ + np.log(ratio))[counted]
        if len(log_odds) < MINIMUM_PAIRS:
            return

        def surplus(shift: float) -> float:
            return float((1 / (1 + np.exp(-log_odds - shift))).mean()) - self.near_share_

        self.gap_weights_[0] += brentq(surplus, -20, 20)


def _score(pairs: pd.DataFrame, weights: dict[str, float]) -> np.ndarray:
    names = [name for name in weights if name in pairs.columns]
    evidence = pairs[names].to_numpy(float)
    weighed = np.nansum(evidence * np.array([weights[name] for name in names]), axis=1)
    return weighed + weights["intercept"]


def _position(pairs: pd.DataFrame, coincidence_per_day: pd.Series) -> np.ndarray:
    """Give 1, log hours between and log coincidental contacts a year, shape (n, 3)."""
    hours = (pairs["follow_up_epoch"] - pairs["started_epoch"]).to_numpy(float) / 3_600
    by_chance = coincidence_per_day.loc[pairs["contact_id"]].to_numpy(float) * 365
    # A quarter of an hour and a contact in a hundred years keep the logarithms finite.
    return np.c_[np.ones(len(pairs)), np.log(hours + 0.25), np.log(by_chance + 0.01)]


def _related_share(near: pd.DataFrame, far: pd.DataFrame) -> float:
    """Count the share of related pairs by equal exposure.

    Among customers who are still there after the far span, as many coincidental
    pairs fall into the near fortnight as into the far one, so the share of related
    pairs is ``1 - far / near``.
    """
    near_pairs = int(_is_counted(near).sum())
    far_pairs = int((far["is_exposed"] == 1).sum())
    if min(near_pairs, far_pairs) < MINIMUM_PAIRS:
        return USUAL_SHARE
    return float(np.clip(1 - far_pairs / near_pairs, 0.1, 0.95))


def _is_counted(near: pd.DataFrame) -> np.ndarray:
    gap = (near["follow_up_epoch"] - near["started_epoch"]).to_numpy()
    return (gap <= NEAR_SPAN_SECONDS) & (near["is_exposed"].to_numpy() == 1)


def _at_most(pairs: pd.DataFrame, count: int, random_state: int) -> pd.DataFrame:
    return pairs if len(pairs) <= count else pairs.sample(count, random_state=random_state)


def _logit(share: float) -> float:
    return float(np.log(share / (1 - share)))
