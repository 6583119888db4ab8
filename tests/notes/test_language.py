import pytest

from fcr_ml.notes.language import detect_languages

TRUTH = {
    "My refund has not arrived and nobody answers the phone": "en",
    "Ich habe mein Geld noch nicht zurückbekommen": "de",
    "Jag har fortfarande inte fått mina pengar tillbaka": "sv",
    "Je n'ai toujours pas reçu mon remboursement": "fr",
    "Todavía no he recibido el reembolso de mi pedido": "es",
    "Tôi vẫn chưa nhận được tiền hoàn lại": "vi",
    "Деньги за мой заказ до сих пор не вернулись на счёт": "ru",
    "我的退款还没有到账 iPhone": "zh",
    "iPhone の払い戻しがまだ届きません": "ja",
    "아직 환불을 받지 못했습니다": "ko",
    "ยังไม่ได้รับเงินคืน": "th",
    "עדיין לא קיבלתי את ההחזר שלי": "he",
    "Δεν έχω λάβει ακόμα την επιστροφή χρημάτων": "el",
    "لم أستلم المبلغ المسترد حتى الآن": "ar",
}


@pytest.mark.parametrize(("note", "language"), TRUTH.items())
def test_the_language_of_a_sentence_is_found(note: str, language: str) -> None:
    assert detect_languages([note]) == [language]


def test_short_and_wordless_notes_have_no_language() -> None:
    notes = [None, "", "ok", "<mail> <phone>", "0x800CCC0E", "https://support.example/kb/router"]
    assert detect_languages(notes) == [None] * len(notes)
