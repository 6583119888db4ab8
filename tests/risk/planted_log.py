"""A log with known truth: who comes back depends on the queue and on transfers, or on nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from fcr_ml.frames import Casebook, write_casebook

AS_OF = pd.Timestamp("2025-07-01", tz="UTC")
SETTINGS: dict[str, Any] = {
    "window": "7d",
    "windows": ["7d"],
    "reading": "related",
    "window_from": "end",
    "attributes": {},
}
WEEK = pd.Timedelta(days=7)


def planted_contacts(n: int, seed: int, has_signal: bool = True) -> pd.DataFrame:
    """Draw contacts over half a year, with the true risk of each in ``true_risk``."""
    draw = np.random.default_rng(seed)
    started = AS_OF - pd.to_timedelta(np.sort(draw.uniform(0, 180, n))[::-1], unit="D")
    queue = draw.choice(["billing", "technical", "sales"], n)
    transfers = draw.integers(0, 4, n)
    log_odds = -1.5 + 1.2 * (queue == "technical") + 0.5 * transfers - 0.6 * (queue == "sales")
    true_risk = 1 / (1 + np.exp(-log_odds)) if has_signal else np.full(n, 0.25)
    return pd.DataFrame(
        {
            "contact_id": [f"c{place:05d}" for place in range(n)],
            "customer_id": [f"u{k:05d}" for k in draw.integers(0, n, n)],
            "started_at": pd.Series(started).dt.floor("s"),
            "ended_at": pd.Series(started).dt.floor("s") + pd.Timedelta(minutes=30),
            "channel": draw.choice(["phone", "mail"], n),
            "queue": queue,
            "language": "en",
            "transfers": transfers,
            "true_risk": true_risk,
        }
    )


def planted_outcomes(contacts: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Draw who comes back; a return is known once it has happened."""
    draw = np.random.default_rng([seed, 1])
    n = len(contacts)
    returns = draw.random(n) < contacts["true_risk"]
    hours = draw.uniform(1, 167, n)
    seen = contacts["ended_at"] + pd.to_timedelta(hours, unit="h") <= AS_OF
    is_repeated = (returns & seen).to_numpy()
    closes = contacts["ended_at"] + WEEK
    is_closed = (closes <= AS_OF).to_numpy()
    return pd.DataFrame(
        {
            "contact_id": contacts["contact_id"],
            "reading": "related",
            "window": "7d",
            "is_counted": True,
            "is_closed": is_closed,
            "outcome": np.where(is_repeated, "repeated", np.where(is_closed, "resolved", "open")),
            "repeated_probability": np.where(is_repeated, 0.95, 0.02),
            "hours_to_return": np.where(is_repeated, hours, np.nan),
            "closes_at": closes,
            "episode_id": contacts["contact_id"],
        }
    )


def planted_casebook(folder: Path, n: int = 3_000, seed: int = 0, **changes: Any) -> Casebook:
    """Write the casebook of a planted log; ``tables`` replaces or adds some of its tables."""
    contacts = planted_contacts(n, seed, changes.pop("has_signal", True))
    tables = {"contacts": contacts, "outcomes": planted_outcomes(contacts, seed)}
    tables |= changes.pop("tables", {})
    return write_casebook(folder, tables, AS_OF, SETTINGS | changes)
