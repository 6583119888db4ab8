"""What a person should know about a log that was cleaned, in words with counts.

Enters: rows, the rows set aside and the contacts. Leaves: sentences. Nothing is
changed here, and no cell of the log is quoted.
"""

from __future__ import annotations

import pandas as pd

from fcr_ml.contacts.columns import ColumnPlan
from fcr_ml.contacts.parts import as_text
from fcr_ml.contacts.read import RawLog
from fcr_ml.contacts.set_aside import LATER, OTHER_VALUES

# More contacts than a person has: the id is shared, or a default of the system.
_SHARED_CONTACTS = 200
_SHARED_RATE, _SHARED_LEAST = 0.01, 50
# A median handle time beyond four hours is not seconds.
_LONGEST_USUAL_SECONDS = 4 * 3_600
_EVENTS_RATE = 0.2
_ROUNDED = r"\d(?:[.,]\d+)?[eE]\+\d+"


def remarks_on_rows(
    raw: RawLog, plan: ColumnPlan, set_aside: pd.DataFrame, as_of: pd.Timestamp, is_given: bool
) -> list[str]:
    """Tell how the moment was chosen and what was set aside."""
    reasons = set_aside["reason"].value_counts()
    later, repeated = int(reasons.get(LATER, 0)), int(reasons.get(OTHER_VALUES, 0))
    why = "as given" if is_given else "the end of the last day with the log's usual volume"
    remarks = [
        f"as of {as_of:%Y-%m-%d %H:%M} UTC, {why}; {later:,} of {raw.records:,} rows start later."
    ]
    for reason, count in sorted(reasons.items()):
        rows = set_aside.loc[set_aside["reason"] == reason, "source_row"].dropna()
        first = f" (first: row {int(rows.iloc[0]):,})" if len(rows) else ""
        remarks.append(f"set aside: {reason}, {count:,} of {raw.records:,} rows{first}.")
    nameless = int((set_aside["detail"] == "names nobody").sum())
    if nameless:
        remarks.append(
            f"customer_id: {nameless:,} rows name nobody (as 'unknown' does) instead of a "
            "customer; they are among those set aside."
        )
    if repeated > _EVENTS_RATE * raw.records:
        remarks.append(
            f"contact_id: {repeated:,} of {raw.records:,} rows repeat an id with other values; "
            "is this a log of events or legs? Export one row a contact."
        )
    return remarks + _rounded_ids(raw, plan)


def _rounded_ids(raw: RawLog, plan: ColumnPlan) -> list[str]:
    remarks = []
    for name in ("contact_id", "customer_id"):
        ids = as_text(raw.rows[plan.mapping[name]])
        rounded = int(ids.str.fullmatch(_ROUNDED).fillna(False).sum())
        if rounded:
            remarks.append(
                f"{name}: {rounded:,} of {len(ids):,} look rounded by a spreadsheet, like "
                "4.67E+10, so that different ids became one; export the column as text."
            )
    return remarks


def remarks_on_contacts(contacts: pd.DataFrame, plan: ColumnPlan, running: int) -> list[str]:
    """Tell what was hidden, which customers are shared accounts, and odd durations."""
    remarks = []
    if running:
        remarks.append(
            f"{running:,} of {len(contacts):,} contacts end after the moment of the analysis; "
            "their end and what became known with it are left empty."
        )
    remarks += _shared_accounts(contacts) + _odd_durations(contacts)
    unsaid = [name for name, when in plan.known.items() if when == "unknown"]
    if unsaid:
        remarks.append(
            f"{len(unsaid)} further columns are not used and not kept ("
            f"{', '.join(unsaid[:6])}{', ...' if len(unsaid) > 6 else ''}); a column named with "
            "--attribute, and when it is known, serves drivers and risk."
        )
    return remarks


def _shared_accounts(contacts: pd.DataFrame) -> list[str]:
    per_customer = contacts["customer_id"].value_counts()
    by_rate = (per_customer > _SHARED_RATE * len(contacts)) & (per_customer >= _SHARED_LEAST)
    shared = per_customer[by_rate | (per_customer > _SHARED_CONTACTS)]
    if shared.empty:
        return []
    return [
        f"customer_id: {len(shared):,} of {len(per_customer):,} customers have more contacts "
        f"than a person has, {int(shared.sum()):,} of {len(contacts):,} together (most: "
        f"{int(shared.max()):,}); they may be shared accounts."
    ]


def _odd_durations(contacts: pd.DataFrame) -> list[str]:
    remarks = []
    for name in ("talk_seconds", "hold_seconds", "wrap_seconds", "handle_seconds"):
        median = contacts[name].median() if name in contacts else pd.NA
        if pd.notna(median) and median > _LONGEST_USUAL_SECONDS:
            remarks.append(
                f"{name}: the median is {median / 3_600:,.1f} hours; if the export is in "
                "milliseconds, divide it by 1,000 first."
            )
    return remarks
