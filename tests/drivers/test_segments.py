"""Segments: which slices are looked at."""

from __future__ import annotations

import numpy as np
import pandas as pd

from fcr_ml.drivers.segments import form_segments, number_levels

from .conftest import COLUMNS, draw_rows


def _levels(contacts: pd.DataFrame, minimum: int) -> dict:
    return {name: number_levels(contacts[name], minimum) for name in contacts.columns}


def test_values_are_numbered_by_count_then_name() -> None:
    values = pd.Series(["b", "a", "c", "b", "a", None, "b", "rare"], dtype="string")
    levels = number_levels(values, minimum_contacts=1)
    assert levels.names == ["b", "a", "c", "rare"]
    assert levels.codes.tolist() == [1, 2, 3, 1, 2, 0, 1, 4]
    # From two contacts up: 'c' and 'rare' are taken together, the null stays apart.
    assert number_levels(values, 2).codes.tolist() == [1, 2, 3, 1, 2, 0, 1, 3]


def test_neither_nulls_nor_rare_values_form_a_segment() -> None:
    contacts = pd.DataFrame({"queue": ["a"] * 5 + ["b"] * 2 + [None] * 5}, dtype="string")
    segments = form_segments(_levels(contacts, 3), ["queue"], 3)
    assert segments.parts == [(("queue", "a"),)]
    assert segments.members.sum() == 5
    assert segments.words(0) == "queue = a"


def test_members_are_those_that_a_plain_filter_finds() -> None:
    contacts = draw_rows(800, 0).contacts[COLUMNS]
    segments = form_segments(_levels(contacts, 20), COLUMNS, 20)
    members = segments.members.toarray()
    assert {len(parts) for parts in segments.parts} == {1, 2, 3}
    for place, parts in enumerate(segments.parts):
        inside = np.all([contacts[name] == value for name, value in parts], axis=0)
        assert inside.sum() >= 20
        assert np.array_equal(members[:, place].astype(bool), inside)


def test_without_pairs_there_are_singles_only() -> None:
    contacts = draw_rows(800, 0).contacts[COLUMNS]
    segments = form_segments(_levels(contacts, 20), COLUMNS, 20, depth=1)
    assert {len(parts) for parts in segments.parts} == {1}


def test_a_pair_that_is_nearly_a_single_is_not_looked_at() -> None:
    # All of queue 'a' comes by 'voice', so queue and channel together say nothing new.
    contacts = pd.DataFrame(
        {"queue": ["a"] * 50 + ["b"] * 50, "channel": ["voice"] * 75 + ["chat"] * 25},
        dtype="string",
    )
    segments = form_segments(_levels(contacts, 10), ["queue", "channel"], 10)
    pairs = {segments.words(p) for p in range(len(segments)) if len(segments.parts[p]) == 2}
    assert pairs == {"queue = b and channel = voice"}


def test_every_large_enough_combination_is_looked_at_once() -> None:
    contacts = draw_rows(600, 3).contacts[["channel", "product", "team"]]
    segments = form_segments(_levels(contacts, 10), list(contacts.columns), 10)
    plain = {
        tuple(zip(names, np.atleast_1d(values), strict=True))
        for names in (["channel", "product"], ["channel", "team"], ["product", "team"])
        for values, count in contacts.value_counts(names).items()
        if count >= 10
    }
    pairs = [parts for parts in segments.parts if len(parts) == 2]
    assert len(set(pairs)) == len(pairs)
    # Nothing here is nearly one of its singles.
    assert set(pairs) == plain


def test_a_triple_that_is_nearly_a_pair_is_not_looked_at() -> None:
    contacts = draw_rows(600, 3).contacts[["channel", "product"]]
    is_paired = (contacts["channel"] == "chat") & (contacts["product"] == "web")
    contacts["team"] = np.where(is_paired, "West", "North")
    contacts.loc[:199, "team"] = "West"
    segments = form_segments(_levels(contacts, 10), list(contacts.columns), 10)
    both = (("channel", "chat"), ("product", "web"))
    assert both in segments.parts
    assert (*both, ("team", "West")) not in segments.parts


def test_the_clock_forms_no_pairs() -> None:
    contacts = draw_rows(500, 0).contacts[["queue", "channel"]].assign(weekday="Monday")
    contacts.loc[::2, "weekday"] = "Tuesday"
    segments = form_segments(_levels(contacts, 10), list(contacts.columns), 10)
    assert not any("weekday" in dict(parts) for parts in segments.parts if len(parts) == 2)
    assert (("weekday", "Monday"),) in segments.parts


def test_no_contacts_give_no_segments() -> None:
    contacts = pd.DataFrame({"queue": [], "channel": []}, dtype="string")
    assert len(form_segments(_levels(contacts, 5), ["queue", "channel"], 5)) == 0
    assert len(form_segments({}, [], 5)) == 0
