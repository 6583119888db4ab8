"""Logs written by hand, from the file one brings to the casebook."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from fcr_ml.assembly import CasebookBuilder
from fcr_ml.contacts import RawLog, clean_log
from fcr_ml.frames import Casebook

BEGAN = pd.Timestamp("2025-01-01", tz="UTC")
AS_OF = pd.Timestamp("2025-07-01", tz="UTC")


def log_of(*rows: tuple[str, str, str, str | None], **columns: Any) -> pd.DataFrame:
    """Give a log of (contact, customer, start, end) and of further columns."""
    log = pd.DataFrame(rows, columns=["contact_id", "customer_id", "started_at", "ended_at"])
    instants = {
        name: pd.to_datetime(log[name], utc=True, format="ISO8601")
        for name in ("started_at", "ended_at")
    }
    return log.assign(**instants, **columns)


def log_at(customer_ids: list[str], days: np.ndarray, kind: str) -> pd.DataFrame:
    """Give contacts of five minutes so many days after the log began, named by their kind."""
    started = BEGAN + pd.to_timedelta(days, unit="D").floor("s")
    return pd.DataFrame(
        {
            "contact_id": [f"{kind}{place:06d}" for place in range(len(days))],
            "customer_id": customer_ids,
            "started_at": started,
            "ended_at": started + pd.Timedelta("5min"),
            "reason_code": [("billing", "fault", "order")[n % 3] for n in range(len(days))],
        }
    )


def cleaned(log: pd.DataFrame) -> pd.DataFrame:
    """Give the contacts of a log as of ``AS_OF``."""
    return clean_log(RawLog(log, ["by hand"], []), as_of=AS_OF).contacts


def casebook_of(contacts: pd.DataFrame, folder: Path, **settings: Any) -> Casebook:
    """Build a casebook in a folder with the quickest encoder."""
    builder = CasebookBuilder(encoder="words", cache_folder=folder / "cache", **settings)
    return builder.build(contacts, AS_OF, folder / "casebook")


def outcomes_of(casebook: Casebook, reading: str, window: str = "7d") -> pd.DataFrame:
    """Give the outcomes under one reading and window, by contact id."""
    outcomes = casebook.table("outcomes")
    asked = (outcomes["reading"] == reading) & (outcomes["window"] == window)
    return outcomes[asked].set_index("contact_id").sort_index()


def pairs_of(casebook: Casebook) -> set[tuple[str, str]]:
    """Give the pairs that were compared."""
    links = casebook.table("links", ["contact_id", "follow_up_id"])
    return set(zip(links["contact_id"], links["follow_up_id"], strict=True))
