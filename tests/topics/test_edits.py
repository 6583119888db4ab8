"""Topics changed by hand: what each edit does, that it is written down, what is refused."""

from __future__ import annotations

import copy
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from fcr_ml.errors import SettingsError
from fcr_ml.topics.edits import (
    ban,
    banned_topics,
    marks,
    merge,
    pin,
    rename,
    split,
    unban,
    unpin,
)
from fcr_ml.topics.model import BANNED, TopicModel

AS_OF = pd.Timestamp("2025-06-01T00:00Z")


def _unit(vectors: np.ndarray) -> np.ndarray:
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def matters(groups: int = 5, size: int = 80) -> tuple[np.ndarray, np.ndarray]:
    """Give unit vectors of notes around planted middles, and which middle each is around."""
    random = np.random.default_rng(0)
    middles = random.normal(size=(groups, 32))
    truth = np.repeat(np.arange(groups), size)
    return _unit(middles[truth] + 0.6 * random.normal(size=(len(truth), 32))), truth


@pytest.fixture(scope="module")
def fitted() -> TopicModel:
    return TopicModel().fit(matters()[0])


def ids_of(model: TopicModel, vectors: np.ndarray) -> np.ndarray:
    """Give the id of each note's topic, or its number below 0."""
    names = dict(enumerate(model.ids_))
    return np.array([names.get(topic, str(topic)) for topic in model.place(vectors)[0]])


def halves(model: TopicModel, topic_id: str) -> TopicModel:
    """Split a topic by the notes that the model has in it."""
    vectors, _ = matters()
    return split(model, topic_id, AS_OF, vectors[ids_of(model, vectors) == topic_id])


def state(model: TopicModel) -> dict[str, object]:
    """Give everything that a model knows, in a form that can be compared."""
    arrays = {name: value for name, value in vars(model).items() if isinstance(value, np.ndarray)}
    others = ("ids_", "themes_", "names_", "held_", "edits_", "next_topic_")
    return {name: array.tolist() for name, array in arrays.items()} | {
        name: copy.deepcopy(getattr(model, name)) for name in others
    }


def test_the_log_of_these_tests_has_five_topics(fitted: TopicModel) -> None:
    vectors, truth = matters()

    assert sorted(fitted.ids_) == ["t001", "t002", "t003", "t004", "t005"]
    found = pd.crosstab(truth, ids_of(fitted, vectors))
    assert found.max(axis=1).sum() / len(truth) > 0.95


EDITS: dict[str, Callable[[TopicModel], TopicModel]] = {
    "rename": lambda model: rename(model, "t002", "Late refund", AS_OF),
    "merge": lambda model: merge(model, "t002", ["t004", "t001"], AS_OF),
    "split": lambda model: halves(merge(model, "t002", ["t004"], AS_OF), "t002"),
    "pin": lambda model: pin(model, "t002", AS_OF),
    "unpin": lambda model: unpin(pin(model, "t002", AS_OF), "t002", AS_OF),
    "ban": lambda model: ban(model, "t002", AS_OF),
    "unban": lambda model: unban(ban(model, "t002", AS_OF), "t002", AS_OF),
}


@pytest.mark.parametrize("name", list(EDITS))
def test_an_edit_gives_a_new_model_and_is_written_down(fitted: TopicModel, name: str) -> None:
    before = state(fitted)

    edited = EDITS[name](fitted)

    assert state(fitted) == before
    last = edited.edits_[-1]
    assert (last["edit"], last["topic_id"]) == (name, "t002")
    assert last["as_of"] == "2025-06-01T00:00:00+00:00"
    # Numbers are whole from 0 and each has its clusters, its id and its theme.
    numbers = edited.reference_topics_
    assert set(numbers[numbers >= 0]) == set(range(edited.topics))
    assert len(edited.ids_) == len(set(edited.ids_)) == len(edited.themes_)


def test_a_name_stays_with_its_id_and_the_topics_are_as_they_were(fitted: TopicModel) -> None:
    edited = rename(fitted, "t002", "  Late   refund ", AS_OF)
    theme = fitted.themes_[0]

    assert edited.names_ == {"t002": "Late refund"}
    assert marks(edited, "t002") == ["renamed"]
    assert rename(edited, "t002", "late Refund", AS_OF).names_ == {"t002": "late Refund"}
    assert rename(edited, theme, "Payments", AS_OF).names_[theme] == "Payments"
    assert edited.reference_topics_ is fitted.reference_topics_


def test_a_name_given_by_hand_can_be_taken_back(fitted: TopicModel) -> None:
    theme = fitted.themes_[0]
    named = rename(rename(fitted, "t002", "Late refund", AS_OF), theme, "Payments", AS_OF)

    back = rename(named, "t002", None, AS_OF)

    assert back.names_ == {theme: "Payments"}
    assert marks(back, "t002") == []
    assert (back.edits_[-1]["edit"], back.edits_[-1]["name"]) == ("rename", None)
    assert rename(back, theme, None, AS_OF).names_ == {}
    # The name is free again, for the same topic and for another.
    assert rename(back, "t002", "Late refund", AS_OF).names_["t002"] == "Late refund"
    assert rename(back, "t005", "late refund", AS_OF).names_["t005"] == "late refund"


def test_two_topics_swap_names_by_way_of_a_third(fitted: TopicModel) -> None:
    shown = {"t001": "Fees", "t002": "Cards"}
    aside = rename(fitted, "t002", "For now", AS_OF, shown)

    swapped = rename(rename(aside, "t001", "Cards", AS_OF, shown), "t002", "Fees", AS_OF, shown)

    assert swapped.names_ == {"t001": "Cards", "t002": "Fees"}


def test_the_name_of_a_topic_that_is_gone_is_free(fitted: TopicModel) -> None:
    shown = {"t001": "Fees", "t004": "Cards", "t009": "Retired long ago"}
    named = rename(fitted, "t004", "Cards", AS_OF, shown)
    merged, banned = merge(named, "t001", ["t004"], AS_OF), ban(named, "t004", AS_OF)

    for gone in (merged, banned):
        assert rename(gone, "t001", "cards", AS_OF, shown).names_ == {"t001": "cards"}
        assert rename(gone, "t001", "Retired long ago", AS_OF, shown).names_["t001"]
    # What comes back does not bring a name that another has by now.
    back = unban(rename(banned, "t001", "Cards", AS_OF, shown), "t004", AS_OF)
    assert back.names_ == {"t001": "Cards"}


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        (" Late\n refund\t", "Late refund"),
        ("<b>Fees</b> & 'more'", "<b>Fees</b> & 'more'"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("x" * 60, "x" * 60),
    ],
)
def test_names_are_kept_as_typed_on_one_line(fitted: TopicModel, typed: str, name: str) -> None:
    assert rename(fitted, "t002", typed, AS_OF).names_ == {"t002": name}


def test_merged_topics_are_one_and_held(fitted: TopicModel) -> None:
    vectors, _ = matters()
    named = rename(fitted, "t004", "Going soon", AS_OF)
    before = ids_of(fitted, vectors)

    edited = merge(named, "t002", ["t004"], AS_OF)

    after = ids_of(edited, vectors)
    assert set(edited.ids_) == {"t001", "t002", "t003", "t005"}
    assert set(after[np.isin(before, ["t002", "t004"])]) == {"t002"}
    rest = ~np.isin(before, ["t002", "t004"])
    assert (after[rest] == before[rest]).all()
    assert edited.held_ == {"t002"}
    assert marks(edited, "t002") == ["merged"]
    assert edited.names_ == {}


def test_what_was_merged_comes_apart_again_in_a_split(fitted: TopicModel) -> None:
    vectors, _ = matters()
    before = ids_of(fitted, vectors)
    merged = merge(fitted, "t002", ["t004"], AS_OF)

    edited = halves(merged, "t002")

    assert edited.ids_ == [*merged.ids_, "t006"]
    assert edited.next_topic_ == fitted.next_topic_ + 1
    assert edited.themes_[-1] == edited.themes_[edited.ids_.index("t002")]
    assert edited.held_ == {"t002", "t006"}
    after = ids_of(edited, vectors)
    apart = pd.crosstab(before, after).loc[["t002", "t004"], ["t002", "t006"]].to_numpy()
    assert max(np.trace(apart), np.trace(apart[::-1])) / apart.sum() > 0.95
    rest = ~np.isin(before, ["t002", "t004"])
    assert (after[rest] == before[rest]).all()
    assert state(halves(merged, "t002")) == state(edited)


def test_the_larger_part_keeps_the_id(fitted: TopicModel) -> None:
    vectors, _ = matters()
    before = ids_of(fitted, vectors)
    merged = merge(fitted, "t002", ["t004"], AS_OF)
    few = np.flatnonzero(before == "t002")[:20]
    many = np.flatnonzero(before == "t004")

    edited = split(merged, "t002", AS_OF, vectors[np.concatenate([few, many])])

    after = ids_of(edited, vectors)
    assert (after[many] == "t002").mean() > 0.95
    assert (after[few] == "t006").mean() > 0.95


def test_a_pin_holds_and_an_unpin_lets_go_of_whatever_is_held(fitted: TopicModel) -> None:
    pinned = pin(fitted, "t003", AS_OF)
    merged = merge(fitted, "t003", ["t001"], AS_OF)

    assert pinned.held_ == {"t003"}
    assert marks(pinned, "t003") == ["pinned"]
    assert unpin(pinned, "t003", AS_OF).held_ == set()
    assert unpin(merged, "t003", AS_OF).held_ == set()
    assert marks(unpin(merged, "t003", AS_OF), "t003") == []
    assert marks(pin(merged, "t003", AS_OF), "t003") == ["pinned"]


def test_banned_notes_have_no_topic_until_the_ban_is_lifted(fitted: TopicModel) -> None:
    vectors, _ = matters()
    before = ids_of(fitted, vectors)

    both = ban(ban(fitted, "t002", AS_OF), "t005", AS_OF)

    assert set(both.ids_) == {"t001", "t003", "t004"}
    assert set(ids_of(both, vectors)[np.isin(before, ["t002", "t005"])]) == {str(BANNED)}
    assert list(banned_topics(both)) == ["t002", "t005"]

    back = unban(both, "t002", AS_OF)

    assert back.ids_ == [*both.ids_, "t002"]
    assert back.themes_[-1] == fitted.themes_[fitted.ids_.index("t002")]
    expected = np.where(before == "t005", str(BANNED), before)
    assert (ids_of(back, vectors) == expected).all()


def test_a_ban_can_be_lifted_after_a_refit(fitted: TopicModel) -> None:
    vectors, _ = matters()
    before = ids_of(fitted, vectors)
    both = ban(ban(fitted, "t002", AS_OF), "t005", AS_OF)
    order = np.random.default_rng(1).permutation(len(vectors))[:350]

    refitted = TopicModel().fit(vectors[order], forerunner=both)
    back = unban(refitted, "t002", AS_OF)

    agree = ids_of(back, vectors)[before == "t002"] == "t002"
    assert agree.mean() > 0.9
    assert not (ids_of(back, vectors)[before == "t005"] == "t002").any()


@pytest.mark.parametrize("name", ["rename", "merge", "split", "pin"])
def test_an_edit_outlives_a_refit_on_the_same_log(fitted: TopicModel, name: str) -> None:
    vectors, _ = matters()
    edited = EDITS[name](fitted)

    refitted = TopicModel().fit(vectors, forerunner=edited)

    assert set(refitted.ids_) == set(edited.ids_)
    assert (refitted.names_, refitted.held_) == (edited.names_, edited.held_)
    assert (ids_of(refitted, vectors) == ids_of(edited, vectors)).mean() > 0.95


REFUSED = {
    "nobody": (lambda m: pin(m, "t0003", AS_OF), "no topic 't0003'; did you mean t003"),
    "nothing like it": (lambda m: pin(m, "refund", AS_OF), "`fcr topics list` shows"),
    "no name": (lambda m: rename(m, "t001", "  ", AS_OF), "1 to 60 characters"),
    "a long name": (lambda m: rename(m, "t001", "x" * 61, AS_OF), "this has 61"),
    "a name like an id": (lambda m: rename(m, "t001", "t9", AS_OF), "looks like an id"),
    "a new line alone": (lambda m: rename(m, "t001", "\n\t", AS_OF), "this has 0"),
    "a hidden sign": (
        lambda m: rename(m, "t001", "red\x1b[31m", AS_OF),
        r"1 sign that cannot be shown \(first: U\+001B\); type it without",
    ),
    "signs alone": (lambda m: rename(m, "t001", "–", AS_OF), "no letter and no digit"),
    "the name it has by hand": (
        lambda m: rename(rename(m, "t001", "Fees", AS_OF), "t001", "Fees", AS_OF),
        "t001 is called 'Fees' by hand already",
    ),
    "nothing to take back": (lambda m: rename(m, "t001", None, AS_OF), "no name given by hand"),
    "a topic's name for a theme": (
        lambda m: rename(rename(m, "t001", "Fees", AS_OF), m.themes_[0], "fees", AS_OF),
        "t001 is called 'Fees' already",
    ),
    "a theme's name for a topic": (
        lambda m: rename(m, "t001", "Money", AS_OF, {m.themes_[0]: "Money"}),
        r"g\d+ is called 'Money' already",
    ),
    "a name that looks the same": (
        lambda m: rename(rename(m, "t001", "Fees", AS_OF), "t002", "Ｆe\u200des", AS_OF),
        "t001 is called 'Fees' already",
    ),
    "no such theme": (lambda m: rename(m, "g1", "Fees", AS_OF), "did you mean g01"),
    "a merged topic": (
        lambda m: rename(merge(m, "t001", ["t002"], AS_OF), "t002", "Fees", AS_OF),
        "t002 was merged into t001",
    ),
    "a name given by hand": (
        lambda m: rename(rename(m, "t001", "Fees", AS_OF), "t002", "fees", AS_OF),
        "t001 is called 'Fees' already",
    ),
    "a name that is shown": (
        lambda m: rename(m, "t001", "Fees", AS_OF, {"t001": "Fees", "t005": "FEES"}),
        "t005 is called 'FEES' already",
    ),
    "itself": (lambda m: merge(m, "t001", ["t001"], AS_OF), "are not different topics"),
    "one twice": (lambda m: merge(m, "t001", ["t002", "t002"], AS_OF), "not different topics"),
    "none": (lambda m: merge(m, "t001", [], AS_OF), "at least one other"),
    "a theme": (lambda m: merge(m, "t001", ["g01"], AS_OF), "g01 is a theme"),
    "gone": (lambda m: pin(merge(m, "t001", ["t002"], AS_OF), "t002", AS_OF), "merged into t001"),
    "twice": (lambda m: pin(pin(m, "t001", AS_OF), "t001", AS_OF), "pinned already"),
    "not held": (lambda m: unpin(m, "t001", AS_OF), "neither pinned, merged nor split"),
    "a pinned one": (lambda m: ban(pin(m, "t001", AS_OF), "t001", AS_OF), "unpin it first"),
    "a banned one": (lambda m: pin(ban(m, "t001", AS_OF), "t001", AS_OF), "unban it first"),
    "not banned": (lambda m: unban(m, "t001", AS_OF), "t001 is not banned; nothing is"),
    "another banned": (
        lambda m: unban(ban(m, "t002", AS_OF), "t001", AS_OF),
        "banned are t002",
    ),
}


@pytest.mark.parametrize("name", list(REFUSED))
def test_what_cannot_be_done_is_refused_in_words(fitted: TopicModel, name: str) -> None:
    edit, told = REFUSED[name]

    with pytest.raises(SettingsError, match=told):
        edit(fitted)


@pytest.mark.parametrize("count", [0, 19, 40])
def test_a_topic_of_few_or_equal_notes_cannot_be_split(fitted: TopicModel, count: int) -> None:
    vectors, _ = matters()
    first = vectors[ids_of(fitted, vectors) == "t002"][:1]

    with pytest.raises(SettingsError, match=f"t002 has {count} different notes"):
        split(fitted, "t002", AS_OF, np.repeat(first, count, axis=0))
