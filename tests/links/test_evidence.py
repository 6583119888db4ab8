"""What pairs have in common, on vectors whose likeness is plain."""

import numpy as np
import pandas as pd

from fcr_ml.links.evidence import EvidenceBook

CONTACTS = pd.DataFrame(
    {"contact_id": list("abcd"), "customer_id": ["u", "x", "w", "w"], "case_id": [None] * 4}
)
NOTES = pd.DataFrame({"note": ["no sound", "no sound at all", "no sound", None]}).astype("string")
VECTORS = np.array([[1.0, 0.0], [0.8, 0.6], [0.0, 1.0], [np.nan, np.nan]], dtype=np.float32)


def _laid_out() -> pd.DataFrame:
    book = EvidenceBook(CONTACTS, NOTES, NOTES.assign(topic_id=None), VECTORS)
    pairs = pd.DataFrame({"contact_id": list("aac"), "follow_up_id": list("bcd")})
    return book.lay_out(pairs)


def test_notes_of_customers_of_different_halves_share_no_meaning_but_are_compared() -> None:
    laid = _laid_out()

    # u and x fall into different halves, u and w into one
    assert laid["shared_meaning"].isna().tolist() == [True, False, True]
    assert laid["note_similarity"].round(3).tolist()[:2] == [0.8, 0.0]
    assert laid["customer"].tolist() == [0, 0, 2]


def test_missing_evidence_stays_missing() -> None:
    laid = _laid_out()

    assert laid["note_similarity"].isna().tolist() == [False, False, True]
    assert laid[["is_same_case", "is_same_reason_code", "is_same_topic"]].isna().all(axis=None)
    # "at all" is in one note only and can agree with none.
    assert laid["word_similarity"].round(6).tolist()[:2] == [1.0, 1.0]
    assert np.isnan(laid["word_similarity"].iloc[2])
