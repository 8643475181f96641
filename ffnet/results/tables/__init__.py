"""The tables of results, and their text."""
