"""How far the set-up has come: a line for each part, with what is to be done next."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from agent.settings import Settings
from agent.settings_values import is_loopback
from agent.setup.github_examined import Examined
from agent.setup.trouble import Trouble
from agent.status import Part
from agent.workspaces import Workspaces

_FEW = 5


class State(StrEnum):
    """How a part is."""

    OK = "ok"
    TODO = "todo"
    BAD = "bad"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """`target`: where on the page, or on which page, it is seen to; empty where a setting of the environment is."""

    part: str
    state: State
    says: str
    target: str = ""


Parts = Mapping[str, Part]


def state_lines(
    settings: Settings, parts: Parts, workspaces: Workspaces, app: Examined | Trouble | None = None
) -> list[Line]:
    """All parts, in the order in which one sets them up; `parts` are those of `/status`.

    `app`: the GitHub App as GHES has it, of `agent.setup.github_examined.examine`; None where it wasn't asked.
    """
    return [
        _address(settings),
        _ghes(parts, settings),
        _github_app(settings, app),
        _slack_app(settings),
        _sockets(settings, parts),
        _workspaces(workspaces),
        _administrators(settings),
    ]


def _line(part: str, target: str = "") -> Callable[[State, str], Line]:
    return lambda state, says: Line(part=part, state=state, says=says, target=target)


def _address(settings: Settings) -> Line:
    line, url = _line("This agent"), urlsplit(settings.agent_url)
    if is_loopback(url.hostname or ""):
        return line(
            State.TODO,
            f"{settings.agent_url} leads nowhere from GHES and from other machines: set AGENT_URL to its address in "
            "the network.",
        )
    if url.scheme != "https":
        return line(State.TODO, f"{settings.agent_url} isn't https: Slack sends installers back to https only.")
    return line(State.OK, f"It is at {settings.agent_url}.")


def _ghes(parts: Parts, settings: Settings) -> Line:
    line, part = _line("GitHub Enterprise"), parts["ghes"]
    if not settings.ghes_app_id:
        return line(State.TODO, f"{settings.ghes_url} is asked as soon as there is a GitHub App.")
    return line(State.OK if part.ok else State.BAD, part.says)


def _github_app(settings: Settings, app: Examined | Trouble | None) -> Line:
    line = _line("GitHub App", "#github-app")
    wanted = ("ghes_app_id", "ghes_app_slug", "ghes_private_key", "ghes_webhook_secret")
    lacking = [name.upper() for name in wanted if not getattr(settings, name)]
    if len(lacking) == len(wanted):
        return line(State.TODO, "Create it on GitHub Enterprise.")
    if lacking:
        return line(State.BAD, f"Still missing: {', '.join(lacking)}.")
    if not settings.ghes_client_id or settings.ghes_client_secret is None:
        return line(State.TODO, "People can't connect their accounts yet: GHES_CLIENT_ID and _SECRET are missing.")
    return line(*_as_ghes_has_it(settings, app))


def _as_ghes_has_it(settings: Settings, app: Examined | Trouble | None) -> tuple[State, str]:
    match app:
        case Trouble():
            return State.BAD, app.says
        case Examined() if app.hook.says:
            return State.BAD, app.hook.says
        case Examined() if not (app.installations or app.unlisted):
            return State.TODO, f"Install {app.slug} where its events are wanted."
        case Examined() if app.lacking:
            return State.TODO, f"It lacks {_few([row.name for row in app.lacking])}: see what that costs."
        case _:
            return State.OK, f"{settings.ghes_app_slug} is known."


def _slack_app(settings: Settings) -> Line:
    line = _line("Slack app", "#chat-integration")
    if settings.slack_client_id and settings.slack_client_secret:
        known = settings.slack_app_id or settings.slack_client_id
        return line(State.OK, f"{known} is known, its command is {settings.slack_command}.")
    if settings.slack_bot_token:
        one = "in one workspace by SLACK_BOT_TOKEN; more need the app's client id and secret."
        return line(State.OK, f"Its command is {settings.slack_command}, {one}")
    return line(State.TODO, f"Generate it; its command will be {settings.slack_command}.")


def _sockets(settings: Settings, parts: Parts) -> Line:
    line, part = _line("Socket Mode", "#chat-integration"), parts["sockets"]
    if settings.slack_app_token is None:
        return line(State.TODO, "Enter the Slack app level token.")
    if not settings.slack_enabled:
        return line(State.TODO, "Chat integration is switched off.")
    return line(State.OK if part.ok else State.BAD, part.says)


def _workspaces(workspaces: Workspaces) -> Line:
    line = _line("Workspaces", "workspaces")
    if not workspaces:
        return line(State.TODO, "Install the Slack app into a workspace, from /_slack/.")
    names = sorted(each.name for each in workspaces.values())
    return line(State.OK, f"{len(workspaces)} installed: {_few(names)}.")


def _administrators(settings: Settings) -> Line:
    line = _line("Administrators")
    if not settings.agent_admins:
        return line(
            State.TODO,
            "Set AGENT_ADMINS to logins of GitHub Enterprise: they sign in here by name, and decide about private "
            "repositories in shared channels.",
        )
    return line(State.OK, f"{', '.join(settings.agent_admins)} (AGENT_ADMINS).")


def _few(names: Sequence[str]) -> str:
    return f"{', '.join(names[:_FEW])}{', …' if len(names) > _FEW else ''}"
