"""Next issues: what was planted is found, and what was not planted is not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from fcr_ml.drivers.transitions import find_next_issues

from .next_log import Planted, draw_contacts, shuffle_within_customers, write_log

PLANTED: Planted = {
    (0, 1): 0.20,
    (2, 3): 0.15,
    (4, 5): 0.25,
    (6, 0): 0.12,
    (7, 8): 0.18,
    (3, 9): 0.15,
}
"""Chains (2 to 3 to 9, 6 to 0 to 1) and single steps. One to two in eight contacts that
lead on is what a desk's own list of next issues has at its top."""

Pairs = set[tuple[int, int]]


def found_in(folder: Path, log: pd.DataFrame) -> tuple[Pairs, pd.DataFrame]:
    """Give the pairs of topics that are found, and their table by pair."""
    rows = find_next_issues(write_log(folder / "casebook", log)).transitions
    numbers = zip(
        rows["topic_id"].str[1:].astype(int), rows["next_topic_id"].str[1:].astype(int), strict=True
    )
    rows.index = pd.Index(list(numbers), tupleize_cols=False)
    return set(rows.index), rows


def test_planted_transitions_are_found_in_their_direction(tmp_path: Path) -> None:
    hits = wrong = missed = reversed_ = 0
    estimated = []
    for seed in range(50):
        log = draw_contacts(seed, PLANTED, size=4_000 + 40 * seed, topics=12 + seed % 9)
        pairs, rows = found_in(tmp_path, log)
        hits += len(pairs & set(PLANTED))
        wrong += len(pairs - set(PLANTED))
        missed += len(set(PLANTED) - pairs)
        reversed_ += len(pairs & {(then, first) for first, then in PLANTED})
        estimated += [
            rows.at[pair, "excess_rate"] / PLANTED[pair] for pair in rows.index if pair in PLANTED
        ]
    assert hits / (hits + missed) >= 0.9
    assert hits / (hits + wrong) >= 0.95  # q is .05
    assert reversed_ == 0
    # A tenth of what was planted comes after the window or after another contact between.
    assert 0.8 <= np.mean(estimated) <= 1


def spells(seed: int) -> pd.DataFrame:
    """Draw customers who ask about several things at once, in any order."""
    return draw_contacts(seed, size=5_000, spells=0.3)


def shuffled(seed: int) -> pd.DataFrame:
    """Draw planted transitions, and shuffle each customer's topics over the contacts."""
    return shuffle_within_customers(draw_contacts(seed, PLANTED, size=5_000), seed)


def preferring(seed: int) -> pd.DataFrame:
    """Draw customers who prefer some topics, and nothing that leads to anything."""
    return draw_contacts(seed, size=5_000)


def in_waves(seed: int) -> pd.DataFrame:
    """Draw five topics that come in the same weeks."""
    log = draw_contacts(seed, size=5_000)
    is_wave = (log["began"] // 168).astype(int) % 8 < 3
    stays = is_wave | (np.random.default_rng(seed).random(len(log)) < 0.3)
    return log[stays | (log["topic"] >= 5)].reset_index(drop=True)


@pytest.mark.parametrize("draw", [shuffled, preferring, spells, in_waves])
def test_nothing_is_found_where_nothing_was_planted(tmp_path: Path, draw: object) -> None:
    showed = [len(found_in(tmp_path, draw(seed))[0]) > 0 for seed in range(20)]  # type: ignore[operator]
    # At most 5 % of logs may show any; more than three of 20 then has a chance of 2 in 100.
    assert sum(showed) <= 3


def test_a_topic_that_begins_or_ends_with_the_customer_leads_to_nothing(tmp_path: Path) -> None:
    draw = np.random.default_rng(0)
    customers = np.arange(600)
    joins = draw.uniform(20, 120, len(customers)) * 24
    stays = draw.uniform(30, 60, len(customers)) * 24
    usual = pd.DataFrame({"customer": np.repeat(customers, 8), "topic": draw.integers(2, 6, 4_800)})
    usual["began"] = joins[usual["customer"]] + draw.random(4_800) * stays[usual["customer"]]
    welcome = pd.DataFrame({"customer": customers, "topic": 0, "began": joins})
    farewell = pd.DataFrame({"customer": customers, "topic": 1, "began": joins + stays})
    log = pd.concat([welcome, usual, farewell]).assign(hours=0.2)
    pairs, _ = found_in(tmp_path, log.sort_values(["began", "customer"], ignore_index=True))
    assert not pairs


def test_an_outage_that_brings_two_topics_in_any_order_is_no_transition(tmp_path: Path) -> None:
    draw = np.random.default_rng(3)
    hit = draw.choice(2_500, 200, replace=False)
    began = 100 * 24 + draw.uniform(0, 96, (2, 200))
    outage = pd.DataFrame(
        {
            "customer": np.tile(hit, 2),
            "topic": np.repeat([10, 11], 200),
            "began": began.ravel(),
            "hours": 0.4,
        }
    )
    log = pd.concat([draw_contacts(3, size=5_000), outage])
    pairs, _ = found_in(tmp_path, log.sort_values(["began", "customer"], ignore_index=True))
    assert not pairs & {(10, 11), (11, 10)}
