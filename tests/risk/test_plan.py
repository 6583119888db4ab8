"""What a call is worth, who can be called when, and how many: by hand and over random lists."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from fcr_ml.errors import SettingsError
from fcr_ml.risk.plan import FlagPlan

PRICES = {"effect": 0.25, "cost_of_repeat": 40.0, "cost_of_call": 2.0}
NIGHT = pd.Timestamp("2025-06-10T22:00", tz="UTC")


def at(text: str) -> pd.Timestamp:
    return pd.Timestamp(text, tz="UTC")


def test_the_saving_by_hand() -> None:
    plan = FlagPlan(**PRICES, queue_cost_of_repeat={"technical": 80.0})
    saving = plan.saving(np.array([0.5, 0.1, 0.1]), pd.Series(["billing", None, "technical"]))
    # 0.5 x 0.25 x 40 - 2, 0.1 x 0.25 x 40 - 2, 0.1 x 0.25 x 80 - 2
    np.testing.assert_allclose(saving, [3.0, -1.0, 0.0])
    assert np.isnan(FlagPlan().saving(np.array([0.5]), None)).all()


def test_quiet_hours_and_shifts_by_hand() -> None:
    # 22:00 UTC in June is midnight in Stockholm.
    plan = FlagPlan(quiet_hours="20:00-09:00", time_zone="Europe/Stockholm")
    assert plan.call_times(NIGHT) == [(None, at("2025-06-11T07:00"))]
    assert plan.call_times(at("2025-06-11T10:00")) == [(None, at("2025-06-11T10:00"))]
    shifts = ("08:00-16:00", "16:00-21:00", "05:00-08:00")
    plan = FlagPlan(shifts=shifts, quiet_hours="20:00-09:00", time_zone="Europe/Stockholm")
    # The morning shift waits for nine o'clock, the early one lies in quiet hours altogether.
    expected = [("08:00-16:00", at("2025-06-11T07:00")), ("16:00-21:00", at("2025-06-11T14:00"))]
    assert plan.call_times(NIGHT) == expected
    # A shift that runs now begins now.
    assert plan.call_times(at("2025-06-11T10:00"))[0] == ("08:00-16:00", at("2025-06-11T10:00"))


def test_a_night_in_which_the_clocks_go_forward() -> None:
    plan = FlagPlan(quiet_hours="20:00-08:00", time_zone="Europe/Stockholm")
    assert plan.call_times(at("2025-03-29T20:00")) == [(None, at("2025-03-30T06:00"))]


def test_who_is_placed_by_hand() -> None:
    plan = FlagPlan(
        shifts=("08:00-12:00", "12:00-16:00"), shift_capacity=2, queue_capacity={"b": 1}
    )
    closes = pd.Series([at("2025-06-20")] * 3 + [at("2025-06-11T07:00")] + [at("2025-06-20")] * 3)
    queues = pd.Series(["b", "b", "b", "t", "t", None, "t"])
    placed = plan.place(closes, queues, NIGHT, 50)
    # Of 'b' one a shift; the fourth closes before anybody calls; the last finds no room.
    assert [(row, shift) for row, shift, _ in placed] == [
        (0, "08:00-12:00"),
        (1, "12:00-16:00"),
        (4, "08:00-12:00"),
        (5, "12:00-16:00"),
    ]
    assert [row for row, _, _ in plan.place(closes, queues, NIGHT, 1)] == [0]


@pytest.mark.parametrize("seed", range(20))
def test_no_queue_nor_shift_is_ever_overfilled(seed: int) -> None:
    draw = np.random.default_rng(seed)
    limits = {"a": int(draw.integers(0, 4)), "b": int(draw.integers(0, 4))}
    plan = FlagPlan(shifts=("08:00-12:00", "13:00-17:00"), shift_capacity=6, queue_capacity=limits)
    queues = pd.Series(draw.choice(["a", "b", "c", None], 60))
    closes = pd.Series(NIGHT + pd.to_timedelta(draw.uniform(0, 40, 60), unit="h"))
    placed = plan.place(closes, queues, NIGHT, 10)
    rows = [row for row, _, _ in placed]
    assert len(placed) <= 10
    assert rows == sorted(set(rows))
    assert all(begin < closes[row] for row, _, begin in placed)
    taken = pd.DataFrame(
        [(shift, queues[row]) for row, shift, _ in placed], columns=["shift", "queue"]
    )
    assert (taken.groupby("shift").size() <= 6).all()
    for (_, queue), count in taken.groupby(["shift", "queue"]).size().items():
        assert count <= limits.get(queue, 10)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"effect": 0.2}, "give cost_of_repeat, cost_of_call"),
        ({"queue_cost_of_repeat": {"b": 1.0}}, "give effect, cost_of_repeat, cost_of_call"),
        (PRICES | {"effect": 1.5}, "give a share above 0"),
        (PRICES | {"cost_of_call": -1.0}, "cost_of_call is -1; give a number from 0 up"),
        ({"quiet_hours": "8-20"}, "'8-20' is no span of hours"),
        ({"shifts": ("08:00-08:00",)}, "ends when it begins"),
        ({"shifts": ("08:00-09:00", "08:00-09:00")}, "given twice"),
        ({"time_zone": "Stockholm"}, "is unknown"),
        ({"queue_capacity": {"b": -1}}, "queue_capacity of b is -1"),
        ({"experiment": " "}, "experiment is empty"),
    ],
)
def test_what_cannot_be_is_refused(given: dict, told: str) -> None:
    with pytest.raises(SettingsError, match="flags: ") as refused:
        FlagPlan(**given)
    assert told in str(refused.value)
