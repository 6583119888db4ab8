"""Bad challengers, fitted and replayed as a month does it: is each refused, and for what?

Enters: how many contacts a simulated centre of 180 days has. Leaves: for each fault that was
planted into the fits after the champion's the verdict and the gates that failed. What
``benchmarks.verdicts`` does to scores a hundred times is done here to whole months, once.

    python -m benchmarks.bad_months [CONTACTS] [SEED]
"""

from __future__ import annotations

import copy
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from unittest import mock

import numpy as np
import pandas as pd

from fcr_ml.backtest import month
from fcr_ml.backtest.course import promote
from fcr_ml.backtest.month import LogByDay, Retraining
from fcr_ml.contacts.read import read_log
from fcr_ml.features import Features
from fcr_ml.frames import Casebook
from fcr_ml.releases.fit import Fitted, Recipe, fit_release
from fcr_ml.releases.shelf import Shelf
from fcr_ml.risk import study
from fcr_ml.risk.rows import closed_rows
from fcr_ml.simulate import CentrePlan, simulate_centre, write_centre

END = pd.Timestamp("2025-07-01", tz="UTC")
CHAMPION = END - pd.DateOffset(months=2)
HINT = "closing_code_hint"
"""A column that is filled in once it is known whether the customer came back."""

Change = Callable[[pd.DataFrame], pd.DataFrame]


@contextmanager
def taught(change: Change) -> Iterator[None]:
    """Let risk models learn from labels that were changed."""

    def changed(casebook: Casebook, features: Features, acted_on: object = ()) -> pd.DataFrame:
        return change(closed_rows(casebook, features, acted_on))  # type: ignore[arg-type]

    with mock.patch.object(study, "closed_rows", changed):
        yield


@contextmanager
def made(change: Callable[[Fitted], Fitted]) -> Iterator[None]:
    """Change every release once it has been fitted."""
    with mock.patch.object(month, "fit_release", lambda *given: change(fit_release(*given))):
        yield


@contextmanager
def undetected() -> Iterator[None]:
    """Let what the search for leaks has found be learnt from, so that only the verdict is left."""
    with mock.patch.object(study, "without_leaks", side_effect=lambda rows, *_: rows):
        yield


def shuffled(rows: pd.DataFrame) -> pd.DataFrame:
    """Give each contact the label of another."""
    draw = np.random.default_rng(0)
    labels = draw.permutation(rows["repeated_probability"].to_numpy())
    return rows.assign(repeated_probability=labels)


def ruined(rows: pd.DataFrame) -> pd.DataFrame:
    """Turn the labels of one language round."""
    labels = rows["repeated_probability"]
    return rows.assign(repeated_probability=labels.mask(rows["language"] == "vi", 1 - labels))


def miscalibrated(fitted: Fitted) -> Fitted:
    """Raise every risk's log-odds, which leaves the ranking as it is."""
    scorer = copy.copy(fitted.release.scorer)
    scorer.shift_ += 0.8  # type: ignore[union-attr]
    return replace(fitted, release=replace(fitted.release, scorer=scorer))


def scrambled(fitted: Fitted) -> Fitted:
    """Deal the topics anew among the places that notes are compared with."""
    topics = copy.copy(fitted.release.learnt.topics)
    topics.reference_topics_ = np.random.default_rng(0).permutation(topics.reference_topics_)
    learnt = replace(fitted.release.learnt, topics=topics)
    return replace(fitted, release=replace(fitted.release, learnt=learnt))


@contextmanager
def nothing() -> Iterator[None]:
    """Plant nothing."""
    yield


def write_log(folder: Path, contacts: int, seed: int) -> Path:
    """Write a centre's log with a column that knows whether the customer came back."""
    write_centre(
        simulate_centre(CentrePlan(contacts=contacts, days=181, random_state=seed)), folder
    )
    path = folder / "contacts.parquet"
    log = pd.read_parquet(path)
    starts = pd.to_datetime(log["started_at"], utc=True)
    after = starts.groupby(log["customer_id"]).transform(lambda own: own.sort_values().shift(-1))
    came = (after - starts) <= pd.Timedelta(days=7)
    wrong = np.random.default_rng(seed).random(len(log)) < 0.02
    log.assign(**{HINT: np.where(came ^ wrong, "R2", "R1")}).to_parquet(path)
    return path


def retraining(log: Path, models: Path, cache: Path, leak: bool = False) -> Retraining:
    """Give monthly retraining over a models folder."""
    settings = {"casebook": {"encoder": "words", "cache_folder": cache}}
    attributes = {"contacts": {"attributes": {HINT: "at_end"}}} if leak else {}
    recipe = Recipe.of(settings | attributes)
    return Retraining(LogByDay(read_log([str(log)]), recipe), recipe, Shelf(models), 2)


def main(contacts: int = 11_000, seed: int = 0) -> None:
    """Plant, retrain and print."""
    honest, poor = "champion", "poor champion"
    planted = {
        "nothing": (honest, nothing(), False),
        "labels shuffled": (honest, taught(shuffled), False),
        "a column that knows what came": (honest, nothing(), True),
        "the same, though the search for leaks finds it": (honest, undetected(), True),
        "calibration broken": (honest, made(miscalibrated), False),
        "labels of one language turned round": (honest, taught(ruined), False),
        "topics scrambled": (honest, made(scrambled), False),
        "nothing, the champion learned from shuffled labels": (poor, nothing(), False),
    }
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        log = write_log(place, contacts, seed)
        for name, teaching in ((honest, nothing()), (poor, taught(shuffled))):
            first = retraining(log, place / name, place)
            with teaching:
                promote(first, first.run(CHAMPION), CHAMPION.isoformat(), "benchmark")
        for number, (kind, (champion, plant, leak)) in enumerate(planted.items()):
            models = place / f"month {number}"
            shutil.copytree(place / champion, models)
            with plant:
                verdict = retraining(log, models, place, leak).run(END).verdict
            failed = ", ".join(gate.name for gate in verdict.gates if not gate.is_passed)
            print(f"{kind}: {verdict.outcome}; gates failed: {failed or 'none'}", flush=True)
            print(f"    {verdict.why}", flush=True)


if __name__ == "__main__":
    main(*(int(text) for text in sys.argv[1:]))
