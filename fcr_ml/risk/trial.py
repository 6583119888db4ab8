"""Learn risk before a day and score the contacts that came after it.

Enters: a casebook, the moment of prediction and the day. Leaves: plain figures with
intervals, the baselines' beside them, by group and by length of the list. What is
used in the end is decided in :mod:`fcr_ml.risk.study`; here it is only measured.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from fcr_ml.features import build_features
from fcr_ml.features.moments import Moment
from fcr_ml.frames import Casebook, RepeatWindow
from fcr_ml.risk.baselines import fit_baselines
from fcr_ml.risk.evaluate import DRAWS, TOO_GOOD
from fcr_ml.risk.figures import caught_by_lists, figures_by_group, plain_figures, risk_figures
from fcr_ml.risk.horizons import compare_horizons
from fcr_ml.risk.leaks import find_leaks, find_leaks_in_labels, leak_remarks, without_leaks
from fcr_ml.risk.metrics import customer_draws
from fcr_ml.risk.model import RiskModel
from fcr_ml.risk.rows import closed_rows, followed_rows
from fcr_ml.risk.split import split_by_time


def try_risk(
    casebook: Casebook,
    moment: Moment = "end",
    contact_ids: np.ndarray | None = None,
    test_from: pd.Timestamp | None = None,
    per_day: int | None = None,
    random_state: int = 0,
) -> dict[str, Any]:
    """Measure risk on the latest closed contacts.

    Parameters
    ----------
    casebook : Casebook
        The main reading and window in its settings say what is predicted. Under the
        moments ``start`` and ``live`` its windows begin at the start.
    moment : {'end', 'start', 'live'}
        When risk is asked for.
    contact_ids : numpy.ndarray, optional
        The contacts that are learned from and scored; all by default.
    test_from : pandas.Timestamp, optional
        The first moment of the test; the last quarter of the closed contacts by default.
    per_day : int, optional
        Contacts that the desk can take each day.
    random_state : int
        Seed of the bootstrap, which draws customers.

    Returns
    -------
    dict
        The figures of :func:`~fcr_ml.risk.figures.risk_figures` of the risk model;
        ``contacts``, ``repeats``, ``first_time_contacts``, ``learned_contacts``,
        ``test_from``, ``test_to``, ``reading``, ``window``, ``moment``; ``baselines``
        (by name: ``auc``, ``ap``, ``brier``, ``calibration_error``), ``groups``,
        ``lists``, ``windows`` (:func:`~fcr_ml.risk.horizons.compare_horizons`), ``leaks``
        (remarks on features left out because they know more than the moment did), and
        ``alarm``, which is not null where the AUC is too good to be true.
    """
    features = build_features(casebook, moment=moment)
    rows = _among(closed_rows(casebook, features), contact_ids)
    split = split_by_time(rows, test_from=test_from)
    ahead = find_leaks(casebook, moment=moment)
    leaks = pd.concat([ahead, find_leaks_in_labels(rows, features, split)])
    rows = without_leaks(rows, features, leaks)
    names = [name for name in features.names if name in rows.columns]
    seen = pd.Timestamp(rows["moment_epoch"][split.test].min(), unit="s", tz="UTC")
    followed = _among(followed_rows(casebook, features, seen), contact_ids)
    window = RepeatWindow.parse(casebook.settings["window"])
    model = RiskModel("risk model", names).fit(rows, split)
    baselines = fit_baselines(rows, split)
    tested = rows[split.test].reset_index(drop=True)
    risks = model.risk(tested)
    customers = pd.factorize(tested["customer_id"], sort=True)[0]
    draws = customer_draws(customers, DRAWS, random_state)
    told = risk_figures(tested, risks, draws)
    days = pd.to_datetime(tested["moment_epoch"], unit="s").dt.strftime("%Y-%m-%d")
    return told | {
        "contacts": len(tested),
        "repeats": float(tested["repeated_probability"].sum()),
        "first_time_contacts": int((tested["earlier_contacts"] == 0).sum()),
        "learned_contacts": int(split.fit.sum() + split.calibration.sum()),
        "test_from": days.min(),
        "test_to": days.max(),
        "reading": casebook.settings["reading"],
        "window": casebook.settings["window"],
        "moment": moment,
        "baselines": plain_figures(tested, {known.name: known.risk(tested) for known in baselines}),
        "groups": figures_by_group(tested, risks),
        "lists": caught_by_lists(tested, risks, per_day),
        "windows": compare_horizons(rows, followed, split, names, window),
        "leaks": leak_remarks(leaks),
        "alarm": _alarm(told["auc"]),
    }


def _among(rows: pd.DataFrame, contact_ids: np.ndarray | None) -> pd.DataFrame:
    if contact_ids is None:
        return rows
    return rows[rows["contact_id"].isin(contact_ids)].reset_index(drop=True)


def _alarm(auc: float) -> str | None:
    if auc <= TOO_GOOD:
        return None
    return (
        f"AUC {auc:.3f} is too good for returns: treat it as a leak until shown otherwise. "
        "Look for a column that is filled in later than the moment of prediction."
    )
