"""The mix: its counts by another route, and what must be left out of a segment's."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from fcr_ml.drivers.mix import names_for_the_same
from fcr_ml.drivers.search import prepare_search

from .conftest import draw_rows


def test_a_column_that_is_the_segment_stays_out_of_its_mix() -> None:
    copied: dict[str, Any] = {"symptom": lambda reason: np.char.add("about ", reason.astype(str))}
    search = prepare_search(draw_rows(2_000, 0, **copied), 30, depth=1)
    kept_out = dict(zip(search.segments.parts, search.kept_out, strict=True))
    assert kept_out[(("reason_code", "bill"),)] == {"reason_code", "symptom"}
    assert kept_out[(("symptom", "about bill"),)] == {"reason_code", "symptom"}
    assert kept_out[(("product", "web"),)] == {"product"}
    # The queue follows the reason code in part only, and stays comparable.
    assert kept_out[(("queue", "Tech"),)] == {"queue"}


def test_a_pair_leaves_out_what_its_singles_leave_out() -> None:
    copied: dict[str, Any] = {"symptom": lambda reason: np.char.add("about ", reason.astype(str))}
    search = prepare_search(draw_rows(3_000, 0, **copied), 30, depth=2)
    place = search.segments.parts.index((("channel", "chat"), ("reason_code", "bill")))
    assert search.kept_out[place] == {"channel", "reason_code", "symptom"}
    assert names_for_the_same(search.mix, search.segments, search.crosses) == search.kept_out


def test_counts_are_those_of_a_plain_cross_table() -> None:
    rows = draw_rows(1_500, 4)
    search = prepare_search(rows, 20, depth=2)
    mix, contacts = search.mix, rows.contacts
    for one, other in [("channel", "reason_code"), ("queue", "team"), ("queue", "product")]:
        told = mix.counts[mix.spans[one], mix.spans[other]]
        names = (mix.levels[one].names, mix.levels[other].names)
        plain = pd.crosstab(contacts[one], contacts[other]).loc[names[0], names[1]]
        assert np.array_equal(told[1:-1, 1:-1], plain)
    place = search.segments.parts.index((("queue", "Tech"), ("channel", "chat")))
    inside = contacts[(contacts["queue"] == "Tech") & (contacts["channel"] == "chat")]
    span = mix.spans["reason_code"]
    counts = inside["reason_code"].value_counts().loc[mix.levels["reason_code"].names]
    assert np.array_equal(search.crosses[place, span][1:-1], counts)
    assert mix.repeats[0] == pytest.approx(contacts["repeated_probability"].sum())
    in_queue = mix.sums_by_customer(mix.repeated)[:, mix.spans["channel"]].sum(axis=0)
    by_channel = contacts.groupby("channel")["repeated_probability"].sum()
    assert np.allclose(in_queue.A1[1:-1], by_channel.loc[mix.levels["channel"].names])


def test_a_log_whose_columns_say_nothing_has_counts_of_ones_only() -> None:
    rows = draw_rows(200, 0)
    search = prepare_search(type(rows)(rows.contacts, [], []), 20)
    assert len(search.segments) == 0
    assert search.mix.counts.tolist() == [[200.0]]
