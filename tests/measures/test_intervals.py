"""Intervals: against the library, by hand, and by how often they hold the truth."""

from __future__ import annotations

import numpy as np
import pytest
from statsmodels.stats.proportion import proportion_confint

from fcr_ml.measures.intervals import (
    bootstrap_interval,
    customer_interval,
    effective_trials,
    product_interval,
    wilson_interval,
)


def _sums(repeated: np.ndarray, contacts: np.ndarray) -> tuple[float, ...]:
    return (
        repeated.sum(),
        contacts.sum(),
        (repeated**2).sum(),
        (repeated * contacts).sum(),
        (contacts**2).sum(),
        len(contacts),
    )


@pytest.mark.parametrize(("successes", "trials"), [(0, 5), (3, 10), (50, 50), (120, 1000)])
@pytest.mark.parametrize("level", [0.8, 0.95])
def test_wilson_is_the_librarys(successes: int, trials: int, level: float) -> None:
    expected = proportion_confint(successes, trials, alpha=1 - level, method="wilson")
    assert np.allclose(wilson_interval(successes, trials, level), expected)


def test_no_trials_give_no_interval() -> None:
    low, high = wilson_interval([0, 1], [0, 2])
    assert np.isnan(low[0])
    assert np.isnan(high[0])
    assert 0 < low[1] < high[1] < 1


def test_one_contact_a_customer_is_worth_itself() -> None:
    repeated = np.array([1.0] * 20 + [0.0] * 80)
    # The estimated variance has n - 1 below it: 99 instead of 100.
    assert effective_trials(*_sums(repeated, np.ones(100))) == pytest.approx(99)


def test_customers_of_one_piece_count_once() -> None:
    contacts = np.full(50, 4.0)
    repeated = np.where(np.arange(50) < 10, 4.0, 0.0)
    assert effective_trials(*_sums(repeated, contacts)) == pytest.approx(49)


def test_unanimous_contacts_still_have_an_interval() -> None:
    low, high = customer_interval(*_sums(np.zeros(30), np.full(30, 2.0)))
    plain_low, plain_high = wilson_interval(0, 30)
    assert low == plain_low == 0
    assert high == pytest.approx(plain_high, rel=0.1)


@pytest.mark.parametrize(
    ("customers", "rate", "alike"), [(30, 0.2, 3.0), (100, 0.2, 2.0), (300, 0.4, 4.0)]
)
def test_it_holds_the_truth_as_often_as_it_says(customers: int, rate: float, alike: float) -> None:
    # Customers differ in how often they contact and in how often they return. The
    # plain interval holds the truth far too rarely, which is why it is not used.
    generator = np.random.default_rng(0)
    draws, held, plainly_held = 600, 0, 0
    for _ in range(draws):
        contacts = np.minimum(generator.zipf(2.5, customers), 30).astype(float)
        own_rate = generator.beta(rate * alike, (1 - rate) * alike, customers)
        sums = _sums(generator.binomial(contacts.astype(int), own_rate).astype(float), contacts)
        low, high = customer_interval(*sums)
        held += bool(low <= rate <= high)
        plain_low, plain_high = wilson_interval(sums[0], sums[1])
        plainly_held += bool(plain_low <= rate <= plain_high)
    assert 0.91 <= held / draws <= 0.985
    assert plainly_held < held


def test_the_bootstrap_finds_the_mean_and_repeats_itself() -> None:
    values = np.random.default_rng(1).normal(5, 2, 400)

    def mean(rows: np.ndarray) -> float:
        return float(values[rows].mean())

    low, high = bootstrap_interval(mean, len(values), random_state=3)
    half = 1.96 * values.std() / np.sqrt(400)
    assert low == pytest.approx(values.mean() - half, abs=0.06)
    assert high == pytest.approx(values.mean() + half, abs=0.06)
    assert (low, high) == bootstrap_interval(mean, len(values), random_state=3)


def test_a_bootstrap_without_figures_gives_none() -> None:
    assert np.isnan(bootstrap_interval(lambda rows: float("nan"), 5)).all()


def test_another_source_of_variance_lowers_the_effective_count() -> None:
    repeated = np.tile([0.0, 1.0], 50)
    # By hand: 0.25 / 99 between customers, and as much again from elsewhere.
    counted = effective_trials(*(*_sums(repeated, np.ones(100)), 0.25 / 99))
    assert counted == pytest.approx(99 / 2)


def test_a_product_of_shares_by_hand() -> None:
    low, high = product_interval(0.8, (0.4, 0.9), 0.5, (0.25, 0.75))
    # Both fall to a half: together by exp(-sqrt(2) log 2); they rise by 9/8 and 3/2.
    assert low == pytest.approx(0.4 * np.exp(-np.sqrt(2) * np.log(2)))
    assert high == pytest.approx(0.4 * np.exp(np.hypot(np.log(9 / 8), np.log(1.5))))


def test_a_product_with_nothing_seen_stays_open_upwards() -> None:
    low, high = product_interval([0.0, np.nan], ([0.0, np.nan], [0.1, np.nan]), 0.5, (0.4, 0.6))
    assert low[0] == 0
    assert high[0] == pytest.approx(0.06)
    assert np.isnan([low[1], high[1]]).all()
