"""The table of Web API methods: what the files in `methods/` say, put together."""

import pkgutil
from collections.abc import Mapping
from importlib import import_module

from infra.sandbox.slack import methods
from infra.sandbox.slack.call import Method


def catalogue() -> Mapping[str, Method]:
    """Return every method by its name, `chat.postMessage` and so on."""
    table: dict[str, Method] = {}
    for module in pkgutil.iter_modules(methods.__path__, f"{methods.__name__}."):
        for name, method in import_module(module.name).METHODS.items():
            if name in table:
                raise ValueError(f"{name} is claimed twice")
            table[name] = method
    return table
