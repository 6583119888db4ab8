"""Levers from evidence: what was planted is named, and nothing where the data cannot tell."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from fcr_ml.drivers.excess import rank_drivers, study_drivers
from fcr_ml.drivers.levers import error_source
from fcr_ml.frames.levers import LEVERS
from fcr_ml.simulate.plan import LEVERS as WORDS

from .conftest import CasebookOf, draw_rows
from .lever_log import MECHANISMS, TRUE_LEVERS, draw_contacts, links_of, write_log

QUICK = ["agents", "transferred", "next issue", "too small"]


@pytest.mark.parametrize("name", QUICK)
def test_planted_levers_are_named(name: str, tmp_path: Path) -> None:
    # Over 50 logs each see docs/results.md; one log a mechanism here.
    contacts = draw_contacts(name, 1, 4_000)
    casebook = write_log(tmp_path / "casebook", contacts, links_of(name, 1, contacts))
    drivers = rank_drivers(casebook, depth=1)
    is_subject = drivers["segment"].str.contains(MECHANISMS[name].segment, regex=False)
    named = drivers.loc[is_subject, "lever"].head(1).tolist() or ["no driver"]
    assert named[0] in TRUE_LEVERS[name]


def test_every_driver_has_rows_and_at_most_one_lever(tmp_path: Path) -> None:
    contacts = draw_contacts("agents", 0, 5_000)
    casebook = write_log(tmp_path / "casebook", contacts, links_of("agents", 0, contacts))
    studied = study_drivers(casebook, depth=1)
    levers = studied.levers
    assert list(levers.columns) == list(LEVERS.columns)
    assert levers["segment"].drop_duplicates().tolist() == studied.drivers["segment"].tolist()
    assert levers.groupby("segment")["is_named"].sum().max() <= 1
    agents = levers[levers["found_in"] == "agents"].iloc[0]
    assert agents["units"] == 24
    assert agents["is_named"]
    # Four in ten agents add 40 points to the subject: 16 points of it would go.
    assert agents["avoidable_rate_low"] < 0.16 * 0.8 < agents["avoidable_rate_high"]
    assert studied.drivers["error_source"].tolist()[0] == "agent"
    # Nobody is named anywhere.
    text = pd.concat([levers.astype("string"), studied.contrasts.table.astype("string")])
    assert not text.apply(lambda column: column.str.contains(r"a-0\d\d", na=False)).any().any()


def test_agents_who_differ_everywhere_are_no_reason(tmp_path: Path) -> None:
    # The same agents differ as much about all other subjects: that is in the mix.
    contacts = draw_contacts("everyone", 2, 5_000)
    draw = np.random.default_rng(0)
    number = contacts["agent_id"].str[2:].astype(int)
    more = draw.random(len(contacts)) < np.where(number < 10, 0.4, 0.0)
    is_repeated = contacts["follow_up_id"].notna() | more
    contacts["follow_up_id"] = contacts["contact_id"].where(is_repeated)
    contacts["repeated_probability"] = np.where(is_repeated, 0.9, 0.05)
    casebook = write_log(tmp_path / "casebook", contacts, links_of("everyone", 2, contacts))
    levers = study_drivers(casebook, depth=1).levers
    agents = levers[levers["found_in"] == "agents"].iloc[0]
    assert agents["usual_rate"] > 0.05
    assert agents["share_of_excess"] < 0.5
    assert not agents["is_named"]


def test_without_people_a_subject_has_no_lever(casebook_of: CasebookOf) -> None:
    contacts = draw_rows(6_000, 0, {(("reason_code", "bill"),): 0.2}).contacts
    drivers = rank_drivers(casebook_of(contacts.drop(columns="team")), depth=1)
    assert drivers["lever"].tolist() == ["not enough evidence"]
    assert drivers["error_source"].tolist() == ["not told apart"]


def test_no_driver_has_no_lever(casebook_of: CasebookOf) -> None:
    studied = study_drivers(casebook_of(draw_rows(400, 0).contacts), depth=1)
    assert studied.drivers.empty
    assert studied.levers.empty
    assert list(studied.levers.columns) == list(LEVERS.columns)
    assert studied.contrasts.table.empty


def test_whose_error_each_lever_speaks_of() -> None:
    assert {lever: error_source(lever) for lever in WORDS} == {
        lever: "agent" if lever == "training" else "organisation" for lever in WORDS
    }
