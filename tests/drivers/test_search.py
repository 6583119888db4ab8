"""The search: nothing where nothing is, and what was planted where it was."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from fcr_ml.drivers.search import gather_evidence, prepare_search
from fcr_ml.drivers.thinning import thin_out

from .conftest import PER_REPEAT, Parts, Planted, draw_rows

TECH: Parts = (("queue", "Tech"),)
HANDED_ON: Parts = (("was_transferred", "yes"),)
CHAT_BILL: Parts = (("channel", "chat"), ("reason_code", "bill"))
CHAT_BILL_WEB: Parts = (*CHAT_BILL, ("product", "web"))


def _found(
    size: int, seed: int, planted: Planted | None = None, depth: int = 2, **columns: Any
) -> tuple[list[Parts], pd.DataFrame]:
    search = prepare_search(draw_rows(size, seed, planted, **columns), 50, depth)
    held = thin_out(search, gather_evidence(search, 0.05), q=0.05)
    return [search.segments.parts[place] for place in held.index], held


def test_nothing_is_found_where_nothing_was_planted() -> None:
    # At q = 0.05 at most one log in twenty may show any driver at all. Of 24 logs
    # five or more would then have a chance below 1 in 100; of 300 further logs none
    # showed a driver.
    with_drivers = [seed for seed in range(24) if _found(2_000, seed)[0]]
    assert len(with_drivers) <= 4


def test_beyond_p_values_are_fair_where_nothing_was_planted() -> None:
    p_values = []
    for seed in range(12):
        search = prepare_search(draw_rows(2_500, seed), 50, depth=1)
        p_values += gather_evidence(search, 0.05)["p_value"].tolist()
    # About 220 values: the share below 0.1 has a standard error of 0.02, and
    # values of one column are tied to each other.
    assert 0.03 < np.mean(np.array(p_values) < 0.1) < 0.17
    assert 0.4 < np.mean(np.array(p_values) < 0.5) < 0.6


@pytest.mark.parametrize("seed", range(3))
def test_a_planted_queue_is_found_alone(seed: int) -> None:
    found, held = _found(6_000, seed, {TECH: 0.12})
    assert found == [TECH]
    truth = 0.12 * PER_REPEAT
    error = held["standard_error"].iloc[0]
    assert abs(held["excess_rate"].iloc[0] - truth) < 3.5 * error


@pytest.mark.parametrize("seed", range(3))
def test_a_planted_pair_is_found_instead_of_its_singles(seed: int) -> None:
    assert _found(8_000, seed, {CHAT_BILL: 0.3})[0] == [CHAT_BILL]


@pytest.mark.parametrize("seed", range(2))
def test_a_planted_triple_is_found_instead_of_its_pairs(seed: int) -> None:
    assert _found(10_000, seed, {CHAT_BILL_WEB: 0.45}, depth=3)[0] == [CHAT_BILL_WEB]


def test_two_planted_pairs_do_not_make_a_triple() -> None:
    chat_web: Parts = (("channel", "chat"), ("product", "web"))
    found, _ = _found(10_000, 0, {CHAT_BILL: 0.3, chat_web: 0.2}, depth=3)
    assert set(found) == {CHAT_BILL, chat_web}


def test_two_planted_singles_do_not_make_a_pair() -> None:
    found, _ = _found(8_000, 0, {TECH: 0.12, HANDED_ON: 0.12})
    assert set(found) == {TECH, HANDED_ON}


def test_false_drivers_stay_rare_among_true_ones() -> None:
    # Everything that overlaps a true driver repeats more too; none of it may be
    # listed. Over 60 logs of 8,000 the mean share of false drivers was 0.008, and 99
    # of 100 true ones were listed.
    planted: Planted = {TECH: 0.12, HANDED_ON: 0.12, CHAT_BILL: 0.3}
    shares = []
    for seed in range(5):
        found, _ = _found(5_000, seed, planted)
        assert TECH in found
        shares.append(np.mean([parts not in planted for parts in found]))
    assert np.mean(shares) <= 0.1


def test_a_driver_with_another_name_is_found_once() -> None:
    # The symptom says what the reason code says. Were each held against the other,
    # neither would be found.
    copied: dict[str, Any] = {"symptom": lambda reason: np.char.add("about ", reason.astype(str))}
    found, _ = _found(6_000, 0, {(("reason_code", "bill"),): 0.15}, **copied)
    assert len(found) == 1
    assert found[0] in [(("reason_code", "bill"),), (("symptom", "about bill"),)]


def test_singles_pairs_and_triples_share_the_weight() -> None:
    search = prepare_search(draw_rows(3_000, 0), 50)
    wide = np.array([len(parts) for parts in search.segments.parts])
    assert search.weights.mean() == pytest.approx(1)
    shares = [search.weights[wide == columns].sum() for columns in (1, 2, 3)]
    assert shares == pytest.approx([len(wide) / 3] * 3)
    # The first single alone, by hand: p / weight, times all looks, over its rank of 1.
    by_hand = 1e-4 / search.weights[0] * len(wide)
    assert search.q_values(np.array([1e-4]), [0]) == pytest.approx([by_hand])
    assert search.q_values(np.array([0.9]), [0]) == pytest.approx([1.0])


def test_a_single_look_needs_less_evidence_than_many() -> None:
    search = prepare_search(draw_rows(3_000, 3, {TECH: 0.08}), 50, depth=2)
    evidence = gather_evidence(search, 0.05)
    assert (evidence["q_value"] >= evidence["p_value"] - 1e-15).all()
    pairs = [len(parts) == 2 for parts in search.segments.parts]
    assert (evidence.loc[pairs, "p_value"] >= evidence.loc[pairs, "beyond_p_value"]).all()
