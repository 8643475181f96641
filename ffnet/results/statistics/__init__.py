"""Accuracies, intervals and tests, computed from predictions."""
