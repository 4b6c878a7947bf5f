"""The GitHub App as GHES has it now: whose it is, where it is installed, what it may, and where its webhooks go."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import structlog

from agent.examining.findings import quoted
from agent.ghes.answers import Refused, Unreachable
from agent.ghes.hosts import Hosts
from agent.net.outbound import Network
from agent.settings import Settings
from agent.setup.app_needs import RANK, Row, event_rows, permission_rows
from agent.setup.github_app import settings_page
from agent.setup.github_calls import MOST_LISTED, Answer, GithubCalls, away
from agent.setup.trouble import Trouble
from shared.clock import Clock
from shared.event import mapping, text

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """An account that has installed the App."""

    account: str
    everything: bool
    """All repositories of the account, not selected ones."""
    page: str
    """Where its owner changes it; empty where GHES names none of its own."""
    suspended: bool
    waits: tuple[str, ...]
    """Permissions that the App asks for and the account hasn't accepted yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hook:
    """Where webhooks go."""

    url: str
    """As GHES has it; empty when there is none, or GHES doesn't say."""
    wanted: str
    says: str
    """What is wrong; empty when all is well."""
    settable: bool
    """Whether GHES lets us mend it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """An App that GHES knows us as."""

    name: str
    slug: str
    owner: str
    page: str
    """Where its owner changes it."""
    install_page: str
    installations: Sequence[Installed]
    more: bool
    """There are more than `installations` has."""
    unlisted: str
    """Why the installations aren't known; empty when they are."""
    permissions: Sequence[Row]
    events: Sequence[Row]
    hook: Hook

    @property
    def lacking(self) -> Sequence[Row]:
        """What the App hasn't got and somebody will miss."""
        return [row for row in (*self.permissions, *self.events) if row.lacking]


async def examine(settings: Settings, network: Network, clock: Clock) -> Examined | Trouble | None:
    """What GHES says, or why it doesn't; None without an App id and a private key. Up to three requests."""
    if not settings.ghes_app_id or settings.ghes_private_key is None:
        return None
    calls = GithubCalls(settings, network, clock)
    answer = await calls.app()
    match answer:
        case Refused() as refused:
            return _unknown(settings, refused)
        case Unreachable() as unreachable:
            return away(unreachable)
    app, hosts = mapping(answer), calls.hosts
    listed, hook = await asyncio.gather(calls.installations(), calls.hook())
    events = app.get("events")
    slug = text(app, "slug") or settings.ghes_app_slug or ""
    return Examined(
        name=text(app, "name") or slug,
        slug=slug,
        owner=text(app, "owner", "login") or text(app, "owner", "slug"),
        page=settings_page(hosts, app),
        install_page=hosts.install_page(slug),
        installations=list(_installed(listed, mapping(app, "permissions"), hosts)),
        more=isinstance(listed, list) and len(listed) >= MOST_LISTED,
        unlisted="" if isinstance(listed, list) else "GHES doesn't tell where it is installed.",
        permissions=permission_rows(mapping(app, "permissions")),
        events=event_rows(events if isinstance(events, list) else ()),
        hook=_hook(hook, webhook_address(settings)),
    )


def webhook_address(settings: Settings) -> str:
    """Where GHES has to send webhooks to."""
    return f"{settings.agent_url}/webhooks/github"


async def point_hook(settings: Settings, network: Network, clock: Clock) -> Trouble | None:
    """Have GHES send webhooks to `AGENT_URL`, as JSON; with our secret where it has none at all. None: it is done."""
    calls = GithubCalls(settings, network, clock)
    hook = await calls.hook()
    if isinstance(hook, Unreachable):
        return away(hook)
    if isinstance(hook, Refused):
        return Trouble(says=_no_hook(webhook_address(settings)))
    changes = {"url": webhook_address(settings), "content_type": "json"}
    if settings.ghes_webhook_secret and not mapping(hook).get("secret"):
        changes["secret"] = settings.ghes_webhook_secret[0].get_secret_value()
    match await calls.change_hook(changes):
        case Refused() as refused:
            said = f"({refused.status} {quoted(refused.message)})"
            return Trouble(
                says=f"GHES doesn't take {webhook_address(settings)} as the webhook address {said}: correct AGENT_URL, "
                "or set the address on the App's page on GHES."
            )
        case Unreachable() as unreachable:
            return away(unreachable)
    log.info("the webhook address was set at ghes")
    return None


def _unknown(settings: Settings, refused: Refused) -> Trouble:
    said = f"({refused.status} {quoted(refused.message)})"
    if refused.status != HTTPStatus.UNAUTHORIZED and not refused.is_missing:
        says = f"GHES refuses to tell of the App {said}: ask its site administrators whether it is suspended."
        return Trouble(says=says)
    return Trouble(
        says=f"GHES doesn't know us as the App {settings.ghes_app_id} any more {said}: the App was deleted there, or "
        "its private key was. Look under Developer settings, GitHub Apps, on GHES. If the App is there, generate a new "
        "private key on its page and enter it here; if it is gone, forget this App here and create it anew."
    )


def _installed(listed: Answer, asked: Mapping[str, Any], hosts: Hosts) -> Iterator[Installed]:
    for each in listed if isinstance(listed, list) else ():
        page, accepted = text(each, "html_url"), mapping(each, "permissions")
        yield Installed(
            account=text(each, "account", "login") or text(each, "account", "slug"),
            everything=text(each, "repository_selection") == "all",
            page=page if hosts.same_host(page) else "",
            suspended=bool(mapping(each).get("suspended_at")),
            waits=tuple(name for name, level in asked.items() if _rank(accepted.get(name)) < _rank(level)),
        )


def _rank(level: object) -> int:
    return RANK.get(str(level), 0)


def _hook(answer: Answer, wanted: str) -> Hook:
    if isinstance(answer, Refused):
        return Hook(url="", wanted=wanted, says=_no_hook(wanted), settable=False)
    if isinstance(answer, Unreachable):
        return Hook(url="", wanted=wanted, says="GHES doesn't tell where it sends webhooks.", settable=False)
    hook = mapping(answer)
    url = text(hook, "url")
    says = ""
    if url.rstrip("/") != wanted:
        says = f"GHES sends webhooks to {quoted(url) or 'nowhere'}, not to {wanted}."
    elif text(hook, "content_type") != "json":
        says = f"GHES sends webhooks as {quoted(text(hook, 'content_type')) or 'something else'}, and we read JSON."
    elif not hook.get("secret"):
        says = "The webhook has no secret, and unsigned webhooks are refused."
    return Hook(url=url, wanted=wanted, says=says, settable=bool(says))


def _no_hook(wanted: str) -> str:
    return (
        "The App has no webhook that we may see: on its page on GHES, tick Active under Webhook, and enter the "
        f"address {wanted}."
    )
