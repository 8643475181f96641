"""The six basic expressions in the paper's order, which is also the order of labels and columns."""

EXPRESSIONS = ("anger", "disgust", "fear", "happiness", "sadness", "surprise")
NEUTRAL = "neutral"
LABELS = {name: label for label, name in enumerate(EXPRESSIONS)}
