"""The survival estimate: by hand, by the library, and where the plain rate errs."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from statsmodels.duration.survfunc import SurvfuncRight

from fcr_ml.measures.fcr import measure_fcr
from fcr_ml.measures.survival import survival_curve, survival_rates

from .conftest import AS_OF, CasebookOf, contacts_of, outcomes_of


def _times(seconds: np.ndarray, returned: np.ndarray, value: str = "all") -> pd.DataFrame:
    counts = pd.DataFrame({"seconds": seconds, "returned": returned}).groupby("seconds")["returned"]
    return pd.DataFrame(
        {
            "reading": "related",
            "repeat_window": "7d",
            "value": value,
            "seconds": sorted(set(seconds)),
            "returns": counts.sum().to_numpy(),
            "leaves": (counts.count() - counts.sum()).to_numpy(),
        }
    )


def test_a_return_at_the_very_end_still_counts() -> None:
    curve = survival_curve(_times(np.array([100, 100]), np.array([1, 0])))
    assert curve["at_risk"].tolist() == [2]
    assert curve["survival_rate"].tolist() == [0.5]


def test_it_is_the_librarys_estimate_group_by_group() -> None:
    generator = np.random.default_rng(0)
    groups, expected = [], {}
    for value in ("one", "two"):
        seconds = generator.integers(1, 50, 300)
        returned = generator.integers(0, 2, 300)
        groups.append(_times(seconds, returned, value))
        library = SurvfuncRight(seconds, returned)
        expected[value] = library.surv_prob[-1]
    rates = survival_rates(pd.concat(groups, ignore_index=True))
    told = dict(zip(rates["value"], rates["survival_fcr_rate"], strict=True))
    assert told == pytest.approx(expected)


def test_a_group_that_all_returned_leaves_the_next_untouched() -> None:
    both = pd.concat(
        [
            _times(np.array([1, 2]), np.array([1, 1]), "a"),
            _times(np.array([1, 2]), np.array([1, 0]), "b"),
        ],
        ignore_index=True,
    )
    assert survival_rates(both)["survival_fcr_rate"].tolist() == [0, 0.5]


def test_open_contacts_are_followed_until_now(casebook_of: CasebookOf) -> None:
    # Ended 10 minutes after 06:00 and 12:00 on the day before: followed 17.83 and
    # 11.83 hours. The first returned after 15 hours, when the second had left.
    contacts = contacts_of(["a", "b"], ["2025-03-31 06:00", "2025-03-31 12:00"])
    outcomes = outcomes_of(contacts, [15, np.nan])
    figures = measure_fcr(casebook_of(contacts=contacts, outcomes=outcomes), [], 0)
    assert figures.loc[0, "closed_contacts"] == 0
    assert figures.loc[0, "survival_fcr_rate"] == 0


def test_a_contact_without_an_end_is_not_followed(casebook_of: CasebookOf) -> None:
    contacts = contacts_of(["a", "b"], ["2025-03-01", "2025-03-02"])
    outcomes = outcomes_of(contacts, [np.nan, np.nan])
    outcomes.loc[1, "closes_at"] = pd.NaT
    outcomes.loc[1, "is_closed"] = False
    outcomes.loc[1, "outcome"] = "open"
    contacts.loc[1, "ended_at"] = pd.NaT
    figures = measure_fcr(casebook_of(contacts=contacts, outcomes=outcomes), [], 0)
    assert (figures.loc[0, "closed_contacts"], figures.loc[0, "open_contacts"]) == (1, 0)
    assert figures.loc[0, "survival_fcr_rate"] == 1


def test_it_finds_a_fall_that_closed_contacts_do_not_show_yet(casebook_of: CasebookOf) -> None:
    # In the last week three of four contacts return within the day; none of those
    # contacts is closed, so the plain rate still says 1.
    size = 400
    hours_ago = np.r_[np.linspace(200, 2000, size // 2), np.linspace(30, 160, size // 2)]
    started = [str(AS_OF - pd.Timedelta(hours=float(hours))) for hours in hours_ago]
    contacts = contacts_of([f"k{row}" for row in range(size)], started)
    returns = np.where((np.arange(size) >= size // 2) & (np.arange(size) % 4 > 0), 20, np.nan)
    casebook = casebook_of(contacts=contacts, outcomes=outcomes_of(contacts, returns))
    figures = measure_fcr(casebook, [])
    assert figures.loc[0, "fcr_rate"] == 1
    assert figures.loc[0, "survival_fcr_rate"] == pytest.approx(1 - 150 / 400)


def test_no_times_give_no_rates() -> None:
    rates = survival_rates(_times(np.array([], dtype=int), np.array([], dtype=int)))
    assert len(rates) == 0
