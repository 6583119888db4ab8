"""A contact log drawn by a few lines, with planted drivers or none."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from fcr_ml.drivers.rows import SegmentRows
from fcr_ml.frames import Casebook, write_casebook

AS_OF = pd.Timestamp("2025-06-01", tz="UTC")

Parts = tuple[tuple[str, str], ...]

Planted = dict[Parts, float]
"""How much each segment adds to the repeat rate."""

CasebookOf = Callable[..., Casebook]

COLUMNS = ["queue", "channel", "reason_code", "product", "team", "was_transferred", "was_on_hold"]
MIX = ["channel", "reason_code", "product", "earlier_contacts"]


def draw_rows(size: int, seed: int, planted: Planted | None = None, **columns: Any) -> SegmentRows:
    """Draw closed contacts; ``planted`` says what each segment adds to the rate.

    Customers contact unequally often, keep to a channel, and differ a lot in how
    often they return, so that their contacts are far from independent. The queue
    depends on the reason code.
    """
    generator = np.random.default_rng(seed)
    owner = np.repeat(np.arange(size), np.minimum(generator.zipf(2.0, size), 40))[:size]
    reason = generator.choice(["bill", "login", "order", "device", "move"], size)
    usual = pd.Series(reason).map({"bill": "Money", "order": "Money", "login": "Access"})
    elsewhere = generator.choice(["Money", "Access", "Tech"], size)
    own_channel = generator.choice(["voice", "chat", "mail"], size, p=[0.5, 0.3, 0.2])[owner]
    contacts = pd.DataFrame(
        {
            "contact_id": [f"c-{row:07d}" for row in range(size)],
            "customer_id": [f"k-{row:07d}" for row in owner],
            "channel": np.where(generator.random(size) < 0.8, own_channel, "voice"),
            "queue": np.where(generator.random(size) < 0.4, elsewhere, usual.fillna("Tech")),
            "product": generator.choice(["phone", "web"], size),
            "reason_code": reason,
            "team": generator.choice(["North", "South", "West"], size),
            "was_transferred": generator.choice(["yes", "no"], size, p=[0.25, 0.75]),
            "was_on_hold": generator.choice(["yes", "no"], size),
            "earlier_contacts": generator.choice(["0", "1"], size),
        }
    ).assign(**{name: values(reason) for name, values in columns.items()})
    rate = generator.beta(0.2 * 3, 0.8 * 3, size)[owner]
    for parts, added in (planted or {}).items():
        rate = rate + added * np.all([contacts[name] == value for name, value in parts], axis=0)
    is_repeated = generator.random(size) < rate
    sure, unsure = generator.uniform(0.7, 1, size), generator.uniform(0, 0.1, size)
    contacts["repeated_probability"] = np.where(is_repeated, sure, unsure)
    contacts["follow_up_id"] = contacts["contact_id"].where(is_repeated)
    return SegmentRows(contacts, [*COLUMNS, *columns], [*MIX, *columns])


PER_REPEAT = 0.85 - 0.05
"""How much a drawn repeat adds to the mean probability."""


def write_rows(folder: Path, contacts: pd.DataFrame, **more: Any) -> Casebook:
    """Write drawn rows as a casebook; ``tables`` replaces tables, the rest settings."""
    started_at = pd.Series(AS_OF - pd.to_timedelta(np.arange(len(contacts)) % 90 + 9, unit="D"))
    handled = contacts.drop(columns=["repeated_probability", "follow_up_id"]).assign(
        started_at=started_at.dt.as_unit("us"),
        transfers=(contacts["was_transferred"] == "yes").astype(int),
        hold_seconds=(contacts["was_on_hold"] == "yes") * 40.0,
        handle_seconds=600.0,
    )
    outcomes = pd.DataFrame(
        {
            "contact_id": contacts["contact_id"],
            "reading": "related",
            "window": "7d",
            "is_counted": True,
            "is_closed": True,
            "closes_at": handled["started_at"] + pd.Timedelta(days=7),
            "outcome": np.where(contacts["follow_up_id"].isna(), "resolved", "repeated"),
            "repeated_probability": contacts["repeated_probability"],
            "follow_up_id": contacts["follow_up_id"],
            "episode_id": contacts["contact_id"],
        }
    )
    tables = {"contacts": handled, "outcomes": outcomes} | more.pop("tables", {})
    settings = {"windows": ["7d"], "window": "7d", "reading": "related", "attributes": {}}
    return write_casebook(folder, tables, AS_OF, settings | more)


@pytest.fixture
def casebook_of(tmp_path: Path) -> CasebookOf:
    """Give a function that writes drawn rows as a casebook of its own."""

    def written(contacts: pd.DataFrame, **more: Any) -> Casebook:
        return write_rows(tmp_path / "casebook", contacts, **more)

    return written
