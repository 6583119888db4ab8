"""What a contact itself says by the time it has ended.

Enters: contacts that have ended, from :mod:`fcr_ml.features.moments`, and the
casebook's notes and topics. Leaves: numbers by ``contact_id``. Nothing of other
contacts is looked at.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from fcr_ml.engine import DuckEngine
from fcr_ml.features.moments import Moment
from fcr_ml.features.wording import OF_ANSWER, read_wording
from fcr_ml.frames import Casebook
from fcr_ml.frames.conform import as_vectors

_DAY = 86_400
_HOUR = 3_600
_HANDLE_PARTS = ("talk_seconds", "hold_seconds", "wrap_seconds")
_TAKEN_AS_THEY_ARE = ("transfers", "agent_says_resolved", "not_resolvable", "topic_strength")


def contact_numbers(ended: pd.DataFrame, moment: Moment = "end") -> pd.DataFrame:
    """Give how the contact was handled, as far as the log has it and the moment knows."""
    numbers = {n: to_numbers(ended[n]) for n in _TAKEN_AS_THEY_ARE if n in ended.columns}
    handle = _handle_seconds(ended)
    if handle is not None:
        numbers["handle_minutes"] = handle / 60
        if "hold_seconds" in ended.columns:
            numbers["hold_share"] = to_numbers(ended["hold_seconds"]) / handle.where(handle > 0)
    if "ended_at" in ended.columns and moment == "end":
        seconds = to_numbers(ended["moment_epoch"]) - to_numbers(ended["started_epoch"])
        numbers["hours_to_end"] = seconds / _HOUR
    return pd.DataFrame(numbers, index=ended.index)


def _handle_seconds(ended: pd.DataFrame) -> pd.Series | None:
    """Give the handle time, or the sum of its parts where the log has only those."""
    parts = [to_numbers(ended[name]) for name in _HANDLE_PARTS if name in ended.columns]
    summed = pd.concat(parts, axis=1).sum(axis=1, min_count=1) if parts else None
    if "handle_seconds" not in ended.columns:
        return summed
    handle = to_numbers(ended["handle_seconds"])
    return handle if summed is None else handle.fillna(summed)


def note_numbers(
    casebook: Casebook, engine: DuckEngine, ended: pd.DataFrame, moment: Moment = "end"
) -> pd.DataFrame:
    """Give the note's length and cues; no columns where the log has no notes.

    While a contact is open there is no answer, and when it starts there is no note.
    """
    if "notes" not in casebook.table_names or moment == "start":
        return pd.DataFrame(index=ended.index)
    sizes = casebook.table("notes", ["contact_id", "words", "is_thin"]).set_index("contact_id")
    sizes = sizes.reindex(ended.index)
    numbers = read_wording(engine, casebook.path("notes")).reindex(ended.index)
    numbers["words"] = to_numbers(sizes["words"])
    numbers["is_thin"] = to_numbers(sizes["is_thin"])
    numbers["has_note"] = (numbers["words"] > 0).astype(float)
    return numbers if moment == "end" else numbers.drop(columns=list(OF_ANSWER))


def note_vectors(casebook: Casebook, ended: pd.DataFrame, moment: Moment = "end") -> pd.DataFrame:
    """Give the reduced vector of the note, one column a direction."""
    if "topics" not in casebook.table_names or moment == "start":
        return pd.DataFrame(index=ended.index)
    vectors = casebook.table("topics", ["contact_id", "vector"]).set_index("contact_id")["vector"]
    known = vectors.dropna()
    dimensions = len(known.iloc[0]) if len(known) else 0
    names = [f"meaning_{place:02d}" for place in range(1, dimensions + 1)]
    values = as_vectors(vectors.reindex(ended.index), dimensions)
    return pd.DataFrame(values.astype(np.float64), index=ended.index, columns=names)


def calendar_numbers(ended: pd.DataFrame) -> pd.DataFrame:
    """Give hour and weekday of the moment, UTC.

    The first of January 1970 was a Thursday: second 0 is hour 0, weekday 3.
    """
    epochs = ended["moment_epoch"].astype("int64")
    weekdays = (epochs // _DAY + 3) % 7
    return pd.DataFrame({"end_hour": epochs // _HOUR % 24, "end_weekday": weekdays})


def to_numbers(values: pd.Series) -> pd.Series:
    """Give a column as ``float64``, flags as 0 and 1, nulls as NaN."""
    numbers = values.astype("Float64").to_numpy(dtype=np.float64, na_value=np.nan)
    return pd.Series(numbers, index=values.index)
