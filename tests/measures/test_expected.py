"""FCR by link probability: its interval by hand, and against simulated truth."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, logit

from fcr_ml.measures.fcr import measure_fcr, with_expected_rates
from fcr_ml.measures.intervals import customer_interval

from .conftest import CasebookOf, contacts_of, outcomes_of

ENDS = ["expected_fcr_rate_low", "expected_fcr_rate_high"]


@pytest.mark.parametrize("calibration_se", [0.0, 0.4])
def test_a_naive_recomputation(casebook_of: CasebookOf, calibration_se: float) -> None:
    generator = np.random.default_rng(0)
    customers = [f"k{k}" for k in generator.integers(0, 60, 200)]
    contacts = contacts_of(customers, ["2025-03-01"] * 200)
    q = generator.random(200).round(6)
    outcomes = outcomes_of(contacts, np.where(q >= 0.5, 24, np.nan))
    outcomes["repeated_probability"] = q
    by_customer = pd.DataFrame({"c": customers, "q": q, "n": 1.0, "drawn": q * (1 - q)})
    s, n, drawn = by_customer.groupby("c")[["q", "n", "drawn"]].sum().to_numpy().T
    shift = calibration_se * drawn.sum() / n.sum()
    sums = (s.sum(), n.sum(), s @ s + drawn.sum(), s @ n, n @ n, len(n))
    low, high = customer_interval(*sums, added_variance=shift**2)

    told = {"links": {"calibration_se": calibration_se}}
    casebook = casebook_of(contacts=contacts, outcomes=outcomes, settings=told)
    row = measure_fcr(casebook, []).iloc[0]

    assert row["expected_fcr_rate"] == pytest.approx(1 - q.mean())
    assert row[ENDS].tolist() == pytest.approx([1 - high, 1 - low])


def test_links_without_doubt_leave_the_plain_interval(casebook_of: CasebookOf) -> None:
    contacts = contacts_of(["a", "a", *"bcdefghij"] * 4, ["2025-03-01"] * 44)
    outcomes = outcomes_of(contacts, [24.0, np.nan, 3.0, np.nan] * 11)
    row = measure_fcr(casebook_of(contacts=contacts, outcomes=outcomes), []).iloc[0]
    plain = row[["fcr_rate", "fcr_rate_low", "fcr_rate_high"]].tolist()
    assert row[["expected_fcr_rate", *ENDS]].tolist() == pytest.approx(plain)


def test_more_doubt_never_makes_the_interval_narrower() -> None:
    # A contact at 0.5 is drawn with the most variance, and a shift moves it the most.
    counts = _counts(*_draw(np.random.default_rng(0), 300)[:2])
    widths = []
    for calibration_se in (0.0, 0.1, 0.5, 1.0):
        ends = with_expected_rates(counts, calibration_se)[ENDS].iloc[0]
        widths.append(ends.iloc[1] - ends.iloc[0])
    assert widths == sorted(widths)
    assert widths[0] < widths[-1] < 1


@pytest.mark.parametrize("calibration_se", [0.0, 0.3])
def test_the_interval_holds_the_truth_at_its_stated_rate(calibration_se: float) -> None:
    # All true log-odds lie off the told ones by one shift a log; the truth is the share
    # resolved of many customers of the kind, and the share that was truly resolved here.
    generator = np.random.default_rng(0)
    log_odds = logit(_draw(generator, 10_000)[2])
    held = np.zeros((300, 2), dtype=bool)
    for log in held:
        shift = calibration_se * generator.standard_normal()
        customer, q, p = _draw(generator, 200)
        low, high = with_expected_rates(_counts(customer, q), calibration_se)[ENDS].iloc[0]
        of_kind = np.prod(1 - expit(log_odds + shift), axis=1).mean()
        true_links = generator.random(p.shape) < expit(logit(p) + shift)
        here = 1 - true_links.any(axis=1).mean()
        log[:] = low <= of_kind <= high, low <= here <= high
    of_kind_rate, here_rate = held.mean(axis=0)
    assert 0.91 <= of_kind_rate <= 0.99
    # Customers are not drawn anew for those of the log: nothing but the links is in doubt.
    assert here_rate >= 0.95


def _draw(
    generator: np.random.Generator, customers: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Draw each contact's customer, its probability to be repeated, and its three links'."""
    customer = np.repeat(np.arange(customers), generator.geometric(0.5, customers))
    # Most links are nearly certain one way or the other; customers lean to one side.
    lean = generator.normal(0, 1, customers)[customer]
    odds = generator.normal(-1.5, 2.5, (len(customer), 3)) + lean[:, None]
    p = np.where(generator.random(odds.shape) < 0.5, expit(odds), 1e-6)
    return customer, 1 - np.prod(1 - p, axis=1), p


def _counts(customer: np.ndarray, q: np.ndarray) -> pd.DataFrame:
    s, n = np.bincount(customer, q), np.bincount(customer).astype(float)
    return pd.DataFrame(
        {
            "closed_contacts": [n.sum()],
            "expected_repeats": s.sum(),
            "squared_expected": s @ s,
            "expected_cross_products": s @ n,
            "squared_closed": n @ n,
            "drawn_variance": (q * (1 - q)).sum(),
            "customers": len(n),
        }
    )
