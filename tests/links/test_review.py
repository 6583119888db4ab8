from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from fcr_ml.errors import DataError, SettingsError
from fcr_ml.links.judged import check_judged
from fcr_ml.links.review import COLUMNS, PAIR, draw_pairs, reviewable_pairs, sample_pairs
from tests.linked_casebook import large_tables

TABLES = large_tables(400)
LINKS, NOTES, CONTACTS = TABLES["links"], TABLES["notes"], TABLES["contacts"]


def draw(count: int = 60, judged: pd.DataFrame | None = None, random_state: int = 0):
    return draw_pairs(LINKS, NOTES, CONTACTS, count, judged, random_state)


def keys(pairs: pd.DataFrame) -> set[tuple[str, str]]:
    return set(zip(pairs["contact_id"], pairs["follow_up_id"], strict=True))


def test_pairs_without_a_note_and_pairs_the_desk_has_tied_are_not_drawn() -> None:
    pairs = reviewable_pairs(LINKS, NOTES)

    # Of 400, every tenth is tied by the desk and one in twenty (7, 27, ...) lacks its notes.
    assert len(pairs) == 400 - 40 - 20
    assert keys(draw(1_000)) == keys(pairs)
    assert (draw(1_000)["sampling_weight"] == 1).all()


# The weighted sum is unbiased for any figure, so over 200 draws its mean must lie within
# its own standard error of the truth; three of them are exceeded once in 370 trials.
@pytest.mark.parametrize("count", [7, 60])
def test_weighted_estimates_are_unbiased_over_many_draws(count: int) -> None:
    pairs = reviewable_pairs(LINKS, NOTES)
    figures = pd.DataFrame(
        {"pairs": 1.0, "related": pairs["link_probability"], "hours": pairs["hours_between"]}
    ).astype(float)
    estimates = []
    for seed in range(200):
        drawn = sample_pairs(pairs, count, seed)
        weights = drawn["sampling_weight"].to_numpy()
        estimates.append(weights @ figures.loc[drawn.index].to_numpy())
    error = np.mean(estimates, axis=0) - figures.sum().to_numpy()
    allowed = 3 * np.std(estimates, axis=0) / np.sqrt(200)

    assert (np.abs(error) <= allowed + 1e-6).all()


@pytest.mark.parametrize("count", [1, 7, 60, 333, 340])
def test_as_many_pairs_are_drawn_as_were_asked_for(count: int) -> None:
    for seed in range(10):
        drawn = draw(count, random_state=seed)
        assert len(drawn) == len(keys(drawn)) == count


def test_half_of_the_draw_is_unsure_and_every_verdict_is_there() -> None:
    drawn = draw(60).drop(columns="verdict").merge(LINKS, on=PAIR)
    is_unsure = drawn["link_probability"].between(0.25, 0.75)

    assert is_unsure.sum() >= 29
    assert set(drawn["verdict"]) == {"double_post", "same_issue", "next_issue", "unrelated"}
    assert (drawn["link_probability"] > 0.95).any()
    assert (drawn["link_probability"] < 0.05).any()


def test_nothing_judged_is_drawn_twice() -> None:
    done = draw(100)
    rest = draw(1_000, judged=done)

    assert not keys(done) & keys(rest)
    assert len(rest) == 340 - 100


def test_one_seed_draws_the_same_pairs_whatever_the_order_of_the_tables() -> None:
    mixed = LINKS.sample(frac=1, random_state=3)

    pd.testing.assert_frame_equal(draw(), draw_pairs(mixed, NOTES, CONTACTS, 60))
    assert keys(draw()) != keys(draw(random_state=1))


def test_a_drawn_pair_shows_its_notes_and_no_opinion_of_the_links() -> None:
    drawn = draw()
    first = drawn.iloc[0]

    assert list(drawn.columns) == COLUMNS
    assert first["note"] == f"note of {first['contact_id']}"
    assert first["follow_up_note"] == f"note of {first['follow_up_id']}"
    assert first["answer"] == f"answer to {first['contact_id']}"
    assert (drawn["verdict"] == "").all()
    assert (drawn["confidence"] == "").all()


def test_an_answer_that_came_after_the_return_is_not_in_between() -> None:
    since_end = np.where(np.arange(400) % 2 == 0, -1.0, 1.0)
    drawn = draw_pairs(LINKS.assign(hours_since_end=since_end), NOTES, CONTACTS, 340)
    is_even = drawn["contact_id"].str[1:].astype(int) % 2 == 0

    assert (drawn["answer"].isna() == is_even).all()


def test_draws_that_cannot_be_are_refused() -> None:
    with pytest.raises(SettingsError, match="0 pairs cannot be drawn"):
        draw(0)
    with pytest.raises(DataError, match="of 400 links none is left to judge"):
        draw(5, judged=LINKS)
    with pytest.raises(DataError, match="a log that has notes"):
        draw_pairs(LINKS, NOTES.assign(note=None), CONTACTS)


def judged_rows(*rows: tuple[str, str, str]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=[*PAIR, "verdict"], dtype="string")


def test_judged_rows_are_read_in_the_ways_people_write() -> None:
    rows = judged_rows(("a001", "b001", " Same issue "), ("a002", "b002", "NEXT-ISSUE"))
    rows["confidence"] = ["High", ""]
    rows["sampling_weight"] = ["9,8", "2.5"]
    judged = check_judged({"one": rows}, CONTACTS)

    assert judged.pairs["verdict"].tolist() == ["same_issue", "next_issue"]
    assert judged.pairs["confidence"].fillna("none").tolist() == ["high", "none"]
    assert judged.pairs["sampling_weight"].tolist() == [9.8, 2.5]
    assert judged.pairs["customer_id"].tolist() == ["u001", "u002"]
    assert judged.set_aside.empty


def test_the_guard_of_a_formula_is_taken_off_an_id() -> None:
    contacts = pd.DataFrame(
        {
            "contact_id": ["-1", "=2"],
            "customer_id": ["u", "u"],
            "started_at": pd.to_datetime(["2025-01-01", "2025-01-02"], utc=True),
        }
    )
    judged = check_judged({"one": judged_rows(("'-1", "'=2", "unclear"))}, contacts)

    assert keys(judged.pairs) == {("-1", "=2")}


def test_every_bad_row_is_set_aside_with_what_is_wrong() -> None:
    rows = judged_rows(
        ("a001", "b001", "same_issue"),
        ("a002", "b002", "sameisue"),
        ("a003", "b003", "banana"),
        ("a004", "b999", "unrelated"),
        ("a005", "b006", "unrelated"),
        ("b007", "a007", "unrelated"),
        ("a008", "b008", "next_issue"),
        ("a008", "b008", "unrelated"),
        ("a009", "b009", "unrelated"),
        ("a009", "b009", "unrelated"),
        ("a010", "b010", ""),
        ("", "b011", "unrelated"),
        ("a012", "b012", "unrelated"),
        ("a013", "b013", "unrelated"),
    )
    rows["confidence"] = ["high"] * 12 + ["hihg", "low"]
    rows["sampling_weight"] = ["1"] * 13 + ["0"]
    judged = check_judged({"one": rows}, CONTACTS)
    told = dict(zip(judged.set_aside["row"], judged.set_aside["problem"], strict=True))

    assert told == {
        3: "verdict 'sameisue': did you mean same_issue?",
        4: "verdict 'banana': write double_post, same_issue, next_issue, unrelated, unclear",
        5: "no contact b999 in the casebook",
        6: "the two contacts are of different customers",
        7: "the follow-up began before the contact; swap them",
        8: "judged twice with different verdicts; keep one",
        9: "judged twice with different verdicts; keep one",
        11: "judged again with the same verdict; once counts",
        13: "an id is missing",
        14: "confidence 'hihg': did you mean high?",
        15: "the sampling weight is no number above 0; take it from the file that was drawn",
    }
    assert judged.not_judged == 1
    assert len(judged.pairs) + len(judged.set_aside) + judged.not_judged == len(rows)


def test_missing_columns_of_all_files_are_told_at_once() -> None:
    one = judged_rows().drop(columns="verdict")
    two = judged_rows().rename(columns={"contact_id": "first"})
    with pytest.raises(DataError) as fault:
        check_judged({"one.csv": one, "two.csv": two}, CONTACTS)

    assert "one.csv has no column verdict" in str(fault.value)
    assert "two.csv has no column contact_id" in str(fault.value)
