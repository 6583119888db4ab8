"""The trend: by hand, against pandas, at its edges, and open windows within their interval."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from statsmodels.duration.survfunc import SurvfuncRight

from fcr_ml.errors import SettingsError
from fcr_ml.frames import Casebook
from fcr_ml.measures.fcr import measure_fcr
from fcr_ml.measures.survival import survival_estimate
from fcr_ml.measures.trend import measure_trend

from .conftest import AS_OF, CasebookOf, contacts_of, outcomes_of

NONE_BEFORE = pd.DataFrame(
    {
        "reading": "all",
        "repeat_window": "all",
        "value": "all",
        "seconds": [604_800],
        "returns": [0],
        "leaves": [99],
    }
)


def drawn(casebook_of: CasebookOf, seed: int = 0, size: int = 4_000) -> Casebook:
    """Give a casebook of twenty weeks up to the first of April, a queue among its columns."""
    draw = np.random.default_rng(seed)
    began = AS_OF - pd.to_timedelta(np.sort(draw.uniform(0, 140 * 24, size))[::-1], unit="h")
    customers = [f"k{n}" for n in draw.integers(0, size // 3, size)]
    queue = draw.choice(["Billing", "Orders"], size)
    contacts = contacts_of(customers, [str(moment) for moment in began], queue=queue)
    hours = np.where(draw.random(size) < 0.3, draw.exponential(50, size), np.nan)
    return casebook_of(contacts=contacts, outcomes=outcomes_of(contacts, hours))


def test_four_contacts_by_hand(casebook_of: CasebookOf) -> None:
    # 2024-12-30 is the Monday of 2025-W01; Sunday 23:59:59 still belongs to it.
    contacts = contacts_of(
        ["a", "b", "c", "d"],
        ["2024-12-30 00:00", "2025-01-05 23:59:59", "2025-01-06 00:00", "2025-01-21 10:00"],
    )
    outcomes = outcomes_of(contacts, [5, np.nan, np.nan, np.nan])
    weeks = measure_trend(casebook_of(contacts=contacts, outcomes=outcomes), minimum_contacts=1)
    assert weeks["period"].tolist() == ["2025-W01", "2025-W02", "2025-W03", "2025-W04"]
    assert weeks["closed_contacts"].tolist() == [2, 1, 0, 1]
    assert weeks["repeated_contacts"].tolist() == [1, 0, 0, 0]
    assert weeks["fcr_rate"].tolist()[:2] == [0.5, 1.0]
    assert pd.isna(weeks["fcr_rate"][2])
    # The log ends on Tuesday: five of the last week's seven days are not covered.
    assert weeks["is_partial"].tolist() == [False, False, False, True]
    assert set(weeks["season"]) == {"fewer than 12 periods to judge"}
    assert not weeks["is_judged"].any()


def test_it_agrees_with_pandas_and_with_fcr_by_month(casebook_of: CasebookOf) -> None:
    casebook = drawn(casebook_of)
    weeks = measure_trend(casebook, "week")
    outcomes = casebook.table("outcomes").merge(casebook.table("contacts"), on="contact_id")
    monday = outcomes["started_at"].dt.tz_localize(None).dt.to_period("W-SUN").dt.start_time
    closed = outcomes[outcomes["is_closed"]].assign(monday=monday)
    naive = closed.groupby("monday")["outcome"].agg(["size", lambda o: (o == "repeated").sum()])
    told = weeks.set_index(weeks["begins_at"].dt.tz_localize(None))
    told = told[told["closed_contacts"] > 0]
    assert told["closed_contacts"].tolist() == naive["size"].tolist()
    assert told["repeated_contacts"].tolist() == naive.iloc[:, 1].tolist()

    months = measure_trend(casebook, "month").set_index("period")
    fcr = measure_fcr(casebook, ["month"])
    is_main = (fcr["group"] == "month") & (fcr["reading"] == "related") & (fcr["window"] == "7d")
    fcr = fcr[is_main].set_index("value")
    for name in ("closed_contacts", "open_contacts", "fcr_rate", "fcr_rate_low", "fcr_rate_high"):
        expected = fcr[name].astype(float).to_numpy()
        assert months[name].astype(float).to_numpy() == pytest.approx(expected, nan_ok=True)


def test_both_at_once_are_the_two(casebook_of: CasebookOf) -> None:
    casebook = drawn(casebook_of, 1)
    both = measure_trend(casebook, ("week", "month"))
    parts = [measure_trend(casebook, by) for by in ("week", "month")]
    pd.testing.assert_frame_equal(both, pd.concat(parts, ignore_index=True))


def test_a_column_and_its_value_restrict_it(casebook_of: CasebookOf) -> None:
    casebook = drawn(casebook_of, 2)
    own, other, whole = (
        measure_trend(casebook, "month", *of)
        for of in (("queue", "Billing"), ("queue", "Orders"), (None, None))
    )
    sums = own["closed_contacts"] + other["closed_contacts"]
    assert sums.tolist() == whole["closed_contacts"].tolist()
    assert set(own["group"] + own["value"]) == {"queueBilling"}


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"by": "day"}, "give week or month"),
        ({"column": "queue"}, "together with its value"),
        ({"column": "queue", "value": "Biling"}, "did you mean Billing"),
        ({"column": "agent_id", "value": "x"}, "people are no drivers"),
        ({"column": "product", "value": "x"}, "the log has no product"),
    ],
)
def test_what_is_unknown_is_refused(
    casebook_of: CasebookOf, asked: dict[str, str], told: str
) -> None:
    with pytest.raises(SettingsError, match=told):
        measure_trend(drawn(casebook_of, size=50), **asked)


def test_no_contact_gives_no_row(casebook_of: CasebookOf) -> None:
    assert measure_trend(casebook_of(), ("week", "month")).empty


def test_a_shift_is_told_apart_from_a_shift_of_the_mix(casebook_of: CasebookOf) -> None:
    # After half of the weeks Orders, where half are repeated, become three in four contacts.
    draw = np.random.default_rng(0)
    size = 16_000
    began = AS_OF - pd.to_timedelta(np.linspace(8 * 24 + 200 * 24, 8 * 24, size), unit="h")
    orders = draw.random(size) < np.where(np.arange(size) < size // 2, 0.25, 0.75)
    contacts = contacts_of(
        [f"k{n}" for n in range(size)],
        [str(moment) for moment in began],
        queue=np.where(orders, "Orders", "Billing"),
    )
    hours = np.where(draw.random(size) < np.where(orders, 0.5, 0.3), 10, np.nan)
    casebook = casebook_of(contacts=contacts, outcomes=outcomes_of(contacts, hours))
    weeks = measure_trend(casebook)
    (shift,) = weeks[weeks["shift"].notna()].to_dict("records")
    assert shift["shift"] == pytest.approx(-0.1, abs=0.03)
    assert shift["shift_beyond_mix_low"] <= 0 <= shift["shift_beyond_mix_high"]


def test_an_open_week_is_estimated_and_not_judged(casebook_of: CasebookOf) -> None:
    weeks = measure_trend(drawn(casebook_of))
    open_weeks = weeks[weeks["is_open"]]
    assert len(open_weeks) == 2
    assert not open_weeks["is_judged"].any()
    last_whole, begun = open_weeks.to_dict("records")
    assert last_whole["survival_fcr_rate_low"] < last_whole["survival_fcr_rate"]
    assert last_whole["survival_fcr_rate"] < last_whole["survival_fcr_rate_high"]
    assert 100 < last_whole["followed_hours"] <= 168
    # The log ends a day into it.
    assert begun["remark"] == "not enough contacts"
    assert begun["survival_fcr_rate"] is None
    assert weeks.loc[~weeks["is_open"], "survival_fcr_rate"].isna().all()


def test_with_one_contact_a_customer_it_is_greenwoods() -> None:
    draw = np.random.default_rng(0)
    seconds = draw.integers(1, 604_800, 2_000)
    returned = (draw.random(2_000) < 0.3).astype(np.int64)
    told = survival_estimate(np.arange(2_000), seconds, returned, NONE_BEFORE, 604_800)
    assert told is not None
    library = SurvfuncRight(seconds, returned)
    place = int(np.flatnonzero(library.surv_times <= told.followed_seconds)[-1])
    assert told.rate == pytest.approx(library.surv_prob[place])
    half = 1.96 * library.surv_prob_se[place]
    assert told.high - told.low == pytest.approx(2 * half, rel=0.03)


def test_ten_contacts_of_each_customer_alike_widen_it() -> None:
    draw = np.random.default_rng(1)
    seconds, returned = draw.integers(1, 900_000, 300), (draw.random(300) < 0.3).astype(np.int64)
    alone = survival_estimate(np.arange(300), seconds, returned, NONE_BEFORE, 604_800)
    times = [np.tile(values, 10) for values in (np.arange(300), seconds, returned)]
    copied = survival_estimate(*times, NONE_BEFORE, 604_800, 300)
    assert alone is not None
    assert copied is not None
    # Ten copies tell no more than one.
    assert copied.high - copied.low == pytest.approx(alone.high - alone.low, rel=0.02)


@pytest.mark.parametrize("returned", [0, 1])
def test_none_or_all_returned_stays_uncertain(returned: int) -> None:
    told = survival_estimate(
        np.arange(40), np.full(40, 604_800), np.full(40, returned), NONE_BEFORE, 604_800
    )
    assert told is not None
    assert told.rate == 1 - returned
    assert told.high - told.low > 0.05


def test_without_contacts_before_an_unfinished_window_has_no_estimate() -> None:
    seconds = np.full(40, 1_000)
    short = NONE_BEFORE.assign(seconds=5_000)
    zeros = np.zeros(40, dtype=np.int64)
    assert survival_estimate(np.arange(40), seconds, zeros, short, 604_800) is None
    assert survival_estimate(np.arange(9), seconds[:9], zeros[:9], NONE_BEFORE, 604_800) is None
