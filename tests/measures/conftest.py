"""Small casebooks written by hand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import ArrayLike

from fcr_ml.frames import Casebook, RepeatWindow, write_casebook
from fcr_ml.frames.conform import empty
from fcr_ml.frames.tables import CONTACTS, OUTCOMES

AS_OF = pd.Timestamp("2025-04-01", tz="UTC")

CasebookOf = Callable[..., Casebook]


def outcomes_of(
    contacts: pd.DataFrame,
    hours_to_return: ArrayLike,
    window: str = "7d",
    reading: str = "related",
    as_of: pd.Timestamp = AS_OF,
) -> pd.DataFrame:
    """Tell outcomes from the true hours to each return (NaN: never)."""
    length = RepeatWindow.parse(window)
    closes = contacts["ended_at"] + pd.Timedelta(seconds=length.seconds)
    hours = np.asarray(hours_to_return, dtype=float)
    seen = contacts["ended_at"] + pd.to_timedelta(hours, unit="h") <= as_of
    is_repeated = (hours <= length.hours) & seen.to_numpy()
    is_closed = (closes <= as_of).to_numpy()
    return pd.DataFrame(
        {
            "contact_id": contacts["contact_id"],
            "reading": reading,
            "window": window,
            "is_counted": True,
            "is_closed": is_closed,
            "outcome": np.select([is_repeated, is_closed], ["repeated", "resolved"], "open"),
            "repeated_probability": is_repeated.astype(float),
            "hours_to_return": np.where(is_repeated, hours, np.nan),
            "closes_at": closes,
            "episode_id": contacts["contact_id"],
        }
    )


@pytest.fixture
def casebook_of(tmp_path: Path) -> CasebookOf:
    """Give a function that writes tables as a casebook, empty where not given."""

    def written(settings: dict[str, Any] | None = None, **tables: pd.DataFrame) -> Casebook:
        defaults: dict[str, Any] = {
            "windows": ["48h", "7d", "30d"],
            "window": "7d",
            "reading": "related",
            "window_from": "end",
            "attributes": {},
        }
        whole = {"contacts": empty(CONTACTS), "outcomes": empty(OUTCOMES)} | tables
        return write_casebook(tmp_path / "casebook", whole, AS_OF, defaults | (settings or {}))

    return written


def contacts_of(customers: Sequence[str], started: Sequence[str], **columns: Any) -> pd.DataFrame:
    """Give contacts of ten minutes each; ids follow the order of the rows."""
    started_at = pd.Series(pd.to_datetime(list(started), format="ISO8601", utc=True)).dt.as_unit(
        "us"
    )
    return pd.DataFrame(
        {
            "contact_id": [f"c-{row:06d}" for row in range(len(customers))],
            "customer_id": list(customers),
            "started_at": started_at,
            "ended_at": started_at + pd.Timedelta(minutes=10),
            **columns,
        }
    )
