"""Links against pairs of which something is known: by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from fcr_ml.errors import DataError
from fcr_ml.measures.pair_agreement import (
    FIGURES,
    calibration_bands,
    confirmed_agreement,
    pair_agreement,
    same_case_agreement,
    score_judged,
    strangers_agreement,
)


def _pairs(verdicts: list[str], **columns: object) -> pd.DataFrame:
    """Give pairs a0 b0, a1 b1 and so on."""
    ids = {side: [f"{side[0]}{row}" for row in range(len(verdicts))] for side in ("a", "b")}
    return pd.DataFrame(
        {"contact_id": ids["a"], "follow_up_id": ids["b"], "verdict": verdicts, **columns}
    )


def _links(probabilities: list[float], verdicts: list[str]) -> pd.DataFrame:
    same = {"link_probability": probabilities, "same_issue_probability": probabilities}
    return _pairs(verdicts, **same)


def test_judged_pairs_that_are_no_link_count_as_refused() -> None:
    links = _links([0.9, 0.8], ["same_issue", "next_issue"])
    judged = _pairs(["same_issue", "unrelated", "next_issue", "unclear"])

    scored = score_judged(links, judged)
    told = pair_agreement(scored, FIGURES)

    assert scored["link_probability"].tolist() == [0.9, 0.8, 0.0]
    assert told["related_rate"] == pytest.approx(2 / 3)
    assert told["related_precision"] == pytest.approx(1 / 2)
    assert told["related_recall"] == pytest.approx(1 / 2)
    assert told["verdict_accuracy"] == pytest.approx(1 / 3)
    # Same issue 1, next issue 0, unrelated 0.
    assert told["verdict_macro_f1"] == pytest.approx(1 / 3)
    # 0.9 beats 0.8, 0 does not.
    assert told["related_auc"] == pytest.approx(1 / 2)
    assert told["same_issue_auc"] == 1
    assert np.isnan(told["related_auc_high_confidence"])


def test_double_posts_and_unsure_judgements_are_left_out_where_said() -> None:
    verdicts = ["same_issue", "unrelated", "double_post", "unrelated"]
    judged = _pairs(verdicts, confidence=["high", "high", "low", None])

    scored = score_judged(_links([0.7, 0.4, 0.6, 0.9], verdicts), judged)
    told = pair_agreement(scored, ["same_issue_auc", "related_auc_high_confidence"])

    # 0.7 beats 0.4 and loses to 0.9.
    assert told["same_issue_auc"] == pytest.approx(1 / 2)
    assert told["related_auc_high_confidence"] == 1


def test_the_interval_holds_the_figure_and_repeats_itself() -> None:
    generator = np.random.default_rng(0)
    verdicts = generator.choice(["same_issue", "unrelated", "double_post"], 120).tolist()
    scores = [(verdict != "unrelated") * 0.3 + generator.random() * 0.7 for verdict in verdicts]
    weight, customers = generator.uniform(0.5, 3, 120), [f"k{row // 2}" for row in range(120)]
    judged = _pairs(verdicts, sampling_weight=weight, customer_id=customers)

    scored = score_judged(_links(scores, verdicts), judged)
    told = pair_agreement(scored, ["related_auc", "related_recall"])

    for name in ("related_auc", "related_recall"):
        assert told[f"{name}_low"] < told[name] < told[f"{name}_high"]
        assert told[f"{name}_high"] - told[f"{name}_low"] < 0.3
    assert told == pair_agreement(scored, ["related_auc", "related_recall"])


def test_what_cannot_be_compared_is_refused() -> None:
    links, judged = _links([0.5], ["same_issue"]), _pairs(["same_issue"])

    with pytest.raises(DataError, match="1 of 2 rows judge a pair again"):
        score_judged(links, pd.concat([judged, judged]))
    with pytest.raises(DataError, match="verdict are missing"):
        score_judged(links, judged.drop(columns="verdict"))


def test_no_judgements_give_no_figures() -> None:
    scored = score_judged(_links([0.5], ["same_issue"]), _pairs([]))

    assert np.isnan(list(pair_agreement(scored, FIGURES).values())).all()
    assert calibration_bands(scored).empty


def test_bands_hold_their_lower_end_and_the_last_one_both() -> None:
    judged = _pairs(["unrelated", "same_issue", "unrelated", "same_issue", "same_issue"])
    links = _links([0.0, 0.05, 0.2, 0.95, 1.0], ["same_issue"] * 5)

    bands = calibration_bands(score_judged(links, judged))

    assert bands["low_probability"].tolist() == [0.0, 0.05, 0.95]
    assert bands["high_probability"].tolist() == [0.05, 0.25, 1.0]
    assert bands["pairs"].tolist() == [1, 2, 2]
    assert bands["predicted"].tolist() == pytest.approx([0, 0.125, 0.975])
    assert bands["related_rate"].tolist() == pytest.approx([0, 0.5, 1])


def test_links_made_without_case_ids_are_held_against_them() -> None:
    # a0 b0 and a1 b1 are of one case each, b1 was linked to a strange one as well.
    links = _links([0.4, 0.9, 0.8, 0.9], ["same_issue"] * 4)
    links.loc[2, ["contact_id", "follow_up_id"]] = ["a0", "b1"]
    ids = ["a0", "a1", "a3", "b0", "b1", "b3"]
    contacts = pd.DataFrame({"contact_id": ids, "case_id": ["x", "y", None, "x", "y", "z"]})

    told = same_case_agreement(links, contacts)

    assert told["same_case_recall"] == pytest.approx(1 / 2)
    assert told["same_case_precision"] == pytest.approx(1 / 2)


def test_confirmed_pairs_are_found_or_set_aside() -> None:
    day = pd.Timestamp("2025-03-01T08:00Z")
    days = {"a0": 0, "b0": 1, "a1": 0, "b1": 30, "a2": 0, "b2": 31, "a3": 2, "b3": 1}
    started = [day + pd.Timedelta(days=n) for n in days.values()]
    contacts = pd.DataFrame({"contact_id": list(days), "started_at": started})
    weights = {"words_weight": 0.5, "code_weight": 0.0}
    links = _links([0.6, 0.4], ["same_issue", "unrelated"]).assign(**weights)
    links["meaning_weight"] = [1.0, 3.0]
    # Two lie not within 30 days, one names a contact that is not there, one stands twice.
    confirmed = _pairs([""] * 5).iloc[[0, 0, 1, 2, 3, 4]].reset_index(drop=True)

    told = confirmed_agreement(links, contacts, confirmed, least_evidence=3.5)

    assert (told["confirmed_pairs"], told["confirmed_set_aside"]) == (2, 3)
    assert told["confirmed_recall"] == pytest.approx(1 / 2)
    assert told["confirmed_recall_at_half_percent"] == pytest.approx(1 / 2)
    assert "confirmed_recall_at_half_percent" not in confirmed_agreement(
        links, contacts, confirmed, least_evidence=None
    )


def test_strangers_that_would_be_linked_are_counted() -> None:
    told = strangers_agreement({"pairs": 50, "linked_rate": 0.1})
    none = strangers_agreement({"pairs": 0, "linked_rate": None})

    assert (told["random_pairs"], none["random_pairs"]) == (50, 0)
    assert told["random_pairs_accepted_rate_low"] < 0.1 < told["random_pairs_accepted_rate_high"]
    assert np.isnan(none["random_pairs_accepted_rate"])
