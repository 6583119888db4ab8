"""Small logs to put before the command."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest


@pytest.fixture
def log_rows() -> pd.DataFrame:
    """Give 60 contacts of 12 customers, one every 12 hours, as text cells."""
    started = pd.Timestamp("2025-03-01T08:00Z") + pd.to_timedelta(range(0, 720, 12), unit="h")
    ended = started + pd.Timedelta("20min")
    return pd.DataFrame(
        {
            "contact_id": [f"c{n:02d}" for n in range(60)],
            "customer_id": [f"u{n * 7 % 12:02d}" for n in range(60)],
            "started_at": started.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "ended_at": ended.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "channel": [("voice", "chat")[n % 2] for n in range(60)],
            "reason_code": [("Billing", "Fault", "Order")[n % 3] for n in range(60)],
        }
    )


@pytest.fixture
def write_log(tmp_path: Path) -> Callable[..., Path]:
    """Give a function that writes rows, text or bytes to a file of the log."""

    def write(content: pd.DataFrame | str | bytes, name: str = "log.csv") -> Path:
        path = tmp_path / name
        if isinstance(content, pd.DataFrame) and path.suffix == ".parquet":
            content.to_parquet(path, index=False)
        elif isinstance(content, pd.DataFrame):
            content.to_csv(path, index=False)
        else:
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write
