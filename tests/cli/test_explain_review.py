"""From a casebook to an explained link, and from drawn pairs to agreement with judges."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from fcr_ml.errors import DataError
from fcr_ml.frames import Casebook
from fcr_ml.review import compare_with_judged, read_judged
from tests.linked_casebook import large_casebook, small_casebook


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("review")
    large_casebook(folder)
    return folder


def judge(drawn: Path, out: Path, links: pd.DataFrame, wrong_every: int = 0) -> Path:
    """Fill in the verdicts as the links have them, but every so many wrong."""
    rows = pd.read_csv(drawn, dtype={"confidence": "string", "verdict": "string"})
    verdicts = links.set_index(["contact_id", "follow_up_id"])["verdict"]
    keys = pd.MultiIndex.from_frame(rows[["contact_id", "follow_up_id"]])
    rows["verdict"] = verdicts.reindex(keys).to_numpy()
    if wrong_every:
        is_related = rows["verdict"] != "unrelated"
        other = is_related.map({True: "unrelated", False: "same_issue"})
        rows["verdict"] = rows["verdict"].mask(rows.index % wrong_every == 0, other)
    rows.to_csv(out, index=False, encoding="utf-8-sig", sep=";")
    return out


@pytest.fixture(scope="module")
def drawn(results: Path, fcr) -> Path:
    out = results / "pairs.csv"
    ran = fcr("review", "--results", results, "--out", out, "--count", 60)
    assert ran.code == 0, ran.err
    return out


@pytest.fixture(scope="module")
def links(results: Path) -> pd.DataFrame:
    return Casebook.open(results / "casebook").table("links")


def test_a_link_is_explained_in_words_and_as_a_page(fcr, tmp_path: Path) -> None:
    small_casebook(tmp_path)
    chart = tmp_path / "link.html"

    ran = fcr("explain", "c1", "c2", "--results", tmp_path, "--chart", chart)

    assert ran.code == 0, ran.err
    assert "notes mean much the same (0.71)" in ran.out
    assert "Weights" in chart.read_text(encoding="utf-8")


def test_what_cannot_be_explained_leaves_with_one_and_no_page(fcr, tmp_path: Path) -> None:
    small_casebook(tmp_path)
    chart = tmp_path / "link.html"

    ran = fcr("explain", "c2", "c1", "--results", tmp_path, "--chart", chart)

    assert ran.code == 1
    assert "fcr explain c1 c2" in ran.err
    assert not chart.exists()
    assert fcr("explain", "c1", "c2", "--results", tmp_path / "none").code == 1


def test_drawn_pairs_are_a_file_spreadsheets_read(drawn: Path) -> None:
    rows = pd.read_csv(drawn)

    assert drawn.read_bytes().startswith(b"\xef\xbb\xbf")
    assert len(rows) == 60
    assert rows["verdict"].isna().all()
    assert (rows["sampling_weight"] >= 1).all()


def test_one_seed_writes_one_file(fcr, results: Path, drawn: Path, tmp_path: Path) -> None:
    for name, seed in (("same", 0), ("other", 1)):
        fcr("review", "--results", results, "--out", tmp_path / name, "--seed", seed)

    assert (tmp_path / "same").read_bytes() == drawn.read_bytes()
    assert (tmp_path / "other").read_bytes() != drawn.read_bytes()


def test_a_file_that_may_hold_judgements_is_never_overwritten(fcr, results, drawn) -> None:
    before = drawn.read_bytes()

    ran = fcr("review", "--results", results, "--out", drawn)

    assert ran.code == 1
    assert "is there already and may hold judgements" in ran.err
    assert drawn.read_bytes() == before


def test_judged_pairs_are_not_drawn_again(fcr, results, drawn, links, tmp_path: Path) -> None:
    judged = judge(drawn, tmp_path / "judged.csv", links)
    again = tmp_path / "again.csv"

    ran = fcr("review", "--results", results, "--out", again, "--judged", judged, "--count", 200)

    assert ran.code == 0, ran.err
    assert "60 judgements of 1 file" in ran.out
    keys = [set(pd.read_csv(path)["contact_id"]) for path in (drawn, again)]
    assert not keys[0] & keys[1]


def test_a_judge_who_says_what_the_links_say_agrees_in_everything(
    fcr, results, drawn, links, tmp_path: Path
) -> None:
    judged = judge(drawn, tmp_path / "judged.csv", links)

    ran = fcr("review", "--results", results, "--judged", judged)

    assert ran.code == 0, ran.err
    assert "Links against judged.csv: 60 pairs" in ran.out
    assert "related: AUC" in ran.out
    casebook = Casebook.open(results / "casebook")
    review = compare_with_judged(casebook, read_judged([judged], casebook))
    figures = review.agreement.set_index("figure")["value"]
    exact = ["related_auc", "verdict_accuracy", "related_precision", "related_recall"]
    assert figures[exact].tolist() == pytest.approx([1, 1, 1, 1])
    assert review.between.empty


def test_weights_bring_the_share_of_related_pairs_back(results, drawn, links, tmp_path) -> None:
    judged = judge(drawn, tmp_path / "judged.csv", links)
    casebook = Casebook.open(results / "casebook")
    review = compare_with_judged(casebook, read_judged([judged], casebook))
    told = review.agreement.set_index("figure").loc["related_rate"]
    open_pairs = links[~links["is_same_case"].astype(bool)]
    truth = (open_pairs["verdict"] != "unrelated").mean()

    assert told["low"] < truth < told["high"]
    assert (review.calibration["pairs"].sum()) == 60


def test_two_judges_are_compared_with_each_other(fcr, results, drawn, links, tmp_path) -> None:
    one = judge(drawn, tmp_path / "one.csv", links)
    two = judge(drawn, tmp_path / "two.csv", links, wrong_every=4)

    ran = fcr("review", "--results", results, "--judged", one, "--judged", two)

    assert ran.code == 0, ran.err
    assert "one.csv against two.csv: 60 pairs that both judged" in ran.out
    casebook = Casebook.open(results / "casebook")
    review = compare_with_judged(casebook, read_judged([one, two], casebook))
    weights = pd.read_csv(drawn)["sampling_weight"]
    told = review.between.set_index("question").loc["related or not"]
    agreed = 1 - weights[weights.index % 4 == 0].sum() / weights.sum()
    assert told["agreed_rate"] == pytest.approx(agreed, abs=1e-4)
    assert told["low"] < told["kappa"] < told["high"] < 1
    assert set(review.agreement["judge"]) == {str(one), str(two)}


def test_files_of_different_pairs_are_one_sample(results, drawn, links, tmp_path: Path) -> None:
    rows = pd.read_csv(judge(drawn, tmp_path / "all.csv", links), sep=";")
    parts = [tmp_path / "one.csv", tmp_path / "two.csv"]
    for part, path in zip((rows[:20], rows[20:]), parts, strict=True):
        part.to_csv(path, index=False)
    casebook = Casebook.open(results / "casebook")
    review = compare_with_judged(casebook, read_judged(parts, casebook))

    assert set(review.agreement["judge"]) == {"all"}
    assert set(review.agreement["pairs"]) == {60}
    assert review.between.empty


def test_parquet_with_a_pair_that_is_no_link_is_read(results, tmp_path: Path) -> None:
    rows = pd.DataFrame(
        {
            "contact_id": ["a001", "a002", "a003"],
            "follow_up_id": ["b001", "b002", "b003"],
            "verdict": ["unrelated", "same_issue", "unclear"],
            "confidence": ["high", None, "low"],
            "sampling_weight": [9.8, 2.0, 1.0],
        }
    )
    path = tmp_path / "judged.parquet"
    rows.to_parquet(path, index=False)
    casebook = Casebook.open(results / "casebook")
    judged = read_judged([path], casebook)

    assert judged.pairs["sampling_weight"].tolist() == [9.8, 2.0, 1.0]
    assert compare_with_judged(casebook, judged).agreement["pairs"].eq(2).all()


def test_bad_rows_are_told_with_their_row_and_the_others_count(
    fcr, results, drawn, links, tmp_path: Path
) -> None:
    path = judge(drawn, tmp_path / "judged.csv", links)
    rows = pd.read_csv(path, sep=";")
    rows.loc[3, "verdict"] = "sameissue"
    rows.to_csv(path, index=False)

    ran = fcr("review", "--results", results, "--judged", path)

    assert ran.code == 0
    assert "row 5: verdict 'sameissue': did you mean same_issue?" in ran.out
    assert "59 judgements of 1 file" in ran.out


def test_a_file_without_a_verdict_is_refused(fcr, results, drawn) -> None:
    ran = fcr("review", "--results", results, "--judged", drawn)

    assert ran.code == 1
    assert "60 have no verdict yet" in ran.err
    casebook = Casebook.open(results / "casebook")
    with pytest.raises(DataError, match="none can be used"):
        compare_with_judged(casebook, read_judged([drawn], casebook))


def test_review_asks_what_it_is_to_do(fcr, results) -> None:
    ran = fcr("review", "--results", results)

    assert ran.code == 2
    assert "--out to draw" in ran.err
