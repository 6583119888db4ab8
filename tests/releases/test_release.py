"""A release: what it reads alike, what it keeps, and what it refuses."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from fcr_ml.assembly import Learnt
from fcr_ml.contacts.clean import clean_log
from fcr_ml.contacts.read import read_log
from fcr_ml.errors import DataError, OldReleaseError, SettingsError, StorageError
from fcr_ml.features import build_features
from fcr_ml.frames import Casebook
from fcr_ml.releases.fit import Recipe, fingerprint_log, fit_release, release_name
from fcr_ml.releases.flavour import Served, answer
from fcr_ml.releases.reading import features_of, read_by, score_log
from fcr_ml.releases.release import MANIFEST, Release, open_release, save_release
from fcr_ml.releases.sent_rows import as_sent
from fcr_ml.releases.serving import open_served, score_sent, sent_attributes
from fcr_ml.risk.model import RiskModel
from fcr_ml.risk.rows import closed_rows
from fcr_ml.risk.split import split_by_time
from fcr_ml.simulate import CentrePlan, simulate_centre, write_centre

WEIGHTS = ["meaning_weight", "words_weight", "prior_weight", "hours_weight"]


class Made:
    """A centre's log, the release that was fitted on it, and its folder."""

    def __init__(self, folder: Path) -> None:
        write_centre(simulate_centre(CentrePlan(contacts=1_500, days=150)), folder)
        self.export = pd.read_parquet(folder / "contacts.parquet")
        self.log = clean_log(read_log([str(folder / "contacts.parquet")]))
        settings = {"casebook": {"encoder": "words", "cache_folder": folder}}
        self.recipe = Recipe.of(settings)
        self.cache = folder
        self.fitted = fit_release(self.log, self.recipe, folder / "casebook")
        self.folder = folder / self.fitted.release.name
        save_release(self.fitted.release, self.folder)

    @property
    def release(self) -> Release:
        return self.fitted.release

    @property
    def casebook(self) -> Casebook:
        return self.fitted.casebook


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return Made(tmp_path_factory.mktemp("release"))


@pytest.fixture(scope="module")
def again(made: Made, tmp_path_factory: pytest.TempPathFactory) -> Casebook:
    """The log that it was fitted on, read by the release as it was loaded."""
    folder = tmp_path_factory.mktemp("again") / "casebook"
    return read_by(open_release(made.folder), made.log.contacts, made.log.as_of, folder, made.cache)


def test_a_model_of_many_features_scores_to_the_same_bits_once_it_was_kept(
    made: Made, tmp_path: Path
) -> None:
    features = made.fitted.studied.features
    rows = closed_rows(made.casebook, features)
    assert features.names != sorted(features.names)
    model = RiskModel("risk model", features.names).fit(rows, split_by_time(rows, test_share=0))
    release = replace(made.release, scorer=model, rule=model)
    save_release(release, tmp_path / release.name)
    kept = open_release(tmp_path / release.name)
    for scorer in (kept.scorer, kept.rule):
        assert scorer.risk(rows).tolist() == model.risk(rows).tolist()
        pd.testing.assert_frame_equal(scorer.contributions(rows), model.contributions(rows))


def test_the_log_it_was_fitted_on_is_read_to_the_same_tables(made: Made, again: Casebook) -> None:
    for name in ("contacts", "notes"):
        pd.testing.assert_frame_equal(again.table(name), made.casebook.table(name))
    # It reads for the main window alone: the links beyond are left out.
    fitted = made.casebook.table("links")
    read = again.table("links")
    hours = fitted["hours_since_end"].fillna(fitted["hours_between"]).to_numpy(float)
    keys = ["contact_id", "follow_up_id"]
    is_read = pd.MultiIndex.from_frame(fitted[keys]).isin(pd.MultiIndex.from_frame(read[keys]))
    assert (hours[~is_read] > 7 * 24).all()
    pd.testing.assert_frame_equal(read, fitted[is_read].reset_index(drop=True))
    columns = ["contact_id", "topic_id", "topic_strength", "no_topic_reason"]
    pd.testing.assert_frame_equal(
        again.table("topics", columns), made.casebook.table("topics", columns)
    )
    first, second = (c.table("topics", ["vector"])["vector"] for c in (made.casebook, again))
    for one, other in zip(first, second, strict=True):
        assert (one is None) == (other is None)
        assert one is None or np.array_equal(one, other)
    fitted = made.casebook.table("outcomes")
    fitted = fitted[fitted["window"] == again.settings["window"]].reset_index(drop=True)
    # Episodes go on beyond the window; what is counted does not.
    told = [name for name in fitted.columns if name != "episode_id"]
    pd.testing.assert_frame_equal(again.table("outcomes")[told], fitted[told])


def test_risks_are_those_of_the_fit_to_the_last_bit(made: Made, again: Casebook) -> None:
    loaded = open_release(made.folder)
    rows = features_of(loaded, again).frame
    fitted = build_features(made.casebook).frame
    np.testing.assert_array_equal(loaded.scorer.risk(rows), made.release.scorer.risk(fitted))
    np.testing.assert_array_equal(loaded.rule.risk(rows), made.release.rule.risk(fitted))


def test_a_few_customers_are_read_as_among_all(made: Made, tmp_path: Path) -> None:
    some = made.log.contacts["customer_id"].isin(made.log.contacts["customer_id"].unique()[:40])
    few = made.log.contacts[some].reset_index(drop=True)
    alone = read_by(open_release(made.folder), few, made.log.as_of, tmp_path / "few", made.cache)

    columns = ["contact_id", "topic_id", "topic_strength"]
    topics = made.casebook.table("topics", columns)
    topics = topics[topics["contact_id"].isin(few["contact_id"])].reset_index(drop=True)
    pd.testing.assert_frame_equal(alone.table("topics", columns), topics)
    keys = ["contact_id", "follow_up_id"]
    links = alone.table("links").merge(made.casebook.table("links"), on=keys, how="left")
    assert len(links) > 20
    for name in WEIGHTS:
        both = links[f"{name}_x"].to_numpy(float), links[f"{name}_y"].to_numpy(float)
        np.testing.assert_allclose(*both, atol=1e-6)


def test_an_export_is_scored_with_reasons(made: Made) -> None:
    release = open_release(made.folder)
    told = score_log(release, made.export, made.log.as_of, made.cache)
    rows = build_features(made.casebook).frame
    assert told["contact_id"].tolist() == sorted(rows["contact_id"])
    expected = pd.Series(made.release.scorer.risk(rows), index=rows["contact_id"])
    assert told["risk"].to_numpy() == pytest.approx(
        expected[told["contact_id"]].to_numpy(), abs=1e-6
    )
    assert told.columns.tolist() == ["contact_id", "risk", "reason_1", "reason_2", "reason_3"]
    assert told["reason_1"].notna().mean() > 0.5


def test_columns_that_a_later_log_lacks_are_missing_and_no_fault(made: Made) -> None:
    bare = made.export[["contact_id", "customer_id", "started_at", "ended_at", "note"]]
    told = score_log(open_release(made.folder), bare, made.log.as_of, made.cache)
    assert len(told) == len(build_features(made.casebook).frame)
    assert told["risk"].between(0, 1).all()
    with pytest.raises(DataError, match="customer_id"):
        score_log(open_release(made.folder), bare.drop(columns="customer_id"))


def test_the_same_log_in_another_order_gives_the_same_bytes(made: Made, tmp_path: Path) -> None:
    mixed = made.log.contacts.sample(frac=1, random_state=1)
    assert fingerprint_log(mixed) == fingerprint_log(made.log.contacts)
    other = made.log.contacts.assign(queue="another")
    assert fingerprint_log(other) != fingerprint_log(made.log.contacts)
    name = release_name(made.log, made.recipe, None)
    assert name == made.release.name
    assert release_name(made.log, made.recipe, "2025-01-01-00000000") != name
    assert release_name(made.log, made.recipe, None, {"contact-1"}) != name
    judged = tmp_path / "judged.csv"
    names = set()
    for content in ("one", "other"):
        judged.write_text(content, encoding="utf-8")
        builder = replace(made.recipe.builder, judged_pairs=(str(judged),))
        names.add(release_name(made.log, replace(made.recipe, builder=builder), None))
    assert len(names | {name}) == 3
    changed = replace(made.recipe, builder=replace(made.recipe.builder, window="48h"))
    assert release_name(made.log, changed, None) != name
    save_release(open_release(made.folder), tmp_path / "copy")
    for path in sorted(made.folder.rglob("*.json")):
        kept = (tmp_path / "copy" / path.relative_to(made.folder)).read_bytes()
        assert kept == path.read_bytes(), path.name


def test_nothing_of_a_customer_or_a_note_is_in_it(made: Made) -> None:
    customers = set(made.log.contacts["customer_id"])
    notes = [
        note for note in made.casebook.table("notes", ["note"])["note"].dropna() if len(note) > 20
    ]
    for path in made.folder.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert not any(customer.encode() in content for customer in customers), path.name
            assert not any(note.encode() in content for note in notes[:300]), path.name


@pytest.fixture
def copy(made: Made, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made.folder, tmp_path / made.folder.name))


@pytest.mark.parametrize(
    "name", ["risk.json", "west/links.npz", "west/vectors.npz", "west/topics/model.json"]
)
def test_a_changed_byte_is_refused_by_the_file_s_name(copy: Path, name: str) -> None:
    content = bytearray((copy / name).read_bytes())
    content[len(content) // 2] ^= 1
    (copy / name).write_bytes(bytes(content))
    with pytest.raises(StorageError, match=rf"release {copy.name}: {name} was changed.*restore"):
        open_release(copy)


def test_a_further_file_or_a_link_is_refused_by_name(copy: Path, tmp_path: Path) -> None:
    """A release is copied whole: what nobody fitted would go along."""
    further = copy / "west" / "notes.csv"
    further.write_text("a secret note", encoding="utf-8")
    with pytest.raises(StorageError, match=r"1 of \d+ files .*west/notes\.csv\)\. Move them out"):
        open_release(copy)
    further.unlink()
    shutil.copy(copy / "risk.json", tmp_path / "risk.json")
    (copy / "risk.json").unlink()
    (copy / "risk.json").symlink_to(tmp_path / "risk.json")
    with pytest.raises(StorageError, match=rf"release {copy.name}: risk\.json is a link"):
        open_release(copy)


def test_a_copy_under_another_name_is_no_other_release(copy: Path) -> None:
    other = copy.rename(copy.with_name("2025-01-01-00000000"))
    words = f"release 2025-01-01-00000000: the folder holds release {copy.name}; give it that"
    with pytest.raises(StorageError, match=words):
        open_release(other)


def test_a_missing_file_is_refused_by_name(copy: Path) -> None:
    (copy / "west" / "links.json").unlink()
    with pytest.raises(StorageError, match=rf"{copy.name}: the file west/links\.json is missing"):
        open_release(copy)
    (copy / MANIFEST).unlink()
    with pytest.raises(StorageError, match=r"release\.json is missing or no readable manifest"):
        open_release(copy)


def _with_manifest(copy: Path, **changed: object) -> None:
    manifest = json.loads((copy / MANIFEST).read_text(encoding="utf-8"))
    (copy / MANIFEST).write_text(json.dumps(manifest | changed), encoding="utf-8")


def test_a_newer_one_and_another_contract_are_refused_with_the_mend(copy: Path) -> None:
    _with_manifest(copy, format=99)
    with pytest.raises(
        StorageError, match=rf"release {copy.name}: .* newer version.*update fcr_ml"
    ):
        open_release(copy)
    _with_manifest(copy, format=1, contract_version=0)
    with pytest.raises(OldReleaseError, match=r"contract 0 of tables.*fit that month again"):
        open_release(copy)


def test_a_manifest_that_tells_another_story_is_refused(copy: Path) -> None:
    _with_manifest(copy, as_of="2030-01-01T00:00:00+00:00")
    with pytest.raises(StorageError, match=r"release\.json was changed after the fit"):
        open_release(copy)


def test_another_encoder_is_refused_by_name(made: Made) -> None:
    taught = Learnt.load(made.folder / "west")
    taught.check_encoder("words", str(taught.topics.fingerprint))
    with pytest.raises(SettingsError, match=r"fitted with 'words' \(.*'english' \(abc\)"):
        taught.check_encoder("english", "abc")


def test_rows_as_they_are_sent_have_the_risks_of_the_log(made: Made) -> None:
    """Served and scored are two routes to one number, in whatever order rows are sent."""
    few = made.log.contacts.head(300)
    sent = as_sent(few).sample(frac=1, random_state=0)
    as_of = few["started_at"].max()

    served = answer(Served(), open_served(made.folder), sent, {"as_of": as_of.isoformat()})

    export = made.export[made.export["contact_id"].isin(few["contact_id"])]
    scored = score_log(made.release, export, as_of, made.cache)
    assert list(served["contact_id"]) == list(sent["contact_id"])
    told = served.dropna(subset=["risk"]).sort_values("contact_id", ignore_index=True)
    assert len(told) == len(scored) > 250
    np.testing.assert_array_equal(told["risk"].astype(float), scored["risk"])
    assert list(told["reason_1"]) == list(scored["reason_1"].fillna(""))


def test_a_served_release_reads_our_names_and_its_own_further_columns(made: Made) -> None:
    casebook = {**made.release.settings["casebook"], "attributes": {"shift": "at_start"}}
    contacts = {"columns": {"contact_id": "Ticket"}, "time_zone": "Asia/Tokyo"}
    settings = {**made.release.settings, "casebook": casebook, "contacts": contacts}
    other = replace(made.release, told={**made.release.told, "settings": settings})
    place = made.cache / "other" / other.name
    save_release(other, place)
    opened = open_served(place)

    assert sent_attributes(opened) == {"shift": "text"}
    few = made.log.contacts.head(20)
    scored = score_sent(opened, few)
    assert scored["risk"].between(0, 1).all()
    assert len(scored) == few["ended_at"].notna().sum()
    assert score_sent(opened, few.iloc[:0]).empty
