"""The smallest release: one file with one number, opened and scored as a real one is.

The risk is the number, and a tenth more for each earlier contact of the customer that was
sent along. A contact's moment has come once it has ended.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from fcr_ml.frames.tables import CONTRACT_VERSION
from fcr_ml.releases.flavour import Served
from fcr_ml.releases.release import FORMAT
from fcr_ml.releases.sent_rows import read_sent

CASEBOOK = {"window": "7d", "reading": "related", "window_from": "end", "windows": ["7d"]}

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


def write_told_release(folder: Path, as_of: str) -> Path:
    """Write a release whose manifest is as a month writes it; the rest is the double's."""
    folder.mkdir(parents=True)
    manifest = {
        "format": FORMAT,
        "name": folder.name,
        "as_of": as_of,
        "contract_version": CONTRACT_VERSION,
        "told": {
            "settings": {"casebook": CASEBOOK, "contacts": {}},
            "encoder": {"name": "words", "fingerprint": "abc"},
            "program_version": "0.1.0",
            "log": {
                "fingerprint": "0123456789abcdef",
                "contacts": 3,
                "customers": 2,
                "first_started_at": "2025-05-01T08:00:00+00:00",
                "last_started_at": "2025-05-31T08:00:00+00:00",
                "columns": ["contact_id", "note"],
            },
            "figures": {"topics": 4, "without_topic_rate": 0.1, "chosen": "risk model"},
            "libraries": {},
            "forerunner": None,
            "remarks": [],
            "recipe": "r",
        },
        "files": {},
        "base": 0.25,
    }
    digest = hashlib.sha256(json.dumps(manifest, sort_keys=True).encode()).hexdigest()
    (folder / "release.json").write_text(json.dumps(manifest | {"sha256": digest}))
    return folder


def decision(challenger: str, champion: str, as_of: str, outcome: str = "promote") -> dict:
    """Give what a month has decided, with round figures."""
    scorers = {
        name: {"ap": ap, "auc": ap + 0.2, "brier": 0.15, "calibration_error": 0.02}
        for name, ap in (("champion", 0.40), ("challenger", 0.42), ("rule", 0.30))
    }
    gains = {
        "gain": {"value": 0.02, "low": 0.01, "high": 0.03},
        "gain_over_rule": {"value": 0.12, "low": 0.10, "high": 0.14},
    }
    figures = {"contacts": 1_204, "customers": 900, "repeats": 250.0, **scorers, **gains}
    return {
        "as_of": as_of,
        "challenger": challenger,
        "champion": champion,
        "months": [["2025-05-01", "2025-06-01", challenger, champion]],
        "verdict": {
            "outcome": outcome,
            "why": "The challenger ranks better.",
            "gates": [{"name": "calibration", "is_passed": True, "told": "0.02"}],
            "figures": figures,
        },
    }
