"""What a course of months promotes, and by which release each month is ranked."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from fcr_ml.backtest.course import ALL, NEVER, RETRAINED, promote, run_course
from fcr_ml.backtest.month import Decision
from fcr_ml.backtest.readings import Reading
from fcr_ml.backtest.verdict import Verdict
from fcr_ml.errors import SettingsError
from fcr_ml.releases.shelf import Shelf

END = pd.Timestamp("2025-07-01", tz="UTC")


class _Shelf(Shelf):
    """A shelf on which every release that is asked for lies."""

    def open(self, name):
        return SimpleNamespace(name=name)


class _Months:
    """Months that were decided beforehand; a release's risks tell its own day."""

    def __init__(self, folder: Path, outcomes: str = "ppp", recipe: str = "aaaaaaaa") -> None:
        self.shelf, self.outcomes, self.recipe = _Shelf(folder), outcomes, recipe
        draw = np.random.default_rng(0)
        first = int(pd.Timestamp("2025-03-01", tz="UTC").timestamp())
        self.rows = pd.DataFrame(
            {
                "contact_id": [f"c{place}" for place in range(400)],
                "customer_id": [f"u{place % 150}" for place in range(400)],
                "moment_epoch": np.linspace(first, END.timestamp() - 1, 400).astype(int),
                "rule": 0.5,
                "label": draw.random(400).round(),
            }
        )
        self.logs = SimpleNamespace(as_of=self._as_of)

    def _as_of(self, day: pd.Timestamp) -> SimpleNamespace:
        starts = pd.to_datetime(self.rows["moment_epoch"], unit="s", utc=True)
        return SimpleNamespace(contacts=pd.DataFrame({"started_at": starts}))

    def run(self, as_of: pd.Timestamp) -> Decision:
        outcome = {"p": "promote", "k": "keep"}[self.outcomes[as_of.month - 4]]
        was = self.shelf.champion_before(as_of)
        name = f"{as_of:%Y-%m-%d}-{self.recipe}"
        return Decision(as_of.isoformat(), name, was, (), Verdict(outcome, "Because.", (), {}))

    def reading(self, release: SimpleNamespace, as_of: pd.Timestamp) -> Reading:
        draw = np.random.default_rng(int(release.name[5:7]))
        return Reading(self.rows.assign(risk=draw.random(len(self.rows))), pd.DataFrame())

    def labels(self, release: SimpleNamespace, as_of: pd.Timestamp) -> pd.Series:
        return self.rows.set_index("contact_id")["label"]


def _releases(course, way: str) -> list[str]:
    table = course.months
    of_way = table[(table["way"] == way) & (table["month"] != ALL)]
    return [name[:7] for name in of_way["release"]]


def test_a_month_is_ranked_by_what_was_in_use_then_however_often_it_is_run(tmp_path: Path) -> None:
    months = _Months(tmp_path, "pkp")
    first = run_course(months, END, count=3)
    assert _releases(first, RETRAINED) == ["2025-04", "2025-04", "2025-06"]
    assert _releases(first, NEVER) == ["2025-04"] * 3

    again = run_course(months, END, count=3)

    pd.testing.assert_frame_equal(again.months, first.months)
    assert len(months.shelf.promotions) == 2


def test_a_course_of_other_settings_needs_a_folder_of_its_own(tmp_path: Path) -> None:
    run_course(_Months(tmp_path), END, count=3)
    with pytest.raises(SettingsError, match="holds months of other settings or of another log"):
        run_course(_Months(tmp_path, recipe="bbbbbbbb"), END, count=3)


def test_a_first_release_that_is_kept_back_ends_the_course_with_its_reason(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"2025-04-01 is not taken into use\. Because"):
        run_course(_Months(tmp_path, "kpp"), END, count=3)


def test_a_rollback_lasts_when_its_month_is_run_again(tmp_path: Path) -> None:
    months = _Months(tmp_path)
    run_course(months, END, count=3)
    back = months.shelf.roll_back("2025-06-05", "lead", "odd flags")

    assert not promote(months, months.run(END - pd.DateOffset(months=1)), "2025-06-06")
    assert months.shelf.champion == back.now


def test_a_challenger_replaces_only_what_it_was_compared_with(tmp_path: Path) -> None:
    months, other = _Months(tmp_path), _Months(tmp_path, recipe="bbbbbbbb")
    june = END - pd.DateOffset(months=1)
    assert promote(months, months.run(june), "2025-06-01")
    decision = other.run(june)
    assert (decision.champion, decision.verdict.outcome) == (None, "promote")

    assert not promote(other, decision, "2025-06-01")
    assert other.shelf.champion == "2025-06-01-aaaaaaaa"
