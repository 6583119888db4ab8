import pytest

from fcr_ml.notes.thin import count_words, is_thin


@pytest.mark.parametrize(
    ("note", "words"),
    [
        ("", 0),
        ("No sound since Monday", 4),
        ("error 0x800CCC0E, version 115.3.1", 4),
        ("ring <phone> or <mail>", 2),
        ("退款未到账", 3),  # five characters, two a word
        ("ขอเงินคืน", 3),  # nine characters, four a word
        ("मेरा पासवर्ड काम नहीं करता", 5),
        ("환불이 안 됩니다", 3),
        ("iPhone 打不开", 3),
    ],
)
def test_words_are_counted_with_and_without_spaces(note: str, words: int) -> None:
    assert count_words(note) == words


@pytest.mark.parametrize(
    "note",
    ["", "n/a", "call back", "see above", "ok thanks", "Hello, please call back <phone>", "<mail>",
     "Rückruf erledigt, danke", "Gracias por favor", "谢谢", "你好，谢谢您", "cảm ơn", "спасибо",
     "ขอบคุณครับ", "tack så mycket"],
)  # fmt: skip
def test_notes_that_say_nothing_are_thin(note: str) -> None:
    assert is_thin(note)


@pytest.mark.parametrize(
    "note",
    ["refund not received", "Thanks, but the printer prints blank pages", "退款没有到账",
     "không nhận được hoàn tiền", "ขอเงินคืนไม่ได้รับ", "Lösenordet fungerar inte längre"],
)  # fmt: skip
def test_notes_that_say_what_it_was_about_are_not_thin(note: str) -> None:
    assert not is_thin(note)
