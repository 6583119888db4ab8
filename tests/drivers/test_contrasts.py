"""What lies inside a driver: by hand, over seeds, planted words, and what is never shown."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_matrix

from fcr_ml.drivers.excess import study_drivers
from fcr_ml.drivers.held_more import compare_sides
from fcr_ml.drivers.words import EXCERPT, count_words, excerpt, is_one_agents
from fcr_ml.frames.contrasts import CONTRASTS

from .conftest import CasebookOf, draw_rows

COMMON = ["invoice", "amount", "paid", "twice", "please", "check", "today", "charge"]


def test_shares_and_their_interval_by_hand() -> None:
    # 40 of 100 repeated and 20 of 100 resolved contacts hold it, a customer each: the
    # standard error of the difference is the root of .24/100 + .16/100.
    holds = np.repeat([1, 0, 1, 0], [40, 60, 20, 80])
    told = compare_sides(
        csr_matrix(holds[:, None].astype(float)), np.arange(200) < 100, np.arange(200)
    ).iloc[0]
    assert (told["repeated_contacts"], told["resolved_contacts"]) == (40, 20)
    assert told["difference"] == pytest.approx(0.2)
    assert told["difference_high"] - told["difference"] == pytest.approx(2.0 * 0.0632, abs=0.002)
    # The test holds the shares together: .3 on both sides.
    assert told["evidence"] == pytest.approx(0.2 / np.sqrt(0.21 / 100 * 2), rel=1e-6)


def test_one_busy_customer_is_no_evidence() -> None:
    holds = csr_matrix(np.repeat([1.0, 0.0], [50, 150])[:, None])
    is_repeated = np.arange(200) % 100 < 50
    alone = compare_sides(holds, is_repeated, np.where(np.arange(200) < 50, 0, np.arange(200)))
    many = compare_sides(holds, is_repeated, np.arange(200))
    assert many["p_value"].iloc[0] < 0.001 < 0.05 < alone["p_value"].iloc[0]


def test_nothing_planted_is_seldom_found() -> None:
    # At 5 %, more than 75 of 1,000 happen less than once in 1,000 times.
    draw = np.random.default_rng(0)
    held = csr_matrix((draw.random((800, 1_000)) < 0.1).astype(float))
    owners = draw.integers(0, 500, 800)
    told = compare_sides(held, draw.random(800) < 0.3, owners)
    assert (told["p_value"] <= 0.05).sum() <= 75


def test_names_and_habits_are_not_shown() -> None:
    told = count_words(["Hi Ann, the refund is late", "the refund is late again. Ann"] * 5)
    hidden = {word for word, may in zip(told.words, told.may_be_name, strict=True) if may}
    assert "ann" in hidden
    assert not {"refund", "late", "the"} & hidden
    held = csr_matrix(np.column_stack([np.arange(20) < 10, np.ones(20)]).astype(float))
    assert is_one_agents(held, np.repeat([0, 1], 10)).tolist() == [True, False]
    # One agent alone: all words are theirs, and none tells who they are.
    assert not is_one_agents(held, np.zeros(20, dtype=int)).any()


def test_excerpts_are_short_and_hold_the_word() -> None:
    note = "word " * 60 + "refund " + "other " * 60
    assert len(excerpt(note, "refund")) <= EXCERPT
    assert "refund" in excerpt(note, "refund")


def _noted(contacts: pd.DataFrame, word: str, unspaced: bool = False) -> pd.DataFrame:
    """Write notes in which repeated contacts of the driver often hold a word."""
    draw = np.random.default_rng(0)
    common = list("退款金额付账单查询") if unspaced else COMMON
    joined = "" if unspaced else " "
    holds = contacts["follow_up_id"].notna() & (draw.random(len(contacts)) < 0.6)
    notes = [joined.join([*draw.choice(common, 6), *([word] if held else [])]) for held in holds]
    return pd.DataFrame(
        {
            "contact_id": contacts["contact_id"],
            "note": notes,
            "resolution_note": "we have looked into it. can you send the form?",
            "words": 6,
            "is_thin": False,
            "note_hash": contacts["contact_id"],
        }
    )


@pytest.mark.parametrize(("word", "found"), [("gateway", "gateway"), ("网关", "网关")])
def test_a_planted_word_is_found_first_in_any_script(
    casebook_of: CasebookOf, word: str, found: str
) -> None:
    contacts = draw_rows(4_000, 0, {(("queue", "Tech"),): 0.25}).contacts
    notes = _noted(contacts, word, unspaced=word != "gateway")
    studied = study_drivers(casebook_of(contacts, tables={"notes": notes}), depth=1)
    contrasts = studied.contrasts.table
    assert list(contrasts.columns) == list(CONTRASTS.columns)
    words = contrasts[contrasts["kind"] == "note word"]
    assert words["value"].iloc[0] == found
    assert words["difference_low"].iloc[0] > 0.3
    examples = studied.contrasts.examples
    repeated = examples[examples["outcome"] == "repeated"]
    assert repeated["excerpt"].str.contains(word).all()
    assert set(examples["outcome"]) == {"repeated", "resolved"}
    assert examples["excerpt"].str.len().max() <= EXCERPT
    # Whether transferred is told although it does not differ.
    assert {"was_transferred", "was_on_hold"} <= set(contrasts["kind"])


def test_without_a_planted_word_none_is_found(casebook_of: CasebookOf) -> None:
    contacts = draw_rows(4_000, 0, {(("queue", "Tech"),): 0.25}).contacts
    notes = _noted(contacts, "charge").assign(note=" ".join(COMMON))
    studied = study_drivers(casebook_of(contacts, tables={"notes": notes}), depth=1)
    assert "note word" not in set(studied.contrasts.table["kind"])
    assert studied.contrasts.examples.empty


def test_next_queues_are_counted(casebook_of: CasebookOf) -> None:
    contacts = draw_rows(4_000, 0, {(("queue", "Tech"),): 0.25}).contacts
    studied = study_drivers(casebook_of(contacts), depth=1)
    queues = studied.contrasts.table[studied.contrasts.table["kind"] == "next queue"]
    # Here every follow-up is the contact itself, so it waited in the driver's own queue.
    assert queues["value"].tolist() == ["Tech"]
    assert queues["repeated_share"].tolist() == [1.0]
    assert queues["resolved_share"].isna().all()


def test_a_driver_without_a_resolved_contact_is_compared_with_nothing(
    casebook_of: CasebookOf,
) -> None:
    contacts = draw_rows(4_000, 0, {(("queue", "Tech"),): 1.0}).contacts
    contrasts = study_drivers(casebook_of(contacts), depth=1).contrasts.table
    assert list(contrasts.columns) == list(CONTRASTS.columns)
    assert set(contrasts["kind"]) == {"next queue"}
