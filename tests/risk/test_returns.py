"""The return model: planted rates, open contacts, a shift, and windows that agree."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from fcr_ml.features import build_features
from fcr_ml.frames import RepeatWindow
from fcr_ml.risk.horizons import compare_horizons
from fcr_ml.risk.model import RiskModel
from fcr_ml.risk.returns import ReturnModel, fit_rates
from fcr_ml.risk.rows import closed_rows, followed_rows, returned_within
from fcr_ml.risk.split import split_by_time

from .planted_log import AS_OF, planted_casebook

HOUR, WINDOW = 3_600, 168.0
NAMES = ["signal", "noise"]


def drawn(n: int, seed: int, days: float = 120, jump: float = 0.0, shifted: float = 0.0):
    """Draw contacts whose rate of returns is ``exp(signal)`` times one that falls with time.

    ``shifted`` is the share of the log, its newest part, in which every rate is higher by
    ``jump`` on the logarithmic scale. Gives all rows as followed to the end of the log, and
    the true chance of a return within the window.
    """
    draw = np.random.default_rng(seed)
    moments = np.sort(draw.integers(0, int(days * 86_400), n))
    signal = draw.normal(size=n)
    is_shifted = moments > (1 - shifted) * days * 86_400
    rate = 0.25 * np.exp(signal + jump * is_shifted)
    # Half of all returns of one rate come in the first tenth of the window.
    share = (draw.exponential(size=n) / rate) ** 2
    hours = share * WINDOW
    followed = np.minimum(WINDOW, (days * 86_400 - moments) / HOUR)
    is_seen = hours <= followed
    rows = pd.DataFrame(
        {
            "moment_epoch": moments,
            "closes_epoch": moments + int(WINDOW * HOUR),
            "signal": signal,
            "noise": draw.normal(size=n),
            "followed_hours": followed,
            "return_hours": np.where(is_seen, hours, np.nan),
            "repeated_probability": is_seen.astype(float),
        }
    )
    return rows, 1 - np.exp(-rate)


def fitted(rows: pd.DataFrame, newer: float = 0.8) -> ReturnModel:
    since = pd.Timestamp(int(rows["moment_epoch"].quantile(newer)), unit="s", tz="UTC")
    return ReturnModel("return model", NAMES).fit_followed(rows, since)


def test_planted_rates_are_found_within_every_window() -> None:
    rows, truth = drawn(12_000, 0)
    model = fitted(rows)
    # The penalty flattens the ends a little, as those of the risk model.
    assert np.abs(model.risk(rows) - truth).mean() < 0.04
    # (hours / window) ** 0.5 is the share of the rate that has passed.
    for hours in (4.0, 24.0, 72.0):
        expected = 1 - (1 - truth) ** np.sqrt(hours / WINDOW)
        assert np.abs(model.risk(rows, hours) - expected).mean() < 0.04
    assert (model.risk(rows, 24.0) < model.risk(rows, 48.0)).all()
    assert model.risk(rows, 1_000.0) == pytest.approx(model.risk(rows))


def test_open_contacts_count_for_as_long_as_they_were_silent() -> None:
    # A log of two windows: a third of its contacts is open, most returns of it still to come.
    rows, truth = drawn(12_000, 1, days=21)
    model = fitted(rows, newer=0.5)
    is_open = rows["followed_hours"].to_numpy() < WINDOW
    assert 0.3 < is_open.mean() < 0.4
    assert model.risk(rows)[is_open].mean() == pytest.approx(truth[is_open].mean(), abs=0.02)
    # Taken for resolved they would pull the level down.
    seen = rows.loc[is_open, "repeated_probability"].mean()
    assert seen < truth[is_open].mean() - 0.05


def test_a_shift_shows_before_the_first_window_after_it_has_closed() -> None:
    # Rates jump by half for the last six days: no contact since has closed.
    rows, truth = drawn(20_000, 2, days=120, jump=0.5, shifted=6 / 120)
    newest = rows["moment_epoch"].to_numpy() > 114 * 86_400
    recalibrated = fitted(rows, newer=float(1 - newest.mean()))
    assert rows.loc[newest, "followed_hours"].max() < WINDOW
    now = recalibrated.risk(rows[newest]).mean()
    assert now == pytest.approx(truth[newest].mean(), abs=0.03)
    closed = rows[rows["followed_hours"] >= WINDOW].reset_index(drop=True)
    classifier = RiskModel("m", NAMES).fit(closed, split_by_time(closed, test_share=0))
    assert classifier.risk(rows[newest]).mean() < truth[newest].mean() - 0.04


def test_what_is_kept_scores_to_the_same_bits() -> None:
    rows, _ = drawn(3_000, 3)
    model = fitted(rows)
    kept = ReturnModel.from_dict(json.loads(json.dumps(model.to_dict(), sort_keys=True)))
    assert np.array_equal(kept.risk(rows, 30.0), model.risk(rows, 30.0))
    shares = model.contributions(rows).sum(axis=1).to_numpy()
    assert model.log_odds(rows) == pytest.approx(shares + model.shift_)


def test_one_return_a_step_is_the_partial_likelihood() -> None:
    # Two contacts, one returns while both are silent: w maximises w - log(e^w + e^-w) - w²/2.
    columns = np.array([[1.0], [-1.0]])
    found = fit_rates(columns, np.array([[1.0], [0.0]]), np.ones((2, 1)), penalty=1.0)
    assert found[0] == pytest.approx(1 - np.tanh(found[0]), abs=1e-4)
    assert len(fit_rates(columns[:, :0], np.ones((2, 1)), np.ones((2, 1)), 1.0)) == 0


def test_returns_of_no_known_hour_come_when_others_do() -> None:
    rows = pd.DataFrame(
        {
            "repeated_probability": [1.0, 1.0, 1.0, 0.4],
            "return_hours": [10.0, 20.0, 100.0, np.nan],
        }
    )
    assert returned_within(rows, 24.0).tolist() == pytest.approx([1, 1, 0, 0.4 * 2 / 3])
    assert returned_within(rows, 168.0).tolist() == pytest.approx([1, 1, 1, 0.4])


def test_nothing_later_than_the_day_is_known(tmp_path: Path) -> None:
    casebook = planted_casebook(tmp_path / "casebook")
    features = build_features(casebook)
    until = AS_OF - pd.Timedelta(days=40)
    rows = followed_rows(casebook, features, until)
    moments = pd.to_datetime(rows["moment_epoch"], unit="s", utc=True)
    assert (moments < until).all()
    came = moments + pd.to_timedelta(rows["return_hours"], unit="h")
    assert (came.dropna() <= until).all()
    assert (rows["followed_hours"] <= WINDOW).all()
    is_open = rows["followed_hours"] < WINDOW
    assert 50 < is_open.sum() < 200
    # Of closed contacts the same is known as ever.
    whole = closed_rows(casebook, features).set_index("contact_id")["repeated_probability"]
    closed = rows[~is_open].set_index("contact_id")["repeated_probability"]
    assert closed.equals(whole.loc[closed.index])


def test_both_models_agree_within_every_window(tmp_path: Path) -> None:
    casebook = planted_casebook(tmp_path / "casebook", n=8_000)
    features = build_features(casebook)
    rows = closed_rows(casebook, features)
    split = split_by_time(rows)
    followed = followed_rows(casebook, features, split.test_begins_at)
    told = compare_horizons(rows, followed, split, features.names, RepeatWindow.parse("7d"))
    assert [row["window"] for row in told] == ["24h", "48h", "7d"]
    assert told[0]["base_rate"] < told[1]["base_rate"] < told[2]["base_rate"]
    for row in told:
        assert row["mean_apart"] < 0.03
        returns, classifier = row["scorers"].values()
        assert returns["auc"] == pytest.approx(classifier["auc"], abs=0.02)
        assert returns["calibration_error"] < 0.05
