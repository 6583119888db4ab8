"""A model on disk places as before, byte for byte; what does not fit is refused."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from fcr_ml.errors import StorageError
from fcr_ml.topics.edits import ban, pin, rename
from fcr_ml.topics.model import TopicModel
from fcr_ml.topics.saved import ARRAYS, FORMAT, WORDS, load_topics, save_topics

from .test_model import planted

AS_OF = pd.Timestamp("2025-06-01T00:00Z")
LANGUAGES = ["sv", "en"] * 250


@pytest.fixture(scope="module")
def fitted() -> TopicModel:
    vectors, _ = planted(5, 100)
    model = TopicModel(450, 3, "words", "words-1024-1", AS_OF).fit(vectors, LANGUAGES)
    first, second, third = sorted(model.ids_)[:3]
    return pin(rename(ban(model, first, AS_OF), second, "Fakturor på väg", AS_OF), third, AS_OF)


@pytest.fixture
def folder(fitted: TopicModel, tmp_path: Path) -> Path:
    save_topics(fitted, tmp_path / "topics")
    return tmp_path / "topics"


def test_a_model_that_was_saved_places_every_note_as_before(
    fitted: TopicModel, folder: Path
) -> None:
    vectors, _ = planted(5, 100)
    topics, strengths = fitted.place(vectors, LANGUAGES)
    assert len(set(topics.tolist())) > 4

    loaded = load_topics(folder)

    for batch in (500, 1):
        parts = [
            loaded.place(vectors[row : row + batch], LANGUAGES[row : row + batch])
            for row in range(0, 500, batch)
        ]
        assert np.concatenate([part[0] for part in parts]).tobytes() == topics.tobytes()
        assert np.concatenate([part[1] for part in parts]).tobytes() == strengths.tobytes()
    assert loaded.cells(vectors, LANGUAGES).tolist() == fitted.cells(vectors, LANGUAGES).tolist()


def test_all_that_a_model_knows_but_its_lineage_comes_back(
    fitted: TopicModel, folder: Path
) -> None:
    loaded = load_topics(folder)

    known, told = vars(fitted).copy(), vars(loaded).copy()
    assert len(known.pop("lineage_")) > 0
    assert len(told.pop("lineage_")) == 0
    space, again = known.pop("space_"), told.pop("space_")
    assert space.middles.languages == again.middles.languages == ("sv", "en")
    np.testing.assert_array_equal(space.middles.vectors, again.middles.vectors)
    for name in ("axes", "rarity", "word_axes", "word_weight"):
        np.testing.assert_array_equal(getattr(space, name), getattr(again, name), err_msg=name)
    assert known.keys() == told.keys()
    for name, value in known.items():
        np.testing.assert_array_equal(told[name], value, err_msg=name)
    assert loaded.reference_vectors_.dtype == np.float32


def test_saving_twice_and_saving_what_was_loaded_give_the_same_bytes(
    fitted: TopicModel, folder: Path, tmp_path: Path
) -> None:
    files = {name: (folder / name).read_bytes() for name in (WORDS, ARRAYS)}

    save_topics(fitted, folder)
    save_topics(load_topics(folder), tmp_path / "again")

    for name, content in files.items():
        assert (folder / name).read_bytes() == content
        assert (tmp_path / "again" / name).read_bytes() == content
    assert sorted(path.name for path in folder.iterdir()) == [ARRAYS, WORDS]


def test_nothing_on_disk_is_a_pickle_and_words_are_for_people(folder: Path) -> None:
    with np.load(folder / ARRAYS, allow_pickle=False) as arrays:
        assert all(arrays[name].dtype != object for name in arrays.files)
        assert "reference_vectors" in arrays.files
    words = (folder / WORDS).read_text(encoding="utf-8")
    assert "Fakturor på väg" in words
    assert json.loads(words)["format"] == FORMAT


@pytest.mark.parametrize("place", [0.1, 0.5, 0.99])
def test_a_changed_byte_is_refused_with_the_name_of_the_file(folder: Path, place: float) -> None:
    content = bytearray((folder / ARRAYS).read_bytes())
    content[int(len(content) * place)] ^= 1
    (folder / ARRAYS).write_bytes(content)

    with pytest.raises(StorageError, match=r"arrays\.npz is damaged; restore it, or analyze anew"):
        load_topics(folder)


def test_half_a_file_is_refused(folder: Path) -> None:
    for name in (ARRAYS, WORDS):
        content = (folder / name).read_bytes()
        (folder / name).write_bytes(content[: len(content) // 2])
        with pytest.raises(StorageError, match=name.replace(".", r"\.")):
            load_topics(folder)
        (folder / name).write_bytes(content)
    load_topics(folder)


@pytest.mark.parametrize("name", [WORDS, ARRAYS])
def test_a_missing_file_is_refused_with_the_mend(folder: Path, name: str) -> None:
    (folder / name).unlink()

    with pytest.raises(StorageError, match=r"holds no readable .*; name a results folder"):
        load_topics(folder)


def test_another_format_is_refused(folder: Path) -> None:
    words = json.loads((folder / WORDS).read_text(encoding="utf-8"))
    (folder / WORDS).write_text(json.dumps(words | {"format": 99}), encoding="utf-8")

    with pytest.raises(StorageError, match=rf"format 99, this program reads {FORMAT}; analyze"):
        load_topics(folder)


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        ('"next_topic_": ', '"next_topic_": 1'),
        ('"sha256"', '"sha257"'),
        ('"held_"', '"held"'),
    ],
)
def test_changed_words_are_refused(folder: Path, was: str, becomes: str) -> None:
    words = (folder / WORDS).read_text(encoding="utf-8")
    assert was in words
    (folder / WORDS).write_text(words.replace(was, becomes), encoding="utf-8")

    with pytest.raises(StorageError, match=r"model\.json"):
        load_topics(folder)


def test_words_that_are_no_words_of_a_model_are_refused(folder: Path) -> None:
    (folder / WORDS).write_text("[]", encoding="utf-8")

    with pytest.raises(StorageError, match=r"model\.json"):
        load_topics(folder)


def test_a_model_without_topics_can_be_saved(tmp_path: Path) -> None:
    vectors, _ = planted(2, 10)

    save_topics(TopicModel().fit(vectors), tmp_path / "topics")

    assert load_topics(tmp_path / "topics").place(vectors)[0].tolist() == [-1] * 20
