"""Words by what they do in a reply: thank, deny, solve, try, appeal, give, ask.

Enters: a text. Leaves: which cues each of its clauses holds. The lists are the commonest
words of some fifteen languages; what they miss the encoder has to tell. Two words that
count only together are joined by a low line.
"""

from __future__ import annotations

import re

from fcr_ml.notes.spans import UNSPACED_CLASS

CUES: dict[str, str] = {
    "thanks": """
        thank thanks thx tnx ty cheers appreciated appreciate merci danke
        dankeschön gracias grazie obrigado obrigada tack takk tak kiitos bedankt dank
        dziękuję dzięki děkuji díky спасибо дякую cảm_ơn cám_ơn terima_kasih teşekkürler
        teşekkür 谢谢 感谢 多谢 謝謝 感謝 ありがと 감사 고맙 ขอบคุณ شكرا धन्यवाद תודה""",
    "not": """
        not no never nothing none neither nor cannot cant dont doesnt didnt isnt wont
        without unable nicht nichts kein keine keinen keiner nie ohne pas jamais rien
        aucun aucune sans nunca nada sin ningún ninguna non mai niente nessun nessuna
        senza inte inget ingen inga ingenting aldrig utan ikke intet niet niets geen
        nooit zonder nic bez ne není nelze не нет ничего ні không chưa chẳng não nem
        değil yok 不 没 沒 未 无法 ない ません ไม่ 않 못 없""",
    "still": """
        still yet same keeps remains persists continues worse immer_noch noch weiterhin
        gleiche gleichen dieselbe toujours sigue todavía aún continúa ancora sempre
        fortfarande kvar stadig fortsatt nog steeds dezelfde hetzelfde nadal ciągle
        stále pořád еще досі vẫn cứ ainda hâlâ 还是 還是 仍 依然 一样 まだ 아직 ยัง""",
    "but": """
        but however although though unfortunately except sadly instead aber jedoch
        leider allerdings trotzdem mais malheureusement cependant pourtant pero
        lamentablemente desgraciadamente ma però purtroppo tuttavia men tyvärr dock
        desværre dessverre maar helaas echter ale niestety jednak bohužel но однако але
        nhưng tiếc mas infelizmente ama 但 不过 可是 でも しかし 하지만 แต่""",
    "fault": """
        error errors problem problems issue issues fail fails failed failing failure
        fault broken wrong crash crashes crashed bug lost missing stuck frustrating
        fehler fehlermeldung probleme kaputt falsch erreur problème souci panne errore
        problema fallo avería fel felet felmeddelande trasig fout foutmelding błąd chyba
        ошибка проблема помилка lỗi hỏng erro hata
        错误 錯誤 故障 问题 問題 失败 エラー 오류 문제 ปัญหา""",
    "solved": """
        solved solves resolved resolves fixed fixes cured corrected sorted restored
        recovered solution did_it the_trick gelöst behoben geholfen erledigt résolu
        résolue réglé réglée solucionado solucionó resuelto resuelta arreglado risolto
        risolta löst löste löstes fikset løst opgelost verholpen rozwiązany
        rozwiązane vyřešeno решено решена решил помогло вирішено giải_quyết
        được_rồi dùng_được xong resolvido çözüldü 解决 解決 好了 可以了 可以用 解消 해결 แก้ได้""",
    "works": """
        works worked working perfect perfectly success successful successfully great
        fine excellent brilliant wonderful amazing good
        funktioniert klappt geklappt läuft geht super perfekt prima marche fonctionne
        parfait génial funciona funcionó perfecto bien genial funziona perfetto ottimo
        bene fungerar funkar toppen bra virker fungerer werkt gelukt goed działa funguje
        работает заработало отлично працює tuyệt_vời ổn tốt perfeito çalışıyor 正常 成功 太好了
        うまく 됩니다 ใช้ได้""",
    "now": """
        now finally today jetzt endlich nun maintenant enfin ahora ya finalmente adesso
        ora nu äntligen nå eindelijk teraz wreszcie teď nyní теперь сейчас тепер giờ rồi
        agora şimdi 现在 終於 终于 今 이제 แล้ว""",
    "unreal": """
        if would could should might before until when wenn falls würde könnte sollte
        bevor bis si serait pourrait avant jusqu sería podría antes hasta se sarebbe
        potrebbe prima fino om skulle kunde innan tills hvis als zou kunnen voordat
        jeśli gdyby pokud kdyby если бы якщо nếu trước seria 如果 要是 以前 もし""",
    "tried": """
        tried followed did checked already restarted reinstalled uninstalled changed
        suggested instructions steps versucht probiert gemacht geprüft bereits schon
        schritte essayé suivi vérifié déjà étapes intenté probé hice seguí revisé pasos
        provato seguito controllato già försökt provat gjort kollat redan prøvd prøvet
        geprobeerd gedaan gevolgd próbowałem zrobiłem zkusil zkoušel пробовал сделал
        проверил пробував đã_thử làm_theo đã_làm tentei fiz segui denedim 试了 试过 按照 按您 已经
        試し 해봤""",
    "will": """
        will_try try_that try_it a_try a_go will_do will_look will_give will_let
        will_wait report_back werde_ich versuche_es ausprobieren vais_essayer essayer
        voy_a probaré proverò provo ska_prova testar ga_proberen zal_proberen spróbuję
        zkusím попробую sẽ_thử vou_tentar 试试 我会 やってみ 해보겠""",
    "appeal": """
        help advise advice assist assistance assisting please any_ideas any_help
        any_suggestions in_advance urgent hope hilfe helfen bitte hoffe aide aider svp
        espère ayuda ayudar ayuden favor espero aiuto aiutare favore spero hjälp hjälpa
        snälla hoppas hjelp hulp helpen alstublieft pomoc proszę pomozte prosím помогите
        пожалуйста помощь giúp mong ajuda ajudar yardım 帮 请 急 助けて お願い 도와 ช่วย""",
    "learnt": """
        understand understood clear realize realise realized realised learned know_now
        i_see makes_sense good_to to_know helpful useful verstehe verstanden klar
        compris clair entiendo entendido claro capito chiaro förstår okej
        begrijp duidelijk rozumiem chápu понял понятно зрозуміло hiểu entendi anladım 明白
        了解 知道了 わかりました 알겠""",
    "lost": """
        confused confusing unclear where_is where_do how_do how_can cannot_find can_not
        not_find not_see not_understand not_know not_sure no_idea no_option not_there
        verstehe_nicht finde_nicht weiss_nicht comprends_pas trouve_pas sais_pas
        no_encuentro no_entiendo no_sé no_veo non_trovo non_capisco non_so hittar_inte
        förstår_inte vet_inte kan_niet vind_niet не_могу не_понимаю không_tìm không_hiểu
        không_biết 找不到 不懂 不知道 不明白""",
    "gives": """
        here_is here_are here's attached attach attaching enclosed screenshot
        screenshots requested you_asked version using i_use i_am im_using i_have name
        account number code server provider anbei angehängt gewünschten ich_benutze
        ich_nutze ich_verwende voici joins ci-joint jutilise j'utilise adjunto
        aquí_tiene uso_la utilizo allego ecco uso bifogar bifogad jag_använder här_är
        vedlagt bijgevoegd hierbij ik_gebruik załączam używam přikládám používám
        прилагаю использую gửi_kèm đây_là tôi_dùng anexo uso_o
        附 截图 我用 这是 版本 添付 使って 첨부""",
    "new": """
        another new different other besides also addition next second separate unrelated
        anderes andere neues neue ausserdem autre nouveau nouvelle otro otra nuevo nueva
        además altro altra nuovo nuova inoltre annat annan nytt ny dessutom andet nyt
        ander nieuw inny nowy jiný nový другой новая інший khác mới ngoài_ra outro novo
        başka yeni 另 新的 别的 还有 他の 別の 다른 새로""",
    "tests": """
        have_you did_you does_it does_the do_you try tried haben_sie avez-vous tiene hai
        har_du heeft_u bạn_có 是否 试试""",
    "request": """
        please share provide post describe tell details information screenshot
        screenshots let_us what_is which_version which what are_you is_it is_this
        bitte senden schicken_sie teilen_sie nennen_sie können_sie veuillez
        envoyez précisez pouvez-vous envíe indique díganos puede allega indica inviare
        puoi skicka ange bifoga kan_du kunt_u stuur welke proszę prześlij pošlete
        пришлите укажите vui_lòng cho_biết gửi_cho 请提供 请问 请发 請問 能否 截图 教えて 알려""",
    "said_yes_or_no": """
        yes yep yeah no nope ja nein nej nee oui non sí si sì tak nie да нет vâng dạ
        không sim não 是的 对 没有 はい いいえ 네 아니""",
}
"""Words of each cue."""

NAMES = tuple(CUES)
_UNSPACED = re.compile(f"[{UNSPACED_CLASS}\uac00-\ud7af]")
# A single full stop ends a clause only before a space, so that 115.3 stays whole.
_ENDS = re.compile(r"([.!?,;:)(]+(?=\s|$)|\.{2,}|\s[-–—]\s|[。！？؟，；：\n])")
_NOT = re.compile(r"n['’]t\b|nnot\b")


def _bits_by_word() -> tuple[dict[str, int], dict[tuple[str, str], int], dict[str, int]]:
    """Give the bits of each word, of each pair of words, and of each unspaced piece."""
    words: dict[str, int] = {}
    pairs: dict[tuple[str, str], int] = {}
    pieces: dict[str, int] = {}
    for place, listed in enumerate(CUES.values()):
        for word in listed.split():
            first, _, second = word.partition("_")
            if second:
                pairs[first, second] = pairs.get((first, second), 0) | 1 << place
            else:
                into = pieces if _UNSPACED.search(word) else words
                into[word] = into.get(word, 0) | 1 << place
    return words, pairs, pieces


_WORDS, _PAIRS, _PIECES = _bits_by_word()
_KNOWN = frozenset(_WORDS)
_FIRST = frozenset(first for first, _ in _PAIRS)


def read_clauses(text: str) -> list[tuple[int, bool]]:
    """Give the cues of each clause, and whether it ends in a question mark.

    Parameters
    ----------
    text : str
        In lower case.

    Returns
    -------
    list of tuple
        Cues as bits in the order of ``NAMES``, and true where a question mark of any
        script follows. Empty for a text without words.

    Examples
    --------
    >>> [[name for place, name in enumerate(NAMES) if bits >> place & 1]
    ...  for bits, _ in read_clauses("thanks, fixed. 还是不行？")]
    [['thanks'], ['solved'], ['not', 'still']]
    """
    parts = _ENDS.split(_NOT.sub(" not", text))
    is_spaced = text.isascii() or not _UNSPACED.search(text)
    found: list[tuple[int, bool]] = []
    for place in range(0, len(parts), 2):
        words = parts[place].split()
        asks = place + 1 < len(parts) and not _QUESTION.isdisjoint(parts[place + 1])
        if words:
            bits = _bits_of(words) | (0 if is_spaced else _bits_of_pieces(parts[place]))
            found.append((bits, asks))
        elif asks and found:
            found[-1] = (found[-1][0], True)
    return found


_QUESTION = frozenset("?？؟")


def _bits_of(words: list[str]) -> int:
    bits = 0
    for word in _KNOWN.intersection(words):
        bits |= _WORDS[word]
    for first in _FIRST.intersection(words[:-1]):
        bits |= _PAIRS.get((first, words[words.index(first) + 1]), 0)
    return bits


def _bits_of_pieces(clause: str) -> int:
    bits = 0
    for piece, piece_bits in _PIECES.items():
        if piece in clause:
            bits |= piece_bits
    return bits
