"""Hold the topics beside those of BERTopic, on texts that people labelled.

    pip install bertopic
    python benchmarks/topics.py ../shared/data/labelled_intents

For each data set both get the same redacted texts and the same vectors of the English
encoder, each in a process of its own on the same machine; neither is told how many topics
there are. BERTopic runs as it comes (UMAP and HDBSCAN unseeded, so its figures move a little
between runs); texts it leaves out are placed afterwards by its ``reduce_outliers``, as it
comes and by vectors. It is no dependency: without it, only our side is printed.

``accuracy`` counts a text without a topic as wrong; ``all placed``, NMI and ARI are over all
texts, those left out being placed. Seconds are of finding, naming and placing topics, compiling
on first use counted in and imports not; memory is the most that the process held.
"""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

# The parent imports nothing large: a process starts with the peak memory of its parent.
DATASETS = ("banking77", "clinc150", "dstc11_track2")
FIGURES = ("accuracy", "accuracy_all_placed", "nmi", "ari", "share_without_topic")


def main(data_folder: str) -> None:
    """Print one table, a row a data set and way."""
    ways = ["ours"]
    if importlib.util.find_spec("bertopic"):
        ways.append("bertopic")
    else:
        print("BERTopic is not installed (pip install bertopic); only our side is measured.")
    print(
        f"{'data set':14s} {'way':32s} {'texts':>6s} {'topics':>6s} {'accuracy':>8s} "
        f"{'all placed':>10s} {'NMI':>6s} {'ARI':>6s} {'no topic':>8s} {'seconds':>7s} {'MB':>6s}"
    )
    for dataset in DATASETS:
        with tempfile.TemporaryDirectory() as folder:
            _apart("prepare", data_folder, dataset, folder)
            for way in ways:
                for told in json.loads(_apart(way, folder)):
                    print(f"{dataset:14s} {_row(told)}", flush=True)


def _row(told: dict[str, Any]) -> str:
    accuracy, placed, nmi, ari, without = (told[name] for name in FIGURES)
    return (
        f"{told['way']:32s} {told['texts']:6,d} {told['topics']:6,d} {accuracy:8.3f} "
        f"{placed:10.3f} {nmi:6.3f} {ari:6.3f} {without:8.3f} {told['seconds']:7.1f} "
        f"{told['peak_mb']:6,.0f}"
    )


def _apart(*words: str) -> str:
    """Run a part of this script in a process of its own; give the last line it prints."""
    done = subprocess.run(
        [sys.executable, __file__, *words], check=True, stdout=subprocess.PIPE, text=True
    )
    return (done.stdout.splitlines() or [""])[-1]


def prepare(data_folder: str, dataset: str, folder: str) -> None:
    """Write a data set's labels, redacted texts and vectors."""
    import numpy as np
    import pandas as pd

    from fcr_ml.notes.encoders import open_encoder
    from fcr_ml.notes.table import build_notes

    texts = pd.read_parquet(Path(data_folder) / "utterances.parquet")
    texts = texts[texts["dataset"] == dataset].reset_index(drop=True)
    ids = texts.index.astype("string")
    notes, _ = build_notes(pd.DataFrame({"contact_id": ids, "note": texts["text"]}))
    has_note = notes["note"].notna()
    notes = notes.assign(label=texts["intent"])[has_note].reset_index(drop=True)
    notes.to_parquet(Path(folder) / "notes.parquet")
    vectors = open_encoder("english").encode(notes["note"].tolist())
    np.save(Path(folder) / "vectors.npy", vectors)


def ours(folder: str) -> None:
    """Print our figures as JSON."""
    import numpy as np
    import pandas as pd

    from fcr_ml.evaluation_topics import measure_topics

    notes = pd.read_parquet(Path(folder) / "notes.parquet")
    told = measure_topics(notes["label"], notes, np.load(Path(folder) / "vectors.npy"))
    print(json.dumps([told | {"way": "fcr_ml"}]))


def bertopic(folder: str) -> None:
    """Print BERTopic's figures as JSON: as it comes, and with its outliers placed by vectors."""
    import time

    import numpy as np
    import pandas as pd
    from bertopic import BERTopic

    from fcr_ml.evaluation_topics import peak_mb
    from fcr_ml.measures.topic_agreement import topic_agreement

    notes = pd.read_parquet(Path(folder) / "notes.parquet")
    vectors, texts = np.load(Path(folder) / "vectors.npy"), notes["note"].tolist()
    began = time.perf_counter()
    model = BERTopic()
    topics, _ = model.fit_transform(texts, embeddings=vectors)
    seconds = time.perf_counter() - began
    counts = {"texts": len(texts), "topics": max(topics) + 1}
    ways: dict[str, dict[str, Any]] = {
        "BERTopic, reduce_outliers": {},
        "BERTopic, the same by vectors": {"strategy": "embeddings", "embeddings": vectors},
    }
    told = []
    for way, how in ways.items():
        began = time.perf_counter()
        placed = model.reduce_outliers(texts, topics, **how) if -1 in topics else topics
        spent = {"seconds": seconds + time.perf_counter() - began, "peak_mb": peak_mb()}
        told.append({"way": way} | counts | topic_agreement(notes["label"], topics, placed) | spent)
    print(json.dumps(told))


if __name__ == "__main__":
    parts: dict[str, Callable[..., None]] = {"prepare": prepare, "ours": ours, "bertopic": bertopic}
    if sys.argv[1] in parts:
        parts[sys.argv[1]](*sys.argv[2:])
    else:
        main(sys.argv[1])
