"""Time topics of a million notes: found on a drawn sample, all of them placed.

    python benchmarks/topics_scale.py [notes]

Vectors are given, not encoded: 20,000 different ones around 300 planted matters, drawn with
repetition and changed a little each time, as notes of a large centre are.
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


def main(notes: int = 1_000_000) -> None:
    """Print seconds, peak memory and the agreement with what was planted."""
    from sklearn.metrics import adjusted_rand_score

    from fcr_ml.topics.model import TopicModel

    vectors, matter = draw_vectors(notes)
    began = time.perf_counter()
    model = TopicModel().fit(vectors)
    fitted = time.perf_counter()
    topics, _ = model.place(vectors)
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
