"""How often a watch over the release in use cries wolf, and what it finds.

Enters: simulated centres, or a log of one's own. Leaves: alarms on undisturbed nights, and
whether each planted drift is told a week later. The log is read once by the release and cut
by day, so that a quarter of nights takes minutes.

    python benchmarks/watch.py [--seeds 3] [--contacts 20000] [--log FILE --as-of DAY]
"""

from __future__ import annotations

import argparse
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from fcr_ml.backtest.month import LogByDay
from fcr_ml.backtest.watch import verdict_of, watch_release
from fcr_ml.backtest.watch_rows import WatchRows, watch_rows
from fcr_ml.contacts.clean import clean_log
from fcr_ml.contacts.read import read_log
from fcr_ml.releases.fit import Recipe, fit_release
from fcr_ml.releases.reading import features_of, read_by
from fcr_ml.simulate import CentrePlan, simulate_centre, write_centre

NIGHTS = 90
LOOKED_BACK = (10, 40, 70)
"""Nights before the end in whose week drifts are planted."""
DRIFTS = (
    "volume halved", "volume doubled", "column emptied", "new codes", "new topic",
    "notes halved", "language switched", "returns doubled", "ranking broken",
)  # fmt: skip


def read_once(log: Path, encoder: str) -> tuple[WatchRows, pd.Timestamp, pd.Timestamp, dict]:
    """Fit a release 90 days before the log's end and read the whole log by it."""
    raw = read_log([str(log)])
    recipe = Recipe.of({"casebook": {"encoder": encoder}})
    logs = LogByDay(raw, recipe)
    whole = clean_log(raw, **recipe.contacts)
    end = whole.as_of.floor("D")
    seam = end - pd.Timedelta(days=NIGHTS)
    with tempfile.TemporaryDirectory() as folder:
        release = fit_release(logs.as_of(seam), recipe, Path(folder) / "fit").release
        casebook = read_by(release, whole.contacts, whole.as_of, Path(folder) / "read")
        rows = watch_rows(release, casebook, features_of(release, casebook))
    return rows, seam, end, dict(release.topic_names)


def nights(rows: WatchRows, seam: pd.Timestamp, end: pd.Timestamp) -> list[set[str]]:
    """Give what is told on each night of a quarter."""
    told = []
    for night in pd.date_range(seam + pd.Timedelta(days=1), end, freq="D"):
        watch = watch_release(rows, night, seam)
        alarms = watch[watch["verdict"] != "fine"]
        told.append({f"{r.kind}: {r.name_}" for r in alarms.rename(columns={"name": "name_"})
                     .itertuples()})  # fmt: skip
    return told


def episodes(told: list[set[str]]) -> list[tuple[int, str]]:
    """Give each alarm once while it lasts."""
    return [
        (night, name)
        for night, names in enumerate(told)
        for name in sorted(names)
        if night == 0 or name not in told[night - 1]
    ]


def plant(watched: WatchRows, kind: str, week: np.ndarray, seed: int) -> WatchRows:
    """Plant a drift in the contacts of a week."""
    rows, draw = watched.rows.copy(), np.random.default_rng(seed)
    inside = np.flatnonzero(week)
    part = lambda share: draw.permutation(inside)[: int(share * len(inside))]  # noqa: E731
    if kind == "volume halved":
        rows = rows.drop(rows.index[part(0.5)])
    elif kind == "volume doubled":
        again = rows.iloc[inside].assign(
            contact_id=lambda r: r["contact_id"] + "'", customer_id=lambda r: r["customer_id"] + "'"
        )
        rows = pd.concat([rows, again], ignore_index=True)
    elif kind == "column emptied":
        rows.loc[rows.index[inside], "product"] = None
    elif kind == "new codes":
        rows.loc[rows.index[part(0.25)], "reason_code"] = "Heat pump"
    elif kind == "new topic":
        rows.loc[rows.index[part(0.2)], "topic_id"] = None
    elif kind == "notes halved":
        rows.loc[rows.index[inside], "words"] = rows["words"].iloc[inside] // 2
    elif kind == "language switched":
        name = "language" if "language" in rows else "language of notes"
        rows.loc[rows.index[part(0.3)], name] = "xx"
    elif kind == "returns doubled":
        rows = _returned(rows, inside, draw)
    else:
        shuffled = draw.permutation(rows["risk"].to_numpy()[inside])
        rows.loc[rows.index[inside], "risk"] = shuffled
    return replace(watched, rows=rows)


def _returned(rows: pd.DataFrame, inside: np.ndarray, draw: np.random.Generator) -> pd.DataFrame:
    """Let as many more customers return as did, as late as others do."""
    came = rows["return_hours"].notna().to_numpy()
    own = inside[~came[inside] & rows["risk"].notna().to_numpy()[inside]]
    chance = rows["risk"].to_numpy()[own]
    more = own[draw.random(len(own)) < chance / max(1e-9, 1 - chance.mean())]
    hours = rows["return_hours"].dropna().to_numpy()
    rows.loc[rows.index[more], "return_hours"] = draw.choice(hours, len(more))
    rows.loc[rows.index[more], "repeated_probability"] = 1.0
    return rows


def watched_log(
    given: argparse.Namespace, seed: int
) -> tuple[WatchRows, pd.Timestamp, pd.Timestamp]:
    """Give a log read once by a release, its seam and end; kept where that was asked for."""
    kept = given.keep and given.keep / f"{given.log.parent.name if given.log else seed}.pkl"
    if kept and kept.exists():
        read = pd.read_pickle(kept)
    else:
        with tempfile.TemporaryDirectory() as folder:
            log = given.log
            if log is None:
                plan = CentrePlan(contacts=given.contacts, days=270, random_state=seed)
                write_centre(simulate_centre(plan), Path(folder))
                log = Path(folder) / "contacts.parquet"
            read = read_once(log, given.encoder)
        if kept:
            pd.to_pickle(read, kept)
    rows, seam, end, _ = read
    whose = pd.factorize(rows.rows["customer_id"], sort=True)[0] % given.part == 0
    return replace(rows, rows=rows.rows[whose].reset_index(drop=True)), seam, end


def found_at(
    rows: WatchRows, night: pd.Timestamp, seam: pd.Timestamp, usual: set[str], seed: int
) -> dict[str, bool]:
    """Plant each drift in the week before a night, and say whether more is told than usual."""
    starts, now = rows.rows["started_epoch"].to_numpy(np.int64), int(night.timestamp())
    week = (starts < now) & (starts >= now - 7 * 86_400)
    found = {}
    for kind in DRIFTS:
        watch = watch_release(plant(rows, kind, week, seed), night, seam)
        alarms = watch[watch["verdict"] != "fine"]
        names = {f"{k}: {n}" for k, n in zip(alarms["kind"], alarms["name"], strict=True)}
        found[kind] = bool(names - usual)
        if not found[kind]:
            print(f"  missed on {night:%Y-%m-%d}: {kind} ({verdict_of(watch)})", flush=True)
    return found


def main() -> None:
    """Measure both, seed by seed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--contacts", type=int, default=20_000)
    parser.add_argument("--encoder", default="words")
    parser.add_argument("--log", type=Path)
    parser.add_argument("--keep", type=Path, help="keeps the rows that were read here")
    parser.add_argument("--part", type=int, default=1, help="keep every such customer alone")
    given = parser.parse_args()
    found, total, looks = dict.fromkeys(DRIFTS, 0), 0, 0
    for seed in [0] if given.log else range(given.seeds):
        began = time.perf_counter()
        rows, seam, end = watched_log(given, seed)
        print(
            f"seed {seed}: {len(rows.rows):,} read, {time.perf_counter() - began:.0f} s", flush=True
        )
        told = nights(rows, seam, end)
        alarms = episodes(told)
        total += len(alarms)
        print(f"  undisturbed: {len(alarms)} alarms on {len(told)} nights: {alarms}", flush=True)
        for back in LOOKED_BACK:
            night, usual = end - pd.Timedelta(days=back), told[len(told) - 1 - back]
            for kind, is_found in found_at(rows, night, seam, usual, seed).items():
                found[kind] += is_found
            looks += 1
        print(f"  {time.perf_counter() - began:.0f} s", flush=True)
    print(f"alarms: {total}; found of {looks}: {found}")


if __name__ == "__main__":
    main()
