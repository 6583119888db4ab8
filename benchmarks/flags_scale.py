"""A night's list over a million contacts, and one contact through a warm model.

Enters: nothing. Leaves: seconds and memory of features, scoring and reasons over a drawn
log, and milliseconds of one contact through ``RiskModel.risk`` and its reasons.

    python -m benchmarks.flags_scale [CONTACTS]
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

from fcr_ml.features import Features, build_features
from fcr_ml.frames import Casebook, write_casebook
from fcr_ml.notes.encoders import open_encoder
from fcr_ml.risk.flags import flag_contacts
from fcr_ml.risk.leaks import find_leaks
from fcr_ml.risk.model import RiskModel
from fcr_ml.risk.reasons import explain
from fcr_ml.risk.rows import closed_rows
from fcr_ml.risk.split import split_by_time

AS_OF = pd.Timestamp("2025-07-01", tz="UTC")
SETTINGS = {
    "window": "7d",
    "windows": ["7d"],
    "reading": "related",
    "window_from": "end",
    "attributes": {},
}
DAYS = 180


def draw_casebook(folder: Path, n: int) -> Casebook:
    """Draw contacts with queue, product, code, agent, transfers, and who comes back."""
    draw = np.random.default_rng(0)
    ended = AS_OF - pd.to_timedelta(np.sort(draw.uniform(0, DAYS, n))[::-1], unit="D")
    ended = pd.Series(ended).dt.floor("s")
    transfers = draw.integers(0, 4, n)
    returns = draw.random(n) < 0.1 + 0.08 * transfers
    hours = draw.uniform(1, 167, n)
    is_closed = (ended + pd.Timedelta(days=7) <= AS_OF).to_numpy()
    seen = (ended + pd.to_timedelta(hours, unit="h") <= AS_OF).to_numpy() & returns
    ids = pd.Series(np.arange(n)).map("c{:08d}".format)
    contacts = pd.DataFrame(
        {
            "contact_id": ids,
            "customer_id": pd.Series(draw.integers(0, n // 3, n)).map("u{:08d}".format),
            "started_at": ended - pd.Timedelta(minutes=20),
            "ended_at": ended,
            "channel": draw.choice(["phone", "mail", "chat"], n),
            "queue": draw.choice([f"queue {k}" for k in range(12)], n),
            "agent_id": draw.choice([f"agent {k}" for k in range(2_000)], n),
            "product": draw.choice([f"product {k}" for k in range(40)], n),
            "reason_code": draw.choice([f"code {k}" for k in range(120)], n),
            "transfers": transfers,
            "handle_seconds": draw.gamma(2, 300, n),
        }
    )
    outcomes = pd.DataFrame(
        {
            "contact_id": ids,
            "reading": "related",
            "window": "7d",
            "is_counted": True,
            "is_closed": is_closed,
            "outcome": np.where(seen, "repeated", np.where(is_closed, "resolved", "open")),
            "repeated_probability": np.where(seen, 0.95, 0.02),
            "hours_to_return": np.where(seen, hours, np.nan),
            "closes_at": ended + pd.Timedelta(days=7),
            "episode_id": ids,
        }
    )
    return write_casebook(folder, {"contacts": contacts, "outcomes": outcomes}, AS_OF, SETTINGS)


def main(n: int = 1_000_000) -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        casebook = draw_casebook(Path(folder) / "casebook", n)
        clock = _Clock()
        features = build_features(casebook)
        clock.told(f"features of {n:,} contacts")
        rows = closed_rows(casebook, features)
        model = RiskModel("risk model", features.names)
        model.fit(rows, split_by_time(rows, test_share=0))
        clock.told("the model learned (once a month)")
        model.risk(features.frame)
        clock.told(f"{n:,} contacts scored")
        flags = flag_contacts(casebook, features, model, capacity=200)
        clock.told(f"{len(flags):,} of the open contacts flagged, with reasons")
        find_leaks(casebook)
        clock.told("looked for leaks on a sample")
    _one_contact(features, model)


def _one_contact(features: Features, model: RiskModel) -> None:
    row = features.frame.tail(1)
    encoder = open_encoder("english")
    note = (
        "Customer calls about the invoice of last month: the line was booked twice although the "
        "contract was changed in May. Promised to check with billing and to call back."
    )
    encoder.encode([note])
    for clock, name in ((time.perf_counter, "elapsed"), (time.process_time, "of a processor")):
        millis = []
        for _ in range(100):
            began = clock()
            encoder.encode([note])
            model.risk(row)
            explain(row, model.contributions(row), features)
            millis.append(1000 * (clock() - began))
        told = f"median {np.median(millis):.1f} ms, 95 % within {np.quantile(millis, 0.95):.1f} ms"
        print(f"one contact, note encoded, risk and reasons: {told} {name}")


class _Clock:
    def __init__(self) -> None:
        self._began, self._used = time.perf_counter(), time.process_time()

    def told(self, what: str) -> None:
        now = time.perf_counter()
        used = time.process_time()
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
        spent = f"{now - self._began:7.1f} s, {used - self._used:6.1f} s of processors"
        print(f"{spent}  {what}  (peak {peak:.1f} GiB)", flush=True)
        self._began, self._used = time.perf_counter(), time.process_time()


if __name__ == "__main__":
    main(*(int(text) for text in sys.argv[1:]))
