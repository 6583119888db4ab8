"""Drivers and what is measured beside them: the same from one process and from two."""

from __future__ import annotations

import dataclasses

import pandas as pd
import pytest

from fcr_ml.drivers import repeats
from fcr_ml.drivers.repeats import study_repeats
from tests.drivers.conftest import CasebookOf, draw_rows


def test_two_processes_tell_what_one_tells(
    casebook_of: CasebookOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    contacts = draw_rows(3_000, 0, {(("queue", "Tech"),): 0.25}).contacts
    casebook = casebook_of(contacts)
    alone = study_repeats(casebook, len(contacts), depth=1)
    monkeypatch.setattr(repeats, "MANY", len(contacts))
    beside = study_repeats(casebook, len(contacts), depth=1)
    assert len(alone[0].drivers) > 0
    assert beside[0].drivers.attrs == alone[0].drivers.attrs
    compared = 0
    for one, other in zip(alone, beside, strict=True):
        for field in dataclasses.fields(one):
            told = getattr(one, field.name)
            if isinstance(told, pd.DataFrame):
                pd.testing.assert_frame_equal(told, getattr(other, field.name))
                compared += 1
    assert compared == 6
