"""Notes as plain text.

What enters: a note as a person, a form or a mail program left it. What leaves: what was written,
in one Unicode form, without markup, quoted mail and invisible characters. What it will not do:
translate, correct, or drop a script.

Cleaning comes before redaction: an address written ``a&#64;b.example`` or split by an invisible
character would otherwise slip through.
"""

from __future__ import annotations

import html
import re
import unicodedata

# Tags are named, so that "<john@x.example>", "<phone>" and "if a < b" stay.
_TAGS = (
    "a|abbr|b|blockquote|body|br|button|caption|center|cite|code|col|colgroup|dd|del|div|dl|dt|em|"
    "font|footer|form|h[1-6]|head|header|hr|html|i|iframe|img|input|ins|kbd|label|li|main|meta|"
    "nav|ol|option|p|pre|s|section|select|small|span|strike|strong|sub|sup|svg|table|tbody|td|"
    "textarea|tfoot|th|thead|title|tr|tt|u|ul|o:p"
)
_UNSEEN = tuple(
    (re.compile(opening, re.I), re.compile(closing, re.I))
    for opening, closing in (
        ("<!--", "-->"),
        (r"<script\b", r"</script\s*>"),
        (r"<style\b", r"</style\s*>"),
    )
)
_BLOCK = re.compile(
    r"</?(?:blockquote|br|dd|div|dt|h[1-6]|hr|li|ol|p|pre|section|table|tr|ul)\b[^<>]{0,2000}>",
    re.I,
)
_CELL = re.compile(r"</?(?:td|th)\b[^<>]{0,2000}>", re.I)
_TAG = re.compile(rf"</?(?:{_TAGS})(?:\s[^<>]{{0,2000}})?/?>", re.I)

# Zero-width and direction marks, soft hyphen, lone surrogates, and controls but tab and line feed.
_INVISIBLE = re.compile(
    "[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069"
    "\ud800-\udfff\ufeff\ufff9-\ufffc]"
)
# Joiners shape Persian and Indic words and emoji; between Latin letters or digits they only hide.
_STRAY_JOINER = re.compile("(?<=[!-~])[\u200c\u200d]|[\u200c\u200d](?=[!-~])")

_QUOTED = re.compile(r"(?:^[ \t]*>.*(?:\n|\Z))+", re.M)
_ATTRIBUTION = re.compile(
    r"^(?:On|Am|Le|El|Il|Em|Op|Den|Vào|W dniu|Dne)\b[^\n]{5,200}"
    r"(?:wrote|schrieb|a écrit|escribió|ha scritto|escreveu|schreef|skrev|đã viết|napisał|napsal)"
    r"[^\n]{0,60}:[ \t]*\n(?=[ \t]*>)",
    re.M,
)
_FORWARDED = re.compile(
    r"^[ \t]*-{2,}[ \t]*(?:Original Message|Forwarded message|Ursprüngliche Nachricht|"
    r"Message d'origine|Mensaje original|Messaggio originale|Mensagem original|"
    r"Oorspronkelijk bericht|Ursprungligt meddelande|Oprindelig meddelelse|原始邮件|原始郵件|"
    r"元のメッセージ|Исходное сообщение|Thư gốc)[ \t]*-{2,}",
    re.M | re.I,
)
_SIGNATURE = re.compile(r"^-- ?\n(?:[^\n]*\n){0,8}[^\n]*\Z", re.M)
_SENT_FROM = re.compile(
    r"^[ \t]*(?:(?:Sent|Get Outlook|Von mein|Gesendet|Enviado|Envoyé|Inviato|Verzonden|Verstuurd|"
    r"Skickat|Sendt|Gửi từ|Wysłane|Odesláno|Отправлено)\b[^\n]{0,40}"
    r"(?:iPhone|iPad|Android|Galaxy|Outlook|Yahoo|Windows|Samsung|mobil)[^\n]{0,30}"
    r"|发自我的[^\n]{1,20}|iPhoneから送信)[ \t]*$",
    re.M | re.I,
)
_BLANKS = re.compile(r"[^\S\n]+")
_LINES = re.compile(r" ?\n[ \n]*")


def plain_text(note: str) -> str:
    """Return a note as plain text, its lines kept, Unicode composed (NFC).

    Removed: markup and entities, invisible characters, quoted and forwarded mail below the
    writer's own words, a signature after ``--``, and "Sent from my …" lines. A note that consists
    of nothing but quoted mail keeps it.

    Examples
    --------
    >>> plain_text("<p>No sound&nbsp;since Monday</p>\\n> did you restart?\\n-- \\nAn Agent")
    'No sound since Monday'
    """
    text = _without_markup(note)
    text = _STRAY_JOINER.sub("", _INVISIBLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n")))
    text = unicodedata.normalize("NFC", text)
    return _tidy(_own_words(text)) or _tidy(text)


def _without_markup(text: str) -> str:
    if "<" in text:
        for opening, closing in _UNSEEN:
            text = _drop_between(text, opening, closing)
        text = _TAG.sub("", _CELL.sub(" ", _BLOCK.sub("\n", text)))
    return html.unescape(text) if "&" in text else text


def _drop_between(text: str, opening: re.Pattern[str], closing: re.Pattern[str]) -> str:
    """Return the text without what lies between two marks, in one pass however often they come."""
    kept, at = [], 0
    while (begin := opening.search(text, at)) and (end := closing.search(text, begin.end())):
        kept += [text[at : begin.start()], " "]
        at = end.end()
    return "".join([*kept, text[at:]])


def _own_words(text: str) -> str:
    """Return what the writer added, without quoted mail and signatures."""
    if forwarded := _FORWARDED.search(text):
        text = text[: forwarded.start()]
    if ">" in text:
        text = _QUOTED.sub("", _ATTRIBUTION.sub("", text))
    return _SENT_FROM.sub("", _SIGNATURE.sub("", text))


def _tidy(text: str) -> str:
    return _LINES.sub("\n", _BLANKS.sub(" ", text)).strip()
