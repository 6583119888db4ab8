"""Small random logs with everything awkward in them: ties, nulls, running contacts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from fcr_ml.frames import Casebook, write_casebook

BEGIN = 1_700_000_000
AS_OF = BEGIN + 60 * 86_400
WINDOW_SECONDS = 7 * 86_400
# Steps of six hours make equal seconds frequent.
_STEP = 6 * 3_600

SETTINGS: dict[str, Any] = {
    "window": "7d",
    "windows": ["7d"],
    "reading": "any_return",
    "window_from": "end",
    "attributes": {"plan": "at_start", "devices": "at_end", "survey_words": "later"},
}


def instants(epochs: np.ndarray) -> pd.Series:
    """Give epoch seconds, NaN for none, as UTC instants."""
    return pd.to_datetime(pd.Series(epochs), unit="s", utc=True)


def random_contacts(seed: int, n: int = 60, customers: int = 8) -> pd.DataFrame:
    """Draw contacts; a sixth have no end, some end only after the casebook's moment."""
    draw = np.random.default_rng(seed)
    started = BEGIN + draw.integers(0, 60 * 4, n) * _STEP
    ended = started + draw.choice([0, _STEP, 8 * _STEP, 400 * _STEP], n, p=[0.3, 0.4, 0.25, 0.05])
    ended = np.where((draw.random(n) < 1 / 6) | (ended > AS_OF), np.nan, ended)

    def some(values: list[str], missing: float = 0.2) -> np.ndarray:
        return np.where(draw.random(n) < missing, None, draw.choice(values, n))

    return pd.DataFrame(
        {
            "contact_id": [f"c{place:03d}" for place in draw.permutation(n)],
            "customer_id": [f"u{k}" for k in draw.integers(0, customers, n)],
            "started_at": instants(started),
            "ended_at": instants(ended),
            "channel": some(["phone", "mail"], 0.0),
            "queue": some(["billing", "technical"]),
            "agent_id": some(["a1", "a2", "a3"]),
            "reason_code": some(["r1", "r2"]),
            "case_id": some(["k1", "k2", "k3", "k4"], 0.5),
            "transfers": draw.integers(0, 3, n),
            "talk_seconds": draw.integers(60, 900, n).astype(float),
            "hold_seconds": draw.integers(0, 60, n).astype(float),
            "csat": draw.integers(1, 6, n).astype(float),
            "plan": some(["basic", "large"]),
            "devices": draw.integers(0, 4, n).astype(float),
            "survey_words": draw.integers(0, 40, n).astype(float),
        }
    )


def outcomes_of(contacts: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Draw outcomes that fit the windows; probabilities lie between 0 and 1."""
    draw = np.random.default_rng([seed, 1])
    n = len(contacts)
    closes = contacts["ended_at"] + pd.Timedelta(seconds=WINDOW_SECONDS)
    is_closed = (closes <= instants(np.array([AS_OF]))[0]).to_numpy()
    is_repeated = draw.random(n) < 0.4
    return pd.DataFrame(
        {
            "contact_id": contacts["contact_id"],
            "reading": "any_return",
            "window": "7d",
            "is_counted": draw.random(n) < 0.9,
            "is_closed": is_closed,
            "outcome": np.where(is_repeated, "repeated", np.where(is_closed, "resolved", "open")),
            "repeated_probability": np.where(is_repeated, 0.6 + 0.4 * draw.random(n), 0.1),
            "hours_to_return": np.where(is_repeated, draw.integers(-20, 160, n), np.nan),
            "closes_at": closes,
            "episode_id": contacts["contact_id"],
        }
    )


def random_casebook(folder: Path, seed: int, **changes: Any) -> Casebook:
    """Write a casebook over random contacts, notes and topics."""
    contacts = random_contacts(seed)
    draw = np.random.default_rng([seed, 2])
    n = len(contacts)
    has_note = draw.random(n) < 0.8
    note = np.where(has_note, draw.choice(["Still broken?", "Where is my bill", "ok"], n), None)
    answer = np.where(draw.random(n) < 0.5, "Which version do you have?", None)
    vectors = [
        v.astype("float32") if k else None
        for v, k in zip(draw.normal(size=(n, 3)), has_note, strict=True)
    ]
    topic = np.where(has_note, draw.choice(["t1", "t2", "t3"], n), None)
    tables = {
        "contacts": contacts,
        "notes": pd.DataFrame(
            {
                "contact_id": contacts["contact_id"],
                "note": note,
                "resolution_note": answer,
                "language": "en",
                "words": np.where(has_note, 3, 0),
                "is_thin": ~has_note,
            }
        ),
        "topics": pd.DataFrame(
            {
                "contact_id": contacts["contact_id"],
                "topic_id": topic,
                "topic_strength": np.where(has_note, 0.75, np.nan),
                "vector": pd.Series(vectors, dtype=object),
            }
        ),
        "outcomes": outcomes_of(contacts, seed),
    }
    tables |= changes.pop("tables", {})
    return write_casebook(folder, tables, instants(np.array([AS_OF]))[0], SETTINGS | changes)
