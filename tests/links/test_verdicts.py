import numpy as np
import pandas as pd
import pytest

from fcr_ml.links.reasons import reasons_in_words
from fcr_ml.links.verdicts import judge_pairs


def _judged(link_probability: float = 0.2, **evidence: object) -> pd.DataFrame:
    """Judge one pair with a link of so much probability before the desk is heard."""
    weights = pd.DataFrame({"prior_weight": [np.log(link_probability / (1 - link_probability))]})
    return judge_pairs(_pair(**evidence), weights)


def _pair(**evidence: object) -> pd.DataFrame:
    usual: dict[str, object] = {
        "contact_id": "a",
        "follow_up_id": "b",
        "hours_between": 20.0,
        "hours_since_end": 10.0,
        "note_similarity": 0.1,
        "shared_meaning": 0.1,
        "word_similarity": 0.05,
        "is_same_reason_code": np.nan,
        "is_same_case": np.nan,
        "is_same_topic": np.nan,
    }
    return pd.DataFrame([usual | evidence])


@pytest.mark.parametrize(
    ("evidence", "verdict"),
    [
        ({}, "unrelated"),
        ({"link_probability": 0.9}, "next_issue"),
        ({"link_probability": 0.9, "shared_meaning": 0.7, "word_similarity": 0.5}, "same_issue"),
        ({"is_same_case": 1.0}, "same_issue"),
        ({"word_similarity": 0.95, "hours_since_end": np.nan}, "double_post"),
        ({"word_similarity": 0.95, "hours_since_end": -1.0, "hours_between": 2.0}, "double_post"),
        # an answer came in between, so it says that the answer did not help
        ({"word_similarity": 0.95, "link_probability": 0.99, "shared_meaning": 0.9}, "same_issue"),
    ],
)
def test_verdicts_by_hand(evidence: dict[str, object], verdict: str) -> None:
    judged = _judged(**evidence)  # type: ignore[arg-type]

    assert judged["verdict"].tolist() == [verdict]
    parts = judged.loc[0, [f"{v}_probability" for v in ("double_post", "same_issue", "next_issue")]]
    assert (parts >= 0).all()
    assert parts.sum() == pytest.approx(judged.loc[0, "link_probability"], abs=2e-6)
    log_odds = judged.loc[0, ["prior_weight", "desk_weight"]].sum()
    assert judged.loc[0, "link_probability"] == pytest.approx(1 / (1 + np.exp(-log_odds)), abs=1e-5)


def test_reasons_say_what_weighed_and_quote_nothing() -> None:
    judged = _judged(is_same_case=1.0, note_similarity=0.7)

    assert reasons_in_words(judged).tolist() == ["same case id; notes mean the same; 20 hours on"]


def test_without_ends_only_the_next_hour_is_before_an_answer() -> None:
    pair = {"hours_since_end": np.nan, "word_similarity": 1.0}

    weights = pd.DataFrame({"prior_weight": [0.0]})
    soon, late = (
        judge_pairs(_pair(hours_between=hours, **pair), weights, has_ends=False)
        for hours in (0.5, 2.0)
    )

    assert soon["verdict"].tolist() == ["double_post"]
    assert late["double_post_probability"].tolist() == [0.0]
