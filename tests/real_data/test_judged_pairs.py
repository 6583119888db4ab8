"""Links between the desk's questions against what people judged of them.

Only questions of customers who asked more than once are carried through: others form
no pairs. The case id of a question names only its own thread, so nothing is given away.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from fcr_ml.assembly import CasebookBuilder
from fcr_ml.contacts import clean_log, read_log
from fcr_ml.measures.agreement import auc
from fcr_ml.measures.pair_agreement import pair_agreement, score_judged

DATA = Path(__file__).parents[3] / "shared" / "data"
DESK = DATA / "thunderbird_desk"

pytestmark = [
    pytest.mark.real_data,
    pytest.mark.slow,
    pytest.mark.skipif(not DATA.is_dir(), reason=f"no folder of real data at {DATA}"),
]


@pytest.fixture(scope="module")
def links(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    """Give LINKS with hashed words for vectors: the floor of what the encoders give."""
    log = clean_log(read_log([str(DESK / "contacts.parquet")]))
    questions = log.contacts[log.contacts["channel"] == "new question"]
    asked = questions.groupby("customer_id")["contact_id"].transform("size")
    folder = tmp_path_factory.mktemp("questions") / "casebook"
    builder = CasebookBuilder(encoder="words", windows=("30d",))
    casebook = builder.build(questions[asked > 1].reset_index(drop=True), log.as_of, folder)
    return casebook.table("links")


@pytest.fixture(scope="module")
def judged(links: pd.DataFrame) -> pd.DataFrame:
    pairs = pd.read_parquet(DESK / "judged_pairs.parquet")
    pairs = (
        pairs[pairs["verdict"] != "unclear"]
        .drop(columns="verdict")
        .assign(is_related=pairs["verdict"] != "unrelated")
    )
    both = pairs.merge(links, on=["contact_id", "follow_up_id"], how="left")
    return both.assign(link_probability=both["link_probability"].astype(float).fillna(0))


def test_nearly_every_judged_pair_is_a_candidate(judged: pd.DataFrame) -> None:
    assert len(judged) == 295
    assert (judged["link_probability"] > 0).mean() > 0.98


def test_links_beat_reason_code_time_and_words(judged: pd.DataFrame) -> None:
    truth, weight = judged["is_related"], judged["sampling_weight"]

    linked = auc(truth, judged["link_probability"], weight)
    by_code = auc(truth, judged["is_same_reason_code"].astype(float).fillna(0.5), weight)
    by_time = auc(truth, -judged["gap_hours"], weight)
    by_words = auc(truth, judged["word_similarity"].astype(float).fillna(0), weight)

    # .88 with hashed words, .90 with the English encoder; code .6, time .72, words .867
    assert linked > 0.86
    assert linked > by_code + 0.2
    assert linked > by_time + 0.1
    assert linked > by_words - 0.01


def test_sure_judgements_are_told_better(judged: pd.DataFrame) -> None:
    sure = judged[judged["confidence"] == "high"]

    # .93
    assert auc(sure["is_related"], sure["link_probability"], sure["sampling_weight"]) > 0.91


def test_what_links_promise_is_not_far_from_what_was_judged(judged: pd.DataFrame) -> None:
    weight = judged["sampling_weight"]

    promised = np.average(judged["link_probability"], weights=weight)
    true = np.average(judged["is_related"], weights=weight)

    # .66 promised, .70 judged.
    assert promised == pytest.approx(true, abs=0.08)


def test_pairs_that_people_pointed_out_are_linked(links: pd.DataFrame) -> None:
    confirmed = pd.read_parquet(DESK / "confirmed_follow_ups.parquet")

    found = confirmed.merge(links, on=["contact_id", "follow_up_id"])

    # The rest lies further apart than 30 days.
    assert len(found) > 0.8 * len(confirmed)
    # .84 with hashed words, .93 with the English encoder
    assert (found["link_probability"] >= 0.5).mean() > 0.8


def test_the_agreement_told_by_the_house_is_the_same(links: pd.DataFrame, judged) -> None:
    pairs = pd.read_parquet(DESK / "judged_pairs.parquet")

    told = pair_agreement(score_judged(links, pairs), ["related_auc"])

    linked = auc(judged["is_related"], judged["link_probability"], judged["sampling_weight"])
    assert told["related_auc"] == pytest.approx(linked, abs=1e-9)
