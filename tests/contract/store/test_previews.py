"""What `agent.previews.ports.Memory` promises, on both stores; with two replicas at one moment."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from agent.previews.deciding import AGAIN_S, EVERYWHERE, Size, Wishes
from agent.previews.ports import Memory, Prompt, PromptId, Shared
from agent.retention import forget
from agent.store.port import Store
from agent.store.previews import SqlPreviews, forget_previews, move_previews
from infra.sandbox.driven_clock import DrivenClock

SHARED = Shared(
    team_id="T1",
    channel_id="C1",
    user_id="U1",
    message_ts="1.1",
    thread_ts="0.9",
    unfurl_id="C1.1.1.abc",
    source="conversations_history",
    is_ext_shared=True,
    urls=("https://ghe.example.com/octo/vault/issues/1",),
)
KEYS = {"https://ghe.example.com/octo/vault/issues/1": "octo/vault#1"}
PROMPT = Prompt(shared=SHARED, size=Size.CONDENSED, repository_id=2**40, repository="octo/vault")
DAY_S = 86400.0


@pytest.fixture
def clock() -> DrivenClock:
    return DrivenClock()


@pytest.fixture
def stores(open_store: Callable[[], Any]) -> Sequence[Store]:
    """Two processes on one store."""
    return [open_store(), open_store()]


@pytest.fixture
def memories(stores: Sequence[Store], clock: DrivenClock) -> Sequence[Memory]:
    return [SqlPreviews(store, clock) for store in stores]


@pytest.fixture
def memory(memories: Sequence[Memory]) -> Memory:
    return memories[0]


async def test_one_of_two_messages_with_the_same_link_shows_it(memories: Sequence[Memory]) -> None:
    messages = [replace(SHARED, message_ts=ts) for ts in ("1.1", "2.2")]

    claimed = await asyncio.gather(*(memory.claim(each, KEYS) for memory, each in zip(memories, messages, strict=True)))

    assert sorted(len(each) for each in claimed) == [0, 1]


async def test_a_message_gets_its_own_link_again(memory: Memory) -> None:
    claimed = [await memory.claim(SHARED, KEYS) for _ in range(2)]

    assert claimed == [set(KEYS), set(KEYS)]


async def test_a_link_is_free_again_after_half_an_hour(memory: Memory, clock: DrivenClock) -> None:
    other = replace(SHARED, message_ts="2.2")
    await memory.claim(SHARED, KEYS)

    await clock.advance(AGAIN_S - 1, step_s=AGAIN_S)
    early = await memory.claim(other, KEYS)
    await clock.advance(1)
    late = await memory.claim(other, KEYS)

    assert (early, late) == (set(), set(KEYS))


@pytest.mark.parametrize("elsewhere", [{"channel_id": "C2"}, {"team_id": "T2"}])
async def test_a_link_is_free_in_other_channels(memory: Memory, elsewhere: dict[str, Any]) -> None:
    await memory.claim(SHARED, KEYS)

    assert await memory.claim(replace(SHARED, message_ts="2.2", **elsewhere), KEYS) == set(KEYS)


async def test_what_was_not_shown_after_all_is_free(memory: Memory) -> None:
    other = replace(SHARED, message_ts="2.2")
    await memory.claim(SHARED, KEYS)

    await memory.release(other, KEYS)
    still = await memory.claim(other, KEYS)
    await memory.release(SHARED, KEYS)
    free = await memory.claim(other, KEYS)

    assert (still, free) == (set(), set(KEYS))


async def test_a_prompt_is_found_by_its_id_as_it_was(memory: Memory) -> None:
    prompt_id = await memory.keep(PROMPT)

    assert prompt_id
    assert await memory.look(prompt_id) == PROMPT
    assert await memory.look(PromptId("none")) is None


async def test_nobody_is_asked_the_same_twice_within_half_an_hour(memory: Memory, clock: DrivenClock) -> None:
    again = replace(PROMPT, shared=replace(SHARED, message_ts="2.2"))
    theirs = replace(PROMPT, shared=replace(SHARED, message_ts="2.2", user_id="U2"))
    first = await memory.keep(PROMPT)

    same, second, other = [await memory.keep(each) for each in (PROMPT, again, theirs)]
    await clock.advance(AGAIN_S, step_s=AGAIN_S)
    later = await memory.keep(again)

    assert (same, second) == (first, None)
    assert other
    assert later not in {None, first}


async def test_what_people_choose_is_theirs_alone(memory: Memory) -> None:
    await memory.always("T1", "U1", 42, "C1")
    await memory.always("T1", "U1", 43, EVERYWHERE)
    await memory.always("T1", "U1", 43, EVERYWHERE)

    mine, theirs, elsewhere = [await memory.wishes(*who) for who in (("T1", "U1"), ("T1", "U2"), ("T2", "U1"))]

    assert mine == Wishes(always=frozenset({(42, "C1"), (43, EVERYWHERE)}))
    assert theirs == elsewhere == Wishes()


async def test_the_last_word_about_prompts_counts(memory: Memory, clock: DrivenClock) -> None:
    await memory.mute("T1", "U1", None)
    for_good = await memory.wishes("T1", "U1")
    await memory.mute("T1", "U1", DAY_S)
    for_a_day = await memory.wishes("T1", "U1")

    assert for_good == Wishes(muted_for_good=True)
    assert for_a_day == Wishes(muted_until=clock.now() + timedelta(seconds=DAY_S))


async def test_what_was_chosen_is_taken_back_for_one_repository_or_all(memory: Memory) -> None:
    await memory.always("T1", "U1", 42, "C1")
    await memory.always("T1", "U1", 43, "C1")
    await memory.mute("T1", "U1", None)

    await memory.ask_again("T1", "U1", 42)
    one = await memory.wishes("T1", "U1")
    await memory.ask_again("T1", "U1")
    everything = await memory.wishes("T1", "U1")

    assert one == Wishes(always=frozenset({(43, "C1")}))
    assert everything == Wishes()


async def test_a_forgotten_person_has_asked_and_chosen_nothing(memory: Memory, stores: Sequence[Store]) -> None:
    prompt_id = await memory.keep(PROMPT)
    await memory.always("T1", "U1", 42, "C1")

    await stores[0].write(lambda connection: forget_previews(connection, "T1", "U1"))

    assert prompt_id
    assert await memory.look(prompt_id) is None
    assert await memory.wishes("T1", "U1") == Wishes()


async def test_a_channel_with_a_new_id_keeps_what_was_asked_and_chosen(memory: Memory, stores: Sequence[Store]) -> None:
    prompt_id = await memory.keep(PROMPT)
    for repository_id, channel_id in ((42, "C1"), (43, "C1"), (43, "C9"), (44, "C2")):
        await memory.always("T1", "U1", repository_id, channel_id)

    await stores[0].write(lambda connection: move_previews(connection, "T1", "C1", "C9"))

    assert prompt_id
    found = await memory.look(prompt_id)
    assert found
    assert found.shared.channel_id == "C9"
    assert await memory.wishes("T1", "U1") == Wishes(always=frozenset({(42, "C9"), (43, "C9"), (44, "C2")}))


async def test_what_is_over_is_forgotten_and_choices_are_kept(
    memory: Memory, stores: Sequence[Store], clock: DrivenClock
) -> None:
    await memory.claim(SHARED, KEYS)
    prompt_id = await memory.keep(PROMPT)
    await memory.always("T1", "U1", 42, "C1")
    await memory.mute("T1", "U1", DAY_S)
    await memory.mute("T1", "U2", None)

    at_once = await forget(stores[0], clock, days=30)
    await clock.advance(DAY_S + 1, step_s=DAY_S)
    later = await forget(stores[0], clock, days=30)

    assert prompt_id
    assert at_once == {}
    assert later == {"previews": 1, "preview prompts": 1, "muted preview prompts": 1}
    assert await memory.look(prompt_id) is None
    assert await memory.wishes("T1", "U1") == Wishes(always=frozenset({(42, "C1")}))
    assert await memory.wishes("T1", "U2") == Wishes(muted_for_good=True)
