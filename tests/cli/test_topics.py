"""`fcr topics`: what is shown of the topics of results, and what changing them writes."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import typer.main

from fcr_ml.cli.app import app
from fcr_ml.errors import StorageError
from fcr_ml.frames import Casebook
from fcr_ml.frames.casebook import write_casebook
from fcr_ml.notes.encoders import open_encoder
from fcr_ml.topic_editing import open_topics
from fcr_ml.topics.continuity import keep_ids
from fcr_ml.topics.model import TopicModel
from fcr_ml.topics.saved import load_topics, save_topics

COMMANDS = typer.main.get_command(app).commands["topics"].commands

MATTERS = {
    "refund": "money refund late account paid back still missing",
    "parcel": "parcel courier door delivery lost address street",
    "login": "password login locked code browser reset screen",
    "router": "router modem blinking cable internet outage signal",
}
PER_MATTER = 60


def _notes() -> list[str]:
    """Give simulated notes: some words of one matter, in an order of their own."""
    random = np.random.default_rng(0)
    return [
        " ".join(random.permutation(words.split())[:5]) + f" about {name}"
        for name, words in MATTERS.items()
        for _ in range(PER_MATTER)
    ]


def _tables(model: TopicModel, notes: list[str], vectors: np.ndarray) -> dict[str, pd.DataFrame]:
    rows = pd.DataFrame({"contact_id": [f"c{number:03d}" for number in range(len(notes))]})
    started = pd.Timestamp("2025-01-15T08:00Z") + pd.to_timedelta(
        np.arange(len(notes)) % 3 * 31, unit="D"
    )
    numbers = model.place(vectors, ["en"] * len(notes))[0]
    ids = pd.Series(np.array([*model.ids_, None], dtype=object)[numbers.clip(-1)])
    cards = [
        {
            "topic_id": topic_id,
            "level": "topic",
            "topic": f"name of {topic_id}",
            "terms": "one · two",
            "contacts": int((ids == topic_id).sum()),
            "example_contact_id": rows["contact_id"][ids == topic_id].iloc[0],
            "parent_topic_id": theme,
            "first_seen_at": started.min(),
            "last_seen_at": started.max(),
        }
        for topic_id, theme in zip(model.ids_, model.themes_, strict=True)
    ]
    themes = [
        {**cards[model.themes_.index(theme)], "topic_id": theme, "level": "theme"}
        | {"topic": f"name of {theme}", "parent_topic_id": None}
        for theme in sorted(set(model.themes_))
    ]
    # Half of one topic was first seen under another, which is gone today.
    first = ids.mask((ids == "t001") & (np.arange(len(ids)) % 2 == 0), "t000")
    before = np.where(first == "t000", 0, np.where(ids == "t001", 1, -1))
    lineage = keep_ids(before, np.where(ids == "t001", 0, -1), ["t000", "t001"], 9).table
    return {
        "contacts": rows.assign(customer_id="u", started_at=started),
        "notes": rows.assign(
            note=notes,
            language="en",
            words=6,
            is_thin=False,
            note_hash=[f"{n:04d}" for n in rows.index],
        ),
        "topics": rows.assign(topic_id=ids, first_topic_id=first),
        "topic_cards": pd.DataFrame(cards + themes),
        "topic_lineage": lineage,
    }


@pytest.fixture(scope="module")
def analysed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("analysed") / "results"
    notes = _notes()
    vectors = open_encoder("words").encode(notes)
    model = TopicModel(encoder="words").fit(vectors, ["en"] * len(notes))
    tables = _tables(model, notes, vectors)
    write_casebook(folder / "casebook", tables, pd.Timestamp("2025-04-01T00:00Z"), {})
    save_topics(model, folder / "topics")
    return folder


@pytest.fixture
def results(analysed: Path, tmp_path: Path) -> Path:
    return shutil.copytree(analysed, tmp_path / "results")


def _state(results: Path) -> dict[str, bytes]:
    files = sorted(path for path in results.rglob("*") if path.is_file())
    return {str(path.relative_to(results)): path.read_bytes() for path in files}


@pytest.mark.parametrize("name", list(COMMANDS))
def test_every_command_is_documented_with_an_example(fcr, name: str) -> None:
    ran = fcr("topics", name, "--help")

    assert ran.code == 0
    said = " ".join((ran.out + ran.err).replace("│", " ").split())
    assert f"Example: fcr topics {name} " in said
    for option in COMMANDS[name].params:
        assert option.help, f"fcr topics {name}: {option.name} has no word of help"


def test_the_list_tells_each_topic_with_its_contacts_and_an_example(fcr, results: Path) -> None:
    ran = fcr("topics", "list", "--results", results)

    assert ran.code == 0, ran.err
    cards = Casebook.open(results / "casebook").table("topic_cards")
    cards = cards[cards["level"] == "topic"]
    assert f"{len(cards)} topics in " in ran.out
    assert "of 240 contacts have one, as of 2025-04-01 00:00 UTC" in ran.out
    lines = ran.out.splitlines()
    for card in cards.to_dict("records"):
        row = next(line.split() for line in lines if line.startswith(card["topic_id"]))
        assert row[1:4] == ["name", "of", card["topic_id"]]
        assert row[4] == str(card["contacts"])
        assert row[-1] == card["example_contact_id"]
        assert card["parent_topic_id"] in row
    sizes = [int(line.split()[4]) for line in lines if line.startswith("t0")]
    assert sizes == sorted(sizes, reverse=True)
    assert max(map(len, lines)) <= 100
    assert "fcr analyze" not in ran.out


def test_a_topic_is_shown_with_what_is_closest_and_where_it_comes_from(fcr, results) -> None:
    ran = fcr("topics", "show", "t001", "--results", results)

    assert ran.code == 0, ran.err
    assert "t001 name of t001" in ran.out
    assert "terms: one · two" in ran.out
    assert "Closest in meaning" in ran.out
    topics = Casebook.open(results / "casebook").table("topics")
    shared = int(topics["first_topic_id"].eq("t000").sum())
    assert f"t001 took in t000: {shared} shared notes, " in ran.out
    assert ", 100.0 % of the forerunner" in ran.out


def test_the_history_counts_by_todays_topics_and_those_of_then(fcr, results: Path) -> None:
    ran = fcr("topics", "history", "t001", "--results", results)

    assert ran.code == 0, ran.err
    topics = Casebook.open(results / "casebook").table("topics")
    months = np.array(["2025-01", "2025-02", "2025-03"])[np.arange(240) % 3]
    for month in sorted(set(months)):
        row = next(line.split() for line in ran.out.splitlines() if line.startswith(month))
        today = (topics["topic_id"].eq("t001") & (months == month)).sum()
        then = (topics["first_topic_id"].eq("t001") & (months == month)).sum()
        assert row == [month, str(today), str(then), "80"]
    gone = fcr("topics", "history", "t000", "--results", results)
    assert gone.code == 0
    rows = [line.split() for line in gone.out.splitlines() if line.startswith("2025")]
    assert {row[1] for row in rows} == {"0"}
    assert sum(int(row[2]) for row in rows) == topics["first_topic_id"].eq("t000").sum() > 0


def test_a_change_is_written_and_waits_for_the_next_analysis(fcr, results: Path) -> None:
    before = _state(results)

    ran = fcr("topics", "rename", "t002", "Late refund", "--results", results)

    assert ran.code == 0, ran.err
    assert "t002 is called 'Late refund' from now on." in ran.out
    assert '1 change by hand waits for the next analysis: rename t002 "Late refund"' in ran.out
    told = " ".join(ran.out.split())
    assert f"fcr analyze contacts.parquet --out {results} --topics-from {results}" in told
    after = _state(results)
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"topics/model.json"}
    assert load_topics(results / "topics").names_ == {"t002": "Late refund"}
    listed = fcr("topics", "list", "--results", results).out
    assert "Late refund" in listed
    assert "renamed" in listed
    assert "--topics-from" in listed


def test_every_change_can_be_taken_back_one_by_one(fcr, results: Path) -> None:
    at = ("--results", results)
    states = [_state(results)]
    changes = [
        ("rename", "t002", "Late refund"),
        ("merge", "t001", "t003"),
        ("split", "t001"),
        ("pin", "t002"),
        ("unpin", "t002"),
        ("ban", "t004"),
        ("unban", "t004"),
    ]
    for change in changes:
        ran = fcr("topics", *change, *at)
        assert ran.code == 0, ran.err
        states.append(_state(results))
    assert "7 changes by hand wait" in ran.out

    for change, state in zip(reversed(changes), reversed(states[:-1]), strict=True):
        ran = fcr("topics", "undo", *at)
        assert ran.code == 0, ran.err
        assert f"Taken back: {change[0]} {change[1]}" in ran.out
        assert _state(results) == state
    ran = fcr("topics", "undo", *at)
    assert ran.code == 1
    assert "nothing was changed by hand since these results" in ran.err


def test_what_was_merged_is_found_again_by_a_split(fcr, results: Path) -> None:
    at = ("--results", results)
    casebook = Casebook.open(results / "casebook")
    topics = casebook.table("topics")["topic_id"]
    fcr("topics", "merge", "t001", "t003", *at)

    ran = fcr("topics", "split", "t001", *at)

    assert ran.code == 0, ran.err
    model = load_topics(results / "topics")
    assert f"the smaller part is {model.ids_[-1]}. It has " in ran.out
    vectors = open_encoder("words").encode(casebook.table("notes")["note"].tolist())
    ids = np.array([*model.ids_, "none"])[model.place(vectors, ["en"] * 240)[0].clip(-1)]
    inside = topics.isin(["t001", "t003"])
    parts = pd.crosstab(topics[inside], ids[inside])
    assert parts.max(axis=1).sum() / parts.to_numpy().sum() > 0.95
    assert len(set(parts.idxmax(axis=1))) == 2
    assert model.ids_[-1] in fcr("topics", "list", *at).out


def test_what_was_merged_and_banned_is_marked_until_the_figures_have_it(fcr, results) -> None:
    at = ("--results", results)
    fcr("topics", "merge", "t001", "t003", *at)
    fcr("topics", "ban", "t004", *at)
    fcr("topics", "pin", "t002", *at)

    lines = fcr("topics", "list", *at).out.splitlines()

    told = {line.split()[0]: line for line in lines if line.startswith("t0")}
    for verb in ("show", "history"):
        assert (
            "merge t001 t003, on results as of 2025-04-01" in fcr("topics", verb, "t003", *at).out
        )
    assert "merged into t001" in told["t003"]
    assert "banned" in told["t004"]
    assert "pinned" in told["t002"]
    assert "merged" in told["t001"]


def test_a_theme_is_renamed_and_shown_with_its_topics(fcr, results: Path) -> None:
    theme = load_topics(results / "topics").themes_[0]

    ran = fcr("topics", "rename", theme, "Payments", "--results", results)

    assert ran.code == 0, ran.err
    assert f"{theme} Payments" in fcr("topics", "list", "--results", results).out


def test_a_name_is_taken_back_and_the_found_one_is_shown_again(fcr, results: Path) -> None:
    at = ("--results", results)
    before = fcr("topics", "list", *at).out
    fcr("topics", "rename", "t002", 'The "new" name', *at)

    ran = fcr("topics", "rename", "t002", "--found", *at)

    assert ran.code == 0, ran.err
    assert "t002 has no name given by hand any more" in ran.out
    told = " ".join(ran.out.split())
    assert """rename t002 'The "new" name'; rename t002 --found""" in told
    listed = fcr("topics", "list", *at).out
    assert listed.splitlines()[: len(before.splitlines())] == before.splitlines()
    assert fcr("topics", "undo", *at).code == 0
    assert 'The "new" name' in fcr("topics", "list", *at).out


def test_a_name_that_the_figures_have_by_hand_is_no_longer_shown_once_taken_back(
    fcr, results: Path
) -> None:
    at = ("--results", results)
    model = load_topics(results / "topics")
    model.names_ = {"t002": "name of t002"}
    save_topics(model, results / "topics")

    assert fcr("topics", "rename", "t002", "--found", *at).code == 0

    assert "name of t002" not in fcr("topics", "list", *at).out
    assert fcr("topics", "rename", "t001", "Name of t002", *at).code == 0
    assert fcr("topics", "show", "t002", *at).code == 0


def test_a_topic_takes_the_name_of_what_was_merged_into_it(fcr, results: Path) -> None:
    at = ("--results", results)
    fcr("topics", "merge", "t001", "t003", *at)

    ran = fcr("topics", "rename", "t001", "name of t003", *at)

    assert ran.code == 0, ran.err
    assert "t001 is called 'name of t003' from now on." in ran.out


def test_a_found_name_gives_way_to_one_given_by_hand_since(fcr, results: Path) -> None:
    at = ("--results", results)
    for words in (("t001", "Aside"), ("t002", "name of t001"), ("t001", "--found")):
        assert fcr("topics", "rename", *words, *at).code == 0

    listed = fcr("topics", "list", *at).out

    rows = {line.split()[0]: line for line in listed.splitlines() if line.startswith("t0")}
    assert "name of t001" in rows["t002"]
    assert "name of t001" not in rows["t001"]


@pytest.mark.parametrize("words", [["t001"], ["t001", "Fees", "--found"]])
def test_a_rename_wants_a_name_or_found(fcr, results: Path, words: list[str]) -> None:
    ran = fcr("topics", "rename", *words, "--results", results)

    assert ran.code == 2
    assert "give either a new name in quotes, or --found" in ran.err


REFUSED = {
    "an unknown topic": (["show", "t0001"], "did you mean t001?"),
    "a history of nobody": (["history", "t9"], "there is no topic 't9'"),
    "a name that is taken": (["rename", "t001", "Name of t002"], "t002 is called"),
    "a ban of nobody": (["ban", "t044"], "no topic 't044'"),
}


@pytest.mark.parametrize("name", list(REFUSED))
def test_what_cannot_be_done_leaves_with_one_and_changes_nothing(fcr, results, name) -> None:
    words, told = REFUSED[name]
    before = _state(results)

    ran = fcr("topics", *words, "--results", results)

    assert ran.code == 1
    assert told in ran.err
    assert ran.out == ""
    assert _state(results) == before


def test_results_without_topics_are_told_with_the_mend(fcr, results: Path) -> None:
    shutil.rmtree(results / "topics")

    ran = fcr("topics", "list", "--results", results)

    assert ran.code == 1
    assert f"{results} holds no folder topics; analyze the log once more" in ran.err
    assert fcr("topics", "list", "--results", results / "none").code == 1
    with pytest.raises(StorageError):
        open_topics(results)


def test_damaged_topics_are_refused(fcr, results: Path) -> None:
    arrays = results / "topics" / "arrays.npz"
    arrays.write_bytes(arrays.read_bytes()[:-1])

    ran = fcr("topics", "pin", "t001", "--results", results)

    assert ran.code == 1
    assert "is damaged" in ran.err
