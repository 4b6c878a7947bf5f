"""Carrying out what is declared: looked at first, all of it; then kept, all of it or nothing.

What can't be taken back, making an app at Slack, comes after everything that can be refused.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from agent.audit import Entry
from agent.cli_errors import Failure
from agent.manifests import Manifest, slack_manifest
from agent.setting_up.declared import Declared
from agent.setting_up.ground import Ground
from agent.setting_up.workspaces import installed_and_chosen, looked_at
from agent.settings import Settings, missing
from agent.setup import app_token
from agent.setup.github_entered import checked_by_ghes, merged
from agent.setup.github_values import texts
from agent.setup.trouble import Trouble
from agent.store.audit import note
from agent.stored_settings import checked, misread

_MEANWHILE = "Somebody else has saved settings meanwhile: nothing was saved. Run it again."
_RUNNING = "A running agent takes it over within 10 seconds."


@dataclass(slots=True)
class _Plan:
    """What will be kept, and what is said of it."""

    values: dict[str, str] = field(default_factory=dict, repr=False)
    says: list[str] = field(default_factory=list)
    made: str = ""
    """Id of a Slack app that was made just now."""


async def carry_out(declared: Declared, ground: Ground) -> list[str]:
    """Lines that say what was done. Raises `Failure` with a sentence; what it says is about is then as it was."""
    _unfixed(declared, ground)
    plan = _Plan()
    if declared.github_app:
        await _github_app(declared.github_app, ground, plan)
    if declared.slack_app:
        await _slack_app(declared.slack_app, ground, plan)
    tokens = await looked_at(declared.workspaces, ground, _effective(ground, plan.values))
    await _manifest(declared, ground, plan)
    await _keep(ground, plan)
    plan.says += await installed_and_chosen(declared.workspaces, tokens, ground)
    plan.says += _next(_effective(ground, plan.values), has_token=bool(tokens))
    return plan.says


def _unfixed(declared: Declared, ground: Ground) -> None:
    given = [*declared.github_app, *declared.slack_app]
    if declared.configuration_token and not ground.settings.slack_app_id:
        given += ["slack_app_id", "slack_client_id", "slack_client_secret"]
    if fixed := [name.upper() for name in given if name in ground.fixed]:
        raise Failure(f"The environment sets {', '.join(fixed)}, and wins: change it there, or take it out there.")


async def _github_app(given: Mapping[str, str], ground: Ground, plan: _Plan) -> None:
    values = await checked_by_ghes(
        merged(ground.settings, ground.fixed, given),
        settings=ground.settings,
        fixed=ground.fixed,
        network=ground.inside,
        clock=ground.clock,
    )
    if isinstance(values, Trouble):
        raise _failure(values)
    there = texts(ground.settings)
    changed = {
        name: text
        for name, text in values.items()
        if name not in ground.fixed and there.get(name, "").strip() != text.strip()
    }
    plan.values |= changed
    plan.says.append(f"GitHub App {values['ghes_app_slug']}: GHES knows it{'' if changed else '; nothing changed'}.")


async def _slack_app(given: Mapping[str, str], ground: Ground, plan: _Plan) -> None:
    if wrong := misread(given):
        raise Failure(" ".join(wrong.values()))
    app_id = given.get("slack_app_id") or ground.settings.slack_app_id or ""
    found_id = ""
    if token := given.get("slack_app_token"):
        found = await app_token.check(token, app_id, calls=ground.calls, outside=ground.outside, clock=ground.clock)
        if isinstance(found, Trouble):
            raise _failure(found)
        found_id = found.app_id
        plan.says.append(" ".join(filter(None, ("App-level token: a socket was opened with it.", found.says))))
    plan.values |= given
    if not app_id and found_id and "slack_app_id" not in ground.fixed:
        plan.values["slack_app_id"] = found_id


async def _manifest(declared: Declared, ground: Ground, plan: _Plan) -> None:
    """Make the app, or bring it up to date."""
    token, settings = declared.configuration_token, ground.settings
    app_id = plan.values.get("slack_app_id") or settings.slack_app_id
    if declared.should_update and not (token and app_id):
        raise Failure("To update the Slack app a configuration token is needed, and an app that is there.")
    if not token:
        return
    if not app_id:
        made = await ground.apps.generate(token, _slack_manifest(settings))
        if isinstance(made, Trouble):
            raise _failure(made)
        plan.made = made.app_id
        values = {"slack_app_id": made.app_id, "slack_client_id": made.client_id}
        plan.values |= {"slack_enabled": "true"} | plan.values | values | {"slack_client_secret": made.client_secret}
        plan.says.append(f"Slack app generated successfully: {made.app_id}, {settings.slack_apps_url}/{made.app_id}.")
    elif declared.should_update:
        await _update(token, app_id, ground, plan)
    else:
        plan.says.append(f"Slack app {app_id}: it is there already; `update = true` brings it up to date.")


async def _update(token: str, app_id: str, ground: Ground, plan: _Plan) -> None:
    found = await ground.apps.difference(token, app_id, _slack_manifest(ground.settings))
    if isinstance(found, Trouble):
        raise _failure(found)
    if found:
        done = await ground.apps.update(token, app_id, _slack_manifest(ground.settings))
        if isinstance(done, Trouble):
            raise _failure(done)
        plan.says += [f"Slack app {app_id}, {each.place}: {each.now} -> {each.new}" for each in found]
        entry = Entry(team_id="", user_id="", login="setup", action="update Slack app", target=app_id)
        await ground.store.write(lambda connection: note(connection, ground.now(), entry))
        plan.says += ["Its permissions changed: install it again in each workspace."] * done
    plan.says.append(f"The Slack app {app_id} is up to date.")


async def _keep(ground: Ground, plan: _Plan) -> None:
    if not plan.values:
        return
    if not await ground.configuration.save(plan.values, by="setup", seen=ground.version):
        made = f" The app {plan.made} was made at Slack and isn't used: delete it there." if plan.made else ""
        raise Failure(f"{_MEANWHILE}{made}")
    plan.says.append(f"Saved: {', '.join(sorted(name.upper() for name in plan.values))}. {_RUNNING}")


def _next(settings: Settings, *, has_token: bool) -> list[str]:
    """What is left to do."""
    lines = []
    if lacking := missing(settings):
        lines.append(f"Still missing: {', '.join(lacking)}.")
    if settings.slack_app_token is None and settings.slack_app_id:
        page = f"{settings.slack_apps_url}/{settings.slack_app_id}"
        scopes = " and ".join(app_token.WANTED)
        lines.append(f"Next: make an app-level token with {scopes} at {page}, and set it up as app_token.")
    elif settings.slack_client_id and not has_token:
        lines.append(
            f"Install the Slack app into workspaces at {settings.agent_url}/_slack/, or give their bot tokens."
        )
    if not settings.ghes_app_id:
        lines.append(f"GHES makes the GitHub App from {settings.agent_url}/setup/settings; or enter one that exists.")
    return lines


def _slack_manifest(settings: Settings) -> Manifest:
    return slack_manifest(
        settings.agent_url, settings.ghes_url, command=settings.slack_command, name=settings.slack_app_name
    )


def _effective(ground: Ground, values: Mapping[str, str]) -> Settings:
    """The settings as they are once the values are kept."""
    return ground.settings.model_copy(
        update={name: checked(name, text) for name, text in values.items() if name not in ground.fixed}
    )


def _failure(trouble: Trouble) -> Failure:
    return Failure(" ".join(filter(None, (trouble.says, *trouble.fields.values()))))
