"""Agreement with judged pairs: by hand, and what weights do."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import average_precision_score, roc_auc_score

from fcr_ml.errors import DataError
from fcr_ml.measures.agreement import auc, average_precision, link_agreement, precision_recall_at


def _links(probabilities: list[float], verdicts: list[str]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "contact_id": [f"a{row}" for row in range(len(verdicts))],
            "follow_up_id": [f"b{row}" for row in range(len(verdicts))],
            "link_probability": probabilities,
            "same_issue_probability": probabilities,
            "verdict": verdicts,
        }
    )


def _judged(verdicts: list[str], **columns: object) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "contact_id": [f"a{row}" for row in range(len(verdicts))],
            "follow_up_id": [f"b{row}" for row in range(len(verdicts))],
            "verdict": verdicts,
            **columns,
        }
    )


def test_ranking_figures_by_hand() -> None:
    # Pairs (positive, negative): 0.9 beats both, 0.4 beats 0.2 and loses to 0.6.
    assert auc([1, 1, 0, 0], [0.9, 0.4, 0.6, 0.2]) == pytest.approx(3 / 4)
    # Precision at the two positives: 1/1 and 2/3, each half of the recall.
    assert average_precision([1, 1, 0, 0], [0.9, 0.4, 0.6, 0.2]) == pytest.approx(5 / 6)
    assert precision_recall_at([1, 1, 0, 0], [0.9, 0.4, 0.6, 0.2]) == (0.5, 0.5)


def test_ranking_figures_are_the_librarys() -> None:
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


def test_a_weight_is_as_good_as_a_copy() -> None:
    truth, scores = np.array([1, 0, 1, 0]), np.array([0.7, 0.5, 0.4, 0.1])
    weights = np.array([3, 1, 2, 4])
    truths, score_copies = truth.repeat(weights), scores.repeat(weights)
    assert auc(truth, scores, weights) == pytest.approx(auc(truths, score_copies))
    assert average_precision(truth, scores, weights) == pytest.approx(
        average_precision(truths, score_copies)
    )
    assert precision_recall_at(truth, scores, 0.45, weights) == pytest.approx(
        precision_recall_at(truths, score_copies, 0.45)
    )


def test_one_kind_alone_cannot_be_ranked() -> None:
    assert np.isnan(auc([1, 1], [0.1, 0.2]))
    assert np.isnan(average_precision([0, 0], [0.1, 0.2]))


def test_judged_pairs_that_are_no_link_count_as_refused() -> None:
    links = _links([0.9, 0.8], ["same_issue", "next_issue"])
    judged = _judged(["same_issue", "unrelated", "next_issue", "unclear"])
    told = link_agreement(links, judged)
    assert told["judged_pairs"] == 3
    assert told["pairs_left_out"] == 1
    assert told["pairs_without_link"] == 1
    assert told["related_precision"] == pytest.approx(1 / 2)
    assert told["related_recall"] == pytest.approx(1 / 2)
    assert told["verdict_accuracy"] == pytest.approx(1 / 3)


def test_the_interval_holds_the_figure_and_repeats_itself() -> None:
    generator = np.random.default_rng(0)
    verdicts = generator.choice(["same_issue", "unrelated", "double_post"], 120).tolist()
    scores = [(verdict != "unrelated") * 0.3 + generator.random() * 0.7 for verdict in verdicts]
    judged = _judged(
        verdicts,
        sampling_weight=generator.uniform(0.5, 3, 120),
        customer_id=[f"k{row // 2}" for row in range(120)],
    )
    told = link_agreement(_links(scores, verdicts), judged)
    assert told["related_auc_low"] < told["related_auc"] < told["related_auc_high"]
    assert told["related_auc_high"] - told["related_auc_low"] < 0.3
    assert told == link_agreement(_links(scores, verdicts), judged)


def test_a_pair_judged_twice_is_refused() -> None:
    judged = pd.concat([_judged(["same_issue"]), _judged(["unrelated"])])
    with pytest.raises(DataError, match="1 of 2 rows judge a pair again"):
        link_agreement(_links([0.5], ["same_issue"]), judged)


def test_no_judgements_give_no_figures() -> None:
    told = link_agreement(_links([0.5], ["same_issue"]), _judged([]))
    assert told["judged_pairs"] == 0
    assert np.isnan(told["related_auc"])
