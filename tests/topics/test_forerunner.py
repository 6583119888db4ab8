"""Topics of an earlier analysis: read from its results, placed in, and refused where unfit."""

from __future__ import annotations

import copy
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from fcr_ml.assembly import CasebookBuilder
from fcr_ml.errors import SettingsError, StorageError
from fcr_ml.frames.casebook import write_casebook
from fcr_ml.notes.encoders import open_encoder
from fcr_ml.topics.edits import ban, pin, unpin
from fcr_ml.topics.forerunner import Forerunner, edits_left_behind, open_forerunner
from fcr_ml.topics.model import TopicModel
from fcr_ml.topics.saved import load_topics, save_topics
from fcr_ml.topics.table import PlacedTopics, sort_into_topics

from . import test_refit

AS_OF = pd.Timestamp("2025-06-01T00:00Z")


def matters(groups: Sequence[int], seed: int, size: int = 32) -> tuple[np.ndarray, np.ndarray]:
    """Give a few notes about some matters."""
    return test_refit.matters(groups, seed, size)


def log_of(vectors: np.ndarray, prefix: str = "c") -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give CONTACTS and NOTES with one different note for each vector."""
    ids = pd.Series([f"{prefix}{row:04d}" for row in range(len(vectors))])
    started = pd.date_range("2025-01-01", periods=len(vectors), freq="h", tz="UTC")
    contacts = pd.DataFrame({"contact_id": ids, "customer_id": "u", "started_at": started})
    notes = pd.DataFrame(
        {
            "contact_id": ids,
            "note": "the parcel came late, told as " + ids,
            "language": pd.Series(["en"] * len(ids), dtype="string"),
            "words": 6,
            "is_thin": False,
            "note_hash": ids,
        }
    )
    return contacts, notes


@pytest.fixture(scope="module")
def earlier() -> PlacedTopics:
    vectors, _ = matters(range(4), 1)
    return sort_into_topics(*log_of(vectors), vectors, TopicModel(encoder="words"))


@pytest.fixture(scope="module")
def results(earlier: PlacedTopics, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a results folder with what the earlier analysis left of topics."""
    folder = tmp_path_factory.mktemp("results")
    contacts, notes = log_of(matters(range(4), 1)[0])
    topics = earlier.topics.assign(first_topic_id="t077")
    tables = {"contacts": contacts, "notes": notes, "topics": topics, "topic_cards": earlier.cards}
    write_casebook(folder / "casebook", tables, AS_OF, {})
    save_topics(earlier.model, folder / "topics")
    return folder


def test_without_results_there_is_no_forerunner() -> None:
    assert open_forerunner(None) is None


def test_results_give_their_model_and_the_first_topics(
    earlier: PlacedTopics, results: Path
) -> None:
    vectors, _ = matters(range(4), 1)

    forerunner = open_forerunner(results, refit=False)

    assert forerunner is not None
    assert not forerunner.refit
    assert forerunner.model.ids_ == earlier.model.ids_
    assert forerunner.model.place(vectors)[0].tolist() == earlier.model.place(vectors)[0].tolist()
    assert list(forerunner.topics) == ["contact_id", "first_topic_id"]
    assert forerunner.topics["contact_id"].tolist() == earlier.topics["contact_id"].tolist()
    assert (forerunner.topics["first_topic_id"] == "t077").all()


def test_without_a_refit_notes_are_placed_by_the_old_model(
    earlier: PlacedTopics, results: Path
) -> None:
    # One matter more than the old model knows, and other notes about the four that it knows.
    vectors, truth = matters(range(5), 2)
    expected = earlier.model.place(vectors, ["en"] * len(vectors))[0]

    placed = sort_into_topics(
        *log_of(vectors), vectors, TopicModel(), open_forerunner(results, refit=False)
    )

    ids = np.array([*earlier.model.ids_, None], dtype=object)[expected.clip(-1)]
    told = placed.topics["topic_id"].astype(object).where(placed.topics["topic_id"].notna(), None)
    assert told.tolist() == ids.tolist()
    assert (placed.topics["no_topic_reason"][truth == 4] == "not_alike").mean() > 0.9
    assert placed.model.ids_ == earlier.model.ids_
    assert len(placed.lineage) == 0


def test_without_a_refit_a_log_like_nothing_seen_is_no_fault(results: Path) -> None:
    vectors, _ = matters([8, 9], 3)

    placed = sort_into_topics(
        *log_of(vectors), vectors, TopicModel(), open_forerunner(results, refit=False)
    )

    assert placed.topics["topic_id"].isna().all()
    assert set(placed.topics["no_topic_reason"]) == {"not_alike"}
    assert len(placed.cards) == 0


@pytest.mark.parametrize("refit", [True, False])
def test_where_all_topics_are_banned_that_is_the_reason(earlier: PlacedTopics, refit: bool) -> None:
    vectors, _ = matters(range(4), 1)
    model = earlier.model
    for topic_id in earlier.model.ids_:
        model = ban(model, topic_id, AS_OF)

    topics = sort_into_topics(
        *log_of(vectors), vectors, TopicModel(), Forerunner(model, earlier.topics, refit)
    ).topics

    assert topics["topic_id"].isna().all()
    assert topics["no_topic_reason"].eq("banned").mean() > 0.9
    assert set(topics["no_topic_reason"]) <= {"banned", "not_alike", "too_rare"}


def test_with_a_refit_a_new_matter_gets_a_topic_and_the_others_keep_theirs(
    earlier: PlacedTopics, results: Path
) -> None:
    vectors, truth = matters(range(5), 2)
    model = TopicModel(encoder="words")

    placed = sort_into_topics(*log_of(vectors), vectors, model, open_forerunner(results))

    assert set(placed.model.ids_) - set(earlier.model.ids_) == {"t005"}
    assert (placed.topics["topic_id"][truth == 4] == "t005").mean() > 0.9
    assert sorted(placed.lineage["event"]) == ["born"] + ["kept"] * 4
    topics = placed.cards.query("level == 'topic'").set_index("topic_id")
    assert topics["forerunners"].drop("t005").tolist() == topics.index.drop("t005").tolist()
    assert pd.isna(topics.loc["t005", "forerunners"])


def test_a_contact_keeps_the_first_topic_that_it_was_seen_in(earlier: PlacedTopics) -> None:
    vectors, _ = matters(range(4), 1)
    contacts, notes = log_of(vectors)
    # The first contact was seen in another topic, the second in none, the third never.
    first = pd.DataFrame(
        {
            "contact_id": ["c0000", "c0001"],
            "first_topic_id": pd.Series(["t077", None], dtype="string"),
        }
    )

    topics = sort_into_topics(
        contacts, notes, vectors, None, Forerunner(earlier.model, first, refit=False)
    ).topics

    assert topics["first_topic_id"][0] == "t077"
    assert pd.isna(topics["first_topic_id"][1])
    assert topics["first_topic_id"][2:].equals(topics["topic_id"][2:])
    assert topics["topic_id"].equals(earlier.topics["topic_id"])


def test_the_first_topic_goes_on_over_three_analyses(earlier: PlacedTopics) -> None:
    vectors, _ = matters(range(4), 1)
    seen = earlier.topics[["contact_id", "first_topic_id"]]
    later, _ = matters(range(4), 2)
    contacts, notes = (
        pd.concat(pair, ignore_index=True)
        for pair in zip(log_of(vectors), log_of(later, "d"), strict=True)
    )

    second = sort_into_topics(
        contacts, notes, np.vstack([vectors, later]), None, Forerunner(earlier.model, seen)
    )
    third = sort_into_topics(
        contacts,
        notes,
        np.vstack([vectors, later]),
        None,
        Forerunner(second.model, second.topics[["contact_id", "first_topic_id"]]),
    )

    first = earlier.topics.set_index("contact_id")["topic_id"]
    told = third.topics.set_index("contact_id")["first_topic_id"]
    assert told[first.index].equals(first)
    added = second.topics.set_index("contact_id")["topic_id"].filter(like="d")
    assert told[added.index].equals(added)


def test_topics_of_another_encoder_are_refused(results: Path) -> None:
    forerunner = open_forerunner(results)
    assert forerunner is not None

    with pytest.raises(SettingsError, match=r"made with the encoder words, .* some-other-model"):
        forerunner.check_encoder("some-other-model", "f1")


def test_an_encoder_of_the_same_name_and_other_weights_is_refused(earlier: PlacedTopics) -> None:
    model = copy.copy(earlier.model)
    model.fingerprint = "f1"
    forerunner = Forerunner(model, earlier.topics, results=Path("may"))

    forerunner.check_encoder("words", "f1")
    with pytest.raises(SettingsError, match=r"may was made with an encoder 'words' of other .*f2"):
        forerunner.check_encoder("words", "f2")


def test_a_log_without_usable_notes_may_follow_any_analysis(results: Path) -> None:
    contacts, notes = log_of(matters([0], 1, size=5)[0])
    notes["note"], notes["note_hash"] = None, None
    nothing = np.full((5, 1), np.nan, dtype=np.float32)

    placed = sort_into_topics(contacts, notes, nothing, TopicModel(), open_forerunner(results))

    assert set(placed.topics["no_topic_reason"]) == {"no_note"}
    assert placed.model.encoder == "words"


def test_results_as_of_a_later_moment_are_refused_and_the_same_moment_is_not(
    results: Path, earlier: PlacedTopics, tmp_path: Path
) -> None:
    before = pd.Timestamp("2025-05-31T23:59Z")

    assert open_forerunner(results, AS_OF) is not None
    with pytest.raises(SettingsError, match=r"as of 2025-06-01.* as of 2025-05-31T23:59.* or bef"):
        open_forerunner(results, before)
    # What the folder of topics itself knows counts too.
    folder = shutil.copytree(results, tmp_path / "results")
    model = copy.copy(earlier.model)
    model.as_of = AS_OF + pd.Timedelta("1D")
    save_topics(model, folder / "topics")
    with pytest.raises(SettingsError, match="as of 2025-06-02"):
        open_forerunner(folder, AS_OF)


def test_what_carries_topics_on_is_written_with_the_results(tmp_path: Path) -> None:
    contacts, notes = log_of(matters(range(4), 2)[0])
    contacts = contacts.assign(note=notes["note"])
    settings = {"encoder": "words", "cache_folder": tmp_path / "cache", "windows": ("7d",)}
    may, later = tmp_path / "may", AS_OF + pd.Timedelta("1D")
    first = CasebookBuilder(**settings).build(
        contacts, AS_OF, may / "casebook", topics_folder=may / "topics"
    )

    second = CasebookBuilder(topics_from=may, refit_topics=False, **settings).build(
        contacts, later, tmp_path / "casebook", topics_folder=tmp_path / "topics"
    )

    names = ("topics_from", "refit_topics", "encoder_fingerprint")
    fingerprint = open_encoder("words").fingerprint
    assert [first.settings[name] for name in names] == [None, True, fingerprint]
    assert [second.settings[name] for name in names] == [str(may), False, fingerprint]
    for folder, moment in ((may, AS_OF), (tmp_path, later)):
        model = load_topics(folder / "topics")
        assert (model.encoder, model.fingerprint, model.as_of) == ("words", fingerprint, moment)


def test_a_folder_without_topics_is_refused_with_the_mend(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(StorageError, match="name a results folder that fcr analyze has"):
            open_forerunner(folder)


def _without_casebook(folder: Path) -> None:
    (folder / "casebook" / "manifest.json").unlink()


def _without_topics(folder: Path) -> None:
    (folder / "casebook" / "topics.parquet").unlink()


@pytest.mark.parametrize("harm", [_without_casebook, _without_topics])
def test_results_with_half_of_what_is_needed_are_refused(
    results: Path, tmp_path: Path, harm: Callable[[Path], None]
) -> None:
    folder = tmp_path / "results"
    shutil.copytree(results, folder)
    harm(folder)

    with pytest.raises(StorageError):
        open_forerunner(folder)


def test_what_was_done_after_the_common_beginning_is_left_behind(tmp_path: Path) -> None:
    model = TopicModel().fit(matters(range(6), 1)[0])
    topic = model.ids_[0]
    let_go = unpin(pin(model, topic, AS_OF), topic, AS_OF)
    save_topics(let_go, tmp_path / "from" / "topics")
    save_topics(pin(let_go, topic, AS_OF), tmp_path / "out" / "topics")

    # Pinned, let go and pinned again: the second pin is not the first, and would be lost.
    left = edits_left_behind(tmp_path / "out", tmp_path / "from")
    assert [edit["edit"] for edit in left] == ["pin"]
    assert edits_left_behind(tmp_path / "from", tmp_path / "out") == []
