"""Edges of what notes say: nothing, the same everywhere, or all in one language."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from fcr_ml.frames import Casebook
from fcr_ml.links.near_far import USUAL_SHARE

from .edge_logs import AS_OF, casebook_of, outcomes_of

EVIDENCE_WEIGHTS = ["meaning_weight", "words_weight", "code_weight"]
NOTE = "The customer calls about the connection and wants to know more"


def _at_a_constant_rate(customers: int = 150, a_year: float = 18.0) -> pd.DataFrame:
    """Give half a year of contacts that come at any time, none because of another."""
    random = np.random.default_rng(0)
    counts = random.poisson(a_year / 2, customers)
    began = AS_OF - pd.Timedelta("182D")
    started = began + pd.to_timedelta(random.uniform(0, 180, counts.sum()), unit="D").floor("s")
    return pd.DataFrame(
        {
            "contact_id": [f"c{place:05d}" for place in range(counts.sum())],
            "customer_id": np.repeat([f"u{place:03d}" for place in range(customers)], counts),
            "started_at": started,
            "ended_at": started + pd.Timedelta("5min"),
        }
    )


def _a_day_apart(pairs: list[tuple[str, str | None, str | None]]) -> pd.DataFrame:
    """Give two contacts of each (customer, note, next day's note)."""
    rows = [
        (f"{name}/{place}", name, AS_OF + pd.Timedelta(days=place - 90, hours=n), note)
        for n, (name, *notes) in enumerate(pairs)
        for place, note in enumerate(notes)
    ]
    log = pd.DataFrame(rows, columns=["contact_id", "customer_id", "started_at", "note"])
    return log.assign(ended_at=log["started_at"] + pd.Timedelta("5min"))


def _sound_links(casebook: Casebook) -> pd.DataFrame:
    """Give the links whose weights and probabilities are all finite and agree."""
    links = casebook.table("links")
    weights = links.filter(regex="_weight$").drop(columns="judged_weight", errors="ignore")
    total = weights.astype(float).sum(axis=1, skipna=False)
    probability = links["link_probability"].astype(float)
    assert len(links) > 0
    assert np.isfinite(total).all()
    np.testing.assert_allclose(probability, 1 / (1 + np.exp(-total)), atol=1e-4)
    return links


# The same note, or none, everywhere


@pytest.fixture(scope="module")
def same_note(tmp_path_factory: pytest.TempPathFactory) -> Casebook:
    return casebook_of(_at_a_constant_rate().assign(note=NOTE), tmp_path_factory.mktemp("same"))


def test_a_note_that_is_the_same_everywhere_is_no_evidence(same_note: Casebook) -> None:
    links = _sound_links(same_note)

    assert (links[EVIDENCE_WEIGHTS] == 0).all(axis=None)
    assert (links["word_similarity"] == 1).all()
    # Every contact had ended before the next began: nothing was sent twice.
    assert "double_post" not in set(links["verdict"])


def test_returns_at_a_constant_rate_are_not_taken_for_related(same_note: Casebook) -> None:
    # Nothing is related here; the count, shared out by time, says so within noise.
    links = _sound_links(same_note)

    assert same_note.settings["links"]["coincidence"]["rate"] > 0.75
    assert same_note.settings["links"]["related_share"] < 0.25
    assert links["link_probability"].mean() < 0.25
    repeated = outcomes_of(same_note, "any_return")["outcome"].eq("repeated").mean()
    related = outcomes_of(same_note, "related")["outcome"].eq("repeated").mean()
    assert repeated > 0.25
    assert related < repeated / 5


def test_without_notes_the_reason_code_is_the_evidence(tmp_path: Path) -> None:
    log = _at_a_constant_rate()
    codes = np.random.default_rng(1).choice(["billing", "fault", "order"], len(log))

    links = _sound_links(casebook_of(log.assign(reason_code=codes), tmp_path))

    assert links[["note_similarity", "shared_meaning", "word_similarity"]].isna().all(axis=None)
    assert (links[["meaning_weight", "words_weight"]] == 0).all(axis=None)
    weight = links.groupby("is_same_reason_code")["code_weight"].agg(["min", "max"])
    assert weight.loc[True, "min"] >= weight.loc[False, "max"]


def test_without_notes_and_codes_time_and_the_case_decide(tmp_path: Path) -> None:
    log = _at_a_constant_rate()
    is_paired = log["customer_id"] == "u000"
    log["case_id"] = pd.Series("case-1", index=log.index).where(is_paired)

    links = _sound_links(casebook_of(log, tmp_path))

    assert (links[EVIDENCE_WEIGHTS] == 0).all(axis=None)
    cases = links["is_same_case"].fillna(False).astype(bool)
    assert cases.any()
    assert (links.loc[cases, "link_probability"] >= 0.98).all()
    assert links.loc[~cases, "link_probability"].mean() < 0.25


# Notes in some contacts only


def test_a_missing_note_speaks_neither_for_a_link_nor_against_it(tmp_path: Path) -> None:
    router = "The router blinks red since the thunderstorm"
    invoice = "Please send the invoice of March once more"
    notes = {"alike": (router, router), "missing": (router, None), "unlike": (router, invoice)}
    began = AS_OF - pd.Timedelta("90D")
    rows = [
        (
            f"{kind}-{customer}-{place}",
            f"{kind}-{customer}",
            began + place * pd.Timedelta("1D"),
            note,
        )
        for kind, pair in notes.items()
        for customer in range(5)
        for place, note in enumerate(pair)
    ]
    log = pd.DataFrame(rows, columns=["contact_id", "customer_id", "started_at", "note"])
    log["ended_at"] = log["started_at"] + pd.Timedelta("5min")

    links = _sound_links(casebook_of(log, tmp_path))

    kind = links["contact_id"].str.split("-").str[0]
    told = links.groupby(kind)["link_probability"].agg(["min", "max"])
    assert told.loc["alike", "min"] > told.loc["missing", "max"]
    assert told.loc["missing", "min"] > told.loc["unlike", "max"]
    missing = links[kind == "missing"]
    assert missing[["note_similarity", "word_similarity"]].isna().all(axis=None)
    # Nothing is known of them but that they are pairs of a log too small to count.
    assert (missing["link_probability"] == USUAL_SHARE).all()


# One language only: five matters, each told twice

TOLD = {
    "zh": [
        ("路由器的红灯一直闪，家里不能上网", "路由器红灯还在闪，重启以后仍然不能上网"),
        ("三月份的账单金额算错了，多收了钱", "账单金额还是错的，多收的钱没有退回"),
        ("想把套餐换成更便宜的，请帮我办理", "更换便宜套餐的申请还没有办理好"),
        ("搬家以后需要把宽带迁到新地址", "宽带迁到新地址的师傅一直没有上门"),
        ("忘记登录密码，收不到验证码短信", "登录密码重置了，验证码短信还是收不到"),
    ],
    "sv": [
        ("Routern blinkar rött och internet är nere hemma", "Routern blinkar fortfarande rött"),
        ("Fakturan för mars har fel belopp", "Fakturan har ännu fel belopp efter rättelsen"),
        ("Vill byta till ett billigare abonnemang", "Bytet till billigare abonnemang dröjer"),
        (
            "Beställde flytt av bredbandet till den nya adressen",
            "Teknikern för flytt av bredbandet kom aldrig",
        ),
        ("Har glömt lösenordet till kontot", "Nytt lösenord till kontot går inte att använda"),
    ],
    "vi": [
        ("Bộ định tuyến nháy đèn đỏ, mất mạng cả ngày", "Bộ định tuyến vẫn nháy đèn đỏ"),
        ("Hóa đơn tháng ba tính sai số tiền", "Hóa đơn vẫn sai số tiền sau khi sửa"),
        ("Muốn đổi sang gói cước rẻ hơn", "Yêu cầu đổi gói cước rẻ hơn chưa được làm"),
        ("Chuyển cáp quang đến địa chỉ mới", "Thợ chuyển cáp quang đến địa chỉ mới chưa tới"),
        ("Quên mật khẩu đăng nhập tài khoản", "Mật khẩu đăng nhập mới không dùng được"),
    ],
}


def _of_one_language(language: str) -> pd.DataFrame:
    """Give customers back with their matter, and customers back with another."""
    matters = TOLD[language]
    pairs = [(f"same-{n}", first, second) for n, (first, second) in enumerate(matters)]
    pairs += [
        (f"other-{one}-{two}", matters[one][0], matters[two][1])
        for one, two in combinations(range(len(matters)), 2)
    ]
    return _a_day_apart(pairs)


@pytest.mark.parametrize("language", list(TOLD))
def test_in_a_log_of_one_language_the_same_matter_ranks_above_others(
    tmp_path: Path, language: str
) -> None:
    casebook = casebook_of(_of_one_language(language), tmp_path)

    assert set(casebook.table("notes")["language"]) == {language}
    links = _sound_links(casebook)
    is_same = links["contact_id"].str.startswith("same")
    assert is_same.sum() == 5
    assert len(links) == 15
    probability = links["link_probability"].astype(float)
    assert probability[is_same].min() > 1.5 * probability[~is_same].max()
    assert links.loc[is_same, "note_similarity"].min() > 0.1
