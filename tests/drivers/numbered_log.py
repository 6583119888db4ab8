"""Numbered contacts drawn by a few lines: units, a mix, levers, handle time."""

from __future__ import annotations

from typing import Any

import numpy as np

from fcr_ml.drivers.numbered import Numbered
from fcr_ml.drivers.segments import Levels


def levels(values: Any) -> Levels:
    """Number the values of a column, the commonest first."""
    texts = np.asarray(values).astype(str)
    names, counts = np.unique(texts, return_counts=True)
    order = np.lexsort((names, -counts))
    place = np.empty(len(names), dtype=np.int64)
    place[order] = np.arange(1, len(names) + 1)
    codes = place[np.searchsorted(names, texts)]
    return Levels(codes, [str(name) for name in names[order]])


def log_of(repeated: Any, customers: Any = None, **columns: Any) -> Numbered:
    """Give a log; columns that are numbers are measures, ``mix`` names the mix."""
    measures = {
        name: np.asarray(columns.pop(name), dtype=float)
        for name in ("handle_minutes", "csat", "cost", "answer_hours", "transfers", "hold_seconds")
        if name in columns
    }
    mix = columns.pop("mix", [name for name in columns if name not in ("team", "agent_id")])
    rates = np.asarray(repeated, dtype=float)
    owners = np.arange(len(rates)) if customers is None else np.asarray(customers)
    order = np.argsort(owners, kind="stable")
    told = {name: levels(np.asarray(values)[order]) for name, values in columns.items()}
    return Numbered(
        np.unique(owners[order], return_inverse=True)[1],
        rates[order],
        told,
        {name: values[order] for name, values in measures.items()},
        list(mix),
        "related",
        "7d",
    )


def draw_customers(size: int, draw: np.random.Generator) -> np.ndarray:
    """Give an owner for each contact; a few customers contact very often."""
    return np.repeat(np.arange(size), np.minimum(draw.zipf(2.0, size), 40))[:size]


def draw_log(
    size: int,
    seed: int,
    added: dict[str, float] | None = None,
    transfer: float = 0.0,
    minute: float = 0.0,
) -> Numbered:
    """Draw contacts of 12 teams and 5 topics; teams differ in their mix of topics.

    ``added`` says what a team adds to the repeat rate, ``transfer`` what a transfer
    does, ``minute`` what a minute of a team's usual handle time does. Hard topics are
    transferred more often and take longer. Customers differ a lot.
    """
    draw = np.random.default_rng(seed)
    owners = draw_customers(size, draw)
    team = draw.integers(0, 12, size)
    # Team t leans towards topic t modulo five.
    topic = np.where(draw.random(size) < 0.4, team % 5, draw.integers(0, 5, size))
    channel = draw.choice(["voice", "chat", "email"], size, p=[0.5, 0.3, 0.2])
    hard = np.array([0.0, 0.05, 0.1, 0.15, 0.2])[topic]
    is_moved = draw.random(size) < 0.08 + 1.2 * hard + 0.05 * (channel == "voice")
    usual = np.linspace(-2.0, 2.0, 12)[team]
    rate = 0.12 + hard + draw.beta(0.4, 1.6, size)[owners] * 0.5 + minute * usual
    rate = rate + transfer * is_moved
    names = np.array([f"team {place:02d}" for place in range(12)])[team]
    for name, more in (added or {}).items():
        rate = rate + more * (names == name)
    matter = draw.normal(0, 1, size)  # how hard this one is: it takes longer and comes back
    repeated = draw.random(size) < np.clip(rate + 0.05 * matter, 0, 1)
    minutes = 12 + usual + 20 * hard + 2 * matter + draw.normal(0, 1, size)
    return log_of(
        repeated,
        owners,
        team=names,
        topic=topic,
        channel=channel,
        mix=["channel", "topic"],
        transfers=is_moved,
        handle_minutes=minutes,
    )
