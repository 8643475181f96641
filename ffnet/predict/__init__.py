"""Predictions with a final model: from Python, `ffnet.predict.load(model)(scan)`."""

from ffnet.predict.predictor import Predictor, load

__all__ = ["Predictor", "load"]
