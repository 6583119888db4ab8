"""``fcr retrain``, ``fcr backtest`` and ``fcr releases``: the month, its past, and the shelf.

Enters: sources, settings and a models folder. Leaves: releases, decisions and cards there,
and text. What is better is decided in :mod:`fcr_ml.backtest`; here it is only carried out,
under a lock, so that two runs never change one folder.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from fcr_ml.backtest.course import Course, promote, run_course
from fcr_ml.backtest.month import Decision, LogByDay, Retraining
from fcr_ml.contacts.clean import clean_log
from fcr_ml.contacts.moment import given_moment
from fcr_ml.contacts.read import read_log
from fcr_ml.errors import FcrError, SettingsError, StorageError
from fcr_ml.frames import RepeatWindow
from fcr_ml.frames.conform import empty
from fcr_ml.frames.flagged import ACTED
from fcr_ml.frames.storage import write_csv, write_text
from fcr_ml.mirroring import mirror_champion, mirror_month
from fcr_ml.releases.fit import Recipe
from fcr_ml.releases.local_tracking import has_tracking
from fcr_ml.releases.release import check_release, read_manifest
from fcr_ml.releases.shelf import Promotion, Shelf
from fcr_ml.releases.tracking import Tracker
from fcr_ml.releases.tracking_faults import refuse_no_address
from fcr_ml.reports.backtest_page import render_backtest, write_backtest_page
from fcr_ml.reports.release_card import card_markdown, render_decision, write_card_page
from fcr_ml.reports.release_list import render_comparison, render_releases
from fcr_ml.reports.release_words import reading_of
from fcr_ml.risk.plan import FlagPlan
from fcr_ml.risk.record import read_acted
from fcr_ml.stages import Progress, silent, stage

Settings = Mapping[str, Mapping[str, Any]]

DECISIONS = "decisions"

LOCAL, OFF = "local", "off"
"""Where MLflow is told of a month, when it is no address."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Signature:
    """Who does something at what moment, for the promotion log.

    Parameters
    ----------
    at : str
        ISO 8601, UTC.
    by : str
    """

    at: str
    by: str


def retrain(
    sources: Sequence[str],
    models: Path,
    settings: Settings,
    signed: Signature,
    as_of: str | None = None,
    months: int = 3,
    progress: Progress = silent,
    tracking: str = LOCAL,
) -> tuple[Decision, str | None]:
    """Fit a challenger, replay the past months, and promote it if it is better.

    Parameters
    ----------
    sources : sequence of str
        The contact log.
    models : pathlib.Path
        The models folder.
    settings : mapping
        Keyword arguments by section.
    signed : Signature
        For the promotion log.
    as_of : str, optional
        The month's moment, such as ``2025-06-01``; the end of the last day of usual volume
        by default.
    months : int
        Most past months that are replayed.
    progress : callable
        Hears how far long stages have come.
    tracking : str
        Where MLflow is told of it: ``local``, the models folder; ``off``; or an address. What
        MLflow cannot be told is a warning: the month is whole without it.

    Returns
    -------
    decision : Decision
    in_use : str or None
        The release that is in use after it.

    Raises
    ------
    SettingsError
        When ``tracking`` is no address, before anything is read.
    StorageError
        When another run is at work in the folder, or it cannot be written. The release in
        use stays in use, whatever happens.
    """
    shelf = Shelf(models)
    _refuse_no_address(tracking)
    with shelf.locked():
        retraining, moment = _open(sources, shelf, settings, as_of, months, progress)
        decision = retraining.run(moment)
        _write_decision(shelf, decision)
        promote(retraining, decision, signed.at, signed.by)
        _mirror(shelf, tracking, decision)
        return decision, shelf.champion


def backtest(
    sources: Sequence[str],
    out: Path,
    settings: Settings,
    as_of: str | None = None,
    count: int = 12,
    months: int = 3,
    progress: Progress = silent,
) -> Course:
    """Show what monthly retraining would have given, against never retraining and a rule.

    Parameters
    ----------
    sources, settings, as_of, months, progress
        As in :func:`retrain`; ``as_of`` is the end of the last month, by default the latest
        first of a month.
    out : pathlib.Path
        Gets ``backtest.csv``, ``backtest.html`` and a models folder of its own.
    count : int
        Months.
    """
    shelf = Shelf(out / "models")
    with shelf.locked():
        retraining, end = _open(sources, shelf, settings, as_of, months, progress)
        if (as_of or settings.get("contacts", {}).get("as_of")) is None:
            end = end.normalize().replace(day=1)
        course = run_course(
            retraining, end, count, told=lambda decision: _write_decision(shelf, decision)
        )
        write_csv(course.months, out / "backtest.csv")
        rule = _rule_of(course, shelf)
        write_backtest_page(course.months, _title(sources), out / "backtest.html", rule)
    return course


def tell_retrained(
    decision: Decision, in_use: str | None, models: Path, width: int = 100, colour: bool = False
) -> str:
    """Give a month's decision as text."""
    place = Path(models) / DECISIONS / decision.challenger
    return render_decision(decision.to_dict(), in_use, place, width, colour)


def tell_course(course: Course, out: Path, width: int = 100, colour: bool = False) -> str:
    """Give a backtest as text."""
    rule = _rule_of(course, Shelf(Path(out) / "models"))
    return render_backtest(course.months, Path(out) / "backtest.html", width, colour, rule)


def tell_releases(models: Path, width: int = 100, colour: bool = False) -> str:
    """List the releases, which one is in use, and what was promoted when, by whom and why."""
    shelf = Shelf(models)
    rows = []
    for name in sorted([*shelf.names, *shelf.damaged]):
        try:
            manifest = check_release(shelf.place(name))
            rows.append({"name": name, **manifest["told"], "fault": None})
        except StorageError as fault:
            rows.append({"name": name, "fault": str(fault)})
    promotions = [vars(promotion) for promotion in shelf.promotions]
    return render_releases(rows, promotions, shelf.champion, width, colour)


def tell_compared(
    models: Path, these: str, those: str, width: int = 100, colour: bool = False
) -> str:
    """Give what two releases say of themselves, side by side.

    Raises
    ------
    SettingsError
        When there is none of that name.
    StorageError
        When one is damaged.
    """
    shelf = Shelf(models)
    for name in (these, those):
        shelf.open(name)
    one, other = (read_manifest(shelf.place(name)) for name in (these, those))
    return render_comparison(one, other, width, colour)


def promote_release(
    models: Path, name: str, why: str, signed: Signature, tracking: str = LOCAL
) -> Promotion:
    """Take a release into use by hand; MLflow's alias follows."""
    shelf = Shelf(models)
    _refuse_no_address(tracking)
    with shelf.locked():
        done = shelf.promote(name, signed.at, signed.by, why)
        _mirror(shelf, tracking)
    return done


def roll_back(models: Path, why: str, signed: Signature, tracking: str = LOCAL) -> Promotion:
    """Take the release that was in use before back into use; MLflow's alias follows."""
    shelf = Shelf(models)
    _refuse_no_address(tracking)
    with shelf.locked():
        done = shelf.roll_back(signed.at, signed.by, why)
        _mirror(shelf, tracking)
    return done


def prune_releases(models: Path, keep: int) -> list[str]:
    """Remove all but the newest releases; what is or was last in use stays."""
    shelf = Shelf(models)
    with shelf.locked():
        return shelf.prune(keep)


def _open(
    sources: Sequence[str],
    shelf: Shelf,
    settings: Settings,
    as_of: str | None,
    months: int,
    progress: Progress,
) -> tuple[Retraining, pd.Timestamp]:
    """Read the log, and say as of when."""
    if months < 1:
        raise SettingsError(f"retrain: {months} months cannot be replayed; give 1 or more.")
    recipe = Recipe.of(settings)
    plan = FlagPlan(**settings.get("flags", {}))
    acted = empty(ACTED) if plan.acted is None else read_acted(plan.acted)
    with stage("read", 0) as running:
        raw = read_log(sources, **settings.get("source", {}))
        running.rows_in = running.rows_out = len(raw.rows)
    logs = LogByDay(raw, recipe)
    moment = _moment(as_of or settings.get("contacts", {}).get("as_of"))
    if moment is None:
        moment = clean_log(raw, **recipe.contacts).as_of
    _refuse_late_moment(logs, moment)
    return Retraining(logs, recipe, shelf, months, acted, progress), moment


def _refuse_late_moment(logs: LogByDay, moment: pd.Timestamp) -> None:
    """Refuse a moment so late that all of the last contacts would seem resolved."""
    last = logs.as_of(moment).contacts["started_at"].max()
    if moment - last > pd.Timedelta(hours=RepeatWindow.parse(logs.recipe.builder.window).hours):
        raise SettingsError(
            f"as of {moment:%Y-%m-%d}: the log's last contact begins on {last:%Y-%m-%d}, more than "
            "a repeat window earlier, so nobody could be seen to come back. Bring the newer "
            "contacts, or give an earlier --as-of."
        )


def _moment(as_of: str | None) -> pd.Timestamp | None:
    if as_of is None:
        return None
    faults: list[str] = []
    moment = given_moment(as_of, faults)
    if moment is None:
        raise SettingsError(f"{faults[0]}.")
    return moment


def _write_decision(shelf: Shelf, decision: Decision) -> None:
    """Write what was decided, and the card of the release."""
    place = shelf.folder / DECISIONS / decision.challenger
    told = decision.to_dict()
    manifest = read_manifest(shelf.place(decision.challenger))
    text = json.dumps(told, indent=2, ensure_ascii=False, sort_keys=True)
    write_text(text + "\n", place / "decision.json")
    write_text(card_markdown(told, manifest), place / "card.md")
    write_card_page(told, manifest, place / "card.html")


def _rule_of(course: Course, shelf: Shelf) -> str:
    """Give the reading and window of a course's releases."""
    return reading_of(read_manifest(shelf.place(course.decisions[-1].challenger)))


def _refuse_no_address(tracking: str) -> None:
    if tracking not in (LOCAL, OFF):
        refuse_no_address(tracking)


def _mirror(shelf: Shelf, tracking: str, decision: Decision | None = None) -> None:
    """Tell MLflow of a month, or of a release taken into use by hand."""
    is_local = tracking == LOCAL
    if tracking == OFF or (is_local and decision is None and not has_tracking(shelf.folder)):
        return
    tracker = Tracker(None if is_local else tracking, shelf.folder)
    try:
        if decision is None:
            mirror_champion(tracker, shelf)
        else:
            card = shelf.folder / DECISIONS / decision.challenger
            mirror_month(tracker, shelf, decision.to_dict(), card)
    except FcrError as fault:
        _log.warning("%s The release in use is told by the promotion log as ever.", fault)


def _title(sources: Sequence[str]) -> str:
    names = [Path(source.split("?")[0].split("@")[-1]).name for source in sources]
    return names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more"
