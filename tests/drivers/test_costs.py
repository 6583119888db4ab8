"""Costs: hours and money of the excess, with its range; and themes as segments."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from fcr_ml.drivers.costs import cost_of_excess
from fcr_ml.drivers.excess import rank_drivers
from fcr_ml.errors import SettingsError

from .conftest import CasebookOf, draw_rows

EXCESS = pd.DataFrame(
    {
        "excess_repeats": [60.0, 12.0],
        "excess_repeats_low": [30.0, -6.0],
        "excess_repeats_high": [90.0, 30.0],
    }
)
HOURS = np.array([0.5, np.nan])


def test_hours_and_costs_are_the_excess_times_what_one_takes() -> None:
    told = cost_of_excess(EXCESS, HOURS, cost_per_hour=40)
    assert told.iloc[0].to_dict() == {
        "handle_hours": 30.0,
        "cost": 1_200.0,
        "handle_hours_low": 15.0,
        "cost_low": 600.0,
        "handle_hours_high": 45.0,
        "cost_high": 1_800.0,
    }
    assert told.iloc[1].isna().all()


def test_a_price_of_a_contact_needs_no_handle_time() -> None:
    told = cost_of_excess(EXCESS, HOURS, cost_per_contact=6)
    assert told.loc[1, ["cost", "cost_low", "cost_high"]].tolist() == [72.0, -36.0, 180.0]
    assert cost_of_excess(EXCESS, HOURS)[["cost", "cost_low", "cost_high"]].isna().all(axis=None)


@pytest.mark.parametrize(
    ("prices", "said"),
    [
        ({"cost_per_hour": 40.0, "cost_per_contact": 6.0}, "twice; give one"),
        ({"cost_per_hour": -1.0}, "from 0 up"),
        ({"cost_per_contact": float("nan")}, "from 0 up"),
    ],
)
def test_prices_that_make_no_sense_are_refused(
    casebook_of: CasebookOf, prices: dict[str, Any], said: str
) -> None:
    with pytest.raises(SettingsError, match=said):
        rank_drivers(casebook_of(draw_rows(200, 0).contacts), **prices)


def test_a_theme_that_repeats_more_is_one_driver(casebook_of: CasebookOf) -> None:
    # Eight topics, two a theme; both topics of the first theme repeat more, alike.
    size = 6_000
    topic = np.random.default_rng(5).integers(0, 8, size)
    drawn = draw_rows(size, 0, {(("theme", "theme 0"),): 0.2}, theme=lambda _: _themes(topic))
    contacts = drawn.contacts.drop(columns="theme")
    at = pd.Timestamp("2025-03-01", tz="UTC")
    ids = [f"t{place:03d}" for place in range(12)]
    cards = pd.DataFrame(
        {
            "topic_id": ids,
            "level": ["topic"] * 8 + ["theme"] * 4,
            "topic": [*(f"topic {place}" for place in range(8)), *(f"theme {p}" for p in range(4))],
            "terms": "a · b",
            "contacts": 10,
            "example_contact_id": contacts["contact_id"].iloc[0],
            "parent_topic_id": [*(f"t{8 + place // 2:03d}" for place in range(8)), *[None] * 4],
            "first_seen_at": at,
            "last_seen_at": at,
        }
    )
    topics = pd.DataFrame(
        {
            "contact_id": contacts["contact_id"],
            "topic_id": [f"t{place:03d}" for place in topic],
            "strength": 0.9,
        }
    )
    casebook = casebook_of(contacts, tables={"topics": topics, "topic_cards": cards})
    found = rank_drivers(casebook, cost_per_contact=2)
    assert found["segment"].tolist() == ["theme = theme 0"]
    assert found["lever"].tolist() == ["knowledge"]
    assert found["cost"].item() == pytest.approx(2 * found["excess_repeats"].item())


def _themes(topic: np.ndarray) -> list[str]:
    return [f"theme {place // 2}" for place in topic]
