"""Asking at a terminal, one section after the other; what a section is answered with is carried out at once.

An empty answer leaves things as they are. What was wrong is said, and the section asked again.
"""

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from agent.cli_errors import Failure
from agent.setting_up.declared import GITHUB_APP, SLACK_APP, Declared, DeclaredWorkspace
from agent.settings import Settings
from agent.setup.app_token import WANTED

Ask = Callable[[str, bool], str]
"""Takes a question, and whether the answer is secret; gives the answer, trimmed."""
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """`key`: as in the file. `is_file`: the answer names a file that holds the text."""

    key: str
    asks: str
    is_secret: bool = False
    is_file: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """What belongs together."""

    title: str
    says: str
    questions: Sequence[Question]
    declared: Callable[[Mapping[str, str]], Declared]
    """What the answers mean, those that aren't empty."""


def sections(settings: Settings) -> Iterator[Section]:
    """Those that `settings`, in effect, leave something to ask of."""
    yield Section(
        title="GitHub App",
        says=f"GHES makes it from {settings.agent_url}/setup/settings in a browser. One that exists is entered here.",
        questions=(
            Question(key="id", asks="App ID"),
            Question(key="private_key", asks="File of its private key (PEM)", is_file=True),
            Question(key="client_secret", asks="Client secret", is_secret=True),
            Question(key="webhook_secret", asks="Webhook secret", is_secret=True),
        ),
        declared=lambda given: Declared(github_app={GITHUB_APP[key]: text for key, text in given.items()}),
    )
    if settings.slack_app_id is None:
        yield Section(
            title="Slack app",
            says=f"It is made with an app configuration token: {settings.slack_apps_url}, Generate Token.",
            questions=(Question(key="configuration_token", asks="App configuration token", is_secret=True),),
            declared=lambda given: Declared(configuration_token=given["configuration_token"]),
        )
    yield Section(
        title="App-level token",
        says=f"With {' and '.join(WANTED)}, from the Slack app's page, under Basic Information.",
        questions=(Question(key="app_token", asks="App-level token", is_secret=True),),
        declared=lambda given: Declared(slack_app={SLACK_APP[key]: text for key, text in given.items()}),
    )
    yield Section(
        title="Workspace",
        says=f"Installed from {settings.agent_url}/_slack/ in a browser, or by its bot token here.",
        questions=(Question(key="bot_token", asks="Bot token", is_secret=True),),
        declared=lambda given: Declared(workspaces=(DeclaredWorkspace(bot_token=given["bot_token"]),)),
    )


async def ask_all(
    settings: Settings, carried_out: Callable[[Declared], Awaitable[Sequence[str]]], ask: Ask, say: Say
) -> None:
    """Ask every section until it is done or left empty."""
    for section in sections(settings):
        say(f"\n{section.title}\n{section.says} Empty: leave it as it is.")
        while not await _asked(section, carried_out, ask, say):
            pass


async def _asked(
    section: Section, carried_out: Callable[[Declared], Awaitable[Sequence[str]]], ask: Ask, say: Say
) -> bool:
    try:
        if answers := _answers(section, ask):
            for line in await carried_out(section.declared(answers)):
                say(line)
    except Failure as wrong:
        say(str(wrong))
        return False
    return True


def _answers(section: Section, ask: Ask) -> dict[str, str]:
    """Those that aren't empty. An empty first one skips the section."""
    found = {}
    for number, question in enumerate(section.questions):
        answer = ask(question.asks, question.is_secret)
        if answer:
            found[question.key] = _content(answer) if question.is_file else answer
        elif number == 0:
            return {}
    return found


def _content(name: str) -> str:
    try:
        return Path(name).expanduser().read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise Failure("That names no text file that can be read.") from None
