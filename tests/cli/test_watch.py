"""`fcr watch` and `fcr score`: the nights between two months."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from fcr_ml.backtest.month import LogByDay
from fcr_ml.contacts.read import read_log
from fcr_ml.frames.flagged import FLAGGED
from fcr_ml.frames.release_watch import RELEASE_WATCH
from fcr_ml.releases.fit import Recipe, fit_release
from fcr_ml.releases.shelf import Shelf
from fcr_ml.simulate import CentrePlan, simulate_centre, write_centre

NIGHT = "2025-04-15"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with a log and a models folder whose release is in use."""
    folder = tmp_path_factory.mktemp("desk")
    write_centre(simulate_centre(CentrePlan(contacts=400, days=110)), folder)
    raw = read_log([str(folder / "contacts.parquet")])
    recipe = Recipe.of({"casebook": {"encoder": "words", "cache_folder": folder / "cache"}})
    known = LogByDay(raw, recipe).as_of(pd.Timestamp("2025-04-01", tz="UTC"))
    release = fit_release(known, recipe, folder / "fit").release
    shelf = Shelf(folder / "models")
    shelf.put(release)
    shelf.promote(release.name, "2025-04-01T00:00:00+00:00", "a test", "the first")
    return folder


def _night(fcr, desk: Path, verb: str, *words: object, log: str = "contacts.parquet"):
    models = ("--models", desk / "models", "--as-of", NIGHT)
    return fcr("--quiet", verb, desk / log, *models, *words)


def test_an_undisturbed_log_is_fine_and_said_again_alike(fcr, desk: Path) -> None:
    ran = _night(fcr, desk, "watch", "--json", "--out", desk / "watched")
    assert (ran.code, json.loads(ran.out)["verdict"]) == (0, "fine"), ran.out + ran.err
    told = pd.read_csv(desk / "watched" / "watch.csv", encoding="utf-8-sig")
    assert list(told.columns) == list(RELEASE_WATCH.columns)
    assert {"volume", "column", "mix", "topics", "number"} <= set(told["kind"])
    assert "nothing moved further" in (desk / "watched" / "watch.html").read_text("utf-8")
    record = (desk / "models" / "watch.jsonl").read_bytes()
    again = _night(fcr, desk, "watch", "--json")
    assert again.out == ran.out
    assert (desk / "models" / "watch.jsonl").read_bytes() == record


def test_a_changed_log_leaves_with_its_own_code(fcr, desk: Path) -> None:
    log = pd.read_parquet(desk / "contacts.parquet")
    is_late = log["started_at"].astype(str) >= "2025-04-08"
    log.loc[is_late, "reason_code"] = "Heat pump"
    log.drop(columns="product").to_parquet(desk / "changed.parquet")
    ran = _night(fcr, desk, "watch", log="changed.parquet")
    told = " ".join(ran.out.split())
    assert ran.code == 4, ran.out + ran.err
    assert "the log has no column product any more" in told
    assert "Heat pump" in told
    assert "since 2025-04-15" in told
    assert max(map(len, ran.out.splitlines())) <= 100


def test_columns_gone_or_emptied_throughout_are_told(fcr, desk: Path) -> None:
    log = pd.read_parquet(desk / "contacts.parquet")
    gone = ["ended_at", "note", "resolution_note"]
    log.drop(columns=gone).assign(queue=None).to_parquet(desk / "gone.parquet")
    ran = _night(fcr, desk, "watch", "--json", log="gone.parquet")
    assert ran.code == 4, ran.out + ran.err
    told = {a["name"]: a["why"] for a in json.loads(ran.out)["alarms"] if a["kind"] == "column"}
    assert {"queue", *gone} <= set(told)
    assert told["queue"] == "queue has no value anywhere in the log"


def test_a_log_without_its_history_is_not_fine(fcr, desk: Path) -> None:
    log = pd.read_parquet(desk / "contacts.parquet")
    is_late = log["started_at"].astype(str) >= "2025-04-05"
    log[is_late].to_parquet(desk / "short.parquet")
    ran = _night(fcr, desk, "watch", "--out", desk / "short", log="short.parquet")
    told = " ".join(ran.out.split())
    assert ran.code == 3, ran.out + ran.err
    assert "nothing could be compared" in told
    assert "0 of the 4 whole weeks before the release" in told
    assert "give the log with its history" in told
    assert "with its history" in (desk / "short" / "watch.html").read_text("utf-8")
    assert (
        json.loads(_night(fcr, desk, "watch", "--json", log="short.parquet").out)["compared"] == 0
    )


def test_a_night_long_after_the_last_contact_is_not_fine(fcr, desk: Path) -> None:
    models = ("--models", desk / "models", "--as-of", "2025-07-20")
    ran = fcr("--quiet", "watch", desk / "contacts.parquet", *models, "--json")
    told = json.loads(ran.out)
    assert (ran.code, told["verdict"], told["contacts"]) == (3, "look", 0), ran.out + ran.err
    assert told["compared"] == 1
    assert told["alarms"][0]["why"].startswith("0 contacts in a week")


def test_a_list_by_the_release_in_use_is_recorded_once(fcr, desk: Path) -> None:
    out = desk / "nightly"
    ran = _night(fcr, desk, "score", "--out", out, "--capacity", 5)
    assert ran.code == 0, ran.err
    assert "By release 2025-04-01-" in ran.out
    flags = pd.read_csv(out / "flags.csv", encoding="utf-8-sig")
    flagged = pd.read_csv(out / "flagged.csv", encoding="utf-8-sig")
    assert list(flagged.columns) == list(FLAGGED.columns)
    assert 0 < len(flags) <= 5
    assert flagged["contact_id"].tolist() == flags["contact_id"].tolist()
    before = {n: (out / n).read_bytes() for n in ("flags.csv", "flagged.csv", "nights.jsonl")}
    assert json.loads(before["nights.jsonl"])["listed"] == len(flags)
    _night(fcr, desk, "score", "--out", out, "--capacity", 5)
    assert {n: (out / n).read_bytes() for n in before} == before


def test_without_a_release_in_use_the_mend_is_told(fcr, desk: Path, tmp_path: Path) -> None:
    for verb in ("watch", "score"):
        ran = fcr(verb, desk / "contacts.parquet", "--models", tmp_path / "none")
        assert ran.code == 1
        assert "make one with fcr retrain" in ran.err
