"""The weekly run on a small simulated centre, without notes because those take the time."""

from pathlib import Path
from types import ModuleType

import pandas as pd
import pytest

from fcr_ml.frames import Casebook
from fcr_ml.frames.storage import write_csv
from fcr_ml.simulate import CentrePlan, simulate_centre
from tests.pipelines.scripts import load_script


@pytest.fixture(scope="module")
def weekly() -> ModuleType:
    return load_script("weekly")


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    path = tmp_path / "settings.toml"
    path.write_text('[casebook]\nwindow = "48h"\n')
    return path


def test_a_week_lies_in_its_own_folder_beside_the_one_before(
    weekly: ModuleType, settings: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    centre = simulate_centre(CentrePlan(contacts=300, days=60))
    log = tmp_path / "contacts.csv"
    write_csv(centre.contacts.drop(columns=["note", "resolution_note"]), log)
    before = tmp_path / "weekly" / "2025-02-01"
    before.mkdir(parents=True)
    pd.DataFrame({"segment": ["queue = Nobody's"]}).to_csv(before / "drivers.csv", index=False)

    code = weekly.main(
        [
            str(log),
            *("--out", str(tmp_path / "weekly")),
            *("--settings", str(settings)),
        ]
    )

    week = tmp_path / "weekly" / "2025-03-07"  # the end of the 60 days from 2025-01-06
    assert code == 0
    assert (week / "report.html").exists()
    assert list(before.iterdir()) == [before / "drivers.csv"]
    assert Casebook.open(week / "casebook").settings["window"] == "48h"
    told = capsys.readouterr().out
    assert "Drivers new since 2025-02-01: " in told
    assert "Gone: queue = Nobody's." in told


def test_a_log_at_fault_is_told_and_left(
    weekly: ModuleType, settings: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = tmp_path / "contacts.csv"
    log.write_text("contact_id,customer_id,started_at\nc1,a,2025-01-06 08:00\n")

    code = weekly.main([str(log), "--out", str(tmp_path / "weekly"), "--settings", str(settings)])

    assert code == 1
    assert "--time-zone" in capsys.readouterr().out
    assert not (tmp_path / "weekly").exists()


def test_settings_at_fault_are_told_without_a_traceback(
    weekly: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = tmp_path / "settings.toml"
    wrong.write_text("[casebook]\nwindw = '7d'\n")

    assert weekly.main(["contacts.csv", "--settings", str(wrong)]) == 1
    assert "did you mean window?" in capsys.readouterr().err


def test_the_first_week_has_nothing_to_compare_with(weekly: ModuleType, tmp_path: Path) -> None:
    week = tmp_path / "2025-07-05"
    later = tmp_path / "2025-07-12"
    later.mkdir()
    (later / "drivers.csv").write_text("segment\n")

    told = weekly.change_since_last_run(pd.DataFrame({"segment": []}), week)
    assert told == "No earlier run to compare the drivers with."
