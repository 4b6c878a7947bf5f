"""The section *Chat integration* of the console's first page: the Slack app, and its app-level token."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from agent.audit import Entry
from agent.manifests import Manifest, slack_manifest
from agent.settings import Settings
from agent.setup import app_token
from agent.setup.slack_app import SlackApps
from agent.setup.slack_values import APP, FORGOTTEN, halved
from agent.setup.trouble import Trouble
from agent.slack.form_calls import FormCalls
from agent.store.audit import note
from agent.stored_settings import misread
from agent.web.console.page import Act, Done, Drawn, Form, Visit, Wrong
from agent.web.console.parts import Console

GENERATED = "Slack app generated successfully"
SAVED = "Slack app settings have been saved"
AVAILABLE = "Chat integration is now available to be installed in the workspace"
MEANWHILE = "Somebody else has saved settings since this page was opened: look at them, then try again."
_NEXT = "The app-level token comes next: follow the Slack App ID."
_SOCKET_MODE = (
    "Leave it ticked: Socket Mode is how Slack's commands reach an agent that nobody outside can reach. Without it "
    "Slack would have to come in through the firewall."
)
_ENABLE = "Tick Enable GitHub Chat integration first."
_THERE_IS_ONE = (
    "There is a Slack app already ({app_id}). Bring it up to date, or forget it before another one is generated."
)
_FIXED = "{name} is set by the environment, so it can't be changed here."
_CONFIRM = "Tick the box first: the app's secret and its app-level token are deleted here, and can't be brought back."
_NO_APP = "No Slack app with its App ID is known here: generate one, or enter the values of an existing one."
_FIELDS = (*APP, "slack_app_token", "slack_allowed_workspaces")
_SECRET = frozenset({"slack_client_secret", "slack_app_token"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A field of the form as it stands. `is_set` tells of a secret, whose value is never shown."""

    name: str
    value: str
    is_set: bool
    fixed: bool


def context(console: Console, settings: Settings) -> Mapping[str, Any]:
    """What the section's template is given; `settings`: as they are stored."""
    has_app = bool(settings.slack_client_id or settings.slack_app_id)
    return {
        "slack": {name: _field(settings, console.fixed, name) for name in _FIELDS},
        "slack_enabled": settings.slack_enabled
        and ("slack_enabled" in console.fixed or has_app or settings.slack_app_token is not None),
        "slack_enabled_fixed": "slack_enabled" in console.fixed,
        "has_slack_app": has_app,
        "slack_app_page": f"{settings.slack_apps_url}/{settings.slack_app_id}" if settings.slack_app_id else "",
        "slack_apps_page": settings.slack_apps_url,
        "slack_app_name": settings.slack_app_name,
        "slack_command": settings.slack_command,
        "available": AVAILABLE if _can_be_installed(settings) else "",
        "next_step": _NEXT if has_app and settings.slack_app_token is None else "",
    }


async def generate(visit: Visit, form: Form) -> Done | Wrong:
    """*Generate app*: made from our manifest; its ids and secret are kept."""
    console = visit.console
    settings = await console.as_stored()
    if wrong := _cannot_generate(settings, console.fixed, form):
        return wrong
    if await console.configuration.version() != _seen(form):
        return Wrong(says=MEANWHILE)
    made = await _apps(console).generate(form.get("configuration_token", ""), manifest(settings))
    if isinstance(made, Trouble):
        return _wrong(made)
    values = {
        "slack_app_id": made.app_id,
        "slack_client_id": made.client_id,
        "slack_client_secret": made.client_secret,
        "slack_enabled": "true",
    }
    if not await _keep(visit, form, {name: value for name, value in values.items() if name not in console.fixed}):
        return Wrong(says=f"{MEANWHILE} The app {made.app_id} was made at Slack and isn't used: delete it there.")
    return Done(says=f"{GENERATED}.")


async def save(visit: Visit, form: Form) -> Done | Wrong:
    """*Save settings*: what is new is checked first, the app-level token by opening a socket with it."""
    console = visit.console
    settings = await console.as_stored()
    given = {name: form[name] for name in _FIELDS if name in form and name not in console.fixed}
    changed = {name: value for name, value in given.items() if value or name not in _SECRET}
    if wrong := _of_environment(settings, console.fixed, form) | misread(changed) or halved(settings, changed):
        return Wrong(fields=wrong)
    says = ""
    if token := changed.get("slack_app_token"):
        app_id = changed.get("slack_app_id") or settings.slack_app_id or ""
        found = await app_token.check(
            token, app_id, calls=_calls(console), outside=console.outside, clock=console.clock
        )
        if isinstance(found, Trouble):
            return _wrong(found)
        says = found.says
        if not app_id and found.app_id and "slack_app_id" not in console.fixed:
            changed["slack_app_id"] = found.app_id
    if "slack_enabled" not in console.fixed and (form.get("enabled") or _has_app(settings, changed)):
        changed["slack_enabled"] = "true" if form.get("enabled") else "false"  # without an app the box isn't ticked yet
    if not await _keep(visit, form, {name: value or None for name, value in changed.items()}):
        return Wrong(says=MEANWHILE)
    return Done(says=f"{SAVED}. {says}".strip())


async def difference(visit: Visit, form: Form) -> Drawn | Wrong:
    """*Show the difference*: what an update of the app would change; nothing is changed yet."""
    console = visit.console
    app_id = (await console.as_stored()).slack_app_id
    if not app_id:
        return Wrong(says=_NO_APP)
    found = await _apps(console).difference(form.get("configuration_token", ""), app_id, manifest(console.settings))
    if isinstance(found, Trouble):
        return _wrong(found)
    return Drawn(template="slack_difference.html", context={"changes": found, "app_id": app_id})


async def update(visit: Visit, form: Form) -> Done | Wrong:
    """*Update app*: bring it to our manifest, if it is still the one whose difference was shown."""
    console = visit.console
    app_id = (await console.as_stored()).slack_app_id
    if not app_id:
        return Wrong(says=_NO_APP)
    if form.get("app_id") != app_id:
        return Wrong(says=MEANWHILE)
    done = await _apps(console).update(form.get("configuration_token", ""), app_id, manifest(console.settings))
    if isinstance(done, Trouble):
        return _wrong(done)
    entry = Entry(team_id="", user_id="", login=visit.admin, action="update Slack app", target=app_id)
    at = console.clock.now().timestamp()
    await console.store.write(lambda connection: note(connection, at, entry))
    again = " Its permissions changed: install it again in each workspace, with Add to Slack." if done else ""
    return Done(says=f"The Slack app is up to date.{again}")


async def forget(visit: Visit, form: Form) -> Done | Wrong:
    """*Forget this app*: the values that are kept here; the app itself stays at Slack."""
    names = {name: None for name in FORGOTTEN if name not in visit.console.fixed}
    if not names:
        return Wrong(says=_FIXED.format(name="SLACK_APP_TOKEN"))
    if not form.get("forget_slack_confirmed"):
        return Wrong(fields={"forget_slack_confirmed": _CONFIRM})
    if not await _keep(visit, form, names):
        return Wrong(says=MEANWHILE)
    return Done(says="The Slack app's values are forgotten here. Delete the app itself on its page at Slack.")


ACTS: Mapping[str, Act] = {
    "generate_slack_app": generate,
    "save_slack": save,
    "show_slack_difference": difference,
    "update_slack_app": update,
    "forget_slack_app": forget,
}


def manifest(settings: Settings) -> Manifest:
    """The Slack app of these settings."""
    return slack_manifest(
        settings.agent_url, settings.ghes_url, command=settings.slack_command, name=settings.slack_app_name
    )


def _has_app(settings: Settings, changed: Mapping[str, str]) -> bool:
    return any(changed.get(name, getattr(settings, name)) for name in FORGOTTEN)


def _can_be_installed(settings: Settings) -> bool:
    client = settings.slack_client_id and settings.slack_client_secret
    return bool(client and settings.slack_app_token and settings.slack_enabled)


def _cannot_generate(settings: Settings, fixed: Collection[str], form: Form) -> Wrong | None:
    if names := [name for name in APP if name in fixed]:
        return Wrong(says=_FIXED.format(name=names[0].upper()))
    if known := settings.slack_app_id or settings.slack_client_id:
        return Wrong(says=_THERE_IS_ONE.format(app_id=known))
    if not form.get("enabled") and "slack_enabled" not in fixed:
        return Wrong(fields={"enabled": _ENABLE})
    if not form.get("socket_mode"):
        return Wrong(fields={"socket_mode": _SOCKET_MODE})
    return None


def _of_environment(settings: Settings, fixed: Collection[str], form: Form) -> dict[str, str]:
    """Sentences for the fields that say something else than the environment, which wins."""
    wrong = {}
    for name in _FIELDS:
        if name in fixed and name in form and form[name] != _field(settings, fixed, name).value:
            wrong[name] = _FIXED.format(name=name.upper())
    return wrong


def _field(settings: Settings, fixed: Collection[str], name: str) -> Field:
    value = getattr(settings, name)
    shown = ", ".join(value) if isinstance(value, tuple) else value
    return Field(
        name=name,
        value="" if name in _SECRET or value is None else str(shown),
        is_set=bool(value),
        fixed=name in fixed,
    )


async def _keep(visit: Visit, form: Form, values: Mapping[str, str | None]) -> bool:
    """False when somebody else has saved something since the page was drawn."""
    kept = await visit.console.configuration.save(values, by=visit.admin, seen=_seen(form))
    visit.console.look()
    return kept


def _seen(form: Form) -> int:
    """The version of the settings that the page was drawn with; -1, which there never is, for none."""
    seen = form.get("version", "")
    return int(seen) if seen.isdecimal() else -1


def _wrong(trouble: Trouble) -> Wrong:
    return Wrong(says=trouble.says, fields=trouble.fields)


def _calls(console: Console) -> FormCalls:
    return FormCalls(console.outside, console.settings.slack_api_url, console.clock)


def _apps(console: Console) -> SlackApps:
    return SlackApps(_calls(console))
