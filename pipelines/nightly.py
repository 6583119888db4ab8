"""The nightly run: the list by the release in use, and whether that release still fits.

Enters: sources, a models folder and a settings file. Leaves: the list and its record in one
folder, a page of the watch beside them, and an exit code. It computes nothing of its own.

    python pipelines/nightly.py contacts.parquet --models models --out nightly
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from fcr_ml.analysis import SECTIONS
from fcr_ml.errors import FcrError
from fcr_ml.releases.in_use import read_in_use
from fcr_ml.scoring import tell_night
from fcr_ml.settings import read_settings
from fcr_ml.watching import tell_watch, watch

SETTINGS = Path(__file__).with_name("settings.toml")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a night and give the exit code: that of the watch, or 1 where something is at fault."""
    asked = arguments_parser().parse_args(arguments)
    try:
        return run_night(asked.sources, asked.models, asked.out, asked.settings)
    except FcrError as fault:
        print(f"nightly: {fault}", file=sys.stderr)
        return fault.exit_code


def arguments_parser() -> argparse.ArgumentParser:
    """Give what may be typed."""
    parser = argparse.ArgumentParser(description="List open contacts, and watch the release.")
    parser.add_argument("sources", nargs="+", help="files, folders or database addresses")
    parser.add_argument("--models", type=Path, default=Path("models"), help="the models folder")
    parser.add_argument("--out", type=Path, default=Path("nightly"), help="where the list lies")
    parser.add_argument("--settings", type=Path, default=SETTINGS, help="a settings file")
    return parser


def run_night(sources: Sequence[str], models: Path, out: Path, settings_file: Path) -> int:
    """List the open contacts most worth a call, then look whether the release still fits.

    Parameters
    ----------
    sources : sequence of str
        Files, folders or database addresses: the log with its history.
    models : pathlib.Path
        The models folder; a release is in use there.
    out : pathlib.Path
        Gets the list, its record, and the folder ``watched``.
    settings_file : pathlib.Path
        See ``settings.toml``.

    Returns
    -------
    int
        0 where nothing moved, 3 where the log changed, 4 where retraining is asked for. The
        list is there in every case.
    """
    settings = read_settings(settings_file, SECTIONS)
    used = read_in_use(sources, models, settings, out / "casebook")
    print(tell_night(used, out, settings), end="")
    found = watch(used, models, settings, out / "watched")
    print(tell_watch(found), end="")
    return found.exit_code


if __name__ == "__main__":
    sys.exit(main())
