"""How things stand: repositories and subjects as the newest event, not the last one, left them."""

import json
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, or_, select, tuple_, update

from agent.store.tables import checks, repositories, subjects, subscriptions
from agent.store.upsert import insert, upsert
from agent.subject import Check, CheckSighting, Sighting, Subject, SubjectKey, merged
from agent.subscriptions.subscription import Scope
from shared.event import Event, Repository, instant, mapping, text

_LOAD_REPOSITORIES = select(repositories).where(repositories.c.id.in_(bindparam("ids", expanding=True)))
_LOAD_SUBJECTS = (
    select(subjects, *[column.label(f"r_{column.name}") for column in repositories.c])
    .join(repositories, repositories.c.id == subjects.c.repository_id)
    .where(subjects.c.key.in_(bindparam("keys", expanding=True)))
)


class Projection:
    """Loads what a batch of events is about, takes their sightings in order, and stores what changed."""

    def __init__(self, connection: Connection, events: Sequence[Event], keys: Collection[SubjectKey]) -> None:
        self._connection = connection
        self._repositories = _known(connection, {each.repository.id for each in events if each.repository})
        told = (each.repository for each in events)
        self._told_private = {each.id for each in told if each and not each.open_to_all}
        self._subjects = load_subjects(connection, keys)
        self._changed_repositories: dict[int, tuple[Repository, float]] = {}
        self._changed_subjects: dict[SubjectKey, Subject] = {}
        self._checks: dict[tuple[int, str, str], CheckSighting] = {}

    def repository(self, event: Event) -> Repository | None:
        """The event's repository as the newest payload describes it."""
        if event.repository is None:
            return None
        at = instant(mapping(event.payload, "repository"), "updated_at")
        seen_at = at.timestamp() if at else 0.0
        known = self._repositories.get(event.repository.id)
        newest = _newest(known, event.repository, seen_at)
        if newest != known:
            self._repositories[event.repository.id] = self._changed_repositories[event.repository.id] = newest
        return newest[0]

    def maybe_private(self) -> set[int]:
        """The repositories that aren't open to all by what is known, or by what one of the events says."""
        known = {id_ for id_, (each, _) in self._repositories.items() if not each.open_to_all}
        return known | self._told_private

    def see(self, sighting: Sighting, repository: Repository) -> Subject:
        """The subject after what an event, or a fetch, says of it."""
        subject = merged(self._subjects.get(sighting.key), sighting, repository)
        self._subjects[sighting.key] = self._changed_subjects[sighting.key] = subject
        return subject

    def see_check(self, sighting: CheckSighting) -> None:
        """A check of a commit."""
        key = sighting.repository_id, sighting.sha, sighting.check.name
        known = self._checks.get(key)
        if known is None or _check_rank(sighting) >= _check_rank(known):
            self._checks[key] = sighting

    def store(self, now: float) -> None:
        """Write what changed."""
        upsert(self._connection, repositories, [_repository_row(*each) for each in self._changed_repositories.values()])
        _rename(self._connection, [repository for repository, _ in self._changed_repositories.values()])
        upsert(self._connection, subjects, [_subject_row(each, now) for each in self._changed_subjects.values()])
        _store_checks(self._connection, list(self._checks.values()))

    def subjects_of_checks(self) -> set[SubjectKey]:
        """The pull requests whose head has one of the checks seen; after `store`."""
        heads = {(repository_id, sha) for repository_id, sha, _ in self._checks}
        if not heads:
            return set()
        query = select(subjects.c.key).where(tuple_(subjects.c.repository_id, subjects.c.head_sha).in_(heads))
        return {SubjectKey.parse(key) for key in self._connection.execute(query).scalars()}


def store_sighting(connection: Connection, sighting: Sighting, repository: Repository, now: float) -> Subject:
    """Bring one subject up to date with what was fetched of it; the subject after that, with its checks."""
    projection = Projection(connection, (), (sighting.key,))
    projection.see(sighting, repository)
    projection.store(now)
    return load_subjects(connection, (sighting.key,), with_checks=True)[sighting.key]


def load_subjects(
    connection: Connection, keys: Collection[SubjectKey], *, with_checks: bool = False
) -> dict[SubjectKey, Subject]:
    """The subjects that are known, by key."""
    if not keys:
        return {}
    rows = connection.execute(_LOAD_SUBJECTS, {"keys": [str(key) for key in keys]})
    found = {SubjectKey.parse(row.key): (_subject(row), row.head_sha) for row in rows}
    if not with_checks:
        return {key: subject for key, (subject, _) in found.items()}
    heads = {(key.repository_id, sha) for key, (_, sha) in found.items() if sha}
    of = _checks(connection, heads)
    return {
        key: replace(each, checks=tuple(of.get((key.repository_id, sha), ()))) for key, (each, sha) in found.items()
    }


def _checks(connection: Connection, heads: Collection[tuple[int, str]]) -> dict[tuple[int, str], list[Check]]:
    found: dict[tuple[int, str], list[Check]] = {}
    if heads:
        query = select(checks).where(tuple_(checks.c.repository_id, checks.c.sha).in_(heads)).order_by(checks.c.name)
        for row in connection.execute(query):
            check = Check(name=row.name, state=row.state, url=row.url)
            found.setdefault((row.repository_id, row.sha), []).append(check)
    return found


def _known(connection: Connection, ids: Collection[int]) -> dict[int, tuple[Repository, float]]:
    if not ids:
        return {}
    rows = connection.execute(_LOAD_REPOSITORIES, {"ids": list(ids)})
    return {row.id: (_repository(row, ""), row.updated_at) for row in rows}


def _newest(known: tuple[Repository, float] | None, seen: Repository, seen_at: float) -> tuple[Repository, float]:
    """The newer description; an older one may still close a repository, never open it."""
    if known is None or seen_at >= known[1]:
        return seen, seen_at
    if not seen.open_to_all and known[0].open_to_all:
        return replace(known[0], visibility=seen.visibility), known[1]
    return known


def _rename(connection: Connection, changed: Sequence[Repository]) -> None:
    """Subscriptions show the name that the repository has now."""
    if changed:
        connection.execute(
            update(subscriptions)
            .where(
                subscriptions.c.scope == Scope.REPO,
                subscriptions.c.target_id == bindparam("i"),
                subscriptions.c.target != bindparam("n"),
            )
            .values(target=bindparam("n")),
            [{"i": each.id, "n": each.full_name} for each in changed],
        )


def _repository(row: Row[Any], prefix: str) -> Repository:
    fields = row._mapping  # noqa: SLF001 - the public name of a row's mapping
    names = ("id", "owner_id", "owner", "name", "visibility", "url", "default_branch")
    return Repository(**{name: fields[prefix + name] for name in names})


def _repository_row(repository: Repository, updated_at: float) -> dict[str, Any]:
    return {
        "id": repository.id,
        "owner_id": repository.owner_id,
        "owner": repository.owner,
        "name": repository.name,
        "visibility": repository.visibility,
        "url": repository.url,
        "default_branch": repository.default_branch,
        "updated_at": updated_at,
    }


def _subject(row: Row[Any]) -> Subject:
    stored = json.loads(row.fields)
    return Subject(
        key=SubjectKey.parse(row.key),
        repository=_repository(row, "r_"),
        fields=stored["fields"],
        updated_at=instant(stored, "updated_at"),
        complete=row.complete,
        said_at=stored["said_at"],
    )


def _subject_row(subject: Subject, now: float) -> dict[str, Any]:
    at = subject.updated_at
    stored = {"fields": subject.fields, "updated_at": at.isoformat() if at else None, "said_at": subject.said_at}
    return {
        "key": str(subject.key),
        "repository_id": subject.key.repository_id,
        "head_sha": text(subject.fields, "head", "sha") or None,
        "fields": json.dumps(stored),
        "updated_at": at.timestamp() if at else None,
        "complete": subject.complete,
        "seen_at": now,
    }


def _store_checks(connection: Connection, seen: Sequence[CheckSighting]) -> None:
    if not seen:
        return
    statement = insert(connection, checks)
    new = statement.excluded
    newer = or_(new.seen_at > checks.c.seen_at, and_(new.seen_at == checks.c.seen_at, new.state != "pending"))
    columns = {name: new[name] for name in ("state", "url", "seen_at")}
    connection.execute(
        statement.on_conflict_do_update(index_elements=["repository_id", "sha", "name"], set_=columns, where=newer),
        [_check_row(each) for each in seen],
    )


def _check_rank(sighting: CheckSighting) -> tuple[float, bool]:
    return sighting.at.timestamp() if sighting.at else 0.0, sighting.check.state != "pending"


def _check_row(sighting: CheckSighting) -> dict[str, Any]:
    return {
        "repository_id": sighting.repository_id,
        "sha": sighting.sha,
        "name": sighting.check.name,
        "state": sighting.check.state,
        "url": sighting.check.url,
        "seen_at": _check_rank(sighting)[0],
    }
