"""`fcr drivers rank` and `fcr drivers why`: lists, CSV, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from fcr_ml.frames.contrasts import CONTRASTS
from fcr_ml.frames.drivers import DRIVERS
from tests.drivers.conftest import draw_rows, write_rows


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give results in which one queue repeats more."""
    folder = tmp_path_factory.mktemp("results")
    write_rows(folder / "casebook", draw_rows(3_000, 0, {(("queue", "Tech"),): 0.25}).contacts)
    return folder


def test_rank_lists_drivers_within_100_columns(fcr, results: Path, tmp_path: Path) -> None:
    ran = fcr("drivers", "rank", "--results", results, "--csv", tmp_path / "d.csv")
    assert ran.code == 0, ran.err
    assert "queue = Tech" in ran.out
    assert "lever: routing (organisation)" in ran.out
    assert max(len(text) for text in ran.out.splitlines()) <= 100
    written = pd.read_csv(tmp_path / "d.csv", encoding="utf-8-sig")
    assert list(written.columns) == list(DRIVERS.columns)


def test_why_looks_inside_one(fcr, results: Path, tmp_path: Path) -> None:
    ran = fcr("drivers", "why", "1", "--results", results, "--csv", tmp_path / "w.csv")
    assert ran.code == 0, ran.err
    assert "Where the excess lies" in ran.out
    assert "the segment itself" in ran.out
    assert max(len(text) for text in ran.out.splitlines()) <= 100
    written = pd.read_csv(tmp_path / "w.csv", encoding="utf-8-sig")
    assert list(written.columns) == list(CONTRASTS.columns)


def test_a_driver_that_is_not_there_is_named(fcr, results: Path) -> None:
    ran = fcr("drivers", "why", "7", "--results", results)
    assert ran.code == 2
    assert "there is no driver 7" in ran.err


@pytest.mark.parametrize("verb", ["rank", "why"])
def test_their_help_has_an_example(fcr, verb: str) -> None:
    assert f"Example: fcr drivers {verb}" in " ".join(fcr("drivers", verb, "--help").out.split())
