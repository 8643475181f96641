"""Errors that a user can fix."""


class InputError(Exception):
    """A file, folder or setting is wrong. The message names it, what was expected, what was found and what to do."""


class ScanError(InputError):
    """One scan cannot be used. It is listed in quarantine.csv with this message; the others are processed."""


def unforeseen(error: Exception) -> str:
    """What to say of an error that is no InputError, where one scan must not stop the others."""
    return (
        f"an unforeseen {type(error).__name__} ({error}); leave the scan out, and please report this with its traceback"
    )
