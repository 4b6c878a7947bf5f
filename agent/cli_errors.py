"""Why a verb could not do what it was asked to."""


class Failure(Exception):  # noqa: N818 - what happened, not what is wrong with the program
    """A sentence for the person at the command line; the verb ends with exit code 1."""
