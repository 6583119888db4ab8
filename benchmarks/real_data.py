"""Print the figures on real data that docs/results.md states.

    python benchmarks/real_data.py links results/casebook ../shared/data/thunderbird_desk
    python benchmarks/real_data.py risk results/casebook
    python benchmarks/real_data.py topics ../shared/data/labelled_intents banking77

``links`` holds a casebook's links against judged pairs, ``risk`` repeats the test of
the risk model, ``topics`` sorts labelled texts into topics without telling how many.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd


def links(casebook_folder: str, data_folder: str) -> None:
    """Print how far links and reactions agree with what people judged."""
    from fcr_ml.frames import Casebook
    from fcr_ml.measures.agreement import auc, average_precision, link_agreement

    told = Casebook.open(Path(casebook_folder)).table("links")
    judged = pd.read_parquet(Path(data_folder) / "judged_pairs.parquet")
    for name, value in link_agreement(told, judged).items():
        print(f"links  {name:32s} {value}")
    pairs = judged.merge(told, on=["contact_id", "follow_up_id"], suffixes=("_judged", ""))
    sure = pairs[(pairs["confidence"] == "high") & (pairs["verdict_judged"] != "unclear")]
    truth, weight = sure["verdict_judged"] != "unrelated", sure["sampling_weight"]
    scores = sure["link_probability"].astype(float)
    print(f"links  {'AUC, high confidence':32s} {auc(truth, scores, weight):.3f}")
    print(f"links  {'AP, high confidence':32s} {average_precision(truth, scores, weight):.3f}")
    print(pd.crosstab(pairs["verdict_judged"], pairs["verdict"]).to_string())
    replies = pd.read_parquet(Path(data_folder) / "judged_replies.parquet")
    replies = replies.merge(told, on=["contact_id", "follow_up_id"], suffixes=("_judged", ""))
    print(pd.crosstab(replies["verdict_judged"], replies["reaction"].fillna("-")).to_string())
    confirmed = pd.read_parquet(Path(data_folder) / "confirmed_follow_ups.parquet")
    found = confirmed.merge(told, on=["contact_id", "follow_up_id"])
    share = float((found["link_probability"] >= 0.5).mean())
    print(f"links  confirmed pairs among the candidates {len(found)}, linked {share:.3f}")


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


def topics(data_folder: str, dataset: str) -> None:
    """Print how well topics, their number never given, agree with labelled intents."""
    from scipy.optimize import linear_sum_assignment
    from sklearn.metrics import normalized_mutual_info_score

    from fcr_ml.notes.centre import centre_vectors
    from fcr_ml.notes.encoders import open_encoder
    from fcr_ml.topics.model import TopicModel

    texts = pd.read_parquet(Path(data_folder) / "utterances.parquet")
    texts = texts[texts["dataset"] == dataset].drop_duplicates("text", ignore_index=True)
    encoded = open_encoder("english").encode(texts["text"].tolist())
    vectors = centre_vectors(encoded, ["en"] * len(texts))
    began = time.perf_counter()
    placed, _ = TopicModel().fit(vectors).place(vectors)
    seconds = time.perf_counter() - began
    inside = placed >= 0
    table = pd.crosstab(texts.loc[inside, "intent"], placed[inside]).to_numpy()
    rows, columns = linear_sum_assignment(-table)
    accuracy = table[rows, columns].sum() / len(texts)
    agreement = normalized_mutual_info_score(texts.loc[inside, "intent"], placed[inside])
    print(
        f"topics {dataset}: {len(texts):,} texts, {placed.max() + 1} topics, "
        f"{1 - np.mean(inside):.3f} without, accuracy over all {accuracy:.3f}, "
        f"NMI of the placed {agreement:.3f}, {seconds:.0f} s"
    )


if __name__ == "__main__":
    {"links": links, "risk": risk, "topics": topics}[sys.argv[1]](*sys.argv[2:])
