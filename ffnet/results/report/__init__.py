"""report.html: everything that was found, on one page."""
