"""Small logs put on an engine, as the west wing does it."""

from collections.abc import Iterator

import pandas as pd
import pytest

from fcr_ml.engine import DuckEngine, statement

COLUMNS = ["contact_id", "customer_id", "started_at", "ended_at", "reason_code", "case_id"]


def timeline_on(engine: DuckEngine, contacts: pd.DataFrame, from_start: bool = False) -> None:
    """Put the contacts' timeline on an engine."""
    typed = contacts.reindex(columns=[*COLUMNS, "direction", "language", "product"])
    text = {name: "string" for name in typed.columns if not name.endswith("_at")}
    instants = dict.fromkeys(("started_at", "ended_at"), "datetime64[us, UTC]")
    engine.put("contacts", typed.astype(text | instants))
    engine.run(statement("timeline", window_from_start=int(from_start)), out="timeline")


@pytest.fixture
def engine() -> Iterator[DuckEngine]:
    with DuckEngine() as running:
        yield running
