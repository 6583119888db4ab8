"""Small logs put on an engine, as the west wing does it."""

from collections.abc import Iterator

import pandas as pd
import pytest

from fcr_ml.engine import DuckEngine, statement

COLUMNS = ["contact_id", "customer_id", "started_at", "ended_at", "reason_code", "case_id"]


def timeline_on(engine: DuckEngine, contacts: pd.DataFrame, from_start: bool = False) -> None:
    """Put the contacts' timeline on an engine."""
    typed = contacts.reindex(columns=[*COLUMNS, "direction"])
    text = {name: "string" for name in typed.columns if not name.endswith("_at")}
    instants = {name: "datetime64[us, UTC]" for name in ("started_at", "ended_at")}
    engine.put("contacts", typed.astype(text | instants))
    engine.run(statement("timeline", window_from_start=int(from_start)), out="timeline")


@pytest.fixture()
def engine() -> Iterator[DuckEngine]:
    with DuckEngine() as running:
        yield running
