"""Time topics of a million notes: found on a drawn sample, all of them placed.

    python benchmarks/topics_scale.py [notes]

Vectors are given, not encoded: 20,000 different ones around 300 planted matters, drawn with
repetition and changed a little each time, as notes of a large centre are. Each note says
twelve words, two of them its matter's.
"""

from __future__ import annotations

import resource
import sys
import time

import numpy as np

MATTERS, DIFFERENT, DIMENSIONS = 300, 20_000, 384


def draw_vectors(notes: int) -> tuple[np.ndarray, np.ndarray]:
    """Give unit vectors and the matter of each."""
    random = np.random.default_rng(0)
    fields = random.normal(size=(20, DIMENSIONS))
    matters = fields[random.integers(20, size=MATTERS)] + random.normal(size=(MATTERS, DIMENSIONS))
    matter = random.integers(MATTERS, size=DIFFERENT)
    texts = matters[matter] + 1.2 * random.normal(size=(DIFFERENT, DIMENSIONS))
    vectors = np.empty((notes, DIMENSIONS), dtype=np.float32)
    chosen = random.integers(DIFFERENT, size=notes)
    for begin in range(0, notes, 50_000):
        rows = slice(begin, begin + 50_000)
        drawn = texts[chosen[rows]]
        drawn = drawn + 0.3 * random.normal(size=drawn.shape)
        vectors[rows] = drawn / np.linalg.norm(drawn, axis=1, keepdims=True)
    return vectors, matter[chosen]


def draw_notes(matter: np.ndarray) -> list[str]:
    """Give notes of twelve words: two of five of their matter, ten that any may say."""
    random = np.random.default_rng(1)
    own = random.integers(5, size=(len(matter), 2))
    any_word = (3_000 * random.random((len(matter), 10)) ** 3).astype(int)
    return [
        " ".join([*(f"m{about}x{word}" for word in mine), *(f"w{word}" for word in others)])
        for about, mine, others in zip(matter, own, any_word, strict=True)
    ]


def main(notes: int = 1_000_000) -> None:
    """Print seconds, peak memory and the agreement with what was planted."""
    from sklearn.metrics import adjusted_rand_score

    from fcr_ml.topics.model import TopicModel
    from fcr_ml.topics.space import note_terms

    vectors, matter = draw_vectors(notes)
    texts = draw_notes(matter)
    began = time.perf_counter()
    terms = note_terms(texts)
    model = TopicModel().fit(vectors, terms=terms)
    fitted = time.perf_counter()
    topics, _ = model.place(vectors, None, terms)
    placed = time.perf_counter()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    inside = topics >= 0
    print(
        f"{notes:,} notes: {model.topics} topics for {MATTERS} matters, "
        f"{1 - inside.mean():.1%} without, adjusted Rand "
        f"{adjusted_rand_score(matter[inside], topics[inside]):.3f}; "
        f"found in {fitted - began:.0f} s, placed in {placed - fitted:.0f} s, {peak:.1f} GiB"
    )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
