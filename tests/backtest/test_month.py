"""A month of retraining, and a course of months, on a simulated centre."""

import shutil
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from fcr_ml.backtest.course import ALL, NEVER, RETRAINED, RULE, promote, run_course
from fcr_ml.backtest.month import LogByDay, Retraining, past_months
from fcr_ml.backtest.readings import labels_of
from fcr_ml.contacts.read import RawLog, read_log
from fcr_ml.errors import SettingsError, StorageError
from fcr_ml.releases import release as tables_of_releases
from fcr_ml.releases.fit import Recipe
from fcr_ml.releases.shelf import PROMOTIONS, Shelf
from fcr_ml.risk.metrics import Ranking
from fcr_ml.simulate import CentrePlan, simulate_centre, write_centre

END = pd.Timestamp("2025-06-01", tz="UTC")
MAY, APRIL = (END - pd.DateOffset(months=back) for back in (1, 2))


@pytest.fixture(scope="module")
def raw(tmp_path_factory: pytest.TempPathFactory) -> RawLog:
    folder = tmp_path_factory.mktemp("log")
    write_centre(simulate_centre(CentrePlan(contacts=1_100, days=150)), folder)
    return read_log([str(folder / "contacts.parquet")])


def _retraining(raw: RawLog, models: Path, cache: Path, months: int = 2) -> Retraining:
    settings = {"casebook": {"encoder": "words", "cache_folder": cache}}
    recipe = Recipe.of(settings)
    return Retraining(LogByDay(raw, recipe), recipe, Shelf(models), months)


@pytest.fixture(scope="module")
def run(raw: RawLog, tmp_path_factory: pytest.TempPathFactory):
    """A course of two months, and where it lies."""
    folder = tmp_path_factory.mktemp("course")
    retraining = _retraining(raw, folder / "models", folder)
    return retraining, run_course(retraining, END, count=2), folder


def _bytes(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_months_begin_no_earlier_than_the_champion() -> None:
    assert past_months(END, 3, APRIL) == [(APRIL, MAY), (MAY, END)]
    assert past_months(END, 1, APRIL) == [(MAY, END)]
    assert past_months(END, 3, END) == []


def test_the_first_release_is_taken_into_use_and_says_why(run) -> None:
    retraining, course, _ = run
    first = course.decisions[0]
    assert (first.champion, first.verdict.outcome) == (None, "promote")
    assert first.verdict.why.startswith("There was no release to compare with")
    assert retraining.shelf.promotions[0].now == first.challenger
    assert retraining.shelf.promotions[0].at == first.as_of


def test_a_month_after_the_champion_refitted_it_is_the_champion_itself(run) -> None:
    second = run[1].decisions[1]
    assert second.verdict.outcome == "too close"
    assert second.verdict.why.startswith("Refitted as of the months that can be replayed")
    [(_, _, stand_in, champion)] = second.months
    assert stand_in == champion == second.champion


def test_the_same_month_twice_gives_the_same_release_and_decision(
    run, raw: RawLog, tmp_path: Path
) -> None:
    retraining, course, folder = run
    before = _bytes(retraining.shelf.folder)
    again = retraining.run(MAY)
    assert again == course.decisions[1]
    assert not promote(retraining, again, "later")
    assert _bytes(retraining.shelf.folder) == before
    elsewhere = _retraining(raw, tmp_path / "models", folder)
    first = elsewhere.run(APRIL)
    assert first == course.decisions[0]
    name = first.challenger
    assert _bytes(elsewhere.shelf.place(name)) == _bytes(retraining.shelf.place(name))


def test_a_half_month_is_gone_on_with(run, raw: RawLog, tmp_path: Path) -> None:
    """Killed after the fit: the release is on the shelf, the promotion is not in the log."""
    retraining, course, folder = run
    shutil.copytree(retraining.shelf.folder, tmp_path / "models")
    (tmp_path / "models" / PROMOTIONS).unlink()
    (tmp_path / "models" / "releases" / ".half.partial-x").mkdir()
    gone_on = _retraining(raw, tmp_path / "models", folder)
    decision = gone_on.run(APRIL)
    assert decision == course.decisions[0]
    assert promote(gone_on, decision, decision.as_of)
    assert gone_on.shelf.champion == course.decisions[0].challenger


def test_a_damaged_release_is_fitted_again_to_the_same_bytes(
    run, raw: RawLog, tmp_path: Path
) -> None:
    retraining, course, folder = run
    shutil.copytree(retraining.shelf.folder, tmp_path / "models")
    gone_on = _retraining(raw, tmp_path / "models", folder)
    name = course.decisions[0].challenger
    (gone_on.shelf.place(name) / "risk.json").write_bytes(b"{}")
    with pytest.raises(StorageError, match="fit that month again"):
        gone_on.shelf.open(name)

    assert gone_on.run(APRIL) == course.decisions[0]
    assert _bytes(gone_on.shelf.place(name)) == _bytes(retraining.shelf.place(name))


def test_helped_contacts_judge_nobody_from_the_moment_they_were_helped(run) -> None:
    retraining, course, _ = run
    first = retraining.shelf.open(course.decisions[0].challenger)
    every = retraining.labels(first, END)
    early, late = every.index[:2]
    acted = pd.DataFrame({"contact_id": [early, late], "acted_at": [MAY, END + pd.Timedelta("1h")]})
    helped = replace(retraining, acted=acted)

    assert set(every.index) - set(helped.labels(first, END).index) == {early}
    assert (
        early in helped.labels(first, APRIL).index
        or early not in retraining.labels(first, APRIL).index
    )


def test_a_challenger_that_answers_another_question_is_for_a_person(run, monkeypatch) -> None:
    retraining, course, _ = run
    champion = retraining.shelf.open(course.decisions[0].challenger)
    settings = champion.settings
    settings["casebook"] = {**settings["casebook"], "window": "30d"}
    other = replace(
        champion, name="2025-05-01-ffffffff", told={**champion.told, "settings": settings}
    )
    monkeypatch.setattr(retraining, "fit", lambda *_: other)

    verdict = retraining.run(MAY).verdict

    assert verdict.outcome == "keep"
    assert "the window is 30d here and 7d there" in verdict.why
    assert "A person may take it into use" in verdict.why


def test_a_champion_of_an_old_contract_is_replaced_with_its_reason(run, monkeypatch) -> None:
    retraining, course, _ = run
    champion = retraining.shelf.open(course.decisions[0].challenger)
    monkeypatch.setattr(retraining, "fit", lambda *_: champion)
    monkeypatch.setattr(tables_of_releases, "CONTRACT_VERSION", 99)

    decision = retraining.run(MAY)

    assert (decision.champion, decision.verdict.outcome) == (champion.name, "promote")
    assert "cannot be compared with the release in use" in decision.verdict.why
    assert "it was made under contract" in decision.verdict.why


def test_a_first_release_too_good_to_be_true_waits_for_a_person(run, monkeypatch) -> None:
    retraining, course, _ = run
    release = retraining.shelf.open(course.decisions[0].challenger)
    figures = release.told["figures"]
    tried = [
        {"scorer": figures["chosen"], "contacts": 400, "auc": 0.97, "auc_low": 0.9, "auc_high": 1.0}
    ]
    knows = replace(release, told={**release.told, "figures": {**figures, "tried": tried}})
    monkeypatch.setattr(retraining, "fit", lambda *_: knows)

    verdict = retraining.run(APRIL).verdict

    assert verdict.outcome == "keep"
    assert "AUC 0.970" in verdict.why
    assert "take it into use by hand" in verdict.why


def test_the_course_tells_each_month_and_all_together(run) -> None:
    table = run[1].months
    assert table["month"].unique().tolist() == ["2025-04-01", "2025-05-01", ALL]
    assert table["way"].tolist() == [RETRAINED, NEVER, RULE] * 3
    one = table[table["month"] != ALL].groupby("way")["contacts"].sum()
    every = table[table["month"] == ALL].set_index("way")["contacts"]
    assert one.to_dict() == every.to_dict()
    never = table[table["way"] == NEVER]
    assert (never["gain"] == 0).all()
    # Nothing was promoted after the first month, so retraining was never retraining.
    retrained = table[table["way"] == RETRAINED].reset_index(drop=True)
    figures = ["average_precision", "auc", "brier_score", "caught_rate"]
    pd.testing.assert_frame_equal(retrained[figures], never.reset_index(drop=True)[figures])


def test_figures_are_those_of_the_contacts_of_the_month(run) -> None:
    retraining, course, _ = run
    shelf = retraining.shelf
    first = shelf.open(course.decisions[0].challenger)
    labels = labels_of(retraining.reading(first, END))
    rows = retraining.reading(first, MAY).contacts
    inside = rows["moment_epoch"].between(APRIL.timestamp(), MAY.timestamp() - 1)
    rows = rows[inside & rows["contact_id"].isin(labels.index)]
    truth = rows["contact_id"].map(labels).to_numpy(float)
    told = course.months.iloc[0]
    assert told["contacts"] == len(rows)
    ranking = Ranking.of(rows["risk"].to_numpy(), truth)
    assert told["average_precision"] == pytest.approx(ranking.average_precision())
    assert told["auc"] == pytest.approx(ranking.auc())


def test_months_before_the_log_are_refused(raw: RawLog, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="holds less than a month before 2023-06-01"):
        run_course(_retraining(raw, tmp_path / "m", tmp_path), END, count=24)
    with pytest.raises(SettingsError, match="0 months are none"):
        run_course(_retraining(raw, tmp_path / "m", tmp_path), END, count=0)
