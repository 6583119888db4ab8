"""What if: repeats a month less, by hand and where the truth is known."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from fcr_ml.drivers.avoidable import DAYS_IN_MONTH, measure_avoidable
from fcr_ml.drivers.excess import rank_drivers
from fcr_ml.drivers.excess_rates import shrink
from fcr_ml.drivers.search import gather_evidence, prepare_search

from .conftest import PER_REPEAT, CasebookOf, Parts, draw_rows

BAD: Parts = (("desk", "d0"),)


def _what_if(seed: int, desks: int) -> tuple[pd.Series, int]:
    """Give what is said of one desk of several, a fifth of whose contacts more return."""
    desk = np.random.default_rng(seed + 50).integers(0, desks, 5_000)
    rows = draw_rows(5_000, seed, {BAD: 0.2}, desk=lambda _: [f"d{number}" for number in desk])
    search = prepare_search(rows, 50, depth=1)
    evidence = gather_evidence(search, 0.05)
    place = search.segments.parts.index(BAD)
    told = measure_avoidable(search, evidence, shrink(evidence.loc[[place]]), months=2.0)
    return told.iloc[0], int(search.segments.members[:, place].sum())


def test_down_to_its_mix_is_the_excess_by_the_month(casebook_of: CasebookOf) -> None:
    found = rank_drivers(casebook_of(draw_rows(6_000, 0, {(("queue", "Tech"),): 0.15}).contacts))
    # Contacts begin on 90 days in a row, so 89 days lie between the first and the last.
    months = 89 / DAYS_IN_MONTH
    for end in ("", "_low", "_high"):
        less = found[f"avoidable_per_month{end}"].item()
        assert less == pytest.approx(found[f"excess_repeats{end}"].item() / months)
    # Two queues beside it are no four.
    assert found["best_quarter_of"].item() == 2
    assert found["best_quarter_per_month"].isna().all()


def test_the_range_to_the_best_quarter_holds_the_truth() -> None:
    # All other desks are alike, so the best quarter of them is any of them.
    held = []
    for seed in range(10):
        told, contacts = _what_if(seed, desks=6)
        truth = 0.2 * PER_REPEAT * contacts / 2
        low, high = told["best_quarter_per_month_low"], told["best_quarter_per_month_high"]
        held.append(low <= truth <= high)
        assert told["best_quarter_of"] == 5
        # The luck of the best of five must not double what is promised.
        assert told["best_quarter_per_month"] < 1.6 * truth
    # Ranges of 95 %: three or more of ten miss with a chance of 1 in 80.
    assert sum(held) >= 8


def test_the_same_log_gives_the_same_range() -> None:
    pd.testing.assert_series_equal(_what_if(0, 6)[0], _what_if(0, 6)[0])
    assert pd.isna(_what_if(0, 4)[0]["best_quarter_per_month"])
