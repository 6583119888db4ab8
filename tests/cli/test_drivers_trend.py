"""`fcr drivers trend`: the text, its CSV, a segment, and what is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from fcr_ml.frames import write_casebook
from fcr_ml.frames.trend import TREND
from tests.measures.conftest import AS_OF, contacts_of, outcomes_of


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("results")
    draw = np.random.default_rng(0)
    began = AS_OF - pd.to_timedelta(np.linspace(2_500, 1, 1_500), unit="h")
    contacts = contacts_of(
        [f"k{number}" for number in draw.integers(0, 500, 1_500)],
        [str(moment) for moment in began],
        queue=draw.choice(["Billing", "Orders"], 1_500),
    )
    hours = np.where(draw.random(1_500) < 0.3, draw.exponential(50, 1_500), np.nan)
    settings = {"windows": ["7d"], "window": "7d", "reading": "related", "attributes": {}}
    tables = {"contacts": contacts, "outcomes": outcomes_of(contacts, hours)}
    write_casebook(folder / "casebook", tables, AS_OF, settings)
    return folder


def test_it_tells_the_weeks_and_writes_them(fcr, results: Path, tmp_path: Path) -> None:
    ran = fcr("drivers", "trend", "--results", results, "--csv", tmp_path / "trend.csv")
    assert ran.code == 0, ran.err
    assert "FCR by week" in ran.out
    written = pd.read_csv(tmp_path / "trend.csv", encoding="utf-8-sig")
    assert list(written.columns) == list(TREND.columns)
    assert set(written["by"]) == {"week"}


def test_a_queue_alone_by_month(fcr, results: Path) -> None:
    ran = fcr(
        *("drivers", "trend", "--results", results, "--by", "month"),
        *("--column", "queue", "--value", "Billing"),
    )
    assert ran.code == 0, ran.err
    assert "FCR by month" in ran.out
    assert "queue Billing" in ran.out


@pytest.mark.parametrize("words", [("--by", "day"), ("--column", "topic"), ("--value", "x")])
def test_wrong_use_is_said(fcr, results: Path, words: tuple[str, ...]) -> None:
    ran = fcr("drivers", "trend", "--results", results, *words)
    assert ran.code == 2
    assert "trend: --" in ran.err


def test_its_help_has_an_example(fcr) -> None:
    assert "Example: fcr drivers trend " in " ".join(fcr("drivers", "trend", "--help").out.split())
