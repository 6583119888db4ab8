"""`fcr drivers next`: the list, its CSV, and a folder that holds no results."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from fcr_ml.frames.next_issues import TRANSITIONS
from tests.drivers.next_log import draw_contacts, write_log


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give results in which the first topic leads to the second."""
    folder = tmp_path_factory.mktemp("results")
    write_log(folder / "casebook", draw_contacts(0, {(0, 1): 0.3}, size=2_000, topics=6))
    return folder


def test_it_lists_what_to_settle_as_well(fcr, results: Path, tmp_path: Path) -> None:
    ran = fcr("drivers", "next", "--results", results, "--csv", tmp_path / "next.csv")

    assert ran.code == 0, ran.err
    assert "when you solve" in ran.out
    assert "topic 0" in ran.out
    assert "topic 1" in ran.out
    written = pd.read_csv(tmp_path / "next.csv", encoding="utf-8-sig")
    assert list(written.columns) == list(TRANSITIONS.columns)
    assert written[["topic", "next_topic"]].iloc[0].tolist() == ["topic 0", "topic 1"]


def test_a_folder_without_results_is_named(fcr, tmp_path: Path) -> None:
    ran = fcr("drivers", "next", "--results", tmp_path)
    assert ran.code == 1
    assert "holds no readable" in ran.err


def test_its_help_has_an_example(fcr) -> None:
    assert "Example: fcr drivers next " in " ".join(fcr("drivers", "next", "--help").out.split())
