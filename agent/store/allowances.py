"""What administrators say of private repositories in channels that are shared with another organisation."""

from collections.abc import Collection, Mapping
from dataclasses import replace

from sqlalchemy import Connection, and_, delete, exists, func, select, update

from agent.slash.asked import to_json
from agent.slash.later import KEPT_S, allowed
from agent.sponsors.notices import ANSWERED, GOES_ON, notice, question, value_of
from agent.sponsors.ports import Answer
from agent.store.audit import entry_of, note
from agent.store.envelopes import enqueue_calls
from agent.store.later import resume
from agent.store.people import mentions
from agent.store.people_tables import allowances as table
from agent.store.people_tables import people, sponsors
from agent.store.subscriptions import address_id_of
from agent.store.tables import addresses, calls, subscriptions
from agent.store.upsert import upsert
from agent.subscriptions.subscription import Scope, Target
from shared.address import Address


def answers(
    connection: Connection, address: Address, repository_ids: Collection[int], now: float
) -> Mapping[int, Answer]:
    """What counts now, by repository."""
    found = (
        select(table.c.target_id, table.c.answer, table.c.at)
        .join(addresses, addresses.c.id == table.c.address_id)
        .where(addresses.c.team_id == address.team_id, addresses.c.channel_id == address.channel_id)
        .where(table.c.target_id.in_(list(repository_ids)))
    )
    said = {row.target_id: (Answer(row.answer), row.at) for row in connection.execute(found)}
    return {id_: each for id_, (each, at) in said.items() if each is Answer.YES or at > now - KEPT_S}


def ask(
    connection: Connection, address: Address, repository: Target, asker: str, admins: Collection[str], now: float
) -> int:
    """Ask each administrator who is linked, unless they are asked already; how many they are.

    Where nobody asks but ourselves, a no counts for good.
    """
    asked = sorted(set(mentions(connection, address.team_id, admins).values()))
    standing = answers(connection, address, (repository.id,), now).get(repository.id)
    if not asked or standing is not None or (not asker and _is_refused(connection, address, repository)):
        return len(asked)
    row = {"address_id": address_id_of(connection, address), "target_id": repository.id}
    upsert(connection, table, [{**row, "answer": Answer.ASKED, "by": asker, "at": now}])
    questions = [question(address, repository, asker, admin) for admin in asked]
    enqueue_calls(connection, {each.id: to_json(each) for each in questions}, now)
    entry = entry_of(
        connection, address, asker, action="ask to allow", target=repository.name, outcome=f"asked {len(asked)}"
    )
    note(connection, now, entry)
    return len(asked)


def may_answer(connection: Connection, team_id: str, user_id: str, admins: Collection[str]) -> bool:
    """Whether this Slack user is linked to one of these logins."""
    logins = {each.lower() for each in admins}
    mine = (people.c.team_id == team_id, people.c.user_id == user_id, func.lower(people.c.login).in_(logins))
    return connection.execute(select(people.c.login).where(*mine)).first() is not None


def answer(
    connection: Connection, address: Address, repository: Target, said: Answer, by: str, now: float, login: str = ""
) -> Answer:
    """Keep an answer where none is; the one that counts. `login`: for the audit log, where no Slack user says it."""
    address_id = address_id_of(connection, address)
    where = and_(table.c.address_id == address_id, table.c.target_id == repository.id)
    standing = connection.execute(select(table.c.answer, table.c.by).where(where).with_for_update()).first()
    if standing and standing.answer != Answer.ASKED:
        return Answer(standing.answer)
    row = {"address_id": address_id, "target_id": repository.id}
    upsert(connection, table, [{**row, "answer": said, "by": by, "at": now}])
    action = "allow" if said is Answer.YES else "refuse"
    entry = entry_of(connection, address, by, action=action, target=repository.name)
    note(connection, now, replace(entry, login=login) if login else entry)
    if said is Answer.YES:
        goes_on = _go_on(connection, address, address_id, repository, now)
    else:
        goes_on = False
        connection.execute(delete(calls).where(calls.c.waiting_for == allowed(address, repository.id)))
    if not goes_on and standing and standing.by:
        told = notice(ANSWERED, address, f"{said} {value_of(repository)}", standing.by)
        enqueue_calls(connection, {told.id: to_json(told)}, now)
    return said


def take_back(
    connection: Connection, address: Address, repository: Target, by: str, now: float, login: str = ""
) -> bool:
    """Make a yes a no; False where it is none any more. `login` as in `answer`."""
    mine = and_(table.c.address_id == address_id_of(connection, address), table.c.target_id == repository.id)
    allowed_until_now = update(table).where(mine, table.c.answer == Answer.YES)
    if not connection.execute(allowed_until_now.values(answer=Answer.NO, by=by, at=now)).rowcount:
        return False
    entry = entry_of(connection, address, by, action="take back", target=repository.name)
    note(connection, now, replace(entry, login=login) if login else entry)
    return True


def _is_refused(connection: Connection, address: Address, repository: Target) -> bool:
    mine = and_(table.c.address_id == address_id_of(connection, address), table.c.target_id == repository.id)
    return connection.execute(select(table.c.answer).where(mine)).scalar() == Answer.NO


def _go_on(connection: Connection, address: Address, address_id: int, repository: Target, now: float) -> bool:
    """Have go on what waited for a yes: what was asked for, and a subscription that was paused for want of it."""
    waited = resume(connection, allowed(address, repository.id), now)
    sponsored = exists().where(
        sponsors.c.address_id == address_id, sponsors.c.scope == Scope.REPO, sponsors.c.target_id == repository.id
    )
    paused = update(subscriptions).where(
        subscriptions.c.address_id == address_id,
        subscriptions.c.scope == Scope.REPO,
        subscriptions.c.target_id == repository.id,
        subscriptions.c.paused_at.is_not(None),
        sponsored,
    )
    resumed = connection.execute(paused.values(paused_at=None)).rowcount
    if resumed:
        told = notice(GOES_ON, address, value_of(repository))
        enqueue_calls(connection, {told.id: to_json(told)}, now)
    return bool(waited or resumed)
