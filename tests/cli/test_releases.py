"""`fcr releases` on a folder that holds none, and on names that are none."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from fcr_ml.simulate import CentrePlan, simulate_centre, write_centre


def test_an_empty_folder_is_listed_with_what_to_do(fcr, tmp_path: Path) -> None:
    ran = fcr("releases", "list", "--models", tmp_path)

    assert ran.code == 0, ran.err
    assert ran.out == "No releases yet; make one with fcr retrain.\n"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "words",
    [("compare", "nope", "none"), ("promote", "nope", "--why", "x")],
    ids=["compare", "promote"],
)
def test_an_unknown_release_is_refused_with_the_known_ones(fcr, tmp_path: Path, words) -> None:
    ran = fcr("releases", *words, "--models", tmp_path)

    assert ran.code == 1
    assert "release 'nope': there is none in" in ran.err
    assert "none yet; make one with fcr retrain" in ran.err


def test_there_is_nothing_to_go_back_to_or_to_remove(fcr, tmp_path: Path) -> None:
    back = fcr("releases", "rollback", "--models", tmp_path)
    pruned = fcr("releases", "prune", "--models", tmp_path)

    assert back.code == 1
    assert "no release before the one in use" in back.err
    assert pruned.out == "0 removed.\n"


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A log of April to July."""
    folder = tmp_path_factory.mktemp("log")
    write_centre(simulate_centre(CentrePlan(contacts=200, days=90)), folder)
    return folder / "contacts.parquet"


def test_a_moment_long_after_the_log_is_refused(fcr, log: Path, tmp_path: Path) -> None:
    last = pd.to_datetime(pd.read_parquet(log)["started_at"], utc=True).max()
    late = last + pd.Timedelta(days=40)

    ran = fcr("retrain", log, "--as-of", f"{late:%Y-%m-%d}", "--models", tmp_path / "models")

    assert ran.code == 1
    assert f"the log's last contact begins on {last:%Y-%m-%d}" in ran.err
    assert "give an earlier --as-of" in ran.err
    assert not list(tmp_path.rglob("release.json"))


def test_more_months_than_the_log_has_are_refused_with_how_many_it_has(
    fcr, log: Path, tmp_path: Path
) -> None:
    ran = fcr("backtest", log, "--months", 12, "--out", tmp_path / "backtest")

    assert ran.code == 1
    assert "ask for at most --months 1, or bring a longer log" in ran.err


def test_what_is_a_file_is_no_models_folder(fcr, log: Path, tmp_path: Path) -> None:
    (tmp_path / "afile").write_text("x")

    ran = fcr("retrain", log, "--models", tmp_path / "afile")

    assert ran.code == 1
    assert "it is a file; name a folder" in ran.err


def test_a_misspelt_encoder_and_address_are_told_before_any_work(
    fcr, log: Path, tmp_path: Path
) -> None:
    models = ("--models", tmp_path / "models")
    assert "did you mean words?" in fcr("retrain", log, "--encoder", "wrods", *models).err
    told = fcr("retrain", log, "--tracking", "nonsense", *models).err
    assert "'nonsense' is no tracking address. Write local" in told
