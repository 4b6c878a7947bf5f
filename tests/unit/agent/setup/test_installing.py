"""From the button to what is kept, and every way in which it ends without that."""

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import func, select
from structlog.testing import capture_logs

from agent.manifests import slack_manifest
from agent.setup.installing import Installed, Stopped
from agent.slack.form_calls import FormAnswer, Unanswered
from agent.store.people_tables import audit
from agent.store.setup_tables import installations
from agent.store.tables import workspaces

BROWSER = "b" * 43
Error = Callable[[str], FormAnswer]


async def kept(rig: Any) -> int:
    """How many rows there are of what was installed."""
    tables = (installations, workspaces)
    counts = [select(func.count()).select_from(table) for table in tables]
    return sum(
        [await rig.store.read(lambda connection, query=query: connection.execute(query).scalar()) for query in counts]
    )


async def test_the_button_leads_to_slack_with_what_the_app_needs_and_a_state(rig: Any) -> None:
    url = await rig.installing().begin(BROWSER)

    asked = parse_qs(urlsplit(url).query, keep_blank_values=True)
    scopes = slack_manifest("https://a.test", "https://b.test")["oauth_config"]["scopes"]["bot"]
    assert url.startswith("https://slack.com/oauth/v2/authorize?")
    assert asked.pop("state")[0]
    assert asked == {
        "client_id": ["1.2"],
        "scope": [",".join(scopes)],
        "user_scope": [""],
        "redirect_uri": ["https://agent.test/ghe/_slack/oauth/callback"],
    }


async def test_a_workspace_is_kept_known_at_once_and_its_installer_greeted(rig: Any) -> None:
    rig.granted()

    done = await rig.installs()

    assert isinstance(done, Installed)
    assert (done.place, done.workspaces) == ("Name of T1", ["Name of T1"])
    assert done.next_url == "https://slack.com/app_redirect?app=A1APP&team=T1"
    assert "channels:history" in done.lacks
    assert "commands" not in done.lacks
    workspace = rig.grounds.workspaces["T1"]
    assert (workspace.token, workspace.domain, workspace.bot_user_id) == ("xoxb-1", "t1", "U0BOT")
    assert workspace.scopes == {"commands", "chat:write"}
    assert (await rig.held()).installed_by == "U1"
    assert rig.looks == ["look", "woken"]
    assert rig.greetings._waiting.get_nowait() == (["T1"], "U1")
    assert [(row.action, row.team_id, row.user_id, row.outcome) for row in await rig.rows(audit)] == [
        ("install", "T1", "U1", "done")
    ]


async def test_the_code_and_the_secret_travel_in_the_body_and_the_header_only(rig: Any) -> None:
    rig.granted()

    with capture_logs() as logs:
        await rig.installs()

    [exchange] = rig.slack.asked_for("oauth.v2.access")
    assert exchange.fields == {"code": "code", "redirect_uri": "https://agent.test/ghe/_slack/oauth/callback"}
    assert exchange.client == ("1.2", "client-secret")
    assert not any(secret in str(logs) for secret in ("xoxb-1", "client-secret", "'code'"))
    assert "xoxb-1" not in repr(rig.grounds)


async def test_installing_again_renews_what_was_granted_and_frees_what_waited(rig: Any) -> None:
    rig.granted()
    await rig.installs()
    await rig.subscribed()
    parked = workspaces.update().values(parked_reason="missing_scope", parked_at=1.0)
    await rig.store.write(lambda connection: connection.execute(parked).rowcount)

    rig.granted(token="xoxb-2", scope="commands,chat:write,channels:history")
    done = await rig.installs()

    assert "channels:history" not in done.lacks
    assert rig.grounds.workspaces["T1"].token == "xoxb-2"
    assert "channels:history" in rig.grounds.workspaces["T1"].scopes
    assert [row.parked_reason for row in await rig.rows(workspaces)] == [None]


async def test_a_rotating_token_is_kept_with_its_refresh_token_and_its_end(rig: Any) -> None:
    rig.rotates("xoxe.xoxb-1", "xoxe-1-a")

    await rig.installs()

    found = await rig.held()
    assert rig.grounds.secrets.open(found.refresh) == "xoxe-1-a"
    assert found.token_ends_at == rig.grounds.now() + 43200


async def test_an_organisation_brings_all_the_workspaces_that_it_lets_the_app_into(rig: Any) -> None:
    rig.granted("E1", "xoxb-org")
    rig.slack.teams["E1"] = [("T1", "One"), ("T2", "Two")]

    done = await rig.installs()

    assert (done.place, done.workspaces) == ("Name of E1", ["One", "Two"])
    assert {
        team_id: (each.token, each.installation_id, each.domain) for team_id, each in rig.grounds.workspaces.items()
    } == {
        "T1": ("xoxb-org", "E1", "t1"),
        "T2": ("xoxb-org", "E1", "t2"),
    }


async def test_a_workspace_whose_domain_slack_does_not_tell_has_its_organisations(rig: Any, error: Error) -> None:
    rig.granted("E1", "xoxb-org")
    rig.slack.teams["E1"] = [("T1", "One")]
    rig.slack.told("team.info", error("missing_scope"))

    await rig.installs()

    assert rig.grounds.workspaces["T1"].domain == "acme.enterprise"


async def test_an_organisation_without_workspaces_is_kept_and_says_where_to_choose_some(rig: Any) -> None:
    rig.granted("E1", "xoxb-org")
    rig.slack.teams["E1"] = []

    done = await rig.installs()

    assert done.workspaces == []
    assert done.next_url == "https://app.slack.com/manage/E1/integrations/profile/A1APP/workspaces/add"
    assert (await rig.held("E1")).is_organisation


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ("invalid_code", Stopped.REFUSED),
        ("code_already_used", Stopped.REFUSED),
        ("bad_client_secret", Stopped.MISCONFIGURED),
        ("bad_redirect_uri", Stopped.MISCONFIGURED),
        ("service_unavailable", Stopped.SILENT),
    ],
)
async def test_what_slack_refuses_keeps_nothing(rig: Any, error: Error, answer: str, why: Stopped) -> None:
    rig.slack.told("oauth.v2.access", error(answer))

    stopped = await rig.installs()

    assert stopped is why
    assert await kept(rig) == 0


async def test_a_slack_that_does_not_answer_keeps_nothing_at_either_step(rig: Any) -> None:
    rig.slack.told("oauth.v2.access", Unanswered("unreachable"))
    first = await rig.installs()
    rig.granted()
    rig.slack.told("auth.test", Unanswered("unreachable"))

    second = await rig.installs()

    assert (first, second) == (Stopped.SILENT, Stopped.SILENT)
    assert await kept(rig) == 0


async def test_a_token_that_is_of_another_workspace_than_it_says_is_not_kept(rig: Any) -> None:
    rig.granted()
    rig.slack.tokens["xoxb-1"] = "T2"

    assert await rig.installs() is Stopped.SILENT
    assert await kept(rig) == 0


async def test_a_workspace_that_is_not_allowed_gets_its_token_revoked_and_nothing_kept(rig: Any) -> None:
    rig.granted()

    stopped = await rig.installs(SLACK_ALLOWED_WORKSPACES="T9,E9")

    assert stopped is Stopped.NOT_ALLOWED
    assert await kept(rig) == 0
    assert "xoxb-1" not in rig.slack.tokens
    assert [row.outcome for row in await rig.rows(audit)] == ["refused: not_allowed"]


async def test_a_token_that_could_not_be_revoked_is_said_to_be_there_still(rig: Any) -> None:
    rig.granted()
    rig.slack.told("auth.revoke", Unanswered("unreachable"))

    stopped = await rig.installs(SLACK_ALLOWED_WORKSPACES="T9")

    assert stopped is Stopped.STILL_THERE
    assert await kept(rig) == 0


@pytest.mark.parametrize("allowed", ["T1", "T9,E1"], ids=["by itself", "by its organisation"])
async def test_a_workspace_is_allowed_by_its_own_id_or_its_organisations(rig: Any, allowed: str) -> None:
    rig.granted(enterprise={"id": "E1", "name": "Org"})

    done = await rig.installs(SLACK_ALLOWED_WORKSPACES=allowed)

    assert isinstance(done, Installed)


async def test_one_that_was_allowed_once_and_tries_again_keeps_working(rig: Any) -> None:
    """Slack gives the same token again, so that giving it back would end what works."""
    rig.granted()
    await rig.installs()
    rig.granted()

    stopped = await rig.installs(SLACK_ALLOWED_WORKSPACES="T9")

    assert stopped is Stopped.NOT_ALLOWED
    assert rig.slack.asked_for("auth.revoke") == []
    assert "T1" in rig.grounds.workspaces


async def test_the_token_of_another_slack_app_is_given_back(rig: Any) -> None:
    rig.granted(app_id="A2OTHER")

    stopped = await rig.installs()

    assert stopped is Stopped.OTHER_APP
    assert await kept(rig) == 0
    assert "xoxb-1" not in rig.slack.tokens


async def test_a_grant_without_a_bot_token_keeps_nothing(rig: Any) -> None:
    rig.granted(access_token="", authed_user={"id": "U1", "access_token": "xoxp-1"})

    assert await rig.installs() is Stopped.MISCONFIGURED
    assert await kept(rig) == 0


async def test_a_state_works_once_in_one_browser_and_for_ten_minutes(rig: Any) -> None:
    rig.granted(code="one")
    installing = rig.installing()
    states = [(await installing.begin(BROWSER)).rpartition("state=")[2] for _ in range(3)]

    other = await installing.returned(states[0], "c" * 43, "one", "")
    without = await installing.returned(states[0], "", "one", "")
    first = await installing.returned(states[0], BROWSER, "one", "")
    replayed = await installing.returned(states[0], BROWSER, "one", "")
    cancelled = await installing.returned(states[1], BROWSER, "", "access_denied")
    await rig.clock.advance(601, step_s=601)
    late = await installing.returned(states[2], BROWSER, "one", "")
    unknown = await installing.returned("", BROWSER, "one", "")

    assert isinstance(first, Installed)
    assert [other, without, replayed, cancelled, late, unknown] == [
        Stopped.OTHER_BROWSER,
        Stopped.OTHER_BROWSER,
        Stopped.UNKNOWN,
        Stopped.CANCELLED,
        Stopped.TOO_OLD,
        Stopped.UNKNOWN,
    ]
    assert len(rig.slack.asked_for("oauth.v2.access")) == 1


async def test_nobody_installs_before_the_app_is_set_up_or_while_it_is_switched_off(rig: Any) -> None:
    assert rig.installing(SLACK_CLIENT_SECRET="").stopped is Stopped.NOT_SET_UP
    assert rig.installing(SLACK_ENABLED="false").stopped is Stopped.SWITCHED_OFF
    assert rig.installing().stopped is None
