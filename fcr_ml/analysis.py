"""The main job: one contact log through the whole house.

Enters: sources and settings. Leaves: a results folder with the page, the tables
and the casebook, written whole or not at all, and the findings. This is one of
the few rooms that know both wings; what is computed is decided in them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from fcr_ml.assembly import CasebookBuilder
from fcr_ml.contacts.check import LogCheck, check_log
from fcr_ml.contacts.clean import CleanLog, clean_log
from fcr_ml.contacts.read import read_log
from fcr_ml.drivers.excess import rank_drivers
from fcr_ml.errors import SettingsError, StorageError
from fcr_ml.frames.storage import filled_folder, write_csv
from fcr_ml.reports.findings import Findings
from fcr_ml.reports.page import write_page
from fcr_ml.reports.topic_lists import as_typed
from fcr_ml.risk.plan import FlagPlan
from fcr_ml.risk.record import read_acted
from fcr_ml.risk.rows import check_window
from fcr_ml.risk.study import study_risk
from fcr_ml.stages import Progress, silent, stage
from fcr_ml.study import study_casebook
from fcr_ml.topics.forerunner import edits_left_behind

SECTIONS: dict[str, Callable[..., Any]] = {
    "source": read_log,
    "contacts": clean_log,
    "casebook": CasebookBuilder,
    "drivers": rank_drivers,
    "risk": study_risk,
    "flags": FlagPlan,
}
"""The sections of a settings file, and what each one's keys are passed to."""

Settings = Mapping[str, Mapping[str, Any]]


def check_contacts(sources: Sequence[str], settings: Settings) -> LogCheck:
    """Say what is wrong with a log before any work is done.

    Parameters
    ----------
    sources : sequence of str
        Files, folders or database URLs.
    settings : mapping
        Keyword arguments by section; see ``SECTIONS``.
    """
    windows = CasebookBuilder(**settings.get("casebook", {})).all_windows
    raw = read_log(sources, **settings.get("source", {}))
    return check_log(raw, **settings.get("contacts", {}), windows=windows)


def analyze_contacts(
    sources: Sequence[str],
    out: Path,
    settings: Settings,
    progress: Progress = silent,
    drop_edits: bool = False,
) -> Findings:
    """Carry a contact log through the whole job.

    Parameters
    ----------
    sources : sequence of str
        Files, folders or database URLs.
    out : pathlib.Path
        Results folder. It may exist; files of an earlier run are replaced once
        all new ones are complete, other files are left alone.
    settings : mapping
        Keyword arguments by section; see ``SECTIONS``.
    progress : callable
        Hears how far long stages have come.
    drop_edits : bool
        Whether changes of topics by hand that ``out`` holds, and that are not carried
        on by ``topics_from``, may be lost.

    Returns
    -------
    Findings

    Raises
    ------
    SettingsError
        When changes by hand would be lost, before any work.
    """
    builder = CasebookBuilder(**settings.get("casebook", {}))
    plan = FlagPlan(**settings.get("flags", {}))
    check_window(settings.get("risk", {}).get("moment", "end"), builder.window_from)
    if plan.acted is not None:
        read_acted(plan.acted)  # a fault is told before the work, not after
    _refuse_a_file(out)
    if not drop_edits:
        _refuse_to_drop_edits(out, builder.topics_from)
    with stage("read", 0) as running:
        raw = read_log(sources, **settings.get("source", {}))
        running.rows_in = running.rows_out = len(raw.rows)
    with stage("clean", len(raw.rows)) as running:
        log = clean_log(raw, **settings.get("contacts", {}))
        running.rows_out = len(log.contacts)
    del raw  # half of the memory of a large log
    said = {name: when for name, when in log.columns.known.items() if when != "unknown"}
    builder = replace(builder, attributes=said)
    with filled_folder(out) as beside:
        casebook = builder.build(
            log.contacts, log.as_of, beside / "casebook", progress, beside / "topics"
        )
        findings = study_casebook(
            casebook,
            title=_title(sources),
            drivers=settings.get("drivers", {}),
            risk=settings.get("risk", {}),
            set_aside=log.set_aside,
            remarks=log.remarks,
            flags=plan,
        )
        _write_results(findings, log, beside)
    return findings


def _title(sources: Sequence[str]) -> str:
    names = [Path(source.split("?")[0].split("@")[-1]).name for source in sources]
    return names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more"


def _write_results(findings: Findings, log: CleanLog, folder: Path) -> None:
    with stage("results", len(findings.fcr)) as running:
        write_csv(findings.fcr, folder / "fcr.csv")
        write_csv(findings.drivers, folder / "drivers.csv")
        write_csv(findings.levers, folder / "levers.csv")
        write_csv(findings.contrasts, folder / "contrasts.csv")
        write_csv(findings.changes, folder / "changes.csv")
        write_csv(findings.trend, folder / "trend.csv")
        write_csv(findings.transitions, folder / "transitions.csv")
        write_csv(findings.avoidance, folder / "avoidance.csv")
        write_csv(findings.comparisons, folder / "comparison.csv")
        write_csv(findings.trade_offs, folder / "trade_offs.csv")
        write_csv(findings.effects, folder / "effects.csv")
        write_csv(findings.flags, folder / "flags.csv")
        write_csv(findings.drift, folder / "drift.csv")
        write_csv(findings.risk_watch, folder / "risk_watch.csv")
        write_csv(findings.emerging, folder / "emerging.csv")
        write_csv(log.set_aside, folder / "set_aside.csv")
        write_page(findings, folder / "report.html")
        running.rows_out = len(findings.fcr) + len(findings.drivers) + len(findings.flags)


def _refuse_a_file(out: Path) -> None:
    if out.exists() and not out.is_dir():
        raise SettingsError(f"out: {out} is a file; give a folder.")


def _refuse_to_drop_edits(out: Path, topics_from: Path | None) -> None:
    try:
        lost = edits_left_behind(out, topics_from)
    except StorageError as fault:
        raise StorageError(
            f"out: what was changed by hand in {out} cannot be read. {fault} Choose another --out, "
            "or give the changes up with --drop-edits."
        ) from fault
    if lost:
        edits = "change" if len(lost) == 1 else "changes"
        topics = ", ".join(sorted({edit["topic_id"] for edit in lost}))
        raise SettingsError(
            f"out: {out} holds {len(lost)} {edits} by hand that would be lost, of {topics} "
            f"({'; '.join(map(as_typed, lost))}). Carry them on with --topics-from {out}, choose "
            "another --out, or give them up with --drop-edits."
        )
