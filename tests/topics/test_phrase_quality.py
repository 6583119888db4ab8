from itertools import product

import numpy as np
import pytest

from fcr_ml.topics.phrase_quality import judge_phrases, unevenness
from fcr_ml.topics.phrases import find_phrases
from fcr_ml.topics.wording import read_wording


def test_wording_cuts_each_script_into_what_it_reads_by() -> None:
    assert _units("L'adresse est fausse") == "l' adresse est fausse"
    assert _units("mật khẩu") == "mật khẩu"
    assert _units("发票 WiFi") == "发 票 wifi"
    assert _units("ルーターの電源") == "ルーター の 電 源"
    assert _units("เปลี่ยนรหัส") == "เป ลี่ ย น ร หั ส"
    assert _units("call <phone> 4711, e-mail") == "call | e-mail"


def _units(note: str) -> str:
    wording = read_wording([note])
    words = [wording.words[unit] or "|" for unit in wording.units]
    return " ".join(words).strip("| ").replace("| |", "|").replace("| |", "|")


def test_a_word_in_every_topic_is_even_and_a_word_of_one_topic_is_not() -> None:
    sizes = np.array([100, 100, 100])
    notes = np.array([[50, 50, 50], [90, 0, 0], [2, 1, 0]])

    everywhere, in_one, by_chance = unevenness(notes, sizes)

    assert everywhere == 0
    assert in_one > 0.8
    # Three notes prove nothing: what they show is hardly more than chance.
    assert by_chance < 0.2


def test_a_form_letter_is_met_once_however_often_it_is_sent() -> None:
    letter = "we are glad to tell you that your order has left our house today"
    wording = read_wording([letter] * 50 + ["password reset"] * 50)

    found = {
        " ".join(wording.words[unit] for unit in parts)
        for phrases in find_phrases(wording)
        for parts in phrases.parts
    }

    assert found == {"password", "reset", "password reset"}


@pytest.mark.parametrize(
    ("word", "cut", "frames"),
    [
        (
            "发票抬头",
            ("发票抬", "票抬头"),
            ("写错{}了", "请改{}", "{}不对", "少了{}", "问{}的事"),
        ),
        (
            "mật khẩu",
            ("mật", "khẩu"),
            ("quên {} rồi", "{} sai", "đổi {}", "{} cũ đâu", "{} hỏng"),
        ),
    ],
)
def test_a_whole_word_is_worth_more_than_a_cut_one(
    word: str, cut: tuple[str, ...], frames: tuple[str, ...]
) -> None:
    others = [frame.format(other) for frame, other in product(frames, ("包裹", "退款"))]
    notes = [frame.format(word) for frame in frames] * 2 + others

    judged = judge_phrases(read_wording(notes), np.repeat([0, 1], 10), 2)
    quality = dict(zip(judged.texts, judged.quality, strict=True))

    assert quality[word] > 0
    assert all(quality.get(part, 0) < 0.5 * quality[word] for part in cut)
