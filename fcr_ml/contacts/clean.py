"""Clean a contact log: every row becomes a contact or is set aside with its reason.

Enters: a :class:`~fcr_ml.contacts.read.RawLog`. Leaves: contacts that conform to the
declared table, as they were known at one moment; the rows set aside; remarks on
everything that was changed. Notes pass through as they were written. Nothing is
invented: a cell that cannot be read is null and counted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import pandas as pd

from fcr_ml.contacts.columns import ColumnPlan, name_attributes, understand_columns
from fcr_ml.contacts.moment import as_known, given_moment, usual_moment
from fcr_ml.contacts.parts import as_text
from fcr_ml.contacts.read import RawLog
from fcr_ml.contacts.remarks import remarks_on_contacts, remarks_on_rows
from fcr_ml.contacts.set_aside import LATER, Reasons
from fcr_ml.contacts.times import Times, read_times
from fcr_ml.contacts.values import READERS, read_id, read_text
from fcr_ml.errors import DataError
from fcr_ml.frames.conform import conform
from fcr_ml.frames.tables import CONTACTS

_TIME_COLUMNS = ("started_at", "ended_at")


@dataclass(frozen=True)
class CleanLog:
    """A cleaned contact log.

    Parameters
    ----------
    contacts : pandas.DataFrame
        Conforms to the contacts table; sorted by ``started_at``, ``contact_id``.
    set_aside : pandas.DataFrame
        One row a row or line that is no contact: ``contact_id`` as text,
        ``source_row`` counted from 1 over all sources, ``reason``, ``detail``
        (with several sources it begins with the source and the row within it).
    remarks : list of str
        What was changed, chosen or noticed on the way, with counts.
    as_of : pandas.Timestamp
        The moment whose knowledge is used, UTC.
    columns : ColumnPlan
        How the columns were understood, attributes included.
    """

    contacts: pd.DataFrame
    set_aside: pd.DataFrame
    remarks: list[str]
    as_of: pd.Timestamp
    columns: ColumnPlan

    @property
    def losses(self) -> list[str]:
        """Say how many rows are no contact and why; rows later than the moment are no loss."""
        reasons = self.set_aside.loc[self.set_aside["reason"] != LATER, "reason"].value_counts()
        if reasons.empty:
            return []
        told = ", ".join(f"{count:,} {reason}" for reason, count in sorted(reasons.items()))
        return [
            f"{reasons.sum():,} rows are set aside ({told}), {len(self.contacts):,} contacts are "
            "read; fcr check says which rows, and how to mend them."
        ]


@dataclass(frozen=True)
class Attempt:
    """What came of cleaning a log: a clean log, or the faults that prevent it."""

    clean: CleanLog | None
    columns: ColumnPlan
    faults: list[str]
    remarks: list[str]


def clean_log(
    raw: RawLog,
    *,
    columns: Mapping[str, str] | None = None,
    time_zone: str | None = None,
    as_of: str | pd.Timestamp | None = None,
    attributes: Mapping[str, str] | None = None,
) -> CleanLog:
    """Clean a contact log.

    Parameters
    ----------
    raw : RawLog
        Not changed.
    columns : mapping of str to str, optional
        Our column to the source's name, where it is not understood by itself.
    time_zone : str, optional
        Zone of times that carry none, such as ``UTC`` or ``Europe/Stockholm``.
    as_of : str or pandas.Timestamp, optional
        The moment of the analysis. By default the end of the last day of usual
        volume, see :func:`fcr_ml.contacts.moment.usual_moment`.
    attributes : mapping of str to str, optional
        Further column to when it is known: ``at_start``, ``at_end``, ``later``.

    Returns
    -------
    CleanLog
        ``len(contacts) + len(set_aside) == raw.records``, always.

    Raises
    ------
    DataError
        With all faults at once: required columns missing, times without a zone,
        dates that may be read two ways, no contact left.
    """
    attempt = attempt_cleaning(raw, columns, time_zone, as_of, attributes)
    if attempt.clean is None:
        raise DataError(in_words(attempt.faults))
    return attempt.clean


def in_words(faults: list[str]) -> str:
    """Give one message for all faults."""
    if len(faults) == 1:
        return f"contacts: {faults[0]}."
    listed = "\n".join(f"  {place}. {fault}." for place, fault in enumerate(faults, start=1))
    return f"contacts: {len(faults)} faults have to be mended.\n{listed}"


def attempt_cleaning(
    raw: RawLog,
    columns: Mapping[str, str] | None,
    time_zone: str | None,
    as_of: str | pd.Timestamp | None,
    attributes: Mapping[str, str] | None,
) -> Attempt:
    """Clean a log as far as its faults allow; never raises for them."""
    # Row numbers are counted from the index, which carries no other meaning.
    raw = replace(raw, rows=raw.rows.reset_index(drop=True))
    plan = name_attributes(understand_columns(list(raw.rows.columns), columns), attributes)
    faults, remarks = list(plan.faults), list(raw.problems)
    cells = {name: raw.rows[plan.mapping[name]] for name in _TIME_COLUMNS if name in plan.mapping}
    times = read_times(cells, time_zone, faults, remarks)
    moment = None if as_of is None else given_moment(as_of, faults)
    if faults:
        return Attempt(None, plan, faults, remarks)
    clean = _cleaned(raw, plan, times, moment, faults, remarks)
    return Attempt(clean, plan, faults, remarks)


def _cleaned(
    raw: RawLog,
    plan: ColumnPlan,
    times: Mapping[str, Times],
    moment: pd.Timestamp | None,
    faults: list[str],
    remarks: list[str],
) -> CleanLog | None:
    contact_ids, _ = read_id(raw.rows[plan.mapping["contact_id"]])
    customer_ids, _ = read_id(raw.rows[plan.mapping["customer_id"]])
    started_at, ended_at = times["started_at"].instants, _ends(times)
    reasons = Reasons(raw.rows.index)
    reasons.put_missing_ids(contact_ids, customer_ids)
    for name, column in times.items():
        cells = as_text(raw.rows[plan.mapping[name]])
        reasons.put_bad_times(name, column, cells, CONTACTS.columns[name].required)
    if ended_at is not None:
        reasons.put_backwards(started_at, ended_at)
    as_of = moment
    if as_of is None and reasons.kept.any():
        as_of = usual_moment(started_at[reasons.kept])
    if as_of is not None:
        reasons.put_later(started_at, as_of)
    reasons.put_repeated(contact_ids, raw.rows)
    set_aside = reasons.table(contact_ids, raw)
    if as_of is None or not reasons.kept.any():
        faults.append(_nothing_left(raw, set_aside))
        return None
    remarks += remarks_on_rows(raw, plan, set_aside, as_of, moment is not None)
    kept = reasons.kept
    settled = {"contact_id": contact_ids[kept], "customer_id": customer_ids[kept]}
    settled["started_at"] = started_at[kept]
    if ended_at is not None:
        settled["ended_at"] = ended_at[kept]
    contacts = _typed(raw.rows[kept], plan, settled, remarks)
    contacts, running = as_known(contacts, as_of, plan.known)
    remarks += remarks_on_contacts(contacts, plan, running)
    contacts = contacts.sort_values(["started_at", "contact_id"], kind="stable")
    return CleanLog(conform(CONTACTS, contacts), set_aside, remarks, as_of, plan)


def _ends(times: Mapping[str, Times]) -> pd.Series | None:
    """Give when contacts ended; in an hour that comes twice, never before they started."""
    if "ended_at" not in times:
        return None
    started_at, ended = times["started_at"].instants, times["ended_at"]
    return ended.instants.where(~(ended.instants < started_at), ended.later)


def _typed(
    rows: pd.DataFrame, plan: ColumnPlan, settled: Mapping[str, pd.Series], remarks: list[str]
) -> pd.DataFrame:
    """Give the declared columns in their types, then the attributes."""
    contacts = dict(settled)
    for name, source in plan.mapping.items():
        if name in contacts:
            continue
        reader, kind = READERS[name]
        contacts[name], unread = reader(rows[source])
        if unread.any():
            remarks.append(
                f"{name}: {int(unread.sum()):,} of {len(rows):,} cells are not {kind} and are "
                f"left empty (first: row {rows.index[unread.to_numpy(dtype=bool)][0] + 1:,})."
            )
    _add_handle_time(contacts, remarks)
    for name, source in plan.attributes.items():
        contacts[name] = _attribute(rows[source])
    return pd.DataFrame(contacts)


def _add_handle_time(contacts: dict[str, pd.Series], remarks: list[str]) -> None:
    parts = [n for n in ("talk_seconds", "hold_seconds", "wrap_seconds") if n in contacts]
    if "handle_seconds" in contacts or "talk_seconds" not in parts:
        return
    known = pd.DataFrame({name: contacts[name] for name in parts})
    contacts["handle_seconds"] = known.sum(axis=1, min_count=len(parts)).astype("Float64")
    remarks.append(
        f"handle_seconds: the log has none; it is the sum of {', '.join(parts)} where all "
        "of them are known."
    )


def _attribute(values: pd.Series) -> pd.Series:
    """Give a further column as it is; naive times, having no instant, stay text."""
    is_typed = pd.api.types.is_numeric_dtype(values) or pd.api.types.is_bool_dtype(values)
    if is_typed or isinstance(values.dtype, pd.DatetimeTZDtype):
        return values
    return read_text(values)[0]


def _nothing_left(raw: RawLog, set_aside: pd.DataFrame) -> str:
    counts = set_aside["reason"].value_counts().sort_index()
    listed = ", ".join(f"{reason} {count:,}" for reason, count in counts.items())
    return f"no contact is left: all {raw.records:,} rows are set aside ({listed})"
