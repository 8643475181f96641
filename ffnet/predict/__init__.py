"""Predictions of a trained model: `ffnet.predict.load(model)(scan)`."""

from ffnet.predict.predictor import Predictor, load

__all__ = ["Predictor", "load"]
