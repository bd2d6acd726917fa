"""The errors that a user can mend."""


class InputError(ValueError):
    """Something given or found that the program cannot go on with.

    The message is one line: what was given, what is expected, what to do. The scripts print it and exit with code 2.
    """


class DiskError(InputError):
    """A file that cannot be written, as on a full disk. Another time, or on another machine, it may go well.

    There is no use in going on with the next file.
    """
