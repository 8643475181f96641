"""Everything that is drawn: maps, contact sheets, confusion matrices, predictions."""
