"""Time the whole driver analysis on a casebook of a million contacts.

    python benchmarks/drivers_scale.py [contacts]

The casebook is drawn here and written as the product writes it: 250 topics in 16
themes, 12 queues, 5 channels, 40 teams, 2,000 agents, 30 reason codes, 20 products, a
year of contacts, customers who contact unequally often; a third of the topics, one
queue, transfers, a pair and a triple repeat more. There are no notes to look into. Prints
the seconds of the whole, on two processors, then of either half alone with its memory, and
the first drivers.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

from fcr_ml.drivers.excess import study_drivers
from fcr_ml.drivers.repeats import measure_beside, study_repeats
from fcr_ml.frames import Casebook, write_casebook
from fcr_ml.frames.conform import empty
from fcr_ml.frames.tables import LINKS

BEGAN = pd.Timestamp("2025-01-01", tz="UTC")
DAYS = 365
TOPICS, THEMES = 250, 16
WINDOW = pd.Timedelta(days=7)


def main(contacts: int) -> None:
    """Print what the analysis takes as the product runs it, and each half by itself."""
    with tempfile.TemporaryDirectory() as folder:
        casebook = write_log(Path(folder) / "casebook", contacts)
        print(f"{contacts:,} contacts", flush=True)
        began = time.perf_counter()
        found, _ = study_repeats(casebook, contacts)
        print(f"together      {time.perf_counter() - began:6.1f} s", flush=True)
        shown = ["segment", "closed_contacts", "excess_repeats", "confirmation"]
        print(f"looked at {found.drivers.attrs['segments_looked_at']:,} segments")
        print(found.drivers[shown].head(8).to_string(index=False), flush=True)
        for name, part in {"drivers": study_drivers, "the rest": measure_beside}.items():
            began = time.perf_counter()
            part(casebook)
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
            told = f"{time.perf_counter() - began:6.1f} s, peak so far {peak:.1f} GiB"
            print(f"{name:13} {told}", flush=True)


def write_log(folder: Path, size: int, random_state: int = 0) -> Casebook:
    """Draw a log and write it as a casebook; related returns within 7 d only."""
    draw = np.random.default_rng(random_state)
    log = _draw_contacts(size, draw)
    topic = np.minimum((draw.random(size) ** 2 * TOPICS).astype(int), TOPICS - 1)
    rate = _repeat_rates(log, topic, draw)
    ids = log["contact_id"]
    closes_at = log["ended_at"] + WINDOW
    as_of = BEGAN + pd.Timedelta(days=DAYS)
    is_closed = closes_at <= as_of
    is_repeated = draw.random(size) < rate
    outcomes = pd.DataFrame(
        {
            "contact_id": ids,
            "reading": "related",
            "window": "7d",
            "is_counted": True,
            "is_closed": is_closed,
            "outcome": np.where(
                is_repeated & is_closed, "repeated", np.where(is_closed, "resolved", "open")
            ),
            "repeated_probability": is_repeated.astype(float),
            "hours_to_return": np.where(is_repeated, draw.uniform(1, 167, size), np.nan),
            "closes_at": closes_at,
            "episode_id": ids,
            "follow_up_id": pd.Series(pd.NA, index=log.index, dtype="string"),
        }
    )
    topic_ids = pd.Series(topic).map("t{:03d}".format).astype("string")
    tables = {
        "contacts": log,
        "topics": pd.DataFrame({"contact_id": ids, "topic_id": topic_ids}).assign(
            no_topic_reason=pd.NA
        ),
        "topic_cards": _cards(),
        "links": empty(LINKS),
        "outcomes": outcomes,
    }
    settings = {"windows": ["7d"], "window": "7d", "reading": "related", "window_from": "end"}
    return write_casebook(folder, tables, as_of, settings)


def _draw_contacts(size: int, draw: np.random.Generator) -> pd.DataFrame:
    owner = np.minimum(draw.zipf(1.6, size), 400_000)
    owner = np.where(draw.random(size) < 0.9, draw.integers(0, int(0.35 * size) + 1, size), owner)
    seconds = np.sort(draw.integers(0, DAYS * 86_400, size))
    started_at = (BEGAN + pd.to_timedelta(seconds, unit="s")).as_unit("us")
    agent = draw.integers(0, 2_000, size)
    held = np.where(draw.random(size) < 0.3, draw.exponential(70, size), 0.0)
    talk = draw.lognormal(5.7, 0.5, size)
    numbers = pd.Series(np.arange(size))
    return pd.DataFrame(
        {
            "contact_id": numbers.map("c-{:07d}".format),
            "customer_id": pd.Series(owner).map("k-{:07d}".format),
            "started_at": started_at,
            "ended_at": started_at + pd.to_timedelta(talk.astype(int), unit="s"),
            "channel": draw.choice(["voice", "chat", "mail", "web", "app"], size),
            "queue": _named("queue", draw.integers(0, 12, size)),
            "team": _named("team", agent % 40),
            "agent_id": _named("agent", agent),
            "product": _named("product", draw.integers(0, 20, size)),
            "reason_code": _named("code", draw.integers(0, 30, size)),
            "language": draw.choice(["en", "sv", "vi"], size, p=[0.7, 0.2, 0.1]),
            "transfers": (draw.random(size) < 0.12).astype(int),
            "talk_seconds": talk,
            "hold_seconds": held,
            "wrap_seconds": draw.lognormal(4, 0.4, size),
            "csat": pd.Series(draw.integers(1, 6, size)).where(draw.random(size) < 0.1),
        }
    )


def _named(name: str, numbers: np.ndarray) -> np.ndarray:
    return np.array([f"{name} {number}" for number in range(numbers.max() + 1)])[numbers]


def _repeat_rates(log: pd.DataFrame, topic: np.ndarray, draw: np.random.Generator) -> np.ndarray:
    leans = np.where(draw.random(TOPICS) < 1 / 3, draw.uniform(0, 0.15, TOPICS), 0.0)
    is_chat, is_code = log["channel"].eq("chat"), log["reason_code"].eq("code 3")
    rate = 0.12 + leans[topic]
    rate += 0.08 * log["queue"].eq("queue 2") + 0.10 * (log["transfers"] > 0)
    rate += 0.15 * (is_chat & log["product"].eq("product 1"))
    return np.asarray(rate + 0.25 * (is_chat & is_code & log["queue"].eq("queue 5")))


def _cards() -> pd.DataFrame:
    numbers = np.arange(TOPICS)
    topics = pd.DataFrame(
        {
            "topic_id": [f"t{number:03d}" for number in numbers],
            "level": "topic",
            "topic": [f"topic {number}" for number in numbers],
            "parent_topic_id": [f"m{number % THEMES:02d}" for number in numbers],
        }
    )
    themes = pd.DataFrame(
        {
            "topic_id": [f"m{number:02d}" for number in range(THEMES)],
            "level": "theme",
            "topic": [f"theme {number}" for number in range(THEMES)],
        }
    )
    return pd.concat([topics, themes], ignore_index=True).assign(
        terms="one · two",
        contacts=1,
        example_contact_id="c-0000000",
        first_seen_at=BEGAN,
        last_seen_at=BEGAN,
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
