import numpy as np
import pytest

from fcr_ml.notes.centre import FEWEST_NOTES, centre_vectors, find_middles


def _vectors(rows: int, seed: int) -> np.ndarray:
    vectors = np.random.default_rng(seed).normal(size=(rows, 8)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def test_the_middle_is_taken_out_and_the_length_restored() -> None:
    # Middle (0.5, 0.5); what is left of each is (0.5, -0.5) and its opposite.
    half = np.sqrt(0.5)
    centred = centre_vectors(np.array([[1.0, 0.0], [0.0, 1.0]], np.float32))
    assert centred == pytest.approx(np.array([[half, -half], [-half, half]]))


def test_a_language_with_enough_notes_has_its_own_middle() -> None:
    swedish, english = _vectors(FEWEST_NOTES, 0), _vectors(FEWEST_NOTES, 1) + 3
    languages = ["sv"] * FEWEST_NOTES + ["en"] * FEWEST_NOTES
    centred = centre_vectors(np.concatenate([swedish, english]), languages)
    apart = np.concatenate([centre_vectors(swedish), centre_vectors(english)])
    np.testing.assert_allclose(centred, apart, atol=1e-6)


def test_a_language_with_few_notes_shares_the_middle_of_all() -> None:
    vectors = _vectors(FEWEST_NOTES - 1, 0)
    np.testing.assert_array_equal(
        centre_vectors(vectors, ["sv"] * len(vectors)), centre_vectors(vectors)
    )


def test_missing_vectors_stay_missing_and_do_not_count() -> None:
    vectors = _vectors(5, 0)
    with_gap = np.insert(vectors, 2, np.nan, axis=0)
    centred = centre_vectors(with_gap, [None] * 6)
    assert np.isnan(centred[2]).all()
    np.testing.assert_array_equal(np.delete(centred, 2, axis=0), centre_vectors(vectors))
    assert np.isnan(centre_vectors(np.full((3, 2), np.nan, np.float32))).all()
    assert centre_vectors(np.empty((0, 2), np.float32)).shape == (0, 2)


def test_one_vector_alone_lies_in_the_middle_and_becomes_zero() -> None:
    assert centre_vectors(_vectors(1, 0)).tolist() == [[0.0] * 8]


def test_middles_found_on_one_log_centre_another() -> None:
    # Middles: (0.5, 0.5) of all, (1, 0) of Swedish. What is left of (1, 1) is (0.5, 0.5), (0, 1).
    vectors = np.repeat(np.array([[1.0, 0.0], [0.0, 1.0]]), FEWEST_NOTES, axis=0)
    languages = ["sv"] * FEWEST_NOTES + [None] * FEWEST_NOTES
    half = np.sqrt(0.5)

    middles = find_middles(vectors, languages)

    assert middles.languages == ("sv",)
    assert middles.vectors.tolist() == [[0.5, 0.5], [1.0, 0.0]]
    # A language that the log had not has the middle of all; a note too short to tell its
    # language, that of the commonest.
    centred = middles.centre(np.ones((4, 2)), ["sv", "fi", None, float("nan")])
    assert centred == pytest.approx(np.array([[0, 1], [half, half], [0, 1], [0, 1]]))
    assert centred.dtype == np.float32
    assert middles.codes(3, ["fi", "sv", None]).tolist() == [0, 1, 1]
    assert middles.codes(2).tolist() == [1, 1]


def test_missing_vectors_do_not_make_a_language_large() -> None:
    vectors = _vectors(FEWEST_NOTES, 0)
    vectors[0] = np.nan

    middles = find_middles(vectors, ["sv"] * FEWEST_NOTES)

    assert middles.languages == ()
    assert np.isfinite(middles.vectors).all()


def test_languages_come_by_name_and_one_at_a_time_is_as_all_at_once() -> None:
    vectors = np.concatenate([_vectors(FEWEST_NOTES, 0) + 2, _vectors(FEWEST_NOTES, 1)])
    languages = ["sv"] * FEWEST_NOTES + ["en"] * FEWEST_NOTES

    middles = find_middles(vectors, languages)
    together = middles.centre(vectors, languages)

    assert middles.languages == ("en", "sv")
    for row in (0, FEWEST_NOTES):
        alone = middles.centre(vectors[row : row + 1], languages[row : row + 1])
        np.testing.assert_array_equal(alone, together[row : row + 1])


def test_the_commonest_language_comes_first_and_has_the_notes_whose_language_is_unknown() -> None:
    spoken = ["sv"] * 200 + ["vi"] * 300 + ["en"] * 200 + [None] * 400 + ["zh"] * 50

    middles = find_middles(np.random.default_rng(0).normal(size=(1_150, 3)), spoken)

    # As many of one as of the other: in the order of their names. Too few of the last.
    assert middles.languages == ("vi", "en", "sv")
    assert middles.codes(5, ["sv", None, "zh", "vi", float("nan")]).tolist() == [3, 1, 0, 1, 1]
