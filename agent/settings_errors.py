"""What is said about a setting that can't be right: one sentence with the variable's name in it, never its text."""

from collections.abc import Iterable

from pydantic_core import ErrorDetails

_SAID = {
    "bool_parsing": "must be true or false",
    "extra_forbidden": "is not a setting of the agent",
    "finite_number": "must be a number",
    "float_parsing": "must be a number",
    "greater_than": "must be more than {gt}",
    "greater_than_equal": "must be {ge} or more",
    "int_parsing": "must be a whole number",
    "less_than_equal": "must be {le} or less",
    "literal_error": "must be {expected}",
    "missing": "is not set, and the agent can't start without it",
    "value_error": "{error}",
}
_CONSEQUENCE = "default_factory_not_called"  # of another error, which is reported itself


class SettingsError(Exception):
    """Settings that the agent can't start with; its text is one sentence a line, each naming its variable."""


def sentences(errors: Iterable[ErrorDetails]) -> str:
    """One line for each error, in the order of the fields."""
    return "\n".join(_sentence(error) for error in errors if error["type"] != _CONSEQUENCE)


def _sentence(error: ErrorDetails) -> str:
    said = _SAID.get(error["type"], "can't be understood").format_map(error.get("ctx", {}))
    return f"{str(error['loc'][0]).upper()} {said}."
