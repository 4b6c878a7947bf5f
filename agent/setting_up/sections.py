"""What `ghe-slack setup` asks at a terminal: a section for each thing that the console does."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from agent.cli_errors import Failure
from agent.setting_up.declared import GITHUB_APP, SLACK_APP, Declared, DeclaredWorkspace
from agent.setting_up.file import TRANSPORTS
from agent.settings import Settings
from agent.setup.app_token import WANTED
from agent.setup.github_examined import webhook_address
from agent.setup.github_values import is_there
from agent.store.workspace_rows import Known
from shared.card import DataClass

GITHUB, SLACK = "github app", "slack app"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """`key`: as in the file. `is_file`: the answer names a file that holds the text."""

    key: str
    asks: str
    is_secret: bool = False
    is_file: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """What belongs together; an empty answer to its first question skips it."""

    title: str
    says: str
    questions: Sequence[Question]
    declared: Callable[[Mapping[str, str]], Declared]
    """What the answers mean, those that aren't empty. Raises `Failure` for one that means nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How things are before a section is asked."""

    settings: Settings
    """In effect."""
    workspaces: Sequence[Known]

    @property
    def has_slack_app(self) -> bool:
        """Whether its App ID, or at least its client id, is known."""
        return bool(self.settings.slack_app_id or self.settings.slack_client_id)


def github_app(now: Standing) -> Section:
    """Entering one that exists."""
    return Section(
        title="GitHub App",
        says=f"GHES makes it from {now.settings.agent_url}/setup/settings in a browser. One that exists is entered "
        "here.",
        questions=(
            Question(key="id", asks="App ID"),
            Question(key="private_key", asks="File of its private key (PEM)", is_file=True),
            Question(key="client_secret", asks="Client secret", is_secret=True),
            Question(key="webhook_secret", asks="Webhook secret", is_secret=True),
        ),
        declared=lambda given: Declared(github_app={GITHUB_APP[key]: text for key, text in given.items()}),
    )


def webhook(now: Standing) -> Section | None:
    """Where GHES sends webhooks."""
    if not is_there(now.settings):
        return None
    return Section(
        title="Webhook address",
        says=f"GHES can be told to send the App's webhooks to {webhook_address(now.settings)}.",
        questions=(Question(key="point", asks="yes, to tell it"),),
        declared=lambda given: Declared(should_point_webhook=_yes(given["point"])),
    )


def slack_app(now: Standing) -> Section:
    """Making it, or bringing it up to date."""
    verb = "brought up to date" if now.settings.slack_app_id else "made"
    return Section(
        title="Slack app",
        says=f"It is {verb} with an app configuration token: {now.settings.slack_apps_url}, Generate Token.",
        questions=(Question(key="configuration_token", asks="App configuration token", is_secret=True),),
        declared=lambda given: Declared(
            configuration_token=given["configuration_token"], should_update=bool(now.settings.slack_app_id)
        ),
    )


def existing_slack_app(now: Standing) -> Section | None:
    """Entering one that exists."""
    if now.has_slack_app:
        return None
    return Section(
        title="Slack app that exists",
        says="Its values are on its page at Slack, under Basic Information.",
        questions=(
            Question(key="id", asks="App ID"),
            Question(key="client_id", asks="Client ID"),
            Question(key="client_secret", asks="Client secret", is_secret=True),
        ),
        declared=_slack,
    )


def app_token(_now: Standing) -> Section:
    """The app-level token."""
    return Section(
        title="App-level token",
        says=f"With {' and '.join(WANTED)}, from the Slack app's page, under Basic Information.",
        questions=(Question(key="app_token", asks="App-level token", is_secret=True),),
        declared=_slack,
    )


def chat(now: Standing) -> Section | None:
    """Switching it on and off."""
    if not now.has_slack_app:
        return None
    return Section(
        title="Chat integration",
        says=f"It is switched {'on' if now.settings.slack_enabled else 'off'}.",
        questions=(Question(key="enabled", asks="Enabled (yes or no)"),),
        declared=lambda given: _slack({"enabled": str(_yes(given["enabled"])).lower()}),
    )


def allowed(now: Standing) -> Section | None:
    """Which workspaces may install the app."""
    if not now.has_slack_app:
        return None
    ids = ", ".join(now.settings.slack_allowed_workspaces) or "all"
    return Section(
        title="Allowed workspaces",
        says=f"Those that the Slack app may be installed in, by the ids of workspaces or organisations: {ids}.",
        questions=(Question(key="allowed_workspaces", asks="Ids, separated by commas, or all"),),
        declared=lambda given: _slack(
            {"allowed_workspaces": "" if given["allowed_workspaces"] == "all" else given["allowed_workspaces"]}
        ),
    )


def workspace(now: Standing) -> Section:
    """Installing by a bot token."""
    return Section(
        title="Workspace",
        says=f"Installed from {now.settings.agent_url}/_slack/ in a browser, or by its bot token here.",
        questions=(Question(key="bot_token", asks="Bot token", is_secret=True),),
        declared=lambda given: Declared(workspaces=(DeclaredWorkspace(bot_token=given["bot_token"]),)),
    )


def shown(now: Standing) -> Section | None:
    """Data class and transport of a workspace."""
    there = [each for each in now.workspaces if each.installed]
    if not there:
        return None
    known = "; ".join(f"{each.name} ({each.team_id}): {each.data_class}, {each.transport}" for each in there)
    return Section(
        title="What a workspace is shown, and how it gets there",
        says=f"{known}.",
        questions=(
            Question(key="id", asks="Id of the workspace"),
            Question(key="data_class", asks=f"Data class ({', '.join(DataClass)})"),
            Question(key="transport", asks=f"Transport ({', '.join(TRANSPORTS)})"),
        ),
        declared=_shown,
    )


def removal(now: Standing) -> Section | None:
    """What is taken away; asked twice."""
    what = [GITHUB] * is_there(now.settings) + [SLACK] * now.has_slack_app
    what += [each.installed.id for each in now.workspaces if each.installed]
    if not what:
        return None
    return Section(
        title="Forget or remove",
        says=f"Values that are kept here are forgotten, or the Slack app is removed from a workspace: "
        f"{', '.join(dict.fromkeys(what))}.",
        questions=(
            Question(key="what", asks="Which of these"),
            Question(key="again", asks="The same again, to confirm"),
        ),
        declared=_removal,
    )


SECTIONS: Sequence[Callable[[Standing], Section | None]] = (
    github_app,
    webhook,
    slack_app,
    existing_slack_app,
    app_token,
    chat,
    allowed,
    workspace,
    shown,
    removal,
)
"""In the order in which they are asked; None where there is nothing to ask."""


def _slack(given: Mapping[str, str]) -> Declared:
    return Declared(slack_app={SLACK_APP[key]: text for key, text in given.items()})


def _shown(given: Mapping[str, str]) -> Declared:
    wrong = list(_unknown(given, "data_class", tuple(DataClass))) + list(_unknown(given, "transport", TRANSPORTS))
    if wrong:
        raise Failure(" ".join(wrong))
    data_class = given.get("data_class")
    chosen = DeclaredWorkspace(
        team_id=given["id"],
        data_class=DataClass(data_class) if data_class else None,
        transport=given.get("transport"),
    )
    return Declared(workspaces=(chosen,))


def _unknown(given: Mapping[str, str], key: str, known: Sequence[str]) -> Iterator[str]:
    if given.get(key, known[0]) not in known:
        yield f"{key.replace('_', ' ').capitalize()} is one of {', '.join(known)}."


def _removal(given: Mapping[str, str]) -> Declared:
    what = given["what"]
    if given.get("again") != what:
        raise Failure("That isn't the same: nothing was changed.")
    if what in {GITHUB, SLACK}:
        return Declared(should_forget_github_app=what == GITHUB, should_forget_slack_app=what == SLACK)
    return Declared(workspaces=(DeclaredWorkspace(team_id=what, should_remove=True),))


def _yes(answer: str) -> bool:
    if answer.lower() not in {"yes", "no"}:
        raise Failure("Answer yes or no.")
    return answer.lower() == "yes"
