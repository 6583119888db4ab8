"""Time a million contacts from pairs to outcomes, beside a plain pandas self-merge.

    python benchmarks/links_scale.py [contacts]

A simulated centre is repeated, each time with other customers, until it has as many
contacts as asked for; note vectors are given, drawn around one point a true issue.
Prints seconds and peak memory; the self-merge runs on a tenth and is scaled up.
"""

from __future__ import annotations

import resource
import sys
import time

import numpy as np
import pandas as pd

from fcr_ml.assembly import TIMELINE_COLUMNS, put_timeline
from fcr_ml.engine import DuckEngine
from fcr_ml.frames import RepeatWindow
from fcr_ml.links.evidence import EvidenceBook
from fcr_ml.links.outcomes import tell_outcomes
from fcr_ml.links.table import tie_links
from fcr_ml.simulate import CentrePlan, simulate_centre

DIMENSIONS = 384
WINDOWS = ("48h", "7d", "30d")


def main(contacts: int) -> None:
    """Print what every stage takes."""
    centre = simulate_centre(CentrePlan(contacts=10_000, days=365))
    log, notes, vectors = _repeated(centre, contacts)
    print(f"{len(log):,} contacts, {log['customer_id'].nunique():,} customers", flush=True)
    as_of = int(log["started_at"].max().timestamp())
    windows = [RepeatWindow.parse(window) for window in WINDOWS]
    clock = time.perf_counter()
    with DuckEngine() as engine:
        put_timeline(engine, log, from_start=False)
        tied = tie_links(
            engine,
            EvidenceBook(log, notes, notes.assign(topic_id=None), vectors),
            max(windows),
            as_of,
        )
        links = tied.links.assign(reaction=None, needs_help_probability=np.nan)
        print(f"links     {time.perf_counter() - clock:6.1f} s  {len(links):,} pairs", flush=True)
        rows = sum(len(part) for part in tell_outcomes(engine, links, windows, as_of))
    ours = time.perf_counter() - clock
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"outcomes  {ours:6.1f} s  {rows:,} rows, peak {peak:.1f} GiB", flush=True)
    part = log[log["customer_id"].isin(log["customer_id"].unique()[::10])]
    clock = time.perf_counter()
    pairs = _self_merge(part)
    plain = (time.perf_counter() - clock) * len(log) / len(part)
    print(
        f"pandas self-merge, pairs alone: {plain:.1f} s scaled up ({len(pairs):,} pairs of a tenth)"
    )
    print(f"ratio, everything against that: {ours / plain:.2f}")


def _repeated(centre, contacts: int) -> tuple[pd.DataFrame, pd.DataFrame, np.ndarray]:  # type: ignore[no-untyped-def]
    log = centre.contacts.reindex(columns=[*TIMELINE_COLUMNS, "note"])
    issues = pd.factorize(
        centre.key["issues"].set_index("contact_id").loc[log["contact_id"], "issue_id"]
    )[0]
    random = np.random.default_rng(0)
    times = -(-contacts // len(log))
    copies = pd.concat([log] * times, ignore_index=True).iloc[:contacts]
    number = np.repeat(np.arange(times), len(log))[:contacts].astype(str)
    for name in ("contact_id", "customer_id", "case_id"):
        copies[name] = copies[name] + "-" + number
    points = random.standard_normal((issues.max() + 1, DIMENSIONS), dtype=np.float32)
    vectors = np.empty((contacts, DIMENSIONS), dtype=np.float32)
    for begin in range(0, contacts, 100_000):
        rows = slice(begin, min(begin + 100_000, contacts))
        which = np.tile(issues, times)[rows]
        noise = random.standard_normal((len(which), DIMENSIONS), dtype=np.float32)
        vectors[rows] = points[which] + 1.5 * noise
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    notes = pd.DataFrame({"contact_id": copies["contact_id"], "note": copies["note"]})
    return copies, notes, vectors


def _self_merge(log: pd.DataFrame) -> pd.DataFrame:
    both = log.merge(log, on="customer_id", suffixes=("", "_later"))
    gap = both["started_at_later"] - both["ended_at"].fillna(both["started_at"])
    is_later = both["started_at_later"] > both["started_at"]
    return both[is_later & (gap <= pd.Timedelta(days=30))]


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
