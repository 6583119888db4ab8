"""The mix: the same number by another route, and what must be left out of it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy.sparse import csc_matrix

from fcr_ml.drivers.mix import estimate_excess, names_for_the_same
from fcr_ml.drivers.search import prepare_search

from .conftest import draw_rows


def test_the_excess_is_the_librarys_coefficient() -> None:
    rows = draw_rows(3_000, 0, {(("queue", "Tech"),): 0.1})
    search = prepare_search(rows, 30, pairs=False)
    place = search.segments.parts.index((("queue", "Tech"),))
    columns = ["channel", "reason_code", "product", "earlier_contacts"]
    told = estimate_excess(
        search.mix, columns, csc_matrix((3_000, 0)), search.segments.members[:, [place]]
    ).iloc[0]

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
    search = prepare_search(type(rows)(contacts, ["queue"], rows.mix_columns), 50, pairs=False)
    place = search.segments.parts.index((("queue", "Special"),))
    told = search.estimate([place]).iloc[0]
    assert told["excess_rate"] > 0.4
    assert told["p_value"] > 0.05


def test_a_column_that_is_the_segment_stays_out_of_its_mix() -> None:
    copied: dict[str, Any] = {"symptom": lambda reason: np.char.add("about ", reason.astype(str))}
    search = prepare_search(draw_rows(2_000, 0, **copied), 30, pairs=False)
    kept_out = dict(zip(search.segments.parts, search.kept_out, strict=True))
    assert kept_out[(("reason_code", "bill"),)] == {"reason_code", "symptom"}
    assert kept_out[(("symptom", "about bill"),)] == {"reason_code", "symptom"}
    assert kept_out[(("product", "web"),)] == {"product"}
    # The queue follows the reason code in part only, and stays comparable.
    assert kept_out[(("queue", "Tech"),)] == {"queue"}


def test_a_pair_leaves_out_what_its_singles_leave_out() -> None:
    copied: dict[str, Any] = {"symptom": lambda reason: np.char.add("about ", reason.astype(str))}
    search = prepare_search(draw_rows(3_000, 0, **copied), 30, pairs=True)
    place = search.segments.parts.index((("channel", "chat"), ("reason_code", "bill")))
    assert search.kept_out[place] == {"channel", "reason_code", "symptom"}
    assert names_for_the_same(search.mix, search.segments) == search.kept_out


def test_a_segment_that_others_determine_is_not_tested() -> None:
    search = prepare_search(draw_rows(2_000, 0), 30, pairs=False)
    place = search.segments.parts.index((("product", "web"),))
    same = search.estimate([place], known=[place]).iloc[0]
    assert np.isnan(same["excess_rate"])
    assert same["p_value"] == 1
