"""Several windows at once: one model of when customers return, beside a model a window.

Enters: contacts as far as they were followed, and closed ones that came after. Leaves: how
both did within each window and how far apart they are. Nothing is chosen here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from fcr_ml.frames import RepeatWindow
from fcr_ml.risk.figures import plain_figures
from fcr_ml.risk.model import RiskModel
from fcr_ml.risk.returns import ReturnModel
from fcr_ml.risk.rows import returned_within
from fcr_ml.risk.split import TimeSplit

HORIZONS = ("24h", "48h", "7d")
"""Told where they are shorter than the repeat window, which is told too."""

RETURNS, CLASSIFIER = "return model", "risk model"


def compare_horizons(
    rows: pd.DataFrame,
    followed: pd.DataFrame,
    split: TimeSplit,
    names: Sequence[str],
    window: RepeatWindow,
) -> list[dict[str, Any]]:
    """Measure both models within each window, on the same contacts.

    Parameters
    ----------
    rows : pandas.DataFrame
        From :func:`fcr_ml.risk.rows.closed_rows`.
    followed : pandas.DataFrame
        From :func:`fcr_ml.risk.rows.followed_rows`, until the test begins.
    split : TimeSplit
        Over ``rows``.
    names : sequence of str
        Features.
    window : RepeatWindow
        The repeat window.

    Returns
    -------
    list of dict
        By window, the shortest first: ``window``, ``base_rate``, ``scorers`` (by name:
        ``auc``, ``ap``, ``brier``, ``calibration_error``), ``mean_apart`` (the mean
        distance of the two probabilities) and ``contradicted_rate``: contacts of which the
        risk model of this window says more than that of the whole window.
    """
    tested = rows[split.test].reset_index(drop=True)
    model = ReturnModel(RETURNS, names).fit_followed(followed, split.calibration_begins_at)
    shorter = [RepeatWindow.parse(text) for text in HORIZONS]
    asked = [*(shorter_one for shorter_one in shorter if shorter_one.hours < window.hours), window]
    alone = [_alone(rows, split, names, one.hours) for one in asked]
    risks = [classifier.risk(tested) for classifier in alone]
    told = []
    for one, risk in zip(asked, risks, strict=True):
        labels = returned_within(tested, one.hours)
        given = {RETURNS: model.risk(tested, one.hours), CLASSIFIER: risk}
        scored = tested.assign(repeated_probability=labels)
        told.append(
            {
                "window": str(one),
                "base_rate": float(labels.mean()),
                "scorers": plain_figures(scored, given),
                "mean_apart": float(np.abs(given[RETURNS] - risk).mean()),
                "contradicted_rate": float((risk > risks[-1]).mean()),
            }
        )
    return told


def _alone(rows: pd.DataFrame, split: TimeSplit, names: Sequence[str], hours: float) -> RiskModel:
    """Learn a risk model of one window from contacts whose whole window has run out."""
    labelled = rows.assign(repeated_probability=returned_within(rows, hours))
    return RiskModel(CLASSIFIER, names).fit(labelled, split)
