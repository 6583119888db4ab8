"""The embedded encoders on texts that tell one thing in two ways, against shared words.

Thresholds lie a little under what was measured, which stands beside them.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer

from fcr_ml.measures.agreement import auc
from fcr_ml.notes.centre import centre_vectors
from fcr_ml.notes.encoders import open_encoder

DATA = Path(__file__).parents[3] / "shared" / "data"

pytestmark = [
    pytest.mark.real_data,
    pytest.mark.skipif(not DATA.is_dir(), reason=f"no folder of real data at {DATA}"),
]


def _centred(encoder: str, texts: list[str]) -> np.ndarray:
    return centre_vectors(open_encoder(encoder).encode(texts))


def _by_words(texts: list[str], **how: object) -> np.ndarray:
    return TfidfVectorizer(sublinear_tf=True, **how).fit_transform(texts).toarray()


def test_chinese_questions_that_mean_the_same_are_nearer() -> None:
    pairs = pd.read_parquet(DATA / "question_pairs_zh" / "pairs.parquet")
    pairs = pairs.sample(600, random_state=0)
    texts = [*pairs["text_a"], *pairs["text_b"]]

    def told(vectors: np.ndarray) -> float:
        first, second = np.split(vectors, 2)
        return auc(pairs["same_issue"], (first * second).sum(axis=1))

    meant = told(_centred("multilingual", texts))
    shared = told(_by_words(texts, analyzer="char", ngram_range=(1, 2)))

    # .756 against .720 on these pairs.
    assert meant > 0.73
    assert meant > shared + 0.02


def test_english_notes_of_one_call_find_each_other() -> None:
    notes = pd.read_parquet(DATA / "note_pairs_en" / "notes.parquet")
    calls = notes["conversation_id"].drop_duplicates().sample(250, random_state=0)
    twice = notes[notes["conversation_id"].isin(calls)].groupby("conversation_id").head(2)
    twice = twice[twice.duplicated("conversation_id", keep=False)].sort_values("conversation_id")
    texts = twice["note"].tolist()

    def found(vectors: np.ndarray) -> float:
        """Give the share of notes whose nearest note is the other one of its call."""
        cosines = vectors @ vectors.T
        np.fill_diagonal(cosines, -1)
        return float((cosines.argmax(axis=1) == np.arange(len(texts)) ^ 1).mean())

    meant = found(_centred("english", texts))
    shared = found(_by_words(texts))

    # .702 against .651 on these notes.
    assert meant > 0.67
    assert meant > shared + 0.02
