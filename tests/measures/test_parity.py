"""Languages side by side: known answers by hand, and a parity that was broken on purpose."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from fcr_ml.measures.parity import EVIDENCE, language_parity

from .conftest import CasebookOf, contacts_of

# Language, topic, reason code, how many.
CONTACTS: list[tuple[str | None, str | None, str, int]] = [
    ("en", "t001", "Bill", 60),
    ("en", "t001", "Line", 20),
    ("en", "t002", "Line", 20),
    ("sv", "t001", "Bill", 10),
    ("sv", "t002", "Bill", 6),
    ("sv", "t002", "Line", 4),
    ("sv", None, "Line", 20),
    ("vi", "t003", "Line", 30),
    ("fi", "t001", "Bill", 3),
    (None, "t001", "Bill", 2),
]


def _tables(links: pd.DataFrame | None = None) -> dict[str, pd.DataFrame]:
    rows = [row[:3] for row in CONTACTS for _ in range(row[3])]
    told = pd.DataFrame(rows, columns=["language", "topic_id", "reason_code"])
    contacts = contacts_of(
        [f"u{row}" for row in range(len(told))],
        ["2025-01-05"] * len(told),
        reason_code=told["reason_code"],
    )
    ids = contacts["contact_id"]
    topics = pd.DataFrame({"contact_id": ids, "topic_id": told["topic_id"]})
    topics["no_topic_reason"] = np.where(told["topic_id"].isna(), "not_alike", None)
    notes = pd.DataFrame(
        {"contact_id": ids, "language": told["language"], "words": 5, "is_thin": False}
    )
    given = _links(ids, 0, 0) if links is None else links
    return {"contacts": contacts, "notes": notes, "topics": topics, "links": given}


def _links(ids: pd.Series, first: int, pairs: int, **given: Any) -> pd.DataFrame:
    """Give pairs of consecutive contacts from one place on."""
    zero = dict.fromkeys([f"{name}_weight" for name in (*EVIDENCE, "code", "desk")], 0.0)
    told: dict[str, Any] = {"hours_between": 24.0, "link_probability": 0.5, "is_same_topic": True}
    told |= {"same_issue_probability": 0.5, "verdict": "same_issue", "reasons": "by hand"}
    return pd.DataFrame(
        {
            "contact_id": ids.iloc[first : first + pairs].to_numpy(),
            "follow_up_id": ids.iloc[first + 1 : first + pairs + 1].to_numpy(),
        }
    ).assign(**(zero | told | given))


def _rows(casebook_of: CasebookOf, links: pd.DataFrame | None = None) -> pd.DataFrame:
    return language_parity(casebook_of(**_tables(links))).set_index("language")


def test_each_language_has_a_row_and_small_ones_share_one(casebook_of: CasebookOf) -> None:
    parity = _rows(casebook_of)

    assert parity["contacts"].to_dict() == {
        **{"all": 175, "en": 100, "sv": 40, "vi": 30},
        **{"other": 3, "not given": 2},
    }


def test_topics_by_hand(casebook_of: CasebookOf) -> None:
    parity = _rows(casebook_of)

    # Topic 1 is mostly Bill, topic 2 mostly Line (24 of 30), topic 3 only Line.
    assert parity["no_topic_rate"].loc[["all", "en", "sv"]].tolist() == [20 / 175, 0, 0.5]
    assert parity["coded_contacts"].loc[["en", "vi"]].tolist() == [100, 30]
    assert parity["purity_rate"].loc[["en", "vi"]].tolist() == [0.8, 1]
    assert parity["commonest_code_rate"].loc[["en", "vi"]].tolist() == [0.6, 1]
    # Customers of one contact each: an interval of 40 contacts round a half.
    low, high = parity.loc["sv", ["no_topic_rate_low", "no_topic_rate_high"]]
    assert low == pytest.approx(0.5 - 0.15, abs=0.01)
    assert high == pytest.approx(0.5 + 0.15, abs=0.01)


def test_figures_under_the_minimum_are_null_and_their_counts_stay(
    casebook_of: CasebookOf,
) -> None:
    swedish = _rows(casebook_of).loc["sv"]

    # 20 of 40 have a topic and a code.
    assert swedish["coded_contacts"] == 20
    assert np.isnan([swedish["purity_rate"], swedish["purity_rate_low"]]).all()
    assert np.isnan(swedish["commonest_code_rate"])
    assert pd.isna(swedish["topics"])
    assert np.isnan(swedish["link_probability"])


def test_topics_of_one_language_alone_show(casebook_of: CasebookOf) -> None:
    parity = _rows(casebook_of)

    assert parity.loc["en", ["topics", "shared_topics"]].tolist() == [2, 2]
    assert parity.loc["vi", ["topics", "shared_topics"]].tolist() == [1, 0]
    assert parity.loc["vi", "other_languages_rate"] == 0
    # 153 contacts have a topic and a language; 123 of the 152 others are not Vietnamese.
    assert parity.loc["vi", "mix_rate"] == pytest.approx(123 / 152)
    # 80 of English lie with 13 others of 93, 20 with 10 others of 30.
    expected = (80 * 13 / 92 + 20 * 10 / 29) / 100
    assert parity.loc["en", "other_languages_rate"] == pytest.approx(expected)


def test_languages_that_topics_do_not_see_meet_as_often_as_the_mix_gives(
    casebook_of: CasebookOf,
) -> None:
    tables = _tables()
    topic = np.random.default_rng(0).choice(["t001", "t002"], len(tables["topics"]))
    parity = language_parity(
        casebook_of(
            **tables | {"topics": tables["topics"].assign(topic_id=topic, no_topic_reason=None)}
        )
    ).set_index("language")

    own = parity.loc[["en", "sv", "vi"]]
    assert (own["other_languages_rate"] - own["mix_rate"]).abs().max() < 0.03


def test_pairs_count_under_the_language_of_the_earlier_contact(casebook_of: CasebookOf) -> None:
    ids = _tables()["contacts"]["contact_id"]
    far = [24.0] * 40 + [24.0 * 8] * 40
    english = _links(ids, 0, 80, link_probability=0.8, hours_between=far)
    english["is_same_topic"] = pd.Series([True] * 10 + [False] * 30 + [True] * 40, dtype="boolean")
    swedish = _links(ids, 100, 39, link_probability=0.2, is_same_topic=None)

    parity = _rows(casebook_of, pd.concat([english, swedish], ignore_index=True))

    assert parity["pairs"].to_dict() == {
        **{"all": 119, "en": 80, "sv": 39, "vi": 0},
        **{"other": 0, "not given": 0},
    }
    assert parity["link_probability"].loc[["en", "sv"]].tolist() == pytest.approx([0.8, 0.2])
    # The window is seven days: forty pairs lie within, a quarter of them in one topic.
    assert parity.loc["en", ["near_pairs", "same_topic_rate"]].tolist() == [40, 0.25]
    assert parity.loc["sv", "near_pairs"] == 0
    assert np.isnan(parity.loc["sv", "same_topic_rate"])


def test_links_are_held_against_the_case_without_what_the_case_told_them(
    casebook_of: CasebookOf,
) -> None:
    ids = _tables()["contacts"]["contact_id"]
    is_same = np.arange(90) % 2 == 0
    pairs = _links(ids, 0, 90, is_same_case=is_same)
    knowing = pairs.assign(meaning_weight=np.where(is_same, 1.5, -0.5))
    told = pairs.assign(desk_weight=np.where(is_same, 9.0, 0.0), link_probability=is_same * 1.0)

    seen, blind = (_rows(casebook_of, links).loc["en"] for links in (knowing, told))

    assert seen["link_truth"] == "same case id"
    assert seen[["known_pairs", "link_auc", "link_auc_low"]].tolist() == [90, 1, 1]
    assert blind["link_auc"] == 0.5


def test_pairs_of_few_customers_say_nothing_of_how_sure_an_auc_is(
    casebook_of: CasebookOf,
) -> None:
    is_same = np.arange(90) % 2 == 0
    pairs = _links(_tables()["contacts"]["contact_id"], 0, 90, is_same_case=is_same)

    told = {}
    for customers in (1, 9, 10):
        tables = _tables(pairs)
        owners = [f"u{row % customers}" for row in range(len(tables["contacts"]))]
        tables["contacts"] = tables["contacts"].assign(customer_id=owners)
        told[customers] = language_parity(casebook_of(**tables)).set_index("language").loc["en"]

    assert [row["known_pairs"] for row in told.values()] == [90, 90, 90]
    assert [bool(np.isnan(row["link_auc"])) for row in told.values()] == [True, True, False]


def test_without_cases_the_reason_code_is_what_links_are_held_against(
    casebook_of: CasebookOf,
) -> None:
    ids = _tables()["contacts"]["contact_id"]
    is_same = np.arange(90) < 45
    weights = np.where(np.arange(90) % 3 == 0, ~is_same, is_same).astype(float)
    pairs = _links(ids, 0, 90, is_same_reason_code=is_same, words_weight=weights)

    english = _rows(casebook_of, pairs).loc["en"]

    # Two pairs in three are told right: 2/3 · 2/3, and half of the ties.
    assert english["link_truth"] == "same reason code"
    assert english["link_auc"] == pytest.approx(4 / 9 + 4 / 9 / 2)
    assert english["link_auc_low"] < english["link_auc"] < english["link_auc_high"]


def test_a_log_without_notes_has_no_languages_to_compare(casebook_of: CasebookOf) -> None:
    tables = _tables()
    topics = tables["topics"].assign(topic_id=None, no_topic_reason="no_note")

    assert language_parity(casebook_of(**tables | {"topics": topics})).empty
