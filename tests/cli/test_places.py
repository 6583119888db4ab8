"""Places that cannot be written: a message, code 1, and older results untouched."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from tests.conftest import contents

WORDS = ("--encoder", "words")


@pytest.fixture
def log(write_log, log_rows) -> Path:
    return write_log(log_rows)


def _fail_at(monkeypatch: pytest.MonkeyPatch, name: str, number: int) -> None:
    """Let the system refuse to put a file called ``name`` in its place."""
    replace = os.replace

    def refuse(source, target) -> None:
        if Path(target).name == name:
            raise OSError(number, os.strerror(number), str(target))
        replace(source, target)

    monkeypatch.setattr(os, "replace", refuse)


FAULTS = {
    errno.ENOSPC: "the disk is full; free some space",
    errno.EACCES: "there is no write permission; choose another place with --out",
    errno.EROFS: "the place is read-only; choose another place with --out",
    errno.EDQUOT: "the disk quota is used up",
    errno.EIO: "check the path and its file system",
}


@pytest.mark.parametrize("number", list(FAULTS), ids=[errno.errorcode[n] for n in FAULTS])
def test_a_fault_of_the_disk_leaves_nothing_half_written(fcr, log, monkeypatch, number) -> None:
    out = log.parent / "results"
    _fail_at(monkeypatch, "contacts.parquet", number)

    ran = fcr("--quiet", "analyze", log, "--out", out, *WORDS)

    assert ran.code == 1
    assert ran.err.startswith("fcr: ")
    assert FAULTS[number] in ran.err
    assert sorted(log.parent.iterdir()) == [log]


def test_older_results_survive_runs_that_fail(fcr, log, monkeypatch) -> None:
    out = log.parent / "results"
    analyze = ("--quiet", "analyze", log, "--out", out, *WORDS)
    assert fcr(*analyze).code == 0
    (out / "my notes.txt").write_text("mine")
    older = contents(out)

    for name in ("contacts.parquet", "drivers.csv", "report.html"):
        with monkeypatch.context() as broken:
            _fail_at(broken, name, errno.ENOSPC)
            assert fcr(*analyze, "--window", "48h").code == 1
        assert contents(out) == older


def test_a_new_run_replaces_its_own_files_and_no_other(fcr, log) -> None:
    out = log.parent / "results"
    assert fcr("--quiet", "analyze", log, "--out", out, *WORDS).code == 0
    (out / "my notes.txt").write_text("mine")
    older = contents(out)

    assert fcr("--quiet", "analyze", log, "--out", out, "--window", "48h", *WORDS).code == 0

    newer = contents(out)
    assert newer.keys() == older.keys()
    assert newer["my notes.txt"] == b"mine"
    assert newer["casebook/manifest.json"] != older["casebook/manifest.json"]


def test_a_place_that_refuses_folders_is_told(fcr, log) -> None:
    if not Path("/proc/self").exists():
        pytest.skip("no /proc on this system")

    ran = fcr("analyze", log, "--out", "/proc/results", *WORDS)

    assert ran.code == 1
    assert "/proc/results: cannot be written" in ran.err


def test_results_cannot_go_into_a_file(fcr, log) -> None:
    ran = fcr("analyze", log, "--out", log, *WORDS)

    assert ran.code == 1
    assert f"{log} is a file; give a folder" in ran.err


def test_results_cannot_go_below_a_file(fcr, log) -> None:
    ran = fcr("analyze", log, "--out", log / "results", *WORDS)

    assert ran.code == 1
    assert "cannot be written" in ran.err


def test_a_centre_is_written_whole_or_not_at_all(fcr, tmp_path, monkeypatch) -> None:
    _fail_at(monkeypatch, "contacts.csv", errno.ENOSPC)

    ran = fcr("simulate", "--out", tmp_path / "centre", "--contacts", 100, "--days", 30)

    assert ran.code == 1
    assert "the disk is full" in ran.err
    assert list(tmp_path.iterdir()) == []


def test_a_cache_that_cannot_be_written_is_told(fcr, write_log, log_rows) -> None:
    path = write_log(log_rows.assign(note=[f"line {n} is dead again" for n in range(60)]))
    settings = write_log('[casebook]\ncache_folder = "/dev/null/cache"\n', "settings.toml")
    out = path.parent / "results"

    ran = fcr("--quiet", "analyze", path, "--out", out, "--settings", settings, *WORDS)

    assert ran.code == 1
    assert "/dev/null/cache" in ran.err
    assert not out.exists()
