"""The monthly run on a small simulated centre, without notes because those take the time."""

from pathlib import Path
from types import ModuleType

import pandas as pd
import pytest

from fcr_ml.frames.storage import write_csv
from fcr_ml.releases.shelf import Shelf
from fcr_ml.simulate import CentrePlan, simulate_centre
from tests.pipelines.scripts import load_script


@pytest.fixture(scope="module")
def monthly() -> ModuleType:
    return load_script("monthly")


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    centre = simulate_centre(CentrePlan(contacts=300, days=60))  # from 6 January to 6 March
    path = tmp_path_factory.mktemp("log") / "contacts.csv"
    write_csv(centre.contacts.drop(columns=["note", "resolution_note"]), path)
    return path


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    path = tmp_path / "settings.toml"
    path.write_text('[casebook]\nwindow = "48h"\nencoder = "words"\n')
    return path


def test_a_month_is_decided_as_of_its_first_day(
    monthly: ModuleType,
    log: Path,
    settings: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    models = tmp_path / "models"

    code = monthly.main(
        [
            str(log),
            *("--models", str(models)),
            *("--settings", str(settings)),
            *("--tracking", "off"),
        ]
    )

    assert code == 0
    (name,) = Shelf(models).names
    assert name.startswith("2025-03-01-")
    assert Shelf(models).champion == name
    assert Shelf(models).promotions[-1].by == "monthly run"
    assert (models / "decisions" / name / "card.html").exists()
    assert f"{name} is in use: it is the first release." in capsys.readouterr().out


def test_the_moment_given_wins_over_that_of_the_settings_and_both_over_the_log(
    monthly: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked: list[str] = []

    def retrain(sources, models, settings, signed, as_of, tracking):
        asked.append(as_of)
        return ()

    monkeypatch.setattr(monthly, "retrain", retrain)
    monkeypatch.setattr(monthly, "tell_retrained", lambda models: "")
    named = {"contacts": {"as_of": "2025-05-01"}}

    assert monthly.run_month(["log.csv"], tmp_path, named, "2025-04-01") == 0
    assert monthly.run_month(["log.csv"], tmp_path, named) == 0
    assert asked == ["2025-04-01", "2025-05-01"]


@pytest.mark.parametrize(
    ("end", "first"),
    [
        ("2025-07-01T00:00Z", "2025-07-01"),  # the whole of June is in the log
        ("2025-06-30T00:00Z", "2025-06-01"),
        ("2025-06-01T00:00Z", "2025-06-01"),
    ],
)
def test_a_month_counts_once_its_last_day_is_in_the_log(
    monthly: ModuleType, end: str, first: str
) -> None:
    assert monthly.first_of_month(pd.Timestamp(end)) == first


def test_a_log_at_fault_is_told_and_left(
    monthly: ModuleType, settings: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = tmp_path / "contacts.csv"
    log.write_text("contact_id,customer_id,started_at\nc1,a,2025-01-06 08:00\n")
    models = tmp_path / "models"

    code = monthly.main([str(log), "--models", str(models), "--settings", str(settings)])

    assert code == 1
    assert "--time-zone" in capsys.readouterr().out
    assert not models.exists()


def test_settings_at_fault_are_told_without_a_traceback(
    monthly: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = tmp_path / "settings.toml"
    wrong.write_text("[casebook]\nwindw = '7d'\n")

    assert monthly.main(["contacts.csv", "--settings", str(wrong)]) == 1
    assert "did you mean window?" in capsys.readouterr().err
