import numpy as np
import pandas as pd
import pytest

from fcr_ml.links.reasons import reasons_in_words
from fcr_ml.links.verdicts import is_thanks, judge_pairs


@pytest.mark.parametrize(
    "note",
    [
        "Thank you, that did it.",
        "谢谢，解决了",
        "Tack, det fungerar nu.",
        "Cảm ơn, được rồi.",
        "Vielen Dank!",
        "ありがとうございました",
    ],
)
def test_plain_thanks_is_thanks_in_any_language(note: str) -> None:
    assert is_thanks(note, words=5)


@pytest.mark.parametrize(
    "note",
    [
        "Thanks, but it still fails.",
        "Thank you. Where do I find that menu?",
        "谢谢，但还是不行",
        "Tack, men det fungerar fortfarande inte.",
        "Cảm ơn nhưng vẫn lỗi.",
        "Danke, aber der Fehler ist noch da.",
        "It does not start.",
        "",
    ],
)
def test_thanks_with_trouble_in_it_is_not_thanks(note: str) -> None:
    assert not is_thanks(note, words=8)


def test_a_long_note_is_not_plain_thanks() -> None:
    assert not is_thanks("Thank you for your answer, " + "I tried it " * 30, words=100)


def _pair(**evidence: object) -> pd.DataFrame:
    usual: dict[str, object] = {
        "contact_id": "a",
        "follow_up_id": "b",
        "hours_between": 20.0,
        "hours_since_end": 10.0,
        "note_similarity": 0.1,
        "word_similarity": 0.05,
        "is_same_reason_code": np.nan,
        "is_same_case": np.nan,
        "is_same_topic": np.nan,
        "link_probability": 0.2,
    }
    return pd.DataFrame([usual | evidence])


NOTES = pd.DataFrame(
    {"contact_id": ["a", "b"], "note": ["It crashed", "Thanks a lot"], "words": [2, 3]}
)


@pytest.mark.parametrize(
    ("evidence", "verdict"),
    [
        ({}, "unrelated"),
        ({"link_probability": 0.9}, "next_issue"),
        ({"link_probability": 0.9, "note_similarity": 0.7, "word_similarity": 0.5}, "same_issue"),
        ({"is_same_case": 1.0}, "same_issue"),
        ({"word_similarity": 0.95, "hours_since_end": np.nan}, "double_post"),
        ({"word_similarity": 0.95, "hours_since_end": -1.0, "hours_between": 2.0}, "double_post"),
        # an answer came in between, so it says that the answer did not help
        ({"word_similarity": 0.95, "link_probability": 0.99, "note_similarity": 0.9}, "same_issue"),
    ],
)
def test_verdicts_by_hand(evidence: dict[str, object], verdict: str) -> None:
    judged = judge_pairs(_pair(**evidence), NOTES)

    assert judged["verdict"].tolist() == [verdict]
    assert 0 <= judged.loc[0, "same_issue_probability"] <= judged.loc[0, "link_probability"] <= 1


def test_thanks_counts_only_under_the_same_case() -> None:
    inside = judge_pairs(_pair(is_same_case=1.0), NOTES)
    outside = judge_pairs(_pair(is_same_case=0.0), NOTES)

    assert inside["reaction"].tolist() == ["thanks"]
    assert outside["reaction"].isna().all()


def test_reasons_say_what_weighed_and_quote_nothing() -> None:
    judged = judge_pairs(_pair(is_same_case=1.0, note_similarity=0.7), NOTES)

    assert reasons_in_words(judged).tolist() == ["same case id; notes mean the same; 20 hours on"]
