"""`fcr drivers`: what changed between two periods or groups of results."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
import typer.main

from fcr_ml.cli.app import app
from tests.drivers.test_change import TWO_QUEUES, book

COMMANDS = typer.main.get_command(app).commands["drivers"].commands


@pytest.fixture
def results(tmp_path: Path) -> Path:
    book(tmp_path / "results", TWO_QUEUES.assign(channel=["voice", "chat"] * 100))
    return tmp_path / "results"


@pytest.mark.parametrize("name", list(COMMANDS))
def test_every_command_is_documented_with_an_example(fcr, name: str) -> None:
    ran = fcr("drivers", name, "--help")

    assert ran.code == 0
    said = " ".join((ran.out + ran.err).replace("│", " ").split())
    assert f"Example: fcr drivers {name} " in said
    for option in COMMANDS[name].params:
        assert option.help, f"fcr drivers {name}: {option.name} has no word of help"


def test_the_latest_month_is_compared_with_the_one_before(fcr, results, tmp_path) -> None:
    ran = fcr("drivers", "change", "--results", results, "--csv", tmp_path / "changes.csv")

    assert ran.code == 0, ran.err
    said = " ".join(ran.out.split())
    # 26 and 38 of 100, worked by hand in the tests of the split.
    assert "2025-05 against 2025-04: of 100 closed contacts in 2025-04 26.00 % were" in said
    assert "+12.00 (" in said
    assert "(related, 7 days)" in said
    assert max(len(line) for line in ran.out.splitlines()) <= 100
    written = pd.read_csv(tmp_path / "changes.csv", encoding="utf-8-sig")
    assert written["change"].iloc[0] == 0.12


def test_two_values_are_compared_over_the_whole_log(fcr, results) -> None:
    asked = ("--column", "queue", "--value", "Access", "--against", "Money", "--by", "channel")
    ran = fcr("drivers", "change", "--results", results, *asked)

    assert ran.code == 0, ran.err
    assert "Access against Money" in ran.out
    assert "Split by channel" in ran.out


WRONG = {
    "a value without its column": ["--value", "Money"],
    "a column without values": ["--column", "queue"],
    "a column and a period": [
        *("--column", "queue", "--value", "Money", "--against", "Access"),
        *("--period", "2025-05"),
    ],
}


@pytest.mark.parametrize("name", list(WRONG))
def test_wrong_usage_leaves_with_two(fcr, results, name: str) -> None:
    ran = fcr("drivers", "change", "--results", results, *WRONG[name])

    assert ran.code == 2
    assert "fcr: change: --" in ran.err


def test_what_is_unknown_leaves_with_one_and_the_nearest(fcr, results) -> None:
    ran = fcr("drivers", "change", "--results", results, "--by", "queues")

    assert ran.code == 1
    assert (
        ran.err.strip() == "fcr: change: contacts cannot be split by 'queues'; did you mean queue?"
    )
    ran = fcr("drivers", "change", "--results", results, "--by", "agent_id")
    assert ran.code == 1
    assert "--agents" in ran.err
