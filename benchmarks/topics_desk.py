"""Print how steady the topics of a log are: between seeds and between months.

    python benchmarks/topics_desk.py seeds results/casebook [10]
    python benchmarks/topics_desk.py months results/casebook

``seeds`` fits ten times with another seed each, and on two halves of the log; ``months`` fits
a month at a time over the last year, each fit anchored to the one before. Vectors come from
the cache that ``fcr analyze`` filled.
"""

from __future__ import annotations

import sys
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.metrics import adjusted_rand_score

from fcr_ml.assembly import CasebookBuilder
from fcr_ml.frames import Casebook
from fcr_ml.notes.cache import VectorCache, encode_notes
from fcr_ml.notes.encoders import open_encoder
from fcr_ml.topics.continuity import stability
from fcr_ml.topics.model import TopicModel
from fcr_ml.topics.space import note_terms


class Desk:
    """A log's different notes that say enough, in the order of their hashes."""

    def __init__(self, casebook_folder: str) -> None:
        casebook = Casebook.open(Path(casebook_folder))
        cache = CasebookBuilder().cache_folder
        encoder = open_encoder(casebook.settings["encoder"], cache_folder=cache)
        notes = casebook.table("notes")
        vectors = encode_notes(notes, encoder, VectorCache(cache / "vectors"))
        usable = ~notes["is_thin"].to_numpy(bool) & ~np.isnan(vectors).any(axis=1)
        started = casebook.table("contacts", ["started_at"])["started_at"]
        first = started.groupby(notes["note_hash"].to_numpy()).min()
        rows = np.flatnonzero(usable & ~notes["note_hash"].duplicated().to_numpy())
        rows = rows[np.argsort(notes["note_hash"].to_numpy(str)[rows])]
        self.vectors = vectors[rows]
        self.languages = notes["language"].astype(object).iloc[rows].tolist()
        self.terms = note_terms(notes["note"].iloc[rows].tolist())
        self.first_at = first.loc[notes["note_hash"].iloc[rows]].reset_index(drop=True)

    def fit(self, rows: np.ndarray, before: TopicModel | None = None, seed: int = 0) -> TopicModel:
        """Fit the topics of some rows."""
        spoken = [self.languages[row] for row in rows]
        model = TopicModel(random_state=seed)
        return model.fit(self.vectors[rows], spoken, before, self.terms[rows])

    def ids(self, model: TopicModel, rows: np.ndarray) -> np.ndarray:
        """Give the topic ids of some rows, None without one."""
        spoken = [self.languages[row] for row in rows]
        placed, _ = model.place(self.vectors[rows], spoken, self.terms[rows])
        return np.array([*model.ids_, None], dtype=object)[placed.clip(-1)]


def seeds(casebook_folder: str, count: str = "10") -> None:
    """Print the agreement of some seeds, and of topics found on two halves."""
    desk = Desk(casebook_folder)
    everything = np.arange(len(desk.vectors))
    found = [desk.ids(desk.fit(everything, seed=seed), everything) for seed in range(int(count))]
    agreed = [_agreement(one, two) for one, two in combinations(found, 2)]
    print(f"{count} seeds, {len(everything):,} notes: adjusted Rand at least {min(agreed):.3f}")
    order = np.random.default_rng(0).permutation(len(everything))
    halves = np.sort(order[: len(order) // 2]), np.sort(order[len(order) // 2 :])
    found = [desk.ids(desk.fit(half), everything) for half in halves]
    print(f"topics of two halves, placed on all: adjusted Rand {_agreement(*found):.3f}")


def _agreement(one: np.ndarray, two: np.ndarray) -> float:
    both = pd.notna(one) & pd.notna(two)
    return float(adjusted_rand_score(one[both], two[both]))


def months(casebook_folder: str) -> None:
    """Print, month by month, how many notes keep their topic."""
    desk = Desk(casebook_folder)
    last = desk.first_at.max().normalize().replace(day=1)
    before: TopicModel | None = None
    earlier = np.empty(0, dtype=int)
    rates = []
    for month in pd.date_range(end=last, periods=13, freq="MS"):
        rows = np.flatnonzero((desk.first_at < month).to_numpy())
        model = desk.fit(rows, before)
        if before is not None:
            told = stability(desk.ids(before, earlier), desk.ids(model, earlier))
            rates.append(told.kept_rate)
            events = model.lineage_["event"].value_counts().sort_index()
            print(
                f"{month:%Y-%m}: {len(rows):,} notes, {model.topics} topics, kept "
                f"{told.kept_rate:.3f}, explained {told.explained_rate:.3f}, adjusted Rand "
                f"{told.adjusted_rand:.3f}; "
                + ", ".join(f"{event} {count}" for event, count in events.items())
            )
        before, earlier = model, rows
    print(f"kept: mean {np.mean(rates):.3f}, least {min(rates):.3f}")


if __name__ == "__main__":
    {"seeds": seeds, "months": months}[sys.argv[1]](*sys.argv[2:])
