"""Find addresses, links, keys and dates of birth in a note.

What enters: a note as :func:`fcr_ml.notes.spans.read_alike` reads it. What leaves: start and end of
each find. What it will not do: find numbers (``numbers``) or settle overlaps (``redact``).

Every pattern takes time in proportion to the note: a repeat is bounded, or cannot begin inside
what it has just read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import AddressValueError, IPv4Address, IPv6Address

from fcr_ml.notes.spans import UNSPACED_CLASS, Span, mentions
from fcr_ml.notes.terms import UNSPACED

_LETTERS = rf"[^\W\d_{UNSPACED_CLASS}]"
_WORD = rf"[^\W{UNSPACED_CLASS}]"

# A mail address ends where an unspaced script begins: "我的邮箱是john@x.example谢谢".
_MAIL = re.compile(
    rf"(?<!{_WORD})(?<![.+%'-]){_WORD}(?:{_WORD}|[.+%'&-])*@(?:{_WORD}|-)+(?:\.(?:{_WORD}|-)+)+"
)
_MAIL_UNSPACED = re.compile(r"[\w.+-]{1,40}@[\w-]{1,60}(?:\.[\w-]{2,20}){1,4}")
_MAIL_SPELT = re.compile(
    rf"(?<!{_WORD})(?<![.+-])(?:{_WORD}|[.+-])+ ?[\[({{] ?(?:at|ät|@|arroba) ?[\])}}] ?"
    rf"(?:{_WORD}|-){{1,60}}(?: ?(?:\.|[\[({{] ?(?:dot|punkt|punto|point) ?[\])}}]) ?"
    rf"(?:{_WORD}|-){{2,60}}){{1,4}}",
    re.I,
)
_SPELT_SIGN = re.compile(r"[\[({] ?(?:at|ät|@|arroba)", re.I)


def find_mails(note: str) -> Iterator[Span]:
    """Yield mail addresses, spelt-out ones included (``anna (at) example (dot) org``)."""
    if "@" in note:
        yield from (found.span() for found in _MAIL.finditer(note))
        if UNSPACED.search(note):
            yield from (found.span() for found in _MAIL_UNSPACED.finditer(note))
    if _SPELT_SIGN.search(note):
        yield from (found.span() for found in _MAIL_SPELT.finditer(note))


_LINK = re.compile(
    rf"(?:\b[a-z][a-z0-9+.-]{{1,11}}://|\bwww\.)[^\s<>\"'{UNSPACED_CLASS}]{{1,4000}}", re.I
)
_USER_PART = re.compile(
    r"@|\?.|[#&;][\w.%-]*="
    r"|/~\w|/(?:users?|u|profiles?|accounts?|members?|people|home|in|id|sessions?|invites?|reset|"
    r"verify|confirm|unsubscribe|track)/[^/\s]{3}"
    r"|/(?=[A-Za-z_]{0,60}\d)[A-Za-z0-9_]{24}",
    re.I,
)


def find_links(note: str) -> Iterator[Span]:
    """Yield links with a user's own parts: a login, a query, a profile, a long token.

    Other links stay, since which page was read says what a contact was about.
    """
    if "://" in note or "www." in note.lower():
        for found in _LINK.finditer(note):
            link = found.group().rstrip(".,;:!?)]}")
            if _USER_PART.search(link):
                yield found.start(), found.start() + len(link)


_KEY = re.compile(
    r"-----BEGIN [A-Z ]{3,40}-----[^-]{0,8000}(?:-----END [A-Z ]{3,40}-----)?"
    r"|\beyJ[\w-]{10,4000}(?:\.[\w-]{0,8000}){0,2}"
    r"|\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"
    r"|\b(?:gh[opsur]_|github_pat_|glpat-|xox[abeprs]-|sk-|[prs]k_live_|AIza|hf_)[\w-]{16,400}"
    r"|(?<![0-9A-Fa-f])[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}(?![\w-])"
    r"|(?<![\w/+-])(?P<run>[\w+=-]{32,4000})(?![\w/+-])"
)
_LONG_RUN = re.compile(r"[\w+=-]{18}")
_SECRET_WORDS = (
    *("password", "passwd", "passphrase", "passcode", "pwd", "pw", "pin", "otp", "api key"),
    *("api-key", "api_key", "apikey", "secret", "token", "verification code", "security code"),
    *("cvv", "cvc", "passwort", "kennwort", "mot de passe", "mdp", "contraseña", "clave", "senha"),
    *("lösenord", "wachtwoord", "adgangskode", "passord", "salasana", "parola", "şifre", "hasło"),
    *("heslo", "jelszó", "пароль", "密码", "密碼", "口令", "验证码", "驗證碼", "パスワード"),
    *("暗証番号", "비밀번호", "mật khẩu", "mã xác nhận", "รหัสผ่าน", "كلمة المرور", "كلمة السر"),
    *("סיסמה", "κωδικός", "पासवर्ड"),
)
_SECRET = re.compile(
    rf"(?<!{_LETTERS})(?:{'|'.join(_SECRET_WORDS)})[\"']?"
    r"(?: ?[:=] ?| (?:is|ist|lautet|est|es|é|è|är|er|là|это|为|為|是|は) |[为為是は] ?"
    r"| (?=\d{3,8}(?![\w.])))[\"'«“]?(?P<secret>[^\s,;<>\"'»”]{3,200})",
    re.I,
)
_BEARER = re.compile(r"\b(?:bearer|basic) +(?P<secret>[\w.~+/=-]{16,4000})", re.I)


def find_keys(note: str) -> Iterator[Span]:
    """Yield passwords and codes that are named as such, access tokens, private keys and hashes."""
    if _LONG_RUN.search(note):
        yield from (
            found.span()
            for found in _KEY.finditer(note)
            if not found["run"] or _is_random(found["run"])
        )
        yield from (found.span("secret") for found in _BEARER.finditer(note))
    if mentions(note, _SECRET_WORDS):
        for found in _SECRET.finditer(note):
            secret = found["secret"].rstrip(".!?)")
            # "password: wrong" and "password is expired" name no password.
            if not secret.isalpha() and secret.strip("*•.-_?"):
                yield found.start("secret"), found.start("secret") + len(secret)


def _is_random(text: str) -> bool:
    """Tell a hash or token from a long name in code (``compressed_texture_format_8_bits``)."""
    joints = text.count("_") + text.count("-")
    if len(text) < 40 or joints > len(text) // 20:
        return bool(re.fullmatch(r"[0-9A-Fa-f]{32,4000}", text))
    return all(re.search(kind, text) for kind in ("[a-z]", "[A-Z]", r"\d"))


_IPV4 = re.compile(
    r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?P<after>:\d{2,5}\b|/\d{1,2}\b)?(?![\w]|\.\d)"
)
_IPV6 = re.compile(r"(?<![\w:.])[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7}(?:%\w{1,15})?(?![\w:])", re.I)
_HARDWARE = re.compile(
    r"(?<![\w:-])[0-9a-f]{2}([:-])(?:[0-9a-f]{2}\1){4}[0-9a-f]{2}(?![\w:-])", re.I
)
_ADDRESS_LABEL = re.compile(
    r"(?:\bip(?:v4|v6)?|\baddress|\badresse?|\bdirección|\bindirizzo|\bendereço|\bhost(?:name)?|"
    r"\bserver|\bgateway|\bdns|\bproxy|\bping|\bsubnet|\brouter|\bvpn|地址|アドレス|адрес)"
    r"[^\w\n]{0,4}(?:\w{1,8}[^\w\n]{1,3}){0,2}$",
    re.I,
)
_VERSION_LABEL = re.compile(
    r"(?:\bv|\bver|version|versión|versione|versão|versie|verzi\w|wersja|build|release|update|"
    r"upgrade|版本|バージョン|버전|версия|phiên bản|firefox|thunderbird|chrome|windows|android|ios|"
    r"macos|driver|firmware)[^\w\n]{0,4}(?:\w{1,8}[^\w\n]{1,2})?$",
    re.I,
)


def find_addresses(note: str) -> Iterator[Span]:
    """Yield network addresses: IP version 4 and 6, and those of network cards."""
    if ":" in note or "-" in note:
        yield from (found.span() for found in _HARDWARE.finditer(note))
    if ":" in note:
        for found in _IPV6.finditer(note):
            if _is_ipv6(found.group().partition("%")[0]):
                yield found.span()
    if note.count(".") > 2:
        for found in _IPV4.finditer(note):
            if _is_ipv4(found, note[max(0, found.start() - 40) : found.start()]):
                yield found.span()


def _is_ipv4(found: re.Match[str], before: str) -> bool:
    """Tell an address from a version number, which desk notes are full of.

    An address is named as one, private, followed by a port or a mask, or else has two large
    numbers among its last three: 83.12.44.201, but neither 128.0.1.2 nor 1.2.3.4.
    """
    try:
        address = IPv4Address(found.group().partition(":")[0].partition("/")[0])
    except AddressValueError:
        return False
    if _VERSION_LABEL.search(before):
        return False
    if found["after"] or address.is_private or address.is_link_local:
        return True
    return bool(_ADDRESS_LABEL.search(before)) or sum(part > 19 for part in address.packed[1:]) > 1


def _is_ipv6(text: str) -> bool:
    """Tell an address from a time of day (10:30:45) and from names in code (a::b)."""
    try:
        IPv6Address(text)
    except AddressValueError:
        return False
    return len(text) > 4 and any(character.isdigit() for character in text)


_BIRTH_WORDS = (
    *("born", "dob", "d.o.b", "date of birth", "birth date", "birthdate", "birthday", "geboren"),
    *("geb.", "geburtsdatum", "geboortedatum", "född", "födelsedatum", "født", "fødselsdato"),
    *("syntymäaika", "syntynyt", "né", "née", "date de naissance", "nacido", "nacida"),
    *("fecha de nacimiento", "nascido", "nascida", "data de nascimento", "nato il", "nata il"),
    *("data di nascita", "urodzony", "urodzona", "data urodzenia", "narozen", "narozena"),
    *("datum narození", "született", "születési", "doğum tarihi", "doğumlu", "дата рождения"),
    *(
        "родился",
        "родилась",
        "дата народження",
        "出生",
        "生日",
        "生年月日",
        "생년월일",
        "ngày sinh",
    ),
    *("sinh ngày", "วันเกิด", "تاريخ الميلاد", "تاريخ الولادة", "تاریخ تولد", "תאריך לידה"),
    *("ημερομηνία γέννησης", "जन्म तिथि", "जन्मतिथि", "जन्मदिन", "জন্ম তারিখ", "பிறந்த தேதி"),
)
_DATE = (
    r"\d{1,4} ?[./\-年년] ?\d{1,2} ?[./\-月월] ?\d{1,4}(?: ?[日일])?"
    r"|\d{1,2}(?:st|nd|rd|th|\.|er|º)?[ -](?:[^\W\d]{1,9}[ -]){0,2}[^\W\d]{3,14}\.?,?[ -]"
    r"(?:[^\W\d]{1,4} )?\d{2,4}"
    r"|[^\W\d]{3,12}\.? \d{1,2}(?:st|nd|rd|th)?,? \d{4}"
    r"|\d{1,2} tháng \d{1,2}(?:,? năm)? \d{4}"
    r"|\d{1,2} \d{1,2} \d{4}|\d{6}(?:\d\d)?"
)
_BIRTH = re.compile(
    rf"(?<!{_LETTERS})(?:{'|'.join(map(re.escape, _BIRTH_WORDS))})(?![a-zà-ɏа-я])"
    rf"[^\d\n]{{0,18}}?(?<!\d)(?P<date>{_DATE})(?!\d)",
    re.I,
)


def find_births(note: str) -> Iterator[Span]:
    """Yield dates that are said to be of birth; other dates stay."""
    if mentions(note, _BIRTH_WORDS):
        yield from (found.span("date") for found in _BIRTH.finditer(note))
