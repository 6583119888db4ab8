"""The count of coincidence, by hand."""

import numpy as np
import pandas as pd
import pytest

from fcr_ml.links.coincidence import DAY, count_coincidence


def _pairs(customers: list[int], days: float, is_exposed: int = 1) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "customer": customers,
            "started_epoch": 0,
            "follow_up_epoch": int(days * DAY),
            "is_exposed": is_exposed,
        }
    )


def test_the_rate_is_far_over_near_of_customers_who_stay() -> None:
    near = pd.concat([_pairs([1, 1, 2, 3], 3), _pairs([4], 20), _pairs([5], 3, is_exposed=0)])
    far = pd.concat([_pairs([1, 2], 50), _pairs([5], 50, is_exposed=0)])

    told = count_coincidence(near, far)

    assert (told.near_pairs, told.far_pairs, told.rate) == (4, 2, 0.5)
    # customers differ by 1/2 - 2/4, 1/2 - 1/4 and 0 - 1/4
    spread = 1.96 * np.sqrt(0.25**2 + 0.25**2)
    assert told.low == pytest.approx(0.5 * np.exp(-spread))
    assert told.high == pytest.approx(0.5 * np.exp(spread))


def test_without_pairs_nothing_is_told() -> None:
    told = count_coincidence(_pairs([1], 3), _pairs([], 50))

    assert told.near_pairs == 1
    assert np.isnan(told.rate)
