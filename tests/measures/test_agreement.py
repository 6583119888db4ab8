"""Figures of agreement: by hand, by a library, and what weights and customers do."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, f1_score, roc_auc_score

from fcr_ml.measures.agreement import (
    auc,
    average_precision,
    by_customer,
    calibration_error,
    macro_f1,
    weighted_share,
)
from fcr_ml.measures.intervals import customer_interval


def test_ranking_figures_by_hand() -> None:
    # Pairs (positive, negative): 0.9 beats both, 0.4 beats 0.2 and loses to 0.6.
    assert auc([1, 1, 0, 0], [0.9, 0.4, 0.6, 0.2]) == pytest.approx(3 / 4)
    # Precision at the two positives: 1/1 and 2/3, each half of the recall.
    assert average_precision([1, 1, 0, 0], [0.9, 0.4, 0.6, 0.2]) == pytest.approx(5 / 6)


def test_figures_are_the_librarys() -> None:
    for seed in range(10):
        generator = np.random.default_rng(seed)
        truth = np.r_[True, False, generator.random(60) < 0.3]
        scores, weights = generator.integers(0, 20, 62) / 20, generator.random(62)
        assert auc(truth, scores, weights) == pytest.approx(
            roc_auc_score(truth, scores, sample_weight=weights)
        )
        assert average_precision(truth, scores, weights) == pytest.approx(
            average_precision_score(truth, scores, sample_weight=weights)
        )
        kinds, called = generator.integers(0, 3, 62), generator.integers(0, 5, 62)
        assert macro_f1(kinds, called, weights) == pytest.approx(
            f1_score(
                *(kinds, called),
                labels=np.unique(kinds),
                average="macro",
                sample_weight=weights,
                zero_division=0,
            )
        )


def test_calibration_error_by_hand() -> None:
    # Two bins of weight 2: the lower says 0.2 and holds 0.5, the upper 0.8 and holds 1.
    told = calibration_error([0, 1, 1], [0.2, 0.2, 0.8], [1, 1, 2], bins=2)

    assert told == pytest.approx((2 * 0.3 + 2 * 0.2) / 4)


def test_a_weight_is_as_good_as_a_copy() -> None:
    truth, scores = np.array([1, 0, 1, 0]), np.array([0.7, 0.5, 0.4, 0.1])
    weights = np.array([3, 1, 2, 4])
    for figure in (auc, average_precision, calibration_error, macro_f1):
        copied = figure(truth.repeat(weights), scores.repeat(weights))
        assert figure(truth, scores, weights) == pytest.approx(copied)


def test_one_kind_alone_cannot_be_ranked() -> None:
    assert np.isnan(auc([1, 1], [0.1, 0.2]))
    assert np.isnan(average_precision([0, 0], [0.1, 0.2]))


def test_customers_are_drawn_whole() -> None:
    # With one customer every draw is the log itself: nothing can differ.
    values = np.array([0.0, 1.0, 0.0, 1.0])
    together = by_customer(np.mean, [values], ["a", "a", "a", "a"])
    value, low, high = by_customer(np.mean, [values], ["a", "b", "c", "d"])

    assert together == (0.5, 0.5, 0.5)
    assert (low, value, high) == (0.0, 0.5, 1.0)
    assert np.isnan(by_customer(np.mean, [[]], [])).all()


def test_a_weighted_share_by_hand() -> None:
    value, low, high = weighted_share([1, 1, 0], [3.0, 1.0, 2.0], ["a", "b", "b"])

    # Weights of mean 1: a brings 1.5 of 1.5, b brings 0.5 of 1.5.
    ends = customer_interval(2, 3, 1.5**2 + 0.5**2, 1.5**2 + 0.5 * 1.5, 2 * 1.5**2, 2)
    assert value == pytest.approx(4 / 6)
    assert (low, high) == pytest.approx(ends)
    assert np.isnan(weighted_share([], [], [])).all()
