"""`fcr drivers compare` and `fcr drivers effect`: what is told, the CSV, what is refused."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from fcr_ml.frames.comparisons import COMPARISONS
from fcr_ml.frames.effects import EFFECTS
from tests.drivers.conftest import draw_rows, write_rows


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give results in which one team repeats more and transfers add to repeats."""
    folder = tmp_path_factory.mktemp("results")
    planted = {(("team", "North"),): 0.2, (("was_transferred", "yes"),): 0.2}
    write_rows(folder / "casebook", draw_rows(2_000, 0, planted).contacts)
    return folder


def test_units_are_told_against_their_mix(fcr, results: Path, tmp_path: Path) -> None:
    csv = tmp_path / "comparison.csv"
    ran = fcr("drivers", "compare", "--results", results, "--column", "team", "--csv", csv)

    assert ran.code == 0, ran.err
    assert "Teams against their own mix (related, 7 days)" in ran.out
    written = pd.read_csv(csv, encoding="utf-8-sig")
    assert list(written.columns) == list(COMPARISONS.columns)
    assert written.set_index("value").loc["North", "verdict"] == "worse"


def test_levers_are_told_with_their_assumptions(fcr, results: Path, tmp_path: Path) -> None:
    csv = tmp_path / "effects.csv"
    ran = fcr("drivers", "effect", "--results", results, "--of", "transfer", "--csv", csv)

    assert ran.code == 0, ran.err
    assert "estimates under stated assumptions" in ran.out
    written = pd.read_csv(csv, encoding="utf-8-sig")
    assert list(written.columns) == list(EFFECTS.columns)
    row = written.iloc[0]
    assert row["effect_low"] <= 0.2 * 0.8 <= row["effect_high"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("compare", "--column", "agent_id"), "agents are people"),
        (("compare", "--column", "teams"), "did you mean team"),
        (("effect", "--of", "handle"), "is no lever"),
        (("effect", "--of", "first_answer"), "the log does not tell of first_answer"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_the_mend(fcr, results: Path, words, said) -> None:
    ran = fcr("drivers", *words, "--results", results)
    assert ran.code == 1
    assert said in ran.err


@pytest.mark.parametrize("verb", ["compare", "effect"])
def test_its_help_has_an_example(fcr, verb: str) -> None:
    assert f"Example: fcr drivers {verb} " in " ".join(fcr("drivers", verb, "--help").out.split())
