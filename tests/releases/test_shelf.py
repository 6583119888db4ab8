"""The shelf: which release is in use, and how one gets there and back."""

import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from fcr_ml.errors import SettingsError, StorageError
from fcr_ml.releases import shelf as room
from fcr_ml.releases.release import MANIFEST
from fcr_ml.releases.shelf import PROMOTIONS, Shelf

JUNE, JULY, AUGUST = "2025-06-01-aaaaaaaa", "2025-07-01-bbbbbbbb", "2025-08-01-cccccccc"


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    """Three releases whose bytes nobody looks at here."""
    monkeypatch.setattr(room, "open_release", lambda folder: (folder / MANIFEST).read_text())
    shelf = Shelf(tmp_path / "models")
    for name in (JULY, JUNE, AUGUST):
        shelf.place(name).mkdir(parents=True)
        (shelf.place(name) / MANIFEST).write_text('{"name": "x"}', encoding="utf-8")
    return shelf


def _promote(shelf: Shelf, *names: str) -> None:
    for place, name in enumerate(names):
        shelf.promote(name, f"2025-09-0{place + 1}T00:00:00+00:00", "ana", "better")


def test_the_last_line_of_the_log_is_in_use(shelf: Shelf) -> None:
    assert shelf.names == [JUNE, JULY, AUGUST]
    assert shelf.champion is None
    _promote(shelf, JUNE, JULY)
    assert shelf.champion == JULY
    told = [(p.was, p.now, p.by, p.why) for p in shelf.promotions]
    assert told == [(None, JUNE, "ana", "better"), (JUNE, JULY, "ana", "better")]
    with pytest.raises(SettingsError, match=f"{JULY} is in use already"):
        _promote(shelf, JULY)


def test_the_log_is_only_added_to(shelf: Shelf) -> None:
    _promote(shelf, JUNE)
    before = (shelf.folder / PROMOTIONS).read_bytes()
    _promote(shelf, JULY)
    shelf.roll_back("2025-09-09T00:00:00+00:00", "ana", "odd")
    assert (shelf.folder / PROMOTIONS).read_bytes().startswith(before)
    assert len(shelf.promotions) == 3


def test_going_back_twice_goes_two_back(shelf: Shelf) -> None:
    _promote(shelf, JUNE, JULY, AUGUST)
    assert shelf.roll_back("t", "ana", "odd").now == JULY
    assert shelf.roll_back("t", "ana", "odd").now == JUNE
    with pytest.raises(SettingsError, match="no release before the one in use"):
        shelf.roll_back("t", "ana", "odd")
    _promote(shelf, AUGUST)
    assert shelf.roll_back("t", "ana", "odd").now == JUNE


def test_a_month_that_is_run_again_finds_the_champion_of_then(shelf: Shelf) -> None:
    _promote(shelf, JUNE, JULY)
    assert shelf.champion_before(pd.Timestamp("2025-08-01", tz="UTC")) == JULY
    assert shelf.champion_before(pd.Timestamp("2025-07-01", tz="UTC")) == JUNE
    assert shelf.champion_before(pd.Timestamp("2025-06-01", tz="UTC")) is None


def test_a_damaged_release_is_not_taken_into_use(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    _promote(shelf, JUNE)

    def damaged(folder: Path) -> None:
        raise StorageError(f"release {folder.name}: risk.json was changed")

    monkeypatch.setattr(room, "open_release", damaged)
    with pytest.raises(StorageError, match="was changed"):
        _promote(shelf, JULY)
    assert shelf.champion == JUNE


def test_one_that_does_not_exist_is_told_with_those_that_do(shelf: Shelf) -> None:
    with pytest.raises(SettingsError, match=rf"there is none in .*{AUGUST}"):
        shelf.open("2025-01-01-dddddddd")


def test_pruning_keeps_the_newest_and_what_was_last_in_use(shelf: Shelf) -> None:
    _promote(shelf, JUNE)
    assert shelf.prune(keep=1) == [JULY]
    assert shelf.names == [JUNE, AUGUST]
    with pytest.raises(SettingsError, match="keep 1 or more"):
        shelf.prune(keep=0)


def test_an_unreadable_log_is_named(shelf: Shelf) -> None:
    (shelf.folder / PROMOTIONS).write_text("not json\n", encoding="utf-8")
    with pytest.raises(StorageError, match=r"promotions\.jsonl cannot be read; restore it"):
        _ = shelf.champion


def test_two_at_once_are_refused_and_a_dead_one_lets_go(shelf: Shelf) -> None:
    held = (
        "import sys, time; from pathlib import Path; from fcr_ml.releases.shelf import Shelf\n"
        f"with Shelf(Path({str(shelf.folder)!r})).locked():\n"
        "    print('held', flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", held], stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(StorageError, match="another run is at work"), shelf.locked():
            pass
        other.kill()
    with shelf.locked():
        assert shelf.champion is None
