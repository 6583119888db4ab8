"""What is said about scorers: signal found, none invented, too much distrusted."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from fcr_ml.risk.evaluate import Evaluation, evaluate_risks


def drawn_rows(n: int, seed: int) -> pd.DataFrame:
    draw = np.random.default_rng(seed)
    risk = draw.beta(2, 4, n)
    repeated = draw.random(n) < risk
    return pd.DataFrame(
        {
            "contact_id": [f"c{place:05d}" for place in range(n)],
            "customer_id": [f"u{k}" for k in draw.integers(0, n // 2, n)],
            "language": np.where(np.arange(n) < 20, "fi", "en"),
            "earlier_contacts": draw.integers(0, 3, n),
            "repeated_probability": np.where(repeated, 0.9, 0.05),
            "is_repeated": repeated,
            "true_risk": risk,
        }
    )


def evaluated(rows: pd.DataFrame, model: np.ndarray, **others: np.ndarray) -> Evaluation:
    n = len(rows)
    rate = np.full(n, 0.3)
    risks = {"base rate": rate, "earlier contacts": 0.2 + rows["earlier_contacts"].to_numpy() / 10}
    return evaluate_risks(rows, risks | others | {"risk model": model}, "risk model", capacity=40)


def figure(found: Evaluation, scorer: str, name: str, labels: str = "thresholded") -> float:
    figures = found.figures
    row = figures[(figures["scorer"] == scorer) & (figures["labels"] == labels)]
    return float(row[name].iloc[0])


def test_a_model_that_knows_the_truth_is_chosen() -> None:
    rows = drawn_rows(3_000, 0)
    found = evaluated(rows, rows["true_risk"].to_numpy())
    assert found.chosen == "risk model"
    assert figure(found, "risk model", "calibration_error") < 0.03
    assert figure(found, "risk model", "auc_gain_low") > 0
    assert figure(found, "earlier contacts", "auc_gain") == 0
    assert "better than the best baseline" in found.remarks[0]


def test_both_ways_of_labelling_are_told() -> None:
    rows = drawn_rows(2_000, 0)
    found = evaluated(rows, rows["true_risk"].to_numpy())
    assert figure(found, "risk model", "repeats") == rows["is_repeated"].sum()
    expected = figure(found, "risk model", "repeats", "expected")
    assert expected == pytest.approx(rows["repeated_probability"].sum())


@pytest.mark.parametrize("seed", range(3))
def test_noise_is_not_chosen_and_the_reader_is_told(seed: int) -> None:
    rows = drawn_rows(2_000, seed)
    noise = np.random.default_rng([seed, 1]).random(2_000)
    found = evaluated(rows, noise)
    assert found.chosen != "risk model"
    low = figure(found, "risk model", "auc_low")
    assert low < 0.5 < figure(found, "risk model", "auc_high")
    assert "not shown to rank better" in found.remarks[0]
    assert "Nothing in this log" in found.remarks[1]


def test_a_figure_too_good_is_treated_as_a_leak() -> None:
    rows = drawn_rows(2_000, 0)
    noise = np.random.default_rng(1).normal(size=2_000) / 4
    leaked = 1 / (1 + np.exp(-(rows["is_repeated"] - 0.5 + noise)))
    found = evaluated(rows, leaked.to_numpy())
    assert figure(found, "risk model", "auc", "expected") > 0.85
    assert any("leak until shown otherwise" in remark for remark in found.remarks)


def test_a_baseline_that_is_as_good_is_preferred() -> None:
    rows = drawn_rows(2_000, 0)
    truth = rows["true_risk"].to_numpy()
    found = evaluated(rows, truth, simple=truth.copy())
    assert found.chosen == "simple"


def test_catches_at_capacity_add_up() -> None:
    rows = drawn_rows(2_000, 0)
    found = evaluated(rows, rows["true_risk"].to_numpy())
    table = found.capacities
    assert sorted(table["listed"].unique()) == [20, 40, 100, 200, 400]
    assert (table["repeats_caught_low"] <= table["repeats_caught"] + 1e-9).all()
    assert (table["repeats_caught"] <= table["repeats_caught_high"] + 1e-9).all()
    base = table[table["scorer"] == "base rate"]
    # Everybody is tied: on average a list catches the rate, and its lift is 1.
    np.testing.assert_allclose(base["lift"], 1)
    assert (base["repeats_caught_low"] < base["repeats_caught_high"]).all()
    best = rows["repeated_probability"].nlargest(100).sum()
    model = table[(table["scorer"] == "risk model") & (table["listed"] == 100)].iloc[0]
    assert 0.3 * best < model["repeats_caught"] <= best
    assert model["precision"] == pytest.approx(model["repeats_caught"] / 100)


def test_first_time_customers_stand_apart_and_small_groups_get_no_figure() -> None:
    rows = drawn_rows(2_000, 0)
    groups = evaluated(rows, rows["true_risk"].to_numpy()).groups.set_index(["group", "value"])
    first = groups.loc[("customer", "first contact")]
    assert first["contacts"] == (rows["earlier_contacts"] == 0).sum()
    assert first["auc_low"] < first["auc"] < first["auc_high"]
    small = groups.loc[("language", "fi")]
    assert small["remark"] == "not enough contacts"
    assert np.isnan(small["auc"])
    assert small["contacts"] == 20


def test_two_runs_give_the_same_figures() -> None:
    rows = drawn_rows(1_000, 0)
    first, second = (evaluated(rows, rows["true_risk"].to_numpy()) for _ in range(2))
    pd.testing.assert_frame_equal(first.figures, second.figures, check_exact=True)
    pd.testing.assert_frame_equal(first.groups, second.groups, check_exact=True)
