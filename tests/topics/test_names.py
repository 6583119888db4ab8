import numpy as np

from fcr_ml.topics.names import name_topics, phrases

REFUNDS = [
    "the refund is missing from the account",
    "refund missing again, customer waits for the money",
    "no refund on the account, the money is missing",
]
ROUTERS = [
    "the router shows no light at all",
    "router has no light since the storm",
    "the light on the router is off",
]
CHINESE = ["退款没有到账，请查一下", "退款一直没到账", "客户说退款没有到账"]
THAI = ["เงินคืนยังไม่เข้าบัญชี", "ลูกค้ารอเงินคืน", "เงินคืนหายไป"]
JAPANESE = ["返金がまだ届きません", "返金が届かない", "返金について確認"]


def _names(*groups: list[str], languages: list[str] | None = None):
    notes = [note for group in groups for note in group]
    topics = np.repeat(np.arange(len(groups)), [len(group) for group in groups])
    return name_topics(notes, topics, languages or [None] * len(notes))


def test_names_say_what_is_special_and_not_what_is_common() -> None:
    cards = ["the card is blocked", "card blocked at the shop", "the card does not pay"]
    (first, first_terms), (second, _), _ = _names(REFUNDS, ROUTERS, cards)

    assert "refund" in first
    assert "router" in second
    assert "the" not in " ".join(first_terms).split()


def test_scripts_without_spaces_are_named() -> None:
    names = _names(CHINESE, THAI, JAPANESE, REFUNDS)

    assert "退款" in names[0][0]
    assert "เงิน" in names[1][0]
    assert "返金" in names[2][0]


def test_names_are_unique_and_a_topic_without_words_has_one_too() -> None:
    names = [name for name, _ in _names(["1 2 3"] * 3, ["4 5 6"] * 3, REFUNDS)]

    assert len(set(names)) == 3
    assert all(names)


def test_a_topic_is_named_in_its_commonest_language() -> None:
    mixed = [*CHINESE, "refund refund refund"]
    languages = ["zh"] * 3 + ["en"] + ["en"] * 3

    (name, terms), _ = _names(mixed, ROUTERS, languages=languages)

    assert "退款" in name
    assert "refund" not in " ".join(terms)


def test_phrases_of_mixed_scripts() -> None:
    assert phrases("WiFi 断了 123") == ["wifi", "断了"]
