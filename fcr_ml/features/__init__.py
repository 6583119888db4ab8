"""What was known at the moment of prediction: the contact, its note, its history."""

from fcr_ml.features.build import build_features
from fcr_ml.features.described import Feature, Features

__all__ = ["Feature", "Features", "build_features"]
