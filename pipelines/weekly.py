"""The weekly run: look a log over, analyse it, and say which drivers are new.

Enters: sources and a settings file. Leaves: a results folder named by the day of the
analysis, beside those of earlier weeks. It computes nothing of its own.

    python pipelines/weekly.py contacts.parquet --out weekly --settings settings.toml
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from fcr_ml.analysis import SECTIONS, analyze_contacts, check_contacts
from fcr_ml.errors import FcrError
from fcr_ml.reports.check import render_check
from fcr_ml.reports.screen import render_screen
from fcr_ml.settings import read_settings

SETTINGS = Path(__file__).with_name("settings.toml")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a week and give the exit code: 0 done, 1 the log or the settings are at fault."""
    asked = arguments_parser().parse_args(arguments)
    try:
        return run_week(asked.sources, asked.out, asked.settings)
    except FcrError as fault:
        print(f"weekly: {fault}", file=sys.stderr)
        return fault.exit_code


def arguments_parser() -> argparse.ArgumentParser:
    """Give what may be typed."""
    parser = argparse.ArgumentParser(description="Analyse a contact log, week by week.")
    parser.add_argument("sources", nargs="+", help="files, folders or database addresses")
    parser.add_argument("--out", type=Path, default=Path("weekly"), help="where the weeks lie")
    parser.add_argument("--settings", type=Path, default=SETTINGS, help="a settings file")
    return parser


def run_week(sources: Sequence[str], out: Path, settings_file: Path) -> int:
    """Check and analyse a log, and compare its drivers with the run before.

    Parameters
    ----------
    sources : sequence of str
        Files, folders or database addresses.
    out : pathlib.Path
        Holds one folder a week, named by the day of the analysis. A week that is
        run again is replaced.
    settings_file : pathlib.Path
        See ``settings.toml``.

    Returns
    -------
    int
        Exit code.
    """
    settings = read_settings(settings_file, SECTIONS)
    found = check_contacts(sources, settings)
    if found.as_of is None:
        print(render_check(found))
        return FcrError.exit_code
    week = out / f"{found.as_of:%Y-%m-%d}"
    findings = analyze_contacts(sources, week, settings)
    print(render_screen(findings, page=week / "report.html"))
    print(change_since_last_run(findings.drivers, week))
    return 0


def change_since_last_run(drivers: pd.DataFrame, week: Path) -> str:
    """Say which drivers are new and which are gone, against the latest earlier folder."""
    earlier = [path for path in week.parent.glob("????-??-??/drivers.csv") if path.parent < week]
    if not earlier:
        return "No earlier run to compare the drivers with."
    before = pd.read_csv(max(earlier), encoding="utf-8-sig")
    new = sorted(set(drivers["segment"]) - set(before["segment"]))
    gone = sorted(set(before["segment"]) - set(drivers["segment"]))
    told = [", ".join(names) or "none" for names in (new, gone)]
    return f"Drivers new since {max(earlier).parent.name}: {told[0]}. Gone: {told[1]}."


if __name__ == "__main__":
    sys.exit(main())
