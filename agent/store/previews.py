"""What was shown of links, what people were asked about it, and what they want."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import ColumnElement, Connection, Row, and_, delete, exists, or_, select, update

from agent.previews.deciding import AGAIN_S, Size, Wishes
from agent.previews.ports import Prompt, PromptId, Shared
from agent.store.people_tables import preview_choices, preview_prompts, previews
from agent.store.port import Store
from agent.store.upsert import insert
from shared.clock import Clock

_ALWAYS, _MUTED = "always", "muted"
_EVERY = {"repository_id": 0, "channel_id": ""}


class SqlPreviews:
    """`agent.previews.ports.Memory` on the store."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock

    async def claim(self, shared: Shared, keys: Mapping[str, str]) -> set[str]:
        """See the port."""
        now = self._now()
        return await self._store.write(
            lambda connection: {url for url, key in keys.items() if _claim(connection, shared, key, now)}
        )

    async def release(self, shared: Shared, keys: Mapping[str, str]) -> None:
        """See the port."""
        gone = delete(previews).where(
            previews.c.team_id == shared.team_id,
            previews.c.channel_id == shared.channel_id,
            previews.c.link.in_(list(keys.values())),
            previews.c.message_ts == shared.message_ts,
        )
        await self._store.write(lambda connection: connection.execute(gone))

    async def keep(self, prompt: Prompt) -> PromptId | None:
        """See the port."""
        now = self._now()
        return await self._store.write(lambda connection: _keep(connection, prompt, now))

    async def look(self, prompt_id: PromptId) -> Prompt | None:
        """See the port."""
        found = select(preview_prompts).where(preview_prompts.c.id == prompt_id)
        row = await self._store.read(lambda connection: connection.execute(found).first())
        return _prompt(row) if row else None

    async def wishes(self, team_id: str, user_id: str) -> Wishes:
        """See the port."""
        found = select(preview_choices).where(_of(team_id, user_id))
        rows = await self._store.read(lambda connection: connection.execute(found).all())
        untils = [row.muted_until for row in rows if row.choice == _MUTED]
        ends = [until for until in untils if until is not None]
        return Wishes(
            always=frozenset((row.repository_id, row.channel_id) for row in rows if row.choice == _ALWAYS),
            muted_until=datetime.fromtimestamp(max(ends), UTC) if ends else None,
            muted_for_good=None in untils,
        )

    async def always(self, team_id: str, user_id: str, repository_id: int, channel_id: str) -> None:
        """See the port."""
        row = {"choice": _ALWAYS, "repository_id": repository_id, "channel_id": channel_id, "muted_until": None}
        await self._choose(team_id, user_id, row)

    async def mute(self, team_id: str, user_id: str, for_s: float | None) -> None:
        """See the port."""
        until = None if for_s is None else self._now() + for_s
        await self._choose(team_id, user_id, {"choice": _MUTED, **_EVERY, "muted_until": until})

    async def ask_again(self, team_id: str, user_id: str, repository_id: int | None = None) -> None:
        """See the port."""
        which = or_(preview_choices.c.choice == _MUTED, preview_choices.c.repository_id == repository_id)
        where = _of(team_id, user_id) if repository_id is None else and_(_of(team_id, user_id), which)
        await self._store.write(lambda connection: connection.execute(delete(preview_choices).where(where)))

    async def _choose(self, team_id: str, user_id: str, row: Mapping[str, Any]) -> None:
        values = {"team_id": team_id, "user_id": user_id, **row}

        def put(connection: Connection) -> None:
            connection.execute(
                insert(connection, preview_choices)
                .values(**values)
                .on_conflict_do_update(
                    index_elements=["team_id", "user_id", "choice", "repository_id", "channel_id"],
                    set_={"muted_until": values["muted_until"]},
                )
            )

        await self._store.write(put)

    def _now(self) -> float:
        return self._clock.now().timestamp()


def forget_previews(connection: Connection, team_id: str, user_id: str) -> None:
    """Forget what a person was asked and has chosen."""
    connection.execute(delete(preview_choices).where(_of(team_id, user_id)))
    mine = and_(preview_prompts.c.team_id == team_id, preview_prompts.c.user_id == user_id)
    connection.execute(delete(preview_prompts).where(mine))


def move_previews(connection: Connection, team_id: str, old: str, new: str) -> None:
    """A channel got a new id: what was asked and chosen there goes with it, unless it was chosen under the new one."""
    for table in (preview_prompts, preview_choices):
        there = and_(table.c.team_id == team_id, table.c.channel_id == old)
        if table is preview_choices:
            connection.execute(delete(table).where(there, _is_chosen_in(new)))
        connection.execute(update(table).where(there).values(channel_id=new))


def _is_chosen_in(channel_id: str) -> ColumnElement[bool]:
    """Whether the same choice of the same person stands there."""
    same = preview_choices.alias()
    names = ("team_id", "user_id", "choice", "repository_id")
    return exists().where(same.c.channel_id == channel_id, *(same.c[name] == preview_choices.c[name] for name in names))


def _claim(connection: Connection, shared: Shared, key: str, now: float) -> bool:
    row = {
        "team_id": shared.team_id,
        "channel_id": shared.channel_id,
        "link": key,
        "message_ts": shared.message_ts,
        "shown_at": now,
    }
    is_free = or_(previews.c.shown_at <= now - AGAIN_S, previews.c.message_ts == shared.message_ts)
    claimed = (
        insert(connection, previews)
        .values(**row)
        .on_conflict_do_update(
            index_elements=["team_id", "channel_id", "link"],
            set_={"message_ts": shared.message_ts, "shown_at": now},
            where=is_free,
        )
    )
    return bool(connection.execute(claimed).rowcount)


def _keep(connection: Connection, prompt: Prompt, now: float) -> PromptId | None:
    shared, urls = prompt.shared, json.dumps(sorted(prompt.shared.urls))
    same = select(preview_prompts.c.id, preview_prompts.c.message_ts).where(
        preview_prompts.c.team_id == shared.team_id,
        preview_prompts.c.user_id == shared.user_id,
        preview_prompts.c.channel_id == shared.channel_id,
        preview_prompts.c.repository_id == prompt.repository_id,
        preview_prompts.c.urls == urls,
        preview_prompts.c.asked_at > now - AGAIN_S,
    )
    if before := connection.execute(same).first():
        return PromptId(before.id) if before.message_ts == shared.message_ts else None
    prompt_id = PromptId(str(uuid4()))
    connection.execute(
        preview_prompts.insert().values(
            id=prompt_id,
            team_id=shared.team_id,
            channel_id=shared.channel_id,
            user_id=shared.user_id,
            message_ts=shared.message_ts,
            thread_ts=shared.thread_ts,
            unfurl_id=shared.unfurl_id,
            source=shared.source,
            ext_shared=shared.is_ext_shared,
            urls=urls,
            size=prompt.size,
            repository_id=prompt.repository_id,
            repository=prompt.repository,
            asked_at=now,
        )
    )
    return prompt_id


def _prompt(row: Row[Any]) -> Prompt:
    return Prompt(
        shared=Shared(
            team_id=row.team_id,
            channel_id=row.channel_id,
            user_id=row.user_id,
            message_ts=row.message_ts,
            thread_ts=row.thread_ts,
            unfurl_id=row.unfurl_id,
            source=row.source,
            is_ext_shared=row.ext_shared,
            urls=tuple(json.loads(row.urls)),
        ),
        size=Size(row.size),
        repository_id=row.repository_id,
        repository=row.repository,
    )


def _of(team_id: str, user_id: str) -> ColumnElement[bool]:
    return and_(preview_choices.c.team_id == team_id, preview_choices.c.user_id == user_id)
