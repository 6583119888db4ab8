"""Reactions inside a case: what a return under the same case id is.

Enters: replies with the answers they reply to, and the vectors of their notes. Leaves: six
probabilities a reply. Without any judgement they are learnt from sentences written for the
purpose; judged replies make them better. What it will not do: decide which contact a reply
replies to, or read anything but the two.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import copy

import numpy as np
import pandas as pd

from fcr_ml.errors import DataError
from fcr_ml.links.reaction_seeds import seed_sentences
from fcr_ml.links.reaction_words import FEATURES, OF_REPLY, lay_out_words
from fcr_ml.notes.thin import count_words

REACTIONS = (
    "still_broken",
    "gives_asked_information",
    "follow_on_question",
    "thanks",
    "new_issue",
    "other",
)
NEEDS_HELP = ("still_broken", "follow_on_question", "new_issue")
"""Reactions after which the desk has to work again because the answer was not enough."""

USUAL_SHARES = (0.35, 0.20, 0.10, 0.25, 0.05, 0.05)
"""How common each reaction is before anything is read: a reply mostly says that it failed, that it
worked, or what was asked for; the other three are rarer. Judged replies correct it."""

ASKED_SHARES = (0.4, 0.9, 0.4, 0.4, 0.4, 0.4)
"""How often the answer before each reaction asked something. Helpers ask in about every other
answer, and what was asked for is by its meaning given after an answer that asked."""

WORDS_WEIGHT, VECTORS_WEIGHT = 0.3, 1.5
"""Scale of the features and of the vectors under one penalty: there are few features, each of
which is plain, and many dimensions, most of which say what the matter is about."""

LEAST_VARIANCE = 1e-4
"""Of vectors of unit length, along a direction that tells anything."""

SEED_PENALTY = 0.1
"""Inverse penalty of the seeds' model: they are short and plain, replies are neither."""

LONG_THANKS, SHORT_WORDS = 0.4, 15
"""Thanks are short: their log-odds fall by so much for each e-fold of words beyond so many."""

COMPONENTS = 10
"""Directions of the vectors that judged replies may weigh; a few dozen replies bear no more."""

JUDGED_PENALTY = 0.02
"""Inverse penalty of the judged model; anything from 0.01 to 0.05 does as well."""

HALF_TRUST = 100
"""Judged replies from which the judged model weighs as much as the seeds."""

Encode = Callable[[list[str]], np.ndarray]


class ReactionModel:
    """Tell what replies are, from seeds alone or with judged replies. Nothing is drawn.

    Examples
    --------
    >>> told = ReactionModel().fit(None).predict(
    ...     pd.DataFrame({"note": ["Thank you, solved!"], "words": [3], "earlier_answer": [None]}),
    ...     np.full((1, 1), np.nan),
    ... )
    >>> told.loc[0].idxmax()
    'thanks'
    """

    def __init__(self) -> None:
        self._judged: _JudgedModel | None = None

    def fit(self, encode: Encode | None) -> ReactionModel:
        """Learn from the seeds.

        Parameters
        ----------
        encode : callable, optional
            Gives vectors of sentences, shape (n, dimensions), from the encoder that the
            notes were encoded with. Without it only words count.

        Returns
        -------
        ReactionModel
        """
        from sklearn.linear_model import LogisticRegression

        reactions, texts, vectors = _seeds(encode)
        words = _seed_words(texts)
        self._words_middle, self._words_spread = words.mean(axis=0), words.std(axis=0) + 1e-9
        self._middle = None
        if vectors is not None:
            self._middle = vectors.mean(axis=0)
            self._spread = np.linalg.norm(_around(vectors, self._middle), axis=1).mean()
        self._seeds = LogisticRegression(C=SEED_PENALTY, max_iter=1_000)
        self._seeds.fit(self._scaled(words, vectors), reactions)
        return self

    def fit_judged(
        self, replies: pd.DataFrame, vectors: np.ndarray, reactions: pd.Series
    ) -> ReactionModel:
        """Learn from judged replies what the seeds could not say.

        Parameters
        ----------
        replies : pandas.DataFrame
            As in :func:`judge_reactions`. Replies without a judgement help too: they show
            in which directions replies differ.
        vectors : numpy.ndarray
            Their uncentred vectors; NaN rows possible.
        reactions : pandas.Series
            One of ``REACTIONS`` a reply, null where nobody judged.

        Returns
        -------
        ReactionModel

        Raises
        ------
        DataError
            When a judgement is none of the reactions.
        """
        told = _codes(reactions)
        self._judged = None
        read = lay_out_words(replies)
        is_judged = told >= 0
        if len(np.unique(told[is_judged])) < 2:
            return self
        self._judged = _JudgedModel().fit(
            self._seed_log_probabilities(read, vectors), read, vectors, told
        )
        return self

    def predict(self, replies: pd.DataFrame, vectors: np.ndarray) -> pd.DataFrame:
        """Give the probability of each reaction, one row a reply, adding to one.

        A reply without a note gets the usual shares.
        """
        if replies.empty:
            return pd.DataFrame(columns=list(REACTIONS), index=replies.index, dtype=float)
        read = lay_out_words(replies)
        logs = self._seed_log_probabilities(read, vectors)
        if self._judged is not None:
            logs = self._judged.blend(logs, read, vectors)
        unknown = replies["note"].isna().to_numpy()
        logs[unknown] = np.log(USUAL_SHARES)
        return pd.DataFrame(_shares(logs), columns=list(REACTIONS), index=replies.index)

    def _seed_log_probabilities(self, read: np.ndarray, vectors: np.ndarray) -> np.ndarray:
        """Give what seeds, usual shares and the answer say together, by Bayes' rule."""
        own = self._seeds.predict_log_proba(self._scaled(read[:, : len(OF_REPLY)], vectors))
        asked = read[:, [FEATURES.index("answer_asks")]]
        known = read[:, [FEATURES.index("answer_words")]] > 0
        shares = np.array([ASKED_SHARES])
        by_answer = np.where(asked > 0, np.log(shares), np.log(1 - shares))
        logs = own + np.log(USUAL_SHARES) + np.where(known, by_answer, 0.0)
        longer = read[:, FEATURES.index("words")] - np.log(SHORT_WORDS)
        logs[:, REACTIONS.index("thanks")] -= LONG_THANKS * np.maximum(longer, 0.0)
        return _logs(_shares(logs))

    def _scaled(self, words: np.ndarray, vectors: np.ndarray | None) -> np.ndarray:
        scaled = WORDS_WEIGHT * (words - self._words_middle) / self._words_spread
        if self._middle is None or vectors is None:
            return scaled
        around = _around(vectors, self._middle) / self._spread
        return np.hstack([scaled, VECTORS_WEIGHT * around])


class _JudgedModel:
    """Seeds' word, features and a few directions of the vectors under a strong penalty."""

    def fit(
        self, logs: np.ndarray, read: np.ndarray, vectors: np.ndarray, told: np.ndarray
    ) -> _JudgedModel:
        from sklearn.decomposition import PCA
        from sklearn.linear_model import LogisticRegression
        from sklearn.preprocessing import StandardScaler

        whole = vectors[~np.isnan(vectors).any(axis=1)].astype(np.float64)
        self._middle = whole.mean(axis=0) if len(whole) else np.zeros(vectors.shape[1])
        self._directions = np.empty((0, vectors.shape[1]))
        if len(whole) > 1:
            components = min(COMPONENTS, *whole.shape)
            found = PCA(components, svd_solver="full").fit(whole)
            # Where notes are few or alike the last directions are noise of the arithmetic.
            self._directions = found.components_[found.explained_variance_ > LEAST_VARIANCE]
        laid_out = self._lay_out(logs, read, vectors)
        self._scaler = StandardScaler().fit(laid_out)
        is_judged = told >= 0
        self._model = LogisticRegression(C=JUDGED_PENALTY, max_iter=1_000)
        self._model.fit(self._scaler.transform(laid_out[is_judged]), told[is_judged])
        self._trust = is_judged.sum() / (is_judged.sum() + HALF_TRUST)
        return self

    def blend(self, logs: np.ndarray, read: np.ndarray, vectors: np.ndarray) -> np.ndarray:
        """Give the mean of both models' log-probabilities, by the number of judgements."""
        judged = self._model.predict_proba(
            self._scaler.transform(self._lay_out(logs, read, vectors))
        )
        seen = self._model.classes_
        blended = np.exp(logs)
        # A reaction nobody has judged keeps the share that the seeds give it.
        rest = blended[:, seen].sum(axis=1, keepdims=True)
        mixed = (1 - self._trust) * logs[:, seen] + self._trust * _logs(judged)
        blended[:, seen] = rest * _shares(mixed)
        return _logs(blended)

    def _lay_out(self, logs: np.ndarray, read: np.ndarray, vectors: np.ndarray) -> np.ndarray:
        return np.hstack([logs, read, _around(vectors, self._middle) @ self._directions.T])


def judge_reactions(
    replies: pd.DataFrame, vectors: np.ndarray, encode: Encode | None
) -> pd.DataFrame:
    """Give each reply the probability of each reaction, without any judgement.

    Parameters
    ----------
    replies : pandas.DataFrame
        ``note`` and ``earlier_answer`` (what the desk last answered), redacted, either may be
        null; ``words`` as in NOTES. Not changed; its index is kept.
    vectors : numpy.ndarray
        Vectors of the notes, uncentred, shape (n, dimensions); a row of NaN counts for nothing.
    encode : callable, optional
        Gives vectors of sentences from the same encoder; None when there is none.

    Returns
    -------
    pandas.DataFrame
        Columns ``REACTIONS``; every row adds to one.
    """
    return ReactionModel().fit(encode).predict(replies, vectors)


def needs_help(probabilities: pd.DataFrame) -> np.ndarray:
    """Give the probability that the desk has to work again: still broken, a question, new."""
    return probabilities[list(NEEDS_HELP)].sum(axis=1).to_numpy(dtype=float)


def cross_fit_reactions(
    model: ReactionModel,
    replies: pd.DataFrame,
    vectors: np.ndarray,
    reactions: pd.Series,
    customers: pd.Series,
    folds: int = 5,
) -> pd.DataFrame:
    """Give probabilities of judged replies, each from judgements of other customers only.

    Parameters
    ----------
    model : ReactionModel
        Fitted on the seeds; not changed: copies learn from the judgements of each part.
    replies, vectors, reactions
        As in :meth:`ReactionModel.fit_judged`.
    customers : pandas.Series
        Who wrote each reply; a customer's replies are kept together.
    folds : int
        Parts into which the customers are dealt; with fewer customers, one each.

    Returns
    -------
    pandas.DataFrame
        As of :func:`judge_reactions`.
    """
    from sklearn.model_selection import GroupKFold

    owner = pd.factorize(customers, sort=True)[0]
    parts = min(folds, len(np.unique(owner)))
    told = model.predict(replies, vectors)
    if parts < 2:
        return told
    for _, held in GroupKFold(parts).split(owner, groups=owner):
        known = reactions.reset_index(drop=True).copy()
        known.iloc[held] = None
        own = copy(model).fit_judged(replies, vectors, known)
        told.iloc[held] = own.predict(replies.iloc[held], vectors[held]).to_numpy()
    return told


def _seeds(encode: Encode | None) -> tuple[np.ndarray, list[str], np.ndarray | None]:
    """Give the code, the text and the vector of each seed."""
    seeds = seed_sentences()
    codes = np.array([REACTIONS.index(reaction) for reaction, _, _ in seeds])
    texts = [text for _, _, text in seeds]
    return codes, texts, None if encode is None else encode(texts)


def _seed_words(texts: list[str]) -> np.ndarray:
    laid_out = pd.DataFrame(
        {"note": texts, "words": [count_words(text) for text in texts], "earlier_answer": None}
    )
    return lay_out_words(laid_out)[:, : len(OF_REPLY)]


def _around(vectors: np.ndarray, middle: np.ndarray) -> np.ndarray:
    """Give vectors around a middle; NaN rows lie in it."""
    return np.nan_to_num(vectors.astype(np.float64) - middle)


def _shares(logs: np.ndarray) -> np.ndarray:
    odds = np.exp(logs - logs.max(axis=1, keepdims=True))
    return odds / odds.sum(axis=1, keepdims=True)


def _logs(shares: np.ndarray) -> np.ndarray:
    """Give logarithms; no share is so small that no evidence could raise it again."""
    return np.log(np.maximum(shares, 1e-9))


def _codes(reactions: pd.Series) -> np.ndarray:
    known = reactions.dropna()
    strange = sorted(set(known) - set(REACTIONS))
    if strange:
        raise DataError(
            f"judged replies: {int(known.isin(strange).sum()):,} of {len(reactions):,} have a "
            f"reaction that is none (first: {strange[0]}). Use {', '.join(REACTIONS)}."
        )
    places = {reaction: place for place, reaction in enumerate(REACTIONS)}
    return reactions.map(places).fillna(-1).to_numpy(dtype=int)
