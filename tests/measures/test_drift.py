"""The index by hand, chance that stays quiet, a planted shift found, odd columns survived."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import f

from fcr_ml.measures.drift import measure_drift


def _period(n: int, seed: int, customers: int | None = None, shift: float = 0.0) -> pd.DataFrame:
    """Draw contacts whose values hang on the customer where there are fewer of those."""
    draw = np.random.default_rng(seed)
    customer = draw.integers(0, customers or 10 * n, n)
    own = np.random.default_rng([seed, 1]).normal(shift, 1, 10 * n)[customer]
    value = own if customers else draw.normal(shift, 1, n)
    return pd.DataFrame(
        {
            "customer_id": [f"u{seed}-{c}" for c in customer],
            "number": value,
            "queue": pd.Series(np.floor(2 * value).clip(-3, 3).astype(int)).map("q{}".format),
            "code": draw.zipf(1.6, n).astype(str),
            "flag": draw.random(n) < 0.2,
            "holes": np.where(draw.random(n) < 0.3, np.nan, value),
        }
    )


NAMES = ["number", "queue", "code", "flag", "holes"]


def test_index_and_limit_by_hand() -> None:
    before = pd.DataFrame({"customer_id": range(400), "queue": ["a", "b"] * 200})
    after = pd.DataFrame({"customer_id": range(400), "queue": ["a", "a", "a", "b"] * 100})
    row = measure_drift(before, after, ["queue"]).iloc[0]
    # Half a contact in every bin: 200.5 / 401 before, 300.5 and 100.5 of 401 after.
    p, q = np.array([0.5, 0.5]), np.array([300.5, 100.5]) / 401
    assert row["psi"] == pytest.approx(((q - p) * np.log(q / p)).sum())
    # One degree of freedom, every customer once; what each period adds is at least 1 / 400.
    assert row["psi_limit"] == pytest.approx(2 / 400 * f.ppf(0.99, 1, 399))
    assert row["verdict"] == "moved"
    assert (row["moved_most"], row["share_before"], row["share"]) == ("b", 0.5, 0.25)


def test_chance_alone_moves_nothing_even_where_customers_are_alike() -> None:
    # The limit is passed in 1 of 100 tables; of 20, more than 2 would be against it.
    alone = [measure_drift(_period(2_000, s), _period(300, 500 + s), NAMES) for s in range(10)]
    alike = [
        measure_drift(_period(2_000, s, 400), _period(400, 500 + s, 80), NAMES) for s in range(10)
    ]
    over = [(told["psi"] > told["psi_limit"]).any() for told in (*alone, *alike)]
    assert sum(over) <= 2
    # Customers that are alike tell less, so that more is allowed to chance.
    limits = [told.set_index("name").loc["number", "psi_limit"] for told in (alone[0], alike[0])]
    assert limits[1] > 1.5 * limits[0]


def test_what_moved_is_found_and_what_did_not_is_not() -> None:
    lately = _period(800, 9, shift=0.0).assign(number=lambda p: p["number"] + 1.0)
    told = measure_drift(_period(4_000, 1), lately, NAMES)
    assert told.loc[told["verdict"] == "moved", "name"].tolist() == ["number"]
    assert told["name"].iloc[0] == "number"
    assert str(told["moved_most"].iloc[0]).startswith("above ")


def test_values_never_seen_and_values_gone_missing_stand_apart() -> None:
    before, lately = _period(3_000, 1), _period(600, 2)
    lately["queue"] = lately["queue"].mask(lately["queue"] == "q0", "a new one")
    lately["holes"] = np.nan
    told = measure_drift(before, lately, ["queue", "holes", "code"]).set_index("name")
    assert told.loc["queue", "moved_most"] == "new values"
    assert told.loc["queue", "share_before"] == 0
    assert told.loc["holes", "moved_most"] == "no value"
    assert told.loc["holes", "missing_rate"] == 1
    # Codes have a long tail: many are seen for the first time, as many as were before.
    assert told.loc["code", "verdict"] == "steady"


def test_people_are_not_named_and_odd_columns_have_no_index() -> None:
    before = pd.DataFrame({"customer_id": range(500), "agent_id": ["ann"] * 400 + ["bo"] * 100})
    before = before.assign(constant=1.0, nothing=np.nan, texts=None)
    lately = before.iloc[300:].reset_index(drop=True)
    told = measure_drift(before, lately, ["agent_id", "constant", "nothing", "texts"])
    told = told.set_index("name")
    assert told.loc["agent_id", "verdict"] == "moved"
    assert pd.isna(told.loc["agent_id", "moved_most"])
    assert (told.loc[["constant", "nothing", "texts"], "psi"] == 0).all()
    few = measure_drift(before, lately.head(99), ["constant"]).iloc[0]
    assert few["verdict"] == "not enough contacts"
    assert pd.isna(few["psi"])
    assert measure_drift(before, lately, []).empty
    assert measure_drift(before, lately.head(0), ["texts"])["missing_rate"].isna().all()


def test_order_of_rows_changes_nothing() -> None:
    before, lately = _period(1_000, 1, 300), _period(400, 2, 100)
    turned = (frame.sample(frac=1, random_state=0) for frame in (before, lately))
    pd.testing.assert_frame_equal(
        measure_drift(before, lately, NAMES), measure_drift(*turned, NAMES)
    )
