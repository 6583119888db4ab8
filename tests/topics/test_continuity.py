"""Which topic carries on which: known answers by hand, and what holds for any two fits."""

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from fcr_ml.frames.conform import conform
from fcr_ml.frames.tables import TOPIC_LINEAGE
from fcr_ml.topics.continuity import Lineage, keep_ids, stability


def placed(*cells: tuple[int, int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Give notes before and now out of (topic before, topic now, how many notes)."""
    before, now, counts = zip(*cells, strict=True)
    return np.repeat(before, counts), np.repeat(now, counts)


def told(lineage: Lineage) -> list[tuple[object, ...]]:
    """Give topic, forerunner, event and shared notes, null as None."""
    columns = lineage.table[["topic_id", "forerunner_id", "event", "shared_notes"]]
    rows = columns.astype(object).where(columns.notna(), None)
    return [tuple(row) for row in rows.to_numpy()]


def test_the_same_topics_keep_their_ids_whatever_their_numbers() -> None:
    before, now = placed((0, 2, 30), (1, 0, 20), (2, 1, 10))

    lineage = keep_ids(before, now, ["t004", "t001", "t009"], 12)

    assert lineage.ids == ["t001", "t009", "t004"]
    assert lineage.next_topic == 12
    assert told(lineage) == [
        ("t001", "t001", "kept", 20),
        ("t004", "t004", "kept", 30),
        ("t009", "t009", "kept", 10),
    ]
    assert lineage.table["topic_share"].tolist() == [1, 1, 1]


def test_of_two_merged_topics_the_larger_lives_on() -> None:
    before, now = placed((0, 0, 30), (1, 0, 50), (2, 1, 20))

    lineage = keep_ids(before, now, ["t001", "t002", "t003"], 4)

    assert lineage.ids == ["t002", "t003"]
    assert told(lineage) == [
        ("t002", "t001", "merged", 30),
        ("t002", "t002", "kept", 50),
        ("t003", "t003", "kept", 20),
    ]
    assert lineage.table["topic_share"].tolist() == [0.375, 0.625, 1]


def test_of_a_split_topic_the_larger_part_keeps_the_id() -> None:
    before, now = placed((0, 1, 60), (0, 0, 40), (1, 2, 50))

    lineage = keep_ids(before, now, ["t001", "t002"], 3)

    assert lineage.ids == ["t003", "t001", "t002"]
    assert lineage.next_topic == 4
    assert told(lineage) == [
        ("t001", "t001", "kept", 60),
        ("t002", "t002", "kept", 50),
        ("t003", "t001", "split", 40),
    ]
    assert lineage.table["forerunner_share"].tolist() == [0.6, 1, 0.4]


def test_a_splinter_comes_from_its_forerunner_and_is_not_born() -> None:
    before, now = placed((0, 0, 1_000), (0, 1, 30))

    lineage = keep_ids(before, now, ["t001"], 2)

    assert told(lineage)[1] == ("t002", "t001", "split", 30)


def test_a_topic_of_new_notes_is_born_and_one_that_scatters_is_retired() -> None:
    before, now = placed((0, 0, 50), (-1, 1, 40), (0, 1, 5), (1, -1, 30), (1, 0, 5))

    lineage = keep_ids(before, now, ["t001", "t002"], 3)

    assert lineage.ids == ["t001", "t003"]
    assert told(lineage) == [
        ("t001", "t001", "kept", 50),
        ("t003", None, "born", 0),
        (None, "t002", "retired", 0),
    ]
    row = lineage.table.iloc[2]
    assert row["forerunner_share"] == 0
    assert row.isna()["topic_share"]


def test_an_id_never_jumps_to_something_mostly_else() -> None:
    # All of the small topic went into the large one, which is no third of it.
    before, now = placed((0, 0, 20), (-1, 0, 100), (1, 1, 50))

    lineage = keep_ids(before, now, ["t001", "t002"], 3)

    assert lineage.ids == ["t003", "t002"]
    assert ("t003", "t001", "merged", 20) in told(lineage)
    assert ("t003", None, "born", 0) in told(lineage)


def test_a_cut_into_three_keeps_an_id_and_a_cut_into_four_none() -> None:
    three = keep_ids(*placed((0, 0, 10), (0, 1, 10), (0, 2, 10)), ["t001"], 2)
    four = keep_ids(*placed(*((0, part, 10) for part in range(4))), ["t001"], 2)

    assert three.ids == ["t001", "t002", "t003"]
    assert four.ids == ["t002", "t003", "t004", "t005"]
    assert set(four.table["event"]) == {"split"}


def test_the_largest_total_decides_over_the_largest_pair() -> None:
    # Greedily 60 + 0; one to one, 50 + 55 is more.
    before, now = placed((0, 0, 60), (0, 1, 50), (1, 0, 55))

    lineage = keep_ids(before, now, ["t001", "t002"], 3)

    assert lineage.ids == ["t002", "t001"]


def test_among_equals_the_lower_id_lives_on_and_the_largest_new_topic_comes_first() -> None:
    merged = keep_ids(*placed((0, 0, 10), (1, 0, 10)), ["t008", "t003"], 9)
    born = keep_ids(*placed((-1, 0, 10), (-1, 1, 20), (-1, 2, 10)), [], 1)

    assert merged.ids == ["t003"]
    assert born.ids == ["t002", "t001", "t003"]


def test_ids_kept_by_hand_stay_with_their_topic() -> None:
    before, now = placed((0, 0, 60), (1, 0, 40))

    assert keep_ids(before, now, ["t001", "t002"], 3).ids == ["t001"]
    assert keep_ids(before, now, ["t001", "t002"], 3, kept={"t002": 0}).ids == ["t002"]


def test_contacts_decide_where_they_are_given_and_notes_are_counted() -> None:
    before, now = placed((0, 0, 1), (1, 0, 3))

    lineage = keep_ids(before, now, ["t001", "t002"], 3, weights=np.array([90, 10, 10, 10]))

    assert lineage.ids == ["t001"]
    assert told(lineage) == [("t001", "t001", "kept", 1), ("t001", "t002", "merged", 3)]
    assert lineage.table["topic_share"].tolist() == [0.75, 0.25]


def test_banned_notes_belong_to_no_topic() -> None:
    before, now = placed((0, 0, 10), (-2, -2, 30), (-2, 1, 12))

    lineage = keep_ids(before, now, ["t001"], 5)

    assert told(lineage) == [("t001", "t001", "kept", 10), ("t005", None, "born", 0)]


@pytest.mark.parametrize("topics", [0, 2])
def test_without_notes_everything_is_born_or_retired(topics: int) -> None:
    none = np.empty(0, dtype=int)

    lineage = keep_ids(none, none, ["t001"], 2, topics=topics)

    assert lineage.ids == ["t002", "t003"][:topics]
    assert lineage.table["event"].tolist() == ["born"] * topics + ["retired"]
    assert len(keep_ids(none, none, [], 1).table) == 0


def test_themes_have_two_digits_and_their_own_numbers() -> None:
    before, now = placed((0, 0, 10), (-1, 1, 10))

    assert keep_ids(before, now, ["g03"], 4, prefix="g").ids == ["g03", "g04"]


def _random_fit(random: np.random.Generator, before: np.ndarray, topics: int) -> np.ndarray:
    """Give a fit that knows the one before, with some topics joined, cut and forgotten."""
    heirs = random.integers(-1, topics, before.max() + 2)
    now = heirs[before]
    wanders = random.random(len(before)) < 0.2
    now[wanders] = random.integers(-2, topics, wanders.sum())
    return now


@pytest.mark.parametrize("seed", range(20))
def test_what_holds_for_any_two_fits(seed: int) -> None:
    random = np.random.default_rng(seed)
    before = random.integers(-2, 8, 400)
    now = _random_fit(random, before, topics=9)
    ids = [f"t{number:03d}" for number in random.permutation(20)[:8] + 1]
    weights = random.integers(1, 30, 400)

    lineage = keep_ids(before, now, ids, 21, weights, topics=9)

    table = conform(TOPIC_LINEAGE, lineage.table)
    # Nobody shares an id, and new ones continue where the forerunner stopped.
    assert len(set(lineage.ids)) == 9
    new = sorted(set(lineage.ids) - set(ids))
    assert new == [f"t{number:03d}" for number in range(21, lineage.next_topic)]
    # Everything that was or is has its row.
    assert set(table["topic_id"].dropna()) == set(lineage.ids)
    assert set(table["forerunner_id"].dropna()) == set(ids)
    # Each note is in one pair: those told, counted again naively, and the unnoticed rest.
    for old, old_id in enumerate(ids):
        for number, new_id in enumerate(lineage.ids):
            both = (before == old) & (now == number)
            row = table[(table["topic_id"] == new_id) & (table["forerunner_id"] == old_id)]
            share = max(
                weights[both].sum() / max(weights[before == old].sum(), 1),
                weights[both].sum() / max(weights[now == number].sum(), 1),
            )
            assert row["shared_notes"].tolist() == ([both.sum()] if share >= 0.2 else [])
    # An id lives on at most once, with a third of both; its row says so.
    kept = table[table["event"] == "kept"]
    assert (kept["topic_id"] == kept["forerunner_id"]).all()
    assert (kept[["topic_share", "forerunner_share"]].min(axis=1) >= 1 / 3 - 1e-9).all()
    assert set(kept["topic_id"]) == set(ids) & set(lineage.ids)


@pytest.mark.parametrize("seed", range(5))
def test_numbers_and_order_of_topics_do_not_matter(seed: int) -> None:
    random = np.random.default_rng(seed)
    before = random.integers(0, 6, 300)
    now = _random_fit(random, before, topics=6)
    plain = keep_ids(before, now, [f"t{n:03d}" for n in range(6)], 10, topics=6)
    old, new = random.permutation(6), random.permutation(6)
    ids = np.array([f"t{n:03d}" for n in range(6)], dtype=object)
    shuffled_ids = np.empty(6, dtype=object)
    shuffled_ids[old] = ids
    renumbered = np.where(now >= 0, new[np.maximum(now, 0)], now)

    shuffled = keep_ids(old[before], renumbered, list(shuffled_ids), 10, topics=6)

    assert [shuffled.ids[new[topic]] for topic in range(6)] == plain.ids
    assert shuffled.table.equals(plain.table)


def test_ids_are_never_used_again_over_five_refits() -> None:
    random = np.random.default_rng(0)
    now = random.integers(0, 6, 500)
    lineage = keep_ids(np.full(500, -1), now, [], 1)
    ever, gone = set(lineage.ids), set()

    for _ in range(5):
        before, now = now, _random_fit(random, now, topics=7)
        ids = lineage.ids
        lineage = keep_ids(before, now, ids, lineage.next_topic, topics=7)
        assert not set(lineage.ids) & gone
        gone |= set(ids) - set(lineage.ids)
        ever |= set(lineage.ids)

    assert gone
    assert ever == {f"t{number:03d}" for number in range(1, lineage.next_topic)}


def test_stability_of_known_answers() -> None:
    before = ["t1"] * 4 + ["t2"] * 3 + ["t3"] * 2 + [None]
    now = ["t1", "t1", "t9", "t2", "t2", None, "t2", "t1", "t1", "t1"]

    found = stability(before, now)

    assert (found.contacts, found.lived_on) == (9, 7)
    assert found.kept == 4
    assert found.explained == 3  # one into the new t9, two out of the retired t3
    assert (found.moved, found.lost) == (1, 1)
    assert found.kept_rate == pytest.approx(4 / 7)
    assert found.explained_rate == pytest.approx(3 / 9)


def test_equal_fits_are_perfectly_stable_and_unrelated_ones_are_not() -> None:
    random = np.random.default_rng(0)
    ids = [f"t{n}" for n in random.integers(0, 5, 2_000)]

    same = stability(ids, ids)
    shuffled = stability(ids, list(random.permutation(ids)))

    assert (same.kept_rate, same.explained_rate, same.adjusted_rand) == (1, 0, 1)
    assert abs(shuffled.adjusted_rand) < 0.02
    assert shuffled.kept_rate == pytest.approx(0.2, abs=0.05)


@pytest.mark.parametrize("seed", range(5))
def test_every_contact_is_counted_once_and_agreement_is_the_known_index(seed: int) -> None:
    random = np.random.default_rng(seed)
    before, now = (random.choice(["t1", "t2", "t3", None], 60) for _ in range(2))
    weights = random.integers(1, 9, 60)

    found = stability(before, now, weights)

    had = np.array([topic is not None for topic in before])
    assert found.contacts == weights[had].sum()
    parts = found.kept + found.explained + found.moved + found.lost
    assert parts == found.contacts
    both = had & np.array([topic is not None for topic in now])
    each = np.repeat(np.flatnonzero(both), weights[both])
    known = adjusted_rand_score(before[each].astype(str), now[each].astype(str))
    assert found.adjusted_rand == pytest.approx(known)


def test_stability_of_nothing_is_not_known() -> None:
    found = stability([], [])

    assert np.isnan([found.kept_rate, found.explained_rate, found.adjusted_rand]).all()
