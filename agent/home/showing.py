"""Showing somebody their Home: first what the store knows, then what GHES says, unless it has said so just now."""

from dataclasses import replace

from agent.home.home import Account, Connected, Home, Outsider, Subscribed, Things, Unconnected
from agent.home.looks import Look
from agent.home.ports import Homes
from agent.home.reading import waiting
from agent.people.ports import Member, MemberKind
from agent.slash.ports import Ports
from agent.slash.reply import Reply


async def show(team_id: str, user_id: str, ports: Ports, homes: Homes, *, offer: Reply | None = None) -> None:
    """Show it; `offer` is the way to link their account that somebody unlinked has asked for."""
    await homes.memory.shown(team_id, user_id)
    account = await _account(team_id, user_id, ports, offer)
    known = Home(
        made_at=homes.clock.now(),
        account=account,
        subscriptions=() if isinstance(account, Outsider) else await _subscriptions(team_id, user_id, homes),
        ghes_url=ports.ghes_url,
        command=ports.command,
    )
    look = homes.looks.of(team_id, user_id, account.login) if isinstance(account, Connected) else None
    if look:
        known = replace(known, made_at=look.at, reviews=look.reviews, assigned=look.assigned)
    published = await homes.screen.publish(team_id, user_id, known)
    if published is None or look or not isinstance(account, Connected):
        return
    begun = homes.looks.begin()
    reviews, assigned = await waiting(team_id, user_id, ports)
    at = homes.clock.now()
    if isinstance(reviews, Things) and isinstance(assigned, Things):
        look = Look(login=account.login, reviews=reviews, assigned=assigned, at=at)
        homes.looks.keep(team_id, user_id, look, begun)
    whole = replace(known, made_at=at, reviews=reviews, assigned=assigned)
    await homes.screen.publish(team_id, user_id, whole, over=published)


async def _account(team_id: str, user_id: str, ports: Ports, offer: Reply | None) -> Account:
    """Where Slack doesn't say who it is, they are treated as a member: the flows behind the buttons ask again."""
    member = await ports.members.of(team_id, user_id)
    if isinstance(member, Member) and member.kind is not MemberKind.FULL:
        return Outsider()
    person = await ports.people.of(team_id, user_id)
    return Connected(person.login) if person else Unconnected(offer)


async def _subscriptions(team_id: str, user_id: str, homes: Homes) -> tuple[Subscribed, ...]:
    return tuple(await homes.memory.subscriptions(team_id, user_id))
