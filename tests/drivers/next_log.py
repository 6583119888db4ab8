"""A contact log drawn by a few lines, in which some topics lead to others, or none do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from fcr_ml.frames import Casebook, RepeatWindow, write_casebook
from fcr_ml.frames.conform import empty
from fcr_ml.frames.tables import LINKS

BEGAN = pd.Timestamp("2025-01-01", tz="UTC")
WINDOW_HOURS = 7 * 24.0

Planted = dict[tuple[int, int], float]
"""How many of a topic's contacts lead to the other topic."""

REPEATS = 0.12
"""Contacts that come back about the same topic, in every drawn log."""


def draw_contacts(
    seed: int,
    planted: Planted | None = None,
    size: int = 4_000,
    topics: int = 15,
    days: int = 180,
    spells: float = 0.0,
) -> pd.DataFrame:
    """Draw ``customer, topic, began, hours`` (handled), about ``size`` rows, by time.

    Customers contact unequally often, each prefers a few topics, a third come or leave
    while the log runs, and some topics take two days to handle. ``spells`` is the share
    of contacts that come beside another one of the customer within three days, in either
    order and about anything.
    """
    draw = np.random.default_rng(seed)
    customers = size // 2
    activity = draw.gamma(0.7, 1 / 0.7, customers)
    prefers = draw.dirichlet(np.full(topics, 0.4) * draw.uniform(0.5, 1.5, topics), customers)
    joins = np.where(draw.random(customers) < 0.15, draw.uniform(0, 1, customers), 0.0)
    leaves = np.where(draw.random(customers) < 0.15, draw.uniform(joins, 1, customers), 1.0)
    led = sum((planted or {}).values()) / topics
    wanted = size / (1 + REPEATS + led) * (1 - spells)
    owner = draw.choice(customers, int(wanted), p=activity / activity.sum())
    began = draw.uniform(joins[owner], leaves[owner]) * days * 24
    near = draw.permutation(len(owner))[: int(size * spells)]
    owner = np.r_[owner, owner[near]]
    began = np.r_[began, began[near] + draw.uniform(-72, 72, len(near))]
    topic = (prefers.cumsum(axis=1)[owner] < draw.random(len(owner))[:, None]).sum(axis=1)
    handled = np.array([0.2, 0.4, 48.0])[np.arange(topics + 1) % 3]
    rows = [(owner, np.minimum(topic, topics - 1), began)]
    for _ in range(3):
        rows.append(_follow(draw, *rows[-1], handled, planted or {}))
    owner, topic, began = (np.concatenate(parts) for parts in zip(*rows, strict=True))
    inside = (began >= 0) & (began < days * 24)
    log = pd.DataFrame({"customer": owner, "topic": topic, "began": began})[inside]
    log = log.assign(hours=handled[log["topic"]])
    return log.sort_values(["began", "customer"], ignore_index=True)


def _follow(
    draw: np.random.Generator,
    owner: np.ndarray,
    topic: np.ndarray,
    began: np.ndarray,
    handled: np.ndarray,
    planted: Planted,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Let contacts be followed, by at most one other each."""
    chance = draw.random(len(owner))
    next_topic = np.full(len(owner), -1)
    reached = np.full(len(owner), REPEATS)
    next_topic[chance < reached] = topic[chance < reached]
    for (first, then), share in planted.items():
        here = (topic == first) & (chance >= reached) & (chance < reached + share)
        next_topic[here] = then
        reached = reached + share * (topic == first)
    led = next_topic >= 0
    delay = draw.exponential(40, led.sum())
    return owner[led], next_topic[led], began[led] + handled[topic[led]] + delay


def shuffle_within_customers(log: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Let every customer keep the contact times and the topics, but not which is when."""
    draw = np.random.default_rng(seed)
    places = np.lexsort([draw.random(len(log)), log["customer"]])
    by_customer = np.argsort(log["customer"].to_numpy(), kind="stable")
    shuffled = log["topic"].to_numpy().copy()
    shuffled[by_customer] = log["topic"].to_numpy()[places]
    return log.assign(topic=shuffled)


def write_log(
    folder: Path, log: pd.DataFrame, days: int = 180, window: str = "7d", **more: Any
) -> Casebook:
    """Write ``customer, topic, began, hours`` as a casebook; topic -1 is none.

    ``is_counted`` is a further column where wanted; ``links`` replaces the table.
    """
    as_of = BEGAN + pd.Timedelta(days=days)
    ids = pd.Series(np.arange(len(log)), dtype="int64").map("c-{:07d}".format)
    started_at = (BEGAN + pd.to_timedelta(log["began"].to_numpy(float), unit="h")).as_unit("s")
    ended_at = (started_at + pd.to_timedelta(log["hours"].to_numpy(float), unit="h")).as_unit("s")
    topic_ids = log["topic"].map("t{:03d}".format).astype("string").mask(log["topic"] < 0)
    contacts = pd.DataFrame(
        {
            "contact_id": ids,
            "customer_id": log["customer"].map("k-{:06d}".format).to_numpy(),
            "started_at": started_at,
            "ended_at": ended_at,
        }
    )
    closes_at = ended_at + pd.Timedelta(seconds=RepeatWindow.parse(window).seconds)
    outcomes = pd.DataFrame(
        {
            "contact_id": ids,
            "reading": "related",
            "window": window,
            "is_counted": log["is_counted"].to_numpy() if "is_counted" in log else True,
            "is_closed": closes_at <= as_of,
            "outcome": np.where(closes_at <= as_of, "resolved", "open"),
            "repeated_probability": 0.0,
            "closes_at": closes_at,
            "episode_id": ids,
        }
    )
    topics = pd.DataFrame({"contact_id": ids, "topic_id": topic_ids.to_numpy()})
    tables = {
        "contacts": contacts,
        "topics": topics,
        "topic_cards": topic_cards(log),
        "links": more.pop("links", empty(LINKS)),
        "outcomes": outcomes,
    }
    settings = {"windows": [window], "window": window, "reading": "related", "window_from": "end"}
    return write_casebook(folder, tables, as_of, settings | more)


def topic_cards(log: pd.DataFrame) -> pd.DataFrame:
    """Give a card for every topic of a log."""
    numbers = sorted(set(log["topic"]) - {-1})
    return pd.DataFrame(
        {
            "topic_id": [f"t{number:03d}" for number in numbers],
            "level": "topic",
            "topic": [f"topic {number}" for number in numbers],
            "terms": "one · two",
            "contacts": 1,
            "example_contact_id": "c-0000000",
            "first_seen_at": BEGAN,
            "last_seen_at": BEGAN,
        }
    )
