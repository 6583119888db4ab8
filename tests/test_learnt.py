"""What one log taught reads the next one alike."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from fcr_ml.assembly import CasebookBuilder, Learnt
from fcr_ml.contacts.clean import clean_log
from fcr_ml.contacts.read import read_log
from fcr_ml.errors import SettingsError
from fcr_ml.frames import Casebook
from fcr_ml.simulate import CentrePlan, simulate_centre, write_centre

WEIGHTS = ["meaning_weight", "words_weight", "prior_weight", "hours_weight"]


@pytest.fixture(scope="module")
def learnt(tmp_path_factory: pytest.TempPathFactory):
    folder = tmp_path_factory.mktemp("learnt")
    write_centre(simulate_centre(CentrePlan(contacts=1_500, days=150)), folder)
    log = clean_log(read_log([str(folder / "contacts.parquet")]))
    builder = CasebookBuilder(encoder="words", cache_folder=folder)
    casebook, taught = builder.learn(log.contacts, log.as_of, folder / "casebook")
    (folder / "taught").mkdir()
    taught.save(folder / "taught")
    return builder, log, casebook, folder


def _tables(casebook: Casebook, name: str, columns: list[str] | None = None) -> pd.DataFrame:
    return casebook.table(name, columns)


def test_the_same_log_is_read_as_it_was_learnt(learnt, tmp_path: Path) -> None:
    builder, log, casebook, folder = learnt
    taught = Learnt.load(folder / "taught")

    again = builder.read(log.contacts, log.as_of, tmp_path / "again", taught)

    for name in ("contacts", "notes", "links", "outcomes"):
        pd.testing.assert_frame_equal(_tables(again, name), _tables(casebook, name))
    columns = ["contact_id", "topic_id", "topic_strength", "no_topic_reason"]
    pd.testing.assert_frame_equal(
        _tables(again, "topics", columns), _tables(casebook, "topics", columns)
    )
    first, second = (_tables(c, "topics", ["vector"])["vector"] for c in (casebook, again))
    for one, other in zip(first, second, strict=True):
        assert (one is None) == (other is None)
        assert one is None or np.array_equal(one, other)


def test_a_few_contacts_are_read_as_among_all(learnt, tmp_path: Path) -> None:
    builder, log, casebook, folder = learnt
    taught = Learnt.load(folder / "taught")
    some = log.contacts["customer_id"].isin(log.contacts["customer_id"].unique()[:40])
    few = log.contacts[some].reset_index(drop=True)

    alone = builder.read(few, log.as_of, tmp_path / "alone", taught)

    columns = ["contact_id", "topic_id", "topic_strength"]
    topics = _tables(casebook, "topics", columns)
    topics = topics[topics["contact_id"].isin(few["contact_id"])].reset_index(drop=True)
    pd.testing.assert_frame_equal(_tables(alone, "topics", columns), topics)
    keys = ["contact_id", "follow_up_id"]
    links = _tables(alone, "links").merge(_tables(casebook, "links"), on=keys, how="left")
    assert len(links) > 20
    for name in WEIGHTS:
        given = links[f"{name}_x"].to_numpy(float), links[f"{name}_y"].to_numpy(float)
        np.testing.assert_allclose(*given, atol=1e-6)


def test_another_encoder_is_refused_by_name(learnt) -> None:
    taught = Learnt.load(learnt[3] / "taught")
    taught.check_encoder("words", taught.topics.fingerprint)
    with pytest.raises(SettingsError, match=r"fitted with 'words' \(.*'english' \(abc\)"):
        taught.check_encoder("english", "abc")
