"""Links that people share: which apps hear of them, and by which event (slack.md §14).

A domain is registered with an app and heard of in the workspaces that have installed it since; if several apps claim
it, the first that was installed gets it. `link_shared` goes out
for people's messages and drafts only; what an app makes of it comes back by `chat.unfurl` (methods/unfurl.py).
"""

import hashlib
import re
from typing import Any
from urllib.parse import urlsplit

from infra.sandbox.slack.app import Installation
from infra.sandbox.slack.events import emit
from infra.sandbox.slack.line import Delivery
from infra.sandbox.slack.state import Channel, Message, SharedLinks, Team, User
from infra.sandbox.slack.world import World

DOMAINS = 5
COMPOSER = "COMPOSER"
_URL = re.compile(r"https?://[^\s<>|]+")
_BARE = re.compile(r"(?<![<|])https?://[^\s<>|]*[^\s<>|.,;:!?)]")
_DOMAIN = re.compile(r"(?!-)[-a-z0-9]+(\.[-a-z0-9]+)*\.[a-z][-a-z0-9]*[a-z0-9]")


def register_domain(world: World, domain: str, *, localhost: bool = False, reinstall: bool = True) -> None:
    """Register a domain of links with the first app, and install it anew everywhere, without which nothing changes.

    Raises `ValueError` for what Slack doesn't take: no domain (`is_domain`), a sixth one.
    """
    if not is_domain(domain, localhost=localhost):
        raise ValueError(f"Slack previews no links of {domain}, since it has no top-level domain")
    if len({*world.app.unfurl_domains, domain}) > DOMAINS:
        raise ValueError(f"an app has {DOMAINS} domains of links at most")
    world.app.unfurl_domains = tuple(dict.fromkeys((*world.app.unfurl_domains, domain)))
    for installation in world.installations() if reinstall else ():
        if installation.app_id == world.app.app_id:
            installation.unfurl_domains = world.app.unfurl_domains


def is_domain(domain: str, *, localhost: bool = False) -> bool:
    """Whether it has a top-level domain, which no address and no bare name has; `localhost` forgives `.localhost`."""
    return bool(_DOMAIN.fullmatch(domain)) and (localhost or not domain.endswith(".localhost"))


def bracketed(text: str) -> str:
    """Return a message's text with its bare links in angle brackets, as clients send it."""
    return _BARE.sub(lambda found: f"<{found.group()}>", text)


def heard_links(team: Team, text: str, installation: Installation | None = None) -> list[dict[str, str]]:
    """Return the links of a text that an app hears of, each once; a port matches, a sub-domain doesn't.

    `installation`: the app's, the workspace's first unless given.
    """
    mine = installation or team.installation
    urls = [found.group().replace("&amp;", "&") for found in _URL.finditer(text)]
    hosts = {url: (urlsplit(url).hostname or "") for url in dict.fromkeys(urls)}
    return [{"domain": host, "url": url} for url, host in hosts.items() if _claimant(team, host) is mine]


def tell_of_links(world: World, team: Team, channel: Channel, person: User, message: Message) -> Delivery | None:
    """Send `link_shared` for a person's message; None when it has no link that an app hears of."""
    thread = {"thread_ts": message.thread_ts} if message.thread_ts else {}
    told = {"channel": channel.channel_id, "message_ts": message.ts, **thread}
    return _tell_each(world, team, channel, person, message.text, told, ts=message.ts)


def tell_of_draft(world: World, team: Team, channel: Channel, person: User, text: str) -> Delivery | None:
    """Send `link_shared` for a message that is being written; apps learn no channel."""
    return _tell_each(world, team, channel, person, text, {"channel": COMPOSER}, ts=None)


def _claimant(team: Team, host: str) -> Installation | None:
    """Who hears of this domain's links; once an app is gone, or was let out, the next one does."""
    live = [it for it in team.installed.values() if it.serves(team.team_id)]
    return next((it for it in sorted(live, key=lambda it: it.order) if host in it.unfurl_domains), None)


def _tell_each(
    world: World, team: Team, channel: Channel, person: User, text: str, told: dict[str, Any], *, ts: str | None
) -> Delivery | None:
    sent = [_tell(world, team, channel, person, it, text, told, ts=ts) for it in team.installed.values()]
    return next((delivery for delivery in sent if delivery is not None), None)


def _tell(
    world: World,
    team: Team,
    channel: Channel,
    person: User,
    installation: Installation,
    text: str,
    told: dict[str, Any],
    *,
    ts: str | None,
) -> Delivery | None:
    links = heard_links(team, text, installation)
    if not links or "links:read" not in installation.scopes:
        return None
    shared = SharedLinks(
        unfurl_id=_unfurl_id(world, channel, person, installation, ts),
        source="composer" if ts is None else "conversations_history",
        team_id=team.team_id,
        app_id=installation.app_id,
        channel_id=channel.channel_id,
        user_id=person.user_id,
        ts=ts,
        urls=tuple(link["url"] for link in links),
    )
    event = {
        "type": "link_shared",
        "user": shared.user_id,
        "message_ts": shared.unfurl_id,
        **told,
        "unfurl_id": shared.unfurl_id,
        "source": shared.source,
        "links": links,
        "is_bot_user_member": installation.bot_user_id in channel.members,
    }
    world.links[shared.unfurl_id] = shared
    delivery = emit(world, team, event, installation=installation)
    if delivery is not None:
        shared.reached = lambda: delivery.acknowledged
    return delivery


def _unfurl_id(world: World, channel: Channel, person: User, installation: Installation, ts: str | None) -> str:
    if ts is None:
        return f"{person.user_id}-{world.new_id('draft')}"
    seed = f"{channel.channel_id}.{ts}"
    return f"{seed}.{hashlib.sha256(f'{installation.app_id}.{seed}'.encode()).hexdigest()}"
