"""The one kind of error that a user can mend."""


class InputError(ValueError):
    """Something given or found that the program cannot go on with.

    The message is one line: what was given, what is expected, what to do. The scripts print it and exit with code 2.
    """
