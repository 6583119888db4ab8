"""What one log taught the west wing: enough to read the next log alike.

Enters: topics, middles and axes of vectors, and what links were learnt. Leaves: files of
plain arrays and numbers, or what they keep. Nothing of a customer is in them.
"""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from fcr_ml.errors import SettingsError
from fcr_ml.links.linker import ARRAYS, WORDS, Linker
from fcr_ml.notes.centre import Middles
from fcr_ml.topics.model import TopicModel
from fcr_ml.topics.reduction import Reduction
from fcr_ml.topics.saved import load_topics, save_topics

VECTORS, LANGUAGES, TOPICS = "vectors.npz", "languages.json", "topics"
"""The files of vectors, and the folder of topics; those of links are the linker's."""


@dataclass(frozen=True, eq=False)
class Learnt:
    """What one log taught.

    Parameters
    ----------
    topics : TopicModel
        Places notes in topics; it knows the encoder's name and fingerprint.
    middles : Middles
        Of note vectors, by language.
    reduction : Reduction
        Axes of short vectors.
    linker : Linker
        Ties later contacts to earlier ones.
    """

    topics: TopicModel
    middles: Middles
    reduction: Reduction
    linker: Linker

    def check_encoder(self, name: str, fingerprint: str) -> None:
        """Refuse vectors that another encoder has made.

        Raises
        ------
        SettingsError
            When name or fingerprint is another.
        """
        own = (self.topics.encoder, self.topics.fingerprint)
        if own[0] is not None and own != (name, fingerprint):
            raise SettingsError(
                f"encoder: the release was fitted with '{own[0]}' ({own[1]}), here notes would be "
                f"encoded with '{name}' ({fingerprint}). Name that encoder in the settings, bring "
                "its files back, or fit a release with this one: fcr retrain."
            )

    def save(self, folder: Path) -> None:
        """Write everything into a folder that is there; the caller sees to it being whole."""
        save_topics(self.topics, folder / TOPICS)
        arrays = io.BytesIO()
        np.savez(
            arrays,
            middles=self.middles.vectors,
            middle=self.reduction.middle,
            axes=self.reduction.axes,
        )
        (folder / VECTORS).write_bytes(arrays.getvalue())
        languages = json.dumps(list(self.middles.languages)) + "\n"
        (folder / LANGUAGES).write_text(languages, encoding="utf-8")
        for name, content in self.linker.to_files().items():
            (folder / name).write_bytes(content)

    @classmethod
    def load(cls, folder: Path) -> Learnt:
        """Read what :meth:`save` wrote; the caller has checked that no byte is another."""
        arrays = np.load(folder / VECTORS, allow_pickle=False)
        languages = json.loads((folder / LANGUAGES).read_text(encoding="utf-8"))
        linker = Linker.from_files({n: (folder / n).read_bytes() for n in (WORDS, ARRAYS)})
        return cls(
            load_topics(folder / TOPICS),
            Middles(tuple(languages), arrays["middles"]),
            Reduction(arrays["middle"], arrays["axes"]),
            linker,
        )
