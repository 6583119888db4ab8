"""Find cards, bank accounts, phone numbers and other long numbers in a note.

What enters: a note as :func:`fcr_ml.notes.spans.read_alike` reads it. What leaves: start and end of
each find. What it will not do: settle overlaps (``redact``) or keep anything of what it found
beyond the process: the verdict on a number is remembered, so that a repeated one costs nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from fcr_ml.notes.spans import Span, mentions

_IBAN_COUNTRIES = (
    "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DK18 DO28 "
    "EE20 EG29 ES24 FI18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HR21 HU28 IE22 IL23 IQ23 IS26 "
    "IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MR27 MT31 MU30 "
    "NL18 NO15 PK24 PL28 PS29 PT25 QA29 RO24 RS22 SA24 SC31 SE24 SI19 SK24 SM27 ST25 SV28 TL23 "
    "TN24 TR26 UA29 VA22 VG24 XK20"
)
_IBAN_LENGTHS = {entry[:2]: int(entry[2:]) for entry in _IBAN_COUNTRIES.split()}
_CHECK_DIGITS = re.compile(r"(?<=(?<![A-Za-z0-9])[A-Za-z]{2})\d{2}(?=[ -]?[A-Za-z0-9])")
_IBAN_LABEL = re.compile(r"iban[^\w\n]{0,5}(?:\w{1,6}[^\w\n]{1,2})?$", re.I)


def find_ibans(note: str) -> Iterator[Span]:
    """Yield bank account numbers with a valid checksum (ISO 13616), or named IBAN without one."""
    for digits in _CHECK_DIGITS.finditer(note):
        start = digits.start() - 2
        length = _IBAN_LENGTHS.get(note[start : start + 2].upper())
        end = _end_of_iban(note, start, length) if length else None
        before = note[max(0, start - 20) : start]
        if end and (has_iban_checksum(note[start:end]) or _IBAN_LABEL.search(before)):
            yield start, end


def _end_of_iban(note: str, start: int, length: int) -> int | None:
    """Return where so many letters and digits end, single spaces and hyphens not counted."""
    pattern = rf"[A-Za-z]{{2}}\d{{2}}(?:[ -]?[A-Za-z0-9]){{{length - 4}}}(?![A-Za-z0-9])"
    found = re.compile(pattern).match(note, start)
    return found.end() if found else None


def has_iban_checksum(text: str) -> bool:
    """Check the two check digits of an IBAN (ISO 7064, modulo 97).

    Examples
    --------
    >>> has_iban_checksum("GB82 WEST 1234 5698 7654 32")
    True
    """
    compact = re.sub(r"[ -]", "", text).upper()
    return int("".join(str(int(sign, 36)) for sign in compact[4:] + compact[:4])) % 97 == 1


_CARD = re.compile(r"(?<![\w.,])(?<!\d-)[2-6]\d{3}(?:[ -]?\d){9,15}(?![\w]|[.,-]\d)")


def find_cards(note: str) -> Iterator[Span]:
    """Yield payment card numbers: 13 to 19 digits with a valid check digit."""
    for found in _CARD.finditer(note) if _EIGHT_DIGITS.search(note) else ():
        text = found.group()
        if has_luhn_digit(text) and not _DATE_OR_TIME.search(text):
            yield found.span()


def has_luhn_digit(text: str) -> bool:
    """Check the last digit of a card number (ISO/IEC 7812, Luhn).

    Examples
    --------
    >>> has_luhn_digit("4111 1111 1111 1111"), has_luhn_digit("4111 1111 1111 1112")
    (True, False)
    """
    digits = [int(sign) for sign in reversed(text) if sign.isdigit()]
    doubled = (sum(divmod(2 * digit, 10)) for digit in digits[1::2])
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0


# Words that say "what follows is a phone number", with or without a space before it.
_PHONE_WORDS = (
    *("tel", "tel no", "telephone", "phone", "phone no", "phone number", "mobile", "mob", "cell"),
    *("cellphone", "landline", "fax", "whatsapp", "telefon", "telefonnummer", "handy", "mobil"),
    *("mobilnummer", "rufnummer", "tlf", "tfn", "puhelin", "puh", "téléphone", "tél", "portable"),
    *("teléfono", "móvil", "celular", "telefone", "telemóvel", "telefono", "cellulare", "telefoon"),
    *(
        "gsm",
        "komórka",
        "telefonszám",
        "телефон",
        "тел",
        "моб",
        "мобильный",
        "電話",
        "电话",
        "手机",
    ),
    *(
        "手機",
        "手机号",
        "電話番号",
        "携帯",
        "전화",
        "전화번호",
        "휴대폰",
        "sđt",
        "đt",
        "điện thoại",
    ),
    *("số điện thoại", "โทร", "โทรศัพท์", "เบอร์", "هاتف", "جوال", "موبايل", "تلفن", "שלפון", "טלפון"),
    *("נייד", "τηλ", "τηλέφωνο", "κινητό", "फोन", "मोबाइल", "ফোন", "தொலைபேசி", "☎", "📞", "📱"),
)
_LABELLED = re.compile(
    rf"(?<![A-Za-zÀ-ɏ])(?:{'|'.join(_PHONE_WORDS)})[.:# ]{{0,4}}"
    r"(?:(?:is|ist|est|es|är|nr|no|number|nummer|numero|номер|号码|号|是|は|là|số)[.:]? {0,2}){0,2}"
    r"(?P<number>\(?\+?\d(?:[ ()./-]{0,3}\d){4,16})(?!\d)",
    re.I,
)
# What is looked for has so many digits; most notes have not, and are not searched further.
_FIVE_DIGITS = re.compile(r"\d(?:[ ()./+A-]{0,3}\d){4}")
_EIGHT_DIGITS = re.compile(r"\d(?:[ ()./-]{0,3}\d){7}")
_CANDIDATE = re.compile(
    r"(?<![\w.,:/+-])\(?(?:\+ ?)?\(?\d(?:[ ()./-]{0,3}\d){7,17}(?![\w]|[.,:]\d)"
)
_DATE_OR_TIME = re.compile(
    r"(?<![\d./-])(?:(?:19|20)\d\d([-./])(?:0?[1-9]|1[0-2])\1(?:0?[1-9]|[12]\d|3[01])"
    r"|(?:0?[1-9]|[12]\d|3[01])([-./])(?:0?[1-9]|[12]\d|3[01])\2(?:(?:19|20)\d\d|\d\d))"
    r"(?![./]?\d|-\d\d-\d{3})"
)
# Shapes that are phone numbers whether or not a country's plan knows the range.
_SHAPE = re.compile(
    r"\(?\d{3}\)?[ .-]{1,2}\d{3}[ .-]\d{4}"
    r"|1[ .-]\(?\d{3}\)?[ .-]{1,2}\d{3}[ .-]\d{4}"
    r"|\(?0\d{1,5}\)?(?:[ ()/-]{1,3}\d{1,8}){1,4}"
    r"|8[ -]?\(?\d{3,5}\)?[ -]\d{1,3}(?:[ -]\d\d){2}"
    r"|0\d(?:[. ]\d\d){4}"
    r"|1[3-9]\d[ -]\d{4}[ -]\d{4}"
)
_CHINESE_MOBILE = re.compile(r"1[3-9]\d{9}")
# Large plans on every continent; a number that none of them knows is still a long number.
_REGIONS = (
    *("US", "GB", "DE", "FR", "ES", "IT", "SE", "PL", "RU", "TR", "IN"),
    *("CN", "JP", "KR", "VN", "TH", "BR", "MX", "AU", "ZA", "EG", "IR"),
)


def find_phones(note: str) -> Iterator[Span]:
    """Yield phone numbers: named as such, with a country code, or of a national plan.

    The plans of 22 countries are asked (``phonenumbers``) only about numbers written in groups or
    with a leading zero, and never about dates and times.
    """
    if _FIVE_DIGITS.search(note) and mentions(note, _PHONE_WORDS):
        for found in _LABELLED.finditer(note):
            if not _is_date_or_version(found["number"]):
                yield found.span("number")
    if _EIGHT_DIGITS.search(note):
        for found in _CANDIDATE.finditer(note):
            if is_phone(found.group()):
                yield found.span()


def _is_date_or_version(text: str) -> bool:
    """Tell "mobile 115.10.1" and "fax of 2024-01-15" from numbers to dial."""
    digits = sum(sign.isdigit() for sign in text)
    return bool(_DATE_OR_TIME.search(text)) or (digits < 8 and text.count(".") > 1)


@lru_cache(maxsize=4096)
def is_phone(text: str) -> bool:
    """Say whether a number without a label reads as a phone number.

    Examples
    --------
    >>> is_phone("+84 912 345 678"), is_phone("(555) 010-4477"), is_phone("2024-01-15 10 30")
    (True, True, False)
    """
    digits = re.sub(r"\D", "", text)
    if text.startswith(("+", "(+")):
        return 8 <= len(digits) <= 15
    if not 9 <= len(digits) <= 15 or _DATE_OR_TIME.search(text):
        return False
    if digits.startswith("00") and len(digits) >= 11:
        return True
    if text.isdigit() and digits[0] != "0":
        return bool(_CHINESE_MOBILE.fullmatch(text))
    return bool(_SHAPE.fullmatch(text)) or _in_a_plan(text, digits)


def _in_a_plan(text: str, digits: str) -> bool:
    from phonenumbers import NumberParseException, is_valid_number, parse

    groups = re.findall(r"\d+", text)
    # Dots alone make a version number, many short groups a list of ports, thousands an amount.
    if set(re.sub(r"\d", "", text)) == {"."} or len(groups) > 5 or min(map(len, groups)) < 2:
        return False
    alike = len({len(group) for group in groups}) == 1
    if alike and digits[0] != "0" and (len(groups) > 3 or groups[-1] == "000"):
        return False
    for region in _REGIONS:
        try:
            if is_valid_number(parse(text, region)):
                return True
        except NumberParseException:
            return False
    return False


_PERSONAL = re.compile(
    r"(?<![A-Za-z0-9_.,-])(?:\d{3}-\d{2}-\d{4}|\d{3}\.\d{3}\.\d{3}-\d{2}|\d{17}[Xx]|\d{8}-?[A-Z]"
    r"|[XYZ]\d{7}-?[A-Z]|\d{6}[-+A]\d{3}[0-9A-Z])(?![A-Za-z0-9_-])"
)


def find_personal_ids(note: str) -> Iterator[Span]:
    """Yield numbers in the form of common personal ids (US, BR, CN, ES, SE, DK, FI)."""
    if _FIVE_DIGITS.search(note):
        yield from (found.span() for found in _PERSONAL.finditer(note))


_LONG = re.compile(
    r"(?<![A-Za-z0-9_.,])\d{9,400}(?![A-Za-z0-9_]|[.,]\d)"
    r"|(?<![A-Za-z0-9_.,-])\d{2,12}(?:-\d{2,12}){1,5}(?![A-Za-z0-9_]|[.,-]\d)"
    r"|(?<![A-Za-z0-9_.,])\d{4}(?: \d{4}){2,4}(?![A-Za-z0-9_]|[.,]\d)"
)


def find_long_numbers(note: str) -> Iterator[Span]:
    """Yield numbers of nine digits and more, those joined by hyphens included.

    Digits that touch a Latin letter (``INC000123456``) are codes and stay; dates stay.
    """
    for found in _LONG.finditer(note) if _EIGHT_DIGITS.search(note) else ():
        text = found.group()
        digits = sum(sign.isdigit() for sign in text)
        if digits >= 9 and not ("-" in text and _DATE_OR_TIME.search(text)):
            yield found.span()
