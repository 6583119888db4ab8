"""The curve over window lengths."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from fcr_ml.measures.curve import window_curve
from fcr_ml.measures.fcr import measure_fcr

from .conftest import AS_OF, CasebookOf, contacts_of, outcomes_of


def test_the_curve_by_hand(casebook_of: CasebookOf) -> None:
    # Two contacts long ago returned after 20 minutes and after 3 days; one of ten
    # hours ago is followed long enough for windows up to 8 hours only.
    contacts = contacts_of(["a", "b", "c"], ["2025-02-01", "2025-02-01", "2025-03-31 14:00"])
    outcomes = outcomes_of(contacts, [1 / 3, 72, np.nan], window="30d")
    curve: Any = window_curve(casebook_of(contacts=contacts, outcomes=outcomes))
    curve = curve.set_index("window")
    closed = curve["closed_contacts"]
    assert closed[["10m", "8h", "12h", "30d"]].tolist() == [3, 3, 2, 2]
    repeated = curve["repeated_contacts"]
    assert repeated[["10m", "30m", "48h", "3d", "30d"]].tolist() == [0, 1, 1, 2, 2]
    assert curve.loc["48h", "repeat_rate"] == pytest.approx(0.5)
    # Of the two repeats that 30 days see, none came within 10 minutes, one within a day.
    assert set(curve["longest_repeated_contacts"]) == {2}
    assert curve.loc[["10m", "24h", "3d", "30d"], "missed_rate"].tolist() == [1, 0.5, 0, 0]
    assert curve.loc["24h", "missed_rate_low"] < 0.5 < curve.loc["24h", "missed_rate_high"]
    assert curve.loc["30d", ["missed_rate_low", "missed_rate_high"]].tolist() == [0, 0]


def test_a_longer_window_never_misses_more(casebook_of: CasebookOf) -> None:
    # The same contacts stand under every window, so a return once caught stays caught.
    for seed in range(3):
        generator = np.random.default_rng(seed)
        ages = generator.uniform(1, 2500, 300)
        started = [str(AS_OF - pd.Timedelta(hours=float(age))) for age in ages]
        contacts = contacts_of([f"k{k}" for k in generator.integers(0, 100, 300)], started)
        outcomes = outcomes_of(contacts, generator.exponential(200, 300).round(3), window="30d")
        curve = window_curve(casebook_of(contacts=contacts, outcomes=outcomes))
        assert curve["missed_rate"].is_monotonic_decreasing
        assert curve["missed_rate"].iloc[-1] == 0
        assert (curve["missed_rate_low"] <= curve["missed_rate"]).all()
        assert (curve["missed_rate"] <= curve["missed_rate_high"]).all()


def test_two_routes_to_one_number(casebook_of: CasebookOf) -> None:
    generator = np.random.default_rng(0)
    size = 300
    started = [str(AS_OF - pd.Timedelta(hours=float(h))) for h in generator.uniform(1, 1500, size)]
    contacts = contacts_of([f"k{k}" for k in generator.integers(0, 100, size)], started)
    hours = generator.exponential(400, size).round(3)
    outcomes = pd.concat([outcomes_of(contacts, hours, window=w) for w in ("48h", "7d", "30d")])
    casebook = casebook_of(contacts=contacts, outcomes=outcomes)
    curve = window_curve(casebook).set_index("window")
    for _, row in measure_fcr(casebook, []).iterrows():
        of_window = curve.loc[row["window"]]
        assert of_window["closed_contacts"] == row["closed_contacts"]
        assert of_window["repeat_rate"] == pytest.approx(1 - row["fcr_rate"])
        assert of_window["repeat_rate_high"] == pytest.approx(1 - row["fcr_rate_low"])


def test_an_empty_casebook_has_no_curve(casebook_of: CasebookOf) -> None:
    casebook = casebook_of()
    assert len(window_curve(casebook)) == 0
