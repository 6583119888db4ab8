"""The smallest release: one file with one number, opened and scored as a real one is.

The risk is the number, and a tenth more for each earlier contact of the customer that was
sent along. A contact's moment has come once it has ended.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from fcr_ml.releases.flavour import Served
from fcr_ml.releases.sent_rows import read_sent

SERVED = Served(
    opener="tests.releases.release_double:open_release",
    scorer="tests.releases.release_double:score_log",
)


@dataclass(frozen=True)
class ReleaseDouble:
    base: float


def write_release(folder: Path, base: float = 0.25) -> Path:
    folder.mkdir(parents=True)
    (folder / "release.json").write_text(json.dumps({"base": base}))
    return folder


def open_release(folder: Path) -> ReleaseDouble:
    return ReleaseDouble(json.loads((folder / "release.json").read_text())["base"])


def score_log(
    release: ReleaseDouble, contacts: pd.DataFrame, as_of: pd.Timestamp | None
) -> pd.DataFrame:
    known = contacts if as_of is None else contacts[contacts["started_at"] <= as_of]
    earlier = known.sort_values("started_at").groupby("customer_id").cumcount()
    scored = pd.DataFrame(
        {
            "contact_id": known["contact_id"],
            "risk": release.base + 0.1 * earlier.astype(float),
            "reason_1": "customer had " + earlier.astype(str) + " earlier contacts",
            "reason_2": "queue " + known["queue"].astype("string"),
            "reason_3": None,
        }
    )
    return scored[known["ended_at"].notna()].sort_values("contact_id", ascending=False)


def sent_rows() -> pd.DataFrame:
    """Three contacts as HTTP sends them; the second follows the first, the third is open."""
    return pd.DataFrame(
        {
            "contact_id": ["c2", "c1", "c3"],
            "customer_id": ["a", "a", "b"],
            "started_at": ["2025-06-02T08:00Z", "2025-06-01T10:00+02:00", "2025-06-02T09:00Z"],
            "ended_at": ["2025-06-02T08:10Z", "2025-06-01T08:05Z", None],
            "queue": ["Orders", "Orders", None],
            "transfers": [1.0, None, 2.0],
            "agent_says_resolved": ["true", None, "false"],
            "note": ["a secret note", "another", None],
        }
    )


def contacts() -> pd.DataFrame:
    return read_sent(sent_rows())
