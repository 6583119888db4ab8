"""What words have meant so far: learned from closed outcomes, never from later ones."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from fcr_ml.engine import DuckEngine
from fcr_ml.features import words_so_far as words

DAY = 86_400


def _log(n: int, folder: Path, flip_from: int | None = None) -> pd.DataFrame:
    """Write notes of which 'printer' ones are repeated; a contact a day, closed a week on."""
    place = np.arange(n)
    is_repeated = place % 2 == 0
    if flip_from is not None:
        is_repeated = is_repeated ^ (place >= flip_from)
    note = np.where(place % 2 == 0, "the printer jams", "a bill to pay")
    notes = pd.DataFrame(
        {
            "contact_id": [f"c{k:04d}" for k in place],
            "note": np.where(place == n - 1, None, note),
            "resolution_note": pd.Series([None] * n, dtype="string"),
        }
    )
    notes.to_parquet(folder / "notes.parquet")
    return pd.DataFrame(
        {
            "contact_id": notes["contact_id"],
            "moment_epoch": pd.Series(place * DAY, dtype="Int64"),
            "closes_epoch": pd.Series((place + 7) * DAY, dtype="Int64"),
            "repeats_millionths": pd.Series(is_repeated * 1_000_000, dtype="Int64"),
        }
    )


def _read(contacts: pd.DataFrame, folder: Path) -> np.ndarray:
    with DuckEngine() as engine:
        told = words.words_so_far(engine, folder / "notes.parquet", contacts, "end")
    return told["words_log_odds"].to_numpy()


def test_a_word_that_comes_with_repeats_is_learned(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(words, "_FEWEST_LABELS", 50)
    log_odds = _read(_log(200, tmp_path), tmp_path)
    # The fiftieth label closes on day 56: nothing is told before the week after.
    assert np.isnan(log_odds[:56]).all()
    assert np.isnan(log_odds[-1]), "there is no note"
    assert (log_odds[150:199:2] > 0).all()
    assert (log_odds[151:198:2] < 0).all()


def test_labels_that_close_later_do_not_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(words, "_FEWEST_LABELS", 20)
    before = _read(_log(140, tmp_path), tmp_path)
    after = _read(_log(140, tmp_path, flip_from=100), tmp_path)
    # Labels of day 100 and later close on day 107 and later.
    np.testing.assert_array_equal(before[:107], after[:107])
    assert not np.array_equal(before[120:139], after[120:139])


def test_too_few_labels_say_nothing(tmp_path: Path) -> None:
    assert np.isnan(_read(_log(100, tmp_path), tmp_path)).all()
