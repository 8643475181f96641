"""Errors that a user can fix."""


class InputError(Exception):
    """A file, folder or setting is wrong. The message names it, what was expected, what was found and what to do."""


class ScanError(InputError):
    """One scan cannot be used. It is listed in quarantine.csv with this message; the others are processed."""
