"""Adjusted comparisons and effects: how often their intervals hold, beside plain ways.

    python benchmarks/comparison.py [logs]

Every log is drawn with customers who contact, and return, unequally often. Units differ
in their mix or levers are set more often where contacts repeat more, so that plain
differences are wrong. The truth is planted or nothing is. One processor; prints a table.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

import numpy as np
import pandas as pd

from fcr_ml.drivers.compare import compare_units
from fcr_ml.drivers.doubly_robust import Sides, difference_of_rates, estimate_effect
from fcr_ml.drivers.numbered import Numbered
from fcr_ml.drivers.segments import Levels
from fcr_ml.drivers.trade_off import BETWEEN_UNITS, measure_trade_offs


def main(logs: int) -> None:
    """Print what holds, over as many logs a line."""
    for name, tell in LINES.items():
        figures = ", ".join(f"{key} {value:.4g}" for key, value in tell(logs).items())
        print(f"{name}: {figures}", flush=True)


def levels(values: np.ndarray) -> Levels:
    """Number whole values from 0."""
    return Levels(values.astype(np.int64) + 1, [str(name) for name in range(int(values.max()) + 1)])


def draw_customers(size: int, draw: np.random.Generator) -> np.ndarray:
    """Give an owner for each contact; a few customers contact very often."""
    return np.repeat(np.arange(size), np.minimum(draw.zipf(2.0, size), 40))[:size]


def log_of(repeated: np.ndarray, owners: np.ndarray, mix: list[str], **columns: np.ndarray):
    """Give numbered contacts; owners come in order."""
    minutes = columns.pop("minutes", None)
    return Numbered(
        owners,
        repeated.astype(float),
        {name: levels(values) for name, values in columns.items()},
        {} if minutes is None else {"handle_minutes": minutes},
        mix,
        "related",
        "7d",
    )


def teams(logs: int, size: int, planted: dict[int, float]) -> dict[str, float]:
    """Tell how teams that lean towards topics are judged."""
    held, shown, found = [], [], []
    for seed in range(logs):
        draw = np.random.default_rng(seed)
        owners, team = draw_customers(size, draw), draw.integers(0, 12, size)
        topic = np.where(draw.random(size) < 0.4, team % 5, draw.integers(0, 5, size))
        rate = 0.15 + 0.05 * topic + draw.beta(0.4, 1.6, size)[owners] * 0.5
        for place, added in planted.items():
            rate = rate + added * (team == place)
        repeated = draw.random(size) < np.clip(rate, 0, 1)
        told = compare_units(log_of(repeated, owners, ["topic"], team=team, topic=topic))
        told = told.set_index(told["value"].astype(int))
        is_far = told["verdict"].isin(["better", "worse"])
        shown.append(bool(is_far.drop(index=list(planted)).any()))
        found += is_far.loc[list(planted)].tolist()
        # A planted team is held against others of which one is planted the other way.
        none = told.drop(index=list(planted)) if planted else told
        held += ((none["excess_rate_low"] <= 0) & (none["excess_rate_high"] >= 0)).tolist()
    return {"held": np.mean(held), "logs_that_show_one_not_planted": np.mean(shown)} | (
        {"found": np.mean(found)} if found else {}
    )


def agents(logs: int, size: int, count: int, spread: float, rate: float) -> dict[str, float]:
    """Tell how agents with little or some spread are judged, raw and shrunk."""
    held, shrunk_held, shown, raw, shrunk = [], [], [], [], []
    for seed in range(logs):
        draw = np.random.default_rng(seed)
        owners, agent = draw_customers(size, draw), draw.integers(0, count, size)
        own = draw.normal(0, spread, count)
        topic = draw.integers(0, 5, size)
        chance = rate * (0.6 + 0.2 * topic) + draw.normal(0, rate / 4, size)[owners] + own[agent]
        repeated = draw.random(size) < np.clip(chance, 0, 1)
        told = compare_units(
            log_of(repeated, owners, ["topic"], agent_id=agent, topic=topic), agents=True
        ).dropna(subset=["excess_rate"])
        truth = own[told["value"].astype(int)] - own[agent].mean()
        held += ((told["excess_rate_low"] <= truth) & (told["excess_rate_high"] >= truth)).tolist()
        shrunk_held += (
            (told["shrunk_rate_low"] <= truth) & (told["shrunk_rate_high"] >= truth)
        ).tolist()
        shown.append(bool(told["verdict"].isin(["better", "worse"]).any()))
        raw.append(np.mean((told["excess_rate"] - truth) ** 2))
        shrunk.append(np.mean((told["shrunk_rate"] - truth) ** 2))
    return {
        "held": np.mean(held),
        "shrunk_held": np.mean(shrunk_held),
        "logs_that_show_one": np.mean(shown),
        "error_points": 100 * np.sqrt(np.mean(raw)),
        "error_shrunk_points": 100 * np.sqrt(np.mean(shrunk)),
    }


def multiplied(logs: int) -> dict[str, float]:
    """Tell how far off an additive mix is where log-odds add, in a mix that leans hard."""
    worst, raw = [], []
    for seed in range(logs):
        draw, size = np.random.default_rng(seed), 300_000
        team = draw.integers(0, 12, size)
        topic = np.where(draw.random(size) < 0.5, team, draw.integers(0, 12, size))
        busy = np.where(draw.random(size) < 0.3, team % 4, draw.integers(0, 4, size))
        effect = np.linspace(-1.5, 1.5, 12)
        odds = -1.4 + effect[topic] + 0.5 * busy
        repeated = draw.random(size) < 1 / (1 + np.exp(-odds))
        log = log_of(
            repeated, np.arange(size), ["topic", "busy"], team=team, topic=topic, busy=busy
        )
        told = compare_units(log)
        worst.append(told["excess_rate"].abs().max() * 100)
        raw.append((told["repeat_rate"] - repeated.mean()).abs().max() * 100)
    return {"largest_error_points": np.mean(worst), "raw_points": np.mean(raw)}


def trade_offs(logs: int, slope: float) -> dict[str, float]:
    """Tell how the slope between agents holds, where hard contacts are long and come back."""
    held, told_one, values, plain = [], [], [], []
    for seed in range(logs):
        draw, size, count = np.random.default_rng(seed), 9_000, 60
        owners, agent = draw_customers(size, draw), draw.integers(0, count, size)
        usual, own = draw.normal(0, 1.5, count)[agent], draw.normal(0, 0.02, count)[agent]
        topic = draw.integers(0, 4, size)
        matter = draw.normal(0, 1, size) + draw.normal(0, 1, size)[owners]
        rate = np.clip(0.3 + 0.05 * topic + slope * usual + own + 0.05 * matter, 0, 1)
        repeated = draw.random(size) < rate
        minutes = 12 + usual + 2 * topic + 3 * matter
        log = log_of(repeated, owners, ["topic"], agent_id=agent, topic=topic, minutes=minutes)
        table = measure_trade_offs(log).table
        row = table[table["level"] == BETWEEN_UNITS].iloc[0]
        held.append(row["slope_low"] <= slope <= row["slope_high"])
        told_one.append(row["verdict"] != "cannot tell")
        values.append(row["slope"])
        means = pd.DataFrame({"agent": agent, "y": repeated, "h": minutes}).groupby("agent").mean()
        plain.append(np.polyfit(means["h"], means["y"], 1)[0])
    return {
        "held": np.mean(held),
        "mean_points": 100 * np.mean(values),
        "told": np.mean(told_one),
        "plain_slope_of_means_points": 100 * np.mean(plain),
    }


def effects(logs: int, size: int, effect: float, odd: bool, base: float = -1.0) -> dict[str, float]:
    """Tell how effects hold; odd ones rise only where two columns meet, for both models."""
    held, values, plain, ratio = [], [], [], []
    for seed in range(logs):
        draw = np.random.default_rng(seed)
        owners = draw_customers(size, draw)
        topic, busy = draw.integers(0, 6, size), draw.integers(0, 3, size)
        both = (topic > 3) & (busy == 2)
        odds = base + (1.5 * both if odd else 0.2 * topic + 0.4 * busy)
        is_set = draw.random(size) < 1 / (1 + np.exp(-odds))
        rate = 0.1 + (0.3 * both if odd else 0.04 * topic + 0.06 * busy)
        rate = rate + draw.beta(0.4, 1.6, size)[owners] * 0.3 + effect * is_set
        repeated = (draw.random(size) < np.clip(rate, 0, 1)).astype(float)
        sides = Sides(is_set, repeated, owners, [levels(topic), levels(busy)])
        told = estimate_effect(sides)
        held.append(told.effect.low <= effect <= told.effect.high)
        values.append(told.effect.value)
        plain.append(difference_of_rates(sides).value)
        true = (np.clip(rate, 0, 1)[is_set].mean()) / np.clip(rate - effect, 0, 1)[is_set].mean()
        ratio.append(told.ratio.low <= true <= told.ratio.high)
    return {
        "held": np.mean(held),
        "ratio_held": np.mean(ratio),
        "mean_points": 100 * np.mean(values),
        "plain_difference_points": 100 * np.mean(plain),
    }


LINES: dict[str, Callable[[int], dict[str, float]]] = {
    "compare: nothing planted, 12 teams, 6,000 contacts": lambda n: teams(n, 6_000, {}),
    "compare: +10 and -10 points planted": lambda n: teams(n, 6_000, {2: 0.1, 7: -0.1}),
    "compare: 150 agents of 40, rate 4 %": lambda n: agents(n, 6_000, 150, 0.0, 0.04),
    "compare: 60 agents of 200, spread 4 points": lambda n: agents(n, 12_000, 60, 0.04, 0.25),
    "compare: effects multiply, 300,000 contacts": lambda n: multiplied(max(n // 20, 2)),
    "trade-off: nothing planted, 60 agents, 9,000": lambda n: trade_offs(n, 0.0),
    "trade-off: -3 points a minute planted": lambda n: trade_offs(n, -0.03),
    "effect: nothing planted, 4,000": lambda n: effects(n, 4_000, 0.0, False),
    "effect: +10 points planted, 4,000": lambda n: effects(n, 4_000, 0.1, False),
    "effect: the same, lever in one of six": lambda n: effects(n, 4_000, 0.1, False, -2.5),
    "effect: the same, columns meet, 20,000": lambda n: effects(n, 20_000, 0.1, True),
}
"""What is told, by name."""


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
