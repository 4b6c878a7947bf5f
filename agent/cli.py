"""The command `ghe-slack`: its verbs are the files of `agent/verbs`, each with a `register(app)`.

Exit codes: 0, 1 for a failure, 2 for wrong usage or settings. Whatever is wrong is one sentence on standard error.
"""

import sys
from collections.abc import Sequence
from importlib import import_module
from pkgutil import iter_modules

import typer

from agent import logs, verbs
from agent.cli_errors import Failure
from agent.settings_errors import SettingsError


def main() -> None:
    """Run the verb that the command line names, and exit.

    Standard output is the verb's alone. The agent chooses anew what it logs.
    """
    logs.configure("error", "console")
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Carry out one command line; the exit code."""
    try:
        return build()(args=arguments, prog_name="ghe-slack", standalone_mode=False) or 0
    except typer.TyperException as error:
        return _say(_usage(error), error.exit_code)
    except SettingsError as error:
        return _say(str(error), 2)
    except Failure as error:
        return _say(str(error), 1)
    except OSError as error:
        return _say(
            f"{error.strerror or error}: {error.filename}." if error.filename else f"{error.strerror or error}.", 1
        )


def build() -> typer.Typer:
    """The command with all its verbs."""
    app = typer.Typer(
        help="GitHub Enterprise Server in Slack, from behind the firewall.",
        add_completion=False,
        pretty_exceptions_enable=False,  # they print variables, which may hold secrets
    )
    app.callback()(_nothing)
    for module in iter_modules(verbs.__path__, f"{verbs.__name__}."):
        import_module(module.name).register(app)
    return app


def _nothing() -> None:
    """Do nothing before a verb."""


def _usage(error: typer.TyperException) -> str:
    context = getattr(error, "ctx", None)
    path = context.command_path if context else "ghe-slack"
    return f"{' '.join(error.format_message().split())} (see `{path} --help`)."


def _say(sentence: str, code: int) -> int:
    sys.stderr.write(sentence + "\n")
    return code
