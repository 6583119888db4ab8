"""Equal contacts give equal bytes, whatever the process and the order of rows and columns."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from fcr_ml.frames.tables import CASEBOOK_TABLES
from fcr_ml.simulate import CentrePlan, simulate_centre
from tests.conftest import Ran, contents

CONTACTS = 1_000


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("golden")


@pytest.fixture(scope="module")
def contacts() -> pd.DataFrame:
    return simulate_centre(CentrePlan(contacts=CONTACTS, days=90)).contacts


@pytest.fixture(scope="module")
def analyze(fcr: Callable[..., Ran], folder: Path) -> Callable[..., dict[str, bytes]]:
    """Give a function that analyzes contacts and gives every file of the results."""

    def run(contacts: pd.DataFrame, name: str, cache: str = "cache") -> dict[str, bytes]:
        # The log keeps its name, since the page shows it.
        log = folder / name / "contacts.parquet"
        log.parent.mkdir()
        contacts.to_parquet(log, index=False)
        settings = log.with_name("settings.toml")
        settings.write_text(f'[casebook]\ncache_folder = "{(folder / cache).as_posix()}"\n')
        out = log.with_name("results")
        ran = fcr("--quiet", "analyze", log, "--out", out, "--settings", settings)
        assert ran.code == 0, ran.err
        return contents(out)

    return run


@pytest.fixture(scope="module")
def first(analyze, contacts: pd.DataFrame) -> dict[str, bytes]:
    """Give the results of the first run, which encodes every note."""
    return analyze(contacts, "first")


def _differing(one: dict[str, bytes], other: dict[str, bytes]) -> list[str]:
    assert one.keys() == other.keys()
    return [name for name in one if one[name] != other[name]]


def test_the_results_are_complete(first: dict[str, bytes]) -> None:
    tables = CASEBOOK_TABLES
    assert set(first) == {
        "report.html",
        "fcr.csv",
        "avoidance.csv",
        "drivers.csv",
        "levers.csv",
        "contrasts.csv",
        "changes.csv",
        "comparison.csv",
        "drift.csv",
        "effects.csv",
        "trade_offs.csv",
        "emerging.csv",
        "flags.csv",
        "risk_watch.csv",
        "set_aside.csv",
        "transitions.csv",
        "trend.csv",
        "casebook/manifest.json",
        "topics/model.json",
        "topics/arrays.npz",
        *(f"casebook/{table}.parquet" for table in tables),
    }
    assert all(first.values())


def test_another_process_with_kept_vectors_gives_the_same_bytes(folder, first) -> None:
    """Sets come in another order there: nothing may show."""
    log, out = folder / "first" / "contacts.parquet", folder / "another process"
    words = ["analyze", log, "--out", out, "--settings", log.with_name("settings.toml")]

    done = subprocess.run(
        [sys.executable, "-c", "from fcr_ml.cli.app import main; main()", *words],
        env=os.environ | {"PYTHONHASHSEED": "1"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert _differing(first, contents(out)) == []


def test_rows_and_columns_in_another_order_give_the_same_bytes(analyze, contacts, first) -> None:
    shuffled = contacts.sample(frac=1, random_state=0, ignore_index=True)
    shuffled = shuffled[sorted(contacts)[::-1]]
    assert shuffled["contact_id"].tolist() != contacts["contact_id"].tolist()
    assert list(shuffled) != list(contacts)

    assert _differing(first, analyze(shuffled, "shuffled")) == []


def test_csv_gives_the_same_tables_as_parquet(analyze, contacts, first, fcr, folder) -> None:
    log = folder / "csv" / "contacts.parquet.csv"
    log.parent.mkdir()
    contacts.to_csv(log, index=False)
    settings = folder / "first" / "settings.toml"
    out = log.with_name("results")

    ran = fcr("--quiet", "analyze", log, "--out", out, "--settings", settings)

    assert ran.code == 0, ran.err
    # The page alone names the file it came from.
    assert _differing(first, contents(out)) == ["report.html"]
