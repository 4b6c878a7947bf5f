"""The section *GitHub App* of the console's first page: creating it on GHES, entering one, and how it is there."""

import json
from collections.abc import Collection, Mapping
from typing import Any

from agent.audit import Entry
from agent.ghes.hosts import Hosts
from agent.settings import Settings
from agent.setup import github_app as making
from agent.setup.app_needs import NOTHING_YET
from agent.setup.github_entered import checked_by_ghes, merged
from agent.setup.github_examined import Examined, examine, point_hook
from agent.setup.github_values import NAMES, SECRET, by_environment, is_there, texts
from agent.setup.trouble import Trouble
from agent.store.audit import note
from agent.store.round_trips import Kind
from agent.web.console.page import Act, Done, Drawn, Form, Visit, Wrong
from agent.web.console.parts import Console

CREATED = "GitHub App created"
SAVED = "GitHub App settings have been saved"
MEANWHILE = "Somebody else has saved settings since this page was opened: look at them, then try again."
_THERE_IS_ONE = "There is a GitHub App already ({name}). Forget it before another one is created."
_NOT_BY_FLOW = (
    "{fixed}, so what GHES makes couldn't be kept as a whole: take the variables away and start the agent anew, or "
    "enter an existing App."
)
_ALL_FIXED = "{fixed}: the App is changed there, not here."
_FIXED = "{name} is set by the environment, so it can't be changed here."
_CONFIRM = "Tick the box first: the App's private key and secrets are deleted here, and can't be brought back."
_FORGOTTEN = (
    "The GitHub App's values are forgotten here. Delete the App itself on its page on GHES; until then GHES keeps what "
    "happens in its delivery log for 7 days."
)
_POINTED = "GHES sends webhooks to {url} from now on."


async def look(console: Console, settings: Settings) -> Examined | Trouble | None:
    """The App as GHES has it."""
    return await examine(settings, console.inside, console.clock)


def context(console: Console, settings: Settings, app: Examined | Trouble | None) -> Mapping[str, Any]:
    """What the section's template is given; `settings` and `app`: as stored, and what `look` found."""
    slug = app.slug if isinstance(app, Examined) else settings.ghes_app_slug
    return {
        "github": {name: _field(console, settings, name) for name in NAMES},
        "has_github_app": is_there(settings),
        "github_app": app if isinstance(app, Examined) else None,
        "github_trouble": app.says if isinstance(app, Trouble) else "",
        "github_slug": slug or "",
        "github_install_page": Hosts.of(settings.ghes_url).install_page(slug) if slug else "",
        "github_fixed": by_environment(console.fixed),
        "github_all_fixed": console.fixed.issuperset(NAMES),
        "github_app_name": making.NAME,
        "nothing_yet": NOTHING_YET,
        "agent_url": settings.agent_url,
    }


async def create(visit: Visit, form: Form) -> Drawn | Wrong:
    """*Create GitHub App*: a page whose one button takes our manifest to GHES."""
    console = visit.console
    if fixed := by_environment(console.fixed):
        return Wrong(says=_NOT_BY_FLOW.format(fixed=fixed))
    settings = await console.as_stored()
    if is_there(settings):
        return Wrong(says=_THERE_IS_ONE.format(name=settings.ghes_app_slug or settings.ghes_app_id))
    organisation, name = form.get("organisation", ""), form.get("app_name", "")
    if form.get("owner") != "organisation":
        organisation = ""
    elif not organisation:
        return Wrong(fields={"organisation": "Enter the organisation's name, or choose your own account."})
    if wrong := making.unfit(organisation, name):
        return Wrong(fields=wrong)
    state = await console.round_trips.begin(Kind.GITHUB_APP, visit.browser)
    given = {
        "action": making.new_app_url(settings.ghes_url, organisation, state),
        "manifest": json.dumps(making.manifest(settings, name), ensure_ascii=False),
        "organisation": organisation,
        "app_name": name,
        "agent_url": settings.agent_url,
    }
    # Browsers hold every redirect against it: GHES may send a person to any identity provider first, and then to us.
    forms_go = f"{settings.ghes_url} {settings.agent_url} https:"
    return Drawn(template="github_app_manifest.html", context=given, forms_go=forms_go)


async def save(visit: Visit, form: Form) -> Done | Wrong:
    """*Save App*: what is entered of an existing App, tried out at GHES first."""
    console = visit.console
    if console.fixed.issuperset(NAMES):
        return Wrong(says=_ALL_FIXED.format(fixed=by_environment(console.fixed)))
    settings = await console.as_stored()
    if wrong := _of_environment(settings, console.fixed, form):
        return Wrong(fields=wrong)
    values = await checked_by_ghes(
        merged(settings, console.fixed, form),
        settings=settings,
        fixed=console.fixed,
        network=console.inside,
        clock=console.clock,
    )
    if isinstance(values, Trouble):
        return _wrong(values)
    if not await _keep(visit, form, {name: text for name, text in values.items() if name not in console.fixed}):
        return Wrong(says=MEANWHILE)
    return Done(says=f"{SAVED}. GHES takes its key and its client secret.")


async def point(visit: Visit, form: Form) -> Done | Wrong:  # noqa: ARG001 - an act's
    """*Set the webhook address*."""
    console = visit.console
    settings = await console.as_stored()
    if trouble := await point_hook(settings, console.inside, console.clock):
        return _wrong(trouble)
    entry = Entry(team_id="", user_id="", login=visit.admin, action="set webhook address", target=settings.agent_url)
    at = console.clock.now().timestamp()
    await console.store.write(lambda connection: note(connection, at, entry))
    return Done(says=_POINTED.format(url=settings.agent_url))


async def forget(visit: Visit, form: Form) -> Done | Wrong:
    """*Forget this App*: the values that are kept here; the App itself stays on GHES."""
    names = {name: None for name in NAMES if name not in visit.console.fixed}
    if not names:
        return Wrong(says=_ALL_FIXED.format(fixed=by_environment(visit.console.fixed)))
    if not form.get("forget_confirmed"):
        return Wrong(fields={"forget_confirmed": _CONFIRM})
    if not await _keep(visit, form, names):
        return Wrong(says=MEANWHILE)
    return Done(says=_FORGOTTEN)


ACTS: Mapping[str, Act] = {
    "create_github_app": create,
    "save_github_app": save,
    "set_webhook_address": point,
    "forget_github_app": forget,
}


def _of_environment(settings: Settings, fixed: Collection[str], form: Form) -> dict[str, str]:
    """Sentences for the fields that say something else than the environment, which wins."""
    there = texts(settings)
    return {
        name: _FIXED.format(name=name.upper())
        for name in NAMES
        if name in fixed and form.get(name) and form[name] != there.get(name, "").strip()
    }


def _field(console: Console, settings: Settings, name: str) -> Mapping[str, Any]:
    """A field of the form as it stands; a secret's value is never shown."""
    value = getattr(settings, name)
    return {
        "name": name,
        "value": "" if name in SECRET else value or "",
        "is_set": bool(value),
        "fixed": name in console.fixed,
    }


async def _keep(visit: Visit, form: Form, values: Mapping[str, str | None]) -> bool:
    """False when somebody else has saved something since the page was drawn."""
    seen = form.get("version", "")
    kept = await visit.console.configuration.save(values, by=visit.admin, seen=int(seen) if seen.isdecimal() else -1)
    visit.console.look()
    return kept


def _wrong(trouble: Trouble) -> Wrong:
    return Wrong(says=trouble.says, fields=trouble.fields)
