"""The six basic expressions in the paper's order, which is the order of labels and columns."""

from typing import Literal, get_args

Expression = Literal["anger", "disgust", "fear", "happiness", "sadness", "surprise"]
EXPRESSIONS: tuple[str, ...] = get_args(Expression)
NEUTRAL = "neutral"
LABELS = {name: label for label, name in enumerate(EXPRESSIONS)}
