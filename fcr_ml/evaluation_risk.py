"""How well risk ranks and holds on a log's own latest contacts.

Enters: a contact log, the reading, window and moment of prediction. Leaves: figures with
intervals by customer, baselines beside them. It learns as a monthly retrain would: from
what was known before the first day of the test. One of the rooms that know both wings;
nothing is decided here.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import numpy as np
import pandas as pd

from fcr_ml.assembly import CasebookBuilder
from fcr_ml.contacts.clean import clean_log
from fcr_ml.contacts.read import read_log
from fcr_ml.errors import SettingsError
from fcr_ml.features.moments import Moment, check_moment
from fcr_ml.frames import CASE_READINGS, READINGS, Casebook
from fcr_ml.frames.tables import CONTACTS
from fcr_ml.risk.trial import try_risk
from fcr_ml.stages import Progress, silent

Settings = Mapping[str, Mapping[str, Any]]


def evaluate_risk(
    sources: Sequence[str],
    settings: Settings,
    reading: str = "related",
    window: str = "7d",
    moment: str = "end",
    where: str | None = None,
    test_from: str | None = None,
    known: Mapping[str, str] | None = None,
    progress: Progress = silent,
) -> dict[str, Any]:
    """Build a casebook of a contact log, learn risk, and score the contacts that came after.

    Parameters
    ----------
    sources : sequence of str
        The contact log.
    settings : mapping
        Keyword arguments by section; ``source``, ``contacts``, ``casebook`` and ``risk``
        (of which only ``capacity``, as the contacts a day) are used.
    reading : str
        One of the four readings, ``same_case`` or ``needs_help``.
    window : str
        The repeat window; it begins at the moment of prediction.
    moment : {'end', 'start', 'live'}
        When risk is asked for.
    where : str, optional
        SQL condition on the log's columns: the contacts that are learned from and scored.
        The history that features tell of is always that of the whole log.
    test_from : str, optional
        The first day of the test, UTC; the last quarter of the closed contacts if left out.
    known : mapping of str to str, optional
        When declared columns become known, where it is not when they usually do.
    progress : callable
        Hears how far long stages have come.

    Returns
    -------
    dict
        As :func:`fcr_ml.risk.trial.try_risk` gives them.

    Raises
    ------
    SettingsError
        When reading, moment, condition or date are none.
    NotEnoughContactsError
        When there are too few closed contacts before or after the date.
    """
    begin = None if test_from is None else _instant(test_from)
    with asked_casebook(sources, settings, reading, window, moment, known, progress) as asked:
        rows = None if where is None else contacts_where(asked, where)
        capacity = settings.get("risk", {}).get("capacity", 50)
        return try_risk(asked, cast(Moment, moment), rows, begin, capacity)


@contextmanager
def asked_casebook(
    sources: Sequence[str],
    settings: Settings,
    reading: str,
    window: str,
    moment: str,
    known: Mapping[str, str] | None = None,
    progress: Progress = silent,
) -> Iterator[Casebook]:
    """Give the casebook in which a question about risk is asked; it is gone afterwards.

    Parameters and errors as of :func:`evaluate_risk`.
    """
    check_moment(moment)
    if reading not in (*READINGS, *CASE_READINGS):
        choices = ", ".join((*READINGS, *CASE_READINGS))
        raise SettingsError(f"reading: '{reading}' is none of {choices}.")
    raw = read_log(sources, **settings.get("source", {}))
    log = clean_log(raw, **settings.get("contacts", {}))
    del raw
    if reading in CASE_READINGS and "case_id" not in log.contacts.columns:
        raise SettingsError(f"reading: '{reading}' needs the column case_id, which is missing.")
    said = {name: when for name, when in log.columns.known.items() if when != "unknown"}
    builder = replace(
        CasebookBuilder(**settings.get("casebook", {})),
        window=window,
        windows=(window,),
        window_from="end" if moment == "end" else "start",
        case_readings=(reading,) if reading in CASE_READINGS else (),
        attributes=said,
    )
    with tempfile.TemporaryDirectory() as folder:
        casebook = builder.build(log.contacts, log.as_of, Path(folder) / "casebook", progress)
        changes = {"reading": reading, "known": dict(known or {})}
        yield replace(casebook, settings=casebook.settings | changes)


def contacts_where(casebook: Casebook, where: str) -> np.ndarray:
    """Give the ids of the contacts for which a condition on the log's columns holds.

    Raises
    ------
    SettingsError
        When the condition is not understood, or no contact fulfils it.
    """
    from fcr_ml.engine import DuckEngine

    with DuckEngine() as engine:
        engine.put("log", casebook.path("contacts"))
        try:
            found = engine.ask(f"SELECT contact_id FROM log WHERE ({where}) ORDER BY contact_id")
        except Exception as fault:
            said = str(fault).splitlines()[0]
            raise SettingsError(
                f"where: '{where}' is not understood ({said}). Write a condition on the log's "
                "columns, such as channel = 'new question'."
            ) from fault
    if found.empty:
        names = ", ".join(name for name in casebook.columns("contacts") if name in CONTACTS.columns)
        raise SettingsError(f"where: no contact fulfils {where}. The log has {names}.")
    return found["contact_id"].to_numpy(dtype=object)


def _instant(text: str) -> pd.Timestamp:
    try:
        instant = pd.Timestamp(text)
    except ValueError as fault:
        raise SettingsError(f"test-from: '{text}' is no date; write 2025-04-01.") from fault
    return instant.tz_localize("UTC") if instant.tzinfo is None else instant.tz_convert("UTC")
