"""The nightly run on a small simulated centre without notes."""

from pathlib import Path
from types import ModuleType

import pandas as pd
import pytest

from fcr_ml.frames.storage import write_csv
from fcr_ml.releases.shelf import Shelf
from fcr_ml.simulate import CentrePlan, simulate_centre
from tests.pipelines.scripts import load_script


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    centre = simulate_centre(CentrePlan(contacts=300, days=60))  # from 6 January to 6 March
    path = tmp_path_factory.mktemp("log") / "contacts.csv"
    write_csv(centre.contacts.drop(columns=["note", "resolution_note"]), path)
    return path


@pytest.fixture
def nightly() -> ModuleType:
    return load_script("nightly")


def test_a_night_lists_and_watches_by_the_release_in_use(
    nightly: ModuleType, log: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = tmp_path / "settings.toml"
    settings.write_text('[casebook]\nwindow = "7d"\nencoder = "words"\n')
    models, out = tmp_path / "models", tmp_path / "nightly"
    monthly = load_script("monthly")
    of_month = [str(log), "--models", str(models), "--settings", str(settings)]
    assert monthly.main([*of_month, "--tracking", "off"]) == 0
    name = Shelf(models).champion

    code = nightly.main([*of_month, "--out", str(out)])

    told = capsys.readouterr().out
    assert code in (0, 3, 4)
    assert f"By release {name}" in told
    listed = pd.read_csv(out / "flags.csv", encoding="utf-8-sig")
    recorded = pd.read_csv(out / "flagged.csv", encoding="utf-8-sig")
    assert listed["contact_id"].tolist() == recorded["contact_id"].tolist()
    assert len(listed)
    assert (out / "watched" / "watch.html").exists()


def test_without_a_release_the_mend_is_told(
    nightly: ModuleType, log: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = nightly.main([str(log), "--models", str(tmp_path / "models"), "--out", str(tmp_path)])
    assert code == 1
    assert "make one with fcr retrain" in capsys.readouterr().err
