"""The risk model beside a default LightGBM and a default logistic pipeline.

    python benchmarks/rivals.py LOG READING MOMENT [WHERE] [TEST_FROM]

Same contacts, same features, same time-ordered split: the rivals learn from everything that
had closed before the test, as the risk model does. LightGBM has its defaults and the raw
features, unknown values left to it; the logistic pipeline fills medians and standardises.
Prints AUC, average precision, Brier score and calibration error within seven days; a rival
that is not installed is left out. One processor.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from importlib.util import find_spec

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import pandas as pd

from fcr_ml.evaluation_risk import asked_casebook, contacts_where
from fcr_ml.features import build_features
from fcr_ml.risk.figures import plain_figures
from fcr_ml.risk.model import RiskModel
from fcr_ml.risk.returns import ReturnModel
from fcr_ml.risk.rows import closed_rows, followed_rows
from fcr_ml.risk.split import split_by_time

Learned = tuple[pd.DataFrame, np.ndarray]


def main(log: str, reading: str, moment: str, where: str = "", test_from: str = "") -> None:
    """Print one table."""
    settings = {"contacts": {"time_zone": "UTC"}}
    with asked_casebook([log], settings, reading, "7d", moment) as casebook:
        features = build_features(casebook, moment=moment)
        chosen = contacts_where(casebook, where) if where else None
        rows = _among(closed_rows(casebook, features), chosen)
        begin = pd.Timestamp(test_from, tz="UTC") if test_from else None
        split = split_by_time(rows, test_from=begin)
        followed = _among(followed_rows(casebook, features, split.test_begins_at), chosen)
    tested = rows[split.test].reset_index(drop=True)
    names = [name for name in features.names if name in rows.columns]
    learned = rows[split.fit | split.calibration]
    labels = learned["repeated_probability"].to_numpy(float)
    ways: dict[str, Callable[[], np.ndarray]] = {
        "risk model": lambda: RiskModel("m", names).fit(rows, split).risk(tested),
        "return model": lambda: (
            ReturnModel("m", names).fit_followed(followed, split.calibration_begins_at).risk(tested)
        ),
        "logistic": lambda: _logistic(learned[names], labels, tested[names]),
    }
    if find_spec("lightgbm"):
        ways["LightGBM"] = lambda: _boosted(learned[names], labels, tested[names])
    print(f"{len(tested):,} contacts tested, {len(learned):,} learned from, {len(names)} features")
    told = {}
    for name, way in ways.items():
        began = time.process_time()
        risks = way()
        told[name] = plain_figures(tested, {name: risks})[name] | {
            "seconds": time.process_time() - began
        }
    print(pd.DataFrame(told).T.round(3).to_string())


def _among(rows: pd.DataFrame, chosen: np.ndarray | None) -> pd.DataFrame:
    return rows if chosen is None else rows[rows["contact_id"].isin(chosen)].reset_index(drop=True)


def _both(frame: pd.DataFrame, labels: np.ndarray) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    """Give every contact once as repeated and once as resolved, each by its probability."""
    kinds = np.repeat([1, 0], len(frame))
    return pd.concat([frame, frame], ignore_index=True), kinds, np.concatenate([labels, 1 - labels])


def _logistic(learned: pd.DataFrame, labels: np.ndarray, tested: pd.DataFrame) -> np.ndarray:
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    frame, kinds, weights = _both(learned.astype(float), labels)
    way = make_pipeline(SimpleImputer(strategy="median"), StandardScaler(), LogisticRegression())
    way.fit(frame, kinds, logisticregression__sample_weight=weights)
    return way.predict_proba(tested.astype(float))[:, 1]


def _boosted(learned: pd.DataFrame, labels: np.ndarray, tested: pd.DataFrame) -> np.ndarray:
    from lightgbm import LGBMClassifier

    frame, kinds, weights = _both(learned.astype(float), labels)
    way = LGBMClassifier(n_jobs=1, random_state=0, verbosity=-1)
    way.fit(frame, kinds, sample_weight=weights)
    return way.predict_proba(tested.astype(float))[:, 1]


if __name__ == "__main__":
    main(*sys.argv[1:])
