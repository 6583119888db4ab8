"""``fcr evaluate risk`` on a small simulated centre: figures, moments, faults."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from fcr_ml.errors import SettingsError
from fcr_ml.evaluation_risk import contacts_where
from fcr_ml.simulate import CentrePlan, simulate_centre, write_centre
from tests.conftest import Ran
from tests.features.random_log import random_casebook

Fcr = Callable[..., Ran]


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a log long enough for a test period, without notes: it is quick."""
    folder = tmp_path_factory.mktemp("risk")
    centre = simulate_centre(CentrePlan(contacts=1_500, days=200))
    write_centre(centre, folder)
    plain = centre.contacts.drop(columns=["note", "resolution_note"], errors="ignore")
    plain.to_parquet(folder / "plain.parquet")
    return folder / "plain.parquet"


def _ask(fcr: Fcr, log: Path, *words: str) -> Ran:
    return fcr("--quiet", "evaluate", "risk", "--contacts", log, *words)


def test_figures_with_intervals_and_baselines(fcr: Fcr, log: Path) -> None:
    asked = ("--reading", "any_return", "--window", "7d", "--moment", "start", "--json")
    ran = _ask(fcr, log, *asked)
    assert ran.code == 0, ran.err
    told = json.loads(ran.out)
    for name in ("auc", "ap", "base_rate", "brier", "calibration_error", "prior_count_auc"):
        assert 0 <= told[f"{name}_low"] <= told[f"{name}_high"] <= 1
    assert told["lift_at_5"] > 0
    assert told["first_time_contacts"] < told["contacts"]
    assert {"base rate", "earlier contacts", "five fields"} <= set(told["baselines"])
    assert (told["reading"], told["window"], told["moment"]) == ("any_return", "7d", "start")
    assert {"channel", "month"} <= {row["group"] for row in told["groups"]}
    assert told["alarm"] is None


def test_where_and_test_from_choose_what_is_scored(fcr: Fcr, log: Path) -> None:
    ran = _ask(
        *(fcr, log, "--reading", "any_return", "--where", "channel <> 'pigeon'"),
        *("--test-from", _day(log)),
    )
    assert ran.code == 0, ran.err
    told = " ".join(ran.out.split())
    assert "asked about when they ended" in told
    assert "AUC gained over that count" in told
    assert f"contacts from {_day(log)} to" in told


def _day(log: Path) -> str:
    """Give the day by which three quarters of the contacts had begun."""
    return str(pd.read_parquet(log)["started_at"].quantile(0.75).date())


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--moment", "middle"), "none of end, start, live"),
        (("--reading", "sometimes"), "none of any_return"),
        (("--test-from", "soon"), "is no date"),
    ],
)
def test_what_cannot_be_asked_is_refused(
    fcr: Fcr, log: Path, words: tuple[str, ...], said: str
) -> None:
    ran = _ask(fcr, log, *words)
    assert ran.code == 1
    assert said in " ".join(ran.err.split())


def test_a_condition_gives_the_contacts_that_fulfil_it(tmp_path: Path) -> None:
    casebook = random_casebook(tmp_path / "c", 0)
    contacts = casebook.table("contacts")
    mail = contacts.loc[contacts["channel"] == "mail", "contact_id"]
    assert contacts_where(casebook, "channel = 'mail'").tolist() == sorted(mail)
    with pytest.raises(SettingsError, match="is not understood"):
        contacts_where(casebook, "chanel = 'mail'")
    with pytest.raises(SettingsError, match="no contact fulfils"):
        contacts_where(casebook, "channel = 'pigeon'")
