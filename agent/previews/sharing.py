"""From links that somebody shared to what is shown below their message.

    three links or more, previews off here, a guest or a stranger ──▶ nothing
    each link, read as the sharer, all at once within 5 s
      ├ not readable ───────────────────────────────────────────────▶ nothing, whether it is there or not
      ├ not signed in, and not for everybody on the server ─────────▶ an invitation to sign in, the same for what is
      │                                                               private and for what isn't there
      └ readable ─ `deciding.verdict` ─ show ─ not within 30 minutes ▶ shown
                                      └ ask ────────────────────────▶ a prompt, one for each repository

A draft shows only what everybody may read: nobody knows the channel that it is for, and it may be shared with others.
"""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

import structlog

from agent.people.ports import MemberKind, SlackSilent
from agent.previews.deciding import Size, Verdict, Wishes, size_of, verdict
from agent.previews.drawing import card
from agent.previews.links import PreviewLink, key, parse
from agent.previews.looking import Looked, SignInFirst, looked
from agent.previews.ports import NotShown, Previews, Prompt, Shared
from agent.previews.prompts import AFTER_SIGNING_IN, invitation, private
from agent.previews.things import Thing
from agent.slash.click import Click
from agent.slash.later import signed_in
from agent.slash.ports import Ports
from agent.subscriptions.subscription import Subscription
from shared.card import Card, people_of, to_people
from shared.event import Repository

log = structlog.get_logger()


async def preview(shared: Shared, ports: Ports, previews: Previews) -> None:
    """Show what may be shown below a message, and ask its author about the rest; done again, it does no more."""
    size = size_of(len(set(shared.urls)))
    if size and links_of(shared, ports) and await is_wanted(shared, ports):
        await preview_in(size, shared, ports, previews)


async def preview_in(size: Size, shared: Shared, ports: Ports, previews: Previews) -> None:
    """The same once it is known that there are to be previews, and how big."""
    found = await look(shared, ports, previews)
    things = {url: thing for url, thing in found.items() if not isinstance(thing, SignInFirst)}
    verdicts = await _verdicts(shared, things, ports, previews)
    free = {url: thing for url, thing in things.items() if verdicts[url] is Verdict.SHOW}
    await show(size, shared, free, ports, previews)
    for repository, urls in _by_repository(things, verdicts).items():
        await _ask(size, replace(shared, urls=urls), repository, previews)
    hidden = tuple(url for url, thing in found.items() if isinstance(thing, SignInFirst))
    if hidden and not shared.is_draft:
        await _invite(size, replace(shared, urls=hidden), ports, previews)


def links_of(shared: Shared, ports: Ports) -> Mapping[str, PreviewLink]:
    """The links that have previews, by URL."""
    return {url: link for url in shared.urls if (link := parse(url, ports.ghes_url))}


async def is_wanted(shared: Shared, ports: Ports) -> bool:
    """Whether there may be previews in this channel, of what this person shares.

    Guests, and strangers in a shared channel, are nobody on GHES.
    """
    if not shared.is_draft and not (await ports.channel_settings.of(shared.address)).previews:
        return False
    member = await ports.members.of(shared.team_id, shared.user_id)
    return not isinstance(member, SlackSilent) and member.kind is MemberKind.FULL


async def look(shared: Shared, ports: Ports, previews: Previews) -> Mapping[str, Thing | SignInFirst]:
    """What there is to show of each link, by URL; without those of which there is nothing to say."""
    links = links_of(shared, ports)
    found: list[Looked] = await looked(list(links.values()), shared, ports, previews)
    return {url: thing for url, thing in zip(links, found, strict=True) if thing}


async def show(
    size: Size, shared: Shared, things: Mapping[str, Thing], ports: Ports, previews: Previews
) -> NotShown | int:
    """Show those that weren't shown here just now; how many there were."""
    links = links_of(shared, ports)
    keys = {url: key(links[url]) for url in things}
    if keys and not shared.is_draft:
        claimed = await previews.memory.claim(shared, keys)
        keys = {url: each for url, each in keys.items() if url in claimed}
    if not keys:
        return 0
    drawn = {url: card(things[url], size, buttons=not shared.is_draft) for url in keys}
    refused = await previews.unfurls.show(shared, await _to_people(drawn, shared.team_id, ports))
    if refused is None:
        return len(drawn)
    if not shared.is_draft:
        await previews.memory.release(shared, keys)
    log.warning("slack took no previews", team_id=shared.team_id, channel_id=shared.channel_id, reason=refused.reason)
    return refused


async def _to_people(cards: Mapping[str, Card], team_id: str, ports: Ports) -> Mapping[str, Card]:
    logins = set().union(*(people_of(each) for each in cards.values()))
    users = await ports.people.on_ghes(team_id, logins) if logins else {}
    return {url: to_people(each, users) for url, each in cards.items()}


async def _verdicts(
    shared: Shared, things: Mapping[str, Thing], ports: Ports, previews: Previews
) -> Mapping[str, Verdict]:
    wishes = Wishes()
    subscriptions: Sequence[Subscription] = ()
    if any(thing.repository and not thing.repository.open_to_all for thing in things.values()):
        wishes, subscriptions = await asyncio.gather(
            previews.memory.wishes(shared.team_id, shared.user_id), _subscriptions(shared, ports)
        )
    return {
        url: verdict(
            thing.repository,
            subscriptions,
            wishes,
            channel_id=shared.channel_id,
            is_ext_shared=shared.is_ext_shared or shared.is_draft,
            now=previews.clock.now(),
            can_ask=not shared.is_draft,
        )
        for url, thing in things.items()
    }


async def _subscriptions(shared: Shared, ports: Ports) -> Sequence[Subscription]:
    return () if shared.is_draft else await ports.subscriptions.of(shared.address)


def _by_repository(
    things: Mapping[str, Thing], verdicts: Mapping[str, Verdict]
) -> Mapping[Repository, tuple[str, ...]]:
    """The URLs to ask about."""
    found: dict[Repository, tuple[str, ...]] = defaultdict(tuple)
    for url, thing in things.items():
        if thing.repository and verdicts[url] is Verdict.ASK:
            found[thing.repository] += (url,)
    return found


async def _ask(size: Size, shared: Shared, repository: Repository, previews: Previews) -> None:
    prompt = Prompt(shared=shared, size=size, repository_id=repository.id, repository=repository.full_name)
    if prompt_id := await previews.memory.keep(prompt):
        asked = private(prompt_id, repository.full_name, len(shared.urls), is_ext_shared=shared.is_ext_shared)
        _told(shared, await previews.unfurls.ask(shared, asked))


async def _invite(size: Size, shared: Shared, ports: Ports, previews: Previews) -> None:
    """What was shared goes on by itself when its author has signed in."""
    wishes = await previews.memory.wishes(shared.team_id, shared.user_id)
    if wishes.is_muted(previews.clock.now()):
        return
    prompt_id = await previews.memory.keep(Prompt(shared=shared, size=size))
    if prompt_id is None:
        return
    going_on = Click(
        id=prompt_id,
        action_id=AFTER_SIGNING_IN,
        value=prompt_id,
        team_id=shared.team_id,
        channel_id=shared.channel_id,
        user_id=shared.user_id,
        response_url="",
    )
    await ports.later.keep(going_on, signed_in(shared.team_id, shared.user_id))
    _told(shared, await previews.unfurls.invite(shared, invitation(prompt_id)))


def _told(shared: Shared, refused: NotShown | None) -> None:
    if refused:
        log.warning("a prompt about previews reached nobody", team_id=shared.team_id, reason=refused.reason)
