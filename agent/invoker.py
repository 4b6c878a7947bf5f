"""Who runs a verb, as the audit log names them."""

import os
import pwd


def invoker(verb: str, by: str = "") -> str:
    """The verb with a name in brackets: who says that they are somebody, else the user of the operating system.

    The verb stands first, so that no such name is taken for a login on GHES.
    """
    return f"{verb} ({by or _user()})"


def _user() -> str:
    """By the process's own id: variables of the environment are whatever somebody puts there."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # a container's user needs no entry
        return f"uid {os.getuid()}"
