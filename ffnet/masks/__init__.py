"""Landmarks on the texture and the two masks around them (paper, equations 1 and 2)."""
