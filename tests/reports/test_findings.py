from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from fcr_ml.errors import DataError

from .findings_double import findings


def test_a_frame_that_lacks_columns_is_refused_with_all_that_is_missing() -> None:
    torn = findings().curve.drop(columns=["hours", "closed_contacts"])
    with pytest.raises(DataError, match="curve lacks hours, closed_contacts"):
        replace(findings(), curve=torn)


def test_an_empty_frame_needs_no_columns() -> None:
    assert replace(findings(), curve=pd.DataFrame()).curve.empty


def test_the_main_row_is_that_of_the_main_reading_and_window() -> None:
    main = findings().main
    assert main is not None
    assert (main["group"], main["reading"], main["window"]) == ("all", "related", "7d")
    assert replace(findings(), window="90d").main is None


def test_groups_without_names_leave_out_what_the_page_shows_elsewhere() -> None:
    assert set(findings().groups()["group"]) == {"channel", "queue", "language"}
    assert set(findings().groups("month")["group"]) == {"month"}
