"""The two errors that a user can put right."""


class InputError(Exception):
    """A file, folder or setting is not as it must be; the message names it, what came and what to do."""


class ScanError(InputError):
    """One scan cannot be used: it goes to quarantine.csv with this message, and the rest goes on."""
