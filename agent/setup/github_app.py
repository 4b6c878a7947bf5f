"""Making the GitHub App from our manifest: GHES asks the administrator's browser, and hands all values out once.

manifest ──▶ (browser) GHES's own form ──▶ /setup/app-created?code&state ──▶ conversion ──▶ kept, all six or nothing

The steps are those of GitHub's documentation of App manifests; a code is good once, for an hour.
"""

import re
from collections.abc import Mapping
from http import HTTPStatus
from urllib.parse import quote, urlencode

import structlog

from agent.examining.findings import quoted
from agent.ghes.answers import Refused, Unreachable
from agent.ghes.hosts import Hosts
from agent.manifests import Manifest, ghes_manifest
from agent.settings import Settings, SettingsError
from agent.setup.github_calls import GithubCalls
from agent.setup.github_values import NAMES, Made
from agent.setup.trouble import Trouble
from agent.stored_settings import checked
from shared.event import mapping, number, text

log = structlog.get_logger()
NAME = str(ghes_manifest("https://agent.example.com")["name"])
"""What the App is called unless somebody chooses another name."""
_LONGEST_NAME = 34
_LOGIN = re.compile(r"[A-Za-z0-9][\w-]{0,99}", re.ASCII)
_BY_HAND = (
    "On its page on GHES, generate a private key and a client secret, set a webhook secret, and enter all of them here "
    "under Use an existing App."
)
_OLD_CODE = (
    "GHES doesn't know this code any more: it is good once, and for an hour. Delete the App that was just made, on "
    "GHES under Developer settings, GitHub Apps; then create it again."
)


def unfit(organisation: str, name: str) -> Mapping[str, str]:
    """Sentences for the fields that are wrong, `organisation` (empty: the person's own account) and `app_name`."""
    wrong = {}
    if organisation and not _LOGIN.fullmatch(organisation):
        wrong["organisation"] = "Enter the organisation's name as it stands in its address on GHES."
    if not name or len(name) > _LONGEST_NAME:
        wrong["app_name"] = f"Enter a name of 1 to {_LONGEST_NAME} characters; GHES wants one that no other App has."
    return wrong


def manifest(settings: Settings, name: str) -> Manifest:
    """The GitHub App of these settings."""
    return ghes_manifest(settings.agent_url, name)


def new_app_url(ghes_url: str, organisation: str, state: str) -> str:
    """Where the browser posts the manifest to; `organisation` is empty for the person's own account."""
    owner = f"/organizations/{quote(organisation, safe='')}" if organisation else ""
    return f"{Hosts.of(ghes_url).web}{owner}/settings/apps/new?{urlencode({'state': state})}"


def settings_page(hosts: Hosts, app: Mapping[str, object]) -> str:
    """Where the App's owner changes it; `app`: as GHES's REST shows it. Enterprises have no such address here."""
    slug, login = quote(text(app, "slug"), safe=""), quote(text(app, "owner", "login"), safe="")
    if text(app, "owner", "type") == "Organization":
        return f"{hosts.web}/organizations/{login}/settings/apps/{slug}"
    return f"{hosts.web}/settings/apps/{slug}" if login else f"{hosts.web}/github-apps/{slug}"


async def converted(calls: GithubCalls, code: str) -> Made | Trouble | Unreachable:
    """The App that `code` stands for; a code that GHES could not be asked about may be tried again."""
    if not code:
        return Trouble(says=f"GHES sent no code along. {_OLD_CODE}")
    match await calls.conversion(code):
        case Unreachable() as unreachable:
            log.warning("a new github app can't be fetched", reason=unreachable.own or unreachable.reason)
            return unreachable
        case Refused() as refused:
            log.warning("ghes hands out no github app", status=refused.status)
            return _refused(refused)
        case answer:
            return _made(mapping(answer), calls.hosts)


def _refused(refused: Refused) -> Trouble:
    if refused.is_missing:
        return Trouble(says=_OLD_CODE)
    said = f"({refused.status} {quoted(refused.message)})"
    if refused.status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        return Trouble(says=f"GHES made the App and doesn't hand its values out {said}. {_BY_HAND}")
    return Trouble(says=f"GHES refuses the code {said}. {_BY_HAND}")


def _made(answer: Mapping[str, object], hosts: Hosts) -> Made | Trouble:
    given = (
        str(number(answer, "id") or ""),
        text(answer, "slug"),
        text(answer, "pem"),
        text(answer, "client_id"),
        text(answer, "client_secret"),
        text(answer, "webhook_secret"),
    )
    values = dict(zip(NAMES, given, strict=True))
    lacking = [name.upper() for name, value in values.items() if not _is_sound(name, value)]
    if lacking:
        return Trouble(says=f"GHES made the App and didn't say all of it: {', '.join(lacking)} is missing. {_BY_HAND}")
    log.info("a github app was made", app_id=values["ghes_app_id"], slug=values["ghes_app_slug"])
    return Made(values=values, name=text(answer, "name") or values["ghes_app_slug"], page=settings_page(hosts, answer))


def _is_sound(name: str, value: str) -> bool:
    try:
        return bool(value and checked(name, value))
    except SettingsError:
        return False
