"""Which rows cannot be contacts, and why: each row has one reason, the first that holds.

Enters: ids and times of all rows. Leaves: a reason and a detail for the rows that
are set aside. No note and no word of a customer enters a detail.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from fcr_ml.contacts.read import RawLog
from fcr_ml.contacts.times import Times, shape
from fcr_ml.contacts.values import names_nobody

SET_ASIDE = ["contact_id", "source_row", "reason", "detail"]

UNREADABLE_LINE = "unreadable line"
LATER = "later than the moment of the analysis"
SAME_ROW = "same row twice"
OTHER_VALUES = "contact_id repeated with other values"
ENDS_BEFORE = "ends before it starts"
CUSTOMER_MISSING = "customer_id missing"


class Reasons:
    """Why rows are set aside, filled step by step.

    Parameters
    ----------
    index : pandas.Index
        Of all rows.
    """

    def __init__(self, index: pd.Index) -> None:
        self.reason = pd.Series(pd.NA, index=index, dtype="string")
        self.detail = pd.Series(pd.NA, index=index, dtype="string")

    @property
    def kept(self) -> pd.Series:
        """Whether a row has no reason to be set aside so far."""
        return self.reason.isna()

    def put(self, rows: pd.Series, reason: str, detail: str | pd.Series | None = None) -> None:
        """Set rows aside that still have no reason."""
        found = rows.fillna(False).astype(bool) & self.kept
        self.reason[found] = reason
        if detail is not None:
            self.detail[found] = detail if isinstance(detail, str) else detail[found]

    def put_missing_ids(self, contact_ids: pd.Series, customer_ids: pd.Series) -> None:
        """Set rows aside that name no contact or no customer."""
        self.put(contact_ids.isna(), "contact_id missing")
        self.put(customer_ids.isna(), CUSTOMER_MISSING)
        self.put(names_nobody(customer_ids), CUSTOMER_MISSING, "names nobody")

    def put_bad_times(self, name: str, times: Times, cells: pd.Series, required: bool) -> None:
        """Set rows aside whose time is missing, where it must not be, or unreadable."""
        if required:
            self.put(~times.is_filled, f"{name} missing")
        unread = times.unreadable
        shapes = cells[unread].astype("string").map(shape).reindex(cells.index)
        self.put(unread, f"{name} unreadable", "written as " + shapes.astype("string"))

    def put_backwards(self, started_at: pd.Series, ended_at: pd.Series) -> None:
        """Set rows aside that end before they start."""
        backwards = ended_at < started_at
        hours = (started_at - ended_at)[backwards].dt.total_seconds() / 3_600
        detail = "by " + hours.map("{:,.2f}".format).astype("string") + " hours"
        self.put(backwards, ENDS_BEFORE, detail.reindex(started_at.index))

    def put_later(self, started_at: pd.Series, as_of: pd.Timestamp) -> None:
        """Set rows aside that start after the moment of the analysis."""
        later = started_at > as_of
        detail = "starts " + started_at[later].dt.strftime("%Y-%m-%d").astype("string")
        self.put(later, LATER, detail.reindex(started_at.index))

    def put_repeated(self, contact_ids: pd.Series, rows: pd.DataFrame) -> None:
        """Keep the first row of each contact id; tell copies from contradictions."""
        ids = contact_ids[self.kept]
        repeated = ids[ids.duplicated(keep=False)]
        again = repeated.duplicated(keep="first")
        is_copy = rows.loc[repeated.index].assign(**{"": repeated}).duplicated(keep="first")
        first = repeated[~again]
        first_rows = pd.Series(first.index + 1, index=first.array)
        detail = "first in row " + repeated.map(first_rows).astype("string")
        everywhere = contact_ids.index
        self.put((again & is_copy).reindex(everywhere), SAME_ROW, detail.reindex(everywhere))
        self.put((again & ~is_copy).reindex(everywhere), OTHER_VALUES, detail.reindex(everywhere))

    def table(self, contact_ids: pd.Series, raw: RawLog) -> pd.DataFrame:
        """Give the rows set aside, and after them the lines that could not be read."""
        aside = ~self.kept
        rows = pd.DataFrame(
            {
                "contact_id": contact_ids[aside],
                "source_row": contact_ids.index[aside] + 1,
                "reason": self.reason[aside],
                "detail": self.detail[aside],
            }
        )
        if len(raw.row_counts) > 1:
            places = _places(raw, rows.index.to_numpy())
            rows["detail"] = (places + "; " + rows["detail"]).fillna(places)
        lost = raw.unreadable
        where = lost["source"] + " line " + lost["line"].astype("string") + ": " + lost["problem"]
        lines = pd.DataFrame({"contact_id": pd.NA, "source_row": pd.NA, "detail": where})
        lines["reason"] = UNREADABLE_LINE
        kinds = dict.fromkeys(SET_ASIDE, "string") | {"source_row": "Int64"}
        tables = [table[SET_ASIDE].astype(kinds) for table in (rows, lines)]
        return pd.concat(tables, ignore_index=True)


def _places(raw: RawLog, rows: np.ndarray) -> pd.Series:
    """Give source and row within it, for rows counted from 0 over all sources."""
    ends = np.cumsum(raw.row_counts)
    source = np.searchsorted(ends, rows, side="right")
    begins = ends - np.asarray(raw.row_counts)
    texts = [
        f"{raw.sources[place]} row {row - begins[place] + 1}"
        for place, row in zip(source, rows, strict=True)
    ]
    return pd.Series(texts, index=rows, dtype="string")
