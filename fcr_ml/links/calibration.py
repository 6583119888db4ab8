"""Let judged pairs correct the verdicts' probabilities: a little, and only if it helps.

Enters: pairs with the four probabilities that were learnt without labels, and the
verdicts that people gave to some of them. Leaves: the same pairs, corrected. What it
will not do: learn from scratch, or change a pair that the desk itself has tied.

The correction is a multinomial logistic model that starts from the unlabelled
probabilities: ``log p + c + F b``, with the evidence F. A ridge holds it near no
correction; how tightly is chosen by cross-validation over customers, and no correction
is kept unless another is better by more than its standard error. So a few dozen
judgements help where they agree, and do not hurt where they do not.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

VERDICTS = ("double_post", "same_issue", "next_issue", "unrelated")

RIDGES = (300.0, 100.0, 30.0, 10.0, 3.0)
"""Penalties that are tried, as judged pairs that say 'no correction'."""

FEWEST_JUDGED = 20
"""Fewer judged pairs cannot be divided into folds that say anything."""

FOLDS = 5
_LEAST = 0.002
_LEARNT = ("link", "alike", "hours", "unanswered")
_KEPT_ARRAYS = ("_centre", "_scale", "_weights")


class JudgedCorrection:
    """A correction of the verdicts' probabilities, learnt from judged pairs.

    Attributes
    ----------
    ridge_ : float
        The penalty chosen; infinite where no correction is made.
    judged_ : int
        Judged pairs that were learnt from.
    """

    ridge_ = np.inf
    judged_ = 0

    def fit(self, links: pd.DataFrame, judged: pd.DataFrame) -> JudgedCorrection:
        """Learn from the judged pairs that are among the links.

        Parameters
        ----------
        links : pandas.DataFrame
            LINKS.
        judged : pandas.DataFrame
            ``contact_id follow_up_id verdict``, and ``customer_id`` and
            ``sampling_weight`` where they are known.
        """
        pairs = judged[judged["verdict"].isin(VERDICTS)].merge(
            links, on=["contact_id", "follow_up_id"], suffixes=("", "_of_link")
        )
        pairs = pairs[~_is_tied(pairs)].reset_index(drop=True)
        self.ridge_, self.judged_ = np.inf, len(pairs)
        self._centre, self._scale = np.zeros(len(_LEARNT)), np.ones(len(_LEARNT))
        self._weights = np.zeros((len(_LEARNT) + 1, len(VERDICTS)))
        if len(pairs) < FEWEST_JUDGED:
            return self
        evidence = _evidence(pairs)
        self._centre, self._scale = evidence.mean(axis=0), evidence.std(axis=0) + 1e-9
        design, start = self._design(pairs), np.log(_probabilities(pairs))
        truth = pairs["verdict"].map({name: k for k, name in enumerate(VERDICTS)}).to_numpy()
        weight = _even_weights(pairs)
        self.ridge_ = _choose_ridge(design, start, truth, weight, _folds(pairs))
        self._weights = _solve(design, start, truth, weight, self.ridge_)
        return self

    def to_dict(self) -> dict[str, Any]:
        """Give the fitted correction as plain numbers, for a release to keep."""
        if not np.isfinite(self.ridge_):
            return {"ridge_": None, "judged_": self.judged_}
        arrays = {name: getattr(self, name).tolist() for name in _KEPT_ARRAYS}
        return {"ridge_": self.ridge_, "judged_": self.judged_, **arrays}

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> JudgedCorrection:
        """Give the correction that :meth:`to_dict` described."""
        correction = cls()
        correction.judged_ = kept["judged_"]
        if kept["ridge_"] is not None:
            correction.ridge_ = kept["ridge_"]
            for name in _KEPT_ARRAYS:
                setattr(correction, name, np.array(kept[name], dtype=float))
        return correction

    def correct(self, links: pd.DataFrame) -> pd.DataFrame:
        """Give the links with corrected probabilities and verdicts.

        Returns
        -------
        pandas.DataFrame
            LINKS; ``judged_weight`` is what the judged pairs add, in log-odds.
        """
        if not np.isfinite(self.ridge_) or not len(links):
            return links
        is_free = ~_is_tied(links)
        free = links[is_free]
        told = _softmax(np.log(_probabilities(free)) + self._design(free) @ self._weights)
        link = 1 - told[:, 3]
        moved = _log_odds(link) - _log_odds(free["link_probability"].to_numpy(float))
        best = np.array(VERDICTS[:3], dtype=object)[told[:, :3].argmax(axis=1)]
        corrected = links.assign(judged_weight=0.0)
        for name, values in zip(VERDICTS[:3], told.T, strict=False):
            corrected.loc[is_free, f"{name}_probability"] = values.round(6)
        corrected.loc[is_free, "link_probability"] = link.round(6)
        corrected.loc[is_free, "judged_weight"] = moved.round(6)
        corrected.loc[is_free, "verdict"] = np.where(link < 0.5, "unrelated", best)
        return corrected

    def _design(self, pairs: pd.DataFrame) -> np.ndarray:
        return np.c_[np.ones(len(pairs)), (_evidence(pairs) - self._centre) / self._scale]


def cross_corrected(links: pd.DataFrame, judged: pd.DataFrame) -> pd.DataFrame:
    """Give the judged pairs' links, each corrected by the judgements of other customers."""
    is_judged = links.merge(judged[["contact_id", "follow_up_id"]])
    owners = judged.set_index(["contact_id", "follow_up_id"])
    own = owners.loc[list(zip(is_judged["contact_id"], is_judged["follow_up_id"], strict=True))]
    folds = _folds(own.reset_index())
    parts = []
    for fold in np.unique(folds):
        inside = own.index[folds == fold]
        others = owners[~owners.index.isin(inside)].reset_index()
        parts.append(JudgedCorrection().fit(links, others).correct(is_judged[folds == fold]))
    return pd.concat(parts, ignore_index=True) if parts else is_judged


def _choose_ridge(
    design: np.ndarray,
    start: np.ndarray,
    truth: np.ndarray,
    weight: np.ndarray,
    folds: np.ndarray,
) -> float:
    """Choose the penalty of the least loss on customers that were not learnt from."""
    uncorrected = -start[np.arange(len(truth)), truth] * weight
    best, chosen = 0.0, np.inf
    for ridge in RIDGES:
        loss = np.empty(len(truth))
        for fold in np.unique(folds):
            out = folds == fold
            solved = _solve(design[~out], start[~out], truth[~out], weight[~out], ridge)
            told = _softmax(start[out] + design[out] @ solved)
            loss[out] = -np.log(told[np.arange(out.sum()), truth[out]]) * weight[out]
        gain = uncorrected - loss
        surely = gain.mean() - gain.std() / np.sqrt(len(gain))
        if surely > best:
            best, chosen = surely, ridge
    return chosen


def _solve(
    design: np.ndarray, start: np.ndarray, truth: np.ndarray, weight: np.ndarray, ridge: float
) -> np.ndarray:
    """Minimise the weighted log loss with a ridge around no correction; shape (f, 4)."""
    shape = (design.shape[1], start.shape[1])
    if not np.isfinite(ridge):
        return np.zeros(shape)
    from scipy.optimize import minimize

    hits = np.eye(shape[1])[truth]

    def loss(flat: np.ndarray) -> tuple[float, np.ndarray]:
        solved = flat.reshape(shape)
        told = _softmax(start + design @ solved)
        value = -(weight[:, None] * hits * np.log(told)).sum() + ridge / 2 * (flat**2).sum()
        slope = design.T @ (weight[:, None] * (told - hits)) + ridge * solved
        return float(value), slope.ravel()

    return minimize(loss, np.zeros(shape[0] * shape[1]), jac=True, method="L-BFGS-B").x.reshape(
        shape
    )


def _evidence(pairs: pd.DataFrame) -> np.ndarray:
    """Lay out what a correction may depend on, in the order of ``_LEARNT``."""
    alike = pairs[["shared_meaning", "word_similarity"]].astype(float).mean(axis=1).fillna(0.0)
    since_end = pairs["hours_since_end"].astype(float)
    return np.c_[
        _log_odds(pairs["link_probability"].to_numpy(float)).clip(-6, 6),
        alike,
        np.log(pairs["hours_between"].to_numpy(float) + 1),
        (since_end.isna() | (since_end < 0)).to_numpy(float),
    ]


def _probabilities(pairs: pd.DataFrame) -> np.ndarray:
    related = pairs[[f"{verdict}_probability" for verdict in VERDICTS[:3]]].to_numpy(float)
    all_four = np.c_[related, 1 - related.sum(axis=1)].clip(_LEAST)
    return all_four / all_four.sum(axis=1, keepdims=True)


def _is_tied(pairs: pd.DataFrame) -> np.ndarray:
    return pairs["is_same_case"].to_numpy(float, na_value=np.nan) == 1


def _even_weights(pairs: pd.DataFrame) -> np.ndarray:
    if "sampling_weight" not in pairs.columns:
        return np.ones(len(pairs))
    weight = pairs["sampling_weight"].to_numpy(float)
    return weight / weight.mean()


def _folds(pairs: pd.DataFrame) -> np.ndarray:
    """Deal customers into folds in the order of their ids; pairs where none is known."""
    owner = pairs["customer_id" if "customer_id" in pairs else "contact_id"]
    return pd.factorize(owner, sort=True)[0] % FOLDS


def _softmax(scores: np.ndarray) -> np.ndarray:
    risen = np.exp(scores - scores.max(axis=1, keepdims=True))
    return risen / risen.sum(axis=1, keepdims=True)


def _log_odds(share: np.ndarray) -> np.ndarray:
    share = share.clip(1e-6, 1 - 1e-6)
    return np.log(share / (1 - share))
