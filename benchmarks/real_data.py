"""Print the figures on real data that docs/results.md states.

    python benchmarks/real_data.py alike ../shared/data
    python benchmarks/real_data.py risk results/casebook

``alike`` asks whether meaning and words tell what belongs together, ``risk`` repeats the
test of the risk model. Links and reactions are held against judgements, and topics against
labels, by ``fcr evaluate``.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd


def alike(data_folder: str) -> None:
    """Print how well meaning and words tell notes of one call, and questions that mean the same."""
    notes = pd.read_parquet(Path(data_folder) / "note_pairs_en" / "notes.parquet")
    calls = notes["conversation_id"].to_numpy()
    first, second = np.triu_indices(len(notes), 1)
    is_one_call = calls[first] == calls[second]
    strangers = np.random.default_rng(0).choice(np.flatnonzero(~is_one_call), 20_000, replace=False)
    chosen = np.r_[np.flatnonzero(is_one_call), strangers]
    _print_alike("en", notes["note"], first[chosen], second[chosen], is_one_call[chosen])
    pairs = pd.read_parquet(Path(data_folder) / "question_pairs_zh" / "pairs.parquet")
    pairs = pairs.sample(3_000, random_state=0)
    texts = pd.concat([pairs["text_a"], pairs["text_b"]], ignore_index=True)
    rows = np.arange(len(pairs))
    _print_alike("zh", texts, rows, rows + len(pairs), pairs["same_issue"].to_numpy() == 1)


def _print_alike(
    language: str, texts: pd.Series, first: np.ndarray, second: np.ndarray, truth: np.ndarray
) -> None:
    from fcr_ml.links.evidence import EvidenceBook
    from fcr_ml.links.near_far import BUILT_IN_WEIGHTS
    from fcr_ml.measures.agreement import auc
    from fcr_ml.notes.centre import centre_vectors
    from fcr_ml.notes.encoders import open_encoder

    encoder = open_encoder("english" if language == "en" else "multilingual")
    vectors = centre_vectors(encoder.encode(texts.tolist()), [language] * len(texts))
    ids = pd.Series(np.arange(len(texts)).astype(str))
    notes = pd.DataFrame({"contact_id": ids, "note": texts.to_numpy(), "topic_id": None})
    book = EvidenceBook(notes.assign(customer_id="one"), notes, notes, vectors)
    pairs = {"contact_id": ids.to_numpy()[first], "follow_up_id": ids.to_numpy()[second]}
    laid = book.lay_out(pd.DataFrame(pairs))
    meaning, words = laid["note_similarity"], laid["word_similarity"].fillna(0.0)
    weights = BUILT_IN_WEIGHTS
    both = meaning * weights["shared_meaning"] + words * weights["word_similarity"]
    for name, score in {"meaning": meaning, "words": words, "both": both}.items():
        print(f"alike {language}: {len(truth):,} pairs, {name:7s} AUC {auc(truth, score):.3f}")


def risk(casebook_folder: str) -> None:
    """Print the test of the risk model against its rules."""
    from fcr_ml.frames import Casebook
    from fcr_ml.risk.study import study_risk

    studied = study_risk(Casebook.open(Path(casebook_folder)))
    print(" ".join(studied.remarks))
    if studied.evaluation is not None:
        print(studied.evaluation.figures.round(4).to_string(index=False))
        print(studied.evaluation.capacities.round(4).to_string(index=False))
        print(studied.evaluation.groups.round(4).to_string(index=False))


if __name__ == "__main__":
    {"alike": alike, "risk": risk}[sys.argv[1]](*sys.argv[2:])
