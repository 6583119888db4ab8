"""The monthly run: fit the month's release, and take it into use only if it is better.

Enters: sources, a models folder and a settings file. Leaves: a release, its card and the
decision in the models folder. It computes nothing of its own.

    python pipelines/monthly.py contacts.parquet --models models --settings settings.toml
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd

from fcr_ml.analysis import SECTIONS, check_contacts
from fcr_ml.errors import FcrError
from fcr_ml.reports.check import render_check
from fcr_ml.retraining import LOCAL, Settings, Signature, retrain, tell_retrained
from fcr_ml.settings import read_settings

SETTINGS = Path(__file__).with_name("settings.toml")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a month and give the exit code: 0 decided, 1 the log or the settings are at fault."""
    asked = arguments_parser().parse_args(arguments)
    try:
        settings = read_settings(asked.settings, SECTIONS)
        return run_month(asked.sources, asked.models, settings, asked.as_of, asked.tracking)
    except FcrError as fault:
        print(f"monthly: {fault}", file=sys.stderr)
        return fault.exit_code


def arguments_parser() -> argparse.ArgumentParser:
    """Give what may be typed."""
    parser = argparse.ArgumentParser(description="Retrain on a contact log, month by month.")
    parser.add_argument("sources", nargs="+", help="files, folders or database addresses")
    parser.add_argument("--models", type=Path, default=Path("models"), help="the models folder")
    parser.add_argument("--settings", type=Path, default=SETTINGS, help="a settings file")
    parser.add_argument("--as-of", help="the month's moment, such as 2025-06-01")
    parser.add_argument("--tracking", default=LOCAL, help="MLflow: local, off, or an address")
    return parser


def run_month(
    sources: Sequence[str],
    models: Path,
    settings: Settings,
    as_of: str | None = None,
    tracking: str = LOCAL,
) -> int:
    """Retrain as of the first of a month, and print what was decided.

    Parameters
    ----------
    sources : sequence of str
        Files, folders or database addresses: the whole log, not the month alone.
    models : pathlib.Path
        The models folder.
    settings : mapping
        Keyword arguments by section; see ``settings.toml``.
    as_of : str, optional
        The month's moment. By default that of the settings, and without one the latest
        first of a month up to which the log has its usual volume.
    tracking : str
        Where MLflow is told of it: ``local``, ``off``, or an address.

    Returns
    -------
    int
        Exit code. A challenger that is not promoted is a decision, not a fault.
    """
    moment = as_of or settings.get("contacts", {}).get("as_of")
    if moment is None:
        found = check_contacts(sources, settings)
        if found.as_of is None:
            print(render_check(found))
            return FcrError.exit_code
        moment = first_of_month(found.as_of)
    signed = Signature(datetime.now(UTC).isoformat(timespec="seconds"), "monthly run")
    told = retrain(sources, models, settings, signed, moment, tracking=tracking)
    print(tell_retrained(*told, models), end="")
    return 0


def first_of_month(end: pd.Timestamp) -> str:
    """Give the first of the month that a moment lies in: 1 July for the end of 30 June."""
    return f"{end:%Y-%m}-01"


if __name__ == "__main__":
    sys.exit(main())
