"""A small contact log to start from, and the way to read one from text."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from fcr_ml.contacts import RawLog, read_log


@pytest.fixture
def read_text_log(tmp_path: Path) -> Callable[..., RawLog]:
    """Give a function that writes text to a file and reads it as a log."""

    def read(text: str | bytes, name: str = "log.csv", **options: str) -> RawLog:
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return read_log([str(path)], **options)

    return read


@pytest.fixture
def raw_log() -> Callable[..., RawLog]:
    """Give a function that makes a log of text cells from columns of equal length.

    Without arguments: three contacts of two customers. Columns given replace or
    join these; a single value stands for all rows.
    """

    def make(**columns: object) -> RawLog:
        given = [len(cells) for cells in columns.values() if isinstance(cells, list)]
        rows = given[0] if given else 3
        days = [f"2025-03-{1 + n % 28:02d}" for n in range(rows)]
        cells: dict[str, object] = {
            "contact_id": [f"c{n}" for n in range(rows)],
            "customer_id": [f"u{n % 2}" for n in range(rows)],
            "started_at": [f"{day}T10:00:00Z" for day in days],
            "ended_at": [f"{day}T10:05:00Z" for day in days],
        }
        table = pd.DataFrame({**cells, **columns}, index=range(rows))
        kinds = {name: "string" for name in table if table[name].dtype in (object, "str")}
        return RawLog(table.astype(kinds), ["made"], [])

    return make
