"""The shelf: which release is in use, and how one gets there and back."""

import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from fcr_ml.errors import SettingsError, StorageError
from fcr_ml.releases import shelf as room
from fcr_ml.releases.release import MANIFEST
from fcr_ml.releases.shelf import PROMOTIONS, READINGS, RELEASES, REPLAYS, Shelf

JUNE, JULY, AUGUST = "2025-06-01-aaaaaaaa", "2025-07-01-bbbbbbbb", "2025-08-01-cccccccc"


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    """Three releases whose bytes nobody looks at here."""
    monkeypatch.setattr(room, "open_release", lambda folder: (folder / MANIFEST).read_text())
    shelf = Shelf(tmp_path / "models")
    _lay(shelf, JULY, JUNE, AUGUST)
    return shelf


def _lay(shelf: Shelf, *names: str) -> None:
    for name in names:
        shelf.place(name).mkdir(parents=True)
        (shelf.place(name) / MANIFEST).write_text('{"name": "x"}', encoding="utf-8")


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


def test_a_log_that_an_editor_left_open_is_added_to_and_read(shelf: Shelf) -> None:
    _promote(shelf, JUNE)
    log = shelf.folder / PROMOTIONS
    log.write_text(log.read_text(encoding="utf-8").rstrip("\n"), encoding="utf-8")
    _promote(shelf, JULY)
    assert [promotion.now for promotion in shelf.promotions] == [JUNE, JULY]


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


def test_what_is_taken_into_use_by_hand_later_changes_no_month_before(shelf: Shelf) -> None:
    _promote(shelf, JUNE, JULY, AUGUST, JUNE)
    assert shelf.champion_before(pd.Timestamp("2025-08-01", tz="UTC")) == JULY
    assert shelf.champion_before(pd.Timestamp("2025-07-01", tz="UTC")) == JUNE
    assert shelf.champion_before(pd.Timestamp("2025-09-01", tz="UTC")) == JUNE


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


@pytest.mark.parametrize(
    "name", [f"../replays/releases/{JUNE}", f"/{JUNE}", f".{JUNE}", f"{JUNE}/west", "", "..", "x"]
)
def test_a_name_leads_to_no_place_but_a_release_s(shelf: Shelf, name: str) -> None:
    _lay(Shelf(shelf.folder / REPLAYS), JUNE)
    with pytest.raises(SettingsError, match=rf"there is none in .*{AUGUST}"):
        _promote(shelf, name)
    with pytest.raises(SettingsError, match="there is none in"):
        shelf.place(name)
    assert shelf.champion is None


def test_what_is_half_written_is_no_release(shelf: Shelf) -> None:
    half = shelf.folder / RELEASES / f".{AUGUST}.partial-q"
    copy = shelf.folder / RELEASES / f"{AUGUST} copy"
    for folder in (half, copy):
        folder.mkdir()
        (folder / MANIFEST).write_text("{}", encoding="utf-8")
    (shelf.place(JUNE) / MANIFEST).unlink()
    assert shelf.names == [JULY, AUGUST]
    assert shelf.damaged == [JUNE]
    shelf.prune(keep=3)
    assert not half.exists()
    assert copy.exists()


def test_pruning_keeps_the_newest_and_what_was_last_in_use(shelf: Shelf) -> None:
    _promote(shelf, JUNE)
    assert shelf.prune(keep=1) == [JULY]
    assert shelf.names == [JUNE, AUGUST]
    with pytest.raises(SettingsError, match="keep 1 or more"):
        shelf.prune(keep=0)


def test_pruning_leaves_what_rolling_back_goes_to(shelf: Shelf) -> None:
    _promote(shelf, JUNE, JULY, AUGUST)
    shelf.roll_back("t", "ana", "odd")
    assert shelf.prune(keep=1) == []
    assert shelf.roll_back("t", "ana", "odd").now == JUNE


def test_pruning_leaves_what_a_replayed_month_begins_from(shelf: Shelf) -> None:
    """After two steps back, to July, a replay of September begins from August, as it did then."""
    may, october = "2025-05-01-eeeeeeee", "2025-10-01-ffffffff"
    _lay(shelf, may, october)
    _promote(shelf, may, JUNE, JULY, AUGUST, october, AUGUST, JULY)
    assert shelf.prune(keep=1) == [may]
    september = pd.Timestamp("2025-09-01", tz="UTC")
    assert shelf.champion_before(september) == AUGUST
    assert shelf.names == [JUNE, JULY, AUGUST, october]


def test_replays_and_what_was_said_of_logs_are_pruned_too(shelf: Shelf) -> None:
    """Replays: one older than all that is kept, three later ones of which two are kept."""
    may, september, october = (f"2025-{n}-01-eeeeeeee" for n in ("05", "09", "10"))
    gone, replays = "2025-06-02-99999999", Shelf(shelf.folder / REPLAYS)
    _lay(replays, may, "2025-08-15-eeeeeeee", september, october)
    readings = shelf.folder / READINGS
    for name in (JUNE, JULY, AUGUST, may, september, gone):
        (readings / name / "2025-09-01-00000000").mkdir(parents=True)
    (readings / AUGUST / ".2025-10-01-00000000.partial-q").mkdir()
    (replays.folder / RELEASES / f".{may}.partial-q").mkdir()

    assert shelf.prune(keep=2) == [JUNE]

    assert replays.names == [september, october]
    assert sorted(path.name for path in readings.iterdir()) == [JULY, AUGUST, september]
    assert [path.name for path in (readings / AUGUST).iterdir()] == ["2025-09-01-00000000"]
    assert len(list((replays.folder / RELEASES).iterdir())) == 2
    # All kept ones here are newer than this one, so no month to come is replayed by it.
    _lay(replays, may)
    shelf.prune(keep=9)
    assert replays.names == [september, october]


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
