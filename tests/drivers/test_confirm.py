"""Confirmation: what the month held out says, and when it has nothing to say."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from fcr_ml.drivers.confirm import Periods, confirm_drivers
from fcr_ml.drivers.excess import rank_drivers
from fcr_ml.drivers.search import prepare_search

from .conftest import PER_REPEAT, CasebookOf, Parts, Planted, draw_rows

TECH: Parts = (("queue", "Tech"),)
PLANTED: Planted = {TECH: 0.15}


def _confirmed(size: int, seed: int, before: float, after: float) -> pd.Series:
    """Give what is said of a queue that added ``before`` until a month that adds ``after``."""
    is_later = np.random.default_rng(seed + 900).random(size) < 0.3
    early, late = (draw_rows(size, seed, {TECH: added}) for added in (before, after))
    is_late = pd.Series(is_later)
    early.contacts["repeated_probability"] = late.contacts["repeated_probability"].where(
        is_late, early.contacts["repeated_probability"]
    )
    search = prepare_search(early, 50, depth=1)
    place = search.segments.parts.index(TECH)
    return confirm_drivers(search, [place], Periods("2025-05", ~is_later, is_later), 0.05).iloc[0]


def test_a_lasting_driver_holds_and_one_that_stopped_does_not() -> None:
    assert _confirmed(8_000, 0, before=0.15, after=0.15)["confirmation"] == "held"
    assert _confirmed(8_000, 0, before=0.15, after=0.0)["confirmation"] == "not held"


def test_what_only_the_month_shows_is_not_confirmed_by_it() -> None:
    told = _confirmed(8_000, 1, before=0.0, after=0.3)
    assert told["confirmation"] == "not found before"
    assert pd.isna(told["confirmed_excess_rate"])
    assert pd.isna(told["earlier_excess_rate"])
    assert told["confirmed_contacts"] > 30


def test_the_interval_of_the_month_holds_the_truth() -> None:
    told = pd.DataFrame([_confirmed(3_000, seed, 0.25, 0.25) for seed in range(10)])
    truth = 0.25 * PER_REPEAT
    low, high = told["confirmed_excess_rate_low"], told["confirmed_excess_rate_high"]
    rated = told[told["confirmed_excess_rate"].notna()]
    assert len(rated) >= 9
    # Intervals of 95 %: three or more of ten miss with a chance of 1 in 80.
    assert (low[rated.index].le(truth) & high[rated.index].ge(truth)).mean() >= 0.8


def test_a_driver_that_stopped_seldom_holds() -> None:
    # One-sided 2.5 %: more than two of ten hold with a chance of 1 in 500.
    told = [_confirmed(3_000, seed, 0.25, 0.0)["confirmation"] for seed in range(10)]
    assert told.count("held") <= 2
    assert told.count("not held") >= 5


def test_the_table_says_which_month_was_held_out(casebook_of: CasebookOf) -> None:
    casebook = casebook_of(draw_rows(6_000, 0, PLANTED).contacts)
    found = rank_drivers(casebook).set_index("segment").loc["queue = Tech"]
    # The log ends on 23 May, all windows closed; April is the latest month that it holds whole.
    assert found["confirmation_month"] == "2025-04"
    assert found["confirmation"] == "held"
    started = casebook.table("contacts")
    began = started["started_at"].dt.strftime("%Y-%m")
    in_month = started[(began == "2025-04") & (started["queue"] == "Tech")]
    assert found["confirmed_contacts"] == len(in_month)
    assert found["confirmed_excess_rate_low"] < found["confirmed_excess_rate"]


def test_a_short_log_says_so(casebook_of: CasebookOf) -> None:
    contacts = draw_rows(6_000, 0, PLANTED).contacts
    casebook = casebook_of(contacts)
    moved = casebook.table("contacts")
    moved["started_at"] = pd.Timestamp("2025-05-02", tz="UTC") + pd.to_timedelta(
        np.arange(len(moved)) % 20, unit="D"
    )
    found = rank_drivers(casebook_of(contacts, tables={"contacts": moved}))
    assert set(found["confirmation"]) == {"log too short"}
    assert found["confirmed_excess_rate"].isna().all()


def test_few_contacts_in_the_month_tell_nothing() -> None:
    rows = draw_rows(6_000, 0, PLANTED)
    search = prepare_search(rows, 50, depth=1)
    place = search.segments.parts.index(TECH)
    inside = search.segments.members[:, place].indices
    is_later = np.zeros(6_000, dtype=bool)
    is_later[inside[:29]] = True
    is_later[np.setdiff1d(np.arange(6_000), inside)[:500]] = True
    told = confirm_drivers(search, [place], Periods("2025-05", ~is_later, is_later), 0.05)
    assert told["confirmed_contacts"].item() == 29
    assert told["confirmation"].item() == "too few contacts to tell"
    assert told["confirmed_excess_rate"].isna().all()


def test_part_of_a_search_counts_as_a_plain_filter_does() -> None:
    rows = draw_rows(2_000, 0)
    search = prepare_search(rows, 50, depth=1)
    wanted = np.random.default_rng(0).random(2_000) < 0.4
    part = search.only(wanted, range(len(search.segments)))
    contacts = rows.contacts[wanted]
    assert len(part.mix.customer_starts) == contacts["customer_id"].nunique()
    assert part.mix.repeated == pytest.approx(contacts["repeated_probability"].to_numpy())
    place = search.segments.parts.index(TECH)
    assert part.segments.members[:, place].sum() == (contacts["queue"] == "Tech").sum()
