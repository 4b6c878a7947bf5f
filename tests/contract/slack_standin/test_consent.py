"""Somebody agrees to an installation in a browser, and the app gets its token (slack.md §16; the seed, steps 18–20)."""

import re
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import pytest

from infra.sandbox.slack.app import App

BACK = "https://agent.example.com/_slack/oauth/callback"
PATH = "/oauth/v2/authorize"
MONA = {"Cookie": "slack_person=mona"}


@pytest.fixture
def address(eu: App) -> Any:
    """The address at which a browser begins, with other values in it; None leaves one out."""

    def made(**changed: str | None) -> str:
        own = {
            "client_id": eu.client_id,
            "scope": "commands,chat:write,users:read.email",
            "user_scope": "",
            "redirect_uri": BACK,
            "state": "s&<1>",
        }
        return f"{PATH}?{urlencode({name: it for name, it in (own | changed).items() if it is not None})}"

    return made


@pytest.fixture
def redeemed(slack: Any, eu: App) -> Any:
    """Exchanges the code with which a browser was sent back."""

    async def redeem(location: str, redirect_uri: str = BACK) -> Any:
        code = parse_qs(urlsplit(location).query)["code"][0]
        own = {"client_id": eu.client_id, "client_secret": eu.client_secret, "code": code}
        return await slack.call("oauth.v2.access", token="", redirect_uri=redirect_uri, **own)

    return redeem


async def test_whoever_agrees_is_sent_back_with_a_code_that_is_worth_a_token(
    slack: Any, browse: Any, address: Any, redeemed: Any
) -> None:
    globex = slack.world.team("globex").team_id

    fields = {"act": "allow", "place": globex, "scope": "users:read.email"}
    sent = await browse("POST", address(), fields, **MONA)
    answer = await redeemed(sent.headers["Location"])

    assert sent.status == 302
    assert sent.headers["Location"].startswith(f"{BACK}?code=")
    assert parse_qs(urlsplit(sent.headers["Location"]).query)["state"] == ["s&<1>"]
    assert (answer["team"]["id"], answer["authed_user"]["id"]) == (globex, slack.world.user("globex", "mona").user_id)
    assert answer["scope"] == "chat:write,commands,users:read.email"
    assert (await slack.call("auth.test", token=answer["access_token"]))["ok"]


async def test_the_page_names_the_app_its_scopes_and_the_persons_workspaces(
    slack: Any, browse: Any, address: Any
) -> None:
    page = await browse("GET", address(team=slack.world.team("globex").team_id), **MONA)

    offered = re.findall('<option value="[^"]*"( selected)?>([^<]*)<', page.body)
    assert page.status == 200
    assert "GHE EU wants to be installed" in page.body
    assert offered == [("", "Acme"), (" selected", "Globex")]
    assert re.findall("<li>.*<code>([^<]*)<", page.body) == ["chat:write", "commands"]
    assert re.findall('name="scope" value="([^"]*)" checked', page.body) == ["users:read.email"]
    assert "form-action" not in page.headers["Content-Security-Policy"]
    assert "s&<1>" not in page.body


async def test_an_optional_scope_can_be_left_out_and_no_other_be_added_or_dropped(
    slack: Any, browse: Any, address: Any, redeemed: Any
) -> None:
    fields = {"act": "allow", "place": slack.world.team("globex").team_id, "scope": "im:history"}

    sent = await browse("POST", address(), fields, **MONA)

    assert (await redeemed(sent.headers["Location"]))["scope"] == "chat:write,commands"


async def test_without_a_redirect_uri_the_first_one_of_the_app_is_taken(
    slack: Any, browse: Any, address: Any, redeemed: Any
) -> None:
    fields = {"act": "allow", "place": slack.world.team("acme").team_id}

    sent = await browse("POST", address(redirect_uri=None), fields, **MONA)

    assert sent.headers["Location"].startswith(f"{BACK}?code=")
    assert (await redeemed(sent.headers["Location"], redirect_uri=""))["ok"]


async def test_whoever_cancels_is_sent_back_without_a_code(slack: Any, browse: Any, address: Any) -> None:
    sent = await browse("POST", address(), {"act": "cancel", "place": "T1"}, **MONA)

    asked = parse_qsl(urlsplit(sent.headers["Location"]).query)
    assert sent.status == 302
    assert sent.headers["Location"].startswith(f"{BACK}?")
    assert asked == [("error", "access_denied"), ("state", "s&<1>")]
    assert slack.world.codes == {}


async def test_whoever_isnt_signed_in_does_that_first(browse: Any, address: Any) -> None:
    sent = [await browse(method, address(), {"act": "allow"}) for method in ("GET", "POST")]

    back = parse_qs(urlsplit(sent[0].headers["Location"]).query)["return_to"][0]
    assert [it.status for it in sent] == [302, 302]
    assert sent[0].headers["Location"].startswith("/signin?")
    assert back == address()


@pytest.mark.parametrize(
    ("changed", "status", "code"),
    [
        ({"client_id": "1.2"}, 404, "invalid_client_id"),
        ({"client_id": None}, 404, "invalid_client_id"),
        ({"redirect_uri": "https://evil.example.com/"}, 422, "bad_redirect_uri"),
        ({"redirect_uri": f"{BACK}er"}, 422, "bad_redirect_uri"),
        ({"redirect_uri": "javascript:alert(1)"}, 422, "bad_redirect_uri"),
        ({"scope": ""}, 422, "no_scopes"),
        ({"scope": "commands,admin"}, 422, "invalid_scope"),
        ({"user_scope": "chat:write"}, 422, "invalid_scope"),
    ],
)
async def test_an_address_that_isnt_right_leads_nowhere(
    slack: Any, browse: Any, address: Any, changed: dict[str, str | None], status: int, code: str
) -> None:
    where, fields = address(**changed), {"act": "allow", "place": slack.world.team("acme").team_id}

    answers = [await browse("GET", where, **MONA), await browse("POST", where, fields, **MONA)]
    cancelled = await browse("POST", where, {"act": "cancel"}, **MONA)

    for answer in (*answers, cancelled):
        assert answer.status == status
        assert f"<code>{code}</code>" in answer.body
        assert "Location" not in answer.headers
    assert slack.world.codes == {}


async def test_a_deleted_app_is_nobodys(browse: Any, address: Any, eu: App) -> None:
    where = address()
    eu.deleted = True

    answer = await browse("GET", where, **MONA)

    assert (answer.status, "<code>invalid_client_id</code>" in answer.body) == (404, True)


async def test_an_app_that_isnt_distributed_is_for_its_own_workspace_only(
    slack: Any, browse: Any, address: Any, eu: App
) -> None:
    eu.is_distributed = False
    own, other = (slack.world.team(it).team_id for it in ("acme", "globex"))

    page = await browse("GET", address(team=other), **MONA)
    refused = await browse("POST", address(), {"act": "allow", "place": other}, **MONA)
    taken = await browse("POST", address(), {"act": "allow", "place": own}, **MONA)

    assert f'<option value="{own}" selected>' in page.body
    assert refused.status == 403
    assert "<code>invalid_team_for_non_distributed_app</code>" in refused.body
    assert f'href="{PATH}?client_id=' in refused.body
    assert taken.status == 302
    assert {it.place_id for it in slack.world.codes.values()} == {own}


async def test_whoever_is_only_elsewhere_is_told_so_at_once(slack: Any, browse: Any, address: Any, eu: App) -> None:
    eu.is_distributed, eu.owner_team_id = False, slack.world.team("globex").team_id

    answer = await browse("GET", address(), Cookie="slack_person=gus")

    assert answer.status == 403
    assert "<code>invalid_team_for_non_distributed_app</code>" in answer.body


async def test_guests_install_nothing(slack: Any, browse: Any, address: Any) -> None:
    fields = {"act": "allow", "place": slack.world.team("acme").team_id}

    page = await browse("GET", address(), Cookie="slack_person=gus")
    answer = await browse("POST", address(), fields, Cookie="slack_person=gus")

    assert [it.status for it in (page, answer)] == [403, 403]
    assert ["<code>restricted_action</code>" in it.body for it in (page, answer)] == [True, True]
    assert slack.world.codes == {}


@pytest.mark.parametrize("place", ["", "T0NOWHERE"])
async def test_a_place_must_be_chosen_where_the_person_is(slack: Any, browse: Any, address: Any, place: str) -> None:
    answer = await browse("POST", address(), {"act": "allow", "place": place}, **MONA)

    assert (answer.status, "Choose where to install the app." in answer.body) == (422, True)
    assert slack.world.codes == {}
