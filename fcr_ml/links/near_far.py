"""Near against far: the probability of a link, learnt from the log without labels.

Enters: near pairs (a mixture of related and coincidental), pairs of the same customers
far apart (unrelated), and each customer's rate of coincidental contacts. Leaves: a
probability for each near pair, and the weights that make it.

* A classifier tells near pairs from unrelated ones by their evidence; its odds are
  the ratio of densities ``f_near / f_unrelated``. The near side is a mixture with a
  share ``s`` of related pairs, ``f_near = s f_related + (1 - s) f_unrelated``,
  which is solved for the ratio ``f_related / f_unrelated``.
* How the chance of a link falls with the hours between, and with how often the
  customer contacts anyway, is a logistic curve whose labels are those ratios, by
  expectation and maximisation. Sessions in which a customer asks several things at
  once are thereby seen by what the notes say and not by a rate.
* The share is counted by equal exposure: as many coincidental pairs come in a
  fortnight now as seven weeks later. That is the most it can be, because a customer
  who asks several things at once counts as related; the evidence may lower it.

Half of the customers teach the ratio that the other half is weighed by: a classifier
believes too much of the very pairs it has learnt from, and where nothing is related it
would find something.

What it will not do: see a label, or anything later than ``as_of``.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from fcr_ml.links.coincidence import DAY, Coincidence, count_coincidence, is_counted
from fcr_ml.links.evidence import EVIDENCE, EVIDENCE_WITHOUT_NOTES

log = logging.getLogger(__name__)

MINIMUM_PAIRS = 150
"""Fewer pairs on either side teach less than the built-in weights know."""

LEARNT_PAIRS = 50_000
"""Drawn from more; they settle the curve to the third digit and bound the time."""

USUAL_SHARE = 0.5
"""Taken for the share of related pairs where the log is too short to count it."""


ROUNDS, MAXIMISATIONS = 3, 40
"""The share and the curve move by less than a hundredth after so many."""

RIDGE = 0.1
"""Holds the curve's weights where a log says nothing of them; thousands of pairs outweigh it."""

LEAST_RATIO = 0.02
"""No evidence here proves that two contacts differ: never below a fiftieth."""

BUILT_IN_WEIGHTS = {"shared_meaning": 3.6, "word_similarity": 4.4}
BUILT_IN_INTERCEPT = -2.2
BUILT_IN_CODE_WEIGHTS, BUILT_IN_CODE_INTERCEPT = {"is_same_reason_code": 1.6}, -1.0
"""Log-odds ratios for a log too small to learn its own, set by hand so that two notes
with nothing in common are ten times likelier unrelated and two that share half of
their words as much likelier related. Missing evidence weighs nothing."""

WEIGHT_OF = {
    "shared_meaning": "meaning_weight",
    "word_similarity": "words_weight",
    "is_same_reason_code": "code_weight",
}
"""The column of LINKS that holds the weight of each evidence."""


@dataclass
class NearFarModel:
    """Probability that a near pair belongs together.

    Attributes
    ----------
    method_ : str
        ``near against far`` or ``built-in weights``.
    coincidence_ : Coincidence
        As counted by equal exposure.
    counted_share_ : float
        Share of related pairs among the near ones by equal exposure: what is left
        of them when as many as come seven weeks later are taken for coincidence.
    near_share_ : float
        The share when the evidence has been heard.
    gap_weights_ : numpy.ndarray
        Intercept and weights of days between and of log coincidental contacts a
        year, in log-odds.

    Parameters
    ----------
    random_state : int
        Seed of the draws and of the boosting.
    """

    random_state: int = 0

    def fit(
        self,
        near: pd.DataFrame,
        far: pd.DataFrame,
        unrelated: pd.DataFrame,
        coincidence_per_day: pd.Series,
    ) -> NearFarModel:
        """Learn the ratio of the evidence and the curve of time.

        Parameters
        ----------
        near, unrelated : pandas.DataFrame
            Pairs with evidence; pairs under one case id left out by the caller,
            because the desk itself has already tied those.
        far : pandas.DataFrame
            Pairs seven to nine weeks apart, for the count of coincidence only.
        coincidence_per_day : pandas.Series
            By contact id.
        """
        self.coincidence_ = count_coincidence(near, far)
        self.counted_share_ = self.near_share_ = _related_share(self.coincidence_)
        near, unrelated = (
            _at_most(pairs, LEARNT_PAIRS, self.random_state) for pairs in (near, unrelated)
        )
        self._fit_mixture(near, unrelated)
        self._fit_share(near, coincidence_per_day)
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
        log_odds = self.weigh(near, coincidence_per_day).sum(axis=1).to_numpy()
        return 1 / (1 + np.exp(-log_odds))

    def weigh(self, near: pd.DataFrame, coincidence_per_day: pd.Series) -> pd.DataFrame:
        """Give the weights behind each probability, in log-odds.

        Returns
        -------
        pandas.DataFrame
            ``prior_weight`` (a pair at the usual hours, of a usual customer, with
            the evidence of an unrelated pair), ``hours_weight``,
            ``customer_weight``, ``meaning_weight``, ``words_weight`` and
            ``code_weight``; a row adds up to the log-odds of its probability. The
            evidence's joint weight is shared out evenly over the orders in which
            it may be heard (Shapley, 1953).
        """
        position = _position(near, coincidence_per_day) - self._usual
        weights = pd.DataFrame(0.0, index=near.index, columns=list(WEIGHT_OF.values()))
        heard = near[list(self._weighed)].to_numpy(float)
        bare = np.broadcast_to(self._bare, heard.shape)
        half = near["half"].to_numpy()
        start = self._log_ratio(bare, half)
        weights.insert(0, "prior_weight", float(self._usual @ self.gap_weights_) + start)
        weights.insert(1, "hours_weight", position[:, 1] * self.gap_weights_[1])
        weights.insert(2, "customer_weight", position[:, 2] * self.gap_weights_[2])
        for place, name in enumerate(self._weighed):
            alone, others = bare.copy(), heard.copy()
            alone[:, place], others[:, place] = heard[:, place], bare[:, place]
            first = self._log_ratio(alone, half) - start
            last = self._log_ratio(heard, half) - self._log_ratio(others, half)
            weights[WEIGHT_OF[name]] = (first + last) / 2
        return weights

    def _fit_mixture(self, near: pd.DataFrame, unrelated: pd.DataFrame) -> None:
        """Learn ``f_near / f_unrelated``, where there is enough to learn from."""
        self._classifiers: list[Any] = []
        self.method_ = "built-in weights"
        sides = pd.concat([near, unrelated])
        has_notes = sides["word_similarity"].notna().any()
        ways: Sequence[str] = EVIDENCE if has_notes else EVIDENCE_WITHOUT_NOTES
        # Evidence that the log does not have at all cannot be weighed.
        self._weighed = [name for name in ways if sides[name].nunique() > 1]
        base = unrelated if len(unrelated) else near
        self._bare = base[self._weighed].median().fillna(0.0).to_numpy(float)
        teachers = [
            [pairs[pairs["half"] != half] for pairs in (near, unrelated)] for half in (0, 1)
        ]
        fewest = min(len(pairs) for sides_of_half in teachers for pairs in sides_of_half)
        if fewest < MINIMUM_PAIRS or not self._weighed:
            return
        self.method_ = "near against far"
        self._classifiers = [self._tell_apart(*sides_of_half) for sides_of_half in teachers]

    def _tell_apart(self, near: pd.DataFrame, unrelated: pd.DataFrame) -> Any:
        from sklearn.ensemble import HistGradientBoostingClassifier

        evidence = pd.concat([near, unrelated])[self._weighed].to_numpy(float)
        is_near = np.r_[np.ones(len(near)), np.zeros(len(unrelated))]
        # Both sides weigh the same, so that the odds are a ratio of densities.
        weights = np.where(is_near == 1, 0.5 / len(near), 0.5 / len(unrelated)) * len(is_near)
        return HistGradientBoostingClassifier(
            max_iter=60,
            max_leaf_nodes=4,
            min_samples_leaf=max(20, len(is_near) // 200),
            monotonic_cst=[1] * len(self._weighed),
            early_stopping=False,
            random_state=self.random_state,
        ).fit(evidence, is_near, sample_weight=weights)

    def _log_mixture(self, evidence: np.ndarray, half: np.ndarray) -> np.ndarray:
        """Give ``log(f_near / f_unrelated)``, each half by what the other taught."""
        log_odds = np.zeros(len(evidence))
        for place, classifier in enumerate(self._classifiers):
            inside = half == place
            if inside.any():
                log_odds[inside] = classifier.decision_function(evidence[inside])
        return log_odds

    def _log_ratio(self, evidence: np.ndarray, half: np.ndarray) -> np.ndarray:
        """Give ``log(f_related / f_unrelated)`` of evidence in the order weighed."""
        if not self._classifiers:
            return _built_in(evidence, self._weighed)
        return _solved(np.exp(self._log_mixture(evidence, half)), self.near_share_)

    def _fit_share(self, near: pd.DataFrame, coincidence: pd.Series) -> None:
        """Fit the curve of time and the share that agrees with it."""
        positions = _position(near, coincidence)
        self._usual = np.array([1.0, 0.0, 0.0])
        self.gap_weights_ = np.array([_logit(self.near_share_), 0.0, 0.0])
        if len(near) < MINIMUM_PAIRS:
            return
        self._usual = positions.mean(axis=0)
        evidence, half = near[self._weighed].to_numpy(float), near["half"].to_numpy()
        mixture = np.exp(self._log_mixture(evidence, half))
        for _ in range(ROUNDS if self._classifiers else 1):
            built_in = not self._classifiers
            log_ratio = (
                _built_in(evidence, self._weighed)
                if built_in
                else _solved(mixture, self.near_share_)
            )
            ratio = np.exp(log_ratio)
            self.gap_weights_ = _fit_curve(positions, ratio, self.near_share_)
            related = np.exp(positions @ self.gap_weights_) * ratio
            if not built_in:
                self.near_share_ = float(np.clip((related / (1 + related)).mean(), 0.02, 0.98))
        self._keep_below_counted(near, positions @ self.gap_weights_ + log_ratio)

    def _keep_below_counted(self, near: pd.DataFrame, log_odds: np.ndarray) -> None:
        """Shift the curve down where it believes in more pairs than were counted."""
        from scipy.optimize import brentq

        log_odds = log_odds[is_counted(near)]
        if len(log_odds) < MINIMUM_PAIRS:
            return

        def surplus(shift: float) -> float:
            return float((1 / (1 + np.exp(-log_odds - shift))).mean()) - self.counted_share_

        if surplus(0.0) > 0:
            self.gap_weights_[0] += brentq(surplus, -30, 0)
            self.near_share_ = self.counted_share_


def _solved(mixture: np.ndarray, share: float) -> np.ndarray:
    """Solve ``mixture = share * ratio + 1 - share`` for the logarithm of the ratio."""
    return np.log(np.maximum((mixture - (1 - share)) / share, LEAST_RATIO))


def _fit_curve(positions: np.ndarray, ratio: np.ndarray, share: float) -> np.ndarray:
    """Give the curve under which the pairs' labels, expected from it, are likeliest.

    Every round takes the labels expected under the curve and one Newton step towards
    the logistic curve that fits them best; a slight ridge keeps the steps finite.
    """
    weights = np.array([_logit(share), 0.0, 0.0])
    for _ in range(MAXIMISATIONS):
        curve = 1 / (1 + np.exp(-positions @ weights))
        related = curve * ratio / (curve * ratio + 1 - curve)
        slope = positions.T @ (related - curve) - RIDGE * weights
        bend = (positions * (curve * (1 - curve))[:, None]).T @ positions + RIDGE * np.eye(3)
        weights = weights + np.linalg.solve(bend, slope)
    return weights


def _built_in(evidence: np.ndarray, names: Sequence[str]) -> np.ndarray:
    by_note = "is_same_reason_code" not in names
    weights = BUILT_IN_WEIGHTS if by_note else BUILT_IN_CODE_WEIGHTS
    intercept = BUILT_IN_INTERCEPT if by_note else BUILT_IN_CODE_INTERCEPT
    weighed = np.nansum(evidence * np.array([weights[name] for name in names]), axis=1)
    return weighed + intercept * (~np.isnan(evidence).all(axis=1) if len(names) else 0.0)


def _position(pairs: pd.DataFrame, coincidence_per_day: pd.Series) -> np.ndarray:
    """Give 1, days between and log coincidental contacts a year, shape (n, 3).

    Were related contacts to come like a decay, and coincidental ones at any time, the
    log-odds would fall in proportion to the time between.
    """
    days = (pairs["follow_up_epoch"] - pairs["started_epoch"]).to_numpy(float) / DAY
    by_chance = coincidence_per_day.loc[pairs["contact_id"]].to_numpy(float) * 365
    # A contact in a hundred years keeps the logarithm finite.
    return np.c_[np.ones(len(pairs)), days, np.log(by_chance + 0.01)]


def _related_share(coincidence: Coincidence) -> float:
    """Give the share that is no coincidence; few far pairs are news, few near ones none."""
    if coincidence.near_pairs < MINIMUM_PAIRS:
        return USUAL_SHARE
    return float(np.clip(1 - coincidence.far_pairs / coincidence.near_pairs, 0.1, 0.95))


def _at_most(pairs: pd.DataFrame, count: int, random_state: int) -> pd.DataFrame:
    return pairs if len(pairs) <= count else pairs.sample(count, random_state=random_state)


def _logit(share: float) -> float:
    return float(np.log(share / (1 - share)))
