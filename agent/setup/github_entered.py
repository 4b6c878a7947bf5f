"""An App that exists already: what is entered of it, tried out at GHES before it is kept."""

from collections.abc import Collection, Mapping
from http import HTTPStatus

from agent.examining.findings import quoted
from agent.ghes.answers import Refused, Unreachable
from agent.ghes.hosts import Hosts
from agent.ghes.oauth import GhesOAuth
from agent.net.outbound import Network
from agent.people.ports import Denied
from agent.settings import Settings
from agent.setup.github_calls import GithubCalls, away
from agent.setup.github_values import NAMES, SECRET, texts
from agent.setup.trouble import Trouble
from agent.stored_settings import as_stored, misread
from shared.clock import Clock
from shared.event import mapping, text

_FOUND = ("ghes_app_slug", "ghes_client_id")
"""What GHES tells of an App whose key one has."""
_MISSING = {
    "ghes_app_id": "Enter the App ID: it stands on the App's page on GHES, under About.",
    "ghes_private_key": "Paste the private key (PEM) that the App's page on GHES gave when it was generated.",
    "ghes_client_id": "Enter the client ID: it stands on the App's page on GHES, under About.",
    "ghes_client_secret": "Enter a client secret: the App's page on GHES shows one when it is generated.",
    "ghes_webhook_secret": "Enter the webhook secret that the App's page on GHES was given.",
}
_PROBE = "ghe-slack-tries-the-secret"
"""No code of GHES's: what it is refused for tells whether the secret was right."""


def merged(now: Settings, fixed: Collection[str], given: Mapping[str, str]) -> dict[str, str]:
    """What is entered beside what is there: an empty secret stays as it is, unless it is another App's.

    `given`: texts by name. What the environment has set stands; the slug and the client id are found anew.
    """
    there = texts(now)
    entered = {name: _lines(text) for name, text in given.items() if name in NAMES and name not in fixed and text}
    other = entered.get("ghes_app_id", there.get("ghes_app_id")) != there.get("ghes_app_id")
    stays = {
        name: text
        for name, text in there.items()
        if name in fixed or (not other and (name in SECRET or name == "ghes_app_id"))
    }
    return stays | entered


async def checked_by_ghes(
    values: Mapping[str, str], *, settings: Settings, fixed: Collection[str], network: Network, clock: Clock
) -> Mapping[str, str] | Trouble:
    """All six values, after GHES has taken the key and the client secret; the webhook secret it doesn't tell.

    `values`: those of `merged`; the slug and the client id may be absent.
    """
    if wrong := misread(values) | _absent(values, {*_FOUND}):
        return Trouble(fields=wrong)
    calls = GithubCalls(as_stored(settings, (), values, NAMES), network, clock)
    match await calls.app():
        case Unreachable() as unreachable:
            return away(unreachable)
        case Refused() as refused:
            return _refused(refused, values)
        case answer:
            whole = _whole(mapping(answer), values, fixed)
    if isinstance(whole, Trouble):
        return whole
    trouble = await _secret_refused(whole, calls.hosts, network, clock)
    return trouble or whole


def _whole(app: Mapping[str, object], values: Mapping[str, str], fixed: Collection[str]) -> Mapping[str, str] | Trouble:
    """The values with what GHES says of the App; it must not contradict them."""
    told = {name: said for name, said in zip(_FOUND, (text(app, "slug"), text(app, "client_id")), strict=True) if said}
    contradicted = {
        name: f"That is another App's: {quoted(said)} belongs to the App {values['ghes_app_id']}."
        + (f" {name.upper()} is set by the environment: correct it there." if name in fixed else "")
        for name, said in told.items()
        if values.get(name, said) != said
    }
    whole = told | dict(values)
    if wrong := contradicted or _absent(whole, ()):
        return Trouble(fields=wrong)
    return whole


async def _secret_refused(values: Mapping[str, str], hosts: Hosts, network: Network, clock: Clock) -> Trouble | None:
    """Why the client secret isn't taken.

    GHES is asked for a token with a code that can't be one. `incorrect_client_credentials`, from GitHub's documentation
    of token request errors, is the one answer that says no to the secret; any other is about the code.
    """
    oauth = GhesOAuth(network, hosts, values["ghes_client_id"], values["ghes_client_secret"], clock)
    match await oauth.exchange(_PROBE, ""):
        case Denied(error="incorrect_client_credentials"):
            says = "GHES doesn't take this client secret: generate a new one on the App's page on GHES."
            return Trouble(fields={"ghes_client_secret": says})
        case Unreachable() as unreachable:
            return away(unreachable)
        case _:
            return None


def _refused(refused: Refused, values: Mapping[str, str]) -> Trouble:
    said = f"({refused.status} {quoted(refused.message)})"
    if refused.status == HTTPStatus.UNAUTHORIZED:
        says = (
            f"GHES doesn't take this key for the App {values['ghes_app_id']} {said}: it is another App's, or was "
            "deleted there. Generate a private key on the App's page on GHES."
        )
        return Trouble(fields={"ghes_private_key": says})
    if refused.is_missing:
        says = f"GHES knows no App {values['ghes_app_id']} {said}: compare it with the App's page on GHES."
        return Trouble(fields={"ghes_app_id": says})
    return Trouble(says=f"GHES refuses to tell of the App {said}: ask its site administrators if it is suspended.")


def _absent(values: Mapping[str, str], unasked: Collection[str]) -> dict[str, str]:
    return {name: says for name, says in _MISSING.items() if name not in unasked and not values.get(name)}


def _lines(text: str) -> str:
    """Browsers send line ends of their own."""
    return text.replace("\r\n", "\n")
