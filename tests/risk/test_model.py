"""The model: exact shares, curves that are there, the same bits after being kept."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression

from fcr_ml.risk.model import RiskModel, fit_logistic, sigmoid
from fcr_ml.risk.shapes import Shape
from fcr_ml.risk.split import split_by_time

DAY = 86_400


def drawn_rows(n: int, seed: int, curve: str = "line") -> pd.DataFrame:
    """Draw rows whose risk follows a curve of ``signal``; ``noise`` and ``flat`` tell nothing."""
    draw = np.random.default_rng(seed)
    signal = draw.normal(size=n)
    log_odds = {"line": signal, "valley": signal**2 - 1, "nothing": np.zeros(n)}[curve]
    moments = np.arange(n) * 200
    return pd.DataFrame(
        {
            "moment_epoch": moments,
            "closes_epoch": moments + DAY,
            "repeated_probability": (draw.random(n) < sigmoid(log_odds)).astype(float),
            "signal": signal,
            "noise": np.where(draw.random(n) < 0.3, np.nan, draw.normal(size=n)),
            "flat": 1.0,
            "truth": sigmoid(log_odds),
        }
    )


NAMES = ["signal", "noise", "flat", "not in this log"]


def fitted(rows: pd.DataFrame, **settings: int) -> tuple[RiskModel, pd.DataFrame]:
    split = split_by_time(rows)
    return RiskModel("model", NAMES, **settings).fit(rows, split), rows[split.test]


def test_a_planted_line_is_found_and_its_probability_is_right() -> None:
    model, tested = fitted(drawn_rows(20_000, 0))
    # The rate of 3,000 contacts that calibrate has a standard error of 0.01, and the penalty
    # flattens the ends a little.
    assert np.abs(model.risk(tested) - tested["truth"]).mean() < 0.04
    assert np.corrcoef(model.risk(tested), tested["truth"])[0, 1] > 0.97
    assert list(model.shapes_) == ["signal", "noise"]


def test_a_valley_needs_knots() -> None:
    rows = drawn_rows(20_000, 1, "valley")
    curved, tested = fitted(rows)
    straight, _ = fitted(rows, knots=0)
    truth = tested["truth"]
    assert np.corrcoef(curved.risk(tested), truth)[0, 1] > 0.9
    assert abs(np.corrcoef(straight.risk(tested), truth)[0, 1]) < 0.3


def test_where_nothing_is_planted_risks_stay_near_the_rate() -> None:
    model, tested = fitted(drawn_rows(5_000, 2, "nothing"))
    # Of 1,250 risks the furthest apart, where the rate's own standard error is about 0.01.
    assert np.ptp(model.risk(tested)) < 0.2
    assert model.risk(tested).std() < 0.04


@pytest.mark.parametrize("seed", range(3))
def test_shares_add_up_to_the_log_odds_exactly(seed: int) -> None:
    model, tested = fitted(drawn_rows(4_000, seed))
    mean_contact = model.shift_ + model.slope_ * model.intercept_
    summed = mean_contact + model.contributions(tested).sum(axis=1)
    np.testing.assert_allclose(summed, model.log_odds(tested), rtol=0, atol=1e-12)
    # Changing one feature changes the sum by that feature's share alone.
    moved = tested.assign(signal=tested["signal"] + 1)
    change = model.log_odds(moved) - model.log_odds(tested)
    shares = model.contributions(moved) - model.contributions(tested)
    np.testing.assert_allclose(shares["signal"], change, rtol=0, atol=1e-12)
    assert (shares["noise"] == 0).all()


def test_a_kept_model_scores_to_the_same_bits() -> None:
    model, tested = fitted(drawn_rows(4_000, 0))
    kept = RiskModel.from_dict(json.loads(json.dumps(model.to_dict(), sort_keys=True)))
    assert (kept.risk(tested) == model.risk(tested)).all()


def test_one_contact_scores_as_among_many() -> None:
    model, tested = fitted(drawn_rows(4_000, 0))
    alone = [model.risk(tested.iloc[[place]])[0] for place in range(50)]
    assert alone == model.risk(tested)[:50].tolist()


def test_two_fits_give_the_same_bits() -> None:
    rows = drawn_rows(4_000, 0)
    assert fitted(rows)[0].to_dict() == fitted(rows)[0].to_dict()


def test_a_feature_missing_at_scoring_counts_as_unknown() -> None:
    model, tested = fitted(drawn_rows(4_000, 0))
    without = model.risk(tested.drop(columns="noise"))
    assert (without == model.risk(tested.assign(noise=np.nan))).all()


def test_no_features_give_the_latest_rate() -> None:
    rows = drawn_rows(4_000, 0)
    split = split_by_time(rows)
    model = RiskModel("base rate", []).fit(rows, split)
    latest = rows.loc[split.calibration, "repeated_probability"].mean()
    np.testing.assert_allclose(model.risk(rows), latest, atol=1e-5)
    assert model.contributions(rows).shape == (len(rows), 0)


def test_a_signal_that_has_turned_around_is_not_used() -> None:
    rows = drawn_rows(4_000, 0)
    split = split_by_time(rows)
    turned = rows.assign(signal=np.where(split.calibration, -rows["signal"], rows["signal"]))
    model = RiskModel("model", ["signal"]).fit(turned, split)
    assert np.ptp(model.risk(turned)) == 0


@pytest.mark.parametrize("seed", range(3))
def test_the_fit_equals_that_of_another_program(seed: int) -> None:
    draw = np.random.default_rng(seed)
    columns, labels = draw.normal(size=(400, 4)), draw.random(400)
    intercept, weights = fit_logistic(columns, labels, penalty=5.0)
    twice = np.vstack([columns, columns])
    other = LogisticRegression(C=1 / 5, tol=1e-8, max_iter=1_000).fit(
        twice, np.repeat([1, 0], 400), sample_weight=np.r_[labels, 1 - labels]
    )
    np.testing.assert_allclose(weights, other.coef_[0], atol=1e-4)
    np.testing.assert_allclose(intercept, other.intercept_[0], atol=1e-4)


def test_a_shape_by_hand() -> None:
    # Logarithms of 0, 1, 3, 7 are 0, 1, 2, 3 times log 2; one knot at the middle of 1, 3, 7.
    unit = np.log(2)
    shape = Shape.fit(np.array([0, 1, 3, 7, np.nan]), knots=1)
    assert shape is not None
    assert shape.knots == pytest.approx([2 * unit])
    told = shape.columns(np.array([7.0, 0.0, np.nan])) / unit
    np.testing.assert_allclose(told[0], [3, 1, 0])
    np.testing.assert_allclose(told[1], [0, 0, 0])
    # A missing value stands at the median, 1.5, and is told by a column of its own.
    np.testing.assert_allclose(told[2] * [1, 1, unit], [1.5, 0, 1])


def test_a_feature_that_does_not_vary_has_no_shape() -> None:
    assert Shape.fit(np.ones(5), 3) is None
    assert Shape.fit(np.full(5, np.nan), 3) is None
    known_or_not = Shape.fit(np.array([1.0, np.nan]), 3)
    assert known_or_not is not None
    assert known_or_not.tells_missing


def test_probabilities_far_from_zero_do_not_overflow() -> None:
    assert sigmoid(np.array([-1_000.0, 0.0, 1_000.0])).tolist() == [0, 0.5, 1]
