"""An analysis into a folder with changes by hand: refused, carried on, or given up on purpose."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from fcr_ml.topics.saved import load_topics
from tests.conftest import Ran, contents

Analyze = Callable[..., Ran]


def _contacts(notes: int) -> pd.DataFrame:
    random = np.random.default_rng(0)
    matters = [
        "money refund late account paid back still missing",
        "parcel courier door delivery lost address street",
        "password login locked code browser reset screen",
    ]
    started = pd.Timestamp("2025-03-01T08:00Z") + pd.to_timedelta(6 * np.arange(notes), unit="h")
    return pd.DataFrame(
        {
            "contact_id": [f"c{n:03d}" for n in range(notes)],
            "customer_id": [f"u{n * 7 % 40:02d}" for n in range(notes)],
            "started_at": started.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "note": [
                " ".join(random.permutation(matters[n % 3].split())[:5]) + f" told as {n}"
                for n in range(notes)
            ],
        }
    )


@pytest.fixture
def analyze(fcr: Callable[..., Ran], write_log: Callable[..., Path], tmp_path: Path) -> Analyze:
    """Give a function that analyzes the last so many contacts into the folder ``results``."""

    def run(*words: object, notes: int = 240) -> Ran:
        settings = tmp_path / "settings.toml"
        cache = (tmp_path / "cache").as_posix()
        settings.write_text(f'[casebook]\nencoder = "words"\ncache_folder = "{cache}"\n')
        log, out = write_log(_contacts(240).tail(notes)), tmp_path / "results"
        return fcr("analyze", log, "--out", out, "--settings", settings, *words)

    return run


def test_changes_by_hand_are_never_dropped_in_silence(analyze: Analyze, fcr, tmp_path) -> None:
    results = tmp_path / "results"
    assert analyze().code == 0
    # Without changes by hand the folder is replaced as ever.
    assert analyze().code == 0
    fcr("topics", "rename", "t001", "Late refund", "--results", results)
    fcr("topics", "pin", "t002", "--results", results)
    before = contents(results)

    refused = analyze()

    assert refused.code == 1
    told = " ".join(refused.err.split())
    assert "holds 2 changes by hand that would be lost, of t001, t002" in told
    assert '(rename t001 "Late refund"; pin t002)' in told
    assert f"--topics-from {results}" in told
    assert "read" not in told.split("out: ")[0]
    assert contents(results) == before
    assert analyze("--topics-from", results).code == 0
    assert load_topics(results / "topics").names_ == {"t001": "Late refund"}
    # They are part of the topics now, and would be lost all the same.
    assert analyze().code == 1
    assert analyze("--drop-edits").code == 0
    assert load_topics(results / "topics").edits_ == []


def test_changes_that_the_earlier_results_do_not_have_are_not_dropped(
    analyze: Analyze, fcr, tmp_path: Path
) -> None:
    results = tmp_path / "results"
    analyze()
    fcr("topics", "pin", "t002", "--results", results)
    earlier = results.rename(tmp_path / "earlier")
    assert analyze("--topics-from", earlier).code == 0
    assert analyze("--topics-from", earlier).code == 0
    fcr("topics", "pin", "t001", "--results", results)

    refused = analyze("--topics-from", earlier)

    assert refused.code == 1
    assert "holds 1 change by hand that would be lost, of t001 (pin t001)" in " ".join(
        refused.err.split()
    )


def test_changes_that_cannot_be_read_are_not_dropped_either(analyze: Analyze, tmp_path) -> None:
    analyze()
    words = tmp_path / "results" / "topics" / "model.json"
    words.write_text(words.read_text()[:-9])

    refused = analyze()

    assert refused.code == 1
    assert "--drop-edits" in refused.err
    assert analyze("--drop-edits").code == 0


def test_every_word_on_topics_is_understood_after_a_log_with_few_notes(
    analyze: Analyze, fcr, tmp_path: Path
) -> None:
    at = ("--results", tmp_path / "results")
    analyze()
    fcr("topics", "pin", "t002", *at)
    fcr("topics", "ban", "t001", *at)

    ran = analyze("--topics-from", tmp_path / "results", notes=30)

    assert ran.code == 0, ran.err
    assert "different notes are too few to find topics" in ran.err
    assert "t002" in fcr("topics", "list", *at).out
    for words in (["show", "t002"], ["history", "t002"], ["unban", "t001"], ["show", "t001"]):
        ran = fcr("topics", *words, *at)
        assert ran.code == 0, ran.err
    # Too few notes to be cut in two: told, and nothing else.
    assert fcr("topics", "split", "t002", *at).code == 1


def test_every_word_on_topics_is_understood_where_there_never_were_any(
    analyze: Analyze, fcr, tmp_path: Path
) -> None:
    at = ("--results", tmp_path / "results")
    assert analyze(notes=30).code == 0

    assert "0 topics" in fcr("topics", "list", *at).out
    edits = [["rename", "t001", "x"], ["merge", "t001", "t002"], ["undo"]]
    edits += [[verb, "t001"] for verb in ("show", "history", "split", "pin", "unpin", "ban")]
    for words in [*edits, ["unban", "t001"]]:
        ran = fcr("topics", *words, *at)
        assert (ran.code, ran.out) == (1, ""), words
        assert ran.err.strip()
