"""``fcr score``: tonight's list by the release in use, which learns nothing anew.

Enters: sources, a models folder and settings. Leaves: ``flags.csv``, rows added to
``flagged.csv``, a line added to ``nights.jsonl`` and the casebook in one folder, and text.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from fcr_ml.contacts.clean import CleanLog, clean_log
from fcr_ml.contacts.read import read_log
from fcr_ml.errors import SettingsError
from fcr_ml.flagging import RECORD, list_remarks, read_told, record_flags
from fcr_ml.frames.conform import empty
from fcr_ml.frames.flagged import ACTED
from fcr_ml.frames.storage import append_line
from fcr_ml.releases.reading import features_of, read_by
from fcr_ml.releases.release import Release
from fcr_ml.releases.shelf import Shelf
from fcr_ml.reports.flag_list import render_flags
from fcr_ml.risk.draw import LEFT_ALONE_SHARE
from fcr_ml.risk.flags import score_open_contacts
from fcr_ml.risk.measured import as_measured
from fcr_ml.risk.nightly import list_night
from fcr_ml.risk.plan import FlagPlan
from fcr_ml.risk.queues import unknown_queues
from fcr_ml.risk.record import first_nights, read_acted, read_flagged
from fcr_ml.stages import Progress, silent, stage

Settings = Mapping[str, Mapping[str, Any]]

NIGHTS = "nights.jsonl"


@dataclass(frozen=True, eq=False)
class InUse:
    """The release in use, and a log cleaned as that release read its own.

    Parameters
    ----------
    release : Release
    log : CleanLog
    """

    release: Release
    log: CleanLog


def open_in_use(
    sources: Sequence[str], models: Path, settings: Settings, as_of: str | None = None
) -> InUse:
    """Read a log for the release in use.

    Parameters
    ----------
    sources : sequence of str
        The contact log, history included.
    models : pathlib.Path
        The models folder.
    settings : mapping
        Keyword arguments by section; the section ``contacts`` wins over the release's own.
    as_of : str, optional
        The moment; the end of the last day of usual volume by default.

    Raises
    ------
    SettingsError
        When no release is in use.
    StorageError, DataError
        When the release is damaged or the log cannot be read.
    """
    shelf = Shelf(models)
    name = shelf.champion
    if name is None:
        raise SettingsError(
            f"models: no release is in use in {models}; make one with fcr retrain, or take one "
            "into use with fcr releases promote."
        )
    release = shelf.open(name)
    with stage("read", 0) as running:
        raw = read_log(sources, **settings.get("source", {}))
        running.rows_in = running.rows_out = len(raw.rows)
    own = release.settings
    attributes = own["casebook"].get("attributes") or None
    reading = {**own["contacts"], "attributes": attributes, **settings.get("contacts", {})}
    if as_of is not None:
        reading["as_of"] = as_of
    return InUse(release, clean_log(raw, **reading))


def tell_night(
    sources: Sequence[str],
    models: Path,
    out: Path,
    settings: Settings,
    as_of: str | None = None,
    width: int = 100,
    colour: bool = False,
    progress: Progress = silent,
) -> str:
    """Make tonight's list by the release in use, record it, and tell it.

    Parameters
    ----------
    sources, models, settings, as_of
        As in :func:`open_in_use`; sections ``risk`` and ``flags`` as ``fcr flag`` has them.
    out : pathlib.Path
        Gets ``casebook``, ``flags.csv``, ``flagged.csv`` and ``nights.jsonl``; what
        ``drivers.csv`` and ``transitions.csv`` there say is told as what to do.
    width, colour
        As in :func:`~fcr_ml.reports.flag_list.render_flags`.
    progress : callable
        Hears how far long stages have come.
    """
    used, out = open_in_use(sources, models, settings, as_of), Path(out)
    plan = FlagPlan(**settings.get("flags", {}))
    acted = empty(ACTED) if plan.acted is None else read_acted(plan.acted)
    earlier = read_flagged(out / RECORD)
    release, log = used.release, used.log
    place = out / "casebook"
    casebook = read_by(release, log.contacts, log.as_of, place, progress=progress)
    features = features_of(release, casebook)
    plan, measured = as_measured(plan, first_nights(earlier, plan.experiment), acted, casebook)
    drivers, transitions = (read_told(out / f"{n}.csv") for n in ("drivers", "transitions"))
    risk = {**release.settings["risk"], **settings.get("risk", {})}
    told = (risk, plan, drivers, transitions, earlier)
    flags = list_night(casebook, features, release.scorer, *told)
    share = risk.get("left_alone_share", LEFT_ALONE_SHARE)
    written = record_flags(flags, casebook, out, share, plan.experiment)
    _record_night(out / NIGHTS, release.name, casebook.as_of, len(flags))
    remarks = [f"By release {release.name}, as of {release.as_of:%Y-%m-%d}."]
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
