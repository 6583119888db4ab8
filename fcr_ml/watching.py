"""``fcr watch``: whether the release in use still fits the log.

Enters: a log as the release in use reads it, and settings. Leaves: a line in ``watch.jsonl`` of the
models folder, ``watch.html`` where it is asked for, and what is to be told.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from fcr_ml.backtest.watch import FINE, verdict_of, watch_release
from fcr_ml.backtest.watch_rows import watch_rows
from fcr_ml.errors import StorageError
from fcr_ml.frames.conform import empty
from fcr_ml.frames.flagged import ACTED
from fcr_ml.frames.storage import append_line, write_csv
from fcr_ml.releases.in_use import InUse
from fcr_ml.reports.watch_list import render_watch, write_watch_page
from fcr_ml.risk.plan import FlagPlan
from fcr_ml.risk.record import helped_by, read_acted

Settings = Mapping[str, Mapping[str, Any]]

WATCH = "watch.jsonl"
EXIT_CODES = {"fine": 0, "look": 3, "retrain": 4}
"""What a scheduler hears; 1 and 2 stay what they are for every verb."""


@dataclass(frozen=True)
class Watched:
    """What a watch found.

    Parameters
    ----------
    release : str
        The release in use.
    fitted_as_of, as_of : str
        Its own moment and that of the watch, ISO 8601.
    verdict : {'fine', 'look', 'retrain'}
    contacts : int
        Contacts of the latest week.
    compared : int
        How many things were compared; 0 where the log has too few weeks before the release,
        which is an alarm of its own.
    alarms : tuple of mapping
        ``kind name value verdict why what_to_do since``, the worst first.
    remarks : tuple of str
        What the log lost on the way.
    """

    release: str
    fitted_as_of: str
    as_of: str
    verdict: str
    contacts: int
    compared: int
    alarms: tuple[Mapping[str, Any], ...]
    remarks: tuple[str, ...] = ()

    @property
    def exit_code(self) -> int:
        """0 fine, 3 look, 4 retrain."""
        return EXIT_CODES[self.verdict]

    def to_json(self) -> str:
        """Give it as one JSON object."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=2) + "\n"


def watch(used: InUse, models: Path, settings: Settings, out: Path | None = None) -> Watched:
    """Compare the latest week of a log with the weeks before the release in use.

    Parameters
    ----------
    used : InUse
        As :func:`~fcr_ml.releases.in_use.read_in_use` gives it.
    models : pathlib.Path
        The models folder.
    settings : mapping
        Contacts in ``acted`` of the section ``flags`` say nothing of risk.
    out : pathlib.Path, optional
        Gets ``watch.csv`` and ``watch.html``.

    Returns
    -------
    Watched
        The verdict rests on log, release and moment alone; only since when an alarm lasts
        is taken from ``watch.jsonl``.
    """
    release, log = used.release, used.log
    plan = FlagPlan(**settings.get("flags", {}))
    acted = empty(ACTED) if plan.acted is None else read_acted(plan.acted)
    rows = watch_rows(release, used.casebook, used.features, helped_by(acted, log.as_of))
    told = watch_release(rows, log.as_of, release.as_of, release.topic_names)
    week = log.contacts["started_at"] >= log.as_of - pd.Timedelta(days=7)
    found = Watched(
        release.name,
        release.as_of.isoformat(),
        log.as_of.isoformat(),
        verdict_of(told),
        int(week.sum()),
        int(told["usual"].notna().sum()),
        tuple(_alarms(told)),
        tuple(log.losses),
    )
    found = _recorded(found, Path(models) / WATCH)
    if out is not None:
        write_csv(told, Path(out) / "watch.csv")
        write_watch_page(asdict(found), told, Path(out) / "watch.html")
    return found


def tell_watch(found: Watched, width: int = 100, colour: bool = False) -> str:
    """Give a watch as text."""
    return render_watch(asdict(found), width, colour)


def _alarms(told: pd.DataFrame) -> list[dict[str, Any]]:
    names = ["kind", "name", "value", "verdict", "why", "what_to_do"]
    rows = told.loc[told["verdict"] != FINE, names].to_dict("records")
    return [{str(name): value for name, value in row.items()} for row in rows]


def _recorded(found: Watched, path: Path) -> Watched:
    """Say since when each alarm lasts, and add the watch to the record.

    The same watch again adds nothing; one of an earlier moment knows nothing of later ones.
    """
    earlier = [
        line for line in _read(path)
        if line["release"] == found.release and line["as_of"] < found.as_of
    ]  # fmt: skip
    nights = {line["as_of"]: set(line["alarms"]) for line in earlier}
    alarms = []
    for alarm in found.alarms:
        since = found.as_of
        for night in sorted(nights, reverse=True):
            if _key(alarm) not in nights[night]:
                break
            since = night
        alarms.append({**alarm, "since": since})
    night = {"as_of": found.as_of, "release": found.release, "verdict": found.verdict}
    line = json.dumps(night | {"alarms": [_key(a) for a in alarms]}, ensure_ascii=False)
    older = path.read_text(encoding="utf-8") if path.exists() else ""
    if line not in older.splitlines():
        append_line(path, line)
    return Watched(**{**vars(found), "alarms": tuple(alarms)})


def _key(alarm: Mapping[str, Any]) -> str:
    return f"{alarm['kind']}: {alarm['name']} {alarm['value']}"


def _read(path: Path) -> list[dict[str, Any]]:
    if not path.exists():
        return []
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        read = [dict(json.loads(line)) for line in lines if line.strip()]
        return [{n: line[n] for n in ("as_of", "release", "alarms")} for line in read]
    except (OSError, ValueError, TypeError, KeyError) as fault:
        raise StorageError(
            f"watch: {path} cannot be read; restore it, or remove it: it says since when each "
            "alarm lasts, and nothing else rests on it."
        ) from fault
