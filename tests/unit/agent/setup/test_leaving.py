"""The end of an installation: only when Slack has said so of the token that is stored."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from agent.setup.leaving import Removed, gone, remove
from agent.setup.trouble import Trouble
from agent.slack.form_calls import FormAnswer, Unanswered
from agent.store.people_tables import audit
from agent.store.port import StoreUnavailableError
from agent.store.setup_tables import installations

Error = Callable[[str], FormAnswer]


@pytest.fixture
async def installed(rig: Any) -> Any:
    rig.granted()
    await rig.installs()
    await rig.subscribed()
    return rig


async def audited(rig: Any) -> list[tuple[str, str, str]]:
    return [(row.action, row.login, row.outcome) for row in await rig.rows(audit)][1:]


async def test_a_dead_token_is_deleted_at_once_and_the_channels_are_parked(installed: Any) -> None:
    installed.slack.tokens.clear()

    done = await gone(installed.grounds, "T1", "app_uninstalled")

    assert done
    assert await installed.rows(installations) == []
    assert installed.grounds.workspaces == {}
    assert await installed.parked() == {"T1": "app_uninstalled"}
    assert await audited(installed) == [("uninstall", "", "app_uninstalled")]


async def test_an_old_event_after_a_new_installation_takes_nothing_away(installed: Any) -> None:
    done = await gone(installed.grounds, "T1", "app_uninstalled")

    assert not done
    assert "T1" in installed.grounds.workspaces
    assert await installed.parked() == {"T1": None}


async def test_one_that_was_installed_anew_while_slack_was_asked_stays(installed: Any) -> None:
    stale = installed.grounds.workspaces["T1"].token
    call = installed.slack.call

    async def meanwhile(method: str, fields: Any, *, token: str = "", client: Any = None) -> Any:
        answer = await call(method, fields, token=token, client=client)
        if method == "auth.test" and token == stale:
            installed.slack.call = call
            installed.granted(token="xoxb-2")
            await installed.installs()
        return answer

    installed.slack.tokens.clear()
    installed.slack.call = meanwhile

    done = await gone(installed.grounds, "T1", "app_uninstalled")

    assert not done
    assert installed.grounds.workspaces["T1"].token == "xoxb-2"


async def test_a_refusal_that_says_nothing_of_the_token_takes_nothing_away(installed: Any, error: Error) -> None:
    installed.slack.told("auth.test", error("ekm_access_denied"))

    assert not await gone(installed.grounds, "T1", "app_uninstalled")
    assert "T1" in installed.grounds.workspaces


async def test_a_dead_token_that_is_sealed_anew_while_slack_is_asked_is_deleted_all_the_same(installed: Any) -> None:
    installed.slack.tokens.clear()
    call = installed.slack.call

    async def meanwhile(method: str, *asked: Any, **more: Any) -> Any:
        installed.slack.call = call
        await installed.seals_anew()
        return await call(method, *asked, **more)

    installed.slack.call = meanwhile

    assert await gone(installed.grounds, "T1", "app_uninstalled")
    assert await installed.rows(installations) == []


async def test_slack_is_asked_again_until_it_answers(installed: Any) -> None:
    installed.slack.told("auth.test", *[Unanswered("unreachable")] * 3)
    installed.slack.tokens.clear()
    going = asyncio.create_task(gone(installed.grounds, "T1", "app_uninstalled"))

    await installed.until(going.done)

    assert await going
    assert len(installed.slack.asked_for("auth.test")) == 1 + 4
    assert await installed.rows(installations) == []


async def test_an_answer_that_never_comes_parks_nothing(installed: Any) -> None:
    installed.slack.told("auth.test", *[Unanswered("unreachable")] * 99)
    going = asyncio.create_task(gone(installed.grounds, "T1", "app_uninstalled"))

    await installed.until(going.done, step_s=60)

    assert not await going
    assert await installed.parked() == {"T1": None}


async def test_of_a_token_that_has_run_out_the_refresh_token_tells(rig: Any, error: Error) -> None:
    rig.rotates("xoxe.xoxb-1", "xoxe-1-a")
    await rig.installs()
    rig.slack.told("auth.test", error("token_expired"))
    rig.slack.told("oauth.v2.access", error("token_revoked"))

    done = await gone(rig.grounds, "T1", "app_uninstalled")

    assert done
    assert await rig.rows(installations) == []


async def test_a_client_secret_that_is_wrong_says_nothing_about_the_installation(rig: Any, error: Error) -> None:
    rig.rotates("xoxe.xoxb-1", "xoxe-1-a")
    await rig.installs()
    rig.slack.told("auth.test", error("token_expired"))
    rig.slack.told("oauth.v2.access", error("bad_client_secret"))

    assert not await gone(rig.grounds, "T1", "app_uninstalled")
    assert await rig.held() is not None


async def test_what_is_not_known_is_nothing_to_do(rig: Any) -> None:
    assert not await gone(rig.grounds, "T9", "app_uninstalled")
    assert rig.slack.asked == []


async def test_an_administrator_removes_it_at_slack_and_here(installed: Any) -> None:
    done = await remove(installed.grounds, "T1", "ada")

    [asked] = installed.slack.asked_for("apps.uninstall")
    assert done == Removed(name="Name of T1", team_ids=("T1",))
    assert (asked.fields, asked.token) == ({"client_id": "1.2", "client_secret": "client-secret"}, "xoxb-1")
    assert installed.grounds.workspaces == {}
    assert await installed.rows(installations) == []
    assert await installed.parked() == {"T1": "removed_by_an_administrator"}
    assert await audited(installed) == [("uninstall", "ada", "done")]


async def test_one_whose_token_is_dead_already_is_removed_here(installed: Any) -> None:
    installed.slack.tokens.clear()

    assert isinstance(await remove(installed.grounds, "T1", "ada"), Removed)
    assert await installed.rows(installations) == []


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (Unanswered("unreachable"), "Slack gave no answer: it can't be reached"),
        ("bad_client_secret", "Check the Slack app's client secret."),
        ("no_permission", "Remove it in Slack, on the workspace's page of installed apps"),
    ],
    ids=["away", "our mistake", "another refusal"],
)
async def test_what_slack_does_not_remove_stays_here_too(installed: Any, error: Error, answer: Any, said: str) -> None:
    installed.slack.told("apps.uninstall", error(answer) if isinstance(answer, str) else answer)

    refused = await remove(installed.grounds, "T1", "ada")

    assert isinstance(refused, Trouble)
    assert said in refused.says
    assert "othing was changed" in refused.says
    assert "T1" in installed.grounds.workspaces
    assert await audited(installed) == []


async def test_a_workspace_of_an_organisation_is_not_removed_alone(rig: Any) -> None:
    rig.granted("E1", "xoxb-org")
    rig.slack.teams["E1"] = [("T1", "One")]
    await rig.installs()

    refused = await remove(rig.grounds, "T1", "ada")

    assert isinstance(refused, Trouble)
    assert "belongs to the organisation E1" in refused.says
    assert rig.slack.asked_for("apps.uninstall") == []


async def test_a_token_that_has_run_out_is_renewed_before_it_is_given_back(rig: Any) -> None:
    rig.rotates("xoxe.xoxb-1", "xoxe-1-a")
    await rig.installs()
    rig.rotates("xoxe.xoxb-2", "xoxe-1-b", code="xoxe-1-a")
    await rig.clock.advance(43201, step_s=43201)

    done = await remove(rig.grounds, "T1", "ada")

    assert isinstance(done, Removed)
    assert [asked.token for asked in rig.slack.asked_for("apps.uninstall")] == ["xoxe.xoxb-2"]


async def test_a_store_that_is_away_is_made_up_for_by_slacks_event(installed: Any) -> None:
    installed.store.away = 1
    with pytest.raises(StoreUnavailableError):
        await remove(installed.grounds, "T1", "ada")

    assert await gone(installed.grounds, "T1", "app_uninstalled")
    assert await installed.rows(installations) == []
