"""How much a note says.

What enters: a redacted note. What leaves: its number of words, and whether it is too thin to tell
what the contact was about. What it will not do: judge whether the words make sense.
"""

from __future__ import annotations

import re

from fcr_ml.notes.spans import MARK, UNSPACED_CLASS

FEWEST_WORDS = 3
"""A note with fewer words that carry something ("call back", "ok thanks") is thin."""

_WORD = re.compile(rf"[^\W_{UNSPACED_CLASS}][^\s_{UNSPACED_CLASS}]*")
# Chinese and Japanese words are about two characters long, words of Thai, Lao, Khmer and Burmese,
# which write their vowels as characters of their own, about four.
_HAN_AND_KANA = re.compile("[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_SOUTH_EAST = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]")

# What agents and forms write when they write nothing, and the little words around it.
_EMPTY_PHRASES = re.compile(
    r"(?<!\w)(?:n/?a|none|nil|no notes?|no comments?|"
    r"see (?:above|below|notes?|ticket|case|previous)|"
    r"as (?:above|discussed)|same as (?:above|before)|call(?:ed)? ?back|cb|tbd|tba|test|ditto|"
    r"left (?:a )?(?:voice ?mail|message)|lvm|vm|no answer|follow(?:ed)? ?up|resolved|closed|done|"
    r"ok(?:ay)?|yes|hi|hello|hey|dear|thanks?(?: you)?|thx|ty|regards|please|pls|cheers|solved|"
    r"siehe oben|rückruf|keine angaben?|erledigt|danke|hallo|bitte|gelöst|"
    r"voir ci-dessus|rappel(?:er)?|néant|merci|bonjour|résolu|s'il vous plaît|"
    r"ver arriba|devolver llamada|ninguno|gracias|hola|resuelto|por favor|"
    r"vedi sopra|richiamare|nessuno|grazie|ciao|buongiorno|risolto|"
    r"ver acima|retornar|nenhum|obrigad[oa]|olá|bom dia|resolvido|"
    r"zie boven|terugbellen|geen|bedankt|dank(?: u| je)?|opgelost|"
    r"se ovan|ring upp|ingen|tack(?: så mycket)?|hej|löst|"
    r"xem ở trên|gọi lại|không có|cảm ơn|xin chào|đã xong|"
    r"см\. выше|перезвонить|нет|спасибо|здравствуйте|решено|"
    r"bkz\. yukarı|geri ara|yok|teşekkürler|merhaba|çözüldü|"
    r"jw\.?|oddzwonić|brak|dziękuję|dzień dobry|rozwiązane)(?!\w)"
    r"|同上|见上|無し?|无|回电|回電|谢谢您?|謝謝|你好|您好|已解决|なし|上記参照|折り返し|ありがとうございま(?:す|した)|"
    r"こんにちは|위와 ?같음|없음|감사합니다|안녕하세요|콜백|ขอบคุณ(?:ครับ|ค่ะ)?|สวัสดี(?:ครับ|ค่ะ)?|ไม่มี|"
    r"شكرا|مرحبا|لا يوجد|धन्यवाद|नमस्ते|תודה|שלום",
    re.I,
)
_COMMONEST = (
    "a an and are as at be by for from has in is it its of on or so that the this to was we were "
    "with you i he she they my your der die das ein eine ich ist und im zu le la les un une de du "
    "des et je il elle est el los las una y en es que o os e da do di lo che per è het een ik van "
    "är och ett jag på att det"
)
_LITTLE_WORDS = frozenset(_COMMONEST.split())


def count_words(note: str) -> int:
    """Count the words of a note, marks of redaction left out.

    In scripts without spaces the count is an estimate: two characters a word in Chinese and
    Japanese, four in Thai, Lao, Khmer and Burmese, rounded up.

    Examples
    --------
    >>> count_words("Ring <phone>, error E-4711"), count_words("退款未到"), count_words("")
    (3, 2, 0)
    """
    text = MARK.sub(" ", note)
    return len(_WORD.findall(text)) + _unspaced_words(text)


def is_thin(note: str) -> bool:
    """Say whether a note is too thin to tell what the contact was about.

    Thin is a note with fewer than three words once greetings, thanks, empty phrases ("call back",
    "see above", "n/a", in a dozen languages) and the commonest little words are left out.

    Examples
    --------
    >>> is_thin("Thanks, please call back"), is_thin("refund not received")
    (True, False)
    """
    # The first words of most notes say enough, which saves reading the rest for phrases.
    head = note[:120].rpartition(" ")[0]
    return _full_words(head) < FEWEST_WORDS and _full_words(note) < FEWEST_WORDS


def _full_words(note: str) -> int:
    text = _EMPTY_PHRASES.sub(" ", MARK.sub(" ", note))
    words = [word for word in _WORD.findall(text) if word.casefold() not in _LITTLE_WORDS]
    return len(words) + _unspaced_words(text)


def _unspaced_words(text: str) -> int:
    if text.isascii():
        return 0
    two, four = len(_HAN_AND_KANA.findall(text)), len(_SOUTH_EAST.findall(text))
    return -(-two // 2) - (-four // 4)
