"""What a file of subscriptions is compared with, and how its steps are carried out."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import ColumnElement, Connection, and_, case, delete, exists, select, update

from agent.audit import Entry
from agent.slash.channel_settings import Chosen
from agent.slash.ports import ConflictError
from agent.sponsors.notices import OFFERED, notice, value_of
from agent.sponsors.ports import Answer
from agent.store import allowances
from agent.store.audit import note
from agent.store.people_tables import allowances as allowance_rows
from agent.store.people_tables import sponsors
from agent.store.sponsors import Row, subscribed_to, take_back, tell
from agent.store.subscriptions import action_of, address_id_of, put
from agent.store.tables import addresses, repositories, subscriptions, workspaces
from agent.store.withdrawing import withdraw
from agent.subscription_file.declared import WishedChannel
from agent.subscription_file.held import HeldChannel, HeldSubscription
from agent.subscription_file.planning import ChannelSteps, steps
from agent.subscriptions.subscription import Scope, Target, decode
from shared.address import Address

BY = "subscriptions apply"
"""Who did it, for the audit log."""
SLICE = 500
WAITS = "private: waits for somebody there to take it over"

NAME = case(
    (repositories.c.id.is_not(None), repositories.c.owner + "/" + repositories.c.name), else_=subscriptions.c.target
)
"""What a target is called now, as far as it is known; with `OF_TARGET`."""
OF_TARGET = and_(subscriptions.c.scope == Scope.REPO, repositories.c.id == subscriptions.c.target_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """All that a file can speak of."""

    channels: Mapping[Address, HeldChannel]
    teams: Mapping[str, str]
    """The names of the workspaces, by id; empty for one that is only known by its channels."""


def held(connection: Connection) -> Held:
    """All channels and workspaces. Raises `UnreadableWantsError` for a subscription that a newer version stored."""
    channels = _channels(connection)
    names = connection.execute(select(workspaces.c.team_id, workspaces.c.name)).all()
    only_channels = {address.team_id: "" for address, each in channels.items() if each.subscriptions}
    return Held(channels=channels, teams=only_channels | {row.team_id: row.name for row in names})


def _channels(connection: Connection, *where: ColumnElement[bool]) -> dict[Address, HeldChannel]:
    allowed = exists().where(
        allowance_rows.c.address_id == subscriptions.c.address_id,
        allowance_rows.c.target_id == subscriptions.c.target_id,
        allowance_rows.c.answer == Answer.YES,
    )
    query = (
        select(subscriptions, NAME.label("name"), and_(subscriptions.c.scope == Scope.REPO, allowed).label("allowed"))
        .join(addresses, addresses.c.id == subscriptions.c.address_id)
        .outerjoin(repositories, OF_TARGET)
        .where(*where)
        .order_by(subscriptions.c.id)
    )
    found: dict[int, list[HeldSubscription]] = defaultdict(list)
    for row in connection.execute(query):
        target = Target(scope=Scope(row.scope), id=row.target_id, name=row.name)
        one = HeldSubscription(target=target, wants=decode(row.wants), allowed=bool(row.allowed))
        found[row.address_id].append(one)
    channels = {}
    for row in connection.execute(select(addresses).where(*where)):
        address = Address(team_id=row.team_id, channel_id=row.channel_id)
        chosen = Chosen(threading=row.threading, previews=row.previews)
        channels[address] = HeldChannel(address=address, subscriptions=tuple(found[row.id]), chosen=chosen)
    return channels


def _named(connection: Connection, wished: Sequence[WishedChannel]) -> dict[Address, HeldChannel]:
    """These channels alone: nothing else can be written while this transaction reads."""
    found: dict[Address, HeldChannel] = {}
    for start in range(0, len(wished), SLICE):
        ids = {each.address.channel_id for each in wished[start : start + SLICE]}
        found |= _channels(connection, addresses.c.channel_id.in_(ids))
    return found


def apply(
    connection: Connection,
    wished: Sequence[WishedChannel],
    planned: Sequence[ChannelSteps],
    now: float,
    *,
    prune: bool,
) -> None:
    """Carry out what was planned, all or nothing. Raises `ConflictError` where that isn't what is to be done now."""
    confirm(connection, wished, planned, prune=prune)
    for each in planned:
        _carry_out(connection, each, now)


def confirm(
    connection: Connection, wished: Sequence[WishedChannel], planned: Sequence[ChannelSteps], *, prune: bool
) -> None:
    """Raise `ConflictError` where what was planned isn't what is to be done now."""
    there = _channels(connection) if prune else _named(connection, wished)
    if steps(wished, there, prune=prune) != tuple(planned):
        raise ConflictError


def _carry_out(connection: Connection, channel: ChannelSteps, now: float) -> None:
    address_id = address_id_of(connection, channel.address)
    for target in channel.allow:
        _allow(connection, channel.address, address_id, target, now)
    for change in channel.changes:
        if not put(connection, address_id, change.target, change.before, change.after, "", now):
            raise ConflictError
        entry = _note(connection, channel.address, action_of(change), change.target.name, now)
        if change.after is None:
            withdraw(connection, address_id, change.target, entry, now)
        if change.target in channel.private:
            _offer(connection, channel, address_id, change.target, now)
    _choose(connection, channel, address_id, now)
    for target in channel.disallow:
        take_back(connection, channel.address, target, "", now, is_shared=channel.is_shared, login=BY)


def _offer(connection: Connection, channel: ChannelSteps, address_id: int, target: Target, now: float) -> None:
    """Pause what is private, and offer it to the channel; not where somebody vouches for it there already.

    Who vouched for an earlier subscription still does for a day; in a shared channel that isn't enough.
    """
    row = Row(address_id=address_id, scope=target.scope, target_id=target.id, user_id="")
    vouched = exists().where(
        sponsors.c.address_id == address_id, sponsors.c.scope == target.scope, sponsors.c.target_id == target.id
    )
    allowed = exists().where(_answered(address_id, target), allowance_rows.c.answer == Answer.YES)
    arrives = and_(vouched, allowed) if channel.is_shared else vouched
    paused = update(subscriptions).where(*subscribed_to(row), ~arrives).values(paused_at=now)
    if connection.execute(paused).rowcount:
        tell(connection, notice(OFFERED, channel.address, value_of(target)), now)
        _note(connection, channel.address, "pause", target.name, now, WAITS)


def _choose(connection: Connection, channel: ChannelSteps, address_id: int, now: float) -> None:
    before = asdict(channel.before)
    changed = {name: is_on for name, is_on in asdict(channel.after).items() if is_on != before[name]}
    if changed:
        connection.execute(update(addresses).where(addresses.c.id == address_id).values(changed))
    for name, is_on in changed.items():
        _note(connection, channel.address, "settings", f"{name} {'on' if is_on else 'off'}", now)


def _allow(connection: Connection, address: Address, address_id: int, target: Target, now: float) -> None:
    """The file's yes counts more than an administrator's no, which is a no for half an hour only."""
    no = and_(_answered(address_id, target), allowance_rows.c.answer == Answer.NO)
    connection.execute(delete(allowance_rows).where(no))
    allowances.answer(connection, address, target, Answer.YES, "", now, login=BY)


def _answered(address_id: int, target: Target) -> ColumnElement[bool]:
    return and_(allowance_rows.c.address_id == address_id, allowance_rows.c.target_id == target.id)


def _note(
    connection: Connection, address: Address, action: str, target: str, now: float, outcome: str = "done"
) -> Entry:
    entry = Entry(
        team_id=address.team_id,
        user_id="",
        channel_id=address.channel_id,
        login=BY,
        action=action,
        target=target,
        outcome=outcome,
    )
    note(connection, now, entry)
    return entry
