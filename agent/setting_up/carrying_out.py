"""Carrying out what is declared: looked at first, all of it; kept, all of it or nothing; then done at the far sides.

    looked at ──▶ Slack app made, if wanted ──▶ kept ──▶ app brought up to date ──▶ webhook address ──▶ workspaces

Making an app can't be taken back, and only its answer has the secret: so it comes after everything that can be refused,
and what it brought is kept even when nothing else can be. Whatever else changes something at Slack or GHES comes after
the keeping: where that fails, running the file again does the rest.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from agent.cli_errors import Failure
from agent.setting_up.declared import Declared
from agent.setting_up.failing import failure
from agent.setting_up.ground import Ground
from agent.setting_up.next_steps import next_steps
from agent.setting_up.slack_manifest import Renewal, bring_up_to_date, generate, looked_up
from agent.setting_up.workspaces import carry_out_workspaces, looked_at
from agent.settings import Settings
from agent.settings_errors import SettingsError
from agent.setup import app_token
from agent.setup.github_entered import checked_by_ghes, merged
from agent.setup.github_examined import examine, point_hook, webhook_address
from agent.setup.github_values import NAMES, texts
from agent.setup.slack_values import APP, FORGOTTEN, halved
from agent.setup.trouble import Trouble
from agent.store.port import StoreUnavailableError
from agent.stored_settings import checked, misread

Say = Callable[[str], None]
_MEANWHILE = "Somebody else has saved settings meanwhile: nothing was saved. Run it again."
_ONLY_THE_APP = (
    "Somebody else has saved settings meanwhile: of all this only the new Slack app {made} was kept. Run it again."
)
_NOT_KEPT = "The app {made} was made at Slack and isn't used: delete it there."
_LOST = "The store didn't take the values of the new Slack app {made}, and Slack hands them out only once: delete it."
_RUNNING = "A running agent takes it over within 10 seconds."
_TRIES = 5


@dataclass(slots=True)
class _Plan:
    """What will be kept."""

    values: dict[str, str | None] = field(default_factory=dict, repr=False)
    """Texts by name; None for what is forgotten."""
    made: str = ""
    """Id of a Slack app that was made just now."""


async def carry_out(declared: Declared, ground: Ground, say: Say) -> None:
    """Say each thing once it is so. Raises `Failure` and `SettingsError`; what their sentence is about is as it was."""
    _unfixed(declared, ground)
    plan = _Plan()
    if declared.github_app:
        await _github_app(declared.github_app, ground, plan, say)
    if declared.slack_app:
        await _slack_app(declared.slack_app, ground, plan, say)
    _forgotten(declared, ground, plan, say)
    tokens = await looked_at(declared.workspaces, ground, ground.after(plan.values))
    renewal = await _manifest(declared, ground, plan, say)
    await _keep(ground, plan, say)
    if renewal:
        for line in await bring_up_to_date(renewal, ground):
            say(line)
    settings = ground.after(plan.values)
    if declared.should_point_webhook:
        say(await _pointed(settings, ground))
    await carry_out_workspaces(declared.workspaces, tokens, ground, say)
    for line in next_steps(settings, has_token=bool(tokens)):
        say(line)


def _unfixed(declared: Declared, ground: Ground) -> None:
    given = [*declared.github_app, *declared.slack_app]
    if declared.configuration_token and not ground.settings.slack_app_id:
        given += APP
    if fixed := [name.upper() for name in dict.fromkeys(given) if name in ground.fixed]:
        raise SettingsError(
            f"The environment sets {', '.join(fixed)}, and wins: change it there, or take it out there."
        )


async def _github_app(given: Mapping[str, str], ground: Ground, plan: _Plan, say: Say) -> None:
    values = await checked_by_ghes(
        merged(ground.settings, ground.fixed, given),
        settings=ground.settings,
        fixed=ground.fixed,
        network=ground.inside,
        clock=ground.clock,
    )
    if isinstance(values, Trouble):
        raise failure(values)
    there = texts(ground.settings)
    changed = {
        name: text
        for name, text in values.items()
        if name not in ground.fixed and there.get(name, "").strip() != text.strip()
    }
    plan.values |= changed
    say(f"GitHub App {values['ghes_app_slug']}: GHES knows it{'' if changed else '; nothing changed'}.")


async def _slack_app(given: Mapping[str, str], ground: Ground, plan: _Plan, say: Say) -> None:
    if wrong := misread(given):
        raise SettingsError(" ".join(wrong.values()))
    if half := halved(ground.settings, given):
        raise SettingsError(f"{', '.join(name.upper() for name in half)}: {next(iter(half.values()))}")
    app_id = given.get("slack_app_id") or ground.settings.slack_app_id or ""
    found_id = ""
    if token := given.get("slack_app_token"):
        found = await app_token.check(token, app_id, calls=ground.calls, outside=ground.outside, clock=ground.clock)
        if isinstance(found, Trouble):
            raise failure(found)
        found_id = found.app_id
        say(" ".join(filter(None, ("App-level token: a socket was opened with it.", found.says))))
    plan.values |= {name: text or None for name, text in given.items() if _differs(name, text, ground.settings)}
    if not app_id and found_id and "slack_app_id" not in ground.fixed:
        plan.values["slack_app_id"] = found_id


def _differs(name: str, text: str, settings: Settings) -> bool:
    there = getattr(settings, name)
    return bool(checked(name, text) != there if text else there)


def _forgotten(declared: Declared, ground: Ground, plan: _Plan, say: Say) -> None:
    wanted = {
        "GitHub App": (NAMES, declared.should_forget_github_app),
        "Slack app": (FORGOTTEN, declared.should_forget_slack_app),
    }
    for what, (names, should_forget) in wanted.items():
        if not should_forget:
            continue
        kept = [name for name in names if name in ground.stored]
        plan.values |= dict.fromkeys(kept)
        also = [name.upper() for name in names if name in ground.fixed]
        stays = f" The environment sets {', '.join(also)}, which stays." if also else ""
        done = (
            "its values are forgotten here; the app itself is deleted on its page" if kept else "nothing is kept here"
        )
        say(f"{what}: {done}.{stays}")


async def _manifest(declared: Declared, ground: Ground, plan: _Plan, say: Say) -> Renewal | None:
    """Make the app, or look at what bringing it up to date would change."""
    token, settings = declared.configuration_token, ground.settings
    app_id = plan.values.get("slack_app_id") or settings.slack_app_id
    if declared.should_update and not (token and app_id):
        raise SettingsError("To update the Slack app a configuration token is needed, and an app that is there.")
    if not token:
        return None
    if not app_id:
        made = await generate(token, ground)
        plan.made = made.app_id
        values = {"slack_app_id": made.app_id, "slack_client_id": made.client_id}
        plan.values = {"slack_enabled": "true", **plan.values, **values, "slack_client_secret": made.client_secret}
        say(f"Slack app generated successfully: {made.app_id}, {settings.slack_apps_url}/{made.app_id}.")
    elif declared.should_update:
        return await looked_up(token, app_id, ground)
    else:
        say(f"Slack app {app_id}: it is there already; `update = true` brings it up to date.")
    return None


async def _keep(ground: Ground, plan: _Plan, say: Say) -> None:
    if not plan.values:
        return
    try:
        if not await ground.configuration.save(plan.values, by=ground.by, seen=ground.version):
            raise Failure(await _rescued(ground, plan) if plan.made else _MEANWHILE)
    except StoreUnavailableError:
        if plan.made:
            raise Failure(_LOST.format(made=plan.made)) from None
        raise
    for verb, is_there in (("Saved", True), ("Forgotten", False)):
        if names := sorted(name.upper() for name, text in plan.values.items() if (text is not None) is is_there):
            say(f"{verb}: {', '.join(names)}. {_RUNNING}")


async def _rescued(ground: Ground, plan: _Plan) -> str:
    """Keep the new app by itself, unless there is another one by now; a sentence either way."""
    values = {name: plan.values[name] for name in APP}
    for _ in range(_TRIES):
        seen = await ground.configuration.version()
        if set(APP) & set(await ground.configuration.read()):
            break
        if await ground.configuration.save(values, by=ground.by, seen=seen):
            return _ONLY_THE_APP.format(made=plan.made)
    return f"{_MEANWHILE} {_NOT_KEPT.format(made=plan.made)}"


async def _pointed(settings: Settings, ground: Ground) -> str:
    found = await examine(settings, ground.inside, ground.clock)
    if found is None:
        raise SettingsError("There is no GitHub App whose webhook address could be set: enter one first.")
    if isinstance(found, Trouble):
        raise failure(found)
    address = webhook_address(settings)
    if not found.hook.says:
        return f"GHES sends webhooks to {address} already."
    if trouble := await point_hook(settings, ground.inside, ground.clock):
        raise failure(trouble)
    await ground.note("set webhook address", settings.agent_url)
    return f"GHES sends webhooks to {address} from now on."
