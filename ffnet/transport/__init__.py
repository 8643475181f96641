"""Optimal transport of training features onto the test features of their run, which are seen without labels."""
