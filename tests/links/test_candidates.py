import time

import numpy as np
import pandas as pd
import pytest

from fcr_ml.engine import DuckEngine
from fcr_ml.frames.window import RepeatWindow
from fcr_ml.links.candidates import MAX_LATER, find_candidates

from .conftest import timeline_on

MONTH = RepeatWindow.parse("30d")


def _log(customers: list[str], days: list[float]) -> pd.DataFrame:
    started = pd.Timestamp("2025-01-01", tz="UTC") + pd.to_timedelta(days, unit="D")
    return pd.DataFrame(
        {
            "contact_id": [f"c{i:06d}" for i in range(len(days))],
            "customer_id": customers,
            "started_at": started,
            "ended_at": started + pd.Timedelta(minutes=5),
        }
    )


def _found(engine: DuckEngine, log: pd.DataFrame):
    timeline_on(engine, log)
    return find_candidates(engine, MONTH, int(pd.Timestamp("2025-06-01", tz="UTC").timestamp()))


def test_near_and_far_pairs_by_hand(engine: DuckEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fcr_ml.links.candidates.ENOUGH_COUNTED", 0)
    log = _log(["a", "a", "a", "b", "a"], [0, 3, 31, 3, 55])

    found = _found(engine, log)

    near = list(zip(found.near["contact_id"], found.near["follow_up_id"], strict=True))
    far = list(zip(found.far["contact_id"], found.far["follow_up_id"], strict=True))
    assert near == [
        ("c000000", "c000001"),
        ("c000001", "c000002"),
        ("c000002", "c000004"),
    ]
    assert far == [("c000000", "c000004"), ("c000001", "c000004")]
    assert (found.far["seconds_beyond"] / 86_400).tolist() == [55 - 49, 52 - 49]


def test_a_log_too_short_for_seven_weeks_is_counted_at_two(engine: DuckEngine) -> None:
    log = _log(["a", "a", "a", "b", "a"], [0, 3, 17, 3, 31])

    found = _found(engine, log)

    far = list(zip(found.far["contact_id"], found.far["follow_up_id"], strict=True))
    assert far == [
        ("c000000", "c000002"),
        ("c000001", "c000002"),
        ("c000001", "c000004"),
        ("c000002", "c000004"),
    ]
    assert (found.far["seconds_beyond"] / 86_400).tolist() == [3, 0, 14, 0]
    # exposed are those whose customer was still there four weeks on
    assert found.far["is_exposed"].tolist() == [1, 1, 1, 0]


def test_pairs_of_others_are_of_others(engine: DuckEngine) -> None:
    log = _log([f"u{i % 7}" for i in range(300)], list(np.linspace(0, 60, 300)))

    found = _found(engine, log)

    customer = log.set_index("contact_id")["customer_id"]
    first, second = (found.others[name].map(customer) for name in ("contact_id", "follow_up_id"))
    assert len(found.others) > 100
    assert (first != second).all()


def test_busier_customers_have_more_coincidence(engine: DuckEngine) -> None:
    busy = [float(day) for day in range(0, 150, 10)]
    log = _log(["busy"] * len(busy) + ["rare"], [*busy, 5.0])

    rate = _found(engine, log).coincidence_per_day

    assert rate["c000000"] > 1.5 * rate[f"c{len(busy):06d}"]


@pytest.mark.slow
def test_one_customer_with_a_hundred_thousand_contacts_costs_no_square(engine: DuckEngine) -> None:
    count = 100_000
    log = _log(["crowd"] * count, list(np.linspace(0, 150, count)))

    began = time.perf_counter()
    found = _found(engine, log)

    assert len(found.near) <= count * MAX_LATER
    assert len(found.far) == 0
    assert time.perf_counter() - began < 60
