"""Planted levers: how often the lever planted in a driver is named, and how often another.

    python benchmarks/levers.py [seeds] [contacts] [depth]

Every seed draws a log for each mechanism: a subject of a tenth of the contacts that repeats
more because four in ten of its agents lack training; because it is transferred, or on hold;
in one queue; in one channel; about one product; because a next issue follows; or whoever
handles it. Besides, a segment of no subject in which everyone fails alike, a log too small
to tell, and one in which half of the excess is the agents' and half everyone's. The driver
judged is the largest that holds the subject. With a depth of 2 or 3 columns together may be
drivers too. One processor; prints one table.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import pandas as pd

from fcr_ml.drivers.excess import rank_drivers
from tests.drivers.lever_log import MECHANISMS, TRUE_LEVERS, draw_contacts, links_of, write_log

FIRST_SEED = 10_000
"""The rules were settled on logs of the first hundred seeds."""


def main(seeds: int = 50, contacts: int = 8_000, depth: int = 1) -> None:
    """Print how often each lever is named, by mechanism."""
    print(f"{seeds} logs a mechanism, {contacts:,} contacts, segments of up to {depth} columns")
    rows = [_told(name, seeds, contacts, depth) for name in MECHANISMS]
    print(pd.DataFrame(rows).to_string(index=False), flush=True)


def _told(name: str, seeds: int, contacts: int, depth: int) -> dict[str, object]:
    began = time.perf_counter()
    named = Counter(
        _lever(name, seed, contacts, depth) for seed in range(FIRST_SEED, FIRST_SEED + seeds)
    )
    found = seeds - named["no driver"]
    wanted = TRUE_LEVERS[name]
    others = {lever: count for lever, count in named.items() if lever not in wanted}
    wrong = sum(n for lever, n in others.items() if lever not in ("no driver", _OPEN))
    return {
        "mechanism": name,
        "found": found,
        "right": sum(named[lever] for lever in wanted),
        "open": 0 if _OPEN in wanted else named[_OPEN],
        "wrong": wrong,
        "named": dict(named.most_common()),
        "seconds": round(time.perf_counter() - began),
    }


_OPEN = "not enough evidence"


def _lever(name: str, seed: int, contacts: int, depth: int) -> str:
    drawn = draw_contacts(name, seed, contacts)
    with tempfile.TemporaryDirectory() as folder:
        casebook = write_log(Path(folder) / "casebook", drawn, links_of(name, seed, drawn))
        drivers = rank_drivers(casebook, depth=depth)
    is_subject = drivers["segment"].str.contains(MECHANISMS[name].segment, regex=False)
    subject = drivers[is_subject.to_numpy(dtype=bool)]
    return str(subject["lever"].iloc[0]) if len(subject) else "no driver"


if __name__ == "__main__":
    main(*(int(word) for word in sys.argv[1:4]))
