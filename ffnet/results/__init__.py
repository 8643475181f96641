"""Predictions to accuracy tables, confusion matrices and figures."""
