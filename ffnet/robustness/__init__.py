"""Scans changed in a controlled way before preprocessing, and how well trained networks still classify them."""
