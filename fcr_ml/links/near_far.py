"""Near against far: the probability of a link, learnt from the log without labels.

Enters: near pairs (a mixture of related and coincidental), pairs of the same customers
far apart (unrelated), and each customer's rate of coincidental contacts. Leaves: a
probability for each near pair, and the weights that make it.

* A classifier tells near pairs from unrelated ones by their evidence; its odds are
  the ratio of densities ``f_near / f_unrelated``. The near side is a mixture with a
  share ``s`` of related pairs, ``f_near = s f_related + (1 - s) f_unrelated``,
  which is solved for the ratio ``f_related / f_unrelated``.
* How the chance of a link falls with the days between, and with how often the
  customer contacts anyway, is a logistic curve that hears those ratios and how many
  pairs come near for each one far; see :mod:`fcr_ml.links.curve`. The share follows.

Half of the customers teach the ratio that the other half is weighed by: a classifier
believes too much of the very pairs it has learnt from, and where nothing is related it
would find something. As much as it overstates on the other half, it is held back.

What it will not do: see a label, or anything later than ``as_of``.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from fcr_ml.links.built_in import MINIMUM_COUNTED, intercept_by_hand, weigh_by_hand
from fcr_ml.links.coincidence import DAY, Coincidence, count_coincidence, is_counted
from fcr_ml.links.curve import SeenPairs, fit_curve, positions_in_time
from fcr_ml.links.evidence import EVIDENCE, EVIDENCE_WITHOUT_NOTES
from fcr_ml.links.grid import EvidenceGrid

log = logging.getLogger(__name__)

MINIMUM_PAIRS = 150
"""Fewer pairs on either side teach less than the built-in weights know."""

LEARNT_PAIRS = 50_000
"""Drawn from more; they settle the curve to the third digit and bound the time."""

USUAL_SHARE = 0.35
"""Taken for the share of related pairs where the log is too short to count it. In those that
were counted it lies between .25 and .5."""

ROUNDS = 12
"""Ratio and curve settle each other. Where many pairs are counted they do so within a few; on
the forum the share still falls by a hundredth a round, and more would trust the notes too far."""

UNLEARNT_DOUBT = 1.0
"""Standard error, in log-odds, of weights that were set by hand."""

LEAST_RATIO = 0.02
"""No evidence here proves that two contacts differ: never below a fiftieth."""

WEIGHT_OF = {
    "shared_meaning": "meaning_weight",
    "word_similarity": "words_weight",
    "is_same_reason_code": "code_weight",
}
"""The column of LINKS that holds the weight of each evidence."""


_KEPT = ("random_state", "method_", "near_share_", "doubt_", "_steepness", "_intercept", "_weighed")
_KEPT_ARRAYS = ("gap_weights_", "_bare", "_usual")


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
        of them when as many as come seven weeks later are taken for coincidence. NaN
        where there are too few to count.
    near_share_ : float
        The share when the evidence has been heard.
    gap_weights_ : numpy.ndarray
        Log-odds for each column of :func:`fcr_ml.links.curve.positions_in_time`.
    doubt_ : float
        Standard error of the log-odds of all links alike.

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
            Pairs seven to nine weeks apart, ``seconds_beyond`` the seven; how many
            there are says how many of the near ones are coincidence.
        coincidence_per_day : pandas.Series
            By contact id.
        """
        self.coincidence_ = count_coincidence(near, far)
        self.counted_share_ = _related_share(self.coincidence_)
        self.near_share_ = USUAL_SHARE if np.isnan(self.counted_share_) else self.counted_share_
        far = far[far["is_exposed"] == 1]
        if len(near) > LEARNT_PAIRS:
            # Far pairs in the same proportion, because their numbers are compared.
            far = far.sample(frac=LEARNT_PAIRS / len(near), random_state=self.random_state)
        near, unrelated = (
            _at_most(pairs, LEARNT_PAIRS, self.random_state) for pairs in (near, unrelated)
        )
        self._fit_mixture(near, unrelated)
        self._fit_curve(near, far, coincidence_per_day)
        log.info(
            "links: %s near and %s unrelated pairs, %s, related share %.2f",
            f"{len(near):,}",
            f"{len(unrelated):,}",
            self.method_,
            self.near_share_,
        )
        return self

    def to_dict(self) -> dict[str, Any]:
        """Give the fitted model as plain numbers and text, for a release to keep."""
        kept = {name: getattr(self, name) for name in _KEPT}
        arrays = {name: getattr(self, name).tolist() for name in _KEPT_ARRAYS}
        grids = [grid.to_dict() for grid in self._classifiers]
        counted = {n: None if v != v else v for n, v in asdict(self.coincidence_).items()}
        return kept | arrays | {"_classifiers": grids, "coincidence_": counted}

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> NearFarModel:
        """Give the model that :meth:`to_dict` described; it weighs to the same bits."""
        model = cls(kept["random_state"])
        for name in _KEPT:
            setattr(model, name, kept[name])
        for name in _KEPT_ARRAYS:
            setattr(model, name, np.array(kept[name], dtype=float))
        model._classifiers = [EvidenceGrid.from_dict(grid) for grid in kept["_classifiers"]]
        counted: dict[str, Any] = kept["coincidence_"]
        missing = {name: np.nan for name, value in counted.items() if value is None}
        model.coincidence_ = Coincidence(**counted | missing)
        return model

    def predict(self, near: pd.DataFrame, coincidence_per_day: pd.Series) -> np.ndarray:
        """Give the probability of a link for each pair, shape (n,), float64."""
        return _chance(self.weigh(near, coincidence_per_day).sum(axis=1).to_numpy())

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
        position = _position(near, _days(near), coincidence_per_day) - self._usual
        weights = pd.DataFrame(0.0, index=near.index, columns=list(WEIGHT_OF.values()))
        evidence, half = near[list(self._weighed)].to_numpy(float), near["half"].to_numpy()
        every = frozenset(range(len(self._weighed)))
        # What each set of evidence weighs when only it is heard; at most two are weighed.
        heard = {
            frozenset(some): self._log_ratio_of(evidence, half, list(some))
            for count in range(len(every) + 1)
            for some in combinations(sorted(every), count)
        }
        nothing = heard[frozenset()]
        weights.insert(0, "prior_weight", float(self._usual @ self.gap_weights_) + nothing)
        weights.insert(1, "hours_weight", position[:, [1, 3]] @ self.gap_weights_[[1, 3]])
        weights.insert(2, "customer_weight", position[:, 2] * self.gap_weights_[2])
        for place, name in enumerate(self._weighed):
            first = heard[frozenset({place})] - nothing
            last = heard[every] - heard[every - {place}]
            weights[WEIGHT_OF[name]] = (first + last) / 2
        return weights

    def _log_ratio_of(self, evidence: np.ndarray, half: np.ndarray, some: list[int]) -> np.ndarray:
        """Give the log ratio when only some of the evidence is heard."""
        if not some:
            of_half = self._log_ratio(np.vstack([self._bare] * 2), np.array([0, 1]))
            return of_half[half]
        heard = np.tile(self._bare, (len(evidence), 1))
        heard[:, some] = evidence[:, some]
        return self._log_ratio(heard, half)

    def _fit_mixture(self, near: pd.DataFrame, unrelated: pd.DataFrame) -> None:
        """Learn ``f_near / f_unrelated``, where there is enough to learn from."""
        self._classifiers: list[EvidenceGrid] = []
        self._steepness, self._intercept = 1.0, 0.0
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
            self._intercept = intercept_by_hand(
                unrelated[self._weighed].to_numpy(float), self._weighed
            )
            return
        self.method_ = "near against far"
        self._classifiers = [self._tell_apart(*sides_of_half) for sides_of_half in teachers]
        self._temper(near, unrelated)

    def _temper(self, near: pd.DataFrame, unrelated: pd.DataFrame) -> None:
        """Hold the ratios back by as much as they overstate on the half they have not seen.

        On 3,000 simulated contacts half of what a classifier says is chance.
        """
        from sklearn.linear_model import LogisticRegression

        heard, half, is_near, weights = self._sides(near, unrelated)
        told = self._log_mixture(heard, half)
        line = LogisticRegression(C=1e4).fit(told[:, None], is_near, sample_weight=weights)
        self._steepness = float(np.clip(line.coef_[0, 0], 0.0, 1.0))

    def _tell_apart(self, near: pd.DataFrame, unrelated: pd.DataFrame) -> EvidenceGrid:
        from sklearn.ensemble import HistGradientBoostingClassifier

        evidence, _, is_near, weights = self._sides(near, unrelated)
        trees = HistGradientBoostingClassifier(
            max_iter=60,
            max_leaf_nodes=4,
            min_samples_leaf=max(20, len(is_near) // 200),
            monotonic_cst=[1] * len(self._weighed),
            early_stopping=False,
            random_state=self.random_state,
        ).fit(evidence, is_near, sample_weight=weights)
        return EvidenceGrid.of(trees)

    def _sides(self, near: pd.DataFrame, unrelated: pd.DataFrame) -> tuple[np.ndarray, ...]:
        """Give evidence, half, side and weight of near and unrelated pairs together.

        Both sides weigh the same, so that odds are a ratio of densities.
        """
        both = pd.concat([near, unrelated])
        is_near = np.r_[np.ones(len(near)), np.zeros(len(unrelated))]
        weights = np.where(is_near == 1, 0.5 / len(near), 0.5 / len(unrelated)) * len(is_near)
        return both[self._weighed].to_numpy(float), both["half"].to_numpy(), is_near, weights

    def _log_mixture(self, evidence: np.ndarray, half: np.ndarray) -> np.ndarray:
        """Give ``log(f_near / f_unrelated)``, each half by what the other taught."""
        log_odds = np.zeros(len(evidence))
        for place, classifier in enumerate(self._classifiers):
            inside = half == place
            if inside.any():
                log_odds[inside] = classifier.decision_function(evidence[inside])
        return log_odds * self._steepness

    def _log_ratio(self, evidence: np.ndarray, half: np.ndarray) -> np.ndarray:
        """Give ``log(f_related / f_unrelated)`` of evidence in the order weighed."""
        if not self._classifiers:
            is_heard = ~np.isnan(evidence).all(axis=1) if self._weighed else 0.0
            return weigh_by_hand(evidence, self._weighed) + self._intercept * is_heard
        return _solved(self._log_mixture(evidence, half), self.near_share_)

    def _fit_curve(self, near: pd.DataFrame, far: pd.DataFrame, coincidence: pd.Series) -> None:
        """Fit the curve of time, and the share of related pairs that follows from it."""
        positions = _position(near, _days(near), coincidence)
        self._usual = np.array([1.0, 0.0, 0.0, 0.0])
        self.gap_weights_ = np.array([_logit(self.near_share_), 0.0, 0.0, 0.0])
        self.doubt_ = UNLEARNT_DOUBT
        if np.isnan(self.counted_share_):
            # Notes alone cannot tell the share; they only say which pairs it is made of.
            return
        self._usual = positions.mean(axis=0)
        evidence, half = near[self._weighed].to_numpy(float), near["half"].to_numpy()
        beyond = far["seconds_beyond"].to_numpy(float) / DAY
        far_positions = _position(far, beyond, coincidence)
        ratio = np.ones(len(near))  # weights set by hand are no densities to count with
        for _ in range(ROUNDS if self._classifiers else 1):
            if self._classifiers:
                ratio = np.exp(self._log_ratio(evidence, half))
            seen = SeenPairs(
                positions=np.r_[positions, far_positions],
                ratio=np.r_[ratio, np.ones(len(far))],
                is_near=np.r_[np.ones(len(near)), np.zeros(len(far))] == 1,
                is_counted=np.r_[is_counted(near), np.ones(len(far)) == 1],
                customers=np.r_[near["customer"], far["customer"]],
            )
            self.gap_weights_, covariance = fit_curve(seen, self.gap_weights_)
            chance = _chance(positions @ self.gap_weights_ + np.log(ratio))
            self.near_share_ = float(chance.mean().clip(0.02, 0.98))
        of_curve = float(np.sqrt(self._usual @ covariance @ self._usual))
        self.doubt_ = of_curve if self._classifiers else float(np.hypot(of_curve, UNLEARNT_DOUBT))


def _chance(log_odds: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-log_odds.clip(-30, 30)))


def _solved(log_mixture: np.ndarray, share: float) -> np.ndarray:
    """Solve ``mixture = share * ratio + 1 - share`` for the logarithm of the ratio."""
    return np.log(np.maximum((np.exp(log_mixture) - (1 - share)) / share, LEAST_RATIO))


def _days(pairs: pd.DataFrame) -> np.ndarray:
    return (pairs["follow_up_epoch"] - pairs["started_epoch"]).to_numpy(float) / DAY


def _position(pairs: pd.DataFrame, days: np.ndarray, coincidence_per_day: pd.Series) -> np.ndarray:
    by_chance = coincidence_per_day.loc[pairs["contact_id"]].to_numpy(float) * 365
    return positions_in_time(days, by_chance)


def _related_share(coincidence: Coincidence) -> float:
    """Give the share that is no coincidence; few far pairs are news, few near ones none."""
    if coincidence.near_pairs < MINIMUM_COUNTED:
        return float("nan")
    return float(np.clip(1 - coincidence.far_pairs / coincidence.near_pairs, 0.1, 0.95))


def _at_most(pairs: pd.DataFrame, count: int, random_state: int) -> pd.DataFrame:
    return pairs if len(pairs) <= count else pairs.sample(count, random_state=random_state)


def _logit(share: float) -> float:
    return float(np.log(share / (1 - share)))
