"""The pair model against pairs whose truth is known."""

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from fcr_ml.links.near_far import UNLEARNT_DOUBT, USUAL_SHARE, NearFarModel

HOUR = 3_600


def _pairs(random: np.random.Generator, is_related: np.ndarray, far: bool = False) -> pd.DataFrame:
    """Draw evidence: related pairs are more alike and follow sooner."""
    count = len(is_related)
    soon = random.exponential(40, count)
    ever = random.uniform(0, 14 * 24, count)
    gap = np.where(is_related, np.minimum(soon, 14 * 24), ever) + (49 * 24 if far else 0)
    return pd.DataFrame(
        {
            "contact_id": [f"c{i}" for i in range(count)],
            "follow_up_id": [f"f{i}" for i in range(count)],
            "started_epoch": 0,
            "follow_up_epoch": (gap * HOUR).astype(int),
            "seconds_beyond": (gap * HOUR).astype(int) - 49 * 24 * HOUR,
            "is_exposed": 1,
            "customer": np.arange(count) // 2,
            "half": np.arange(count) // 2 % 2,
            "shared_meaning": random.normal(0.15 + 0.35 * is_related, 0.17).clip(-1, 1),
            "word_similarity": random.beta(1.5 + 2 * is_related, 8),
            "is_same_reason_code": np.nan,
        }
    )


def _centre(seed: int, related: int, coincidental: int):
    random = np.random.default_rng(seed)
    truth = np.r_[np.ones(related, bool), np.zeros(coincidental, bool)]
    near = _pairs(random, truth)
    far = _pairs(random, np.zeros(coincidental, bool), far=True)
    unrelated = _pairs(random, np.zeros(3_000, bool), far=True)
    rate = pd.Series(0.01, index=near["contact_id"])
    model = NearFarModel().fit(near, far, unrelated, rate)
    return truth, model.predict(near, rate), model


@pytest.mark.parametrize("seed", range(3))
def test_planted_links_are_found_and_their_share_with_them(seed: int) -> None:
    truth, probability, model = _centre(seed, related=1_500, coincidental=1_000)

    assert model.counted_share_ == pytest.approx(0.6, abs=0.03)
    assert model.near_share_ == pytest.approx(0.6, abs=0.04)
    assert roc_auc_score(truth, probability) > 0.93
    assert probability.mean() == pytest.approx(truth.mean(), abs=0.04)
    # calibrated: what is promised is about what is true, at every level
    said = pd.Series(probability - truth)
    fifths = said.groupby(np.digitize(probability, (0.2, 0.4, 0.6, 0.8))).sum()
    assert fifths.abs().sum() / len(truth) < 0.04


@pytest.mark.parametrize("seed", range(3))
def test_where_nothing_is_planted_little_is_found(seed: int) -> None:
    _, probability, model = _centre(seed, related=0, coincidental=2_000)

    assert model.counted_share_ == pytest.approx(0.1)
    assert model.near_share_ < 0.12
    assert (probability >= 0.5).mean() < 0.03


def test_more_alike_is_never_less_likely() -> None:
    _, _, model = _centre(0, related=1_500, coincidental=1_000)
    ladder = _pairs(np.random.default_rng(1), np.ones(50, bool)).assign(
        shared_meaning=np.linspace(-0.2, 0.9, 50),
        word_similarity=0.2,
        follow_up_epoch=24 * HOUR,
        half=0,
    )

    probability = model.predict(ladder, pd.Series(0.01, index=ladder["contact_id"]))

    assert (np.diff(probability) >= 0).all()


def test_a_small_log_falls_back_to_the_built_in_weights() -> None:
    random = np.random.default_rng(0)
    truth = np.arange(40) < 20
    near = _pairs(random, truth)
    rate = pd.Series(0.01, index=near["contact_id"])

    model = NearFarModel().fit(near, near.iloc[:0], near.iloc[:0], rate)
    probability = model.predict(near, rate)

    assert model.method_ == "built-in weights"
    assert probability[truth].mean() > probability[~truth].mean() + 0.1


def test_without_notes_the_reason_code_is_all_there_is() -> None:
    random = np.random.default_rng(0)
    truth = np.arange(3_000) < 1_500
    near, far = _pairs(random, truth), _pairs(random, np.zeros(1_500, bool), far=True)
    for pairs, related in ((near, truth), (far, np.zeros(1_500, bool))):
        pairs[["shared_meaning", "word_similarity"]] = np.nan
        is_same = random.random(len(pairs)) < np.where(related, 0.8, 0.2)
        pairs["is_same_reason_code"] = is_same.astype(float)
    rate = pd.Series(0.01, index=near["contact_id"])

    probability = NearFarModel().fit(near, far, far, rate).predict(near, rate)

    is_same = near["is_same_reason_code"] == 1
    assert probability[is_same].mean() > 0.7
    assert probability[~is_same].mean() < 0.35
    assert probability.mean() == pytest.approx(0.5, abs=0.05)


def test_no_pairs_give_no_probabilities() -> None:
    none = _pairs(np.random.default_rng(0), np.zeros(0, bool))
    rate = pd.Series([], dtype=float)

    model = NearFarModel().fit(none, none, none, rate)

    assert model.predict(none, rate).shape == (0,)


def test_weights_add_up_to_the_log_odds_and_fall_where_the_evidence_lies() -> None:
    _, _, model = _centre(0, related=1_500, coincidental=1_000)
    pairs = _pairs(np.random.default_rng(2), np.arange(40) < 20).assign(half=1)
    pairs.loc[0, "shared_meaning"] = np.nan
    rate = pd.Series(0.01, index=pairs["contact_id"])

    weights = model.weigh(pairs, rate)
    probability = model.predict(pairs, rate)

    np.testing.assert_allclose(weights.sum(axis=1), np.log(probability / (1 - probability)))
    assert weights["prior_weight"].nunique() == 1
    assert weights.loc[:19, "meaning_weight"].mean() > weights.loc[20:, "meaning_weight"].mean() + 1
    assert (weights["code_weight"] == 0).all()


def test_a_log_without_far_pairs_takes_the_usual_share_and_doubts_it() -> None:
    random = np.random.default_rng(0)
    truth = np.arange(2_000) < 1_000
    near = _pairs(random, truth).assign(is_exposed=0)
    unrelated = _pairs(random, np.zeros(3_000, bool), far=True)
    rate = pd.Series(0.01, index=near["contact_id"])

    model = NearFarModel().fit(near, near.iloc[:0], unrelated, rate)
    probability = model.predict(near, rate)

    assert np.isnan(model.counted_share_)
    assert model.near_share_ == USUAL_SHARE
    assert model.doubt_ == UNLEARNT_DOUBT
    assert 0.2 < probability.mean() < 0.6
    # Which pairs belong together the notes tell all the same.
    assert roc_auc_score(truth, probability) > 0.85


def test_evidence_that_is_chance_weighs_nothing() -> None:
    random = np.random.default_rng(1)
    near, far, unrelated = (
        _pairs(random, np.zeros(count, bool), far=is_far).assign(
            shared_meaning=random.normal(size=count), word_similarity=random.random(count)
        )
        for count, is_far in ((700, False), (600, True), (700, True))
    )
    rate = pd.Series(0.01, index=near["contact_id"])

    weights = NearFarModel().fit(near, far, unrelated, rate).weigh(near, rate)

    heard = weights["meaning_weight"] + weights["words_weight"]
    assert heard.abs().quantile(0.9) < 0.7
