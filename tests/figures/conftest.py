"""What a prediction is drawn from."""

from tests.predict.conftest import columns, predictor

__all__ = ["columns", "predictor"]
