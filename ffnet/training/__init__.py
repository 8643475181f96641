"""Subject folds, one run per fold, predictions (paper, sections 3.1 and 3.2)."""
