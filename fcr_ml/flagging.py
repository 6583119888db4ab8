"""``fcr flag``: tonight's list from results, recorded beside them.

Enters: a results folder and settings. Leaves: ``flags.csv``, rows added to
``flagged.csv``, and text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from fcr_ml.errors import StorageError
from fcr_ml.frames import Casebook
from fcr_ml.frames.conform import empty
from fcr_ml.frames.flagged import ACTED
from fcr_ml.frames.storage import write_csv
from fcr_ml.reports.flag_list import render_flags
from fcr_ml.reports.risk_watch import watch_line
from fcr_ml.reports.wording import instant
from fcr_ml.risk.draw import LEFT_ALONE_SHARE
from fcr_ml.risk.measured import as_measured
from fcr_ml.risk.nightly import study_night
from fcr_ml.risk.plan import FlagPlan
from fcr_ml.risk.queues import unknown_queues
from fcr_ml.risk.record import (
    add_flagged,
    as_flagged,
    first_nights,
    read_acted,
    read_flagged,
)

RECORD = "flagged.csv"
"""The record's file name, beside the results."""


def tell_flags(
    results: Path,
    settings: Mapping[str, Mapping[str, Any]],
    csv: Path | None = None,
    width: int = 100,
    colour: bool = False,
) -> str:
    """Make tonight's list, record it, and tell it.

    Parameters
    ----------
    results : pathlib.Path
        A results folder of ``fcr analyze``. Its ``flags.csv`` is replaced, its
        ``flagged.csv`` gets the list's rows below those of earlier nights; the same night
        again adds nothing.
    settings : mapping
        Sections ``risk`` and ``flags``.
    csv : pathlib.Path, optional
        Where else to write FLAGS.
    width : int
        Columns of the terminal.
    colour : bool
        Whether to add the codes for bold and quiet text.

    Raises
    ------
    StorageError, DataError, SettingsError
        When results, record or settings are at fault; nothing is written then.
    """
    results = Path(results)
    casebook = Casebook.open(results / "casebook")
    plan = FlagPlan(**settings.get("flags", {}))
    risk = settings.get("risk", {})
    record = results / RECORD
    drivers, transitions = (read_told(results / f"{n}.csv") for n in ("drivers", "transitions"))
    earlier = read_flagged(record)
    acted = empty(ACTED) if plan.acted is None else read_acted(plan.acted)
    shown = first_nights(earlier, plan.experiment)
    plan, measured = as_measured(plan, shown, acted, casebook)
    studied = study_night(casebook, risk, plan, drivers, transitions, earlier)
    share = risk.get("left_alone_share", LEFT_ALONE_SHARE)
    written = record_flags(studied.flags, casebook, results, share, plan.experiment)
    if csv is not None:
        write_csv(studied.flags, Path(csv))
        written.append(f"The list: {csv}")
    remarks = [*measured, *list_remarks(studied.flags, plan, measured)]
    remarks += [*unknown_queues(plan, casebook), *written]
    remarks = [*filter(None, [watch_line(studied.watch)]), *remarks]
    seen = (casebook.as_of, len(studied.scores), remarks)
    return render_flags(studied.flags, *seen, width, colour, plan.time_zone)


def record_flags(
    flags: pd.DataFrame, casebook: Casebook, folder: Path, share: float, experiment: str
) -> list[str]:
    """Write a night's ``flags.csv`` and add it to ``flagged.csv``; say so."""
    added, record, listed = 0, folder / RECORD, folder / "flags.csv"
    if len(flags):
        added = add_flagged(record, as_flagged(flags, casebook, share, experiment))
    is_replaced = listed.exists()
    write_csv(flags, listed)
    holds = f"{added:,} of them were added to {record}" if added else f"{record} holds them"
    told = [f"{holds}; fcr proof needs it."] if len(flags) else []
    if is_replaced:
        told.append(f"{listed} now holds this list; what it held before is gone from there.")
    else:
        told.append(f"The list is in {listed}.")
    return told


def list_remarks(flags: pd.DataFrame, plan: FlagPlan, measured: Sequence[str]) -> list[str]:
    """Say what the order rests on, and from when calls may be made."""
    remarks = ["By risk: without effect, cost_of_repeat and cost_of_call no saving is known."]
    if plan.is_priced:
        remarks = [
            f"By saving: risk x {plan.effect:g} x cost of a repeat - {plan.cost_of_call:g}. That "
            f"a call prevents {plan.effect:.0%} of repeats is a setting, until fcr proof shows it. "
            f"A call pays from a risk of {_pays_from(plan):.0%} on."
        ]
    if measured:
        remarks = []
    if flags["call_from_at"].notna().any() and plan.quiet_hours is not None:
        first = instant(flags["call_from_at"].min(), plan.time_zone)
        remarks.append(f"No calls before {first}.")
    return remarks


def _pays_from(plan: FlagPlan) -> float:
    """Give the risk at which a call saves as much as it costs."""
    worth = (plan.effect or 0.0) * (plan.cost_of_repeat or 0.0)
    return min((plan.cost_of_call or 0.0) / worth, 9.99) if worth else 9.99


def read_told(path: Path) -> pd.DataFrame | None:
    """Read a table of the results; None where it is not there."""
    if not path.exists():
        return None
    try:
        told = pd.read_csv(path, encoding="utf-8-sig")
    except (OSError, ValueError) as fault:
        raise StorageError(f"flag: {path} cannot be read; analyze the log again.") from fault
    texts = told.select_dtypes(include=["object", "string"]).columns
    # The apostrophe that keeps a spreadsheet from running a value.
    return told.assign(**{n: told[n].str.replace(r"^'(?=[=+\-@])", "", regex=True) for n in texts})
