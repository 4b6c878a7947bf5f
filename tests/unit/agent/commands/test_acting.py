from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import pytest

from agent.ghes.answers import Refused, Unreachable
from agent.home.home import Things
from agent.home.looks import Look, Looks
from agent.home.ports import Homes
from agent.people.person import Person
from agent.slash.acting import SKEW, Deed, Done, NotDone, done_once, wanted_again
from agent.slash.call import Call
from agent.slash.ports import Ports
from agent.slash.reply import Button, Reply, to_person
from infra.sandbox.driven_clock import DrivenClock
from shared.card import DataClass

AT = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)


@dataclass
class Ghes:
    """What GHES answers to the deed, and what it was asked."""

    answer: Any = field(default_factory=lambda: {"number": 7})
    left: Any = None
    asked: list[str] = field(default_factory=list)
    since: datetime | None = None

    def told(self) -> None:
        """What follows."""
        self.asked.append("tell")


@pytest.fixture
def ghes() -> Ghes:
    return Ghes()


@pytest.fixture
def ada() -> Any:
    """Who acts; nothing is asked through her."""

    class Ada:
        person = Person(team_id="T1", user_id="U1", ghes_id=1, login="ada", linked_at=AT)

    return Ada()


@pytest.fixture
def do(ghes: Ghes, ada: Any, ports: Ports, typed: Callable[..., Call]) -> Any:
    """Do it for the same gesture."""

    async def perform() -> Any:
        ghes.asked.append("write")
        return ghes.answer

    async def left(since: datetime) -> Any:
        ghes.asked.append("look")
        ghes.since = since
        return ghes.left

    async def tell(_made: Any) -> Reply:
        ghes.told()
        return to_person("Done.", "Really.", buttons=(Button(text="Go", action_id="go", value="1"),))

    deed = Deed(
        action="write",
        target="octo/shop",
        what="write to it",
        page="https://ghe.example.com/octo/shop",
        perform=perform,
        left=left,
        tell=tell,
        makes_numbered=True,
    )

    async def done(homes: Homes | None = None) -> Done | NotDone:
        return await done_once(typed("write"), ada, deed, replace(ports, homes=homes))

    return done


async def test_a_gesture_that_comes_twice_is_done_once_and_answered_twice(do: Any, ghes: Ghes, ports: Ports) -> None:
    first, second = await do(), await do()

    assert first == second == Done(first.reply)
    assert ghes.asked == ["write", "tell"]
    [noted] = await ports.audit.since(None)
    assert (noted.entry.target, noted.entry.outcome) == ("octo/shop#7", "done")


async def test_a_gesture_that_comes_twice_is_told_less_once_its_workspace_is_shown_less(
    do: Any, ghes: Ghes, data_classes: dict[str, DataClass]
) -> None:
    await do()
    data_classes["T1"] = DataClass.LINK

    second = await do()

    assert second == Done(to_person("I did it already: write to it."))
    assert ghes.asked == ["write", "tell"]


async def test_what_ghes_refused_may_be_asked_for_again(do: Any, ghes: Ghes, ports: Ports) -> None:
    ghes.answer = Refused(status=403, message="Must have admin rights")
    refused = await do()
    ghes.answer = {"number": 7}

    done = await do()

    assert isinstance(refused, NotDone)
    assert "I couldn't write to it" in refused.reply.text
    assert isinstance(done, Done)
    outcomes = [each.entry.outcome for each in await ports.audit.since(None)]
    assert outcomes == ["refused: 403 Must have admin rights", "done"]


async def test_what_turns_out_to_be_needless_is_no_deed(do: Any, ghes: Ghes, ports: Ports) -> None:
    ghes.answer = to_person("It is so already.")

    assert await do() == NotDone(to_person("It is so already."))
    assert await ports.audit.since(None) == []


async def test_a_begun_deed_is_looked_up_from_when_it_was_begun_and_never_done_anew(
    do: Any, ghes: Ghes, ports: Ports
) -> None:
    await ports.acts.begin("1.2")

    unclear = await do()

    assert isinstance(unclear, NotDone)
    assert unclear.is_unclear
    assert ghes.asked == ["look"]
    assert ghes.since == AT - SKEW
    assert [button.text for button in unclear.reply.buttons] == ["Try again"]
    assert "https://ghe.example.com/octo/shop" in unclear.reply.text


@pytest.mark.parametrize("nothing", [None, Unreachable(reason="Away."), Refused(status=404, message="Not Found")])
async def test_without_an_answer_and_without_a_trace_it_is_unclear(do: Any, ghes: Ghes, nothing: Any) -> None:
    ghes.answer, ghes.left = Unreachable(reason="GitHub Enterprise didn't answer."), nothing

    unclear = await do()

    assert isinstance(unclear, NotDone)
    assert "GitHub Enterprise didn't answer, so it's unclear" in unclear.reply.text
    assert ghes.asked == ["write", "look"]


async def test_without_an_answer_what_is_found_was_done(do: Any, ghes: Ghes) -> None:
    ghes.answer, ghes.left = Unreachable(reason="Away."), {"number": 8}

    assert isinstance(await do(), Done)
    assert ghes.asked == ["write", "look", "tell"]


async def test_try_again_looks_before_it_does_it_anew(do: Any, ghes: Ghes, press: Any) -> None:
    ghes.answer = Unreachable(reason="Away.")
    unclear = await do()
    await press(unclear.reply, user="U1")
    ghes.asked, ghes.answer = [], {"number": 7}

    done = await do()

    assert isinstance(done, Done)
    assert ghes.asked == ["look", "write", "tell"]


async def test_somebody_elses_try_again_does_nothing(do: Any, ghes: Ghes, press: Any) -> None:
    ghes.answer = Unreachable(reason="Away.")
    unclear = await do()

    said = await press(unclear.reply, user="U2")

    assert "too long ago" in said.text
    assert isinstance(await do(), NotDone)
    assert ghes.asked == ["write", "look", "look"]


@pytest.mark.parametrize(
    ("left", "outcome"),
    [
        (Refused(status=403, message="Suspended"), "refused: 403 Suspended"),
        (Unreachable(reason="GitHub Enterprise didn't answer."), "unclear"),
    ],
    ids=["refused", "away"],
)
async def test_what_try_again_came_to_is_written_down_too(
    do: Any, ghes: Ghes, ports: Ports, left: Any, outcome: str
) -> None:
    ghes.answer = Unreachable(reason="GitHub Enterprise didn't answer.")
    await do()
    await wanted_again("1.2", ports)
    ghes.left = left

    assert isinstance(await do(), NotDone)
    assert [each.entry.outcome for each in await ports.audit.since(None)] == ["unclear", outcome]


async def test_what_was_done_is_written_down_even_where_what_follows_breaks(
    do: Any, ports: Ports, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Ghes, "told", _broken)

    with pytest.raises(ZeroDivisionError):
        await do()

    assert [each.entry.outcome for each in await ports.audit.since(None)] == ["done"]


def _broken(_ghes: Ghes) -> None:
    raise ZeroDivisionError


@pytest.mark.parametrize(("answer", "is_known"), [({"number": 7}, False), (Refused(status=403, message="No"), True)])
async def test_what_a_person_did_has_their_home_searched_anew(
    do: Any, ghes: Ghes, answer: Any, *, is_known: bool
) -> None:
    looks, nothing = Looks(DrivenClock()), Things(things=(), total=0)
    looks.keep("T1", "U1", Look(login="ada", reviews=nothing, assigned=nothing, at=AT), looks.begin())
    unused: Any = None
    ghes.answer = answer

    await do(Homes(screen=unused, memory=unused, looks=looks, clock=unused))

    assert (looks.of("T1", "U1", "ada") is not None) is is_known
