import time

import pytest

from fcr_ml.errors import SettingsError
from fcr_ml.notes.redact import MAX_CHARACTERS, redact, redact_notes

TRUTH = {
    # One note in each of a dozen scripts and languages, written for this test.
    "Please write to anna.k+fcr@mail.example.org.": "Please write to <mail>.",
    "Ring +46 70 123 45 67 after five": "Ring <phone> after five",
    "Rufen Sie 030 1234567 an, geboren am 12.03.1980": "Rufen Sie <phone> an, geboren am <birth>",
    "Mon portable: 06 12 34 56 78": "Mon portable: <phone>",
    "Mi correo es josé@correo.example, gracias": "Mi correo es <mail>, gracias",
    "我的手机号13812345678，邮箱是wang@mail.example谢谢": "我的手机号<phone>，邮箱是<mail>谢谢",
    "出生日期：１９８０年３月１２日": "出生日期：<birth>",
    "携帯は０９０－１２３４－５６７８です": "携帯は<phone>です",
    "제 전화번호는 010-1234-5678 입니다": "제 전화번호는 <phone> 입니다",
    "โทร 081 234 5678 หลังห้าโมง": "โทร <phone> หลังห้าโมง",
    "Gọi lại số 0912 345 678, sinh ngày 12/03/1980": "Gọi lại số <phone>, sinh ngày <birth>",
    "Позвоните: +7 912 345-67-89, дата рождения 12.03.1980": (
        "Позвоните: <phone>, дата рождения <birth>"
    ),
    "اتصل بي على هاتف ٠٥٠١٢٣٤٥٦٧ من فضلك": "اتصل بي على هاتف <phone> من فضلك",
    "मेरा फोन नंबर +९१ ९८७६५ ४३२१० है": "मेरा फोन नंबर <phone> है",
    "Zadzwoń 512 345 678 po piątej": "Zadzwoń <phone> po piątej",
    "Звоните 8 (912) 345-67-89": "Звоните <phone>",
    "Τηλ: 210 1234567, ευχαριστώ": "Τηλ: <phone>, ευχαριστώ",
    "הטלפון שלי 052-123-4567": "הטלפון שלי <phone>",
    # Numbers with and without a valid check digit.
    "card 4111 1111 1111 1111 declined": "card <card> declined",
    "card 4111 1111 1111 1112 declined": "card <number> declined",
    "IBAN DE89 3704 0044 0532 0130 00 and amount 20": "IBAN <iban> and amount 20",
    "pay to GB82WEST12345698765432": "pay to <iban>",
    "my IBAN: DE88 3704 0044 0532 0130 00": "my IBAN: <iban>",
    "SSN 078-05-1120, CPF 529.982.247-25": "SSN <number>, CPF <number>",
    "customer 1234567890 moved": "customer <number> moved",
    "personnummer 850709-9805": "personnummer <number>",
    # Network addresses, links, keys.
    "IP address 83.12.4.2 is blocked": "IP address <ip> is blocked",
    "printer at 192.168.1.20 offline": "printer at <ip> offline",
    "login from 83.12.44.201 and 2001:db8::8a2e:370:7334": "login from <ip> and <ip>",
    "adapter 00:1A:2B:3C:4D:5E": "adapter <ip>",
    "see https://shop.example/account/anna-k/orders now": "see <link> now",
    "https://shop.example/track?order=5&mail=a%40b.example": "<link>",
    "password: Sommer2024! does not work": "password: <key>! does not work",
    "密码是abc12345，打不开": "密码是<key>，打不开",
    "Authorization: Bearer abcdefghijklmnop1234": "Authorization: Bearer <key>",
    "your PIN 4821 was used": "your PIN <key> was used",
    "write anna (at) mail (dot) example": "write <mail>",
}

KEPT = [
    "Error 0x800CCC0E and E-4711 in version 115.3.1",
    "Firefox 128.0.1.2 crashes, so does 1.2.3.4",
    "Order 4711 of 2024-01-15 10:30:45 cost 1,234.50 EUR",
    "Windows 10.0.19045 build, 12.000.000 rows, 100 000 000 bytes",
    "Ticket INC000123456789 and KB5034441",
    "Ports 110 143 993 995 587 are open",
    "See https://support.example/kb/reset-your-router for the steps",
    "Password: wrong. The password is expired",
    "Meeting on 12.03.2024, invoice of 5 May 2024",
    "std::string and a::b do not compile",
    "Mobile 115.10.1 differs from Desktop 115.10.1",
    "退款未到，订单4711，版本115.3.1",
    "GL_OES_compressed_ETC2_punchthroughA_RGBA8_texture is missing",
    "Dobrý den, verze 115.11.0 (64 bit)",
]


@pytest.mark.parametrize(("note", "expected"), TRUTH.items())
def test_redact_sets_the_mark_and_leaves_the_rest(note: str, expected: str) -> None:
    assert redact(note) == expected


@pytest.mark.parametrize("note", KEPT)
def test_redact_keeps_what_says_what_a_contact_was_about(note: str) -> None:
    assert redact(note) == note


def test_redacting_twice_changes_nothing() -> None:
    joined = " ".join(TRUTH)
    for note in [*TRUTH, *KEPT, joined, joined * 40]:
        once = redact(note)
        assert redact(once) == once


def test_counts_name_every_mark_and_every_cut() -> None:
    notes = ["a@b.example and c@d.example", None, "call +46 70 123 45 67", "word " * 5_000]
    redaction = redact_notes(notes)
    assert redaction.notes[:3] == ["<mail> and <mail>", None, "call <phone>"]
    assert redaction.counts == {"cut": 1, "mail": 2, "phone": 1}


def test_a_cut_does_not_tear_an_address() -> None:
    note = "x" * (MAX_CHARACTERS - 8) + " anna.karenina@mail.example"
    assert redact(note) == "x" * (MAX_CHARACTERS - 8)


# Each would take minutes with a pattern that goes back over what it has read.
@pytest.mark.parametrize(
    "piece",
    ["a", "1", "1 ", "a.", "a@", "1.2.", "a:", "http://", "GB82", "0-", "(", "é", "退", "=a"],
)
def test_a_megabyte_takes_no_longer_than_its_first_part(piece: str) -> None:
    note = piece * (1_000_000 // len(piece))
    started = time.perf_counter()
    redacted = redact(note)
    assert time.perf_counter() - started < 2
    assert len(redacted) <= MAX_CHARACTERS


def test_a_name_finder_adds_names_but_cannot_touch_marks() -> None:
    def find_names(note: str) -> list[tuple[int, int]]:
        return [(at, at + 4) for at in range(len(note)) if note[at : at + 4] in ("Anna", "mail")]

    assert redact("Anna, a@b.example", find_names) == "<name>, <mail>"


def test_a_name_finder_that_points_outside_the_note_is_refused() -> None:
    with pytest.raises(SettingsError, match=r"1 of 1 stretches lie outside the note"):
        redact("short", lambda note: [(3, 99)])
