"""Weeks counted back from a moment, and the log as its own yardstick."""

import numpy as np
import pytest

from fcr_ml.measures.weeks import (
    WEEK,
    Weeks,
    new_values,
    psi_distance,
    rise_distance,
    volume_distance,
)

NOW = 100 * WEEK


def _weeks(counts: list[int], seam: int = NOW) -> Weeks:
    """Give a log with so many contacts a week, the latest first, and one before them all."""
    epochs = [NOW - week * WEEK - 1 - n for week, many in enumerate(counts) for n in range(many)]
    return Weeks.of(np.array([*epochs, NOW - len(counts) * WEEK - 1]), NOW, seam)


def test_weeks_are_counted_back_and_the_reference_ends_by_the_seam() -> None:
    weeks = Weeks.of(np.array([NOW, NOW - 1, NOW - WEEK, NOW - WEEK - 1]), NOW, NOW)
    assert weeks.numbers.tolist() == [-1, 0, 0, 1]
    assert not weeks.is_enough
    weeks = _weeks([10] * 8, seam=NOW - 2 * WEEK - 5)
    assert weeks.reference.tolist() == [3, 4, 5, 6, 7]
    assert weeks.is_enough


def test_the_usual_distance_is_the_furthest_of_the_reference() -> None:
    counts = [40, 10, 10, 20, 10, 10]
    weeks = _weeks(counts)
    table = weeks.counts(np.zeros(len(weeks.numbers), int), 1)
    assert table[:, 0].tolist() == counts[: len(table)]
    lately, usual = weeks.compare(table, volume_distance)
    assert lately == pytest.approx(np.log(40.5 / 12.5))
    assert usual == pytest.approx(np.log(20.5 / 10.5))


def test_a_steady_trend_is_part_of_what_is_usual() -> None:
    counts = [round(100 * 1.05**n) for n in range(16, 0, -1)]
    weeks = _weeks(counts, seam=NOW - 4 * WEEK)
    table = weeks.counts(np.zeros(len(weeks.numbers), int), 1)
    lately, usual = weeks.compare(table, volume_distance)
    assert lately < 1.5 * usual


def test_shares_and_indices_by_hand() -> None:
    week, others = np.array([60.0, 40.0]), np.array([[80.0, 20.0], [80.0, 20.0]])
    assert rise_distance(week, others) == pytest.approx(0.2)
    assert psi_distance(week, others) == pytest.approx(
        (60.5 / 101 - 160.5 / 201) * np.log(60.5 / 101 / (160.5 / 201))
        + (40.5 / 101 - 40.5 / 201) * np.log(40.5 / 101 / (40.5 / 201))
    )


def test_values_that_one_week_alone_holds_were_new_in_it() -> None:
    weeks = Weeks(np.array([0]), np.array([1, 2, 3, 4]))
    table = np.array([[6, 0, 4], [10, 0, 0], [8, 2, 0], [10, 0, 0], [10, 0, 0]], float)
    assert new_values(table, table[1:].sum(axis=0), weeks) == (0.4, 0.2)
