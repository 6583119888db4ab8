"""The family of errors a person can mend.

Every message says what is wrong, where, how many, and the mend. The command
line shows the message alone and leaves with the error's ``exit_code``; a
traceback is kept for faults of the program itself.
"""


class FcrError(Exception):
    """Anything the user can mend: data, settings, files or wrong usage."""

    exit_code = 1


class DataError(FcrError):
    """The contacts, notes or judgements cannot be used as they are."""


class SettingsError(FcrError):
    """A setting is unknown, of the wrong kind, or does not fit the data."""


class StorageError(FcrError):
    """A file or folder cannot be read or written: permission, space, damage."""


class OldReleaseError(StorageError):
    """A release was made under another contract of tables than this program's."""


class TrackingError(FcrError):
    """MLflow cannot be reached, or refuses; what is kept locally is not touched."""


class UsageError(FcrError):
    """The command was called in a way it does not offer."""

    exit_code = 2
