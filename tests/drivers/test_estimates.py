"""Estimates: the same numbers by other routes, and what must not be told."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy.sparse import csc_matrix
from scipy.stats import norm

from fcr_ml.drivers.estimates import MixModel
from fcr_ml.drivers.search import gather_evidence, prepare_search
from fcr_ml.drivers.thinning import Joining

from .conftest import Planted, draw_rows

PLANTED: Planted = {(("queue", "Tech"),): 0.12, (("channel", "chat"), ("reason_code", "bill")): 0.3}


def test_the_excess_is_the_librarys_coefficient() -> None:
    rows = draw_rows(3_000, 0, {(("queue", "Tech"),): 0.1})
    search = prepare_search(rows, 30, depth=1)
    place = search.segments.parts.index((("queue", "Tech"),))
    columns = ["channel", "reason_code", "product", "earlier_contacts"]
    model = MixModel(search.mix, columns, csc_matrix((3_000, 0)))
    told = model.estimate(search.segments.members[:, [place]]).iloc[0]

    design = pd.get_dummies(rows.contacts[columns], drop_first=True, dtype=float)
    design = sm.add_constant(design.assign(segment=rows.contacts["queue"].eq("Tech").astype(float)))
    customers = pd.factorize(rows.contacts["customer_id"])[0]
    fitted = sm.OLS(rows.contacts["repeated_probability"], design).fit(
        cov_type="cluster", cov_kwds={"groups": customers}
    )
    # One made-up contact a value moves the fourth digit.
    assert told["excess_rate"] == pytest.approx(fitted.params["segment"], rel=2e-3)
    assert told["standard_error"] == pytest.approx(fitted.bse["segment"], rel=1e-2)


def test_one_busy_customer_cannot_make_a_driver() -> None:
    # 400 contacts of one account, all repeated, in a queue of 460.
    rows = draw_rows(2_000, 1)
    contacts = rows.contacts
    contacts.loc[:399, ["customer_id", "queue"]] = ["k-0", "Special"]
    contacts.loc[:399, "repeated_probability"] = 1.0
    contacts.loc[400:459, "queue"] = "Special"
    contacts = contacts.sort_values(["customer_id", "contact_id"])
    search = prepare_search(type(rows)(contacts, ["queue"], rows.mix_columns), 50, depth=1)
    place = search.segments.parts.index((("queue", "Special"),))
    told = search.estimate(place).iloc[0]
    assert told["excess_rate"] > 0.4
    assert told["p_value"] > 0.05


def test_a_segment_that_others_determine_is_not_tested() -> None:
    search = prepare_search(draw_rows(2_000, 0), 30, depth=1)
    place = search.segments.parts.index((("product", "web"),))
    same = search.estimate(place, known=[place]).iloc[0]
    assert np.isnan(same["excess_rate"])
    assert same["p_value"] == 1


def test_many_segments_at_once_are_told_as_each_by_itself() -> None:
    search = prepare_search(draw_rows(2_500, 0, PLANTED), 40)
    assert {len(parts) for parts in search.segments.parts} == {1, 2, 3}
    at_once = search.screen(range(len(search.segments)))
    for place in range(0, len(search.segments), 7):
        alone = search.estimate(place).iloc[0]
        # The standard error alone is told otherwise: as if there were no excess.
        for name in ["excess_rate", "own_contacts", "degrees", "evidence", "p_value"]:
            assert at_once.loc[place, name] == pytest.approx(alone[name], rel=2e-5), name


def test_the_error_without_excess_is_near_the_estimates_own_where_there_is_none() -> None:
    search = prepare_search(draw_rows(4_000, 1), 200, depth=1)
    at_once = search.screen(range(len(search.segments)))
    for place in at_once.index:
        own = search.estimate(place)["standard_error"].iloc[0]
        assert at_once.loc[place, "standard_error"] == pytest.approx(own, rel=0.1)


def test_what_is_beyond_wider_segments_is_guessed_as_it_is_tested() -> None:
    search = prepare_search(draw_rows(5_000, 2, PLANTED), 50)
    evidence = gather_evidence(search, 0.05)
    asked = evidence[evidence["p_value"] <= 0.05].index
    asked = [place for place in asked if len(search.segments.parts[place]) > 1]
    assert {len(search.segments.parts[place]) for place in asked} == {2, 3}
    guessed = evidence.loc[asked, "beyond_p_value"].to_numpy()
    tested = np.array([search.test_beyond(place) for place in asked])
    # Excess and own contacts are exact; how far a customer's contacts agree is taken over.
    assert norm.isf(guessed) == pytest.approx(norm.isf(tested), rel=0.2)


def test_what_joining_tells_of_excess_is_the_estimate_with_others_known() -> None:
    search = prepare_search(draw_rows(5_000, 3, PLANTED), 50, depth=2)
    evidence = gather_evidence(search, 0.05)
    passed = evidence[evidence["p_value"] <= 0.3]
    joining = Joining(search, passed)
    known = [0, len(passed) // 2]
    for row in known:
        told, excess = joining.with_known(row)
    rows = [row for row in range(len(passed)) if row not in known and np.isfinite(excess[row])]
    assert len(rows) > 4
    for row in rows:
        place = int(passed.index[row])
        exact = search.estimate(place, [int(passed.index[other]) for other in known]).iloc[0]
        assert excess[row] == pytest.approx(exact["excess_rate"], rel=1e-3, abs=1e-4)
        assert told[row] == pytest.approx(exact["evidence"], rel=0.15, abs=0.2)
