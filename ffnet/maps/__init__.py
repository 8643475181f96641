"""Depth and texture on one square grid, aligned pixel for pixel (paper, section 2.2)."""
