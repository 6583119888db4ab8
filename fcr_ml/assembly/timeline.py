"""What of the contacts goes where: to statements about time, and out of the west wing.

Enters: contacts. Leaves: the table ``timeline`` on an engine, and the columns of a casebook.
"""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from fcr_ml.engine import DuckEngine, statement
from fcr_ml.frames.tables import CONTACTS

TIMELINE_COLUMNS = (
    "contact_id",
    "customer_id",
    "started_at",
    "ended_at",
    "reason_code",
    "case_id",
    "direction",
    "language",
    "product",
)


def put_timeline(engine: DuckEngine, contacts: pd.DataFrame, from_start: bool) -> None:
    """Put contacts on an engine as ``timeline``, one row a contact.

    Parameters
    ----------
    engine : DuckEngine
    contacts : pandas.DataFrame
        CONTACTS; columns of ``TIMELINE_COLUMNS`` that are absent count as empty.
    from_start : bool
        Whether repeat windows begin at a contact's start.
    """
    engine.put("contacts", contacts.reindex(columns=TIMELINE_COLUMNS).pipe(_typed))
    engine.run(statement("timeline", window_from_start=int(from_start)), out="timeline")


def _typed(contacts: pd.DataFrame) -> pd.DataFrame:
    """Give absent columns their declared type, so that statements can read them."""
    kinds = {"text": "string", "instant": "datetime64[us, UTC]"}
    return contacts.astype({c: kinds[CONTACTS.columns[c].kind] for c in contacts.columns})


def columns_that_leave(contacts: pd.DataFrame, attributes: Iterable[str]) -> list[str]:
    """Name the columns that may leave the west wing.

    Notes leave it redacted, in NOTES; a further column may hold anybody's words, so it
    leaves only where settings name it.
    """
    known = (set(CONTACTS.columns) | set(attributes)) - {"note", "resolution_note"}
    return [name for name in contacts.columns if name in known]
