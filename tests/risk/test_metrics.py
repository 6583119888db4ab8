"""Figures of a ranking: by hand, by another route, and by construction."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, roc_auc_score

from fcr_ml.risk.metrics import (
    Ranking,
    brier_score,
    calibration_error,
    customer_draws,
    interval,
)


def test_auc_and_precision_by_hand() -> None:
    # Repeated ones rank first and third of four: pairs won 3 of 4; precision 1 and 2/3.
    ranking = Ranking.of(np.array([0.9, 0.8, 0.7, 0.1]), np.array([1.0, 0.0, 1.0, 0.0]))
    assert ranking.auc() == 0.75
    assert ranking.average_precision() == pytest.approx((1 + 2 / 3) / 2)


def test_ties_count_half() -> None:
    assert Ranking.of(np.zeros(4), np.array([1.0, 0.0, 1.0, 0.0])).auc() == 0.5


@pytest.mark.parametrize("seed", range(5))
def test_two_routes_to_one_figure_with_soft_labels_ties_and_weights(seed: int) -> None:
    draw = np.random.default_rng(seed)
    scores, labels = draw.integers(0, 20, 300) / 20, draw.random(300)
    weights = draw.integers(0, 4, 300).astype(float)
    ranking = Ranking.of(scores, labels)
    # The other route: every contact twice, as repeated and as resolved.
    twice = {"y_true": np.r_[np.ones(300), np.zeros(300)], "y_score": np.r_[scores, scores]}
    masses = np.r_[weights * labels, weights * (1 - labels)]
    assert ranking.auc(weights) == pytest.approx(roc_auc_score(**twice, sample_weight=masses))
    assert ranking.average_precision(weights) == pytest.approx(
        average_precision_score(**twice, sample_weight=masses)
    )


def test_one_kind_alone_has_no_auc() -> None:
    assert np.isnan(Ranking.of(np.array([0.1, 0.2]), np.ones(2)).auc())
    assert np.isnan(Ranking.of(np.empty(0), np.empty(0)).auc())


def test_tie_bounds_by_hand() -> None:
    # One sure place, then four tied with two repeats among them, then one more.
    scores = np.array([0.9, 0.5, 0.5, 0.5, 0.5, 0.1])
    labels = np.array([1.0, 1.0, 0.0, 1.0, 0.0, 0.0])
    ranking = Ranking.of(scores, labels)
    assert ranking.caught(1) == (1, 1, 1)
    assert ranking.caught(2) == (1.5, 1, 2)
    assert ranking.caught(3) == (2, 1, 3)
    assert ranking.caught(4) == (2.5, 2, 3)
    assert ranking.caught(5) == (3, 3, 3)
    assert ranking.caught(99) == (3, 3, 3)
    assert ranking.caught(0) == (0, 0, 0)


def test_every_order_of_the_tied_lies_within_the_bounds() -> None:
    draw = np.random.default_rng(0)
    scores, labels = draw.integers(0, 3, 30).astype(float), draw.random(30)
    mean, low, high = Ranking.of(scores, labels).caught(17)
    caught = []
    for _ in range(400):
        shuffled = draw.permutation(30)
        order = shuffled[np.argsort(-scores[shuffled], kind="stable")]
        caught.append(labels[order[:17]].sum())
    assert low - 1e-9 <= min(caught)
    assert max(caught) <= high + 1e-9
    assert np.mean(caught) == pytest.approx(mean, abs=0.15)


def test_brier_by_hand() -> None:
    # Hard labels: 0.2² and 0.5²; a label of one half against 0.5 costs 0.25 either way.
    assert brier_score(np.array([0.8, 0.5]), np.array([1.0, 0.0])) == pytest.approx(0.145)
    assert brier_score(np.array([0.5]), np.array([0.5])) == 0.25


def test_risks_that_are_right_by_construction_have_no_calibration_error() -> None:
    draw = np.random.default_rng(0)
    risks = draw.beta(2, 5, 200_000)
    labels = (draw.random(200_000) < risks).astype(float)
    # Ten bins of 20,000: standard error of a bin's rate at most 0.0035.
    assert calibration_error(risks, labels) < 0.0035
    # With the true probabilities as labels there is nothing left at all.
    assert calibration_error(risks, risks) == pytest.approx(0, abs=1e-12)
    assert calibration_error(risks / 2, labels) > 0.1


def test_whole_customers_are_drawn() -> None:
    customers = np.array([0, 0, 1, 2, 2, 2])
    draws = customer_draws(customers, 50)
    assert (draws[:, 0] == draws[:, 1]).all()
    assert (draws[:, 3] == draws[:, 5]).all()
    # As many customers as there are, each time.
    assert (draws[:, [0, 2, 3]].sum(axis=1) == 3).all()
    assert (customer_draws(customers, 50) == draws).all()


def test_an_interval_of_nothing_is_unknown() -> None:
    assert np.isnan(interval(np.array([np.nan]))).all()
    assert interval(np.array([1.0, np.nan, 1.0])) == (1, 1)


def test_many_draws_at_once_give_what_each_gives_alone() -> None:
    draw = np.random.default_rng(0)
    scores, labels = draw.integers(0, 20, 300) / 20, draw.random(300)
    draws = customer_draws(draw.integers(0, 90, 300), 40)
    draws[3] = 0
    ranking = Ranking.of(scores, labels)
    alone = [ranking.auc(weights.astype(float)) for weights in draws]
    np.testing.assert_allclose(ranking.aucs(draws), alone, atol=1e-12)
    alone = [ranking.average_precision(weights.astype(float)) for weights in draws]
    np.testing.assert_allclose(ranking.average_precisions(draws), alone, atol=1e-12)
    assert np.isnan(Ranking.of(scores[:0], labels[:0]).aucs(draws[:, :0])).all()
