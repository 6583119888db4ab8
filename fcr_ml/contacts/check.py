"""Look a contact log over before anything is built: all faults and remarks at once.

Enters: a log as read and the settings it would be cleaned with. Leaves: a
:class:`LogCheck` that says whether the log can be used, how its columns are
understood, what would be set aside, and which parts of the analysis it cannot feed.
Never raises for what is wrong with the data.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from fcr_ml.contacts.clean import CleanLog, attempt_cleaning
from fcr_ml.contacts.columns import ColumnPlan
from fcr_ml.contacts.parts import as_text
from fcr_ml.contacts.read import RawLog
from fcr_ml.contacts.values import null_words
from fcr_ml.frames.tables import CONTACTS
from fcr_ml.frames.window import DEFAULT_WINDOWS, RepeatWindow

_NEEDS = {
    "note": "topics, and evidence from text in links",
    "ended_at": "windows that begin at the contact's end: they begin at its start",
    "handle_seconds": "the cost of drivers in handle hours",
    "direction": "telling contacts that the company started",
    "agent_id": "agent figures",
    "queue": "drivers by queue",
    "team": "drivers by team",
    "channel": "drivers by channel",
    "product": "drivers by product",
    "not_resolvable": "FCR net of what cannot be resolved at first contact",
}


@dataclass(frozen=True)
class LogCheck:
    """What is to be known of a log before it is used.

    Parameters
    ----------
    faults : list of str
        What has to be mended first; empty when the log can be used.
    remarks : list of str
        What would be changed, chosen or noticed.
    columns : pandas.DataFrame
        One row a column: ``column`` (ours, or the attribute's name), ``source``
        (theirs), ``understood``, ``filled_rate``.
    set_aside : pandas.DataFrame
        One row a reason: ``reason``, ``rows``. Empty while there are faults.
    switched_off : list of (str, str)
        A part of the analysis, and what it lacks.
    records, contacts, customers : int
        Rows that were there, contacts and customers that would remain.
    as_of : pandas.Timestamp or None
        The moment of the analysis; None while there are faults.
    """

    faults: list[str]
    remarks: list[str]
    columns: pd.DataFrame
    set_aside: pd.DataFrame
    switched_off: list[tuple[str, str]]
    records: int
    contacts: int
    customers: int
    as_of: pd.Timestamp | None

    @property
    def is_usable(self) -> bool:
        """Whether the log can be cleaned as it is."""
        return not self.faults


def check_log(
    raw: RawLog,
    *,
    columns: Mapping[str, str] | None = None,
    time_zone: str | None = None,
    as_of: str | pd.Timestamp | None = None,
    attributes: Mapping[str, str] | None = None,
    windows: Iterable[RepeatWindow] = tuple(map(RepeatWindow.parse, DEFAULT_WINDOWS)),
) -> LogCheck:
    """Look a log over.

    Takes what :func:`fcr_ml.contacts.clean.clean_log` takes, and the windows that
    figures are asked for. Never raises for what is wrong with the data or the
    settings: it is told in ``faults``.
    """
    attempt = attempt_cleaning(raw, columns, time_zone, as_of, attributes)
    clean = attempt.clean
    return LogCheck(
        faults=[f"{fault}." for fault in attempt.faults],
        remarks=attempt.remarks,
        columns=_columns_table(raw, attempt.columns),
        set_aside=_reasons_table(clean),
        switched_off=_switched_off(attempt.columns, clean, windows),
        records=raw.records,
        contacts=0 if clean is None else len(clean.contacts),
        customers=0 if clean is None else int(clean.contacts["customer_id"].nunique()),
        as_of=None if clean is None else clean.as_of,
    )


def _columns_table(raw: RawLog, plan: ColumnPlan) -> pd.DataFrame:
    rows: list[tuple[str, str | None, str, float | None]] = []
    for name in CONTACTS.columns:
        source = plan.mapping.get(name)
        if source is not None:
            rows.append((name, source, plan.how[name], _filled_rate(raw.rows[source])))
        elif name in CONTACTS.required:
            rows.append((name, None, "missing", None))
    for name, source in plan.attributes.items():
        understood = f"attribute, known {plan.known[name].replace('_', ' ')}"
        if plan.known[name] == "unknown":
            understood = "attribute, not said when it is known"
        rows.append((name, source, understood, _filled_rate(raw.rows[source])))
    table = pd.DataFrame(rows, columns=["column", "source", "understood", "filled_rate"])
    return table.astype({"column": "string", "source": "string", "understood": "string"})


def _filled_rate(values: pd.Series) -> float | None:
    if values.empty:
        return None
    is_text = pd.api.types.is_string_dtype(values)
    return float((null_words(as_text(values)) if is_text else values).notna().mean())


def _reasons_table(clean: CleanLog | None) -> pd.DataFrame:
    reasons = pd.Series([], dtype="string") if clean is None else clean.set_aside["reason"]
    counts = reasons.value_counts().sort_index()
    return pd.DataFrame({"reason": counts.index, "rows": counts.to_numpy(dtype="int64")})


def _switched_off(
    plan: ColumnPlan, clean: CleanLog | None, windows: Iterable[RepeatWindow]
) -> list[tuple[str, str]]:
    """Say what the log cannot feed; by its cells once cleaned, else by its columns."""
    present = set(plan.mapping)
    if clean is not None:
        present = {name for name in CONTACTS.columns if _has_values(clean.contacts, name)}
    elif "talk_seconds" in present:
        present.add("handle_seconds")
    off = [(part, name) for name, part in _NEEDS.items() if name not in present]
    if not present & {"reason_code", "case_id"}:
        off.insert(1, ("the reading same_code", "reason_code or case_id"))
    return off if clean is None else off + _too_short(clean, windows)


def _has_values(contacts: pd.DataFrame, name: str) -> bool:
    return name in contacts and bool(contacts[name].notna().any())


def _too_short(clean: CleanLog, windows: Iterable[RepeatWindow]) -> list[tuple[str, str]]:
    """Say which windows the log's span is too short for, and whether anybody returns."""
    hours = (clean.as_of - clean.contacts["started_at"].iloc[0]).total_seconds() / 3_600
    off = [
        (f"figures for the window {window}", f"time: the log spans {hours / 24:,.1f} days")
        for window in windows
        if hours < 2 * window.hours
    ]
    if not clean.contacts["customer_id"].duplicated().any():
        off.append(("everything about repeats", "customers with a second contact"))
    return off
