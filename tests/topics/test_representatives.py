import numpy as np

from fcr_ml.topics.representatives import representative_rows

SHORT = "card"
PLAIN = "The card was blocked at the till, please send a new card."
LONG = "The card was blocked. " + "And then I waited and waited and told it all again. " * 20
OTHER = "Something else altogether happened that nobody here can explain."


def test_a_representative_holds_the_terms_and_is_neither_short_nor_long() -> None:
    notes = [SHORT, LONG, OTHER, PLAIN]

    assert representative_rows(notes, np.zeros(4, dtype=int), [["card", "blocked"]]) == [[3]]


def test_a_note_far_from_the_middle_represents_nothing() -> None:
    notes = [PLAIN, PLAIN.replace("till", "shop"), PLAIN.replace("till", "bank")]
    vectors = np.array([[-1.0, 0.0], [1.0, 0.0], [1.0, 0.0]])

    # Equal in all else, the two near ones are told apart by the alphabet.
    assert representative_rows(notes, np.zeros(3, dtype=int), [["card"]], vectors, 2) == [[2, 1]]


def test_a_note_without_a_vector_comes_last_and_rows_in_no_topic_never() -> None:
    notes = [PLAIN, PLAIN + " Now.", PLAIN + " Soon."]
    vectors = np.array([[np.nan, np.nan], [1.0, 0.0], [1.0, 0.0]])
    topics = np.array([0, 0, -1])

    assert representative_rows(notes, topics, [["card"], ["card"]], vectors, 3) == [[1, 0], []]


def test_representatives_of_a_topic_are_different_notes() -> None:
    notes = [PLAIN, PLAIN, OTHER]

    assert representative_rows(notes, np.zeros(3, dtype=int), [["card"]], each=3) == [[0, 2]]
