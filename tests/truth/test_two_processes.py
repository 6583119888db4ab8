"""Drivers and what is measured beside them: the same from one process and from two."""

from __future__ import annotations

import dataclasses

import pandas as pd
import pytest

from fcr_ml.drivers import repeats
from fcr_ml.drivers.repeats import study_repeats

from .conftest import Studied


def test_two_processes_tell_what_one_tells(
    studied: Studied, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(repeats, "MANY", studied.findings.contacts)
    both = study_repeats(studied.casebook, studied.findings.contacts)
    compared = 0
    for part in both:
        for field in dataclasses.fields(part):
            told = getattr(part, field.name)
            if isinstance(told, pd.DataFrame):
                pd.testing.assert_frame_equal(told, getattr(studied.findings, field.name))
                compared += 1
    assert compared == 6
    assert both[0].drivers.attrs["segments_looked_at"] == studied.findings.segments_looked_at
    assert both[1].following.pairs_looked_at == studied.findings.pairs_looked_at
