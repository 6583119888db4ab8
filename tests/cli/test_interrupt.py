"""Ctrl-C in the middle: nothing half-written, and the next run goes on where it stopped."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from fcr_ml.notes.cache import NOTES_PER_FILE
from fcr_ml.simulate import CentrePlan, simulate_centre
from tests.conftest import contents

INTERRUPTED_WHEN_THE_FIRST_VECTORS_ARE_KEPT = """
import os, signal
signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job ignores it
from fcr_ml.notes.cache import VectorCache
write = VectorCache.write
def write_and_press_control_c(*given):
    write(*given)
    os.kill(os.getpid(), signal.SIGINT)
VectorCache.write = write_and_press_control_c
from fcr_ml.cli.app import main
main()
"""


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Give an English log with a little more notes than one file of vectors holds."""
    plan = CentrePlan(contacts=620, days=60, languages={"en": 1.0})
    path = tmp_path / "log.parquet"
    simulate_centre(plan).contacts.to_parquet(path, index=False)
    return path


def _words(log: Path, out: Path, cache: str) -> list[str]:
    settings = log.with_name(f"{cache}.toml")
    settings.write_text(f'[casebook]\ncache_folder = "{log.with_name(cache).as_posix()}"\n')
    return ["analyze", str(log), "--out", str(out), "--settings", str(settings)]


def test_an_interrupted_run_leaves_nothing_and_is_picked_up(fcr, log: Path, tmp_path: Path):
    out, cache = tmp_path / "results", tmp_path / "cache"

    stopped = subprocess.run(
        [
            sys.executable,
            "-c",
            INTERRUPTED_WHEN_THE_FIRST_VECTORS_ARE_KEPT,
            *_words(log, out, "cache"),
        ],
        capture_output=True,
        text=True,
        check=False,
    )

    assert stopped.returncode == 130
    assert "fcr: stopped; nothing half-written is left, vectors are kept." in stopped.stderr
    assert "Traceback" not in stopped.stderr
    assert not out.exists()
    kept = contents(cache)
    assert len(kept) == 1

    resumed = fcr(*_words(log, out, "cache"))
    undisturbed = fcr(*_words(log, tmp_path / "undisturbed", "other_cache"))

    assert resumed.code == undisturbed.code == 0
    assert resumed.out.replace(str(out), "") == undisturbed.out.replace(
        str(tmp_path / "undisturbed"), ""
    )
    assert contents(out) == contents(tmp_path / "undisturbed")
    # The second run kept the first file and added only what was missing.
    after = contents(cache)
    assert kept.items() <= after.items()
    sizes = sorted(len(file) for file in after.values())
    assert len(sizes) == 2
    assert sizes[0] < sizes[1] == len(next(iter(kept.values())))
    assert os.listdir(tmp_path / "other_cache") == os.listdir(cache)
    assert NOTES_PER_FILE < 620
