import logging
from itertools import product

import numpy as np
import pytest

from fcr_ml.topics.names import TopicToName, name_topics
from fcr_ml.topics.wording import written_width

# For each language: what is said around a matter, and three matters as customers put them.
FRAMES = {
    "en": (
        "Hello, {} since Monday. Thanks!",
        "I wanted to ask about this: {}.",
        "It is about {} and nothing helps. Thanks!",
        "Hi, {}, what can I do?",
        "The customer says that {} again.",
    ),
    "sv": (
        "Hej, {} sedan i måndags. Tack!",
        "Jag undrar över en sak: {}.",
        "Det gäller att {} och inget hjälper. Tack!",
        "Hej, {}, vad kan jag göra?",
        "Kunden säger att {} igen.",
    ),
    "de": (
        "Hallo, {} seit Montag. Danke!",
        "Ich habe eine Frage dazu: {}.",
        "Es geht darum, {} und nichts hilft. Danke!",
        "Hallo, {}, was kann ich tun?",
        "Der Kunde sagt, {} schon wieder.",
    ),
    "vi": (
        "Xin chào, {} từ thứ hai. Cảm ơn!",
        "Tôi muốn hỏi một việc: {}.",
        "Tôi gọi vì {} mà chưa xong. Cảm ơn!",
        "Xin chào, {}, tôi phải làm gì?",
        "Khách nói rằng {} lần nữa.",
    ),
    "zh": (
        "你好，{}，谢谢。",
        "我想问一下{}怎么办",
        "为什么{}呢",
        "{}是什么原因",
        "还是{}，请处理",
    ),
    "ja": (
        "こんにちは、{}のですが。",
        "{}について教えてください",
        "昨日から{}ので困っています",
        "{}と言われました",
        "また{}ようです",
    ),
    "th": (
        "สวัสดีค่ะ {} ค่ะ",
        "อยากสอบถามว่า{}ต้องทำอย่างไร",
        "ลูกค้าแจ้งว่า{}อีกแล้ว",
        "ทำไม{}คะ",
        "ตอนนี้{}มาสองวัน",
    ),
}
MATTERS = {
    "en": (
        ("I forgot the password", "the password reset fails", "my password reset expired"),
        ("the invoice is too high", "I was sent a wrong invoice", "we need the invoice again"),
        ("the delivery is late", "the parcel never came", "a parcel was left outside"),
    ),
    "sv": (
        ("jag har glömt lösenordet", "glömt lösenordet till kontot", "lösenordet godtas inte"),
        ("fakturan är för hög", "det kom en felaktig faktura", "vi behöver fakturan på nytt"),
        ("paketet är försenat", "vi saknar paketet", "någon tog paketet"),
    ),
    "de": (
        ("ich habe das Passwort vergessen", "Passwort vergessen", "das Passwort geht nicht"),
        ("die Rechnung ist zu hoch", "eine falsche Rechnung kam", "wir brauchen die Rechnung"),
        ("das Paket ist verspätet", "uns fehlt ein Paket", "wer hat das Paket"),
    ),
    "vi": (
        ("tôi quên mật khẩu", "mật khẩu bị sai", "đổi mật khẩu không được"),
        ("hóa đơn quá cao", "nhận hóa đơn sai", "cần lại hóa đơn cũ"),
        ("bưu kiện đến trễ", "không thấy bưu kiện", "bưu kiện bị mất"),
    ),
    "zh": (
        ("忘记密码", "登录密码不对", "改不了密码"),
        ("发票抬头写错了", "修改发票抬头", "发票抬头少了公司"),
        ("包裹没到", "找不到包裹", "包裹破了"),
    ),
    "ja": (
        ("パスワードを忘れた", "パスワードが違う", "パスワードを変えたい"),
        ("請求書が届かない", "請求書の金額が高い", "請求書を失くした"),
        ("荷物が遅れている", "荷物が壊れている", "荷物がない"),
    ),
    "th": (
        ("ลืมรหัสผ่าน", "รหัสผ่านไม่ถูกต้อง", "เปลี่ยนรหัสผ่านไม่ได้"),
        ("ใบแจ้งหนี้ผิด", "ไม่ได้รับใบแจ้งหนี้", "ขอใบแจ้งหนี้ใหม่"),
        ("พัสดุมาช้า", "พัสดุหาย", "ยังไม่เห็นพัสดุ"),
    ),
}
TRUTH = {
    "en": ("password", "invoice", "parcel"),
    "sv": ("lösenordet", "faktura", "paketet"),
    "de": ("Passwort", "Rechnung", "Paket"),
    "vi": ("mật khẩu", "hóa đơn", "bưu kiện"),
    "zh": ("密码", "发票抬头", "包裹"),
    "ja": ("パスワード", "請求書", "荷物"),
    "th": ("รหัสผ่าน", "ใบแจ้งหนี้", "พัสดุ"),
}
COURTESY = {
    "en": {"hello", "hi", "thanks", "the", "is"},
    "sv": {"hej", "tack", "att", "är"},
    "de": {"hallo", "danke", "das", "die", "ist"},
    "vi": {"xin chào", "cảm ơn", "tôi"},
    "zh": {"你好", "谢谢", "的"},
    "ja": {"こんにちは", "です"},
    "th": {"สวัสดีค่ะ", "ค่ะ"},
}


def _log(language: str) -> tuple[list[str], np.ndarray, list[str]]:
    notes, topics = [], []
    for topic, sayings in enumerate(MATTERS[language]):
        own = [frame.format(said) for frame, said in product(FRAMES[language], sayings)]
        notes += own
        topics += [topic] * len(own)
    return notes, np.array(topics), [language] * len(notes)


@pytest.mark.parametrize("language", list(TRUTH))
def test_a_topic_is_named_by_its_matter_in_the_language_of_its_notes(language: str) -> None:
    named = name_topics(*_log(language))

    for topic, matter in zip(named, TRUTH[language], strict=True):
        assert matter.casefold() in topic.name.casefold(), topic
        assert topic.terms
        assert topic.language == language
        assert not {term.casefold() for term in topic.terms} & COURTESY[language], topic
        assert written_width(topic.name) <= 40


def test_a_word_is_written_as_it_mostly_is() -> None:
    notes = [f"my {word} folder is {state}" for word in ("IMAP", "IMAP", "imap") for state in "abc"]
    others = [f"a {kind} voucher was {state}" for kind in ("gift", "tea", "bus") for state in "abc"]

    named = name_topics(notes + others, np.repeat([0, 1], 9), ["en"] * 18)

    assert "IMAP" in named[0].name
    assert "voucher" in named[1].name


def test_nobody_s_name_names_a_topic() -> None:
    # Two helpers answer everywhere, one of them above all in the second topic.
    notes, topics, languages = _log("en")
    helper = np.where((topics == 1) | (np.arange(len(notes)) % 4 == 0), "Yorick", "Ophelia")
    thanked = [f"{note} Thanks {name}" for note, name in zip(notes, helper, strict=True)]

    told = " ".join(" ".join(topic.terms) for topic in name_topics(thanked, topics, languages))

    assert "Yorick" not in told
    assert "Ophelia" not in told


def test_marks_and_numbers_name_nothing() -> None:
    notes = [f"refund 4711 {state} <phone> order 4711" for state in ("open", "lost", "late")] * 3
    others = [f"router 4711 {state} <phone>" for state in ("dark", "hot", "loud")] * 3

    told = " ".join(
        " ".join(topic.terms)
        for topic in name_topics(notes + others, np.repeat([0, 1], 9), ["en"] * 18)
    )

    assert "refund" in told
    assert "4711" not in told
    assert "phone" not in told


def test_two_topics_with_one_matter_are_told_apart_by_words() -> None:
    lost = [f"the blue card {said}" for said in ("was lost", "is lost", "got lost abroad")] * 4
    late = [f"the blue card {said}" for said in ("is late", "comes late", "was late again")] * 4
    other = [f"the router {said}" for said in ("is dark", "was dark", "stays dark")] * 4

    names = [
        topic.name
        for topic in name_topics(lost + late + other, np.repeat([0, 1, 2], 12), ["en"] * 36)
    ]

    assert len(set(names)) == 3
    assert "lost" in names[0]
    assert "late" in names[1]
    assert not any("(" in name for name in names)


def test_a_topic_without_words_is_numbered_and_a_taken_name_is_not_given() -> None:
    notes = ["1 2 3"] * 3 + ["4 5 6"] * 3
    topics = np.array([0, 0, 0, 2, 2, 2])

    assert [topic.name for topic in name_topics(notes, topics, [None] * 6)] == [
        "topic 1",
        "topic 2",
        "topic 3",
    ]
    themes = name_topics(notes, topics, [None] * 6, level="theme", taken=["Theme 1"])
    assert [theme.name for theme in themes] == ["theme 1 (2)", "theme 2", "theme 3"]


def test_a_topic_is_named_in_its_commonest_language() -> None:
    notes, topics, languages = _log("zh")
    english, matters, spoken = _log("en")
    mixed = notes + english[:5] + english

    named = name_topics(
        mixed, np.concatenate([topics, matters[:5], matters + 3]), languages + spoken[:5] + spoken
    )

    assert [topic.language for topic in named] == ["zh"] * 3 + ["en"] * 3
    assert "密码" in named[0].name


def test_a_topic_of_thanks_may_say_so_and_no_other_does() -> None:
    notes, topics, languages = _log("en")
    thanks = [f"Thank you, {how}! It works now." for how in ("great", "so kind", "well done")] * 5

    named = name_topics(notes + thanks, np.append(topics, [3] * 15), languages + ["en"] * 15)

    assert "thank" in " ".join(named[3].terms).casefold()
    assert "thank" not in " ".join(" ".join(topic.terms) for topic in named[:3]).casefold()


def test_names_do_not_depend_on_the_order_of_rows() -> None:
    notes, topics, languages = _log("en")
    turned = np.random.default_rng(0).permutation(len(notes))

    again = name_topics(
        [notes[row] for row in turned], topics[turned], [languages[row] for row in turned]
    )

    assert again == name_topics(notes, topics, languages)


def test_nothing_to_name_gives_no_names() -> None:
    assert name_topics([], np.zeros(0, dtype=int), []) == []
    assert name_topics(["left out"], np.array([-1]), ["en"]) == []


def test_a_naming_function_is_shown_terms_and_notes_and_its_answer_is_tidied() -> None:
    notes, topics, languages = _log("en")
    shown: list[TopicToName] = []

    def answer(topic: TopicToName) -> str:
        shown.append(topic)
        return '  "Account   access"\nbecause the notes say so'

    named = name_topics(notes, topics, languages, namer=answer)

    assert named[0].name == "Account access"
    assert len({topic.name for topic in named}) == 3
    assert all(topic.name.startswith("Account access") for topic in named)
    assert "password" in shown[0].name
    assert set(shown[0].notes) <= set(notes[:15])
    assert 1 <= len(shown[0].notes) <= 5


def test_where_the_naming_function_fails_the_own_name_stands_and_no_note_is_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    notes, topics, languages = _log("en")
    own = [topic.name for topic in name_topics(notes, topics, languages)]

    def fail(topic: TopicToName) -> str:
        if "password" in topic.name:
            raise RuntimeError(topic.notes[0])
        return "x" * 99 if "invoice" in topic.name else "  "

    with caplog.at_level(logging.WARNING):
        named = name_topics(notes, topics, languages, namer=fail)

    assert named[0].name == own[0]
    assert named[1].name == "x" * 59 + "…"
    assert named[2].name == own[2]
    assert len(caplog.records) == 2
    assert not any(note in caplog.text for note in notes)
