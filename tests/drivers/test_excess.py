"""The table of drivers: what it says, what it costs, and when it is empty."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from fcr_ml.drivers.excess import rank_drivers
from fcr_ml.drivers.excess_rates import shrink
from fcr_ml.drivers.search import gather_evidence, prepare_search
from fcr_ml.drivers.thinning import thin_out
from fcr_ml.errors import SettingsError
from fcr_ml.frames.conform import empty
from fcr_ml.frames.drivers import DRIVERS
from fcr_ml.frames.tables import CONTACTS, OUTCOMES

from .conftest import PER_REPEAT, CasebookOf, Planted, draw_rows, write_rows

PLANTED: Planted = {(("queue", "Tech"),): 0.15, (("was_transferred", "yes"),): 0.1}


@pytest.fixture(scope="module")
def drivers(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    folder = tmp_path_factory.mktemp("drivers") / "casebook"
    return rank_drivers(write_rows(folder, draw_rows(6_000, 0, PLANTED).contacts))


def test_the_table_says_what_was_planted(drivers: pd.DataFrame) -> None:
    assert set(drivers["segment"]) == {"queue = Tech", "was_transferred = yes"}
    assert drivers["rank"].tolist() == [1, 2]
    assert drivers.attrs["segments_looked_at"] > 100
    assert drivers["excess_repeats"].is_monotonic_decreasing
    levers = dict(zip(drivers["columns"], drivers["lever"], strict=True))
    assert levers == {"queue": "routing", "was_transferred": "transfer"}
    assert set(drivers["reading"]) == {"related"}
    assert set(drivers["window"]) == {"7d"}


def test_its_counts_are_those_of_a_plain_filter(drivers: pd.DataFrame) -> None:
    contacts = draw_rows(6_000, 0, PLANTED).contacts
    tech = contacts[contacts["queue"] == "Tech"]
    row = drivers.set_index("segment").loc["queue = Tech"]
    assert row["closed_contacts"] == len(tech)
    assert row["repeated_contacts"] == pytest.approx(tech["repeated_probability"].sum())
    assert row["repeat_rate"] == pytest.approx(tech["repeated_probability"].mean())
    unshrunk = row["closed_contacts"] * (row["repeat_rate"] - row["expected_repeat_rate"])
    assert row["excess_repeats"] == pytest.approx(unshrunk, rel=0.15)
    assert row["excess_repeats"] < unshrunk
    assert row["excess_repeats_low"] < row["excess_repeats"] < row["excess_repeats_high"]
    # Every contact takes ten minutes.
    assert row["handle_hours"] == pytest.approx(row["excess_repeats"] / 6)


def test_its_intervals_hold_the_truth() -> None:
    held = []
    for seed in range(12):
        search = prepare_search(draw_rows(4_000, seed, PLANTED), 50, depth=1)
        found = shrink(thin_out(search, gather_evidence(search, 0.05), q=0.05))
        for parts, added in PLANTED.items():
            row = found.loc[search.segments.parts.index(parts)]
            held.append(row["shrunk_rate_low"] <= added * PER_REPEAT <= row["shrunk_rate_high"])
    # 24 intervals of 95 %: fewer than 19 held has a chance below 1 in 500. Over 178
    # further ones 95.5 of 100 held.
    assert sum(held) >= 19


def test_rows_may_come_in_any_order(casebook_of: CasebookOf, drivers: pd.DataFrame) -> None:
    contacts = draw_rows(6_000, 0, PLANTED).contacts
    order = np.random.default_rng(0).permutation(len(contacts))
    casebook = casebook_of(contacts)
    shuffled = {name: casebook.table(name).iloc[order] for name in ("contacts", "outcomes")}
    pd.testing.assert_frame_equal(
        rank_drivers(casebook_of(contacts, tables=shuffled)), drivers, check_exact=True
    )


def test_without_handle_times_the_hours_are_unknown(casebook_of: CasebookOf) -> None:
    contacts = draw_rows(4_000, 0, PLANTED).contacts
    tables = {"contacts": casebook_of(contacts).table("contacts").drop(columns="handle_seconds")}
    found = rank_drivers(casebook_of(contacts, tables=tables), depth=1)
    assert len(found) > 0
    assert found["handle_hours"].isna().all()


def test_small_segments_are_not_looked_at(casebook_of: CasebookOf) -> None:
    casebook = casebook_of(draw_rows(6_000, 0, PLANTED).contacts)
    found = rank_drivers(casebook, minimum_contacts=2_000)
    assert set(found["segment"]) == {"queue = Tech"}
    nothing = rank_drivers(casebook, minimum_contacts=6_001)
    assert len(nothing) == 0
    assert nothing.attrs["segments_looked_at"] == 0
    assert list(nothing.columns) == list(DRIVERS.columns)


def test_an_empty_casebook_has_no_drivers(casebook_of: CasebookOf) -> None:
    nothing = {"contacts": empty(CONTACTS), "outcomes": empty(OUTCOMES)}
    assert len(rank_drivers(casebook_of(draw_rows(3, 0).contacts, tables=nothing))) == 0


def test_a_reading_that_is_missing_has_no_drivers(casebook_of: CasebookOf) -> None:
    casebook = casebook_of(draw_rows(500, 0).contacts, reading="same_code")
    assert len(rank_drivers(casebook)) == 0


def test_an_uncertain_estimate_is_drawn_in_more() -> None:
    estimates = pd.DataFrame(
        {
            "excess_rate": [0.1, 0.1],
            "standard_error": [0.005, 0.03],
            "degrees": [500.0, 500.0],
            "q_value": [0.0, 0.0],
        }
    )
    told = shrink(estimates)
    assert 0.09 < told["shrunk_rate"].iloc[1] < told["shrunk_rate"].iloc[0] < 0.1
    half = told["shrunk_rate_high"] - told["shrunk_rate"]
    assert (half < 1.965 * estimates["standard_error"]).all()


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"q": 5.0}, "q is 5.0; give the accepted rate"),
        ({"q": -1.0}, "q is -1.0"),
        ({"depth": 0}, "depth is 0; give 1, 2 or 3"),
        ({"depth": 4}, "depth is 4"),
        ({"minimum_contacts": -3}, "minimum_contacts is -3; give 1 or more"),
    ],
)
def test_a_setting_that_lists_anything_is_refused(
    casebook_of: CasebookOf, settings: dict[str, float], said: str
) -> None:
    with pytest.raises(SettingsError, match=said):
        rank_drivers(casebook_of(draw_rows(100, 0).contacts), **settings)
