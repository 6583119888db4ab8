"""``fcr score``: tonight's list by the release in use, which learns nothing anew.

Enters: a log as the release in use reads it, and settings. Leaves: ``flags.csv``, rows added
to ``flagged.csv`` and a line added to ``nights.jsonl`` in one folder, and text.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from fcr_ml.flagging import RECORD, list_remarks, read_told, record_flags
from fcr_ml.frames.conform import empty
from fcr_ml.frames.flagged import ACTED
from fcr_ml.frames.storage import append_line
from fcr_ml.releases.in_use import InUse
from fcr_ml.reports.flag_list import render_flags
from fcr_ml.risk.draw import LEFT_ALONE_SHARE
from fcr_ml.risk.flags import score_open_contacts
from fcr_ml.risk.measured import as_measured
from fcr_ml.risk.nightly import list_night
from fcr_ml.risk.plan import FlagPlan
from fcr_ml.risk.queues import unknown_queues
from fcr_ml.risk.record import first_nights, read_acted, read_flagged

Settings = Mapping[str, Mapping[str, Any]]

NIGHTS = "nights.jsonl"


def tell_night(
    used: InUse, out: Path, settings: Settings, width: int = 100, colour: bool = False
) -> str:
    """Make tonight's list by the release in use, record it, and tell it.

    Parameters
    ----------
    used : InUse
    out : pathlib.Path
        Gets ``flags.csv``, ``flagged.csv`` and ``nights.jsonl``; what ``drivers.csv`` and
        ``transitions.csv`` there say is told as what to do.
    settings : mapping
        Sections ``risk`` and ``flags`` as ``fcr flag`` has them.
    width, colour
        As in :func:`~fcr_ml.reports.flag_list.render_flags`.
    """
    release, casebook, features = used.release, used.casebook, used.features
    plan = FlagPlan(**settings.get("flags", {}))
    acted = empty(ACTED) if plan.acted is None else read_acted(plan.acted)
    earlier = read_flagged(out / RECORD)
    plan, measured = as_measured(plan, first_nights(earlier, plan.experiment), acted, casebook)
    drivers, transitions = (read_told(out / f"{n}.csv") for n in ("drivers", "transitions"))
    risk = {**release.settings["risk"], **settings.get("risk", {})}
    told = (risk, plan, drivers, transitions, earlier)
    flags = list_night(casebook, features, release.scorer, *told)
    share = risk.get("left_alone_share", LEFT_ALONE_SHARE)
    written = record_flags(flags, casebook, out, share, plan.experiment)
    _record_night(out / NIGHTS, release.name, casebook.as_of, len(flags))
    remarks = [f"By release {release.name}, as of {release.as_of:%Y-%m-%d}.", *used.log.losses]
    remarks += used.remarks
    remarks += [*measured, *list_remarks(flags, plan, measured)]
    remarks += [*unknown_queues(plan, casebook), *written]
    count = len(score_open_contacts(casebook, features, release.scorer))
    return render_flags(flags, casebook.as_of, count, remarks, width, colour, plan.time_zone)


def _record_night(path: Path, release: str, as_of: pd.Timestamp, listed: int) -> None:
    """Say which release made the list of a night; the same night again adds nothing."""
    night = {"flagged_at": as_of.floor("s").isoformat(), "release": release, "listed": listed}
    older = path.read_text(encoding="utf-8") if path.exists() else ""
    line = json.dumps(night)
    if line not in older.splitlines():
        append_line(path, line)
