"""What is typed: help, version, options, settings, and words that mean nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
import typer.main

from fcr_ml import __version__
from fcr_ml.cli.app import app
from fcr_ml.frames import Casebook

COMMANDS = typer.main.get_command(app).commands


def _said(ran) -> str:
    return " ".join((ran.out + ran.err).replace("│", " ").split())


@pytest.mark.parametrize("name", list(COMMANDS))
def test_every_command_is_documented_with_an_example(fcr, name: str) -> None:
    ran = fcr(name, "--help")

    first = COMMANDS[name].help.strip().splitlines()[0]
    assert ran.code == 0
    assert first in _said(ran)
    assert f"Example: fcr {name} " in _said(ran)
    for option in COMMANDS[name].params:
        assert option.help, f"fcr {name}: {option.name} has no word of help"


def test_the_help_names_every_command_and_a_first_step(fcr) -> None:
    ran = fcr("--help")

    assert ran.code == 0
    assert all(name in ran.out for name in COMMANDS)
    assert "fcr check contacts.csv" in ran.out


def test_the_version_is_said(fcr) -> None:
    assert fcr("--version").out.strip() == f"fcr_ml {__version__}"


WRONG_USAGE = {
    "no log": ["analyze"],
    "an unknown command": ["analyse", "log.csv"],
    "an unknown option": ["check", "log.csv", "--widow", "7d"],
    "a capacity of nothing": ["analyze", "log.csv", "--capacity", "0"],
    "a capacity in words": ["analyze", "log.csv", "--capacity", "many"],
    "an attribute without its time": ["check", "log.csv", "--attribute", "priority"],
    "a centre too small": ["simulate", "--contacts", "3"],
}


@pytest.mark.parametrize("name", list(WRONG_USAGE))
def test_wrong_usage_leaves_with_two(fcr, tmp_path, monkeypatch, name: str) -> None:
    monkeypatch.chdir(tmp_path)

    ran = fcr(*WRONG_USAGE[name])

    assert ran.code == 2
    assert ran.out == ""
    assert ran.err
    assert list(tmp_path.iterdir()) == []


def test_wrong_usage_is_told_with_the_mend(fcr) -> None:
    assert "priority=at_start" in _said(fcr("check", "x.csv", "--attribute", "priority"))
    assert "--window" in _said(fcr("check", "x.csv", "--widow", "7d"))


UNFIT = {
    "window": (["--window", "soon"], "soon"),
    "no window": (["--window", "0d"], "0d"),
    "window_from": (["--window-from", "middle"], "'middle' is none of end, start"),
    "reading": (["--reading", "vendor"], "'vendor' is none of"),
    "time zone": (["--time-zone", "Mars/Olympus"], "Mars/Olympus"),
    "as of": (["--as-of", "someday"], "someday"),
    "columns": (["--columns", "customer_id=nobody"], "nobody"),
    "attribute": (["--attribute", "priority=at_start"], "priority"),
    "encoding": (["--encoding", "utf-99"], "utf-99"),
}


@pytest.mark.parametrize("name", list(UNFIT))
@pytest.mark.parametrize("verb", ["check", "analyze"])
def test_settings_that_do_not_fit_are_refused(fcr, write_log, log_rows, name, verb) -> None:
    words, told = UNFIT[name]
    path = write_log(log_rows)
    where = ["--out", path.parent / "results"] if verb == "analyze" else []

    ran = fcr("--quiet", verb, path, *words, *where)

    assert ran.code in (1, 2)
    assert told in _said(ran)
    assert sorted(path.parent.iterdir()) == [path]


def test_an_encoder_that_is_not_on_this_machine_is_told(fcr, write_log, log_rows) -> None:
    path = write_log(log_rows.assign(note=[f"line {n} is dead again" for n in range(60)]))
    out = path.parent / "results"

    ran = fcr("--quiet", "analyze", path, "--out", out, "--encoder", "no-such/model")

    assert ran.code == 1
    assert "no model 'no-such/model' on this machine" in ran.err
    assert "'english', 'multilingual' or 'words'" in ran.err
    assert not out.exists()


def test_a_settings_file_with_an_unknown_key_names_the_nearest(fcr, write_log, log_rows) -> None:
    settings = write_log("[casebok]\n[casebook]\nwindw = '7d'\n", "settings.toml")

    ran = fcr("check", write_log(log_rows), "--settings", settings)

    assert ran.code == 1
    assert "did you mean casebook?" in ran.err
    assert "did you mean window?" in ran.err


def test_a_settings_file_that_is_not_there_is_told(fcr, write_log, log_rows) -> None:
    ran = fcr("check", write_log(log_rows), "--settings", "absent.toml")

    assert ran.code == 1
    assert "absent.toml cannot be read" in ran.err


def test_options_win_over_the_settings_file_and_both_are_kept(fcr, write_log, log_rows) -> None:
    text = """
    [contacts]
    columns = { customer_id = "caller" }
    time_zone = "Europe/Stockholm"
    [casebook]
    window = "30d"
    reading = "any_return"
    encoder = "words"
    [drivers]
    minimum_contacts = 20
    """
    local = log_rows.assign(started_at=log_rows["started_at"].str.removesuffix("Z"))
    path = write_log(local.drop(columns="ended_at").rename(columns={"customer_id": "caller"}))
    out = path.parent / "results"

    ran = fcr(
        "--quiet", "analyze", path, "--out", out,
        "--settings", write_log(text, "settings.toml"), "--window", "48h", "--time-zone", "UTC",
    )  # fmt: skip

    assert ran.code == 0, ran.err
    casebook = Casebook.open(out / "casebook")
    assert casebook.settings["window"] == "48h"
    assert casebook.settings["reading"] == "any_return"
    first = casebook.table("contacts")["started_at"].min()
    assert first == pd.Timestamp("2025-03-01T08:00Z")


def test_quiet_says_no_stage_and_a_plain_run_says_each_with_its_rows(fcr, write_log, log_rows):
    path = write_log(log_rows)
    out = path.parent / "results"

    quiet = fcr("--quiet", "analyze", path, "--out", out)
    plain = fcr("analyze", path, "--out", out)

    assert quiet.err == ""
    stages = [line.split()[0] for line in plain.err.splitlines()]
    for stage in ("read", "clean", "notes", "topics", "links", "outcomes", "measures", "results"):
        assert stage in stages
    assert "60 rows in" in plain.err
    assert quiet.out == plain.out


def test_the_installed_command_does_the_same_as_the_function(fcr, write_log, log_rows) -> None:
    path = write_log(log_rows.drop(columns="customer_id"))

    done = subprocess.run(
        [sys.executable, "-c", "from fcr_ml.cli.app import main; main()", "check", path],
        capture_output=True,
        text=True,
        env=os.environ | {"COLUMNS": "100"},
        check=False,
    )
    ran = fcr("check", path)

    assert done.returncode == ran.code == 1
    assert "customer_id is missing" in done.stdout
    assert done.stderr == ""


def test_the_script_called_fcr_is_installed() -> None:
    script = Path(sys.executable).with_name("fcr")
    if not script.exists():
        pytest.skip("the package is not installed beside this Python")

    done = subprocess.run([script, "--version"], capture_output=True, text=True, check=False)

    assert done.returncode == 0
    assert done.stdout.strip() == f"fcr_ml {__version__}"
